//! Announcements: the keyed name of each file before it is touched, and again when it has come back.
//! What is announced and has not come back when a try dies was in flight. A try that ends in good order
//! removes its announcements, which works on a full disk too.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::storage::SharedStorage;

/// The extension of the file's name.
const EXTENSION: &str = "in-flight";

/// The announcements of a rank.
#[derive(Debug)]
pub struct Announcements {
    storage: SharedStorage,
    path: PathBuf,
    file: File,
}

impl Announcements {
    /// Begins the announcements of a rank in the try of this name.
    pub fn open(
        storage: &SharedStorage,
        folder: &Path,
        rank: usize,
        try_name: &str,
    ) -> io::Result<Self> {
        let path = folder.join(format!("rank-{rank:05}.{EXTENSION}"));
        let mut file = storage.open_append(&path)?;
        storage.cut(&file, 0)?;
        storage.append(&mut file, format!("{try_name}\n").as_bytes())?;
        Ok(Self { storage: storage.clone(), path, file })
    }

    /// A file is about to be touched.
    pub fn starts(&mut self, path_id: &str) -> io::Result<()> {
        self.say('+', path_id)
    }

    /// A file has come back.
    pub fn ends(&mut self, path_id: &str) -> io::Result<()> {
        self.say('-', path_id)
    }

    /// The try ends in good order.
    pub fn close(self) -> io::Result<()> {
        self.storage.remove(&self.path)
    }

    fn say(&mut self, sign: char, path_id: &str) -> io::Result<()> {
        self.storage.append(&mut self.file, format!("{sign}{path_id}\n").as_bytes())
    }
}

/// The announcements of a try that has died.
#[derive(Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Where they stand.
    pub path: PathBuf,
    /// The name of the try.
    pub try_name: String,
    /// Files that had not come back.
    pub path_ids: Vec<String>,
}

/// What was in flight when tries died: one entry for each rank that left announcements.
pub fn in_flight(folder: &Path) -> io::Result<Vec<InFlight>> {
    let read = |path: PathBuf| {
        let text = std::fs::read(&path)?;
        let text = String::from_utf8_lossy(&text);
        let mut lines = text.lines();
        let try_name = lines.next().unwrap_or_default().to_owned();
        let mut path_ids: Vec<String> = Vec::new();
        for line in lines {
            if let Some(path_id) = line.strip_prefix('+') {
                path_ids.push(path_id.to_owned());
            } else if let Some(back) = line.strip_prefix('-') {
                path_ids.retain(|path_id| path_id != back);
            }
        }
        Ok(InFlight { path, try_name, path_ids })
    };
    super::files_of(folder, EXTENSION)?.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::Disk;

    #[test]
    fn what_has_not_come_back_was_in_flight_unless_the_end_was_good() {
        let folder = tempfile::tempdir().unwrap();
        let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
        let mut said = Announcements::open(&disk, folder.path(), 7, "first").unwrap();
        said.starts("a").unwrap();
        said.starts("b").unwrap();
        said.ends("a").unwrap();
        let left = in_flight(folder.path()).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0].try_name[..], &left[0].path_ids[..]), ("first", &["b".into()][..]));
        said.close().unwrap();
        assert_eq!(in_flight(folder.path()).unwrap(), []);
    }
}
