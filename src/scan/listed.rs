//! A list in, what it names out: files with a size as they are listed, so that nothing is asked of the file
//! system; the others in batches to be looked at. Whatever is named twice is refused.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::list::{Entry, List, ListError};
use super::look::look;
use super::repeats::Seen;
use super::work::{Names, Outlet};
use super::{BATCH, OtherKind};
use crate::manifest::FolderFiles;

/// The modification time of a file that nobody has looked at.
const UNKNOWN_TIME: i64 = 0;

/// Files of the folder that the list is at.
#[derive(Default)]
struct Batch {
    with_size: FolderFiles,
    without: FolderFiles,
}

pub(super) fn read(list: &List, outlet: &mut Outlet<'_>) -> Result<(), ListError> {
    let mut seen = Seen::new();
    let mut batch = Batch::default();
    let mut path = Vec::new();
    list.each(&mut |Entry { place, path: listed, size_bytes }| {
        list.below(listed, &mut path).map_err(|fault| ListError::At(place, fault))?;
        if !seen.is_new(&path)
            && let Some(first) = first_with(list, &path)?
            && first != place
        {
            return Err(ListError::Repeated(first, place));
        }
        batch.add(&path, size_bytes, outlet);
        Ok(outlet.work.goes_on())
    })?;
    batch.flush(outlet);
    Ok(())
}

/// Where a path stands first: only the list itself is sure that it stands there twice.
fn first_with(list: &List, path: &[u8]) -> Result<Option<super::Place>, ListError> {
    let (mut first, mut other) = (None, Vec::new());
    list.each(&mut |entry| {
        let is_it = list.below(entry.path, &mut other).is_ok() && other == path;
        first = is_it.then_some(entry.place);
        Ok(!is_it)
    })?;
    Ok(first)
}

impl Batch {
    fn add(&mut self, path: &[u8], size_bytes: Option<u64>, outlet: &mut Outlet<'_>) {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let (folder, name) = slash.map_or((&b""[..], path), |at| (&path[..at], &path[at + 1..]));
        let folder = OsStr::from_bytes(folder);
        if name.is_empty() {
            return outlet.other("".as_ref(), b"", OtherKind::Folder);
        }
        let count = self.with_size.len().max(self.without.len());
        if self.with_size.folder != folder || count >= BATCH {
            self.flush(outlet);
            self.with_size.folder = folder.into();
            self.without.folder = folder.into();
        }
        match size_bytes {
            Some(size_bytes) => self.with_size.push(name, size_bytes, UNKNOWN_TIME),
            None => self.without.push(name, 0, UNKNOWN_TIME),
        }
    }

    fn flush(&mut self, outlet: &mut Outlet<'_>) {
        let Self { with_size, without } = std::mem::take(self);
        if !with_size.is_empty() || !without.is_empty() {
            // A scan does not enter links either: behind one lies another tree, or the same once more.
            let above =
                with_size.folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
            if above.map(|folder| outlet.work.root.join(folder)).any(|folder| folder.is_symlink()) {
                for (name, ..) in with_size.iter().chain(without.iter()) {
                    outlet.other(&with_size.folder, name, OtherKind::Link);
                }
                return;
            }
        }
        outlet.files(with_size);
        let names = Names { files: without, folder: None };
        if !names.files.is_empty()
            && let Some(names) = outlet.work.leave(names)
        {
            look(&names, outlet);
        }
    }
}
