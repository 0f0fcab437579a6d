//! What was typed about regions: for `sauva run --regions`, and after `sauva regions`.

use std::path::PathBuf;

use clap::Args;

use super::WorkArgs;
use crate::config::{ConfigError, RegionsConfig, RunConfig};
use crate::radiomics::{Discretisation, Interpolation, Settings};

/// Values from the first to the second, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range(pub [f64; 2]);

fn range(text: &str) -> Result<Range, &'static str> {
    let wrong = "not a range such as -500:400";
    let (low, high) = text.split_once(':').ok_or(wrong)?;
    let number = |text: &str| text.parse().map_err(|_| wrong);
    let range: [f64; 2] = [number(low)?, number(high)?];
    if range[0] <= range[1] { Ok(Range(range)) } else { Err(wrong) }
}

/// How regions are measured.
#[derive(Debug, Clone, Default, Args)]
pub struct MeasuringArgs {
    /// How values become grey levels for histograms and textures: fbn:N, a fixed number of bins; fbs:WIDTH, bins
    /// of a fixed width from the lower end of --resegment or the least value on; fbs:WIDTH:FROM; none, where values
    /// are levels already. May be given several times: a row for each. Default: fbn:32.
    #[arg(long, value_name = "FORM", help_heading = "Regions")]
    pub bins: Vec<Discretisation>,
    /// Bring images and regions to voxels of equal sides first: trilinear:MM or nearest:MM; with `:in-plane`
    /// after it only within slices, with `:round` values are whole numbers after it. A voxel belongs to the region where half of it does.
    #[arg(long, value_name = "METHOD:MM", help_heading = "Regions")]
    pub resample: Option<Interpolation>,
    /// Leave out of the intensities of a region what lies outside of these values, such as -500:400.
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true, value_parser = range, help_heading = "Regions")]
    pub resegment: Option<Range>,
    /// Leave out what lies more than so many standard deviations from the mean, such as 3.
    #[arg(long, value_name = "SIGMA", help_heading = "Regions")]
    pub outliers: Option<f64>,
}

impl MeasuringArgs {
    /// Whether anything was typed.
    fn is_used(&self) -> bool {
        let Self { bins, resample, resegment, outliers } = self;
        !bins.is_empty() || resample.is_some() || resegment.is_some() || outliers.is_some()
    }

    /// Settles what was typed, where regions are measured.
    pub fn resolve(self, measures: bool) -> Result<Option<RegionsConfig>, ConfigError> {
        if !measures {
            return if self.is_used() { Err(ConfigError::RegionsUnused) } else { Ok(None) };
        }
        let Self { mut bins, resample, resegment, outliers } = self;
        if outliers.is_some_and(|sigma| !(sigma > 0.0 && sigma.is_finite())) {
            return Err(ConfigError::Outliers);
        }
        if bins.is_empty() {
            bins.push(Discretisation::FixedBinNumber(32));
        }
        let settings = bins.into_iter().map(|discretisation| Settings {
            interpolation: resample,
            resegment: resegment.map(|Range(range)| range),
            outliers_sigma: outliers,
            discretisation,
            ivh: None,
        });
        let mut settings: Vec<Settings> = settings.collect();
        settings.dedup();
        Ok(Some(RegionsConfig { settings }))
    }
}

/// Options of `sauva regions`.
#[derive(Debug, Args)]
pub struct RegionsArgs {
    /// Folder with DICOM files, searched at every depth. Links are not followed.
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    /// Folder for the results, which name patients: new, empty, or of an earlier try of this very command,
    /// which is then gone on with.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// How regions are measured.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// How the work is done.
    #[command(flatten)]
    pub work: WorkArgs,
}

impl RegionsArgs {
    /// Settles what was typed.
    pub fn resolve(self) -> Result<RunConfig, ConfigError> {
        let Self { input, output, measuring, work } = self;
        let regions = measuring.resolve(true)?;
        let config = work.resolve(&input, &output)?;
        Ok(RunConfig { measures_only: true, regions, ..config })
    }
}
