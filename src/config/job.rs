//! What `sauva map` will do, with everything settled.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigError, Shown};
use crate::units::{Grid, GridError, Level, Template, TemplateError};

/// The settled configuration of `sauva map`.
#[derive(Debug, Clone)]
pub struct MapJob {
    /// The input folder, absolute.
    pub input: Option<PathBuf>,
    /// The output folder, absolute.
    pub output: PathBuf,
    /// What a unit is.
    pub what: What,
    /// Parameters of runs.
    pub grid: Grid,
    /// The command line with its places; none for a chain.
    pub template: Option<Template>,
    /// The command line as it was typed.
    pub command: Vec<OsString>,
    /// Attempts until a unit is failed.
    pub attempts: u32,
    /// Whether units that earlier tries have failed are done anew.
    pub retry: bool,
    /// What a unit may use.
    pub means: Means,
    /// The key of a chain that de-identifies; without one the user's own key is used.
    pub key_file: Option<PathBuf>,
    /// What rank 0 shows of the progress.
    pub shown: Shown,
}

/// What a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The files of one level.
    Units(Level),
    /// So many runs.
    Repetitions(u32),
    /// So many copies that start together.
    Gang(u32),
    /// The stages of this file.
    Chain(PathBuf),
}

/// What a unit may use, and how many there are at once.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// Time of an attempt.
    pub timeout: Option<Duration>,
    /// Memory of all processes of an attempt together.
    pub memory_bytes: Option<u64>,
    /// Processors of a unit.
    pub cpus_per_task: usize,
    /// Units at once on a rank; `None` leaves it to its processors.
    pub slots: Option<usize>,
    /// GPUs of a unit.
    pub gpus: usize,
    /// Units that may have the same GPU.
    pub gpu_share: usize,
    /// Load of a node from which on nothing is begun there.
    pub max_load: Option<f64>,
}

/// What is wrong with the configuration of `sauva map`.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// A folder is not as it should be.
    #[error(transparent)]
    Folder(#[from] ConfigError),
    /// The table of parameters.
    #[error(transparent)]
    Grid(#[from] GridError),
    /// The command.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Nothing says how often.
    #[error(
        "nothing says what to run over: give --input and --by, or --repetitions, --parameters, --parallel or --chain"
    )]
    Nothing,
    /// Files that nobody asks for.
    #[error("--input is given and --by is not: say what one unit is, such as --by series")]
    InputUnused,
    /// Rows would be left out.
    #[error(
        "--repetitions {runs} is no multiple of the {rows} rows of --parameters: {} would be",
        runs.div_ceil(*rows) * rows
    )]
    Multiple {
        /// Runs.
        runs: u32,
        /// Rows.
        rows: u32,
    },
    /// Too many rows.
    #[error("--parameters has more rows than one job can take: split the table")]
    Rows,
    /// No load.
    #[error("--max-load must be a number above 0")]
    MaxLoad,
    /// Shares of nothing.
    #[error("--gpu-share is for --gpus, which is 0")]
    GpuShare,
    /// One folder in the other.
    #[error("--output and --input lie one inside the other: choose another output folder")]
    Overlap,
}
