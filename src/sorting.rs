//! Sorting more than memory holds: items in, in any order, the same out in the order of their keys. What
//! passes the limit goes to the disk in sorted runs, which are merged while they are read back.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::storage::SharedStorage;

/// Bytes that a sorter holds in memory.
pub const LIMIT_BYTES: usize = 32 << 20;
/// So many runs are read at once; more are merged into one before.
const MOST_RUNS: usize = 32;
/// Bytes that are read or written at once.
const BUFFER_BYTES: usize = 1 << 20;
/// The lengths of key and value before an item, on the disk and in the memory's account.
const HEAD_BYTES: usize = 8;

/// A key and what stands under it. Equal keys are in the order of their values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// What the order follows, byte by byte.
    pub key: Vec<u8>,
    /// What it belongs to.
    pub value: Vec<u8>,
}

/// Where runs go: the start of their names.
#[derive(Debug, Clone)]
pub struct Scratch {
    storage: SharedStorage,
    folder: PathBuf,
    name: String,
}

impl Scratch {
    /// Runs in this folder, whose names begin so.
    pub fn new(storage: &SharedStorage, folder: &Path, name: String) -> Self {
        Self { storage: storage.clone(), folder: folder.to_owned(), name }
    }
}

/// Takes items in.
#[derive(Debug)]
pub struct Sorter {
    scratch: Scratch,
    limit_bytes: usize,
    held: Held,
    runs: Vec<Run>,
    runs_made: usize,
}

impl Sorter {
    /// An empty one that holds [`LIMIT_BYTES`] in memory.
    pub fn new(scratch: Scratch) -> Self {
        Self::with_limit(scratch, LIMIT_BYTES)
    }

    /// An empty one that holds so many bytes in memory.
    pub fn with_limit(scratch: Scratch, limit_bytes: usize) -> Self {
        let held = Held::default();
        Self { scratch, limit_bytes, held, runs: Vec::new(), runs_made: 0 }
    }

    /// Takes an item in.
    pub fn add(&mut self, item: &Item) -> io::Result<()> {
        self.held.push(item);
        if self.held.memory_bytes() < self.limit_bytes {
            return Ok(());
        }
        let mut held = std::mem::take(&mut self.held);
        held.sort();
        let run = self.write_run((0..held.places.len()).map(|at| Ok(held.item(at))));
        let Ok(run) = run else {
            // Where the disk takes no more, memory does, as long as it lasts.
            self.limit_bytes = self.limit_bytes.saturating_mul(2);
            self.held = held;
            return Ok(());
        };
        self.runs.push(run);
        held.clear();
        self.held = held;
        if self.runs.len() == MOST_RUNS {
            let nothing = Held::default();
            let all = Merge::of(&self.runs, &nothing)?;
            let merged = self.write_run(all)?;
            self.runs = vec![merged];
        }
        Ok(())
    }

    fn write_run(&mut self, items: impl Iterator<Item = io::Result<Item>>) -> io::Result<Run> {
        let Scratch { storage, folder, name } = &self.scratch;
        let path = folder.join(format!("{name}.run-{}", self.runs_made));
        self.runs_made += 1;
        storage.remove(&path)?;
        let mut file = storage.open_append(&path)?;
        let mut run = Run { storage: storage.clone(), path, items: 0 };
        let mut buffer = Vec::with_capacity(BUFFER_BYTES);
        for item in items {
            let Item { key, value } = item?;
            run.items += 1;
            buffer.extend_from_slice(&(key.len() as u32).to_le_bytes());
            buffer.extend_from_slice(&(value.len() as u32).to_le_bytes());
            buffer.extend_from_slice(&key);
            buffer.extend_from_slice(&value);
            if buffer.len() >= BUFFER_BYTES {
                storage.append(&mut file, &buffer)?;
                buffer.clear();
            }
        }
        storage.append(&mut file, &buffer)?;
        Ok(run)
    }

    /// All has been taken in.
    pub fn finish(mut self) -> Sorted {
        self.held.sort();
        Sorted { held: self.held, runs: self.runs }
    }
}

/// Items in memory, one behind the other.
#[derive(Debug, Default)]
struct Held {
    bytes: Vec<u8>,
    /// Where each begins, and the lengths of its key and its value.
    places: Vec<(usize, u32, u32)>,
}

impl Held {
    fn push(&mut self, Item { key, value }: &Item) {
        self.places.push((self.bytes.len(), key.len() as u32, value.len() as u32));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
    }

    fn parts(bytes: &[u8], (start, key, value): (usize, u32, u32)) -> (&[u8], &[u8]) {
        bytes[start..start + key as usize + value as usize].split_at(key as usize)
    }

    fn item(&self, at: usize) -> Item {
        let (key, value) = Self::parts(&self.bytes, self.places[at]);
        Item { key: key.to_vec(), value: value.to_vec() }
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.places.sort_unstable_by(|a, b| Self::parts(bytes, *a).cmp(&Self::parts(bytes, *b)));
    }

