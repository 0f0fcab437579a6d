//! What was typed after `sauva run`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::ProfileArgs;
use crate::config::{
    ConfigError, Isolation, MapConfig, Mode, RunConfig, Schedule, input_folder, new_path,
    parse_bytes,
};
use crate::deident::{Profile, ProfileOption};
use crate::encode::{CODECS, Verify, encoder_names};
use crate::redact::rules::Rules;
use crate::redact::{PixelRisk, Redactor};
use crate::trace::START;

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
    #[arg(long, conflicts_with_all = ["output", "private_log", "reidentification_map", "dicomdir", "retry"])]
    pub dry_run: bool,
    /// Key file of `sauva keygen`. Default: `$XDG_CONFIG_HOME/sauva/key`, made on first use.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// How pixels are written, without a loss. What comes compressed with a loss, or in a smaller form
    /// without, is passed on, scrubbed of comments and all else that is no part of the image. smallest: in
    /// the codec that makes it smallest, for each instance. keep: all that comes compressed is passed on, or
    /// coded in the default codec where that cannot be; what comes native stays native. native: nothing is
    /// compressed.
    #[arg(long, default_value = CODECS[0].name, value_parser = codec_names())]
    pub codec: String,
    /// Whether every coded frame is decoded again and compared.
    #[arg(long, value_enum, default_value_t)]
    pub verify: Verify,
    /// A list of files instead of a search of --input: lines of text, each a path below --input, and a tab and
    /// its size in bytes where that is known; or a Parquet table with a column `path`, and `size` or not. A
    /// file whose size is given is not looked at before its turn comes, nor when a run goes on: a change that keeps
    /// the size is not seen then.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub manifest: Option<PathBuf>,
    /// Who does which file. static: the list is dealt before the work begins, largest files first. dynamic:
    /// whoever is free gets the next, while the search for files still goes on. auto: static on one rank,
    /// dynamic on several.
    #[arg(long, default_value = "auto", value_parser = ["auto", "static", "dynamic"])]
    pub schedule: String,
    /// How the cores of a node are used. ranks: each rank does one file at a time. threads: each rank has a
    /// thread for each of its cores. auto: ranks where a node has as many ranks as cores, else threads.
    #[arg(long, default_value = "auto", value_parser = ["auto", "ranks", "threads"])]
    pub mode: String,
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
    /// Threads of each rank. Default: `SLURM_CPUS_PER_TASK`, else the cores of the node shared among
    /// its ranks.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
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
    /// Where the work is done. process: in a worker process, so that a file which crashes, hangs or eats
    /// memory costs that file alone. none: in the rank itself, where such a file ends the job.
    #[arg(long, value_enum, default_value_t = Isolation::Process)]
    pub isolation: Isolation,
    /// Seconds that one file may be in work before it is quarantined as `timeout`.
    #[arg(long, value_name = "SECONDS", default_value_t = 900)]
    pub wall_limit: u64,
    /// Seconds of processor time that one file may take before it is quarantined as `timeout`.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub cpu_limit: u64,
    /// Memory of each rank's worker process for its files, such as 8G; stacks and the program come on
    /// top. Default: four fifths of its share of what the node has.
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub memory: Option<u64>,
    /// Deepest nesting of sequences; files that go deeper are quarantined.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub max_depth: u16,
    /// Do what earlier tries quarantined anew.
    #[arg(long)]
    pub retry: bool,
    /// Also write when each thread of each rank was in which stage of which file (by path ID) to this file, in
    /// the Chrome trace event format, which Perfetto shows.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub trace: Option<PathBuf>,
    /// Sleep instead of work.
    #[cfg(feature = "test-hooks")]
    #[arg(long, hide = true)]
    pub simulate: Option<crate::crew::Simulation>,
    /// Do not show the progress.
    #[arg(long)]
    pub quiet: bool,
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
            key_file,
            codec,
            verify,
            manifest,
            schedule,
            mode,
            rules,
            pixel_risk,
            pixel_rules,
            threads,
            private_log,
            reidentification_map,
            recipient,
            dicomdir,
            isolation,
            wall_limit,
            cpu_limit,
            memory,
            max_depth,
            retry,
            trace,
            #[cfg(feature = "test-hooks")]
            simulate,
            quiet,
        } = self;
        let schedule = match &*schedule {
            "static" => Some(Schedule::Static),
            "dynamic" => Some(Schedule::Dynamic),
            _ => None,
        };
        let mode = match &*mode {
            "ranks" => Some(Mode::Ranks),
            "threads" => Some(Mode::Threads),
            _ => None,
        };
        match threads {
            Some(0) => return Err(ConfigError::Threads),
            Some(2..) if mode == Some(Mode::Ranks) => return Err(ConfigError::ThreadsOfRanks),
            _ => {}
        }
        let list = |path: PathBuf| {
            path.canonicalize().map_err(|error| ConfigError::Manifest(error.kind()))
        };
        if wall_limit == 0 || cpu_limit == 0 {
            return Err(ConfigError::NoTime);
        }
        let private_log = private_log
            .map(|path| new_path(&path).map_err(|error| ConfigError::PrivateLog(error.kind())))
            .transpose()?;
        let profile = rules.resolve()?;
        let redactor = redactor(&profile, pixel_risk, &pixel_rules)?;
        let output = output.ok_or(ConfigError::NoOutput)?;
        Ok(RunConfig {
            input: input_folder(&input)?,
            output: new_path(&output).map_err(|error| ConfigError::Output(error.kind()))?,
            key_file,
            private_log,
            reidentification_map: MapConfig::of(reidentification_map.as_deref(), &recipient)?,
            dicomdir,
            profile,
            redactor,
            codec,
            verify,
            manifest: manifest.map(list).transpose()?,
            schedule,
            mode,
            threads,
            isolation,
            wall_limit: Duration::from_secs(wall_limit),
            cpu_limit: Duration::from_secs(cpu_limit),
            memory_bytes: memory,
            max_depth: max_depth.into(),
            retry,
            trace: trace.as_deref().map(trace_file).transpose()?,
            #[cfg(feature = "test-hooks")]
            simulation: simulate,
            progress: !quiet,
        })
    }
}

/// A new file for the trace, or one that holds a trace.
fn trace_file(path: &Path) -> Result<PathBuf, ConfigError> {
    let path = new_path(path).map_err(|error| ConfigError::Trace(error.kind()))?;
    let mut start = Vec::new();
    let open = std::fs::File::open(&path);
    match open.and_then(|file| file.take(START.len() as u64).read_to_end(&mut start)) {
        Ok(_) if start != START => Err(ConfigError::TraceExists),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ConfigError::Trace(error.kind()))
        }
        _ => Ok(path),
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
