//! `sauva run`: the whole job on one page. Every rank comes by here and meets the same collectives
//! in the same order; an error between two of them goes through `comm::agree`.

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::conclude::{Conclusion, conclude};
use super::machine::{self, host};
use super::output::{self, Output};
use super::progress::Display;
use crate::comm::{self, Comm, Patience, Tag};
use crate::config::RunConfig;
use crate::crew::{Crew, Harvest, InProcess, Progress};
use crate::deident::{Deidentifier, Key, Pseudonyms};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::read::Limits;
use crate::record::ExitStatus;
use crate::results::RankMetrics;
use crate::scan::{Other, scan};
use crate::schedule::deal;
use crate::stage::Stopwatch;

/// What a rank brings to the gather.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RankReport {
    pub(super) harvest: Harvest,
    pub(super) metrics: RankMetrics,
}

/// What rank 0 alone knows.
pub(super) struct Lead {
    /// Held until the end of the run.
    _output: Output,
    pub(super) key_was_made: bool,
    pub(super) files: Vec<FileEntry>,
    pub(super) others: Vec<Other>,
    pub(super) start_unix_s: u64,
}

/// Runs the job on this rank; rank 0 returns what to tell the user.
pub fn execute(config: &RunConfig, comm: &dyn Comm) -> Result<Conclusion> {
    let wall = Stopwatch::start();
    let mut metrics = RankMetrics { host: host(), ..RankMetrics::default() };

    // Rank 0 alone reads the key and opens the output; the others wait for its word.
    let prepared = if comm.rank() == 0 { prepare(config).map(Some) } else { Ok(None) };
    let (key, lead) = match comm::agree(comm, prepared)? {
        Some((key, lead)) => (Some(key), Some(lead)),
        None => (None, None),
    };
    let key = share_key(comm, key);
    let pseudonyms = Pseudonyms::new(&key);
    let mut crew = comm::agree(comm, hire(config, comm, &key))?;
    metrics.threads = crew.threads();
    metrics.init_s = wall.seconds();
    tracing::info!(ranks = comm.size(), threads = crew.threads(), codec = config.codec, "start");

    // Scan and scatter.
    let scanning = Stopwatch::start();
    let lead = lead.map(|lead| lead.scanned(config, &pseudonyms));
    metrics.scan_s = if lead.is_some() { scanning.seconds() } else { 0.0 };
    let shares = lead.as_ref().map(|lead| deal(lead.files.clone(), comm.size()));
    let sending = Stopwatch::start();
    let share = scatter_shares(comm, shares);
    metrics.comm_s = sending.seconds();

    // Work; then wait for the slowest rank.
    let total = lead.as_ref().map_or_else(Progress::default, Lead::total);
    let mut watcher = Watcher::new(comm, Display::new(total, config.progress && lead.is_some()));
    let working = Stopwatch::start();
    #[cfg(feature = "test-hooks")]
    panic_if_asked(comm.rank());
    let harvest = crew.process(&share, &mut |done| watcher.watch(done));
    metrics.work_s = working.seconds();
    let waiting = Stopwatch::start();
    let synced = crate::storage::sync(&config.output).context("the output cannot be synced");
    watcher.wait_for_all();
    comm::agree(comm, synced)?;
    metrics.idle_s = waiting.seconds();

    // Gather; rank 0 settles and writes the results.
    measure_rank(&mut metrics, &harvest);
    metrics.wall_s = wall.seconds();
    let reports = comm::gather(comm, encode(&RankReport { harvest, metrics }));
    let concluded = match (&lead, reports) {
        (Some(lead), Some(reports)) => {
            conclude(config, lead, &pseudonyms, &reports, &wall).map(Some)
        }
        _ => Ok(None),
    };
    let concluded = comm::agree(comm, concluded)?;
    let status = concluded.as_ref().map(|conclusion| conclusion.status);
    let status: Option<ExitStatus> = decode(&comm::broadcast(comm, encode(&status)));
    let status = status.expect("rank 0 has concluded, or all have agreed on its error");
    Ok(concluded.unwrap_or(Conclusion { status, text: String::new() }))
}

fn prepare(config: &RunConfig) -> Result<(Key, Lead)> {
    config.check_folders()?;
    let (key, key_was_made) = super::keygen::load(config.key_file.as_deref())?;
    let start = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let lead = Lead {
        _output: output::open(&config.output)?,
        key_was_made,
        files: Vec::new(),
        others: Vec::new(),
        start_unix_s: start.as_secs(),
    };
    Ok((key, lead))
}

/// Rank 0 hands the key to the others, in memory.
fn share_key(comm: &dyn Comm, key: Option<Key>) -> Key {
    let bytes = key.map_or_else(Vec::new, |key| key.as_bytes().to_vec());
    let bytes = zeroize::Zeroizing::new(comm::broadcast(comm, bytes));
    Key::from_bytes(&bytes).expect("rank 0 has a key, or all have agreed on its error")
}

