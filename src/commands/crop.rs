//! Cropped images: the sorted rows of the series that a rank owns in, files below `cropped/` out. An image is cropped to
//! the box of its series, so that a series stays one grid. Names follow from what is in the files: what stands under
//! its name with the digest that an earlier try has listed is what would be made again.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use anyhow::Result;
use bytes::Bytes;
use rayon::ThreadPool;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::halt::Halt;
use super::row::Row;
use super::signals::Signals;
use super::tidy::put_aside;
use super::values::series_key;
use crate::area::Rectangle;
use crate::crop::{By, Crop, CropError, RegionBox, RegionBoxes, SeriesBox, Target, derived};
use crate::deident::Pseudonyms;
use crate::encode::Encoder;
use crate::instance::Encoded;
use crate::read::{self, Limits};
use crate::results::CroppedImages;
use crate::sorting::{Item, Sorted, Sorter};
use crate::storage::Storage;
use crate::write::{self, CROPPED, TEMPORARY, hex, is_intact};

/// The list of the cropped images, below the output folder; its form is that of `manifest.sha256`.
pub(super) const LIST: &str = "cropped.sha256";
/// Images that are made safe together.
const TOGETHER: usize = 64;

/// What a rank crops with.
pub(super) struct Cropper<'a> {
    pub(super) by: By,
    pub(super) storage: &'a dyn Storage,
    pub(super) output: &'a Path,
    pub(super) limits: Limits,
    pub(super) encoder: Encoder,
    pub(super) pseudonyms: &'a Pseudonyms,
    pub(super) signals: &'a Signals,
    pub(super) threads: ThreadPool,
    /// Regions of series, where those are of interest.
    pub(super) regions: &'a RegionBoxes,
}

/// An image that may be cropped.
struct Source {
    path: String,
    sha256: String,
    /// The folders of its patient and study.
    study: String,
    sop_instance_uid: String,
    /// Columns and rows.
    size: (u32, u32),
    /// A digest of what it says and shows, whatever its codec.
    content: [u8; 32],
}

/// A series, as far as its rows have gone by.
#[derive(Default)]
struct Series {
    key: Vec<u8>,
    uid: String,
    found: SeriesBox,
    sources: Vec<Source>,
}

/// What became of an image.
enum Made {
    /// It stands under its name.
    Stands { path: String, sha256: String },
    /// It stands under its temporary name.
    Staged { path: String, sha256: String },
    /// There is none, for this reason.
    LeftOut(CropError),
    /// It shows nothing of the kind that is of interest.
    Other,
}

