//! What will be done, with everything settled: the command line in, checked paths and numbers out.
//! What is wrong with them is said in one sentence each.

mod job;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::crop::By;
use crate::deident::{Profile, ProfileError};
use crate::encode::Verify;
use crate::radiomics::Settings;
use crate::read::Limits;
use crate::redact::Redactor;
use crate::redact::rules::RulesError;
use crate::reidentification::Recipient;
use crate::storage::kind_in_words;
pub use job::{JobError, MapJob, Means, What};

/// The settled configuration of `sauva run` and `sauva stats`.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunConfig {
    /// Whether inputs are measured and left as they are, with nothing written but results that name patients.
    pub measures_only: bool,
    /// The input folder, absolute.
    pub input: PathBuf,
    /// The output folder, absolute.
    pub output: PathBuf,
    /// The key file of the command line; without one the user's own key is used.
    pub key_file: Option<PathBuf>,
    /// Where the operator's list of real paths goes, outside the output.
    pub private_log: Option<PathBuf>,
    /// Where the re-identification map goes, outside the output.
    pub reidentification_map: Option<MapConfig>,
    /// Whether a file-set with a DICOMDIR is made of the instances.
    pub dicomdir: bool,
    /// How regions are measured, where they are.
    pub regions: Option<RegionsConfig>,
    /// The rules of de-identification.
    pub profile: Profile,
    /// What looks for text in pixels.
    pub redactor: Redactor,
    /// The name of the codec.
    pub codec: String,
    /// Whether what was coded is checked to give its samples back.
    pub verify: Verify,
    /// What of interest is looked for in images.
    pub crop: Option<By>,
    /// Whether derived images of that are made.
    pub crop_images: bool,
    /// A list of files in place of a scan.
    pub manifest: Option<PathBuf>,
    /// Who does which file; `None` leaves it to the number of ranks.
    pub schedule: Option<Schedule>,
    /// How the cores of a node are used; `None` leaves it to what is found.
    pub mode: Option<Mode>,
    /// Threads of a rank; `None` leaves it to what the node offers.
    pub threads: Option<usize>,
    /// Where the work is done.
    pub isolation: Isolation,
    /// Time that may pass while a file is in work.
    pub wall_limit: Duration,
    /// Processor time that a file may take.
    pub cpu_limit: Duration,
    /// Memory of the worker process of a rank; `None` leaves it to what the node has.
    pub memory_bytes: Option<u64>,
    /// Deepest nesting of sequences.
    pub max_depth: usize,
    /// Whether what earlier tries quarantined is done anew.
    pub retry: bool,
    /// Where the times of all stages go, for a viewer of traces.
    pub trace: Option<PathBuf>,
    /// Work that is slept in place of the pipeline.
    #[cfg(feature = "test-hooks")]
    pub simulation: Option<crate::crew::Simulation>,
    /// What rank 0 shows of the progress.
    pub shown: Shown,
}

/// Where the re-identification map goes, and who may read it.
#[derive(Debug, Clone)]
pub struct MapConfig {
    /// The file, absolute.
    pub path: PathBuf,
    /// The public keys.
    pub recipients: Vec<Recipient>,
}

impl MapConfig {
    /// A file and public keys as they were typed, where there is a file.
    pub fn of(path: Option<&Path>, recipients: &[String]) -> Result<Option<Self>, ConfigError> {
        let Some(path) = path else {
            return Ok(None);
        };
        let key = |typed: &String| typed.trim().parse().map_err(|_| ConfigError::Recipient);
        let recipients = recipients.iter().map(key).collect::<Result<_, _>>()?;
        let path = new_path(path).map_err(|error| ConfigError::Map(error.kind()))?;
        Ok(Some(Self { path, recipients }))
    }
}

/// How regions are measured.
#[derive(Debug, Clone)]
pub struct RegionsConfig {
    /// Each gives every region a row.
    pub settings: Vec<Settings>,
}

/// Who does which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// The list is dealt before the work begins.
    Static,
    /// Whoever is free gets the next.
    Dynamic,
}

impl Schedule {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
        }
    }
}

/// How the cores of a node are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every rank works on one file at a time.
    Ranks,
    /// Every rank has a thread for each of its cores.
    Threads,
}

/// What is shown of the progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Nothing.
    Nothing,
    /// The run as a whole.
    Run,
    /// Each rank as well.
    Ranks,
}

/// Where the work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Isolation {
    /// In a worker process: a file that crashes, hangs or eats memory costs that file alone.
    Process,
    /// In this process: such a file ends the job.
    None,
}

