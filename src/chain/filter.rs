//! What a built-in stage is: records in, records out, in a thread of its own.

use std::fmt;

use super::record::Record;

/// One copy of a built-in stage.
pub trait Filter: Send {
    /// Takes a record. What it gives goes on to the next stage.
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError>;

    /// There are no more records. The first stage of a chain takes none and gives all it has here.
    fn end(&mut self, out: &mut dyn Out) -> Result<(), FilterError>;
}

/// Where a stage gives its records.
pub trait Out {
    /// Hands a record over; waits where the next stage has no room. An error is to be passed on.
    fn give(&mut self, record: Record) -> Result<(), FilterError>;
}

/// Why a stage cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterError {
    /// The chain has been stopped; nothing is wrong with this stage.
    Stopped,
    /// What is wrong, to be read behind the name of the copy, such as "cannot write: no space left".
    /// It names no path and no label.
    Failed(String),
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "the chain was stopped",
            Self::Failed(reason) => reason,
        })
    }
}

impl std::error::Error for FilterError {}
