//! Ends of a run that have an exit status of their own; every other error is one of usage.

use std::io;

use crate::record::ExitStatus;

/// Why a run ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Another run holds the output folder.
    #[error(
        "another run holds --output (process {process} on {host}): wait for it, or if it is gone \
         for sure, remove .sauva/lock there"
    )]
    Locked {
        /// Its process ID.
        process: String,
        /// Its host.
        host: String,
    },
    /// The storage failed.
    #[error("stopped: {0}. The input is unchanged; mend this and run the same command again")]
    Stopped(String),
    /// Inputs are missing from the records, or stand there twice.
    #[error(
        "{found} inputs were found and {accounted} are accounted for: an error in sauva; the \
         output is not complete. Please report it"
    )]
    Accounts {
        /// Names in the input.
        found: usize,
        /// Records.
        accounted: usize,
    },
}

impl Halt {
    /// The storage failed while this was written; the error's kind is told, never a path.
    pub(super) fn storage(what: &str, error: &io::Error) -> Self {
        Self::Stopped(format!("{what} cannot be written: {}", error.kind()))
    }

    /// The exit status.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Locked { .. } => ExitStatus::Locked,
            Self::Stopped(_) => ExitStatus::Stopped,
            Self::Accounts { .. } => ExitStatus::Check,
        }
    }
}
