//! What was typed: the command line, with the help that teaches it.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::{
    ConfigError, Isolation, MapConfig, RunConfig, input_folder, new_path, parse_bytes,
};
use crate::deident::{Profile, ProfileOption, ShiftUnit};
use crate::encode::{CODECS, Encoder, encoder_names};
use crate::sample::Kind;

/// De-identifies, losslessly compresses and measures trees of DICOM files, on one machine or with
/// MPI on a cluster.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// How log lines look, on standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  sauva generate --count 100 --output sample        a synthetic tree of CT images
  sauva run --input sample --output out             one process, all cores
  sauva verify out --input sample                   digests, decoding, accounts, leaks
  mpirun -n 4 --bind-to none sauva run --input sample --output out
                                                    four ranks (built with --features mpi)

Exit codes: 0 all done; 2 done, some inputs quarantined; 1 usage, configuration or environment;
4 another run holds the output; 75 stopped, run the same command again; 70 an internal check failed.

More detail in the log: SAUVA_LOG=debug (off, error, warn, info, debug, trace).";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// De-identify, compress, measure and write every DICOM file of a tree.
    ///
    /// Each input ends in exactly one state: written; duplicate (the same instance with the same
    /// content came from another file); quarantined, with its reason in failures.csv; or not DICOM.
    /// What is unclear is quarantined, never written. Inputs are only read.
    ///
    /// OUT/dicom holds the instances under pseudonyms, OUT/index.csv a row for each with its
    /// statistics, OUT/summary.json the run on one page, OUT/metrics.csv the times of each rank,
    /// OUT/manifest.sha256 the digests, OUT/failures.csv whatever was not written and why.
    Run(Box<RunArgs>),
    /// Check the output of a finished run; touch nothing there.
    ///
    /// Every digest is compared, every instance decoded and measured again, every row and count
    /// checked against the others. With --input and the key of the run, every input must have its
    /// one state, and the whole output is searched for identifying values of the input; none is ever
    /// printed. Exit code 70 where anything is wrong.
    Verify(VerifyArgs),
    /// Write a synthetic tree of CT images with invented patients, for tests and benchmarks.
    Generate(GenerateArgs),
    /// Make a key file: 32 random bytes that only you can read.
    ///
    /// The key ties pseudonyms to patients. Keep it as safe as the originals: with it the same input
    /// gives the same pseudonyms again, without it nobody can link the output to a patient.
    Keygen(KeygenArgs),
    /// The worker process of a rank; started by sauva itself.
    #[command(hide = true)]
    Worker,
}

/// Options of `sauva run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Folder with DICOM files, searched at every depth. Links are not followed.
    #[arg(long, short)]
    pub input: PathBuf,
    /// Folder for the results: new, empty, or of an earlier try of this very command, which is then
    /// gone on with: what is done is kept, what is damaged is made anew.
    #[arg(long, short)]
    pub output: PathBuf,
    /// Key file of `sauva keygen`. Default: `$XDG_CONFIG_HOME/sauva/key`, made on first use.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// How pixels are written. Every coded frame is decoded again and compared. keep: what comes
    /// compressed stays so, scrubbed of comments and all else that is no part of the image, or is coded
    /// in the default codec where that cannot be; what comes native stays native.
    #[arg(long, default_value = CODECS[0].name, value_parser = codec_names())]
    pub codec: String,
    /// Who does which file. static: the list is dealt before the work begins, largest files first.
    #[arg(long, default_value = "static", value_parser = ["static"])]
    pub schedule: String,
    /// How identities are removed.
    #[command(flatten)]
    pub rules: ProfileArgs,
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
    /// Do not show the progress.
    #[arg(long)]
    pub quiet: bool,
}

