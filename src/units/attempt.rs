//! An attempt at a unit: what became of one start of a program.

use serde::{Deserialize, Serialize};

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// With this exit status; 0 is success, nothing else is.
    Exited(i32),
    /// By a signal that sauva did not send.
    Signal(i32),
    /// It took longer than it may.
    TimeLimit,
    /// It took more memory than it may, or than the node has.
    OutOfMemory,
    /// The program could not be started, for this reason.
    CannotStart(String),
    /// The process that ran it died, while the job went on.
    Lost,
    /// The job died while it ran.
    LostWithJob,
    /// It was told to end because the job was, or another member of its gang had failed.
    Interrupted,
}

impl Ended {
    /// A short name, for tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Exited(_) => "exited",
            Self::Signal(_) => "signal",
            Self::TimeLimit => "time-limit",
            Self::OutOfMemory => "out-of-memory",
            Self::CannotStart(_) => "cannot-start",
            Self::Lost | Self::LostWithJob => "lost",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit status, or the number of the signal.
    pub fn status(&self) -> Option<i32> {
        match self {
            Self::Exited(status) | Self::Signal(status) => Some(*status),
            _ => None,
        }
    }

    /// Name and status, for people.
    pub fn in_words(&self) -> String {
        match self.status() {
            Some(status) => format!("{} {status}", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// Whether the program did what it was to do.
    pub fn is_success(&self) -> bool {
        *self == Self::Exited(0)
    }

    /// Whether the attempt counts as one of the unit's own.
    pub fn is_charged(&self) -> bool {
        // A job mostly dies of the machine, and with it all that ran.
        !matches!(self, Self::Exited(0) | Self::Interrupted | Self::LostWithJob)
    }
}

/// An attempt that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Its number, from 1, over all tries of the job.
    pub number: u32,
    /// The unit's content then, see [`super::Unit::content`].
    pub content: u64,
    /// How it ended.
    pub ended: Ended,
    /// The node.
    pub host: String,
    /// The rank of MPI.
    pub mpi_rank: u32,
    /// The slot of that rank.
    pub slot: u32,
    /// GPUs that it had.
    pub gpus: Vec<String>,
    /// When it was started, in seconds since 1970.
    pub start_unix_s: f64,
    /// How long it took, in seconds.
    pub wall_s: f64,
    /// Processor time of all its processes, in seconds.
    pub cpu_s: f64,
    /// The most memory that its processes had at once, as far as it was seen, in bytes.
    pub peak_memory_bytes: u64,
    /// Whether it left anything in its output folder.
    pub has_output: bool,
    /// Length of its standard output.
    pub stdout_bytes: u64,
    /// Length of its standard error.
    pub stderr_bytes: u64,
    /// The end of its standard error, or why it could not be started; of those that failed.
    pub stderr_tail: Vec<u8>,
}
