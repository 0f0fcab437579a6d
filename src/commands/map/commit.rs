//! The committer of a rank: attempts that have ended in, the same out when their results are safe and stand under
//! their final names. That is done by a thread of its own, so that the rank's talk never waits for a disk; what has
//! gathered while it was busy is made safe together. What has ended is entered into the journal at once.

use std::io;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::folders::{Folders, is_of_unit, settle};
use super::sites::boot;
use crate::ledger::{UnitJournal, UnitLine};
use crate::stage::Stopwatch;
use crate::storage::{SharedStorage, in_words};
use crate::units::{Attempt, Ended};

/// How long the first of a batch waits for others, while its rank has other work.
const LINGER: Duration = Duration::from_secs(1);
/// Most attempts of a batch.
const BATCH: usize = 500;

/// An attempt that has ended.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    pub(super) unit: u32,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) attempt: Attempt,
}

/// What the thread is told.
#[derive(Debug)]
enum Told {
    /// To be settled.
    Ended(Box<Ending>),
    /// The rank has nothing else to do: no more is to be waited for.
    Hurry,
}

/// The journal, in which the rank enters what has ended and the thread what stands.
#[derive(Debug, Clone)]
struct Book {
    journal: Arc<Mutex<UnitJournal>>,
    boot: String,
}

impl Book {
    fn open(&self) -> MutexGuard<'_, UnitJournal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, lines: &[UnitLine]) -> io::Result<()> {
        self.open().append(lines)
    }

    fn line(&self, ending: &Ending) -> UnitLine {
        let (id, boot) = (ending.id.clone(), self.boot.clone());
        UnitLine::Ended { id, boot, attempt: ending.attempt.clone() }
    }

    /// Makes what was entered safe; others may enter meanwhile.
    fn sync(&self) -> io::Result<()> {
        let safety = self.open().safety();
        safety.sync()
    }
}

/// One rank's committer.
#[derive(Debug)]
pub(super) struct Committer {
    to: Option<Sender<Told>>,
    from: Receiver<Result<Ending, io::Error>>,
    thread: Option<JoinHandle<()>>,
    book: Book,
    /// Of a gang, whose fate is not known.
    held: Vec<Ending>,
    /// The journal cannot be written.
    failed: Option<io::Error>,
    /// Told and not yet settled.
    busy: usize,
    hurries: bool,
}

impl Committer {
    pub(super) fn start(
        storage: SharedStorage,
        folders: Folders,
        journal: UnitJournal,
    ) -> io::Result<Self> {
        let (to, told) = channel();
        let (say, from) = channel();
        let book = Book { journal: Arc::new(Mutex::new(journal)), boot: boot() };
        let mut desk = Desk { storage, folders, book: book.clone() };
        let thread = std::thread::Builder::new().name("committer".into());
        let thread = thread.spawn(move || desk.serve(&told, &say))?;
        Ok(Self {
            to: Some(to),
            from,
            thread: Some(thread),
            book,
            held: Vec::new(),
            failed: None,
            busy: 0,
            hurries: false,
        })
    }

    /// An attempt has ended. What is `held` waits for [`Self::release`].
    pub(super) fn take(&mut self, ending: Ending, is_held: bool) {
        if is_held {
            self.held.push(ending);
            return;
        }
        // At once: no death makes it run again.
        let entered = self.book.enter(&[self.book.line(&ending)]);
        self.failed = self.failed.take().or(entered.err());
        self.hurries = false;
        self.busy += 1;
        self.tell(Told::Ended(Box::new(ending)));
    }

    /// What was held stands, or is thrown away.
    pub(super) fn release(&mut self, keeps: bool) {
        for mut ending in std::mem::take(&mut self.held) {
            if !keeps && ending.attempt.ended.is_success() {
                ending.attempt.ended = Ended::Interrupted;
            }
            self.take(ending, false);
        }
    }

    /// The rank has nothing else to do.
    pub(super) fn hurry(&mut self) {
        if self.busy > 0 && !std::mem::replace(&mut self.hurries, true) {
            self.tell(Told::Hurry);
        }
    }

    fn tell(&self, told: Told) {
        // It hears as long as it lives; where it has died that is told by `next`.
        if let Some(to) = &self.to {
            to.send(told).ok();
        }
    }

    /// The next that is settled.
    pub(super) fn next(&mut self) -> Option<io::Result<Ending>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        match self.from.try_recv() {
            Ok(settled) => {
                self.busy = self.busy.saturating_sub(1);
                Some(settled)
            }
            Err(TryRecvError::Disconnected) if self.busy > 0 => {
                self.busy = 0;
                Some(Err(io::Error::other("the committer has ended before its time")))
            }
            Err(_) => None,
        }
    }

    /// Whether something is not settled yet.
    pub(super) fn is_busy(&self) -> bool {
        self.busy > 0
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.to = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// What the thread works with.
struct Desk {
    storage: SharedStorage,
    folders: Folders,
    book: Book,
}

impl Desk {
    fn serve(&mut self, told: &Receiver<Told>, say: &Sender<io::Result<Ending>>) {
        while let Ok(first) = told.recv() {
            let Told::Ended(first) = first else { continue };
            let mut batch = vec![*first];
            let since = Stopwatch::start();
            while batch.len() < BATCH
                && let Ok(Told::Ended(next)) =
                    told.recv_timeout(LINGER.saturating_sub(since.elapsed()))
            {
                batch.push(*next);
            }
            let settled = self.settle(&mut batch);
            for ending in batch {
                let said = match &settled {
                    Ok(()) => Ok(ending),
                    Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
                };
                if say.send(said).is_err() {
                    return;
                }
            }
        }
    }

    fn settle(&mut self, batch: &mut [Ending]) -> io::Result<()> {
        let has_bytes = |it: &Ending| it.attempt.has_output || it.attempt.stdout_bytes > 0;
        if batch.iter().any(has_bytes) {
            self.storage.sync(self.folders.output())?;
        }
        let mut done = Vec::new();
        for ending in batch.iter_mut() {
            let Ending { id, name, attempt, .. } = &mut *ending;
            let folder = self.folders.of_attempt(id, attempt.number);
            let settled = settle(
                self.storage.as_ref(),
                (self.folders.output(), &folder),
                (id, name),
                attempt,
            );
            match settled {
                Ok(()) if attempt.ended.is_success() => done.push((id.clone(), attempt.number)),
                Ok(()) => {}
                // One unit's results, which its program has left so that nobody can take them: it has failed.
                Err(error) if is_of_unit(&error) => {
                    let why = format!("its results cannot be kept: {}", in_words(&error));
                    attempt.stderr_tail = why.clone().into_bytes();
                    attempt.ended = Ended::CannotStart(why);
                    let line = self.book.line(ending);
                    self.book.enter(&[line])?;
                }
                Err(error) => return Err(error),
            }
        }
        if !done.is_empty() {
            self.book.enter(&[UnitLine::Committed(done)])?;
        }
        self.book.sync()
    }
}
