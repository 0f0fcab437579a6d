//! What the ranks of a map tell each other: where a rank stands, what it has done and what it may take more of go to
//! rank 0, units and the word to stop come back.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::manifest::path_bytes;
use crate::units::Attempt;

/// A unit for a rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Task {
    /// The number of the unit.
    pub(super) unit: u32,
    pub(super) name: String,
    /// See [`crate::units::Unit::id`].
    pub(super) id: String,
    pub(super) content: u64,
    /// The number of the attempt.
    pub(super) attempt: u32,
    /// Its files, below the input folder.
    pub(super) files: Vec<Path>,
    /// Of a gang: where its first member is.
    pub(super) meeting: Option<Meeting>,
}

/// A path as its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Path(#[serde(with = "path_bytes")] pub(super) PathBuf);

/// Where the members of a gang find each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meeting {
    pub(super) address: String,
    pub(super) port: u16,
    /// The number of this member on its node.
    pub(super) local_rank: u32,
}

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) unit: u32,
    pub(super) attempt: Attempt,
}

/// Where a rank stands, for rank 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) phase: Phase,
    /// Units that it would have been glad to take, from the start on.
    pub(super) wanted: u64,
    /// Units that run now, and that it has and has not begun.
    pub(super) running: u32,
    pub(super) at_hand: u32,
    /// Attempts that have ended since the last report. Of those that succeeded the results stand under their final
    /// names.
    pub(super) done: Vec<Done>,
    /// Members of a gang that have ended, and whether each did what it was to do; what becomes of it rank 0 says.
    pub(super) held: Vec<bool>,
    /// Units that come back undone.
    pub(super) returned: Vec<u32>,
    /// Whether this answers a recall.
    pub(super) ends_recall: bool,
    /// What to say of how it ended, where it did not end well.
    pub(super) trouble: Option<String>,
}

/// How far a rank is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Phase {
    #[default]
    Working,
    /// It can start no more programs; the others go on.
    Unfit,
    /// All should stop.
    Stopping,
    /// Nothing of it runs any more, and all that it has done is safe.
    Ended,
}

/// What rank 0 tells a rank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) word: Word,
    pub(super) tasks: Vec<Task>,
    /// What is not begun is to be given back.
    pub(super) recalls: bool,
    /// Units at once, where that has changed.
    pub(super) slots: Option<u32>,
    /// Of a gang: what became of it as a whole.
    pub(super) gang: Option<Gang>,
}

/// What became of a gang as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Gang {
    /// All members have succeeded: their results may have their names.
    Keep,
    /// One has failed: the others are to end, and nothing of them stays.
    Drop,
}

/// The word to all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Word {
    #[default]
    GoOn,
    /// Programs are to end.
    Stop,
    /// Nothing is left to do.
    End,
    /// Every rank has ended its work.
    AllEnded,
}