impl Cropper<'_> {
    /// Crops the images of a sorted index; `list` gets the digests by paths.
    pub(super) fn crop(&self, index: &Sorted, list: &mut Sorter) -> Result<CroppedImages> {
        let cannot = |error: io::Error| Halt::storage("a cropped image", &error);
        // Without the list all is made again, and is the same.
        let earlier = Earlier::read(self.output).unwrap_or_default();
        let mut cropped = CroppedImages::default();
        let mut open = Series::default();
        for item in index.read().map_err(cannot)? {
            let item = item.map_err(cannot)?;
            let row = Row::of(&item.value).map_err(cannot)?;
            let key = series_key(row.study_uid, row.series_uid);
            if key != open.key {
                self.series(&std::mem::take(&mut open), &earlier, list, &mut cropped)?;
                (open.key, open.uid) = (key, row.series_uid.to_owned());
            }
            let size = (row.image.member.columns, row.image.member.rows);
            open.found.add(size, row.image.crop);
            if row.image.member.frames > 0 {
                open.sources.push(Source {
                    path: row.path.to_owned(),
                    sha256: row.sha256.to_owned(),
                    study: format!("{}/{}", row.patient_id, row.study_uid),
                    sop_instance_uid: row.sop_instance_uid.to_owned(),
                    size,
                    content: row.content,
                });
            }
        }
        self.series(&open, &earlier, list, &mut cropped)?;
        Ok(cropped)
    }

    /// The box of a series, and those of its images that lie on its grid.
    fn wanted<'a>(&self, series: &'a Series) -> Option<(Rectangle, Vec<&'a Source>)> {
        match self.by {
            By::Body => {
                let Crop { rectangle, .. } = series.found.crop()?;
                let fits = |source: &&Source| series.found.fits(source.size);
                Some((rectangle, series.sources.iter().filter(fits).collect()))
            }
            By::Regions => {
                let RegionBox { rectangle, slices } = self.regions.get(&series.uid)?;
                let fits = |source: &&Source| slices.contains(&source.sop_instance_uid);
                Some(((*rectangle)?, series.sources.iter().filter(fits).collect()))
            }
        }
    }

    fn series(
        &self,
        series: &Series,
        earlier: &Earlier,
        list: &mut Sorter,
        cropped: &mut CroppedImages,
    ) -> Result<()> {
        let Some((rectangle, sources)) = self.wanted(series) else { return Ok(()) };
        let series_uid = self.pseudonyms.derived_uid(&series.uid, &way(rectangle, &[]));
        for together in sources.chunks(TOGETHER) {
            if let Some(signal) = self.signals.seen() {
                return Err(Halt::Asked(signal).into());
            }
            let make = |source: &&Source| self.image(source, rectangle, &series_uid, earlier);
            let made: io::Result<Vec<Made>> =
                self.threads.install(|| together.par_iter().map(make).collect());
            let kept = made.and_then(|made| self.keep(made, list, cropped));
            kept.map_err(|error| Halt::storage("a cropped image", &error))?;
        }
        Ok(())
    }

    /// Makes the cropped image of a source, unless it stands.
    fn image(
        &self,
        source: &Source,
        rectangle: Rectangle,
        series_uid: &str,
        earlier: &Earlier,
    ) -> io::Result<Made> {
        let way = way(rectangle, &source.content);
        let sop_instance_uid = &self.pseudonyms.derived_uid(&source.sop_instance_uid, &way);
        let name = format!("{series_uid}/{sop_instance_uid}.dcm");
        let path = format!("{CROPPED}/{}/{name}", source.study);
        if let Some(sha256) = earlier.sha256(&path)
            && is_intact(self.storage, &self.output.join(&path), sha256)?
        {
            return Ok(Made::Stands { path, sha256: sha256.clone() });
        }
        let bytes = Bytes::from(self.storage.read(&self.output.join(&source.path))?);
        if hex(&Sha256::digest(&bytes)) != source.sha256 {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let original = read::parse(&bytes, &self.limits).map_err(io::Error::other)?;
        if !self.by.may_crop(&original) {
            return Ok(Made::Other);
        }
        let target = Target { rectangle, series_uid, sop_instance_uid };
        match derived(original, &target, self.encoder) {
            Ok(encoded) => self.stage(path, &encoded),
            Err(why) => Ok(Made::LeftOut(why)),
        }
    }

    fn stage(&self, path: String, encoded: &Encoded) -> io::Result<Made> {
        let file = write::file(encoded);
        self.storage.write_new(&temporary(self.output, &path), &file)?;
        Ok(Made::Staged { path, sha256: hex(&Sha256::digest(&file)) })
    }

    /// Makes what was written safe, gives it its names and counts it.
    fn keep(
        &self,
        made: Vec<Made>,
        list: &mut Sorter,
        cropped: &mut CroppedImages,
    ) -> io::Result<()> {
        if made.iter().any(|it| matches!(it, Made::Staged { .. })) {
            self.storage.sync(self.output)?;
        }
        for made in made {
            let (path, sha256) = match made {
                Made::Stands { path, sha256 } => (path, sha256),
                Made::Staged { path, sha256 } => {
                    let (temporary, target) =
                        (temporary(self.output, &path), self.output.join(&path));
                    if target.is_dir() {
                        // Somebody else's: not to be removed.
                        put_aside(self.storage, self.output, path.as_ref())?;
                    }
                    self.storage.rename(&temporary, &target)?;
                    (path, sha256)
                }
                Made::LeftOut(why) => {
                    *cropped.left_out.entry(why.class().to_owned()).or_default() += 1;
                    continue;
                }
                Made::Other => continue,
            };
            cropped.images += 1;
            list.add(&Item { key: path.into_bytes(), value: sha256.into_bytes() })?;
        }
        Ok(())
    }
}

/// What an image is made by: the same source in the same way gives the same UID.
fn way(rectangle: Rectangle, content: &[u8]) -> Vec<u8> {
    let Rectangle { x, y, width, height } = rectangle;
    let numbers = [x, y, width, height].into_iter().flat_map(u32::to_le_bytes);
    b"crop\0".iter().copied().chain(numbers).chain(content.iter().copied()).collect()
}

/// The name of a file until it is whole and safe.
fn temporary(output: &Path, path: &str) -> std::path::PathBuf {
    output.join(path).with_extension(TEMPORARY)
}

/// What an earlier try has listed, in little memory: digests of files by digests of their paths.
#[derive(Default)]
struct Earlier(HashMap<[u8; 16], String>);

impl Earlier {
    fn read(output: &Path) -> io::Result<Self> {
        let mut earlier = Self::default();
        each_listed(output, &mut |path, sha256| {
            earlier.0.insert(Self::key(path), sha256.to_owned());
            Ok(())
        })?;
        Ok(earlier)
    }

    fn sha256(&self, path: &str) -> Option<&String> {
        self.0.get(&Self::key(path))
    }

    fn key(path: &str) -> [u8; 16] {
        let digest = blake3::hash(path.as_bytes());
        digest.as_bytes().first_chunk().copied().unwrap_or_default()
    }
}

/// Hands over what an earlier try has listed, paths with digests. What is no such line is passed over.
pub(super) fn each_listed(
    output: &Path,
    see: &mut dyn FnMut(&str, &str) -> io::Result<()>,
) -> io::Result<()> {
    let list = match File::open(output.join(LIST)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        list => list?,
    };
    let is_ours = |path: &str| {
        let mut parts = path.split('/');
        parts.next() == Some(CROPPED) && parts.all(|part| !matches!(part, "" | "." | ".."))
    };
    for line in BufReader::new(list).split(b'\n') {
        let line = line?;
        let line = std::str::from_utf8(&line).ok().and_then(|line| line.split_once("  "));
        if let Some((sha256, path)) = line.filter(|(_, path)| is_ours(path)) {
            see(path, sha256)?;
        }
    }
    Ok(())
}
