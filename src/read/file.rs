//! The file itself: a path in, its bytes out. Links are not followed, FIFOs and devices are not
//! waited for, and a file that changes meanwhile is noticed.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;
use rustix::fs::{CWD, Mode, OFlags, openat};

use rustix::io::Errno;

use super::{ReadError, part10};

/// What is read before anything else is: preamble, prefix and the first element.
const HEAD_BYTES: u64 = 4096;

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

fn attempt(path: &Path, limit_bytes: u64) -> Result<Bytes, ReadError> {
    let (mut file, before) = open(path)?;
    let mut bytes = Vec::new();
    (&mut file).take(HEAD_BYTES).read_to_end(&mut bytes).map_err(unreadable)?;
    if (bytes.len() as u64) < HEAD_BYTES.min(before.len()) {
        return Err(ReadError::Changed);
    }
    // An archive of gigabytes that lies in the tree is told from its first bytes.
    if !part10::may_be_dicom(&bytes, before.len()) {
        return Err(part10::NO_DICOM);
    }
    if before.len() > limit_bytes {
        return Err(ReadError::OverLimit("the file's bytes"));
    }
    let left = (before.len() + 1).saturating_sub(bytes.len() as u64);
    bytes
        .try_reserve_exact(left as usize)
        .map_err(|_| ReadError::OverLimit("the bytes that memory holds"))?;
    (&mut file).take(left).read_to_end(&mut bytes).map_err(unreadable)?;
    let after = file.metadata().map_err(unreadable)?;
    let state = |meta: &std::fs::Metadata| (meta.len(), meta.mtime(), meta.mtime_nsec());
    if bytes.len() as u64 != before.len() || state(&before) != state(&after) {
        return Err(ReadError::Changed);
    }
    Ok(bytes.into())
}

#[expect(clippy::needless_pass_by_value, reason = "stands where map_err wants a function")]
pub(super) fn unreadable(error: std::io::Error) -> ReadError {
    ReadError::Unreadable(error.kind())
}
