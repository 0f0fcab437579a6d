//! The crew inside this process: for debugging, and where no process may be started.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use rayon::ThreadPoolBuildError;

use super::pool::{Event, Pool, Tell};
use super::{Crew, Finished};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::process::Usage;

/// Runs the pipeline in this process.
#[derive(Debug)]
pub struct InProcess {
    pool: Pool,
    sender: mpsc::Sender<Finished>,
    finished: mpsc::Receiver<Finished>,
}

impl InProcess {
    /// A crew of so many threads.
    pub fn new(pipeline: Arc<Pipeline>, threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let (sender, finished) = mpsc::channel();
        Ok(Self { pool: Pool::new(pipeline, threads)?, sender, finished })
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
    }

    fn leave(self: Box<Self>) -> Usage {
        Usage::default()
    }
}
