//! What the tests share: the command, sample folders, readings of its results.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use dicom::dictionary_std::uids;
use sauva::cli::Cli;
use sauva::comm::team;
use sauva::commands::{Conclusion, run};
use sauva::dataset::{DataSet, Element, Tag, VR, Value as ElementValue};
use sauva::dataset::{encode_data_set, encode_file_meta};
use sauva::deident::Key;
use sauva::instance::SourcePixels;
use sauva::read::{Limits, parse_with_body, read};
use sauva::results::digest;
use sauva::storage::{Disk, SharedStorage};
use serde_json::Value;

/// The bytes in which something may stand: those of a file, and what it inflates to where it is deflated.
pub(crate) fn with_inflated(bytes: Vec<u8>) -> Vec<Vec<u8>> {
    let body = parse_with_body(&bytes.clone().into(), &Limits::default());
    let deflated = uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
    let inflated = body.ok().filter(|(original, _)| original.transfer_syntax == deflated);
    [bytes].into_iter().chain(inflated.map(|(_, body)| body.to_vec())).collect()
}

/// `mpirun -n RANKS sauva`, to which its words are to be added. `SAUVA_MPIRUN` holds the launcher and its options.
#[cfg(feature = "mpi")]
pub(crate) fn mpirun(ranks: usize) -> Command {
    let launcher = std::env::var("SAUVA_MPIRUN")
        .unwrap_or_else(|_| "mpirun --bind-to none --oversubscribe".to_owned());
    let mut words = launcher.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg("-n").arg(ranks.to_string());
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    command.arg(env!("CARGO_BIN_EXE_sauva"));
    command
}

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

    /// The same with a private log: the output of each input that was written, by the input's path.
    pub(crate) fn run_to(
        &self,
        input: &Path,
        name: &str,
        more: &[&str],
    ) -> BTreeMap<String, PathBuf> {
        let log = self.path(&format!("{name}.csv"));
        let run =
            self.run(input, name, &[&["--private-log", log.to_str().unwrap()], more].concat());
        assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(&run));
        let output = self.path(name);
        let by_id = rows(&output.join("index.csv")).into_iter();
        let by_id: BTreeMap<String, PathBuf> =
            by_id.map(|row| (row["path_id"].clone(), output.join(&row["path"]))).collect();
        let inputs = rows(&log).into_iter();
        inputs
            .filter_map(|row| Some((row["path"].clone(), by_id.get(&row["path_id"])?.clone())))
            .collect()
    }

    /// The same job on a team of ranks that are threads of this process.
    pub(crate) fn run_team(&self, ranks: usize, input: &Path, name: &str) -> Vec<Conclusion> {
        self.run_team_with(ranks, input, name, &[])
    }

    /// The same with more options.
    pub(crate) fn run_team_with(
        &self,
        ranks: usize,
        input: &Path,
        name: &str,
        more: &[&str],
    ) -> Vec<Conclusion> {
        let storages = vec![self.disk(name); ranks];
        let ends = self.run_team_each_on(&storages, input, name, more);
        ends.into_iter().map(Result::unwrap).collect()
    }

    /// The storage of an output, as a run has it.
    pub(crate) fn disk(&self, name: &str) -> SharedStorage {
        Arc::new(Disk::below(&self.path(name)))
    }

    /// The same on a storage of choice, which may let the ranks fail.
    pub(crate) fn run_team_on(
        &self,
        ranks: usize,
        input: &Path,
        name: &str,
        storage: &SharedStorage,
    ) -> Vec<anyhow::Result<Conclusion>> {
        self.run_team_each_on(&vec![storage.clone(); ranks], input, name, &[])
    }

    /// The same with a storage for each rank: one alone may fail.
    pub(crate) fn run_team_each_on(
        &self,
        storages: &[SharedStorage],
        input: &Path,
        name: &str,
        more: &[&str],
    ) -> Vec<anyhow::Result<Conclusion>> {
        let (input, output, key) = (input.to_owned(), self.path(name), self.path("key"));
        team::run(storages.len(), |comm| {
            let words = ["sauva", "run", "--quiet", "--threads", "1", "--input"].map(Into::into);
            let words = words.into_iter().chain([
                input.clone().into_os_string(),
                "--output".into(),
                output.clone().into_os_string(),
                "--key-file".into(),
                key.clone().into_os_string(),
            ]);
            let words = words.chain(more.iter().map(Into::into));
            let cli = <Cli as clap::Parser>::try_parse_from(words).unwrap();
            let sauva::cli::Command::Run(args) = cli.command else { unreachable!() };
            run::execute_on(&args.resolve().unwrap(), comm, None, &storages[comm.rank()])
        })
    }
}

