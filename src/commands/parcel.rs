//! What the ranks of a run hand each other and what rank 0 keeps to itself.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::plan::Plan;
use crate::deident::Deidentifier;
use crate::ledger::{Journal, Past};
use crate::manifest::FileEntry;
use crate::record::FileRecord;
use crate::results::RankMetrics;
use crate::scan::Other;
use crate::stage::StageTimings;
use crate::stats::Totals;
use crate::storage::PrivateFile;

/// What a rank is to do.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Share {
    /// The files, in the order in which they are begun.
    pub(super) files: Vec<FileEntry>,
    /// Files to be worked on alone, before the others.
    pub(super) suspects: Vec<FileEntry>,
}

/// What a rank brings in. Merging is exact: the order does not matter.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Harvest {
    /// One record for each file that was finished.
    pub(super) records: Vec<FileRecord>,
    /// Distributions of the values, by modality.
    pub(super) totals: Totals,
    /// Time spent in the stages, summed over threads.
    pub(super) timings: StageTimings,
    /// Why the rank stopped before the end, in words that hold no path.
    pub(super) stopped: Option<String>,
}

impl Harvest {
    /// The rank stops; the first reason is the one to tell.
    pub(super) fn stop(&mut self, reason: &str) {
        self.stopped.get_or_insert_with(|| reason.to_owned());
    }

    /// Adds another harvest.
    pub(super) fn merge(&mut self, other: Self) {
        self.records.extend(other.records);
        self.totals.merge(&other.totals);
        self.timings.merge(&other.timings);
        self.stopped = self.stopped.take().or(other.stopped);
    }
}

/// Counters of the work done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Files finished, whatever became of them.
    pub(super) files: u64,
    /// Their bytes in the input.
    pub(super) bytes: u64,
}

impl std::ops::AddAssign for Progress {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
    }
}

/// What a rank brings to the gather.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RankReport {
    pub(super) harvest: Harvest,
    pub(super) metrics: RankMetrics,
}

/// What rank 0 alone knows.
pub(super) struct Lead {
    /// Held until the end of the run.
    pub(super) lock: Lock,
    pub(super) private_log: Option<PrivateFile>,
    /// For the re-identification map, where one is asked for.
    pub(super) deidentifier: Option<Deidentifier>,
    pub(super) key_was_made: bool,
    pub(super) start_unix_s: u64,
    /// What earlier tries have done.
    pub(super) past: Past,
    /// The journal of rank 0, while nobody else writes in it.
    pub(super) journal: Option<Journal>,
    pub(super) files: Vec<FileEntry>,
    pub(super) others: Vec<Other>,
    pub(super) plan: Plan,
}

impl Lead {
    /// The work of this try.
    pub(super) fn total(&self) -> Progress {
        let files = || self.plan.todo.iter().chain(&self.plan.suspects);
        Progress { files: files().count() as u64, bytes: files().map(|file| file.size_bytes).sum() }
    }

    /// A name for this try, unique in time. One word: a process ID that stands alone may by chance be a
    /// number of the input's.
    pub(super) fn run_id(&self) -> String {
        format!("{}p{}", self.start_unix_s, std::process::id())
    }
}

/// What ranks of one program send each other can be written and read; anything else is a fault of
/// the program, and the panic ends the job.
pub(super) fn encode(message: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(message).expect("a message between ranks can be written")
}

pub(super) fn decode<T: DeserializeOwned>(message: &[u8]) -> T {
    postcard::from_bytes(message).expect("a message between ranks can be read")
}

/// What a rank's settled records say, into its metrics.
pub(super) fn count_records(metrics: &mut RankMetrics, records: &[FileRecord]) {
    let instances = || records.iter().filter_map(|record| record.instance.as_ref());
    metrics.files = records.len() as u64;
    metrics.files_failed = records.iter().filter(|r| r.is_quarantined()).count() as u64;
    metrics.bytes_in = records.iter().map(|record| record.size_bytes).sum();
    metrics.bytes_out = instances().map(|instance| instance.bytes_out).sum();
    metrics.pixels = instances()
        .filter_map(|instance| instance.measured.as_ref())
        .map(|measured| measured.first_order.n_pixels)
        .sum();
}
