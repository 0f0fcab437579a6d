//! Names of a folder in, the size and the time of each file among them out. One question to the file system for
//! each; links are not followed.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::{self, Errno};

use super::OtherKind;
use super::work::{Names, Outlet};
use crate::manifest::FolderFiles;

pub(super) fn look(names: &Names, outlet: &mut Outlet<'_>) {
    if names.files.is_empty() {
        return;
    }
    let path = &names.files.folder;
    let folder = match &names.folder {
        Some(open) => Ok(Arc::clone(open)),
        None => open(&outlet.work.root.join(path)).map(Arc::new),
    };
    let (mut found, mut folders) = (FolderFiles::new(path.clone()), Vec::new());
    for (name, ..) in names.files.iter() {
        if !outlet.work.goes_on() {
            return;
        }
        let seen = folder.as_deref().map_err(|errno| *errno);
        let seen = seen.and_then(|folder| statat(folder, name, AtFlags::SYMLINK_NOFOLLOW));
        match seen.map(|stat| (FileType::from_raw_mode(stat.st_mode), stat)) {
            Ok((FileType::RegularFile, stat)) => {
                found.push(name, stat.st_size as u64, modified_ns(&stat));
            }
            Ok((FileType::Directory, _)) if !outlet.work.is_listed => {
                folders.push(path.join(OsStr::from_bytes(name)));
            }
            Ok((kind, _)) => outlet.other(path, name, other_kind(kind)),
            Err(errno) => outlet.other(path, name, absent(errno, outlet.work.is_listed)),
        }
    }
    outlet.work.add_folders(&mut folders);
    outlet.files(found);
}

/// To look at names in it; the right to list it is not needed.
fn open(folder: &Path) -> io::Result<OwnedFd> {
    openat(CWD, folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
}

fn modified_ns(stat: &Stat) -> i64 {
    stat.st_mtime.saturating_mul(1_000_000_000).saturating_add(stat.st_mtime_nsec as i64)
}

pub(super) fn other_kind(kind: FileType) -> OtherKind {
    match kind {
        FileType::Symlink => OtherKind::Link,
        FileType::Directory => OtherKind::Folder,
        FileType::Fifo | FileType::Socket | FileType::BlockDevice | FileType::CharacterDevice => {
            OtherKind::Special
        }
        _ => OtherKind::Unreadable,
    }
}

/// A file that a scan has listed and that has gone since cannot be looked at; what only a list names was
/// perhaps never there.
fn absent(errno: Errno, is_listed: bool) -> OtherKind {
    match errno {
        Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG if is_listed => OtherKind::Missing,
        _ => OtherKind::Unreadable,
    }
}