/// What is wrong with a configuration. No message holds a path: a path may name a patient.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `--input` leads nowhere.
    #[error(
        "--input: the folder does not exist or cannot be entered: {}; check its name, and whether this node has it",
        kind_in_words(*.0)
    )]
    Input(std::io::ErrorKind),
    /// `--input` is a file.
    #[error("--input: not a folder: give the folder above the DICOM files")]
    InputNoFolder,
    /// No `--output`.
    #[error("--output is missing: give a folder for the results")]
    NoOutput,
    /// `--output` cannot be settled.
    #[error(
        "--output: the folder cannot be made or entered: {}; choose one that you may write to",
        kind_in_words(*.0)
    )]
    Output(std::io::ErrorKind),
    /// Outputs would become inputs.
    #[error(
        "--output lies inside --input: choose a folder outside, or outputs would become inputs"
    )]
    OutputInInput,
    /// Inputs could be overwritten.
    #[error("--input lies inside --output: choose another output folder")]
    InputInOutput,
    /// The operator's list would travel with the de-identified data.
    #[error("--private-log lies inside --output or --input: it names patients, so keep it apart")]
    PrivateLogInside,
    /// Somebody's list is there already.
    #[error("--private-log: the file exists already: move it away or choose another name")]
    PrivateLogExists,
    /// The list cannot be made.
    #[error(
        "--private-log: the folder of the file cannot be entered: {}; make it first, or choose another",
        kind_in_words(*.0)
    )]
    PrivateLog(std::io::ErrorKind),
    /// The map would travel with the de-identified data.
    #[error("--reidentification-map lies inside --output or --input: keep it apart from both")]
    MapInside,
    /// Somebody's file is there already.
    #[error("--reidentification-map: the file exists already: move it away or choose another name")]
    MapExists,
    /// The map cannot be made.
    #[error(
        "--reidentification-map: the folder of the file cannot be entered: {}; make it first, or choose another",
        kind_in_words(*.0)
    )]
    Map(std::io::ErrorKind),
    /// No key of the form that age gives.
    #[error("--recipient: not a public key of age: give the line age1.. that age-keygen printed")]
    Recipient,
    /// The rules of de-identification cannot be settled.
    #[error("--profile, --retain, --clean: {0}")]
    Profile(ProfileError),
    /// Rules for pixels that nobody goes by.
    #[error("--pixel-rules: they are for --clean pixels, which was not asked for")]
    PixelRulesUnused,
    /// Rules for pixels that cannot be read.
    #[error("--pixel-rules, file {0}: {1}")]
    PixelRules(usize, RulesError),
    /// Options for regions that nobody measures.
    #[error(
        "--bins, --resample, --resegment and --outliers are for --regions, which was not given"
    )]
    RegionsUnused,
    /// Boxes of regions that nobody measures.
    #[error("--crop regions is for --regions, which was not given")]
    CropWithoutRegions,
    /// No number of standard deviations.
    #[error("--outliers must be a number above 0")]
    Outliers,
    /// The key would travel with the de-identified data.
    #[error("--key-file lies inside --output: keep the key apart from what it protects")]
    KeyInside,
    /// No time or depth at all.
    #[error("--wall-limit and --cpu-limit must be at least 1 second")]
    NoTime,
    /// Where the trace goes.
    #[error(
        "--trace: the folder of the file cannot be entered: {}; make it first, or choose another",
        kind_in_words(*.0)
    )]
    Trace(std::io::ErrorKind),
    /// Inputs are only read, and results are not replaced.
    #[error(
        "--trace lies inside --input or --output, or is another file of the run: choose another"
    )]
    TraceInside,
    /// Somebody's file is there already.
    #[error("--trace: the file exists and is no trace: choose another name")]
    TraceExists,
    /// More threads than the mode allows.
    #[error("--mode ranks means one thread a rank: leave out --threads, or take --mode threads")]
    ThreadsOfRanks,
    /// `--manifest` leads nowhere.
    #[error("--manifest: the file cannot be found: {}; check its name", kind_in_words(*.0))]
    Manifest(std::io::ErrorKind),
    /// A pool of no threads.
    #[error("--threads must be at least 1")]
    Threads,
}

impl RunConfig {
    /// Who does which file on so many ranks.
    pub fn schedule_of(&self, ranks: usize) -> Schedule {
        let auto = if ranks > 1 { Schedule::Dynamic } else { Schedule::Static };
        self.schedule.unwrap_or(auto)
    }

    /// The folder that the paths of instances begin in.
    pub fn instances(&self) -> &Path {
        if self.measures_only { &self.input } else { &self.output }
    }

    /// Bounds on what one file may ask for.
    pub fn limits(&self) -> Limits {
        Limits { depth: self.max_depth, ..Limits::default() }
    }

    /// Checks whether the regions are measured that images are to be cropped to.
    fn check_crop(&self) -> Result<(), ConfigError> {
        let is_without = self.crop == Some(By::Regions) && self.regions.is_none();
        if is_without { Err(ConfigError::CropWithoutRegions) } else { Ok(()) }
    }

