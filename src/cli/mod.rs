//! What was typed: the command line, with the help that teaches it.

mod doctor;
mod experiments;
mod map;
mod misuse;
mod profile;
mod query;
mod regions;
mod report;
mod run;
mod stats;
mod work;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::sample::Kind;
pub use doctor::DoctorArgs;
pub use experiments::ExperimentsArgs;
pub use map::MapArgs;
pub use misuse::misuse;
pub use profile::ProfileArgs;
pub use query::{FindArgs, QueryArgs};
pub use regions::{MeasuringArgs, RegionsArgs};
pub use report::ReportArgs;
pub use run::{RunArgs, redactor};
pub use stats::StatsArgs;
pub use work::WorkArgs;

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
  sauva run --input sample --output out2 --clean pixels && sauva review out2
                                                    text in images covered, and a page to look at it
  sauva query out 'SELECT Modality, count(*) FROM index GROUP BY 1'
                                                    the tables of an output, by SQL
  sauva doctor --input sample --output out          would a run work here?
  sauva experiments results                         many runs compared: speed-up, plots, a report
  sauva run --dry-run --input sample --profile research
                                                    what would be done, by attribute
  mpirun -n 4 --bind-to none sauva run --input sample --output out
                                                    four ranks (built with --features mpi)

Exit codes: 0 all done; 2 done, some inputs quarantined; 1 usage, configuration or environment;
4 another run holds the output; 75 stopped, run the same command again; 70 an internal check failed.

More detail in the log: SAUVA_LOG=debug (off, error, warn, info, debug, trace).";

const MAP_EXAMPLES: &str = "\
Examples:
  sauva map --input IN --output OUT --by series -- dcm2niix -z y -o {output} {input}
  sauva map --output OUT --repetitions 5 -- python3 simulate.py --seed {rank}
  sauva map --output OUT --parameters grid.csv -- Rscript fit.R {param:alpha} {param:beta}
  mpirun -n 4 --bind-to none sauva map --input IN --output OUT --by patient --cpus-per-task 4 --memory 8G
                    --timeout 3600 -- python3 segment.py {list} {output} --resume {checkpoint}
  sauva map --output OUT --parallel 4 -- python3 train.py       (torch.distributed finds the others)";

