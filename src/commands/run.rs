//! `sauva run`: the whole job on one page. Every rank comes by here and meets the same collectives
//! in the same order; an error between two of them goes through `comm::agree`.

use anyhow::{Context, Result, bail};

use super::conclude::{Conclusion, conclude};
use super::halt::Halt;
use super::machine::{self, host};
use super::output;
use super::parcel::{Lead, RankReport, decode, encode};
use super::progress::Watcher;
use crate::comm::{self, Comm};
use crate::config::RunConfig;
use crate::crew::{Crew, InProcess, Progress};
use crate::deident::{Deidentifier, Key, Pseudonyms};
use crate::manifest::FileEntry;
use crate::pipeline::Pipeline;
use crate::read::Limits;
use crate::record::ExitStatus;
use crate::results::RankMetrics;
use crate::schedule::deal;
use crate::stage::Stopwatch;
use crate::storage;

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
    comm::agree(comm, see_the_same_output(config, comm))?;
    let key = share_key(comm, key);
    let pseudonyms = Pseudonyms::new(&key);
    let mut crew = comm::agree(comm, hire(config, comm, &key))?;
    metrics.threads = crew.threads();
    metrics.init_s = wall.seconds();
    if comm.rank() == 0 {
        let (ranks, threads) = (comm.size(), crew.threads());
        tracing::info!(ranks, threads_of_rank_0 = threads, codec = config.codec, "start");
    }

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
    let mut watcher = Watcher::new(comm, total, config.progress && lead.is_some());
    let working = Stopwatch::start();
    #[cfg(feature = "test-hooks")]
    panic_if_asked(comm.rank());
    let harvest = crew.process(&share, &mut |done| watcher.watch(done));
    metrics.work_s = working.seconds();
    let waiting = Stopwatch::start();
    let synced = storage::sync(&config.output)
        .map_err(|error| anyhow::Error::from(Halt::storage("the output", &error)));
    watcher.wait_for_all();
    comm::agree(comm, synced)?;
    metrics.idle_s = waiting.seconds();

    // Gather; rank 0 settles and writes the results.
    metrics.wall_s = wall.seconds();
    metrics.stages = harvest.timings;
    machine::measure_process(&mut metrics);
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
    if key_was_made {
        tracing::info!("a key of your own was made: .config/sauva/key, or below XDG_CONFIG_HOME");
    }
    let output = output::open(&config.output)?;
    if let Some(path) = &config.private_log {
        storage::claim_private(path).context("--private-log: the file cannot be made")?;
    }
    Ok((key, Lead::new(output, key_was_made, start.as_secs())))
}

/// A folder that is not shared between the nodes has other contents on each: what a rank writes there
/// would be lost.
fn see_the_same_output(config: &RunConfig, comm: &dyn Comm) -> Result<()> {
    let mine = output::lock_text(&config.output);
    if comm::broadcast(comm, mine.clone()) == mine {
        return Ok(());
    }
    bail!("--output: host {} does not see the same folder: choose a shared one", host())
}

/// Rank 0 hands the key to the others, in memory.
fn share_key(comm: &dyn Comm, key: Option<Key>) -> Key {
    let bytes = key.map_or_else(Vec::new, |key| key.as_bytes().to_vec());
    let bytes = zeroize::Zeroizing::new(comm::broadcast(comm, bytes));
    Key::from_bytes(&bytes).expect("rank 0 has a key, or all have agreed on its error")
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

/// For the test that a panic ends the job: `SAUVA_TEST_PANIC_RANK` names the rank.
#[cfg(feature = "test-hooks")]
fn panic_if_asked(rank: usize) {
    let asked = std::env::var("SAUVA_TEST_PANIC_RANK").ok();
    assert!(asked != Some(rank.to_string()), "asked to by the environment");
}
