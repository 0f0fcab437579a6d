//! What the tests of the scan share: trees, a plain walk to compare with, and all that a scanner tells.

mod listed;
mod rate;
mod rows;
mod tree;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::*;
use crate::deident::Key;

/// What stands in a tree or is told of it: by path the path ID, and size and time of a file or the class of
/// what is none.
type Told = BTreeMap<PathBuf, (String, Result<(u64, i64), &'static str>)>;

fn pseudonyms() -> Pseudonyms {
    Pseudonyms::new(&Key::from_bytes(&[7; 32]).unwrap())
}

fn path_id(path: &Path) -> String {
    pseudonyms().path_id(path.as_os_str().as_bytes())
}

/// All that a scanner tells, each path once, and how it ends.
fn drain(scanner: &Scanner) -> (Told, Option<ScanError>) {
    let (mut told, mut error) = (Told::new(), None);
    let mut tell = |path: PathBuf, path_id, what| {
        let before = told.insert(path, (path_id, what));
        assert!(before.is_none(), "told of twice");
    };
    loop {
        match scanner.next(Duration::from_secs(5)) {
            Next::Ended => return (told, error),
            Next::Nothing => {}
            Next::Found(Found::Failed(why)) => error = error.or(Some(why)),
            Next::Found(Found::Others(others)) => {
                for Other { path, path_id, kind } in others {
                    tell(path, path_id, Err(kind.class()));
                }
            }
            Next::Found(Found::Files(files)) => {
                assert!((1..=BATCH).contains(&files.len()));
                for (name, size_bytes, modified_ns) in files.iter() {
                    let path = files.folder.join(OsStr::from_bytes(name));
                    let path_id = path_id(&path);
                    tell(path, path_id, Ok((size_bytes, modified_ns)));
                }
            }
        }
    }
}

/// The same by plain recursion.
fn walk(root: &Path) -> Told {
    fn below(root: &Path, folder: &Path, told: &mut Told) {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            let meta = root.join(&path).symlink_metadata().unwrap();
            let kind = meta.file_type();
            let what = if kind.is_dir() {
                below(root, &path, told);
                continue;
            } else if kind.is_file() {
                Ok((meta.len(), meta.mtime() * 1_000_000_000 + meta.mtime_nsec()))
            } else if kind.is_fifo() {
                Err("special-file")
            } else {
                Err("symbolic-link")
            };
            told.insert(path.clone(), (path_id(&path), what));
        }
    }
    let mut told = Told::new();
    below(root, Path::new(""), &mut told);
    told
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR, 0).unwrap();
}

/// A tree of some hundred names by chance: nested, with names beyond UTF-8, links and FIFOs; and in it a deep
/// folder, and one of several batches.
fn tree(seed: u64) -> tempfile::TempDir {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let temporary = tempfile::tempdir().unwrap();
    let root = temporary.path();
    let mut folders = vec![root.to_owned()];
    for number in 0..400 {
        let parent = folders[random.next_u32() as usize % folders.len()].clone();
        let mut name = format!("{number} ").into_bytes();
        name.extend((0..random.next_u32() % 9).map(|_| random.next_u32() as u8));
        name.retain(|byte| !matches!(byte, 0 | b'/'));
        let path = parent.join(OsStr::from_bytes(&name));
        match random.next_u32() % 8 {
            0 | 1 => {
                fs::create_dir(&path).unwrap();
                folders.push(path);
            }
            2 => symlink(root, path).unwrap(),
            3 => fifo(&path),
            _ => fs::write(path, vec![1; random.next_u32() as usize % 99]).unwrap(),
        }
    }
    let deep = root.join("d/".repeat(300));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("deepest"), "1").unwrap();
    let wide = root.join("wide");
    fs::create_dir(&wide).unwrap();
    for number in 0..3 * BATCH + 7 {
        fs::write(wide.join(number.to_string()), "22").unwrap();
    }
    temporary
}
