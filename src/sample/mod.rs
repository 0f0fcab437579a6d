//! Synthetic samples: a number of files and a seed in, a tree of DICOM files out that looks like the
//! export of a hospital, with invented people all over it. The same seed makes the same bytes.

mod body;
mod burned_in;
mod charset;
mod header;
mod identity;
mod names;
mod noise;
mod part10;
mod phantom;
mod plan;
mod planted;
mod planted_tree;
mod random;

use std::io;
use std::path::{Path, PathBuf};

use dicom::dictionary_std::tags;
use rayon::prelude::*;

use crate::dataset::{DataSet, Element, VR, Value};
pub use burned_in::{BURNED_IN, FILES, generate_burned_in};
use header::Identities;
use part10::Layout;
use plan::{Slice, plan};
use planted::Planted;
pub use planted_tree::{
    Expected, PlantedFile, PlantedToken, TOKENS, generate_planted, planted_dates, planted_files,
    planted_tokens,
};

/// What the images show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something like a chest in computed tomography.
    Ct,
    /// A gradient with noise.
    Gradient,
}

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleOptions {
    /// What the images show.
    pub kind: Kind,
    /// The number of files.
    pub count: usize,
    /// Where all randomness comes from.
    pub seed: u64,
}

/// What was generated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SampleReport {
    /// The number of files.
    pub files: usize,
    /// Their length together.
    pub bytes: u64,
}

/// Why no sample was generated.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// A sample is never mixed with other files.
    #[error("the output folder is there already and not empty")]
    NotEmpty,
    /// Text is drawn with fonts that are installed.
    #[error("no font is found in /usr/share/fonts/truetype; install one of {PACKAGES}", PACKAGES = burned_in::PACKAGES)]
    NoFonts,
    /// The operating system refused.
    #[error("the output cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Writes a sample below `output`, which may not exist or must be empty.
///
/// ```
/// use sauva::sample::{Kind, SampleOptions, generate};
///
/// let folder = std::env::temp_dir().join(format!("sauva-sample-{}", std::process::id()));
/// let report = generate(&SampleOptions { kind: Kind::Ct, count: 2, seed: 7 }, &folder)?;
/// assert_eq!(report.files, 2);
/// std::fs::remove_dir_all(folder)?;
/// # Ok::<(), sauva::sample::SampleError>(())
/// ```
pub fn generate(options: &SampleOptions, output: &Path) -> Result<SampleReport, SampleError> {
    new_folder(output)?;
    let slices = plan(options);
    let lengths = slices.par_iter().map(|slice| write(options, slice, output));
    let bytes = lengths.try_reduce(|| 0, |one, other| Ok(one + other))?;
    Ok(SampleReport { files: slices.len(), bytes })
}

fn new_folder(output: &Path) -> Result<(), SampleError> {
    std::fs::create_dir_all(output)?;
    if std::fs::read_dir(output)?.next().is_some() {
        return Err(SampleError::NotEmpty);
    }
    Ok(())
}

/// Every identifying string of at least 7 bytes that [`generate`] plants with these options: names
/// whole and in their components, identifiers, addresses, descriptions, private texts, UIDs. Each
/// stands in some file as these bytes; of names in Latin-1 only the ASCII pieces are listed. None of
/// them may be found in any byte of a de-identified file.
///
/// Dates are apart, in [`identifying_dates`].
pub fn identifying_strings(options: &SampleOptions) -> Vec<String> {
    planted(options).strings.into_iter().collect()
}

/// The dates of birth and of study, as `YYYYMMDD`. Eight digits may stand by chance in a long random
/// number, such as a new UID: look for these in whole values, not in all bytes.
pub fn identifying_dates(options: &SampleOptions) -> Vec<String> {
    planted(options).dates.into_iter().collect()
}

fn planted(options: &SampleOptions) -> Planted {
    let mut planted = Planted::default();
    for slice in plan(options) {
        planted.add(options.seed, &slice);
    }
    planted
}

/// Makes and writes one file; returns its length.
fn write(options: &SampleOptions, slice: &Slice, output: &Path) -> io::Result<u64> {
    let identities = Identities::of(options.seed, slice);
    let path = output.join(relative_path(&identities, slice));
    std::fs::create_dir_all(path.parent().unwrap_or(output))?;
    let file = serialize(&identities, &data_set(options, &identities, slice), slice);
    std::fs::write(path, &file)?;
    Ok(file.len() as u64)
}

fn data_set(options: &SampleOptions, identities: &Identities, slice: &Slice) -> DataSet {
    let image = phantom::image(options.seed, options.kind, slice);
    let pixels: Vec<u8> = image.iter().flat_map(|pixel| pixel.to_le_bytes()).collect();
    let mut data_set = header::data_set(identities, slice);
    let value = Value::Bytes(pixels.into());
    data_set.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value });
    data_set
}

fn serialize(identities: &Identities, data_set: &DataSet, slice: &Slice) -> Vec<u8> {
    let layout = Layout::of(slice.instance);
    let mut file = Vec::with_capacity(2 * plan::SIDE * plan::SIDE + 16 * 1024);
    part10::encode_meta(identities, layout, &mut file);
    part10::encode(data_set, layout, &mut file);
    file
}

/// `<name>_<patient ID>/<study date>/<series>/IM000001.dcm`: paths identify on purpose, as those of
/// real exports do.
fn relative_path(identities: &Identities, slice: &Slice) -> PathBuf {
    let Identities { patient, study, series, .. } = identities;
    let name = patient.name.split('=').next().unwrap_or_default();
    let series = format!("{:02}_{}", slice.series_of_study + 1, series.description);
    let file = format!("IM{:06}.dcm", slice.position + 1);
    [plain(&format!("{name}_{}", patient.id)), study.date.clone(), plain(&series), file]
        .iter()
        .collect()
}

/// A file name that every system takes.
fn plain(name: &str) -> String {
    name.replace(|letter: char| !(letter.is_alphanumeric() || "-_^".contains(letter)), "_")
}

#[cfg(test)]
mod tests;
