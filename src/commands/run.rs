//! `sauva run`: the whole job on one page. Every rank comes by here and meets the same collectives
//! in the same order; an error between two of them goes through `comm::agree`.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::ThreadPoolBuilder;

use super::conclude::{Conclusion, conclude};
use super::conduct::Conductor;
use super::halt::Halt;
use super::machine::{self, host};
use super::output;
use super::parcel::{Lead, Progress, RankReport, Share, decode, encode};
use super::plan::{self, Check};
use super::prepare::prepare;
use super::progress::Watcher;
use super::signals::Signals;
use crate::comm::{self, Comm};
use crate::config::RunConfig;
use crate::crew::{Crew, InProcess, Isolated, Orders, TaskLimits, WorkerProcess};
use crate::deident::{Key, Pseudonyms};
use crate::ledger::{Announcements, Committer, Journal, journal_folder};
use crate::process;
use crate::record::ExitStatus;
use crate::results::RankMetrics;
use crate::schedule::deal;
use crate::stage::Stopwatch;
use crate::storage::{Disk, SharedStorage};

/// Runs the job on this rank; rank 0 returns what to tell the user. A worker process, where the work is
/// to be done in one, was started before MPI was.
pub fn execute(
    config: &RunConfig,
    comm: &dyn Comm,
    worker: Option<WorkerProcess>,
) -> Result<Conclusion> {
    execute_on(config, comm, worker, &(Arc::new(Disk::below(&config.output)) as SharedStorage))
}