    /// Checks how the folders lie to each other. Makes nothing.
    pub fn check_folders(&self) -> Result<(), ConfigError> {
        self.check_crop()?;
        if self.output.starts_with(&self.input) {
            return Err(ConfigError::OutputInInput);
        }
        let map = self.reidentification_map.as_ref().map(|map| &map.path);
        let is_in_the_way = |trace: &PathBuf| {
            trace.starts_with(&self.input)
                || trace.starts_with(&self.output)
                || [map, self.private_log.as_ref()].contains(&Some(trace))
        };
        if self.trace.as_ref().is_some_and(is_in_the_way) {
            return Err(ConfigError::TraceInside);
        }
        if self.trace.as_ref().is_some_and(|trace| !trace.parent().is_some_and(Path::is_dir)) {
            return Err(ConfigError::Trace(std::io::ErrorKind::NotFound));
        }
        if self.input.starts_with(&self.output) {
            return Err(ConfigError::InputInOutput);
        }
        let key_file = self.key_file.as_ref().and_then(|key| key.canonicalize().ok());
        if key_file.is_some_and(|key| key.starts_with(&self.output)) {
            return Err(ConfigError::KeyInside);
        }
        match self.reidentification_map.as_ref().map(|map| &map.path) {
            Some(map) if map.starts_with(&self.output) || map.starts_with(&self.input) => {
                return Err(ConfigError::MapInside);
            }
            Some(map) if !map.parent().is_some_and(Path::is_dir) => {
                return Err(ConfigError::Map(std::io::ErrorKind::NotFound));
            }
            _ => {}
        }
        match &self.private_log {
            Some(log) if log.starts_with(&self.output) || log.starts_with(&self.input) => {
                Err(ConfigError::PrivateLogInside)
            }
            Some(log) if !log.parent().is_some_and(Path::is_dir) => {
                Err(ConfigError::PrivateLog(std::io::ErrorKind::NotFound))
            }
            _ => Ok(()),
        }
    }
}

/// A number of bytes, such as `512M` or `8G`: plain, or with K, M, G or T for powers of 1024.
pub fn parse_bytes(text: &str) -> Result<u64, &'static str> {
    let (digits, shift) = match text.trim().char_indices().last() {
        Some((at, 'K' | 'k')) => (&text.trim()[..at], 10),
        Some((at, 'M' | 'm')) => (&text.trim()[..at], 20),
        Some((at, 'G' | 'g')) => (&text.trim()[..at], 30),
        Some((at, 'T' | 't')) => (&text.trim()[..at], 40),
        _ => (text.trim(), 0),
    };
    let number: u64 = digits.parse().map_err(|_| "not a number of bytes such as 8G")?;
    number.checked_shl(shift).filter(|bytes| bytes >> shift == number).ok_or("too large")
}

/// An input folder as an absolute path without links.
pub fn input_folder(path: &Path) -> Result<PathBuf, ConfigError> {
    let folder = path.canonicalize().map_err(|error| ConfigError::Input(error.kind()))?;
    if !folder.is_dir() {
        return Err(ConfigError::InputNoFolder);
    }
    folder.read_dir().map_err(|error| ConfigError::Input(error.kind()))?;
    Ok(folder)
}

/// A path that need not exist yet as an absolute path: links are resolved as far as it exists.
pub fn new_path(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    if path.components().any(|part| part == std::path::Component::ParentDir) && !path.exists() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let mut missing = Vec::new();
    let mut existing = path.as_path();
    loop {
        match existing.canonicalize() {
            Ok(settled) => return Ok(missing.into_iter().rev().fold(settled, |p, n| p.join(n))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else {
            return Err(std::io::ErrorKind::NotFound.into());
        };
        missing.push(name);
        existing = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(input: &str, output: &str, private_log: Option<&str>) -> RunConfig {
        RunConfig {
            measures_only: false,
            input: input.into(),
            output: output.into(),
            key_file: None,
            private_log: private_log.map(Into::into),
            reidentification_map: None,
            dicomdir: false,
            regions: None,
            redactor: Redactor::default(),
            profile: Profile::basic(),
            codec: "jpeg-ls".into(),
            verify: Verify::Full,
            crop: None,
            crop_images: false,
            threads: None,
            isolation: Isolation::None,
            wall_limit: Duration::from_secs(1),
            cpu_limit: Duration::from_secs(1),
            memory_bytes: None,
            max_depth: 32,
            retry: false,
            manifest: None,
            schedule: None,
            mode: None,
            trace: None,
            #[cfg(feature = "test-hooks")]
            simulation: None,
            shown: Shown::Nothing,
        }
    }

    #[test]
    fn folders_inside_each_other_are_refused() {
        let check = |input, output, log| config(input, output, log).check_folders();
        assert!(matches!(check("/a", "/a/b", None), Err(ConfigError::OutputInInput)));
        assert!(matches!(check("/a", "/a", None), Err(ConfigError::OutputInInput)));
        assert!(matches!(check("/a/b", "/a", None), Err(ConfigError::InputInOutput)));
        assert!(check("/a", "/ab", None).is_ok());
        let log = Some("/ab/log.csv");
        assert!(matches!(check("/a", "/ab", log), Err(ConfigError::PrivateLogInside)));
    }

    #[test]
    fn bytes_may_be_told_in_powers_of_1024() {
        assert_eq!(parse_bytes("512"), Ok(512));
        assert_eq!(parse_bytes("3k"), Ok(3072));
        assert_eq!(parse_bytes("8G"), Ok(8 << 30));
        for wrong in ["", "G", "-1", "1.5G", "many", "99999999999T"] {
            assert!(parse_bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_that_does_not_exist_is_settled_through_its_links() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(new_path(&link.join("new/deeper")).unwrap(), real.join("new/deeper"));
    }
}
