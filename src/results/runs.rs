//! What `sauva map` tells row by row: how units, attempts and copies of stages ended. Plain rows, which
//! [`RowWriter`](super::RowWriter) writes and [`RowReader`](super::RowReader) reads; their fields are the columns of
//! the files, in this order. What has no value is an empty cell.

use serde::{Deserialize, Serialize};

use super::map_rows::MapRow;

/// What became of a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitState {
    /// Its program has ended with status 0.
    Done,
    /// None of its attempts has.
    Failed,
    /// The run stopped before it was done or given up.
    #[default]
    Open,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// By itself, with the status told.
    Exited,
    /// Killed by a signal that did not come from this program.
    Signal,
    /// Ended because its time was up.
    TimeLimit,
    /// Ended because its processes took more memory than they may.
    OutOfMemory,
    /// The program is not there or may not be executed.
    CannotStart,
    /// Its rank or node died.
    Lost,
    /// Ended because the run was stopped.
    Interrupted,
}

impl Ended {
    /// As in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exited => "exited",
            Self::Signal => "signal",
            Self::TimeLimit => "time-limit",
            Self::OutOfMemory => "out-of-memory",
            Self::CannotStart => "cannot-start",
            Self::Lost => "lost",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A row of `runs.csv`: a unit, with the times of its last attempt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// The number of the unit, from 0: what its program is told as `{rank}`.
    pub rank: u64,
    /// Its name.
    pub unit: String,
    /// What became of it.
    pub state: UnitState,
    /// How often it was tried, over all tries of the run.
    pub attempts: u32,
    /// The node of the last attempt.
    pub host: String,
    /// The MPI rank of the last attempt.
    pub mpi_rank: Option<u32>,
    /// The slot of that rank, from 0.
    pub slot: Option<u32>,
    /// When the last attempt began, s since 1970-01-01 UTC.
    pub start_unix_s: Option<f64>,
    /// How long it took, s.
    pub wall_s: Option<f64>,
    /// Processor time of all its processes, s.
    pub cpu_s: Option<f64>,
    /// The greatest memory of all its processes together, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Its exit status, or the number of the signal that killed it.
    pub exit_status: Option<i32>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// Files of the input that it is made of.
    pub files: Option<u64>,
    /// Their bytes.
    pub bytes: Option<u64>,
    /// The folder of what it left, below OUT; empty where there is none.
    pub output: String,
    /// The values of the parameters, in the order of their columns, which stand behind all others.
    #[serde(skip)]
    pub parameters: Vec<String>,
}

/// A row of `attempts.csv`: an attempt of a unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttemptRow {
    /// The number of the unit.
    pub rank: u64,
    /// Its name.
    pub unit: String,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The MPI rank that made it.
    pub mpi_rank: Option<u32>,
    /// The node.
    pub host: String,
    /// The slot of the rank, from 0.
    pub slot: Option<u32>,
    /// The GPUs that it was given, as the program was told; empty where none.
    pub gpus: String,
    /// When it began, s since 1970-01-01 UTC.
    pub start_unix_s: Option<f64>,
    /// How long it took, s.
    pub wall_s: Option<f64>,
    /// Processor time of all its processes, s.
    pub cpu_s: Option<f64>,
    /// The greatest memory of all its processes together, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Its exit status, or the number of the signal that killed it.
    pub exit_status: Option<i32>,
    /// How it ended.
    pub ended: Option<Ended>,
}

/// A row of `failures.csv`: a unit that was given up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRow {
    /// The number of the unit.
    pub rank: u64,
    /// Its name.
    pub unit: String,
    /// How often it was tried.
    pub attempts: u32,
    /// How the last attempt ended.
    pub ended: Option<Ended>,
    /// Its exit status, or the number of the signal that killed it.
    pub exit_status: Option<i32>,
    /// The last 2,000 bytes of its standard error, with its line ends; what is no UTF-8 is replaced.
    pub stderr_tail: String,
}

/// A row of `skipped.csv`: an input that is in no unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// Its path below the input.
    pub path: String,
    /// Why, in few words, such as `not-dicom`.
    pub reason: String,
}

/// A row of `chain.csv`: a copy of a stage of a chain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CopyRow {
    /// The stage.
    pub stage: String,
    /// The number of the copy, from 0.
    pub copy: u32,
    /// The MPI rank that it ran on.
    pub mpi_rank: Option<u32>,
    /// The node.
    pub host: String,
    /// The program, or the name of the built-in stage.
    pub program: String,
    /// How records came to it.
    pub policy: String,
    /// Records that it took.
    pub records_in: u64,
    /// Records that it gave.
    pub records_out: u64,
    /// Bytes of the bodies that it took.
    pub bytes_in: u64,
    /// Bytes of the bodies that it gave.
    pub bytes_out: u64,
    /// Time in which it waited for records or took them, s.
    pub read_s: f64,
    /// Time in which it computed, s.
    pub process_s: f64,
    /// Time in which it handed records over, s.
    pub write_s: f64,
    /// Time in which it wanted to hand records over, and the next stage was full, s.
    pub blocked_s: f64,
    /// Processor time of its process, s.
    pub cpu_s: Option<f64>,
    /// The greatest memory of its process, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// The exit status of its program, or the number of the signal that killed it; none of a built-in stage.
    pub exit_status: Option<i32>,
    /// How it ended; none of a built-in stage that came to its end.
    pub ended: Option<Ended>,
}

impl CopyRow {
    /// Whether it came to its end as it should.
    pub fn is_done(&self) -> bool {
        let is_by_itself = self.ended.is_none_or(|ended| ended == Ended::Exited);
        is_by_itself && self.exit_status.is_none_or(|status| status == 0)
    }
}

impl AttemptRow {
    /// Whether its program did what it was to do.
    pub fn is_done(&self) -> bool {
        self.ended == Some(Ended::Exited) && self.exit_status == Some(0)
    }
}

impl MapRow for RunRow {
    const FILE: &'static str = "runs.csv";

    fn texts(&mut self) -> Vec<&mut String> {
        let own = [&mut self.unit, &mut self.host, &mut self.output];
        // A number below zero is no formula.
        let words = self.parameters.iter_mut().filter(|value| value.parse::<f64>().is_err());
        own.into_iter().chain(words).collect()
    }

    fn parameters(&self) -> &[String] {
        &self.parameters
    }

    fn set_parameters(&mut self, values: Vec<String>) {
        self.parameters = values;
    }
}

impl MapRow for AttemptRow {
    const FILE: &'static str = "attempts.csv";

    fn texts(&mut self) -> Vec<&mut String> {
        vec![&mut self.unit, &mut self.host, &mut self.gpus]
    }
}

impl MapRow for FailureRow {
    const FILE: &'static str = "failures.csv";

    fn texts(&mut self) -> Vec<&mut String> {
        vec![&mut self.unit]
    }

    fn lines(&mut self) -> Option<&mut String> {
        Some(&mut self.stderr_tail)
    }
}

impl MapRow for SkippedRow {
    const FILE: &'static str = "skipped.csv";

    fn texts(&mut self) -> Vec<&mut String> {
        vec![&mut self.path, &mut self.reason]
    }
}

impl MapRow for CopyRow {
    const FILE: &'static str = "chain.csv";

    fn texts(&mut self) -> Vec<&mut String> {
        vec![&mut self.stage, &mut self.host, &mut self.program, &mut self.policy]
    }
}
