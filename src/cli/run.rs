//! What was typed after `sauva run`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{MeasuringArgs, ProfileArgs, WorkArgs};
use crate::config::{ConfigError, MapConfig, RunConfig, new_path};
use crate::deident::{Profile, ProfileOption};
use crate::encode::{CODECS, Verify, encoder_names};
use crate::redact::rules::Rules;
use crate::redact::{PixelRisk, Redactor};

/// Options of `sauva run`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunArgs {
    /// Folder with DICOM files, searched at every depth. Links are not followed.
    #[arg(long, short)]
    pub input: PathBuf,
    /// Folder for the results: new, empty, or of an earlier try of this very command, which is then
    /// gone on with: what is done is kept, what is damaged is made anew.
    #[arg(long, short, required_unless_present = "dry_run")]
    pub output: Option<PathBuf>,
    /// Write nothing: read each file of --input, a folder or one file, and print by tag what the rules
    /// would do to its attributes, without values, and what would be quarantined.
    #[arg(long, conflicts_with_all = ["output", "private_log", "reidentification_map", "dicomdir", "crop_images", "retry", "manifest", "trace"])]
    pub dry_run: bool,
    /// How pixels are written, without a loss. What comes compressed with a loss, or in a smaller form
    /// without, is passed on, scrubbed of comments and all else that is no part of the image. smallest: in
    /// the codec that makes it smallest, for each instance. keep: all that comes compressed is passed on, or
    /// coded in the default codec where that cannot be; what comes native stays native. native: nothing is
    /// compressed.
    #[arg(long, default_value = CODECS[0].name, value_parser = codec_names())]
    pub codec: String,
    /// Whether every coded frame is checked to give its samples back.
    #[arg(long, value_enum, default_value_t)]
    pub verify: Verify,
    /// How identities are removed.
    #[command(flatten)]
    pub rules: ProfileArgs,
    /// What becomes of an image that may show text when nobody can say where: one of a screen, a film, a label
    /// or an ultrasound device that no rule speaks of, or one that says of itself that it shows text. accept: it
    /// is written.
    #[arg(long, value_enum, default_value_t)]
    pub pixel_risk: PixelRisk,
    /// Rules that say by device where text stands in images, for --clean pixels: a TOML file, or a script
    /// of RSNA CTP's DICOM Pixel Anonymizer. May be given several times; the program's own come last.
    #[arg(long, value_name = "FILE")]
    pub pixel_rules: Vec<PathBuf>,
    /// New file, readable by you alone, that lists which input path each path ID of the reports
    /// stands for. It names patients: keep it outside the output.
    #[arg(long, value_name = "FILE")]
    pub private_log: Option<PathBuf>,
    /// New file, readable by you alone, that lists which identifiers and names stand behind which new ones,
    /// encrypted with age for each --recipient. It names patients: keep it outside the output.
    #[arg(long, value_name = "FILE", requires = "recipient")]
    pub reidentification_map: Option<PathBuf>,
    /// Who may read the map: a public key that `age-keygen` printed. May be given several times.
    #[arg(long, value_name = "AGE1..", requires = "reidentification_map")]
    pub recipient: Vec<String>,
    /// Also make OUT/media, a file-set for exchange (PS3.10): a DICOMDIR, and the instances as hard links
    /// under names of at most 8 characters.
    #[arg(long)]
    pub dicomdir: bool,
    /// Also measure each ROI of an RT structure set and each segment of a segmentation on the images that it refers
    /// to, as they are written: OUT/regions.parquet has the features of the Image Biomarker Standardisation
    /// Initiative; OUT/dvh.parquet and the curves beside it are dose-volume histograms. Why a region was not measured
    /// stands in failures.csv.
    #[arg(long, help_heading = "Regions")]
    pub regions: bool,
    /// How regions are measured.
    #[command(flatten)]
    pub measuring: MeasuringArgs,
    /// Also make OUT/cropped: of each image with a box of --crop, or in a series that has one, a derived image of the
    /// box of its series alone, under new UIDs. `cropped.sha256` lists them.
    #[arg(long, requires = "crop")]
    pub crop_images: bool,
    /// How the work is done.
    #[command(flatten)]
    pub work: WorkArgs,
}

fn codec_names() -> PossibleValuesParser {
    PossibleValuesParser::new(encoder_names())
}

impl RunArgs {
    /// Settles what was typed; every field is taken up, so that none can be forgotten.
    pub fn resolve(self) -> Result<RunConfig, ConfigError> {
        let Self {
            input,
            output,
            dry_run: _,
            codec,
            verify,
            rules,
            pixel_risk,
            pixel_rules,
            private_log,
            reidentification_map,
            recipient,
            dicomdir,
            regions,
            measuring,
            crop_images,
            work,
        } = self;
        let private_log = private_log
            .map(|path| new_path(&path).map_err(|error| ConfigError::PrivateLog(error.kind())))
            .transpose()?;
        let profile = rules.resolve()?;
        let redactor = redactor(&profile, pixel_risk, &pixel_rules)?;
        let regions = measuring.resolve(regions)?;
        let config = work.resolve(&input, &output.ok_or(ConfigError::NoOutput)?)?;
        Ok(RunConfig {
            private_log,
            reidentification_map: MapConfig::of(reidentification_map.as_deref(), &recipient)?,
            dicomdir,
            crop_images,
            profile,
            redactor,
            codec,
            verify,
            regions,
            ..config
        })
    }
}

/// What looks for text in pixels.
pub fn redactor(
    profile: &Profile,
    risk: PixelRisk,
    rules: &[PathBuf],
) -> Result<Redactor, ConfigError> {
    let cleans = profile.options.has(ProfileOption::CleanPixels);
    if !cleans && !rules.is_empty() {
        return Err(ConfigError::PixelRulesUnused);
    }
    let mut all = Rules::default();
    // Without cleaning nothing is covered, and no rule lets an image through.
    if cleans {
        for (at, path) in rules.iter().enumerate() {
            let more = Rules::load(path).map_err(|error| ConfigError::PixelRules(at + 1, error))?;
            all = all.followed_by(more);
        }
        all = all.followed_by(Rules::own());
    }
    Ok(Redactor { cleans, risk, rules: all })
}
