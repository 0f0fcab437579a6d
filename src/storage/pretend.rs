//! A storage for simulated work: instances get their names without being there, and nothing is made safe; all
//! else goes to the disk below. Never in a shipped binary.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Commit, Disk, Storage};

/// The disk, but for instances.
#[derive(Debug)]
pub struct Pretend(Disk);

impl Pretend {
    /// Before this disk.
    pub fn on(disk: Disk) -> Self {
        Self(disk)
    }
}

impl Storage for Pretend {
    fn commit(&self, temporary: &Path, target: &Path) -> io::Result<Commit> {
        if target.extension().is_some_and(|end| end == "dcm") {
            return Ok(Commit::Done);
        }
        self.0.commit(temporary, target)
    }

    fn sync(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_file(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.write_new(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        self.0.link(file, name)
    }

    fn remove_tree(&self, folder: &Path) -> io::Result<()> {
        self.0.remove_tree(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.0.create(path)
    }

    fn open_append(&self, path: &Path) -> io::Result<File> {
        self.0.open_append(path)
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.0.append(file, bytes)
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        self.0.cut(file, length)
    }
}
