//! What was typed after `sauva map`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::config::{
    ConfigError, JobError, MapJob, Means, Shown, What, input_folder, new_path, parse_bytes,
};
use crate::units::{Grid, Level, Offer, Template};

/// Options of `sauva map`.
#[derive(Debug, Args)]
pub struct MapArgs {
    /// The folder of DICOM files that --by makes units of, or that a chain reads; only read. Links in it are not
    /// followed.
    #[arg(long, short, value_name = "IN")]
    pub input: Option<PathBuf>,
    /// The folder for all results: new, empty, or of an earlier try of the same command, which then goes on. Only you
    /// can enter it.
    #[arg(long, short, value_name = "OUT")]
    pub output: PathBuf,
    /// What is one unit: {input} is then a file, or a folder of links to all files of a series, a study or a patient.
    #[arg(long, value_enum, value_name = "WHAT", requires = "input", conflicts_with_all = ["repetitions", "parameters"])]
    pub by: Option<Level>,
    /// Run the command so often; with --parameters a multiple of its rows, which are taken in turn.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub repetitions: Option<u32>,
    /// A CSV table of parameters: the first line names them, each other line is one run. {param:NAME} is a value.
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
    /// Start so many copies together, for programs that talk to each other: `{master_addr}`,
    /// `{master_port}`, `{world_size}` and `{rank}`, or the variables that torch.distributed knows. If one fails all are started anew.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..),
          conflicts_with_all = ["by", "repetitions", "parameters"])]
    pub parallel: Option<u32>,
    /// A TOML file that names stages and how records go from one to the next; no command then.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "by", "repetitions", "parameters", "parallel", "command", "timeout", "memory", "attempts", "gpus",
        "gpu_share", "max_load",
    ])]
    pub chain: Option<PathBuf>,
    /// The key file of `sauva keygen` for the stage `encode` of a chain. Default: `$XDG_CONFIG_HOME/sauva/key`, made on
    /// first use.
    #[arg(long, value_name = "FILE", requires = "chain")]
    pub key_file: Option<PathBuf>,
    /// Seconds that an attempt may take: then SIGTERM, and after 8 seconds SIGKILL.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: Option<u64>,
    /// Memory that all processes of a unit may have together, such as 8G.
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub memory: Option<u64>,
    /// Attempts until a unit is failed: the first and, as it is, three more. Between them is a pause of a second, which
    /// doubles.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,
    /// Do the units that earlier tries have failed anew.
    #[arg(long)]
    pub retry: bool,
    /// Processors of each unit: `OMP_NUM_THREADS` and its like are set to it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub cpus_per_task: u32,
    /// Units that a rank runs at once. Default: its processors by --cpus-per-task.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub slots: Option<u32>,
    /// GPUs of each unit: `CUDA_VISIBLE_DEVICES` is set to them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub gpus: u32,
    /// Units that may have the same GPU at once.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "gpus", value_parser = clap::value_parser!(u32).range(1..))]
    pub gpu_share: u32,
    /// Begin no unit on a node while its load is so high: the larger of the load average of the last minute and the
    /// processes that want to run at this moment. Spares a node that others work on.
    #[arg(long, value_name = "LOAD")]
    pub max_load: Option<f64>,
    /// Do not show the progress.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show the progress of each rank too.
    #[arg(long, short)]
    pub verbose: bool,
    /// The program and its arguments, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl MapArgs {
    /// Settles what was typed; every field is taken up, so that none can be forgotten.
    pub fn resolve(self) -> Result<MapJob, JobError> {
        let Self {
            input,
            output,
            by,
            repetitions,
            parameters,
            parallel,
            chain,
            key_file,
            timeout,
            memory,
            attempts,
            retry,
            cpus_per_task,
            slots,
            gpus,
            gpu_share,
            max_load,
            quiet,
            verbose,
            command,
        } = self;
        let grid = parameters.map(|path| Grid::read(&path)).transpose()?.unwrap_or_default();
        let what = match (chain, parallel, by) {
            (Some(chain), ..) => What::Chain(chain),
            (_, Some(size), _) => What::Gang(size),
            (_, _, Some(level)) => What::Units(level),
            _ if input.is_some() => return Err(JobError::InputUnused),
            _ => What::Repetitions(runs(repetitions, &grid)?),
        };
        if input.is_some() && matches!(what, What::Gang(_)) {
            return Err(JobError::InputUnused);
        }
        if gpu_share > 1 && gpus == 0 {
            return Err(JobError::GpuShare);
        }
        if max_load.is_some_and(|load| load.is_nan() || load <= 0.0) {
            return Err(JobError::MaxLoad);
        }
        let offer = Offer {
            has_input: matches!(what, What::Units(_)),
            is_gang: matches!(what, What::Gang(_)),
            parameters: &grid.names,
        };
        let template = match what {
            What::Chain(_) => None,
            _ => Some(Template::new(&command, offer)?),
        };
        let shown = match (quiet, verbose) {
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Ranks,
            (false, false) => Shown::Run,
        };
        let input = input.map(|input| input_folder(&input)).transpose()?;
        let output = new_path(&output).map_err(|error| ConfigError::Output(error.kind()))?;
        let is_inside = |inner: &PathBuf, outer: &PathBuf| inner.starts_with(outer);
        if let Some(input) = &input
            && (is_inside(&output, input) || is_inside(input, &output))
        {
            return Err(JobError::Overlap);
        }
        Ok(MapJob {
            input,
            output,
            what,
            grid,
            template,
            command,
            attempts,
            retry,
            key_file,
            means: Means {
                timeout: timeout.map(Duration::from_secs),
                memory_bytes: memory,
                cpus_per_task: cpus_per_task as usize,
                slots: slots.map(|slots| slots as usize),
                gpus: gpus as usize,
                gpu_share: gpu_share as usize,
                max_load,
            },
            shown,
        })
    }
}

/// How many runs there are.
fn runs(repetitions: Option<u32>, grid: &Grid) -> Result<u32, JobError> {
    let rows = u32::try_from(grid.rows.len()).map_err(|_| JobError::Rows)?;
    match (repetitions, rows) {
        (None, 0) => Err(JobError::Nothing),
        (None, rows) => Ok(rows),
        (Some(runs), 0) => Ok(runs),
        (Some(runs), rows) if runs.is_multiple_of(rows) => Ok(runs),
        (Some(runs), rows) => Err(JobError::Multiple { runs, rows }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_a_multiple_of_the_rows() {
        let grid =
            |rows: usize| Grid { names: vec!["a".into()], rows: vec![vec!["1".into()]; rows] };
        assert_eq!(runs(Some(1200), &Grid::default()).ok(), Some(1200));
        assert_eq!(runs(None, &grid(7)).ok(), Some(7));
        assert_eq!(runs(Some(14), &grid(7)).ok(), Some(14));
        let refused = runs(Some(1200), &grid(7)).unwrap_err().to_string();
        assert!(refused.contains("1204 would be"), "{refused}");
        assert!(runs(None, &Grid::default()).is_err());
    }
}