/// The same on a storage of choice.
pub fn execute_on(
    config: &RunConfig,
    comm: &dyn Comm,
    worker: Option<WorkerProcess>,
    storage: &SharedStorage,
) -> Result<Conclusion> {
    let wall = Stopwatch::start();
    let signals = Signals::watch().context("the signals that ask to stop cannot be watched")?;
    let mut metrics = RankMetrics { host: host(), ..RankMetrics::default() };

    // Rank 0 alone reads the key and opens the output; the others wait for its word.
    let prepared = (comm.rank() == 0).then(|| prepare(config, storage, &signals)).transpose();
    let (key, mut lead) = comm::agree(comm, prepared)?.unzip();
    comm::agree(comm, see_the_same_output(config, comm))?;
    let key = share_key(comm, key);
    let pseudonyms = Pseudonyms::new(&key);
    let mut crew = comm::agree(comm, hire(config, comm, key, worker, storage))?;
    metrics.threads = crew.threads();
    metrics.init_s = wall.seconds();
    if comm.rank() == 0 {
        let (ranks, threads) = (comm.size(), crew.threads());
        tracing::info!(ranks, threads_of_rank_0 = threads, codec = config.codec, "start");
    }

    // Scan; look at what earlier tries wrote; scatter what is left to do.
    let scanning = Stopwatch::start();
    let scanned = lead.as_mut().map_or(Ok(()), |lead| lead.scan(config, &pseudonyms, &signals));
    comm::agree(comm, scanned)?;
    metrics.scan_s = if lead.is_some() { scanning.seconds() } else { 0.0 };
    look_together(comm, lead.as_mut(), crew.threads(), config, storage, &signals)?;
    let cleared = lead.as_mut().map_or(Ok(()), |lead| lead.clear_the_way(config, storage));
    comm::agree(comm, cleared)?;
    let sending = Stopwatch::start();
    let share = scatter_shares(comm, lead.as_ref());
    metrics.comm_s = sending.seconds();

    // Work; then wait for the slowest rank.
    let (announcements, committer) =
        comm::agree(comm, open_books(config, comm, lead.as_mut(), storage))?;
    let total = lead.as_ref().map_or_else(Progress::default, Lead::total);
    let lock = lead.as_ref().map(|lead| &lead.lock);
    let mut watcher = Watcher::new(comm, lock, total, config.progress && lead.is_some());
    let working = Stopwatch::start();
    #[cfg(feature = "test-hooks")]
    panic_if_asked(comm.rank());
    let conductor = Conductor::new(crew.as_mut(), announcements, committer, &signals, share);
    let (mut harvest, journal) = conductor.work(&mut watcher);
    metrics.work_s = working.seconds();
    let waiting = Stopwatch::start();
    if let Some(signal) = watcher.wait_for_all(&signals) {
        harvest.stop(&Halt::Asked(signal).to_string());
    }
    metrics.idle_s = waiting.seconds();

    // Gather; rank 0 settles and writes the results.
    metrics.stages = harvest.timings;
    metrics.usage = crew.leave();
    metrics.usage += process::usage();
    metrics.wall_s = wall.seconds();
    let reports = comm::gather(comm, encode(&RankReport { harvest, metrics }));
    let concluded = match (&mut lead, reports) {
        (Some(lead), Some(reports)) => {
            lead.journal = Some(journal);
            conclude(config, lead, &pseudonyms, &reports, &wall, storage).map(Some)
        }
        _ => Ok(None),
    };
    let concluded = comm::agree(comm, concluded)?;
    let status = concluded.as_ref().map(|conclusion| conclusion.status);
    let status: Option<ExitStatus> = decode(&comm::broadcast(comm, encode(&status)));
    let status = status.expect("rank 0 has concluded, or all have agreed on its error");
    Ok(concluded.unwrap_or(Conclusion { status, text: String::new() }))
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

fn hire(
    config: &RunConfig,
    comm: &dyn Comm,
    key: Key,
    worker: Option<WorkerProcess>,
    storage: &SharedStorage,
) -> Result<Box<dyn Crew>> {
    let here = host().into_bytes();
    let hosts = comm::all_gather(comm, here.clone());
    let ranks_here = hosts.iter().filter(|host| **host == here).count();
    let threads = config.threads.unwrap_or_else(|| machine::threads(ranks_here));
    let orders = Orders {
        input: config.input.clone(),
        output: config.output.clone(),
        profile: config.profile.clone(),
        redactor: config.redactor.clone(),
        codec: config.codec.clone(),
        verify: config.verify,
        limits: config.limits(),
    };
    if let Some(worker) = worker {
        // The rest is for the ranks themselves and for the page cache.
        let share = process::memory_bytes() / ranks_here as u64 / 5 * 4;
        let memory_bytes = config.memory_bytes.unwrap_or(share);
        let limits = TaskLimits { wall: config.wall_limit, cpu: config.cpu_limit, memory_bytes };
        let crew = Isolated::new(worker, orders, key, threads, limits);
        return Ok(Box::new(crew.context("the worker process cannot be listened to")?));
    }
    let pipeline = orders.pipeline(&key, storage.clone()).context("--codec")?;
    let crew = InProcess::new(pipeline, threads);
    Ok(Box::new(crew.context("--threads: the threads cannot be started")?))
}

/// All ranks look whether what earlier tries wrote still stands, in rounds: where a file does not, files
/// that claim the same name are looked at in the next.
fn look_together(
    comm: &dyn Comm,
    mut lead: Option<&mut Lead>,
    threads: usize,
    config: &RunConfig,
    storage: &SharedStorage,
    signals: &Signals,
) -> Result<()> {
    loop {
        let checks = lead.as_mut().map(|lead| lead.plan.checks(&lead.past));
        let shares = checks.map(|checks| {
            let is_last = checks.is_empty();
            let mut shares: Vec<(bool, Vec<Check>)> = vec![(is_last, Vec::new()); comm.size()];
            for (at, check) in checks.into_iter().enumerate() {
                shares[at % comm.size()].1.push(check);
            }
            shares.iter().map(encode).collect()
        });
        let (is_last, share): (bool, Vec<Check>) = decode(&comm::scatter(comm, shares));
        if is_last {
            return Ok(());
        }
        let look = || -> Result<Vec<String>> {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build()?;
            let may_go_on = || signals.seen().is_none();
            let look = || plan::look_at(&share, storage.as_ref(), &config.output, &may_go_on);
            let damaged =
                pool.install(look).map_err(|error| Halt::storage("the output", &error))?;
            signals.seen().map_or(Ok(damaged), |signal| Err(Halt::Asked(signal).into()))
        };
        let damaged = comm::agree(comm, look())?;
        let damaged = comm::gather(comm, encode(&damaged));
        if let (Some(lead), Some(damaged)) = (&mut lead, damaged) {
            let damaged: Vec<String> =
                damaged.iter().flat_map(|ids| decode::<Vec<_>>(ids)).collect();
            lead.plan.found_damaged(&damaged, &lead.files, &mut lead.past, config.retry);
        }
    }
}

/// Each rank writes its own journal; rank 0 has opened its own already.
fn open_books(
    config: &RunConfig,
    comm: &dyn Comm,
    lead: Option<&mut Lead>,
    storage: &SharedStorage,
) -> Result<(Announcements, Committer)> {
    let try_facts = lead.as_ref().map(|lead| (lead.run_id(), lead.past.next_session()));
    let try_facts: Option<(String, u32)> = decode(&comm::broadcast(comm, encode(&try_facts)));
    let (try_name, session) = try_facts.expect("rank 0 has a try");
    let folder = journal_folder(&config.output);
    let open = || {
        let journal = match lead.and_then(|lead| lead.journal.take()) {
            Some(journal) => journal,
            None => Journal::open(storage, &folder, comm.rank())?,
        };
        let announcements = Announcements::open(storage, &folder, comm.rank(), session, &try_name)?;
        let committer = Committer::start(storage.clone(), config.output.clone(), journal, session)?;
        Ok((announcements, committer))
    };
    open().map_err(|error: std::io::Error| Halt::storage("the journal", &error).into())
}

fn scatter_shares(comm: &dyn Comm, lead: Option<&Lead>) -> Share {
    let messages = lead.map(|lead| {
        let mut shares: Vec<Share> = deal(lead.plan.todo.clone(), comm.size())
            .into_iter()
            .map(|files| Share { files, suspects: Vec::new() })
            .collect();
        // One rank alone takes them, so that a death tells which file was in work.
        shares[0].suspects.clone_from(&lead.plan.suspects);
        shares.iter().map(encode).collect()
    });
    decode(&comm::scatter(comm, messages))
}

/// For the test that a panic ends the job: `SAUVA_TEST_PANIC_RANK` names the rank.
#[cfg(feature = "test-hooks")]
fn panic_if_asked(rank: usize) {
    let asked = std::env::var("SAUVA_TEST_PANIC_RANK").ok();
    assert!(asked != Some(rank.to_string()), "asked to by the environment");
}
