//! A storage that fails at a call of choice: how tests reach the branches that only a broken disk
//! reaches. Counted from 1 over all threads; 0 never fails.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rustix::io::Errno;

use super::{Commit, SharedStorage, Storage};

/// How the call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does nothing and reports the error.
    Before(Errno),
    /// It does its work and reports the error all the same.
    After(Errno),
    /// It gives a file its name and reports that there is no such file, as NFS may do after a lost
    /// answer. Only calls that give names are counted.
    LostAnswer,
}

/// Fails once, at one call, and at every call after it too if so asked.
#[derive(Debug)]
pub struct Failing {
    inner: SharedStorage,
    fault: Fault,
    at: u64,
    lasting: bool,
    calls: AtomicU64,
}

impl Failing {
    /// Fails at the call `at`, and `lasting` says whether all later ones fail as well.
    pub fn new(inner: SharedStorage, fault: Fault, at: u64, lasting: bool) -> Self {
        Self { inner, fault, at, lasting, calls: AtomicU64::new(0) }
    }

    /// Calls so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    fn call<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let call = self.calls.fetch_add(1, Relaxed) + 1;
        let fails = self.at > 0 && (call == self.at || (self.lasting && call > self.at));
        match self.fault {
            _ if !fails => work(),
            Fault::Before(errno) => Err(errno.into()),
            Fault::After(errno) => work().and(Err(errno.into())),
            Fault::LostAnswer => work().and(Err(Errno::NOENT.into())),
        }
    }

    /// A call that is no rename.
    fn plain<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if self.fault == Fault::LostAnswer { work() } else { self.call(work) }
    }
}

impl Storage for Failing {
    fn write_new(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.plain(|| self.inner.write_new(path, bytes))
    }

    fn commit(&self, temporary: &Path, target: &Path) -> io::Result<Commit> {
        self.call(|| self.inner.commit(temporary, target))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(|| self.inner.rename(from, to))
    }

    fn link(&self, file: &Path, name: &Path) -> io::Result<()> {
        self.plain(|| self.inner.link(file, name))
    }

    fn remove_tree(&self, folder: &Path) -> io::Result<()> {
        self.plain(|| self.inner.remove_tree(folder))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.plain(|| self.inner.remove(path))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.plain(|| self.inner.read(path))
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.plain(|| self.inner.create(path))
    }

    fn open_append(&self, path: &Path) -> io::Result<File> {
        self.plain(|| self.inner.open_append(path))
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.plain(|| self.inner.append(file, bytes))
    }

    fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        self.plain(|| self.inner.cut(file, length))
    }

    fn sync(&self, folder: &Path) -> io::Result<()> {
        self.plain(|| self.inner.sync(folder))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.plain(|| self.inner.sync_file(path))
    }
}
