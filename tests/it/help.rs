//! What the tests share: the command, sample folders, readings of its results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use sauva::cli::Cli;
use sauva::comm::team;
use sauva::commands::{Conclusion, run};
use sauva::deident::Key;
use sauva::results::digest;
use sauva::storage::{Disk, SharedStorage};
use serde_json::Value;

/// The sample that ships with the project.
pub(crate) fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data_sample/dicom")
}

/// The larger collection of real files, where it is there.
pub(crate) fn large_collection() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/dicom");
    folder.join("catalogue.csv").exists().then_some(folder)
}

/// A folder for one test, with a key in it.
pub(crate) struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Key::generate(&folder.path().join("key")).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `sauva run` with this work's key; the output goes to the folder `name`.
    pub(crate) fn run(&self, input: &Path, name: &str, more: &[&str]) -> Output {
        let mut command = sauva(&["run", "--quiet"]);
        command.arg("--input").arg(input).arg("--output").arg(self.path(name));
        command.arg("--key-file").arg(self.path("key")).args(more).output().unwrap()
    }

    /// The same job on a team of ranks that are threads of this process.
    pub(crate) fn run_team(&self, ranks: usize, input: &Path, name: &str) -> Vec<Conclusion> {
        let disk: SharedStorage = Arc::new(Disk::below(&self.path(name)));
        self.run_team_on(ranks, input, name, &disk).into_iter().map(Result::unwrap).collect()
    }

    /// The same on a storage of choice, which may let the ranks fail.
    pub(crate) fn run_team_on(
        &self,
        ranks: usize,
        input: &Path,
        name: &str,
        storage: &SharedStorage,
    ) -> Vec<anyhow::Result<Conclusion>> {
        let (input, output, key) = (input.to_owned(), self.path(name), self.path("key"));
        team::run(ranks, |comm| {
            let words = ["sauva", "run", "--quiet", "--threads", "1", "--input"].map(Into::into);
            let words = words.into_iter().chain([
                input.clone().into_os_string(),
                "--output".into(),
                output.clone().into_os_string(),
                "--key-file".into(),
                key.clone().into_os_string(),
            ]);
            let cli = <Cli as clap::Parser>::try_parse_from(words).unwrap();
            let sauva::cli::Command::Run(args) = cli.command else { unreachable!() };
            run::execute_on(&args.resolve().unwrap(), comm, None, storage)
        })
    }
}

/// The command, cut off from the launcher and the settings of whoever runs the tests.
pub(crate) fn sauva(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sauva"));
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SAUVA_LOG"] {
        command.env_remove(name);
    }
    command.args(args);
    command
}

/// Everything that a command printed.
pub(crate) fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

pub(crate) fn summary(output: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(output.join("summary.json")).unwrap()).unwrap()
}

/// Rows of a CSV file, by column.
pub(crate) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Every file below a folder, by its path, with its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), bytes);
            }
        }
    }
    found
}

/// What must not depend on ranks: the data in the summary, the digests of data files and instances.
pub(crate) fn rank_independent(output: &Path) -> (Value, Value, BTreeMap<PathBuf, String>) {
    let summary = summary(output);
    let files = tree(output).into_iter().map(|(path, bytes)| (path, digest(&bytes)));
    let mut files: BTreeMap<PathBuf, String> = files.collect();
    let is_data = |path: &Path| !path.starts_with(".sauva") && !path.ends_with("metrics.csv");
    files.retain(|path, _| is_data(path) && !path.ends_with("summary.json"));
    (summary["statistics"].clone(), summary["digests"].clone(), files)
}
