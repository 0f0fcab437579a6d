//! Announcements: the keyed name of each file before it is touched, and again when it has come back.
//! What is announced and has not come back when a try dies was in flight. A try that ends in good order
//! removes its announcements, which works on a full disk too.

use std::fmt::Write;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::journal::Announced;
use crate::manifest::FileEntry;
use crate::storage::SharedStorage;

/// The extension of the file's name.
const EXTENSION: &str = "in-flight";

/// The announcements of a rank.
#[derive(Debug)]
pub struct Announcements {
    storage: SharedStorage,
    path: PathBuf,
    file: File,
    /// What is to be said with the next.
    unsaid: String,
}

impl Announcements {
    /// Begins the announcements of a rank in the try of this name.
    pub fn open(
        storage: &SharedStorage,
        folder: &Path,
        rank: usize,
        session: u32,
        try_name: &str,
    ) -> io::Result<Self> {
        let path = folder.join(format!("rank-{rank:05}.{EXTENSION}"));
        let mut file = storage.open_append(&path)?;
        storage.cut(&file, 0)?;
        storage.append(&mut file, format!("{session} {try_name}\n").as_bytes())?;
        Ok(Self { storage: storage.clone(), path, file, unsaid: String::new() })
    }

    /// A file is to be touched once [`Announcements::say`] has returned.
    pub fn starts(&mut self, entry: &FileEntry) {
        let FileEntry { path_id, size_bytes, modified_ns, .. } = entry;
        // Writing to a string does not fail.
        writeln!(self.unsaid, "+{path_id} {size_bytes} {modified_ns}").ok();
    }

    /// A file has come back.
    pub fn ends(&mut self, path_id: &str) {
        writeln!(self.unsaid, "-{path_id}").ok();
    }

    /// Writes down what has started and ended, all in one.
    pub fn say(&mut self) -> io::Result<()> {
        if self.unsaid.is_empty() {
            return Ok(());
        }
        let said = self.storage.append(&mut self.file, self.unsaid.as_bytes());
        self.unsaid.clear();
        said
    }

    /// The try ends in good order.
    pub fn close(self) -> io::Result<()> {
        self.storage.remove(&self.path)
    }
}

/// The announcements of a try that has died.
#[derive(Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Where they stand.
    pub path: PathBuf,
    /// The number of the try.
    pub session: u32,
    /// Its name.
    pub try_name: String,
    /// Files that had not come back.
    pub files: Vec<Announced>,
}

/// What was in flight when tries died: one entry for each rank that left announcements.
pub fn in_flight(folder: &Path) -> io::Result<Vec<InFlight>> {
    let read = |path: PathBuf| {
        let text = std::fs::read(&path)?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        let (session, try_name) = lines.next().and_then(|l| l.split_once(' ')).unwrap_or_default();
        let mut files: Vec<Announced> = Vec::new();
        for line in lines {
            if let Some(announced) = line.strip_prefix('+') {
                files.extend(parse(announced));
            } else if let Some(back) = line.strip_prefix('-') {
                files.retain(|file| file.path_id != back);
            }
        }
        let session = session.parse().unwrap_or(0);
        Ok(InFlight { try_name: try_name.to_owned(), session, files, path })
    };
    super::files_of(folder, EXTENSION)?.into_iter().map(read).collect()
}

/// A line without its sign; one that is torn tells of nothing.
fn parse(line: &str) -> Option<Announced> {
    let mut words = line.split(' ');
    let path_id = words.next()?.to_owned();
    let (size_bytes, modified_ns) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Announced { path_id, size_bytes, modified_ns })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::Disk;

    fn entry(path_id: &str) -> FileEntry {
        FileEntry { path: "x".into(), size_bytes: 5, modified_ns: -7, path_id: path_id.into() }
    }

    #[test]
    fn what_has_not_come_back_was_in_flight_unless_the_end_was_good() {
        let folder = tempfile::tempdir().unwrap();
        let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
        let mut said = Announcements::open(&disk, folder.path(), 7, 3, "first").unwrap();
        said.starts(&entry("a"));
        said.starts(&entry("b"));
        said.say().unwrap();
        said.ends("a");
        said.say().unwrap();
        let left = in_flight(folder.path()).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0].try_name[..], left[0].session), ("first", 3));
        assert!(left[0].files.len() == 1 && left[0].files[0].is(&entry("b")));
        assert!(!left[0].files[0].is(&FileEntry { modified_ns: 8, ..entry("b") }));
        said.close().unwrap();
        assert_eq!(in_flight(folder.path()).unwrap(), []);
    }
}
