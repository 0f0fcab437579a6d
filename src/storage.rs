//! The file system as the output needs it: files appear whole under their final name or not at all,
//! and never replace one that is there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};
use rustix::io::Errno;

/// What came of giving a file its final name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// It stands there now.
    Done,
    /// Another file has the name; the temporary file still stands.
    Taken,
}

/// Writes a new file, making the folders above it where they are missing. A file left over from a
/// run that was killed is replaced: its name holds the input's path ID, so it is ours.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = match create(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/")))?;
            create(path)?
        }
        created => created?,
    };
    let written = file.write_all(bytes);
    if written.is_err() {
        // What is left is half a file under a temporary name; the first error is the one to tell.
        fs::remove_file(path).ok();
    }
    written
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    options.custom_flags(OFlags::NOFOLLOW.bits() as i32);
    options.open(path)
}

/// Gives a temporary file its final name unless that is taken, in one step.
pub fn commit(temporary: &Path, target: &Path) -> io::Result<Commit> {
    match renameat_with(CWD, temporary, CWD, target, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(Commit::Done),
        Err(Errno::EXIST) => Ok(Commit::Taken),
        // File systems without RENAME_NOREPLACE (NFS, Lustre): a hard link does not replace either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => commit_by_link(temporary, target),
        Err(errno) => Err(errno.into()),
    }
}

fn commit_by_link(temporary: &Path, target: &Path) -> io::Result<Commit> {
    match fs::hard_link(temporary, target) {
        Ok(()) => fs::remove_file(temporary).map(|()| Commit::Done),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Commit::Taken),
        Err(error) => Err(error),
    }
}

/// Writes a file whole, replacing one that is there in one step.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let temporary = path.with_file_name(name);
    write_new(&temporary, bytes)?;
    File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, path)
}

/// Makes a file that only its owner can read, or takes one of ours that is empty.
pub fn claim_private(path: &Path) -> io::Result<()> {
    let file = private(path)?;
    if file.metadata()?.len() > 0 { Err(io::ErrorKind::AlreadyExists.into()) } else { Ok(()) }
}

/// Fills a file of [`claim_private`]; where that fails it is left empty.
pub fn fill_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private(path)?;
    let filled = file.write_all(bytes).and_then(|()| file.sync_all());
    if filled.is_err() {
        file.set_len(0).ok();
    }
    filled
}

/// Empties a file of [`claim_private`], for a run that has to be begun anew.
pub fn empty_private(path: &Path) -> io::Result<()> {
    private(path)?.set_len(0)
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    let file = options.open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

/// Makes all that was written below a folder safe against a power cut: one call for many files.
pub fn sync(folder: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(folder)?).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a/1.part"), folder.path().join("a/2.part"));
        let target = folder.path().join("a/file");
        write_new(&first, b"first").unwrap();
        write_new(&second, b"second").unwrap();
        assert_eq!(commit(&first, &target).unwrap(), Commit::Done);
        assert_eq!(commit(&second, &target).unwrap(), Commit::Taken);
        assert_eq!(commit_by_link(&second, &target).unwrap(), Commit::Taken);
        assert_eq!(fs::read(&target).unwrap(), b"first");
        assert!(second.exists() && !first.exists());
    }

    #[test]
    fn a_link_in_the_way_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, link) = (folder.path().join("victim"), folder.path().join("x.part"));
        fs::write(&victim, b"precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(write_new(&link, b"new").is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
    }
}
