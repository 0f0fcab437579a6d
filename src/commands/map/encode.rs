//! The built-in stage `encode` of a chain: records whose body is a DICOM file in, the same de-identified, losslessly
//! compressed and verified by the pipeline of `sauva run` out, labeled by its path there. Each copy has a worker
//! process of its own, so that a hostile file costs that file alone. What the pipeline holds back goes no further and is
//! told of.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::chain::{Filter, FilterError, Out, Record};
use crate::crew::{Crew, Isolated, Orders, TaskLimits, WorkerProcess};
use crate::deident::{Key, Profile};
use crate::encode::{CODECS, Verify};
use crate::manifest::FileEntry;
use crate::process;
use crate::read::Limits;
use crate::redact::Redactor;
use crate::write::staged_path;

/// The name of the stage.
pub(super) const NAME: &str = "encode";
/// What one file may use: the same as `sauva run` gives it.
const WALL: Duration = Duration::from_secs(900);
const CPU: Duration = Duration::from_secs(600);
/// How long a look at the worker waits.
const WAIT: Duration = Duration::from_secs(1);

/// Labels of records that were held back, and why.
pub(super) type HeldBack = Arc<Mutex<Vec<(String, String)>>>;

/// One copy.
pub(super) struct Encode {
    crew: Isolated,
    input: PathBuf,
    output: PathBuf,
    records: u64,
    held_back: HeldBack,
}

impl Encode {
    /// Works in this folder, which nobody else uses.
    pub(super) fn new(folder: &Path, key: Key, held_back: HeldBack) -> std::io::Result<Self> {
        let (input, output) = (folder.join("in"), folder.join("out"));
        fs::create_dir_all(&input)?;
        fs::create_dir_all(&output)?;
        let orders = Orders {
            input: input.clone(),
            measures_only: false,
            output: output.clone(),
            profile: Profile::basic(),
            redactor: Redactor::default(),
            codec: CODECS[0].name.to_owned(),
            verify: Verify::default(),
            crop: None,
            limits: Limits::default(),
            is_traced: false,
        };
        let limits = TaskLimits { wall: WALL, cpu: CPU, memory_bytes: process::memory_bytes() / 2 };
        let crew = Isolated::new(WorkerProcess::start()?, orders, key, 1, limits)?;
        Ok(Self { crew, input, output, records: 0, held_back })
    }

    /// The file as the pipeline leaves it, and its path; or why it is held back.
    fn file(
        &mut self,
        name: &str,
        body: &Bytes,
    ) -> Result<Result<(String, Bytes), String>, String> {
        let told = |error: std::io::Error| format!("a file cannot be kept: {}", error.kind());
        let path = self.input.join(name);
        fs::write(&path, body).map_err(told)?;
        let entry = FileEntry {
            path: name.into(),
            size_bytes: body.len() as u64,
            modified_ns: 0,
            path_id: name.to_owned(),
        };
        self.crew.give(entry);
        let finished = loop {
            if let Some(finished) = self.crew.next(WAIT) {
                break finished;
            }
        };
        fs::remove_file(&path).map_err(told)?;
        let processed = finished.outcome?;
        let Some(instance) = &processed.record.instance else {
            let failure = processed.record.failure.as_ref();
            return Ok(Err(failure.map_or("held-back", |it| &it.class).to_owned()));
        };
        let staged = staged_path(&self.output, &instance.path, name);
        let bytes = fs::read(&staged).map_err(told)?;
        fs::remove_file(&staged).map_err(told)?;
        Ok(Ok((instance.path.clone(), bytes.into())))
    }
}

impl Filter for Encode {
    fn take(&mut self, record: Record, out: &mut dyn Out) -> Result<(), FilterError> {
        self.records += 1;
        let name = format!("{:032x}", self.records);
        let file = self.file(&name, &record.body).map_err(FilterError::Failed)?;
        match file {
            Ok((path, body)) => out.give(Record { labels: vec![path.into_bytes()], body }),
            Err(class) => {
                let label = record
                    .labels
                    .first()
                    .map_or_else(String::new, |label| String::from_utf8_lossy(label).into_owned());
                let mut all = self.held_back.lock().unwrap_or_else(PoisonError::into_inner);
                all.push((label, class));
                Ok(())
            }
        }
    }

    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        Ok(())
    }
}
