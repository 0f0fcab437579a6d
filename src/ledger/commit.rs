//! Group commit: files that stand under temporary names in, the same under their final names and in
//! the journal out. Many files share one `syncfs`; it runs on a thread of its own, so that nobody waits.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::journal::{Journal, Line};
use crate::pipeline::Processed;
use crate::record::FileRecord;
use crate::stage::Stopwatch;
use crate::stats::Distributions;
use crate::storage::SharedStorage;
use crate::write::{self, Place, Staged};

/// Files that share a commit: with so many, making them safe costs next to nothing a file.
const MOST_FILES: usize = 50;
/// How long the first of them waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Files that are done for good.
#[derive(Debug, Default)]
pub struct Committed {
    /// Their records.
    pub records: Vec<FileRecord>,
    /// What they add to the totals.
    pub totals: Distributions,
}

/// Commits what the crew of a rank brings.
#[derive(Debug)]
pub struct Committer {
    sender: Option<mpsc::Sender<Message>>,
    committed: mpsc::Receiver<io::Result<Committed>>,
    thread: JoinHandle<Journal>,
    has_failed: bool,
}

/// What the thread is told.
enum Message {
    File(Box<Processed>),
    Flush,
}

/// What the committer has to tell.
#[derive(Debug)]
pub enum Tidings {
    /// Files are done.
    Committed(Committed),
    /// Nothing more can be committed.
    Failed(io::Error),
    /// Nothing new.
    Nothing,
    /// It was closed, and nothing is left.
    Ended,
}

/// What the thread works with.
struct Work {
    storage: SharedStorage,
    output: PathBuf,
    journal: Journal,
    session: u32,
}

impl Committer {
    /// Starts the thread.
    pub fn start(
        storage: SharedStorage,
        output: PathBuf,
        journal: Journal,
        session: u32,
    ) -> io::Result<Self> {
        let (sender, files) = mpsc::channel();
        let (tell, committed) = mpsc::channel();
        let work = Work { storage, output, journal, session };
        let thread = std::thread::Builder::new()
            .name("committer".into())
            .spawn(move || work.run(&files, &tell))?;
        Ok(Self { sender: Some(sender), committed, thread, has_failed: false })
    }

    /// Hands over a file.
    pub fn take(&self, file: Processed) {
        self.tell(Message::File(Box::new(file)));
    }

    /// What waits for more files to share its commit waits no longer.
    pub fn flush(&self) {
        self.tell(Message::Flush);
    }

    fn tell(&self, message: Message) {
        if let Some(sender) = &self.sender {
            // A thread that has stopped has told why, and keeps nothing.
            sender.send(message).ok();
        }
    }

    /// Whether it has failed, so that what it had is not committed.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// No file will follow: what is left is committed at once.
    pub fn close(&mut self) {
        self.sender = None;
    }

    /// What has happened, if it happens before the wait is over.
    pub fn tidings(&mut self, wait: Duration) -> Tidings {
        match self.committed.recv_timeout(wait) {
            Ok(Ok(committed)) => Tidings::Committed(committed),
            Ok(Err(error)) => {
                self.has_failed = true;
                Tidings::Failed(error)
            }
            Err(RecvTimeoutError::Timeout) => Tidings::Nothing,
            Err(RecvTimeoutError::Disconnected) => Tidings::Ended,
        }
    }

    /// Gives the journal back, for who writes on in it. Waits for the thread.
    pub fn into_journal(mut self) -> Journal {
        self.close();
        self.thread.join().expect("the committer does not panic")
    }
}

impl Work {
    fn run(
        mut self,
        files: &mpsc::Receiver<Message>,
        tell: &mpsc::Sender<io::Result<Committed>>,
    ) -> Journal {
        while let Ok(first) = files.recv() {
            let Message::File(first) = first else { continue };
            let waiting = Stopwatch::start();
            let mut batch = vec![*first];
            while batch.len() < MOST_FILES {
                match files.recv_timeout(LONGEST_WAIT.saturating_sub(waiting.elapsed())) {
                    Ok(Message::File(file)) => batch.push(*file),
                    Ok(Message::Flush)
                    | Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            let committed = self.commit(batch);
            let failed = committed.is_err();
            if tell.send(committed).is_err() || failed {
                return self.journal;
            }
        }
        // The last names and lines, too.
        if let Err(error) = self.storage.sync(&self.output) {
            tell.send(Err(error)).ok();
        }
        self.journal
    }

    fn commit(&mut self, batch: Vec<Processed>) -> io::Result<Committed> {
        if batch.iter().any(|file| file.record.instance.as_ref().is_some_and(|it| !it.in_place)) {
            self.storage.sync(&self.output)?;
        }
        let mut committed = Committed::default();
        for Processed { mut record, measurement } in batch {
            if let Some(instance) = record.instance.as_mut().filter(|it| it.in_place) {
                instance.counted = true;
            } else if let Some(instance) = &mut record.instance {
                let staged = Staged {
                    path: instance.path.clone(),
                    sha256: instance.sha256.clone(),
                    bytes: instance.bytes_out,
                    header_blake3: instance.header_blake3.clone(),
                };
                let uid = &instance.sop_instance_uid;
                let (storage, path_id) = (self.storage.as_ref(), &record.path_id);
                let place = write::place(storage, &self.output, path_id, uid, &staged)?;
                instance.contested = place == Place::Contested;
                instance.counted = place == Place::Final;
            }
            let is_counted = record.instance.as_ref().is_some_and(|instance| instance.counted);
            if let Some(measurement) = measurement.filter(|_| is_counted) {
                measurement.add_to(&mut committed.totals);
            }
            committed.records.push(record);
        }
        let line = Line::Done {
            session: self.session,
            records: committed.records,
            totals: committed.totals,
        };
        self.journal.append(&line)?;
        let Line::Done { records, totals, .. } = line else {
            unreachable!("it was made four lines above");
        };
        Ok(Committed { records, totals })
    }
}