const COMPLETIONS: &str = "\
Examples:
  bash   sauva completions bash > ~/.local/share/bash-completion/completions/sauva
  zsh    sauva completions zsh > ~/.zfunc/_sauva      (with `fpath+=~/.zfunc` before compinit in ~/.zshrc)
  fish   sauva completions fish > ~/.config/fish/completions/sauva.fish
  now    source <(sauva completions bash)";

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
    /// Measure every DICOM file of a tree; de-identify nothing and write no images.
    ///
    /// For an operator's own use: OUT holds the index, the series and the cohorts of `sauva run` with the
    /// attributes as they are, identifiers of patients among them. Only you can enter OUT, and its summary says so.
    /// Every instance has a row, duplicates too; `path` is the input's own.
    Stats(Box<StatsArgs>),
    /// Measure the regions of a tree as it is: each ROI of an RT structure set and each segment of a segmentation,
    /// on the images that it refers to, and the doses that structure sets have.
    ///
    /// As `sauva stats`, for an operator's own use: nothing is de-identified, and only you can enter OUT. Besides the
    /// tables of `sauva stats` there are regions.parquet, with the features of the Image Biomarker Standardisation
    /// Initiative, and dvh.parquet with the curves beside it, dose-volume histograms. Why a region was not measured
    /// stands in failures.csv.
    Regions(Box<RegionsArgs>),
    /// Run any program over a repository, or many times, on all ranks; no line of MPI is written.
    ///
    /// Each unit (a series, a study, a run with its parameters) is one start of the program, in a slot of some rank.
    /// What it leaves in {output} stands in OUT/units whole or not at all. What fails is tried again, on another rank
    /// where there is one. The same command line again goes on where a try was stopped.
    ///
    /// In the arguments {input}, {list}, {output}, {checkpoint}, {unit}, {rank}, {repetitions}, {param:NAME},
    /// {attempt} and {cpus} are filled in; the same stands in variables, `SAUVA_INPUT` and so on. OUT/runs.csv has a row
    /// for each unit, OUT/output.txt the standard outputs in order, OUT/report.html shows it.
    #[command(after_help = MAP_EXAMPLES)]
    Map(Box<MapArgs>),
    /// Check the output of a finished run; touch nothing there.
    ///
    /// Every digest is compared, every instance decoded and measured again, every row and count
    /// checked against the others. With --input and the key of the run, every input must have its
    /// one state, and the whole output is searched for identifying values of the input; none is ever
    /// printed. Exit code 70 where anything is wrong.
    Verify(VerifyArgs),
    /// Make one page with pictures of the images whose pixels were searched for text, for a person to look at.
    ///
    /// OUT/review.html shows, for each series, what is written and where something was covered, those
    /// first that need an eye most. It needs nothing but a browser.
    Review(ReviewArgs),
    /// Make one page of a finished run: the verdict first, then where the time went, what became smaller, what
    /// stands out, what was held back and what to do about it.
    ///
    /// OUT/report.html needs nothing but a browser and asks for nothing from anywhere. A run makes it at its end; this
    /// makes it anew, and with --to and --experiments one with experiments.
    Report(ReportArgs),
    /// Ask the tables of an output by SQL, without Python or a server; touch nothing there.
    ///
    /// The tables are OUT/index.parquet, a row an instance; series.parquet; cohorts.parquet; and frames.parquet, as
    /// far as they are there. DuckDB, Polars, pandas and Spark read the same files.
    Query(QueryArgs),
    /// Find instances of an output by what they are, without SQL.
    Find(FindArgs),
    /// Compare many runs: speed-up, efficiency, laws of scaling, plots and a report.
    ///
    /// RESULTS/metrics.csv holds the rows of all runs, RESULTS/environment.json the machines they were on; both are
    /// made by --add, and `scripts/run_experiments.sh` does all of it. Runs of another machine, version or
    /// codec are never compared with each other. Exit code 70 where runs on the same data did not write the same
    /// bytes, or are less efficient than --fail-below-efficiency.
    Experiments(Box<ExperimentsArgs>),
    /// Write a synthetic tree of CT images with invented patients, for tests and benchmarks.
    Generate(GenerateArgs),
    /// Print the conformance statement of de-identification for a profile, as Markdown.
    ///
    /// It is made from the tables and rules that a run goes by: what happens to each attribute, and why.
    Conformance(ConformanceArgs),
    /// Make a key file: 32 random bytes that only you can read.
    ///
    /// The key ties pseudonyms to patients. Keep it as safe as the originals: with it the same input
    /// gives the same pseudonyms again, without it nobody can link the output to a patient.
    Keygen(KeygenArgs),
    /// Look whether a run would work here, and say what is wrong: MPI, cores, memory, limits, folders, key.
    ///
    /// Start it as you would start the run: under mpirun or srun all ranks look, and rank 0 prints one table, by
    /// host. Each line begins with ok, warn or FAIL, and says what to do. Nothing is read but a byte of one input, and
    /// what is tried in OUT is taken away again. Exit code 1 where a run would not work.
    Doctor(DoctorArgs),
    /// Print the completions of a shell for the options of sauva.
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write a man page of each command to a folder.
    #[command(hide = true)]
    Man {
        /// The folder, made where it is missing.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// The worker process of a rank; started by sauva itself.
    #[command(hide = true)]
    Worker,
    /// The process of a rank that starts programs; started by sauva itself.
    #[command(hide = true)]
    Runner,
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

/// Options of `sauva review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// The output folder of the run.
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Show each image as it came beside it, and those that were not let through. The page names patients:
    /// it goes to this folder, which only you can enter, outside of OUT and the input.
    #[arg(long, value_name = "FOLDER", requires = "input")]
    pub with_before: Option<PathBuf>,
    /// The input folder of that run.
    #[arg(long, short, requires = "with_before")]
    pub input: Option<PathBuf>,
    /// The key file of that run. Default: `$XDG_CONFIG_HOME/sauva/key`.
    #[arg(long, value_name = "FILE", requires = "with_before")]
    pub key_file: Option<PathBuf>,
    /// The longer side of a picture in pixels, at most.
    #[arg(long, value_name = "PIXELS", default_value_t = 640, value_parser = clap::value_parser!(u32).range(64..=4096))]
    pub side: u32,
    /// Pictures of a series, at most.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub pictures: usize,
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
    /// Images instead that have text burned into their pixels, and for every two of them one without.
    /// `burned_in.csv` there lists each line of text with its box, files.csv each file. Draws with the
    /// TrueType fonts of this machine: the same seed and fonts give the same bytes.
    #[arg(long, conflicts_with_all = ["planted", "kind"])]
    pub burned_in: bool,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Options of `sauva conformance`.
#[derive(Debug, Args)]
pub struct ConformanceArgs {
    /// The rules that the statement speaks of.
    #[command(flatten)]
    pub rules: ProfileArgs,
}

/// Options of `sauva keygen`.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file to make. One that exists is never replaced.
    pub key_file: PathBuf,
}
