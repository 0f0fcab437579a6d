//! The real file system.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::{Commit, FileSystem, Storage};

/// The disk below an output folder.
#[derive(Debug, Clone, Copy)]
pub struct Disk {
    sync_each: bool,
}

impl Disk {
    /// The disk on which this folder is, or would be.
    pub fn below(folder: &Path) -> Self {
        let existing = folder.ancestors().find_map(|folder| FileSystem::of(folder).ok());
        Self { sync_each: !existing.is_some_and(|it| it.reports_at_syncfs) }
    }
}

impl Storage for Disk {
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = match create(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
                create(path)?
            }
            created => created?,
        };
        let mut written = file.write_all(bytes);
        if self.sync_each {
            written = written.and_then(|()| file.sync_data());
        }
        if written.is_err() {
            // What is left is half a file under a temporary name; the first error is the one to tell.
            fs::remove_file(path).ok();
        }
        written
    }

    fn commit(&self, temporary: &Path, target: &Path) -> io::Result<Commit> {
        match renameat_with(CWD, temporary, CWD, target, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(Commit::Done),
            Err(Errno::EXIST) => Ok(Commit::Taken),
            // File systems without RENAME_NOREPLACE (NFS, Lustre): a hard link does not replace
            // either.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => commit_by_link(temporary, target),
            Err(errno) => Err(errno.into()),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        match fs::rename(from, to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && from.exists() => {
                fs::create_dir_all(to.parent().unwrap_or(Path::new("/")))?;
                fs::rename(from, to)
            }
            renamed => renamed,
        }
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        match fs::hard_link(file, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.exists() => {
                fs::create_dir_all(name.parent().unwrap_or(Path::new("/")))?;
                fs::hard_link(file, name)
            }
            linked => linked,
        }
    }

    fn remove_tree(&self, folder: &Path) -> io::Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32;
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let mut file = opened.map_err(|error| match Errno::from_io_error(&error) {
            Some(Errno::LOOP) => io::ErrorKind::InvalidInput.into(),
            _ => error,
        })?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut bytes = Vec::with_capacity(meta.len() as usize);
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        create(path)
    }

    fn open_append(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits() as i32);
        options.open(path)
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        file.set_len(length)
    }

    fn sync(&self, folder: &Path) -> io::Result<()> {
        rustix::fs::syncfs(File::open(folder)?).map_err(Into::into)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.custom_flags(OFlags::NOFOLLOW.bits() as i32);
    options.open(path)
}

fn commit_by_link(temporary: &Path, target: &Path) -> io::Result<Commit> {
    match fs::hard_link(temporary, target) {
        Ok(()) => fs::remove_file(temporary).map(|()| Commit::Done),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Commit::Taken),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::below(folder.path());
        let (first, second) = (folder.path().join("a/1.part"), folder.path().join("a/2.part"));
        let target = folder.path().join("a/file");
        disk.write_new(&first, b"first").unwrap();
        disk.write_new(&second, b"second").unwrap();
        assert_eq!(disk.commit(&first, &target).unwrap(), Commit::Done);
        assert_eq!(disk.commit(&second, &target).unwrap(), Commit::Taken);
        assert_eq!(commit_by_link(&second, &target).unwrap(), Commit::Taken);
        assert_eq!(fs::read(&target).unwrap(), b"first");
        assert!(second.exists() && !first.exists());
    }

    #[test]
    fn a_link_in_the_way_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::below(folder.path());
        let (victim, link) = (folder.path().join("victim"), folder.path().join("x.part"));
        fs::write(&victim, b"precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(disk.write_new(&link, b"new").is_err());
        assert!(disk.open_append(&link).is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }

    #[test]
    fn a_file_is_replaced_whole_and_removed_once() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::below(folder.path());
        let path = folder.path().join("file");
        disk.replace(&path, b"one").unwrap();
        disk.replace(&path, b"two").unwrap();
        assert_eq!(disk.read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        disk.remove(&path).unwrap();
        disk.remove(&path).unwrap();
    }
}
