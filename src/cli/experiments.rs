//! `sauva experiments`: what was typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::experiments::{Cache, Scaling, is_name};

const EXAMPLES: &str = "\
Examples:
  sauva experiments results --add out --dataset small --files 100 --repetition 1
                                                    the rows of a finished run to those of a study
  sauva experiments results                         tables, laws, plots and REPORT.md, beside them
  sauva experiments results --fail-below-efficiency 0.7
                                                    70 where p processors are less than 0.7 p times as fast
  bash scripts/run_experiments.sh --files 100,1000  the whole study";

/// Options of `sauva experiments`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ExperimentsArgs {
    /// The folder of the study, with metrics.csv and environment.json.
    #[arg(value_name = "RESULTS")]
    pub results: PathBuf,
    /// Where the report goes. Default: RESULTS/REPORT.md.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["add", "environment"])]
    pub report: Option<PathBuf>,
    /// Exit with 70 where a configuration of several processors, not beyond the physical cores, has a lower
    /// efficiency (speed-up for each processor).
    #[arg(long, value_name = "X", conflicts_with_all = ["add", "environment"], value_parser = efficiency)]
    pub fail_below_efficiency: Option<f64>,
    /// Write what this machine and program are to RESULTS/environment.json, and print their identity.
    #[arg(long, conflicts_with = "add")]
    pub environment: bool,
    /// The commit that sauva was built from, for environment.json.
    #[arg(long, value_name = "COMMIT", value_parser = name)]
    pub commit: Option<String>,
    /// Add the rows of this finished output of `sauva run`; to be called on the machine that it ran on.
    #[arg(long, value_name = "OUT", requires = "dataset")]
    pub add: Option<PathBuf>,
    /// What was tried, for --add.
    #[command(flatten)]
    pub trial: TrialArgs,
}

/// What was to be tried with a run.
#[derive(Debug, Args)]
#[command(next_help_heading = "What was tried, for --add")]
pub struct TrialArgs {
    /// A name for the data.
    #[arg(long, value_name = "NAME", requires = "add", value_parser = name)]
    pub dataset: Option<String>,
    /// How many files the data have: a run on others is refused.
    #[arg(long, value_name = "N", requires = "add")]
    pub files: Option<u64>,
    /// Which repetition of its configuration it was.
    #[arg(long, value_name = "N", requires = "add", default_value_t = 1)]
    pub repetition: u64,
    /// A run before the others, whose times do not count.
    #[arg(long, requires = "add")]
    pub warm_up: bool,
    /// strong: the same data for any number of processors. weak: as many files for each.
    #[arg(long, requires = "add", value_enum, default_value_t = ScalingName::Strong)]
    pub scaling: ScalingName,
    /// Whether the input was in memory before the run.
    #[arg(long, requires = "add", value_enum, default_value_t = CacheName::Warm)]
    pub cache: CacheName,
    /// A name for the options of the run other than the codec. Runs of another variant are not compared, and a run
    /// whose options are not those of the others of its variant is refused.
    #[arg(long, value_name = "NAME", requires = "add", default_value = "plain", value_parser = name)]
    pub variant: String,
    /// The seed of the order of the runs, and of data that were generated: runs of another are not compared.
    #[arg(long, value_name = "N", requires = "add", default_value_t = 0)]
    pub seed: u64,
    /// The run's place in that order.
    #[arg(long, value_name = "N", requires = "add", default_value_t = 0)]
    pub order: u64,
}

/// Whether the data grow with the processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScalingName {
    /// The same data for any number of processors.
    Strong,
    /// As many files for each processor.
    Weak,
}

/// Whether the input was in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CacheName {
    /// A run before has read it.
    Warm,
    /// The system was asked to forget it.
    Cold,
}

impl From<ScalingName> for Scaling {
    fn from(name: ScalingName) -> Self {
        match name {
            ScalingName::Strong => Self::Strong,
            ScalingName::Weak => Self::Weak,
        }
    }
}

impl From<CacheName> for Cache {
    fn from(name: CacheName) -> Self {
        match name {
            CacheName::Warm => Self::Warm,
            CacheName::Cold => Self::Cold,
        }
    }
}

/// Names go to tables and reports.
fn name(text: &str) -> Result<String, String> {
    if is_name(text) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits and ._+- are wanted, 80 at most".to_owned())
    }
}

fn efficiency(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "a number above 0 is wanted".to_owned())
}
