//! What was typed after `sauva report`.

use std::path::PathBuf;

use clap::Args;

/// Options of `sauva report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The output folder of a finished run, or of `sauva stats`.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// A folder with experiments.csv and its plots: they become a section of the page. OUT/report.html speaks of OUT
    /// alone, so that `sauva verify` can make it anew: such a page goes elsewhere.
    #[arg(long, value_name = "RESULTS", requires = "to")]
    pub experiments: Option<PathBuf>,
    /// Where the page goes: OUT/report.html where nothing is said.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}
