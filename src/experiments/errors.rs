//! Why a study cannot be read and why a run is not taken into one: what is wrong in, a sentence of what to do out.

/// Why the runs cannot be read. Lines are counted from 1, the header's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunsError {
    /// A column is not there.
    #[error(
        "metrics.csv, line 1: there is no column {0}: give a file that this version of sauva made"
    )]
    Column(&'static str),
    /// A line is no row of a table.
    #[error(
        "metrics.csv, line {line}: not as many cells as the header has, or no text: take the lines of \
         that run out and run it again"
    )]
    Line {
        /// Which.
        line: u64,
    },
    /// A cell holds something else than it should.
    #[error(
        "metrics.csv, line {line}, column {column}: {wanted} is wanted: take the lines of that run \
         out and run it again"
    )]
    Cell {
        /// Which line.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What should stand there.
        wanted: &'static str,
    },
    /// Another version of the columns.
    #[error("metrics.csv, line {line}, column {column}: written by another version of sauva")]
    Schema {
        /// Which line.
        line: u64,
        /// Which column.
        column: &'static str,
    },
    /// Rows of a run are missing, or there are too many.
    #[error(
        "metrics.csv, line {line}: its run wants {ranks} rows of ranks and one of all: take its lines \
         out and run it again"
    )]
    Rows {
        /// The first line of the run.
        line: u64,
        /// How many ranks it had.
        ranks: usize,
    },
    /// There is no run at all.
    #[error("metrics.csv has no run: add one with --add")]
    Empty,
}

/// Why a run is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// A file of the run cannot be understood.
    #[error("OUT: {0} is damaged, or of another version of sauva: run it again")]
    Damaged(&'static str),
    /// Its times are not those of a whole run.
    #[error(
        "OUT: {done} of {found} files were done in its last try: times of a run that went on do not \
         count; run it again into a new folder"
    )]
    NotWhole {
        /// In the last try.
        done: u64,
        /// All inputs.
        found: u64,
    },
    /// A rank has given up.
    #[error("OUT: a rank could work no more, see gave_up in summary.json: run it again")]
    GaveUp,
    /// Not the data that were wanted.
    #[error("--files: the run has taken in {found} files, not {wanted}: give it the right input")]
    OtherFiles {
        /// What was there.
        found: u64,
        /// What should be.
        wanted: u64,
    },
    /// Another version made it.
    #[error("OUT was made by sauva {0}: add it with the program that made it")]
    OtherVersion(String),
    /// The run is there already.
    #[error("OUT: this run stands in metrics.csv of RESULTS already")]
    Again,
    /// Runs of one variant would have other options.
    #[error(
        "OUT: its options are not those of the runs of variant {0} that stand in metrics.csv of RESULTS: \
         name them by --variant, or run it again with the same options"
    )]
    OtherOptions(String),
    /// The table of the study has other columns.
    #[error(
        "metrics.csv of RESULTS, line 1: other columns than this version of sauva writes: use a new \
         folder"
    )]
    OtherColumns,
    /// The table of the study cannot be read.
    #[error("RESULTS: {0}")]
    Study(#[from] RunsError),
}
