//! `sauva review`: an output folder in, a contact sheet of the images whose pixels were looked at out.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use dicom::dictionary_std::tags;
use rayon::prelude::*;

use super::output::{SUMMARY, profile_of};
use super::threads::all_cores;
use super::{Conclusion, keygen};
use crate::audit::key_fingerprint;
use crate::cli::ReviewArgs;
use crate::config::{input_folder, new_path};
use crate::deident::{Deidentifier, Key, Pseudonyms};
use crate::read::{self, Limits};
use crate::record::ExitStatus;
use crate::review::{Before, SheetOptions, Tables, sheet};
use crate::scan::scan;
use crate::storage::{create_private_folder, in_words, write_private};

/// The page in the output folder, and in a private one.
const PAGE: &str = "review.html";

/// Makes the sheet; returns what to tell.
pub fn execute(args: &ReviewArgs) -> Result<Conclusion> {
    let ReviewArgs { output, with_before, input, key_file, side, pictures } = args;
    let output = output
        .canonicalize()
        .map_err(|error| anyhow!("OUT: the folder cannot be entered: {}", in_words(&error)))?;
    if !output.join(SUMMARY).exists() {
        bail!("OUT: no finished output of `sauva run`: give the folder that was its --output");
    }
    profile_of(&output)?;
    let read = |name: &str| {
        fs::read(output.join(name)).with_context(|| format!("OUT: {name} cannot be read"))
    };
    let (index, failures) = (read("index.csv")?, read("failures.csv")?);
    let tables = Tables { index: &index, failures: &failures };
    let private = match (with_before, input) {
        (Some(folder), Some(input)) => Some(private(&output, folder, input, key_file.as_deref())?),
        _ => None,
    };
    let options = SheetOptions { side: *side, pictures: *pictures };
    let pool = all_cores()?;
    let before = private.as_ref().map(|(_, before)| before);
    let made = pool.install(|| sheet(&output, &tables, before, options))?;
    if before.is_some() && made.befores == 0 && made.pictures > 0 {
        bail!("--input: holds no image of that run: give the folder that was its --input");
    }
    let fill = |file: &mut File| io::Write::write_all(file, made.html.as_bytes());
    match &private {
        Some((folder, _)) => {
            write_private(&folder.join(PAGE), fill)
                .context("--with-before: the page cannot be written")?;
        }
        None => replace(&output.join(PAGE), fill).context("OUT: review.html cannot be written")?,
    }
    let mut text = String::new();
    let place = if private.is_some() { "the private folder" } else { "OUT" };
    writeln!(text, "  {PAGE} in {place}: {} series, {} pictures", made.series, made.pictures)?;
    writeln!(text, "  instances searched for text  {:>8}", made.instances)?;
    writeln!(text, "  not let through              {:>8}", made.quarantined)?;
    if made.failed > 0 {
        writeln!(text, "  without a picture            {:>8}", made.failed)?;
    }
    Ok(Conclusion { status: ExitStatus::Done, text })
}

/// Writes a new file in the place of one of an earlier time. A link there is not followed.
fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fill(&mut File::create_new(path)?)
}

/// The private folder, made, and where the images as they came are.
fn private(
    output: &Path,
    folder: &Path,
    input: &Path,
    key_file: Option<&Path>,
) -> Result<(PathBuf, Before)> {
    let input = input_folder(input)?;
    let folder = new_path(folder).map_err(|error| anyhow!("--with-before: {}", error.kind()))?;
    if folder.starts_with(output) || folder.starts_with(&input) {
        bail!("--with-before lies inside OUT or --input: it shows patients, so keep it apart");
    }
    let key = keygen::load_existing(key_file).context("--with-before needs the key of that run")?;
    if key_fingerprint(output).is_some_and(|told| told != Pseudonyms::new(&key).fingerprint()) {
        bail!("--key-file: not the key that this output was made with: give that one");
    }
    create_private_folder(&folder).context("--with-before: the folder cannot be made")?;
    let meta = folder.metadata().context("--with-before: the folder cannot be entered")?;
    if std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o077 != 0 {
        bail!("--with-before: others may enter the folder: give a new one, or `chmod 700` it");
    }
    Ok((folder, before(&input, output, &key)?))
}

fn before(input: &Path, output: &Path, key: &Key) -> Result<Before> {
    let pseudonyms = Pseudonyms::new(key);
    let deidentifier = Deidentifier::new(key, profile_of(output)?);
    let files = scan(input, &pseudonyms, &|| true).files;
    let files: BTreeMap<String, PathBuf> =
        files.into_iter().map(|file| (file.path_id, input.join(file.path))).collect();
    let series = |(path_id, path): (&String, &PathBuf)| {
        let head = read::head(path, tags::SERIES_INSTANCE_UID, &Limits::default()).ok()?;
        let identity = deidentifier.identity(&head).ok()?;
        Some((path_id.clone(), identity.series_uid))
    };
    let series = all_cores()?.install(|| files.par_iter().filter_map(series).collect());
    Ok(Before { files, series })
}
