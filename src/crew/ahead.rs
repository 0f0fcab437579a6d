//! Read-ahead: paths of files whose turn comes soon in, word to the operating system out, which reads them while
//! the threads work on those before. On a thread of its own: a storage that hangs keeps nobody else waiting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, SyncSender};

use crate::read;

/// So many files wait to be read ahead at most; others are read when their turn comes.
const MOST_WAITING: usize = 64;

/// Reads ahead of threads that begin files in the order in which they are given.
#[derive(Debug)]
pub(super) struct ReadAhead {
    /// None where the thread could not be started: nothing depends on it.
    next: Option<SyncSender<(u64, PathBuf)>>,
    given: AtomicU64,
    /// How many files have been begun: for them it is too late.
    begun: Arc<AtomicU64>,
}

impl ReadAhead {
    /// Starts the thread, which ends soon after this.
    pub(super) fn start() -> Self {
        Self::by(read::ahead)
    }

    fn by(read: impl Fn(&Path) + Send + 'static) -> Self {
        let (next, coming) = mpsc::sync_channel::<(u64, PathBuf)>(MOST_WAITING);
        let begun = Arc::new(AtomicU64::new(0));
        let begun_by_now = begun.clone();
        let thread = std::thread::Builder::new().name("read-ahead".into()).spawn(move || {
            for (number, path) in coming {
                if number >= begun_by_now.load(Relaxed) {
                    read(&path);
                }
            }
        });
        Self { next: thread.ok().map(|_| next), given: AtomicU64::new(0), begun }
    }

    /// A file is given to the threads.
    pub(super) fn give(&self, path: PathBuf) {
        let number = self.given.fetch_add(1, Relaxed);
        if let Some(next) = &self.next {
            // Where there is no room it is read when its turn comes.
            next.try_send((number, path)).ok();
        }
    }

    /// Counts the files that are begun.
    pub(super) fn begun(&self) -> Arc<AtomicU64> {
        self.begun.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_cannot_be_read_ahead_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let (fifo, file) = (folder.path().join("fifo"), folder.path().join("file"));
        fs::write(&file, "text").unwrap();
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        for path in [fifo.as_path(), &file, Path::new("/nowhere"), folder.path()] {
            read::ahead(path);
        }
    }

    #[test]
    fn files_are_read_ahead_in_their_order_but_for_those_that_are_begun() {
        let (tell, told) = mpsc::channel();
        let ahead = ReadAhead::by(move |path| tell.send(path.to_owned()).unwrap());
        ahead.begun().fetch_add(2, Relaxed);
        for number in 0..5 {
            ahead.give(number.to_string().into());
        }
        drop(ahead);
        assert_eq!(told.iter().collect::<Vec<_>>(), ["2", "3", "4"].map(PathBuf::from));
    }

    #[test]
    fn a_storage_that_hangs_is_not_waited_for() {
        let (go_on, hangs) = mpsc::channel::<()>();
        let ahead = ReadAhead::by(move |_| {
            hangs.recv().ok();
        });
        for number in 0..10 * MOST_WAITING {
            ahead.give(number.to_string().into());
        }
        drop(go_on);
    }
}
