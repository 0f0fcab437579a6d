//! What rank 0 alone knows: the lock, what earlier tries have done, the files of the input and the plan.

use std::time::Duration;

use anyhow::Result;

use super::halt::Halt;
use super::lock::Lock;
use super::parcel::Progress;
use super::plan::Plan;
use super::signals::Signals;
use crate::config::RunConfig;
use crate::deident::{Deidentifier, Pseudonyms};
use crate::ledger::{Journal, Past};
use crate::manifest::{FileEntry, FileList};
use crate::record::PathId;
use crate::results::Accounts;
use crate::scan::{Found, Next, Other, ScanError, Scanner};
use crate::stage::Stopwatch;
use crate::storage::PrivateFile;

/// How long a look at what the scan has found may wait.
const PATIENCE: Duration = Duration::from_millis(50);
/// Threads that scan: as long as one waits for the file system, another may ask it.
const SCAN_THREADS: usize = 8;

/// What rank 0 alone knows.
pub(super) struct Lead {
    /// Held until the end of the run.
    pub(super) lock: Lock,
    pub(super) private_log: Option<PrivateFile>,
    /// For the re-identification map, where one is asked for.
    pub(super) deidentifier: Option<Deidentifier>,
    pub(super) key_was_made: bool,
    pub(super) start_unix_s: u64,
    pub(super) pseudonyms: Pseudonyms,
    /// What earlier tries have done.
    pub(super) past: Past,
    /// The journal of rank 0, while nobody else writes in it.
    pub(super) journal: Option<Journal>,
    pub(super) files: FileList,
    pub(super) others: Vec<Other>,
    pub(super) plan: Plan,
    /// The scan, as long as it goes on.
    scanner: Option<Scanner>,
    scanning: Stopwatch,
    /// How long it took.
    pub(super) scan_s: f64,
    /// Every name that must have a record at the end.
    pub(super) expected: Accounts,
}

/// What the lead of a run begins with.
pub(super) struct Beginning {
    pub(super) lock: Lock,
    pub(super) private_log: Option<PrivateFile>,
    pub(super) deidentifier: Option<Deidentifier>,
    pub(super) key_was_made: bool,
    pub(super) start_unix_s: u64,
    pub(super) pseudonyms: Pseudonyms,
    pub(super) past: Past,
    pub(super) journal: Journal,
}

impl Lead {
    pub(super) fn new(beginning: Beginning) -> Self {
        let Beginning { lock, private_log, deidentifier, key_was_made, start_unix_s, .. } =
            beginning;
        let Beginning { pseudonyms, past, journal, .. } = beginning;
        Self {
            lock,
            private_log,
            deidentifier,
            key_was_made,
            start_unix_s,
            pseudonyms,
            past,
            journal: Some(journal),
            files: FileList::default(),
            others: Vec::new(),
            plan: Plan::default(),
            scanner: None,
            scanning: Stopwatch::start(),
            scan_s: 0.0,
            expected: Accounts::default(),
        }
    }

    /// Begins the scan, which goes on in threads of its own.
    pub(super) fn begin_scan(&mut self, config: &RunConfig) -> Result<()> {
        self.scanning = Stopwatch::start();
        let scanner = match &config.manifest {
            Some(list) => Scanner::listed(&config.input, list, SCAN_THREADS, &self.pseudonyms)
                .map_err(|error| Halt::Input(error.to_string()))?,
            None => Scanner::tree(&config.input, SCAN_THREADS, &self.pseudonyms)
                .map_err(|error| Halt::storage("the input", &error))?,
        };
        self.scanner = Some(scanner);
        Ok(())
    }

    /// Waits for the end of the scan.
    pub(super) fn end_scan(&mut self, signals: &Signals) -> Result<()> {
        while self.is_scanning() {
            self.take_found(PATIENCE)?;
            if let Some(signal) = signals.seen() {
                return Err(Halt::Asked(signal).into());
            }
        }
        Ok(())
    }

    /// Whether files may yet be found.
    pub(super) fn is_scanning(&self) -> bool {
        self.scanner.is_some()
    }

    /// Takes in what the scan has found next, if it has within this time; whether it has.
    pub(super) fn take_found(&mut self, wait: Duration) -> Result<bool, Halt> {
        let Some(scanner) = &self.scanner else { return Ok(false) };
        match scanner.next(wait) {
            Next::Found(Found::Files(files)) => self.files.add(&files),
            Next::Found(Found::Others(others)) => self.others.extend(others),
            Next::Found(Found::Failed(error @ ScanError::Panicked)) => panic!("{error}"),
            Next::Found(Found::Failed(error)) => return Err(Halt::Input(error.to_string())),
            Next::Nothing => return Ok(false),
            Next::Ended => {
                self.scanner = None;
                self.scan_s = self.scanning.seconds();
                for other in &self.others {
                    self.expected.add(PathId::of(&other.path_id));
                }
            }
        }
        Ok(true)
    }

    /// A file by its number.
    pub(super) fn entry(&self, number: u32) -> FileEntry {
        self.files.entry(number, |path| self.pseudonyms.path_id(path))
    }

    /// The work of this try, as far as it is known.
    pub(super) fn total(&self) -> Progress {
        let Plan { todo, suspects, is_made, .. } = &self.plan;
        if !is_made {
            let (files, bytes) = (self.files.len() as u64, self.files.bytes());
            return Progress { files, bytes, quarantined: 0 };
        }
        let files = || todo.iter().chain(suspects);
        Progress {
            files: files().count() as u64,
            bytes: files().map(|number| self.files.size_bytes(*number)).sum(),
            quarantined: 0,
        }
    }

    /// A name for this try, unique in time. One word: a process ID that stands alone may by chance be a
    /// number of the input's.
    pub(super) fn run_id(&self) -> String {
        format!("{}p{}", self.start_unix_s, std::process::id())
    }
}
