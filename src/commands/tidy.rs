//! What is put in order below the instances, and below the cropped images: files of tries that died, files of records that stand no
//! longer, and whatever no input gave.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ledger::remove_empty_folders;
use crate::storage::Storage;
use crate::write::{STATE, TEMPORARY};

/// A set of paths in little memory: digests of them.
#[derive(Debug, Default)]
pub(super) struct Paths(HashSet<u128>);

impl Paths {
    pub(super) fn add(&mut self, path: &[u8]) {
        self.0.insert(Self::digest(path));
    }

    pub(super) fn contains(&self, path: &Path) -> bool {
        self.0.contains(&Self::digest(path.as_os_str().as_encoded_bytes()))
    }

    fn digest(path: &[u8]) -> u128 {
        let digest = blake3::hash(path);
        digest.as_bytes().first_chunk().map_or(0, |start| u128::from_le_bytes(*start))
    }
}

/// Removes the file of a record that stands no longer.
pub(super) fn remove_stale(storage: &dyn Storage, output: &Path, path: &str) -> io::Result<()> {
    let there = output.join(path);
    match fs::symlink_metadata(&there) {
        // Somebody else's: not to be removed.
        Ok(meta) if meta.is_dir() => put_aside(storage, output, path.as_ref()),
        _ => storage.remove(&there),
    }
}

/// Puts what stands below the instances and is not to stand there into a folder beside them, under the
/// first name that is free.
pub(super) fn put_aside(storage: &dyn Storage, output: &Path, path: &Path) -> io::Result<()> {
    let names = (0_u32..).map(|number| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        output.join(STATE).join("aside").join(name)
    });
    for name in names {
        if fs::symlink_metadata(&name).is_err() {
            return storage.rename(&output.join(path), &name);
        }
    }
    Ok(())
}

/// Removes what dead tries and dead worker processes left under temporary names, and folders that are
/// empty. With the paths of all that belongs there, puts every other file aside: one that got its final
/// name and no record before a try died, and whose input has changed or gone since.
pub(super) fn sweep(
    storage: &dyn Storage,
    output: &Path,
    root: &str,
    belongs: Option<&Paths>,
) -> io::Result<()> {
    let mut folders = vec![PathBuf::from(root)];
    let mut strangers = 0_u32;
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(output.join(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        let mut is_empty = true;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
                is_empty = false;
            } else if path.extension().is_some_and(|it| it == TEMPORARY) {
                storage.remove(&output.join(path))?;
            } else if belongs.is_some_and(|belongs| !belongs.contains(&path)) {
                put_aside(storage, output, &path)?;
                strangers += 1;
            } else {
                is_empty = false;
            }
        }
        if is_empty {
            remove_empty_folders(output, &folder.join("gone"));
        }
    }
    if strangers > 0 {
        tracing::warn!(files = strangers, "files that no input gave were put into .sauva/aside");
    }
    Ok(())
}
