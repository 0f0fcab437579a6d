//! The file itself: a path in, its bytes out. Links are not followed, FIFOs and devices are not
//! waited for, and a file that changes meanwhile is noticed.

use std::fs::{File, Metadata};
use std::num::NonZeroU64;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::fs::{Advice, CWD, Mode, OFlags, fadvise, openat};
use rustix::io::Errno;

use super::{ReadError, part10};

/// What is read before anything else is: preamble, prefix and the first element.
const HEAD_BYTES: u64 = 4096;

/// A file of no more bytes is read at once.
const AT_ONCE: u64 = 1 << 20;

/// So much of a file is read ahead at most, and so much of it is asked for at a time.
const AHEAD_BYTES: u64 = 64 << 20;
const ADVISED_BYTES: u64 = 128 << 10;

/// Reads a regular file whole; a file that was written to meanwhile is read once more.
pub(super) fn read_whole(path: &Path, limit_bytes: u64) -> Result<Bytes, ReadError> {
    match attempt(path, limit_bytes) {
        Err(ReadError::Changed) => attempt(path, limit_bytes),
        done => done,
    }
}

/// Opens a regular file, and says what it is.
pub(super) fn open(path: &Path) -> Result<(File, Metadata), ReadError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = openat(CWD, path, flags, Mode::empty());
    let file = File::from(opened.map_err(|errno| match errno {
        // A link has taken the file's place since the scan.
        Errno::LOOP => ReadError::NotRegular,
        errno => ReadError::Unreadable(errno.kind()),
    })?);
    let meta = file.metadata().map_err(unreadable)?;
    if !meta.is_file() {
        return Err(ReadError::NotRegular);
    }
    Ok((file, meta))
}

/// Asks the operating system to read a file soon: its first bytes where it is long, which the system's own
/// read-ahead follows.
pub(super) fn ahead(path: &Path) {
    if let Ok((file, meta)) = open(path) {
        // Of one advice Linux takes no more than a device reads at once.
        for start in (0..meta.len().min(AHEAD_BYTES)).step_by(ADVISED_BYTES as usize) {
            // Some file systems know of no advice: then it is read when its turn comes.
            fadvise(&file, start, NonZeroU64::new(ADVISED_BYTES), Advice::WillNeed).ok();
        }
    }
}

fn attempt(path: &Path, limit_bytes: u64) -> Result<Bytes, ReadError> {
    let (file, before) = open(path)?;
    let mut bytes = Vec::new();
    let head = if before.len() <= AT_ONCE { before.len() } else { HEAD_BYTES };
    fill(&file, &mut bytes, head)?;
    // An archive of gigabytes that lies in the tree is told from its first bytes.
    if !part10::may_be_dicom(&bytes, before.len()) {
        return Err(part10::NO_DICOM);
    }
    if before.len() > limit_bytes {
        return Err(ReadError::OverLimit("the file's bytes"));
    }
    fill(&file, &mut bytes, before.len())?;
    let after = file.metadata().map_err(unreadable)?;
    let state = |meta: &Metadata| (meta.len(), meta.mtime(), meta.mtime_nsec());
    if bytes.len() as u64 != before.len() || state(&before) != state(&after) {
        return Err(ReadError::Changed);
    }
    Ok(bytes.into())
}

/// Reads on until there are so many bytes; a file that ends before was cut meanwhile.
fn fill(file: &File, bytes: &mut Vec<u8>, length: u64) -> Result<(), ReadError> {
    let missing = (length as usize).saturating_sub(bytes.len());
    // The system reads into the room that is left, and a little more does no harm.
    bytes
        .try_reserve_exact(missing)
        .map_err(|_| ReadError::OverLimit("the bytes that memory holds"))?;
    while (bytes.len() as u64) < length {
        match rustix::io::read(file, spare_capacity(bytes)) {
            Ok(0) => return Err(ReadError::Changed),
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(ReadError::Unreadable(errno.kind())),
        }
    }
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "stands where map_err wants a function")]
pub(super) fn unreadable(error: std::io::Error) -> ReadError {
    ReadError::Unreadable(error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_whole_whether_it_is_read_at_once_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for length in [132, HEAD_BYTES, HEAD_BYTES + 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1] {
            let mut bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            bytes[128..132].copy_from_slice(b"DICM");
            std::fs::write(&path, &bytes).unwrap();
            assert!(read_whole(&path, length).unwrap() == bytes, "{length} bytes");
            let limited = read_whole(&path, length - 1);
            assert_eq!(limited, Err(ReadError::OverLimit("the file's bytes")));
        }
    }
}
