//! The crew of a rank: a list of files in, their records out, with the progress in between. How the
//! work is spread inside the node is the crew's own affair.

mod inline;

use std::panic::Location;

pub use inline::InProcess;
use serde::{Deserialize, Serialize};

use crate::manifest::FileEntry;
use crate::record::FileRecord;
use crate::stage::StageTimings;
use crate::stats::Totals;

/// Works through lists of files.
pub trait Crew {
    /// Processes all files and returns when the last is done. `watch` is called again and again
    /// from the calling thread with what has been done so far.
    fn process(&mut self, files: &[FileEntry], watch: &mut dyn FnMut(Progress)) -> Harvest;

    /// How many files are in work at the same time.
    fn threads(&self) -> usize;
}

/// What a crew brings in. Merging is exact: the order does not matter.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Harvest {
    /// One record for each file that was finished.
    pub records: Vec<FileRecord>,
    /// Distributions of the values, by modality.
    pub totals: Totals,
    /// Time spent in the stages, summed over threads.
    pub timings: StageTimings,
    /// Why the crew stopped before the end, in words that hold no path.
    pub stopped: Option<String>,
}

impl Harvest {
    /// Adds another harvest.
    pub fn merge(&mut self, other: Self) {
        self.records.extend(other.records);
        self.totals.merge(&other.totals);
        self.timings.merge(&other.timings);
        if self.stopped.is_none() {
            self.stopped = other.stopped;
        }
    }
}

/// Counters of the work done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Files finished, whatever became of them.
    pub files: u64,
    /// Their bytes in the input.
    pub bytes: u64,
}

impl std::ops::AddAssign for Progress {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
    }
}

thread_local! {
    static CATCHES_PANICS: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether a panic on this thread is caught and becomes the record of one file.
pub fn catches_panics() -> bool {
    CATCHES_PANICS.get()
}

/// Says where a file made the program panic: the place in the source and nothing else, as the
/// panic's own message may hold a value of the file.
pub fn report_caught_panic(location: Option<&Location<'_>>) {
    let place = location.map_or_else(String::new, ToString::to_string);
    tracing::warn!(place, "a file made the program panic; it is quarantined");
}
