//! The scan: an input folder in, every name below it out. Nothing is opened; links are not followed,
//! and whatever is no regular file is listed with what it is.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::deident::Pseudonyms;
use crate::manifest::FileEntry;

/// What stands below the input folder.
#[derive(Debug, Default)]
pub struct Scan {
    /// Regular files: the work to do.
    pub files: Vec<FileEntry>,
    /// All else but folders.
    pub others: Vec<Other>,
}

/// A name that is not opened.
#[derive(Debug)]
pub struct Other {
    /// The path below the input folder.
    pub path: PathBuf,
    /// The keyed name under which reports speak of it.
    pub path_id: String,
    /// What it is.
    pub kind: OtherKind,
}

impl Other {
    /// As an entry of the input with nothing in it.
    pub fn entry(&self) -> FileEntry {
        let (path, path_id) = (self.path.clone(), self.path_id.clone());
        FileEntry { path, size_bytes: 0, modified_ns: 0, path_id }
    }
}

/// What a name stands for that is no regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKind {
    /// A symbolic link.
    Link,
    /// A FIFO, a socket or a device.
    Special,
    /// A folder that cannot be listed, or an entry that cannot be looked at.
    Unreadable,
}

impl OtherKind {
    /// A short name, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Link => "symbolic-link",
            Self::Special => "special-file",
            Self::Unreadable => "unreadable",
        }
    }

    /// What it means, in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Link => "a symbolic link: links are not followed",
            Self::Special => "a FIFO, a socket or a device: not opened",
            Self::Unreadable => "a folder or an entry that cannot be listed",
        }
    }
}

/// Lists everything below `root`, in no particular order; breaks off when it may not go on.
pub fn scan(root: &Path, pseudonyms: &Pseudonyms, may_go_on: &dyn Fn() -> bool) -> Scan {
    let mut found = Scan::default();
    // Folders still to be listed, below the root: a stack and no recursion, for deep trees.
    let mut folders = vec![PathBuf::new()];
    while may_go_on()
        && let Some(folder) = folders.pop()
    {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            found.other(folder, OtherKind::Unreadable, pseudonyms);
            continue;
        };
        for entry in entries {
            let Ok(entry) = entry else {
                found.other(folder.clone(), OtherKind::Unreadable, pseudonyms);
                continue;
            };
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => found.file(path, &entry, pseudonyms),
                Ok(kind) => found.other(path, other_kind(kind), pseudonyms),
                Err(_) => found.other(path, OtherKind::Unreadable, pseudonyms),
            }
        }
    }
    found
}

impl Scan {
    fn file(&mut self, path: PathBuf, entry: &fs::DirEntry, pseudonyms: &Pseudonyms) {
        match entry.metadata() {
            Ok(meta) => {
                let path_id = pseudonyms.path_id(path.as_os_str().as_bytes());
                let modified_ns = meta.mtime().saturating_mul(1_000_000_000) + meta.mtime_nsec();
                let size_bytes = meta.len();
                self.files.push(FileEntry { path, size_bytes, modified_ns, path_id });
            }
            Err(_) => self.other(path, OtherKind::Unreadable, pseudonyms),
        }
    }

    fn other(&mut self, path: PathBuf, kind: OtherKind, pseudonyms: &Pseudonyms) {
        let path_id = pseudonyms.path_id(path.as_os_str().as_bytes());
        self.others.push(Other { path, path_id, kind });
    }
}

fn other_kind(kind: fs::FileType) -> OtherKind {
    if kind.is_symlink() {
        OtherKind::Link
    } else if kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device()
    {
        OtherKind::Special
    } else {
        OtherKind::Unreadable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deident::Key;

    #[test]
    fn every_name_is_found_and_nothing_but_files_is_work() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/one"), "1").unwrap();
        fs::write(root.join("two"), "22").unwrap();
        std::os::unix::fs::symlink(root, root.join("a/loop")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            root.join("fifo"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        let pseudonyms = Pseudonyms::new(&Key::from_bytes(&[7; 32]).unwrap());
        let mut found = scan(root, &pseudonyms, &|| true);
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        let files: Vec<_> = found.files.iter().map(|f| (f.path.clone(), f.size_bytes)).collect();
        assert_eq!(files, [("a/b/one".into(), 1), ("two".into(), 2)]);
        let mut kinds: Vec<_> = found.others.iter().map(|other| other.kind.class()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["special-file", "symbolic-link"]);
    }
}