/// Which rules of de-identification are chosen (PS3.15 annex E).
#[derive(Debug, Clone, Args)]
pub struct ProfileArgs {
    /// Rules of de-identification. basic: the Basic Application Level Confidentiality Profile.
    /// research: with modified dates, patient characteristics, device, cleaned descriptions and
    /// reports. strict: basic, and less. Or a TOML file with rules of your own.
    #[arg(long, value_name = "NAME|FILE", default_value = "basic")]
    pub profile: String,
    /// What is kept beyond the profile: uids, device, institution, patient, full-dates,
    /// modified-dates (moved by a secret number of days, the same for all of a patient),
    /// safe-private.
    #[arg(long, value_name = "OPTION,..", value_delimiter = ',', value_parser = ProfileOption::retained)]
    pub retain: Vec<ProfileOption>,
    /// What is cleaned and kept, instead of removed: descriptors (text reduced to known words),
    /// structured (reports, item by item), graphics (annotations of presentation states).
    #[arg(long, value_name = "OPTION,..", value_delimiter = ',', value_parser = ProfileOption::cleaned)]
    pub clean: Vec<ProfileOption>,
    /// In what steps modified dates move. weeks keeps the day of the week.
    #[arg(long, value_enum, value_name = "UNIT")]
    pub date_shift: Option<ShiftUnit>,
}

impl ProfileArgs {
    /// The profile with all that was asked for.
    pub fn resolve(self) -> Result<Profile, ConfigError> {
        let Self { profile, retain, clean, date_shift } = self;
        let profile = Profile::load(&profile).map_err(ConfigError::Profile)?;
        let options = retain.into_iter().chain(clean);
        profile.with(options, date_shift).map_err(|error| ConfigError::Profile(error.into()))
    }
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
            key_file,
            codec,
            schedule,
            rules,
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
            quiet,
        } = self;
        debug_assert!(schedule == "static", "clap allows no others");
        let encoder = Encoder::by_name(&codec).ok_or(ConfigError::Codec)?;
        if threads == Some(0) {
            return Err(ConfigError::Threads);
        }
        if wall_limit == 0 || cpu_limit == 0 {
            return Err(ConfigError::NoTime);
        }
        let private_log = private_log
            .map(|path| new_path(&path).map_err(|error| ConfigError::PrivateLog(error.kind())))
            .transpose()?;
        Ok(RunConfig {
            input: input_folder(&input)?,
            output: new_path(&output).map_err(|error| ConfigError::Output(error.kind()))?,
            key_file,
            private_log,
            reidentification_map: MapConfig::of(reidentification_map.as_deref(), &recipient)?,
            dicomdir,
            profile: rules.resolve()?,
            codec,
            encoder,
            threads,
            isolation,
            wall_limit: Duration::from_secs(wall_limit),
            cpu_limit: Duration::from_secs(cpu_limit),
            memory_bytes: memory,
            max_depth: max_depth.into(),
            retry,
            progress: !quiet,
        })
    }
}

/// Options of `sauva verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The output folder of the run.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// The input folder of that run: accounts for every file and searches the output for leaks.
    #[arg(long, short)]
    pub input: Option<PathBuf>,
    /// The key file of that run. Default: `$XDG_CONFIG_HOME/sauva/key`.
    #[arg(long, value_name = "FILE", requires = "input")]
    pub key_file: Option<PathBuf>,
}

/// What the images of a sample show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SampleKind {
    /// Shapes like a body; compresses about as real CT does.
    Ct,
    /// A gradient with noise.
    Gradient,
}

impl From<SampleKind> for Kind {
    fn from(kind: SampleKind) -> Self {
        match kind {
            SampleKind::Ct => Self::Ct,
            SampleKind::Gradient => Self::Gradient,
        }
    }
}

/// Options of `sauva generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Number of files.
    #[arg(long, default_value_t = 100)]
    pub count: usize,
    /// New or empty folder.
    #[arg(long, short)]
    pub output: PathBuf,
    /// What the images show.
    #[arg(long, value_enum, default_value_t = SampleKind::Ct)]
    pub kind: SampleKind,
    /// Small files instead that hold an invented token in every place where an identity may hide, in
    /// five encodings. tokens.csv there lists the tokens and their places: none may be found in what a
    /// de-identifier makes of the files. Some of them must be refused.
    #[arg(long, conflicts_with_all = ["count", "kind"])]
    pub planted: bool,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Options of `sauva keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file to make. One that exists is never replaced.
    pub key_file: PathBuf,
}
