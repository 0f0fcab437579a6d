//! Very many files in little memory: what the scan finds in, folder by folder, any file by its number out. A
//! file takes 24 bytes and its name, a folder its path once. Path IDs are made when they are asked for.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::fmt;
use std::hash::BuildHasher;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::FileEntry;
use super::arena::{Arena, Blocks};

/// Some regular files of one folder.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FolderFiles {
    /// The folder, below the input folder, without `.` and doubled `/`.
    pub folder: PathBuf,
    /// One name behind the other, and where each ends.
    names: Vec<u8>,
    ends: Vec<u32>,
    sizes_bytes: Vec<u64>,
    modified_ns: Vec<i64>,
}

impl FolderFiles {
    /// None yet, of this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Adds a file by the name that it has in the folder.
    pub fn push(&mut self, name: &[u8], size_bytes: u64, modified_ns: i64) {
        self.names.extend_from_slice(name);
        self.ends.push(u32::try_from(self.names.len()).expect("a batch of names is no 4 GiB"));
        self.sizes_bytes.push(size_bytes);
        self.modified_ns.push(modified_ns);
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Name, size in bytes and time of modification in nanoseconds since 1970 of each.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64, i64)> {
        let mut start = 0;
        (0..self.len()).map(move |at| {
            let end = self.ends[at] as usize;
            let name = &self.names[std::mem::replace(&mut start, end)..end];
            (name, self.sizes_bytes[at], self.modified_ns[at])
        })
    }
}

/// Without names: they may be a patient's.
impl fmt::Debug for FolderFiles {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "FolderFiles({} files)", self.len())
    }
}

/// The files of a run.
#[derive(Default)]
pub struct FileList {
    sizes_bytes: Blocks<u64>,
    modified_ns: Blocks<i64>,
    folder_of: Blocks<u32>,
    names: Arena,
    folders: Arena,
    /// The folders by their hashes.
    known_folders: HashMap<u64, u32>,
    bytes: u64,
}

impl fmt::Debug for FileList {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "FileList({} files, {} bytes)", self.len(), self.bytes)
    }
}

impl FileList {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.sizes_bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds files of one folder; their numbers follow each other, and the first is the length before. No scan
    /// finds more files than there are numbers.
    pub fn add(&mut self, found: &FolderFiles) {
        if found.is_empty() {
            return;
        }
        let folder = self.folder(found.folder.as_os_str().as_bytes());
        for (name, size_bytes, modified_ns) in found.iter() {
            self.names.push(name);
            self.sizes_bytes.push(size_bytes);
            self.modified_ns.push(modified_ns);
            self.folder_of.push(folder);
            self.bytes = self.bytes.saturating_add(size_bytes);
        }
    }

    /// The number of a folder. Another one with the same hash is merely not known again.
    fn folder(&mut self, path: &[u8]) -> u32 {
        let hash = self.known_folders.hasher().hash_one(path);
        match self.known_folders.entry(hash) {
            Entry::Occupied(known) if self.folders.get(*known.get()) == path => *known.get(),
            Entry::Occupied(_) => self.folders.push(path),
            Entry::Vacant(free) => *free.insert(self.folders.push(path)),
        }
    }

    /// The size of a file in bytes.
    pub fn size_bytes(&self, at: u32) -> u64 {
        self.sizes_bytes.get(at)
    }

    /// When a file was last modified, in nanoseconds since 1970; 0 where nobody looked.
    pub fn modified_ns(&self, at: u32) -> i64 {
        self.modified_ns.get(at)
    }

    /// The path below the input folder, as the bytes that the file system holds.
    pub fn path(&self, at: u32) -> PathBuf {
        let mut path = Vec::new();
        self.path_bytes(at, &mut path);
        OsString::from_vec(path).into()
    }

    /// The same, in the place of what `into` held.
    pub fn path_bytes(&self, at: u32, into: &mut Vec<u8>) {
        into.clear();
        into.extend_from_slice(self.folders.get(self.folder_of.get(at)));
        if !into.is_empty() {
            into.push(b'/');
        }
        into.extend_from_slice(self.names.get(at));
    }

    /// Which path comes first, as `Path` has it: name by name, and not byte by byte, where `a.b` would come
    /// before `a/b`.
    pub fn cmp_paths(&self, a: u32, b: u32) -> Ordering {
        let folders = (self.folder_of.get(a), self.folder_of.get(b));
        if folders.0 == folders.1 {
            return self.names.get(a).cmp(self.names.get(b));
        }
        self.parts(folders.0, a).cmp(self.parts(folders.1, b))
    }

    fn parts(&self, folder: u32, at: u32) -> impl Iterator<Item = &[u8]> {
        let folder = self.folders.get(folder);
        let above = folder.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
        above.chain([self.names.get(at)])
    }

