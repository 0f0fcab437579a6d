//! One folder in, the names in it out: files by batches to be looked at, folders to be listed, all else as it
//! is. What a name stands for is told by the folder itself (`d_type`) where the file system tells it.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, FileType, Mode, OFlags, RawDir, openat};
use rustix::io::Errno;

use super::look::{look, other_kind};
use super::work::{Names, Outlet};
use super::{BATCH, OtherKind};
use crate::manifest::FolderFiles;

/// What the system tells of a folder at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Folders that are kept from the other threads until the end of the list, at most.
const KEPT: usize = 64;

pub(super) fn list(folder: &Path, outlet: &mut Outlet<'_>) {
    // A link that has taken the folder's place is not followed; of the input folder itself the name ends in
    // a slash, so that it may be one.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(CWD, outlet.work.root.join(folder), flags, Mode::empty());
    let Ok(opened) = opened.map(Arc::new) else {
        return outlet.other(folder, b"", OtherKind::Unreadable);
    };
    let (mut files, mut folders) = (FolderFiles::new(folder.to_owned()), Vec::new());
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let mut entries = RawDir::new(&*opened, buffer.spare_capacity_mut());
    while outlet.work.goes_on()
        && let Some(entry) = entries.next()
    {
        let entry = match entry {
            Ok(entry) => entry,
            Err(Errno::INTR) => continue,
            Err(_) => {
                outlet.other(folder, b"", OtherKind::Unreadable);
                break;
            }
        };
        let name = entry.file_name().to_bytes();
        match entry.file_type() {
            _ if matches!(name, b"." | b"..") => {}
            FileType::Directory => folders.push(folder.join(OsStr::from_bytes(name))),
            // What is not told shows when it is looked at.
            FileType::RegularFile | FileType::Unknown => files.push(name, 0, 0),
            kind => outlet.other(folder, name, other_kind(kind)),
        }
        if folders.len() >= KEPT {
            outlet.work.add_folders(&mut folders);
        }
        if files.len() >= BATCH {
            let full = std::mem::replace(&mut files, FolderFiles::new(folder.to_owned()));
            share(full, &opened, outlet);
        }
    }
    outlet.work.add_folders(&mut folders);
    look(&Names { files, folder: Some(opened) }, outlet);
}

/// Lets another thread look at a full batch, where that has time for it.
fn share(files: FolderFiles, folder: &Arc<OwnedFd>, outlet: &mut Outlet<'_>) {
    let names = Names { files, folder: Some(Arc::clone(folder)) };
    if let Some(names) = outlet.work.leave(names) {
        look(&names, outlet);
    }
}
