//! The crew inside this process: for debugging, and where no process may be started.

use std::io;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::pool::{Event, Pool, Tell};
use super::{Crew, Farewell, Finished};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;

/// Runs the pipeline in this process.
#[derive(Debug)]
pub struct InProcess {
    pool: Pool,
    sender: mpsc::Sender<Finished>,
    finished: mpsc::Receiver<Finished>,
    /// Whether threads may still be at files that were let go.
    has_abandoned: bool,
}

impl InProcess {
    /// A crew of so many threads, which keep spans where a trace is wanted.
    pub fn new(pipeline: Arc<Pipeline>, threads: usize, is_traced: bool) -> io::Result<Self> {
        let (sender, finished) = mpsc::channel();
        let pool = Pool::new(pipeline, threads, is_traced)?;
        Ok(Self { pool, sender, finished, has_abandoned: false })
    }
}

impl Crew for InProcess {
    fn give(&mut self, entry: FileEntry) {
        let sender = self.sender.clone();
        let tell: Tell = Arc::new(move |event| {
            if let Event::Finished(finished) = event {
                // Nobody listens any more when the files were abandoned.
                sender.send(*finished).ok();
            }
        });
        self.pool.start(entry, tell);
    }

    fn next(&mut self, wait: Duration) -> Option<Finished> {
        self.finished.recv_timeout(wait).ok()
    }

    fn threads(&self) -> usize {
        self.pool.threads()
    }

    fn abandon(&mut self) {
        // Threads cannot be stopped: what they still finish is a file under a temporary name.
        (self.sender, self.finished) = mpsc::channel();
        self.has_abandoned = true;
    }

    fn leave(self: Box<Self>) -> Farewell {
        // Who is at such a file would let us wait.
        if self.has_abandoned { Farewell::default() } else { self.pool.leave() }
    }
}
