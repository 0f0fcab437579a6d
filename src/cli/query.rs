//! `sauva query` and `sauva find`: what was typed.

use std::path::PathBuf;

use clap::Args;

use crate::query::Format;

const QUERY_EXAMPLES: &str = "\
Examples:
  sauva query out                                   the tables and what their columns mean
  sauva query out 'SELECT Modality, count(*) AS images, median(noise_imk) AS noise
                   FROM index GROUP BY Modality'
  sauva query out --format csv 'SELECT path, mean, sd FROM index WHERE n_padding > 0' > some.csv
  sauva query out 'SELECT i.path FROM series AS s JOIN index AS i USING (SeriesInstanceUID)
                   WHERE s.outlier IS NOT NULL'

Beside SQLite's own functions: median(x), quantile(x, q), stddev(x), var(x), of a whole population.";

const FIND_EXAMPLES: &str = "\
Examples:
  sauva find out --modality CT --kernel B30 --limit 20
  sauva find out --instance 2.25.1234 --columns path,mean,sd --format json
  sauva find out --outliers --paths -0 | xargs -0 ls -l
  sauva find out --text thorax --modality CT --modality PT --format csv > some.csv

Several values of one option are alternatives; several options must all hold.";

/// Options of `sauva query`.
#[derive(Debug, Args)]
#[command(after_help = QUERY_EXAMPLES)]
pub struct QueryArgs {
    /// The output folder of a run.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// A SELECT over the tables index, series, cohorts, frames, regions, dvh and
    /// `dvh_curves`, as far as OUT has them. Without it their columns are listed.
    #[arg(value_name = "SQL")]
    pub sql: Option<String>,
    /// How the answer looks.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

/// Options of `sauva find`.
#[derive(Debug, Args)]
#[command(after_help = FIND_EXAMPLES)]
pub struct FindArgs {
    /// The output folder of a run.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Modality, such as CT.
    #[arg(long)]
    pub modality: Vec<String>,
    /// Patient ID, as in the output.
    #[arg(long, value_name = "ID")]
    pub patient: Vec<String>,
    /// Study Instance UID, as in the output.
    #[arg(long, value_name = "UID")]
    pub study: Vec<String>,
    /// Series Instance UID, as in the output.
    #[arg(long, value_name = "UID")]
    pub series: Vec<String>,
    /// SOP Instance UID, as in the output.
    #[arg(long, value_name = "UID")]
    pub instance: Vec<String>,
    /// A part of the manufacturer's name.
    #[arg(long, value_name = "PART")]
    pub manufacturer: Vec<String>,
    /// A part of the convolution kernel.
    #[arg(long, value_name = "PART")]
    pub kernel: Vec<String>,
    /// Body part examined, such as CHEST.
    #[arg(long, value_name = "NAME")]
    pub body_part: Vec<String>,
    /// A part of the description of study or series.
    #[arg(long, value_name = "PART")]
    pub text: Vec<String>,
    /// Only instances of series that stand out from their cohort.
    #[arg(long)]
    pub outliers: bool,
    /// So many instances at most.
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Columns of the index to show.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', conflicts_with = "paths")]
    pub columns: Vec<String>,
    /// How the answer looks.
    #[arg(long, value_enum, default_value_t = Format::Table, conflicts_with = "paths")]
    pub format: Format,
    /// Only the paths of the files, one a line.
    #[arg(long)]
    pub paths: bool,
    /// Each path ends with a zero byte, for `xargs -0`.
    #[arg(short = '0', requires = "paths")]
    pub zero: bool,
}
