//! What the ranks of a run hand each other and what rank 0 keeps to itself.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::output::Output;
use crate::config::RunConfig;
use crate::crew::{Harvest, Progress};
use crate::deident::Pseudonyms;
use crate::manifest::FileEntry;
use crate::record::FileRecord;
use crate::results::RankMetrics;
use crate::scan::{Other, scan};

/// What a rank brings to the gather.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RankReport {
    pub(super) harvest: Harvest,
    pub(super) metrics: RankMetrics,
}

/// What rank 0 alone knows.
pub(super) struct Lead {
    /// Held until the end of the run.
    _output: Output,
    pub(super) key_was_made: bool,
    pub(super) files: Vec<FileEntry>,
    pub(super) others: Vec<Other>,
    pub(super) start_unix_s: u64,
}

impl Lead {
    pub(super) fn new(output: Output, key_was_made: bool, start_unix_s: u64) -> Self {
        let (files, others) = (Vec::new(), Vec::new());
        Self { _output: output, key_was_made, files, others, start_unix_s }
    }

    pub(super) fn scanned(mut self, config: &RunConfig, pseudonyms: &Pseudonyms) -> Self {
        let found = scan(&config.input, pseudonyms);
        self.files = found.files;
        self.others = found.others;
        self
    }

    pub(super) fn total(&self) -> Progress {
        let bytes = self.files.iter().map(|file| file.size_bytes).sum();
        Progress { files: self.files.len() as u64, bytes }
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