/// What ranks of one program send each other can be written and read; anything else is a fault of
/// the program, and the panic ends the job.
fn encode(message: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(message).expect("a message between ranks can be written")
}

pub(super) fn decode<T: DeserializeOwned>(message: &[u8]) -> T {
    postcard::from_bytes(message).expect("a message between ranks can be read")
}

fn hire(config: &RunConfig, comm: &dyn Comm, key: &Key) -> Result<InProcess> {
    let here = host().into_bytes();
    let hosts = comm::all_gather(comm, here.clone());
    let ranks_here = hosts.iter().filter(|host| **host == here).count();
    let threads = config.threads.unwrap_or_else(|| machine::threads(ranks_here));
    let pipeline = Pipeline {
        input: config.input.clone(),
        output: config.output.clone(),
        limits: Limits::default(),
        deidentifier: Deidentifier::new(key),
        encoder: config.encoder,
    };
    InProcess::new(pipeline, threads).context("--threads: the threads cannot be started")
}

fn scatter_shares(comm: &dyn Comm, shares: Option<Vec<Vec<FileEntry>>>) -> Vec<FileEntry> {
    let messages = shares.map(|shares| shares.iter().map(encode).collect());
    decode(&comm::scatter(comm, messages))
}

impl Lead {
    fn scanned(mut self, config: &RunConfig, pseudonyms: &Pseudonyms) -> Self {
        let found = scan(&config.input, pseudonyms);
        self.files = found.files;
        self.others = found.others;
        self
    }

    fn total(&self) -> Progress {
        let bytes = self.files.iter().map(|file| file.size_bytes).sum();
        Progress { files: self.files.len() as u64, bytes }
    }
}

/// Carries the progress of all ranks to rank 0. Main thread only, as all talk between ranks.
struct Watcher<'a> {
    comm: &'a dyn Comm,
    display: Display,
    /// What each rank has said: its progress, and whether it has come to its end.
    said: Vec<(Progress, bool)>,
    last_sent: Stopwatch,
}

impl<'a> Watcher<'a> {
    fn new(comm: &'a dyn Comm, display: Display) -> Self {
        let said = vec![(Progress::default(), false); comm.size()];
        Self { comm, display, said, last_sent: Stopwatch::start() }
    }

    fn watch(&mut self, done: Progress) {
        self.said[self.comm.rank()].0 = done;
        if self.comm.rank() == 0 {
            self.collect();
        } else if self.last_sent.elapsed().as_millis() >= 200 {
            self.last_sent = Stopwatch::start();
            self.send(false);
        }
    }

    /// Says that this rank is done; rank 0 shows the progress until all are.
    fn wait_for_all(&mut self) {
        self.said[self.comm.rank()].1 = true;
        if self.comm.rank() > 0 {
            return self.send(true);
        }
        let patience = Patience::new();
        while !self.collect() {
            patience.pause();
        }
        self.display.finish();
    }

    fn send(&self, is_last: bool) {
        let said = (self.said[self.comm.rank()].0, is_last);
        self.comm.send(0, Tag::Progress, &encode(&said));
    }

    /// Takes in what has come; whether all ranks are done.
    fn collect(&mut self) -> bool {
        while let Some((rank, message)) = self.comm.try_receive(Tag::Progress) {
            self.said[rank] = decode(&message);
        }
        let mut all = Progress::default();
        self.said.iter().for_each(|(done, _)| all += *done);
        self.display.show(all);
        self.said.iter().all(|(_, is_last)| *is_last)
    }
}

fn measure_rank(metrics: &mut RankMetrics, harvest: &Harvest) {
    let usage = machine::usage();
    let instances = || harvest.records.iter().filter_map(|record| record.instance.as_ref());
    metrics.files = harvest.records.len() as u64;
    metrics.files_failed = harvest.records.iter().filter(|r| r.is_quarantined()).count() as u64;
    metrics.bytes_in = harvest.records.iter().map(|record| record.size_bytes).sum();
    metrics.bytes_out = instances().map(|instance| instance.bytes_out).sum();
    metrics.pixels = instances()
        .filter_map(|instance| instance.measured.as_ref())
        .map(|measured| measured.first_order.n_pixels)
        .sum();
    metrics.stages = harvest.timings;
    metrics.cpu_user_s = usage.cpu_user_s;
    metrics.cpu_sys_s = usage.cpu_sys_s;
    metrics.rss_peak_bytes = usage.rss_peak_bytes;
    metrics.io_read_bytes = usage.io_read_bytes;
    metrics.io_write_bytes = usage.io_write_bytes;
    metrics.ctx_invol = usage.ctx_invol;
}

/// For the test that a panic ends the job: `SAUVA_TEST_PANIC_RANK` names the rank.
#[cfg(feature = "test-hooks")]
fn panic_if_asked(rank: usize) {
    let asked = std::env::var("SAUVA_TEST_PANIC_RANK").ok();
    assert!(asked != Some(rank.to_string()), "asked to by the environment");
}
