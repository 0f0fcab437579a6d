//! The crew of a rank: files in, records out, in whatever order they get done. How the work is spread
//! inside the node, and what guards the rank against a hostile file, is the crew's own affair.
//!
//! [`InProcess`] is a thread pool here. [`Isolated`] keeps the same pool in a worker process, so that a
//! file which crashes, hangs or eats memory costs the worker and never the job.

mod ahead;
mod inline;
mod isolated;
mod orders;
mod pool;
mod protocol;
#[cfg(feature = "test-hooks")]
mod simulated;
mod worker;

use std::fmt::Debug;
use std::panic::Location;
use std::time::Duration;

pub use inline::InProcess;
pub use isolated::{Isolated, TaskLimits};
pub use orders::Orders;
use serde::{Deserialize, Serialize};
#[cfg(feature = "test-hooks")]
pub use simulated::{Pattern, Simulated, Simulation};
pub use worker::{WorkerProcess, attend};

use crate::manifest::FileEntry;
use crate::pipeline::Processed;
use crate::process::Usage;
use crate::stage::{StageTimings, ThreadSpans};

/// Works through files.
pub trait Crew: Debug {
    /// Hands over a file. It comes back from [`Crew::next`], whatever becomes of it.
    fn give(&mut self, entry: FileEntry);

    /// The next file that is finished, if one is before the wait is over.
    fn next(&mut self, wait: Duration) -> Option<Finished>;

    /// How many files are worked on at the same time.
    fn threads(&self) -> usize;

    /// Lets go of all files that were given and have not come back. They are as they were.
    fn abandon(&mut self);

    /// Ends the crew, which has nothing to do any more.
    fn leave(self: Box<Self>) -> Farewell;
}

/// A file that has come back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Finished {
    /// The keyed name of the file.
    pub path_id: String,
    /// What became of it; or why no file can be worked on now, in words that hold no path.
    pub outcome: Result<Processed, String>,
    /// What the thread has spent since it last told, on this file and before it.
    pub timings: StageTimings,
    /// The same as spans, where a trace is wanted.
    pub spans: ThreadSpans,
}

impl Finished {
    /// What comes back without a thread that could say what it has spent.
    fn by_nobody(path_id: String, outcome: Result<Processed, String>) -> Self {
        let (timings, spans) = (StageTimings::default(), ThreadSpans::default());
        Self { path_id, outcome, timings, spans }
    }
}

/// The last that is heard of a crew.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Farewell {
    /// What it has used beside this process.
    pub usage: Usage,
    /// What its threads have spent since they last told. Lost with a worker that dies.
    pub timings: StageTimings,
    /// The same as spans, by thread.
    pub spans: Vec<ThreadSpans>,
}

thread_local! {
    static CATCHES_PANICS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// From now on a panic on this thread is caught by who started it.
pub fn catch_panics() {
    CATCHES_PANICS.set(true);
}

/// Whether a panic on this thread is caught and becomes the record of one file.
pub fn catches_panics() -> bool {
    CATCHES_PANICS.get()
}

/// Says where a file made the program panic: the place in the source and nothing else, as the
/// panic's own message may hold a value of the file.
pub fn report_caught_panic(location: Option<&Location<'_>>) {
    let place = location.map_or_else(String::new, ToString::to_string);
    tracing::warn!(place, "a part of the work failed here, and only that part");
}

#[cfg(test)]
mod tests;
