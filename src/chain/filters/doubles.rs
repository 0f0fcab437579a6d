//! Records of one name with different bytes: which has the name, and where the others stand. Who came first is chance,
//! so it is settled when all have come: that with the smallest digest has the name, the others have it too, with a
//! point and the beginning of their digest behind it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::{DOUBLES, FILES, PARTS};
use crate::storage::{Commit, Storage};

/// Digits of a digest: enough that no two files meet.
const DIGITS: usize = 16;

/// Keeps a file whose name another has; where that has the same bytes, one is enough.
pub(super) fn keep(
    storage: &dyn Storage,
    staging: &Path,
    (part, name): (&Path, &Path),
    body: &[u8],
) -> io::Result<()> {
    if storage.read(&staging.join(FILES).join(name))? == body {
        return storage.remove(part);
    }
    let folder = staging.join(DOUBLES).join(name);
    std::fs::create_dir_all(&folder)?;
    match storage.commit(part, &folder.join(digits(body)))? {
        Commit::Done => Ok(()),
        Commit::Taken => storage.remove(part),
    }
}

/// Gives all files of one name their places, once every record has come; returns how many names were given more than
/// once.
pub fn settle(storage: &dyn Storage, staging: &Path) -> io::Result<u64> {
    let mut settled = 0;
    let mut folders = vec![PathBuf::new()];
    while let Some(name) = folders.pop() {
        let folder = staging.join(DOUBLES).join(&name);
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        let mut doubles = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(name.join(entry.file_name()));
            } else {
                doubles.push(entry.file_name());
            }
        }
        if !doubles.is_empty() {
            settle_one(storage, staging, &name, doubles)?;
            settled += 1;
        }
    }
    storage.remove_tree(&staging.join(PARTS))?;
    storage.remove_tree(&staging.join(DOUBLES))?;
    Ok(settled)
}

fn settle_one(
    storage: &dyn Storage,
    staging: &Path,
    name: &Path,
    mut doubles: Vec<OsString>,
) -> io::Result<()> {
    let (target, folder) = (staging.join(FILES).join(name), staging.join(DOUBLES).join(name));
    let first = OsString::from(digits(&storage.read(&target)?));
    storage.rename(&target, &folder.join(&first))?;
    doubles.push(first);
    doubles.sort();
    for (number, digest) in doubles.iter().enumerate() {
        let mut place = target.clone().into_os_string();
        if number > 0 {
            place.push(".");
            place.push(digest);
        }
        storage.rename(&folder.join(digest), Path::new(&place))?;
    }
    Ok(())
}

fn digits(body: &[u8]) -> String {
    blake3::hash(body).to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::storage::Disk;

    fn made(bodies: &[&str]) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let (staging, disk) = (folder.path(), Disk::below(folder.path()));
        std::fs::create_dir_all(staging.join(FILES).join("a")).unwrap();
        for body in bodies {
            let part = staging.join("part");
            std::fs::write(&part, body).unwrap();
            let target = staging.join(FILES).join("a/b");
            if disk.commit(&part, &target).unwrap() == Commit::Taken {
                keep(&disk, staging, (&part, Path::new("a/b")), body.as_bytes()).unwrap();
            }
        }
        settle(&disk, staging).unwrap();
        assert!(!staging.join(DOUBLES).exists() && !staging.join("part").exists());
        let files = std::fs::read_dir(staging.join(FILES).join("a")).unwrap();
        files
            .map(|file| {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    #[test]
    fn nothing_is_lost_whoever_comes_first() {
        let wanted = made(&["one", "two", "three", "two"]);
        assert_eq!(wanted.len(), 3);
        assert!(wanted.contains_key("b"));
        for order in [["two", "three", "one", "one"], ["three", "one", "two", "three"]] {
            assert_eq!(made(&order), wanted);
        }
        assert_eq!(made(&["same", "same"]).len(), 1);
    }
}
