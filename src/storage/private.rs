//! Files and folders that only their owner may read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Makes a folder that only its owner can enter; one that is there is left as it is.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made,
    }
}

/// A file that is to be filled at the end of a run and that only its owner can read.
#[derive(Debug)]
pub struct PrivateFile(File);

/// Makes such a file, or takes one that is empty or, where there is a `head`, begins with it.
pub fn claim_private(path: &Path, head: &[u8]) -> io::Result<PrivateFile> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    let mut file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut start = Vec::new();
    (&mut file).take(head.len().max(1) as u64).read_to_end(&mut start)?;
    if !start.is_empty() && start != head {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(PrivateFile(file))
}

/// Writes a new file that only its owner can read; one that is there, left over from a run that was
/// killed, is replaced. Where it fails nothing is left.
pub fn write_private(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let filled = fill(&mut file).and_then(|()| file.sync_all());
    if filled.is_err() {
        fs::remove_file(path).ok();
    }
    filled
}

impl PrivateFile {
    /// Fills the file anew; where that fails it is left empty.
    pub fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.set_len(0)?;
        io::Seek::rewind(&mut self.0)?;
        let filled = self.0.write_all(bytes).and_then(|()| self.0.sync_all());
        if filled.is_err() {
            self.0.set_len(0).ok();
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_empty_file_or_one_of_an_earlier_try_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list");
        claim_private(&path, b"head").unwrap().fill(b"header\nrows").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(claim_private(&path, b"").is_err());
        claim_private(&path, b"head").unwrap().fill(b"header").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"header");
        fs::write(&path, "thesis").unwrap();
        assert!(claim_private(&path, b"head").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"thesis");
    }
}