/// Runs a test that might hang instead of failing: it fails after a time that no machine needs.
pub(crate) fn never_hanging(test: impl FnOnce() + Send + 'static) {
    let (ended, end) = channel::<()>();
    let test = std::thread::spawn(move || {
        let _ended = ended;
        test();
    });
    match end.recv_timeout(Duration::from_secs(600)) {
        Err(RecvTimeoutError::Timeout) => panic!("the test hangs"),
        _ => test.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

/// So many small images below `input`, in several folders. Of ten, one is a duplicate of another and one
/// claims the name of another with other pixels.
pub(crate) fn many_images(input: &Path, count: u32) {
    let original = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    // SOP Instance UID (0008,0018): its last four digits count.
    let at = original.windows(6).position(|bytes| bytes == b"\x08\0\x18\0UI").unwrap();
    let length = usize::from(u16::from_le_bytes([original[at + 6], original[at + 7]]));
    for number in 0..count {
        let mut image = original.clone();
        let named_as = match number % 10 {
            // Far apart, so that other ranks have them.
            3 => count - 1 - number,
            7 => (number - 1 + count / 2) % count,
            _ => number,
        };
        let digits = format!("{:04}", 1000 + named_as);
        image[at + 8 + length - 5..at + 8 + length - 1].copy_from_slice(digits.as_bytes());
        let pixel = image.len() - 1000;
        image[pixel] ^= u8::from(number % 10 == 7);
        let folder = input.join(format!("folder-{}", number % 7));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(number.to_string()), &image).unwrap();
    }
}

/// The attributes of a file.
pub(crate) fn data_set(path: &Path) -> DataSet {
    read(path, &Limits::default()).unwrap().data_set
}

/// A small image of an invented patient, with its pixels.
pub(crate) fn small_image() -> DataSet {
    let original = read(&sample().join("objects/mr/MR_small.dcm"), &Limits::default()).unwrap();
    let Some((_, SourcePixels::Native(pixels))) = original.image else { unreachable!() };
    let mut data_set = original.data_set;
    let value = ElementValue::Bytes(pixels);
    data_set.put(Element { tag: Tag(0x7FE0, 0x0010), vr: VR::OW, value });
    data_set
}

/// A file of this data set, explicit little endian.
pub(crate) fn write_file(path: &Path, data_set: &DataSet) {
    let uid = |tag| data_set.text(tag).unwrap();
    let (class, instance) = (uid(Tag(0x0008, 0x0016)), uid(Tag(0x0008, 0x0018)));
    let mut file = Vec::new();
    encode_file_meta(class, instance, "1.2.840.10008.1.2.1", "1.2.3.4", "TEST", &mut file);
    encode_data_set(data_set, &mut file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, file).unwrap();
}

/// A table of the standard that comes with the source.
pub(crate) fn table(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// A tag in eight hex digits.
pub(crate) fn tag(text: &str) -> Option<Tag> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8)?;
    Some(Tag((number >> 16) as u16, number as u16))
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
    let of_run = [".sauva", "metrics.csv", "report.html", "summary.json"];
    files.retain(|path, _| !of_run.iter().any(|name| path.starts_with(name)));
    let names = ["deid", "statistics", "cohorts", "series", "exact_duplicates", "flags"];
    let data = names.map(|name| (name.to_owned(), summary[name].clone()));
    (Value::Object(data.into_iter().collect()), summary["digests"].clone(), files)
}