    /// A file as the ranks know it, with its path ID made of its path.
    pub fn entry(&self, at: u32, path_id: impl FnOnce(&[u8]) -> String) -> FileEntry {
        let path = self.path(at);
        let path_id = path_id(path.as_os_str().as_bytes());
        FileEntry {
            path,
            size_bytes: self.size_bytes(at),
            modified_ns: self.modified_ns(at),
            path_id,
        }
    }

    /// The size of all files together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The memory that the list takes.
    pub fn memory_bytes(&self) -> usize {
        // A map keeps an eighth of its places free, and a byte of its own for each.
        let places = self.known_folders.capacity() * 8 / 7;
        let known = places * (size_of::<(u64, u32)>() + 1);
        let numbers = self.sizes_bytes.memory_bytes()
            + self.modified_ns.memory_bytes()
            + self.folder_of.memory_bytes();
        size_of::<Self>()
            + numbers
            + self.names.memory_bytes()
            + self.folders.memory_bytes()
            + known
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Folders and names of few different bytes, around `/` and beyond UTF-8.
    fn tree() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>, u64, i64)>> {
        let name = "[a.!0\u{1}]{1,3}".prop_map(String::into_bytes);
        let name = prop_oneof![name, proptest::collection::vec(0x80_u8..=0xFF, 1..3)]
            .prop_filter("no name", |name| name != b"." && name != b"..");
        let folder = proptest::collection::vec(name.clone(), 0..4);
        let folder = folder.prop_map(|names| names.join(&b'/'));
        proptest::collection::vec((folder, name, any::<u64>(), any::<i64>()), 1..40)
    }

    fn path(folder: &[u8], name: &[u8]) -> PathBuf {
        let path = |bytes: &[u8]| PathBuf::from(OsString::from_vec(bytes.to_vec()));
        path(folder).join(path(name))
    }

    proptest! {
        #[test]
        fn a_list_gives_back_what_it_was_given_and_orders_as_paths_do(files in tree()) {
            let mut list = FileList::default();
            for (folder, name, size_bytes, modified_ns) in &files {
                let mut found = FolderFiles::new(path(folder, b"").components().collect());
                found.push(name, *size_bytes, *modified_ns);
                list.add(&found);
            }
            prop_assert_eq!(list.len(), files.len());
            let mut bytes = Vec::new();
            for (at, (folder, name, size_bytes, modified_ns)) in files.iter().enumerate() {
                let path = path(folder, name);
                let entry = list.entry(at as u32, |path| format!("{path:?}"));
                list.path_bytes(at as u32, &mut bytes);
                prop_assert_eq!(path.as_os_str().as_bytes(), &bytes);
                let path_id = format!("{bytes:?}");
                let (size_bytes, modified_ns) = (*size_bytes, *modified_ns);
                prop_assert_eq!(entry, FileEntry { path, size_bytes, modified_ns, path_id });
            }
            for a in 0..files.len() as u32 {
                for b in 0..files.len() as u32 {
                    prop_assert_eq!(list.cmp_paths(a, b), list.path(a).cmp(&list.path(b)));
                }
            }
            let sum = files.iter().fold(0_u64, |sum, (.., size, _)| sum.saturating_add(*size));
            prop_assert_eq!(list.bytes(), sum);
        }
    }

    #[test]
    fn a_file_takes_28_bytes_and_its_name_and_a_folder_stands_once() {
        let (folders, each) = (100_u32, 1000_u32);
        let mut list = FileList::default();
        let mut text = 0;
        // Half of each folder comes later, as from a list in no order.
        for part in 0..2 {
            for folder in 0..folders {
                let folder = format!("patient-{folder:06}/a study of some kind/series");
                text += if part == 0 { folder.len() } else { 0 };
                let mut found = FolderFiles::new(folder.into());
                for file in 0..each / 2 {
                    let name = format!("IMG{part}{file:08}.dcm");
                    text += name.len();
                    found.push(name.as_bytes(), 524_288, 1_700_000_000_000_000_000);
                }
                list.add(&found);
            }
        }
        assert_eq!(list.len(), 100_000);
        let without_text = list.memory_bytes() - text;
        assert!(without_text <= 28 * list.len(), "{without_text} bytes");
        let last = "patient-000099/a study of some kind/series/IMG100000499.dcm";
        assert_eq!(list.path(99_999), PathBuf::from(last));
    }

    #[test]
    fn what_debug_shows_holds_no_name() {
        let mut found = FolderFiles::new("DOE^JANE".into());
        found.push(b"DOE", 3, 0);
        let mut list = FileList::default();
        list.add(&found);
        assert_eq!(
            format!("{found:?} {list:?}"),
            "FolderFiles(1 files) FileList(1 files, 3 bytes)"
        );
    }
}
