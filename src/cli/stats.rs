//! What was typed after `sauva stats`.

use std::path::PathBuf;

use clap::Args;

use super::{MeasuringArgs, WorkArgs};
use crate::config::{ConfigError, RunConfig};

/// Options of `sauva stats`.
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// Folder with DICOM files, searched at every depth. Links are not followed.
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    /// Folder for the results, which name patients: new, empty, or of an earlier try of this very command,
    /// which is then gone on with.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Also measure the regions of structure sets and segmentations: see `sauva regions`.
    #[arg(long, help_heading = "Regions")]
    pub regions: bool,
    /// How regions are measured.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// How the work is done.
    #[command(flatten)]
    pub work: WorkArgs,
}

impl StatsArgs {
    /// Settles what was typed.
    pub fn resolve(self) -> Result<RunConfig, ConfigError> {
        let Self { input, output, regions, measuring, work } = self;
        let regions = measuring.resolve(regions)?;
        let config = work.resolve(&input, &output)?;
        Ok(RunConfig { measures_only: true, regions, ..config })
    }
}
