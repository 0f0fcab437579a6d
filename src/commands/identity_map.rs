//! The re-identification map of a run, on rank 0: its file is claimed before the work and written after.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::halt::Halt;
use crate::config::{ConfigError, MapConfig, RunConfig};
use crate::deident::{Deidentifier, Key, Pseudonyms};
use crate::manifest::FileList;
use crate::record::{FileRecord, Outcome, PathId};
use crate::reidentification::{HEAD, Map};
use crate::storage::{Commit, SharedStorage, Storage, write_private};
use crate::write::STATE;

/// Sees to it that the file can be made, and that no other is in its place but one of an earlier try for
/// this very output. Returns what the map is made with.
pub(super) fn claim(
    config: &RunConfig,
    storage: &SharedStorage,
    pseudonyms: &Pseudonyms,
    key: &Key,
) -> Result<Option<Deidentifier>> {
    let Some(MapConfig { path, .. }) = &config.reidentification_map else {
        return Ok(None);
    };
    let note = config.output.join(STATE).join("reidentification-map");
    let id = pseudonyms.path_id(path.as_os_str().as_bytes());
    let is_ours = fs::read_to_string(&note).is_ok_and(|noted| noted == id);
    if fs::symlink_metadata(path).is_ok() && !(is_ours && is_sealed(path)) {
        bail!(ConfigError::MapExists);
    }
    let temporary = temporary(path);
    write_private(&temporary, |_| Ok(()))
        .and_then(|()| fs::remove_file(&temporary))
        .context("--reidentification-map: the file cannot be made")?;
    storage.replace(&note, id.as_bytes()).map_err(|error| Halt::storage("a note", &error))?;
    Ok(Some(Deidentifier::new(key, config.profile.clone())))
}

/// The files of the input, and who names them.
pub(super) struct Inputs<'a> {
    pub(super) files: &'a FileList,
    pub(super) pseudonyms: &'a Pseudonyms,
}

/// Makes the map; returns what to tell the user.
pub(super) fn make(
    config: &RunConfig,
    MapConfig { path, recipients }: &MapConfig,
    inputs: &Inputs<'_>,
    deidentifier: &Deidentifier,
    records: &[FileRecord],
    storage: &dyn Storage,
) -> io::Result<String> {
    let Inputs { files, pseudonyms } = inputs;
    let path_id = |number| files.entry(number, |path| pseudonyms.path_id(path)).path_id;
    let numbers = 0..files.len() as u32;
    let numbers: HashMap<PathId, u32> =
        numbers.map(|number| (PathId::of(&path_id(number)), number)).collect();
    let written = records.iter().filter(|record| record.outcome == Outcome::Written);
    let sources: Vec<_> = written
        .filter_map(|record| {
            let number = numbers.get(&PathId::of(&record.path_id));
            let path = number.map(|number| config.input.join(files.path(*number)));
            Some((path, record.instance.as_deref()?))
        })
        .collect();
    let map = Map::collect(&sources, deidentifier, &config.limits());
    let (rows, missing) = (map.len(), map.missing);
    let temporary = temporary(path);
    write_private(&temporary, |file| {
        let mut to = BufWriter::new(file);
        map.seal(recipients, &mut to)?;
        to.flush()
    })?;
    let mut told = format!("    a re-identification map of {rows} rows, encrypted\n");
    if storage.commit(&temporary, path)? == Commit::Taken {
        if missing > 0 {
            // The earlier map may know what this one cannot.
            keep_beside(storage, path)?;
            told += "      the map of an earlier try stands beside it, under a number\n";
        }
        storage.rename(&temporary, path)?;
    }
    storage.sync(path.parent().unwrap_or(Path::new("/")))?;
    if missing > 0 {
        tracing::warn!(instances = missing, "not in the map: their inputs are gone or changed");
        told += "      without ";
        told += &missing.to_string();
        told += " instances, whose inputs are gone or changed\n";
    }
    Ok(told)
}

/// Whether this is a regular file that age has made.
fn is_sealed(path: &Path) -> bool {
    let mut head = Vec::new();
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
        && File::open(path)
            .and_then(|file| file.take(HEAD.len() as u64).read_to_end(&mut head))
            .is_ok_and(|_| head == HEAD)
}

/// Renames the file to the first of its names with a number that is free.
fn keep_beside(storage: &dyn Storage, path: &Path) -> io::Result<()> {
    for number in 1_u32.. {
        if storage.commit(path, &with_end(path, &number.to_string()))? == Commit::Done {
            break;
        }
    }
    Ok(())
}

/// A name that only this program gives: the folder is not ours.
fn temporary(path: &Path) -> PathBuf {
    with_end(path, "sauva.part")
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}
