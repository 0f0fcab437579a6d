//! Ends of a run that have an exit status of their own; every other error is one of usage.

use std::io;

use crate::record::ExitStatus;
use crate::storage::in_words;

/// Why a run ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Another run holds the output folder.
    #[error(
        "another run holds --output (process {process} on {host}): wait for it; if it is gone for \
         sure, wait a minute until its lock is stale, or remove .sauva/lock"
    )]
    Locked {
        /// Its process ID.
        process: String,
        /// Its host.
        host: String,
    },
    /// The storage failed.
    #[error("stopped: {0}. What is done is kept; mend this and run the same command again")]
    Stopped(String),
    /// A signal asked for it.
    #[error("stopped by {0}. What is done is kept; run the same command again to go on")]
    Asked(&'static str),
    /// The input cannot be taken in.
    #[error("{0}")]
    Input(String),
    /// A rank has stopped, for the reason that it gives.
    #[error("{reason} ({done} of {total} files done)")]
    Incomplete {
        /// Why.
        reason: String,
        /// Files that are done, in this try and before.
        done: u64,
        /// All files of the input.
        total: u64,
    },
    /// Inputs are missing from the records, or stand there twice.
    #[error(
        "{found} inputs were found and {accounted} are accounted for: an error in sauva; the \
         output is not complete. Please report it"
    )]
    Accounts {
        /// Names in the input.
        found: u64,
        /// Records.
        accounted: u64,
    },
}

impl Halt {
    /// The storage failed at this; no path is told.
    pub(super) fn storage(what: &str, error: &io::Error) -> Self {
        Self::Stopped(format!("{what} cannot be read or written: {}", in_words(error)))
    }

    /// The exit status.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Locked { .. } => ExitStatus::Locked,
            Self::Input(_) => ExitStatus::Usage,
            Self::Stopped(_) | Self::Asked(_) | Self::Incomplete { .. } => ExitStatus::Stopped,
            Self::Accounts { .. } => ExitStatus::Check,
        }
    }
}
