//! What a run reads: the key and the input; and how the folders lie to each other.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::Asked;
use super::finding::Finding;
use crate::commands::keygen;
use crate::config::{ConfigError, input_folder, new_path};
use crate::deident::KeyError;
use crate::storage::in_words;

/// Names of the input that are looked at until a file is found that can be opened.
const MOST_NAMES: usize = 1000;

/// The key: there, ours alone, and whole.
pub(super) fn key(asked: &Asked<'_>) -> Finding {
    let topic = "key";
    let key_file = asked.args.key_file.as_deref();
    let Err(error) = keygen::load_existing(key_file) else {
        return Finding::ok(topic, "there, readable by you alone, 32 bytes");
    };
    let is_missing =
        error.chain().any(|cause| matches!(cause.downcast_ref(), Some(KeyError::Missing)));
    if key_file.is_none() && is_missing {
        let advice = "the first run makes one, or `sauva keygen FILE` and --key-file; keep it safe";
        Finding::warn(topic, "you have no key of your own yet", advice)
    } else {
        Finding::fail(topic, format!("{error:#}"))
    }
}

/// The input as this node sees it.
pub(super) fn input(asked: &Asked<'_>) -> Option<Finding> {
    let topic = "input";
    let folder = match input_folder(asked.args.input.as_ref()?) {
        Ok(folder) => folder,
        Err(error) => return Some(Finding::fail(topic, error.to_string())),
    };
    Some(match open_one(&folder) {
        Ok(true) => Finding::ok(topic, "can be entered, and a file there can be read"),
        Ok(false) => {
            let advice = "give the folder above the DICOM files";
            Finding::warn(topic, "can be entered, but no file was found there", advice)
        }
        Err(error) => {
            let text = format!("--input: what is there cannot be read: {}", in_words(&error));
            Finding::fail(topic, text)
                .advise("ask its owner for the right to read files and folders")
        }
    })
}

/// Opens the first file below a folder; whether there is one among the first names.
fn open_one(folder: &Path) -> std::io::Result<bool> {
    let mut folders = vec![folder.to_owned()];
    let mut names = 0;
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let entry = entry?;
            names += 1;
            let kind = entry.file_type()?;
            if kind.is_file() {
                File::open(entry.path())?.read_exact(&mut [0]).or_else(|error| {
                    let is_empty = error.kind() == std::io::ErrorKind::UnexpectedEof;
                    if is_empty { Ok(()) } else { Err(error) }
                })?;
                return Ok(true);
            }
            if kind.is_dir() {
                folders.push(entry.path());
            }
            if names > MOST_NAMES {
                return Ok(false);
            }
        }
    }
    Ok(false)
}

/// Whether the folders and the key lie apart.
pub(super) fn folders(asked: &Asked<'_>) -> Option<Finding> {
    let settled = |path: &Path| new_path(path).ok();
    let output = settled(asked.args.output.as_ref()?)?;
    let input = asked.args.input.as_deref().and_then(settled);
    let key = asked.args.key_file.as_deref().and_then(settled);
    let wrong = match (input, key) {
        (Some(input), _) if output.starts_with(&input) => ConfigError::OutputInInput,
        (Some(input), _) if input.starts_with(&output) => ConfigError::InputInOutput,
        (_, Some(key)) if key.starts_with(&output) => ConfigError::KeyInside,
        _ => return None,
    };
    Some(Finding::fail("folders", wrong.to_string()))
}
