//! What the ranks of a run hand each other.

use serde::{Deserialize, Serialize};

use crate::manifest::FileEntry;
use crate::record::FileRecord;
use crate::results::{CroppedImages, Durations, RankMetrics, RegionCounts, Tally};
use crate::stage::StageTimings;
use crate::stats::{Cohort, Totals};

/// A file to be worked on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Task {
    /// Its number on rank 0.
    pub(super) number: u32,
    /// Whether another rank could not read it, so that what comes of it now is final.
    pub(super) is_last_try: bool,
    /// The file.
    pub(super) entry: FileEntry,
}

/// Where a rank stands, for rank 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) phase: Phase,
    pub(super) progress: Progress,
    /// Requests for work, from the start on.
    pub(super) requests: u32,
    /// Files that are done for good, from the start on.
    pub(super) done: u64,
    /// Files in work.
    pub(super) in_work: u32,
    /// Files at hand that are not begun.
    pub(super) spare: u32,
    /// Files that come back undone.
    pub(super) returned: Vec<u32>,
    /// Files that it could not read.
    pub(super) unread: Vec<u32>,
    /// Whether this answers a recall.
    pub(super) ends_recall: bool,
}

/// How far a rank is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    #[default]
    Working,
    /// It can work no more; the others go on.
    Unfit,
    /// It begins no more files, and no one should.
    Stopping,
    Done,
}

/// What rank 0 tells a rank.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) word: Word,
    /// More work.
    pub(super) tasks: Vec<Task>,
    /// Files that are not begun are to be given back, half of them.
    pub(super) recalls: bool,
    /// Nothing waits on rank 0 any more.
    pub(super) is_scarce: bool,
}

/// The word to all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    #[default]
    GoOn,
    /// Begin no more files.
    Stop,
    /// Every file is done.
    End,
    /// Every rank has ended its work.
    AllDone,
}

/// What a rank brings in. Merging is exact: the order does not matter.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Harvest {
    /// Statistics by modality.
    pub(super) modalities: Totals<String>,
    /// Statistics by cohort.
    pub(super) cohorts: Totals<Cohort>,
    /// Time spent in the stages, summed over threads.
    pub(super) timings: StageTimings,
    /// How long files took on this rank.
    pub(super) durations: Durations,
    /// Counts of the records as they ended.
    pub(super) tally: Tally,
    /// What was done about regions.
    pub(super) regions: RegionCounts,
    /// Cropped images.
    pub(super) cropped: CroppedImages,
}

impl Harvest {
    /// Adds another harvest.
    pub(super) fn merge(&mut self, other: &Self) {
        self.modalities.merge(&other.modalities);
        self.cohorts.merge(&other.cohorts);
        self.timings.merge(&other.timings);
        self.durations.merge(&other.durations);
        self.tally.merge(&other.tally);
        self.regions.merge(&other.regions);
        self.cropped.merge(&other.cropped);
    }
}

/// How the work of a rank ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct WorkEnd {
    /// Files that it has done.
    pub(super) done: u64,
    /// Why it stopped before the end, and all with it, in words that hold no path.
    pub(super) stopped: Option<String>,
    /// Why the input cannot be taken in: to run it again as it is would not help.
    pub(super) refused: Option<String>,
    /// Why it can work no more; the others have done its work.
    pub(super) unfit: Option<String>,
}

/// Counters of the work done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Files finished, whatever became of them.
    pub(super) files: u64,
    /// Their bytes in the input.
    pub(super) bytes: u64,
    /// Files that were quarantined.
    pub(super) quarantined: u64,
}

impl std::ops::AddAssign for Progress {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.quarantined += other.quarantined;
    }
}

/// Bytes that a message takes as a rule.
const ROOM: usize = 1 << 10;

/// What ranks of one program send each other can be written and read; anything else is a fault of
/// the program, and the panic ends the job.
pub(super) fn encode(message: &impl Serialize) -> Vec<u8> {
    let message = postcard::to_extend(message, Vec::with_capacity(ROOM));
    message.expect("a message between ranks can be written")
}

pub(super) fn decode<'a, T: Deserialize<'a>>(message: &'a [u8]) -> T {
    postcard::from_bytes(message).expect("a message between ranks can be read")
}

/// Counts a record into the metrics of the rank that made it.
pub(super) fn count_record(metrics: &mut RankMetrics, record: &FileRecord) {
    metrics.files += 1;
    metrics.files_failed += u64::from(record.is_quarantined());
    metrics.bytes_in += record.size_bytes;
    if let Some(instance) = &record.instance {
        metrics.bytes_out += instance.bytes_out;
        let measured = instance.measured.as_ref();
        metrics.pixels += measured.map_or(0, |measured| measured.measures.first_order.n_pixels);
    }
}
