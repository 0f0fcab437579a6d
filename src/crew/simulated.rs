//! Work that is only slept: files in, records of made-up instances out, after a time that follows from the
//! file's number. For measuring schedules and gathering, with as many ranks as a machine has no cores for.
//! Never in a shipped binary.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::{Crew, Farewell, Finished};
use crate::area::Redaction;
use crate::attributes::Attributes;
use crate::deident::Treatments;
use crate::manifest::FileEntry;
use crate::pipeline::Processed;
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::stage::StageTimings;

/// How the times lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// All the same.
    Even,
    /// A twentieth, one behind the other, takes twenty times as long.
    Adjacent,
    /// Every fourth takes ten times as long.
    Strided,
    /// As real collections: most short, few very long (a Pareto distribution, cut at 200 times the least).
    Skewed,
}

/// What a file takes: `PATTERN:MICROSECONDS:FILES`, such as `adjacent:1000:4000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    pattern: Pattern,
    /// The shortest time.
    least: Duration,
    files: u64,
}

impl std::str::FromStr for Simulation {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split(':');
        let pattern = match parts.next() {
            Some("even") => Pattern::Even,
            Some("adjacent") => Pattern::Adjacent,
            Some("strided") => Pattern::Strided,
            Some("skewed") => Pattern::Skewed,
            _ => return Err("no such pattern"),
        };
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        let (least, files) = (number(), number());
        let least = Duration::from_micros(least.ok_or("no microseconds")?);
        Ok(Self { pattern, least, files: files.ok_or("no number of files")? })
    }
}

impl Simulation {
    /// What the file of a number takes.
    fn time_of(&self, number: u64) -> Duration {
        let factor = match self.pattern {
            Pattern::Even => 1.0,
            Pattern::Adjacent => {
                let start = self.files / 2;
                if (start..start + self.files / 20).contains(&number) { 20.0 } else { 1.0 }
            }
            Pattern::Strided => {
                if number.is_multiple_of(4) {
                    10.0
                } else {
                    1.0
                }
            }
            Pattern::Skewed => {
                let digest = blake3::hash(&number.to_le_bytes());
                let (start, _) = digest.as_bytes().split_first_chunk().unwrap_or((&[0; 4], &[]));
                let uniform = (f64::from(u32::from_le_bytes(*start)) + 1.0) / 4_294_967_297.0;
                uniform.powf(-1.0 / 1.2).min(200.0)
            }
        };
        self.least.mul_f64(factor)
    }

    /// What all files take together.
    pub fn total(&self) -> Duration {
        (0..self.files).map(|number| self.time_of(number)).sum()
    }
}

/// The number in a file's name.
fn number_of(entry: &FileEntry) -> u64 {
    let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The files that wait, and whether more may come.
#[derive(Debug, Default)]
struct Queue {
    files: VecDeque<FileEntry>,
    is_closed: bool,
}

#[derive(Debug, Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<FileEntry> {
        let mut queue = self.queue();
        loop {
            match queue.files.pop_front() {
                Some(entry) => return Some(entry),
                None if queue.is_closed => return None,
                None => queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// Sleeps through files.
#[derive(Debug)]
pub struct Simulated {
    shared: Arc<Shared>,
    finished: mpsc::Receiver<Finished>,
    threads: usize,
    /// Where no file takes any time: those that are finished.
    at_once: Option<VecDeque<Finished>>,
}

impl Simulated {
    /// A crew of so many threads.
    pub fn new(simulation: Simulation, threads: usize) -> std::io::Result<Self> {
        let (sender, finished) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        for _ in 0..threads {
            let (shared, sender) = (Arc::clone(&shared), sender.clone());
            let work = move || {
                while let Some(entry) = shared.next() {
                    let time = simulation.time_of(number_of(&entry));
                    if !time.is_zero() {
                        std::thread::sleep(time);
                    }
                    if sender.send(finish(&entry)).is_err() {
                        break;
                    }
                }
            };
            std::thread::Builder::new().name("sleeper".into()).spawn(work)?;
        }
        let at_once = simulation.least.is_zero().then(VecDeque::new);
        Ok(Self { shared, finished, threads, at_once })
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.shared.queue().is_closed = true;
        self.shared.changed.notify_all();
    }
}

impl Crew for Simulated {
    fn give(&mut self, entry: FileEntry) {
        if let Some(finished) = &mut self.at_once {
            return finished.push_back(finish(&entry));
        }
        self.shared.queue().files.push_back(entry);
        self.shared.changed.notify_one();
    }

    fn next(&mut self, wait: Duration) -> Option<Finished> {
        match &mut self.at_once {
            Some(finished) => finished.pop_front(),
            None => self.finished.recv_timeout(wait).ok(),
        }
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn abandon(&mut self) {
        self.shared.queue().files.clear();
        self.at_once.iter_mut().for_each(VecDeque::clear);
    }

    fn leave(self: Box<Self>) -> Farewell {
        Farewell::default()
    }
}

fn finish(entry: &FileEntry) -> Finished {
    let number = u128::from(number_of(entry));
    let uid = |level: u128, number: u128| format!("2.25.{:039}", (level << 96) + number);
    let (patient_id, study_uid) = (format!("{:032x}", number / 4000), uid(1, number / 1000));
    let (series_uid, sop_instance_uid) = (uid(2, number / 100), uid(3, number));
    let digest = blake3::hash(entry.path_id.as_bytes()).to_hex().to_string();
    let instance = InstanceRecord {
        path: format!("dicom/{patient_id}/{study_uid}/{series_uid}/{sop_instance_uid}.dcm"),
        in_place: false,
        sha256: digest.clone(),
        bytes_out: entry.size_bytes,
        patient_id,
        study_uid,
        series_uid,
        sop_instance_uid,
        sop_class_uid: "1.2.840.10008.5.1.4.1.1.2".into(),
        modality: "CT".into(),
        attributes: Attributes::default(),
        source_transfer_syntax: "1.2.840.10008.1.2.1".into(),
        transfer_syntax: "1.2.840.10008.1.2.4.80".into(),
        passed_on: false,
        kept_native: None,
        treatments: Treatments::default(),
        redaction: Redaction::default(),
        image: None,
        pixel_bytes_native: entry.size_bytes,
        pixel_bytes_encoded: entry.size_bytes,
        pixel_blake3: Some(digest.clone()),
        pixel_blake3_written: Some(digest.clone()),
        uncovered_blake3: None,
        outside_blake3: None,
        header_blake3: digest,
        crop: None,
        contested: false,
        counted: false,
        measured: None,
        frames: Vec::new(),
    };
    let record = FileRecord {
        path_id: entry.path_id.clone(),
        size_bytes: entry.size_bytes,
        modified_ns: entry.modified_ns,
        outcome: Outcome::Written,
        failure: None,
        instance: Some(Box::new(instance)),
    };
    Finished {
        path_id: entry.path_id.clone(),
        outcome: Ok(Processed { record, measurement: None }),
        timings: StageTimings::default(),
        spans: crate::stage::ThreadSpans::default(),
    }
}
