//! The scan: an input folder in, every name below it out, or what a list names in it. Nothing is opened but
//! folders, links are not followed, and whatever is no regular file is told of with what it is.
//!
//! Threads look, and the caller takes what they have found while they go on: [`Scanner`]. What they have found
//! and nobody has taken yet is bounded, and so is memory.

mod list;
mod listed;
mod look;
mod repeats;
mod rows;
#[cfg(test)]
mod tests;
mod tree;
mod work;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::deident::Pseudonyms;
use crate::manifest::{FileEntry, FileList, FolderFiles};
use list::List;
pub use list::{Fault, ListError, Place};
use work::Work;

/// Files that are found and told of together, at most: few enough that threads share the looking at one large
/// folder.
const BATCH: usize = 512;
/// Batches that wait for the caller, at most.
const WAITING: usize = 128;

/// What stands below the input folder.
#[derive(Debug, Default)]
pub struct Scan {
    /// Regular files: the work to do.
    pub files: Vec<FileEntry>,
    /// All else but folders.
    pub others: Vec<Other>,
}

/// A name that is not opened.
#[derive(Debug)]
pub struct Other {
    /// The path below the input folder.
    pub path: PathBuf,
    /// The keyed name under which reports speak of it.
    pub path_id: String,
    /// What it is.
    pub kind: OtherKind,
}

impl Other {
    /// As an entry of the input with nothing in it.
    pub fn entry(&self) -> FileEntry {
        let (path, path_id) = (self.path.clone(), self.path_id.clone());
        FileEntry { path, size_bytes: 0, modified_ns: 0, path_id }
    }
}

/// What a name stands for that is no regular file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherKind {
    /// A symbolic link.
    Link,
    /// A FIFO, a socket or a device.
    Special,
    /// A folder that cannot be listed, or an entry that cannot be looked at.
    Unreadable,
    /// A folder where a list names files.
    Folder,
    /// Not there, though a list names it.
    Missing,
}

impl OtherKind {
    /// A short name, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Link => "symbolic-link",
            Self::Special => "special-file",
            Self::Unreadable => "unreadable",
            Self::Folder => "folder",
            Self::Missing => "missing",
        }
    }

    /// What it means, in words.
    pub fn message(self) -> &'static str {
        match self {
            Self::Link => "a symbolic link: links are not followed",
            Self::Special => "a FIFO, a socket or a device: not opened",
            Self::Unreadable => "a folder or an entry that cannot be listed",
            Self::Folder => "a folder, which --manifest lists: list the files in it",
            Self::Missing => "listed in --manifest and not there",
        }
    }
}

/// Something that the scan has found.
#[derive(Debug)]
pub enum Found {
    /// Regular files of one folder.
    Files(FolderFiles),
    /// Names that are none.
    Others(Vec<Other>),
    /// The scan cannot go on: what was found is not all there is.
    Failed(ScanError),
}

/// What the scan has to tell next.
#[derive(Debug)]
pub enum Next {
    /// This was found.
    Found(Found),
    /// Nothing in the time that was waited.
    Nothing,
    /// All is told. After [`Found::Failed`] it only means that nothing follows.
    Ended,
}

/// Why a scan cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The list cannot be believed.
    #[error(transparent)]
    List(#[from] ListError),
    /// There are more files than numbers for them.
    #[error("the input holds more files than one run can take ({0}): run it in parts")]
    TooMany(u32),
    /// A thread ended in a panic.
    #[error("the scan of the input failed at a fault of the program: what it found is not all")]
    Panicked,
}

/// Threads that scan an input. Dropped, they stop.
#[derive(Debug)]
pub struct Scanner {
    work: Arc<Work>,
    /// None while it is dropped: whoever waits to tell something then ends.
    found: Option<Receiver<Found>>,
    threads: Vec<JoinHandle<()>>,
}

impl Scanner {
    /// Scans everything below `root`.
    pub fn tree(root: &Path, threads: usize, pseudonyms: &Pseudonyms) -> io::Result<Self> {
        Self::start(Work::tree(root.to_owned(), pseudonyms.clone(), threads), threads, None)
    }

    /// Looks at what a list names below `root`: lines of text or rows of Parquet, with sizes or without.
    pub fn listed(
        root: &Path,
        list: &Path,
        threads: usize,
        pseudonyms: &Pseudonyms,
    ) -> Result<Self, ListError> {
        let list = List::open(list, root)?;
        let work = Work::listed(root.to_owned(), pseudonyms.clone(), threads);
        Self::start(work, threads, Some(list)).map_err(|error| ListError::Threads(error.kind()))
    }

    fn start(work: Work, threads: usize, mut list: Option<List>) -> io::Result<Self> {
        let (to, found) = sync_channel(WAITING);
        let mut scanner = Self { work: Arc::new(work), found: Some(found), threads: Vec::new() };
        for _ in 0..threads.max(1) {
            let (work, to, list) = (Arc::clone(&scanner.work), to.clone(), list.take());
            let run = move || work::run(&work, &to, list.as_ref());
            scanner.threads.push(std::thread::Builder::new().name("scan".into()).spawn(run)?);
        }
        Ok(scanner)
    }

    /// What was found next, if anything is within this time.
    pub fn next(&self, wait: Duration) -> Next {
        let found = self.found.as_ref().expect("it is there until the scanner is dropped");
        match found.recv_timeout(wait) {
            Ok(found) => Next::Found(found),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::Ended,
        }
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        self.work.stop();
        self.found = None;
        for thread in self.threads.drain(..) {
            // Its panic was told of, or nobody wants to know any more.
            thread.join().ok();
        }
    }
}

/// Threads where nobody says how many: a scan waits for the file system more than it computes.
const THREADS: usize = 4;
/// How long the question whether to go on may wait.
const PATIENCE: Duration = Duration::from_millis(50);

/// Lists everything below `root`, in no particular order; breaks off when it may not go on. All at once: for
/// what is small, or needs all files in any case.
pub fn scan(root: &Path, pseudonyms: &Pseudonyms, may_go_on: &dyn Fn() -> bool) -> Scan {
    let scanner = Scanner::tree(root, THREADS, pseudonyms).expect("the system has threads left");
    let mut scan = Scan::default();
    while may_go_on() {
        match scanner.next(PATIENCE) {
            Next::Ended => break,
            Next::Nothing => {}
            Next::Found(Found::Others(others)) => scan.others.extend(others),
            Next::Found(Found::Failed(error)) => panic!("{error}"),
            Next::Found(Found::Files(files)) => {
                let mut list = FileList::default();
                list.add(&files);
                let entry = |at| list.entry(at, |path| pseudonyms.path_id(path));
                scan.files.extend((0..list.len() as u32).map(entry));
            }
        }
    }
    scan
}
