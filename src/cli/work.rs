//! What was typed about how the work is done, whatever the work is.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::config::{
    ConfigError, Isolation, Mode, RunConfig, Schedule, Shown, input_folder, new_path, parse_bytes,
};
use crate::crop::By;
use crate::deident::Profile;
use crate::encode::{CODECS, Verify};
use crate::redact::Redactor;
use crate::trace::START;

/// How the work is done: by whom, within which bounds, and what is told of it.
#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Key file of `sauva keygen`. Default: `$XDG_CONFIG_HOME/sauva/key`, made on first use.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A list of files instead of a search of --input: lines of text, each a path below --input, and a tab and
    /// its size in bytes where that is known; or a Parquet table with a column `path`, and `size` or not. A
    /// file whose size is given is not looked at before its turn comes, nor when a run goes on: a change that keeps
    /// the size is not seen then.
    #[arg(long, value_name = "FILE")]
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
    /// Threads of each rank. Default: `SLURM_CPUS_PER_TASK`, else the cores of the node shared among
    /// its ranks.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Also tell where something of interest is in each image and in each series, by columns and rows:
    /// columns `crop_column`, `crop_row`, `crop_columns` and `crop_rows` of the tables. body: the patient's body, in
    /// slices of CT. regions: all regions of a series, with --regions.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub crop: Option<By>,
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
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Sleep instead of work.
    #[cfg(feature = "test-hooks")]
    #[arg(long, hide = true)]
    pub simulate: Option<crate::crew::Simulation>,
    /// Do not show the progress. How the run begins, what goes wrong and the last words are told all the same.
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show the progress of each rank too: files done, rate, what it does, what was quarantined.
    #[arg(long, short)]
    pub verbose: bool,
}

impl WorkArgs {
    /// Settles what was typed, for work that is not said yet; every field is taken up, so that none can be
    /// forgotten.
    pub fn resolve(self, input: &Path, output: &Path) -> Result<RunConfig, ConfigError> {
        let Self {
            key_file,
            manifest,
            schedule,
            mode,
            threads,
            crop,
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
            verbose,
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
        let shown = match (quiet, verbose) {
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Ranks,
            (false, false) => Shown::Run,
        };
        if wall_limit == 0 || cpu_limit == 0 {
            return Err(ConfigError::NoTime);
        }
        Ok(RunConfig {
            measures_only: false,
            input: input_folder(input)?,
            output: new_path(output).map_err(|error| ConfigError::Output(error.kind()))?,
            key_file,
            private_log: None,
            reidentification_map: None,
            dicomdir: false,
            regions: None,
            profile: Profile::basic(),
            redactor: Redactor::default(),
            codec: CODECS[0].name.to_owned(),
            verify: Verify::default(),
            crop,
            crop_images: false,
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
            shown,
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