    fn memory_bytes(&self) -> usize {
        self.bytes.len() + self.places.len() * size_of::<(usize, u32, u32)>()
    }

    /// Empties it and keeps its memory.
    fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
    }
}

/// A run on the disk; removed with the value.
#[derive(Debug)]
struct Run {
    storage: SharedStorage,
    path: PathBuf,
    items: u64,
}

impl Drop for Run {
    fn drop(&mut self) {
        // What stays is removed by the next try.
        self.storage.remove(&self.path).ok();
    }
}

/// All items in their order; may be gone through more than once.
#[derive(Debug)]
pub struct Sorted {
    held: Held,
    runs: Vec<Run>,
}

impl Sorted {
    /// The items in their order.
    pub fn read(&self) -> io::Result<Merge<'_>> {
        Merge::of(&self.runs, &self.held)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.held.places.is_empty() && self.runs.is_empty()
    }
}

/// Several sorted sources as one.
#[derive(Debug)]
pub struct Merge<'a> {
    /// Runs, and the items that are left in each.
    runs: Vec<(BufReader<File>, u64)>,
    held: &'a Held,
    /// The next of those in memory.
    at: usize,
    /// The next item of each source, by number; the memory is the last source.
    next: BinaryHeap<Reverse<(Item, usize)>>,
    failed: bool,
}

impl<'a> Merge<'a> {
    fn of(runs: &[Run], held: &'a Held) -> io::Result<Self> {
        let open = |run: &Run| {
            let file = File::open(&run.path)?;
            Ok((BufReader::with_capacity(BUFFER_BYTES / 4, file), run.items))
        };
        let runs = runs.iter().map(open).collect::<io::Result<Vec<_>>>()?;
        let mut merge = Self { runs, held, at: 0, next: BinaryHeap::new(), failed: false };
        for source in 0..=merge.runs.len() {
            if let Some(item) = merge.read(source)? {
                merge.next.push(Reverse((item, source)));
            }
        }
        Ok(merge)
    }

    fn read(&mut self, source: usize) -> io::Result<Option<Item>> {
        let Some((run, left)) = self.runs.get_mut(source) else {
            let is_left = self.at < self.held.places.len();
            self.at += usize::from(is_left);
            return Ok(is_left.then(|| self.held.item(self.at - 1)));
        };
        if *left == 0 {
            return Ok(None);
        }
        *left -= 1;
        let mut head = [0; HEAD_BYTES];
        run.read_exact(&mut head)?;
        let lengths = u64::from_le_bytes(head);
        let mut key = vec![0; (lengths & u64::from(u32::MAX)) as usize];
        let mut value = vec![0; (lengths >> 32) as usize];
        run.read_exact(&mut key)?;
        run.read_exact(&mut value)?;
        Ok(Some(Item { key, value }))
    }
}

impl Iterator for Merge<'_> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let source = self.next.peek()?.0.1;
        let following = match self.read(source) {
            Ok(following) => following,
            Err(error) => {
                self.failed = true;
                return Some(Err(error));
            }
        };
        let mut least = self.next.peek_mut()?;
        let item = match following {
            Some(item) => std::mem::replace(&mut least.0.0, item),
            None => PeekMut::pop(least).0.0,
        };
        Some(Ok(item))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::storage::Disk;

    fn item((key, value): (Vec<u8>, Vec<u8>)) -> Item {
        Item { key, value }
    }

    proptest! {
        #[test]
        fn items_come_out_in_order_whatever_the_memory(
            items in prop::collection::vec(
                (prop::collection::vec(any::<u8>(), 0..4), prop::collection::vec(any::<u8>(), 0..9)),
                0..400,
            ),
            limit in 60..6000_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
            let scratch = Scratch::new(&disk, folder.path(), "x".into());
            let mut sorter = Sorter::with_limit(scratch, limit);
            let mut wanted: Vec<Item> = items.into_iter().map(item).collect();
            for item in &wanted {
                sorter.add(item).unwrap();
            }
            wanted.sort();
            let sorted = sorter.finish();
            prop_assert_eq!(sorted.is_empty(), wanted.is_empty());
            for _ in 0..2 {
                let found: Vec<Item> = sorted.read().unwrap().map(Result::unwrap).collect();
                prop_assert_eq!(&found, &wanted);
            }
            drop(sorted);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "runs are removed");
        }
    }

    #[test]
    fn a_run_that_was_cut_is_an_error_and_not_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
        let scratch = Scratch::new(&disk, folder.path(), "x".into());
        let mut sorter = Sorter::with_limit(scratch, 1);
        sorter.add(&item((b"key".to_vec(), b"value".to_vec()))).unwrap();
        let sorted = sorter.finish();
        let run = std::fs::OpenOptions::new().write(true).open(folder.path().join("x.run-0"));
        let run = run.unwrap();
        for length in [10, 0] {
            run.set_len(length).unwrap();
            assert!(sorted.read().is_err(), "cut to {length}");
        }
    }
}
