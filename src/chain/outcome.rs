//! What has become of a chain: a row a copy, for `chain.csv`, and why it failed, where it has.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::results::{CopyRow, Ended};

/// Why a chain has failed; of several reasons the one that rank 0 heard of first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainFailure {
    /// The copy at fault; none where the chain was told to stop.
    pub copy: Option<FailedCopy>,
    /// What happened, to be read behind the name of the copy.
    pub reason: String,
}

/// The copy that a chain has failed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCopy {
    /// Name of the stage.
    pub stage: String,
    /// Number of the copy, from 0.
    pub copy: usize,
    /// How it ended.
    pub ended: Ended,
    /// With which status.
    pub exit_status: Option<i32>,
    /// The last bytes of its standard error, at most 2,000.
    pub stderr_tail: Vec<u8>,
}

impl ChainFailure {
    /// Somebody has asked for the end.
    pub(super) fn stopped() -> Self {
        Self { copy: None, reason: "the chain was stopped before its end".to_owned() }
    }

    /// Whether the chain was told to stop: nothing is wrong with it, and it can be run again.
    pub fn is_stop(&self) -> bool {
        self.copy.is_none()
    }
}

impl fmt::Display for ChainFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.copy {
            Some(FailedCopy { stage, copy, .. }) => {
                write!(f, "stage {stage}, copy {copy}: {}", self.reason)
            }
            None => f.write_str(&self.reason),
        }
    }
}

/// What has become of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct ChainOutcome {
    /// Every copy of every rank, by stage and number. On rank 0; the others have none.
    pub rows: Vec<CopyRow>,
    /// The same on every rank.
    pub failure: Option<ChainFailure>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_sentence() {
        let copy = FailedCopy {
            stage: "red".into(),
            copy: 2,
            ended: Ended::Exited,
            exit_status: Some(3),
            stderr_tail: Vec::new(),
        };
        let failure = ChainFailure { copy: Some(copy), reason: "ended with status 3".into() };
        assert_eq!(failure.to_string(), "stage red, copy 2: ended with status 3");
        assert!(ChainFailure::stopped().is_stop() && !failure.is_stop());
    }
}
