//! `sauva run`: the whole job on one page. Every rank comes by here and meets the same collectives
//! in the same order; an error between two of them goes through `comm::agree`.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::conclude::{Conclude, Conclusion};
use super::conduct::{Conductor, Means, Work};
use super::crop::Cropper;
use super::halt::Halt;
use super::hire::hire;
use super::layout::Layout;
use super::lead::Lead;
use super::liaison::Liaison;
use super::look::Looker;
use super::machine::host;
use super::merge::{Parts, serve};
use super::output::lock_text;
use super::owned::{Claims, Owned};
use super::parcel::{Harvest, Task, WorkEnd, decode, encode};
use super::prepare::prepare;
use super::regions::Regions;
use super::settle::{Part, Settled, Settler};
use super::signals::Signals;
use super::supply::Supply;
use super::traces::{begin_trace, end_trace};
use crate::comm::{self, Comm, Timed};
use crate::config::{RunConfig, Schedule};
use crate::crew::{Crew, WorkerProcess};
use crate::crop::RegionBoxes;
use crate::deident::{Key, Pseudonyms};
use crate::encode::Encoder;
use crate::ledger::{Announcements, Committer, Journal, Place, journal_folder};
use crate::process;
use crate::record::{ExitStatus, Failure, FileRecord, Outcome};
use crate::results::{CroppedImages, RankMetrics};
use crate::sorting::{Scratch, Sorter};
use crate::stage::Stopwatch;
use crate::storage::{Disk, SharedStorage, create_private_folder};
use crate::trace::Recorder;
use crate::write::STATE;

/// Runs the job on this rank; rank 0 returns what to tell the user. A worker process, where the work is
/// to be done in one, was started before MPI was.
pub fn execute(
    config: &RunConfig,
    comm: &dyn Comm,
    worker: Option<WorkerProcess>,
) -> Result<Conclusion> {
    let disk = Disk::below(&config.output);
    #[cfg(feature = "test-hooks")]
    if config.simulation.is_some() {
        let total_us = config.simulation.map_or(0, |simulation| simulation.total().as_micros());
        tracing::info!(total_us, "simulated work");
        let pretend = crate::storage::Pretend::on(disk);
        return execute_on(config, comm, worker, &(Arc::new(pretend) as SharedStorage));
    }
    execute_on(config, comm, worker, &(Arc::new(disk) as SharedStorage))
}

/// The same on a storage of choice.
pub fn execute_on(
    config: &RunConfig,
    comm: &dyn Comm,
    worker: Option<WorkerProcess>,
    storage: &SharedStorage,
) -> Result<Conclusion> {
    let wall = Stopwatch::start();
    let timed = Timed::new(comm);
    let comm: &dyn Comm = &timed;
    let signals = Signals::watch().context("the signals that ask to stop cannot be watched")?;
    let mut metrics = RankMetrics { host: host(), ..RankMetrics::default() };

    // Rank 0 alone reads the key and opens the output; the others wait for its word.
    let prepared = (comm.rank() == 0).then(|| prepare(config, storage, &signals)).transpose();
    let (key, mut lead) = comm::agree(comm, prepared)?.unzip();
    comm::agree(comm, see_the_same_output(&config.output, comm))?;
    let key = share_key(comm, key);
    let pseudonyms = Pseudonyms::new(&key);
    let layout = Layout::find(config, comm);
    let recorder = begin_trace(config, comm, storage)?;
    let is_traced = recorder.is_on();
    let mut crew = comm::agree(comm, hire(config, &layout, is_traced, key, worker, storage))?;
    metrics.threads = crew.threads();
    metrics.init_s = wall.seconds();
    layout.tell(config, comm);
    let run = Run { config, comm, storage, signals: &signals, recorder: &recorder };

    // What is to be done: all that the scan finds, or what earlier tries have left of it.
    let scanned = lead.as_mut().map_or(Ok(()), |lead| run.begin(lead));
    comm::agree(comm, scanned)?;
    let mut owned = Owned::new(run.scratch());
    let looker = Looker {
        comm,
        config,
        storage: storage.as_ref(),
        signals: &signals,
        threads: layout.threads,
    };
    let past = Sorter::new(run.scratch()("past"));
    recorder.span("look", || looker.look(lead.as_mut(), &mut owned, past))?;
    let cleared = lead.as_mut().map_or(Ok(()), |lead| lead.clear_the_way(config, storage));
    comm::agree(comm, cleared)?;

    // Work; then wait for the slowest rank.
    let (session, announcements, committer) = run.open_books(lead.as_mut())?;
    #[cfg(feature = "test-hooks")]
    panic_if_asked(comm.rank());
    let work = run.work(
        lead.as_mut(),
        crew.as_mut(),
        (announcements, committer),
        session,
        owned,
        &mut metrics,
    );
    let Work { end, mut harvest, mut journal, owned, idle_s } = work;
    let owned = owned.map_err(|error| Halt::storage("the results", &error).into());
    let mut owned: Owned = comm::agree::<_, anyhow::Error>(comm, owned)?;
    let ends: Vec<WorkEnd> =
        comm::all_gather(comm, encode(&end)).iter().map(|end| decode(end)).collect();
    let checked = lead.as_ref().map_or(Ok(()), |lead| Run::check_end(lead, &ends, &mut owned));
    comm::agree(comm, checked)?;

    // Settle; gather; rank 0 writes the results.
    let limits = config.limits();
    let settler = Settler {
        comm,
        place: Place { storage: storage.as_ref(), output: config.instances(), limits: &limits },
        session,
        fit: ends.iter().map(|end| end.unfit.is_none()).collect(),
        keeps_records: config.dicomdir || config.reidentification_map.is_some(),
    };
    let settle = || settler.settle(owned, &mut journal, &run.scratch());
    let Settled { mut part, tally, modalities, cohorts } = recorder.span("settle", settle)?;
    let mut regions = RegionBoxes::default();
    if let Some(asked) = &config.regions {
        let able = settler.able();
        let measurer =
            Regions { comm, config, asked, able, threads: layout.threads, signals: &signals };
        let measure = || measurer.measure(&part.index, &run.scratch());
        let measured = recorder.span("regions", measure)?;
        (part.regions, harvest.regions) = (measured.parts, measured.counts);
        regions = measured.boxes;
    }
    let crop = || run.crop(&mut part, &pseudonyms, &regions, layout.threads);
    harvest.cropped = comm::agree(comm, recorder.span("crop", crop))?;
    (harvest.tally, harvest.modalities, harvest.cohorts) = (tally, modalities, cohorts);
    let farewell = crew.leave();
    farewell.spans.iter().for_each(|spans| recorder.crew(spans));
    harvest.timings.merge(&farewell.timings);
    metrics.stages = harvest.timings;
    metrics.durations = std::mem::take(&mut harvest.durations);
    metrics.usage = farewell.usage;
    metrics.usage += process::usage();
    metrics.wall_s = wall.seconds();
    (metrics.comm_s, metrics.idle_s) = (timed.talking_s(), idle_s + timed.waiting_s());
    metrics.scan_s = lead.as_ref().map_or(0.0, |lead| lead.scan_s);
    let gathered = run.gather(&harvest, &metrics);
    let conclude = || run.conclude(lead.as_mut(), gathered, &ends, (&part, &regions), &wall);
    let concluded = comm::agree(comm, recorder.span("conclude", conclude))?;
    end_trace(config, comm, storage, recorder);
    if comm.rank() == 0 {
        // What stays is removed by the next try.
        storage.remove_tree(&scratch_folder(config)).ok();
    }
    let status = concluded.as_ref().map(|conclusion| conclusion.status);
    let status: Option<ExitStatus> = decode(&comm::broadcast(comm, encode(&status)));
    let status = status.expect("rank 0 has concluded, or all have agreed on its error");
    Ok(concluded.unwrap_or(Conclusion { status, text: String::new() }))
}

/// What every step of a run needs.
#[derive(Clone, Copy)]
struct Run<'a> {
    config: &'a RunConfig,
    comm: &'a dyn Comm,
    storage: &'a SharedStorage,
    signals: &'a Signals,
    recorder: &'a Recorder,
}

/// What all ranks have brought in, on rank 0.
type Gathered = Option<(Harvest, Vec<RankMetrics>)>;

impl Run<'_> {
    /// Begins the scan. Where it is given out while it goes on, the work begins; else waits for its end.
    fn begin(self, lead: &mut Lead) -> Result<()> {
        remove_scratch(self.config, self.storage)?;
        lead.begin_scan(self.config)?;
        let is_streamed = self.config.schedule_of(self.comm.size()) == Schedule::Dynamic;
        if !is_streamed || !lead.past.is_empty() {
            lead.end_scan(self.signals)?;
            lead.make_plan(self.config);
        }
        Ok(())
    }

    /// Where this rank sorts what memory does not hold.
    fn scratch(self) -> impl Fn(&str) -> Scratch {
        let (rank, folder) = (self.comm.rank(), scratch_folder(self.config));
        move |name| Scratch::new(self.storage, &folder, format!("rank-{rank:05}.{name}"))
    }

    /// Each rank writes its own journal; rank 0 has opened its own already.
    fn open_books(self, lead: Option<&mut Lead>) -> Result<(u32, Announcements, Committer)> {
        let Self { config, comm, storage, .. } = self;
        let try_facts = lead.as_ref().map(|lead| (lead.run_id(), lead.past.next_session()));
        let try_facts: Option<(String, u32)> = decode(&comm::broadcast(comm, encode(&try_facts)));
        let (try_name, session) = try_facts.expect("rank 0 has a try");
        let folder = journal_folder(&config.output);
        let open = || {
            let journal = match lead.and_then(|lead| lead.journal.take()) {
                Some(journal) => journal,
                None => Journal::open(storage, &folder, comm.rank())?,
            };
            let announcements =
                Announcements::open(storage, &folder, comm.rank(), session, &try_name)?;
            let committer =
                Committer::start(storage.clone(), config.output.clone(), journal, session)?;
            Ok((session, announcements, committer))
        };
        let opened = open();
        let opened =
            opened.map_err(|error: std::io::Error| Halt::storage("the journal", &error).into());
        comm::agree(comm, opened)
    }

    fn work(
        self,
        lead: Option<&mut Lead>,
        crew: &mut dyn Crew,
        (announcements, committer): (Announcements, Committer),
        session: u32,
        owned: Owned,
        metrics: &mut RankMetrics,
    ) -> Work {
        let Self { config, comm, signals, recorder, .. } = self;
        let schedule = config.schedule_of(comm.size());
        // One rank alone takes them, so that a death tells which file was in work.
        let suspects = lead.as_ref().map_or_else(Vec::new, |lead| {
            let suspects = lead.plan.suspects.iter();
            let task = |number: &u32| Task {
                number: *number,
                is_last_try: false,
                entry: lead.entry(*number),
            };
            suspects.map(task).collect()
        });
        let supply = lead.map(|lead| Supply::new(lead, schedule, comm.size()));
        let shares = schedule == Schedule::Dynamic;
        let liaison = Liaison::new(comm, supply, shares, config.shown);
        let claims = Claims::new(comm, owned);
        let means = Means {
            crew,
            announcements,
            committer,
            signals,
            recorder,
            liaison,
            claims,
            session,
            suspects,
        };
        Conductor::new(means).work(metrics)
    }

    /// Whether all that was to be done is done. Names that are no files are told of then.
    fn check_end(lead: &Lead, ends: &[WorkEnd], owned: &mut Owned) -> Result<()> {
        if let Some(why) = ends.iter().find_map(|end| end.refused.clone()) {
            return Err(Halt::Input(why).into());
        }
        let stopped = ends.iter().find_map(|end| end.stopped.clone());
        let unfit = || ends.iter().find_map(|end| end.unfit.clone());
        let all_unfit = ends.iter().all(|end| end.unfit.is_some());
        let reason = stopped.or_else(|| unfit().filter(|_| all_unfit));
        let Some(reason) = reason else {
            let failed = fail_others(lead, owned);
            return failed.map_err(|error| Halt::storage("the results", &error).into());
        };
        let done = lead.plan.done_before + ends.iter().map(|end| end.done).sum::<u64>();
        let total = lead.files.len() as u64;
        Err(Halt::Incomplete { reason, done, total }.into())
    }

    fn gather(self, harvest: &Harvest, metrics: &RankMetrics) -> Gathered {
        let merged = comm::reduce(self.comm, encode(harvest), |a, b| {
            let mut merged: Harvest = decode(&a);
            merged.merge(&decode(&b));
            encode(&merged)
        });
        let ranks = comm::gather(self.comm, encode(metrics));
        Some((decode(&merged?), ranks?.iter().map(|rank| decode(rank)).collect()))
    }

    /// Makes the cropped images of the series that this rank owns, where they are asked for.
    fn crop(
        self,
        part: &mut Part,
        pseudonyms: &Pseudonyms,
        regions: &RegionBoxes,
        threads: usize,
    ) -> Result<CroppedImages> {
        let config = self.config;
        let Some(by) = config.crop.filter(|_| config.crop_images) else {
            return Ok(CroppedImages::default());
        };
        let cropper = Cropper {
            by,
            storage: self.storage.as_ref(),
            output: &config.output,
            limits: config.limits(),
            encoder: Encoder::by_name(&config.codec, config.verify).context("--codec")?,
            pseudonyms,
            signals: self.signals,
            threads: super::threads::threads(threads)?,
            regions,
        };
        let mut list = Sorter::new(self.scratch()("cropped"));
        let cropped = cropper.crop(&part.index, &mut list)?;
        part.cropped = list.finish();
        Ok(cropped)
    }

    /// Rank 0 merges the parts, which the others hand out.
    fn conclude(
        self,
        lead: Option<&mut Lead>,
        gathered: Gathered,
        ends: &[WorkEnd],
        (part, regions): (&Part, &RegionBoxes),
        wall: &Stopwatch,
    ) -> Result<Option<Conclusion>> {
        let Some((lead, (harvest, mut ranks))) = lead.zip(gathered) else {
            serve(self.comm, part);
            return Ok(None);
        };
        for rank in &mut ranks {
            rank.wall_s = rank.wall_s.max(wall.seconds());
        }
        let parts = Parts::new(self.comm, part);
        let (config, storage) = (self.config, self.storage.as_ref());
        let conclude = Conclude { config, storage, parts: &parts, harvest, ranks, ends, regions };
        let concluded = conclude.conclude(lead);
        parts.dismiss();
        concluded.map(Some)
    }
}

/// Names that are no files are told of by rank 0.
fn fail_others(lead: &Lead, owned: &mut Owned) -> std::io::Result<()> {
    lead.others.iter().try_for_each(|other| {
        let failure = Failure::new(None, other.kind.class(), other.kind.message());
        owned.fail(&FileRecord::failed(&other.entry(), Outcome::Quarantined, failure))
    })
}

/// Where all ranks sort what memory does not hold.
fn scratch_folder(config: &RunConfig) -> std::path::PathBuf {
    config.output.join(STATE).join("sorting")
}

/// What a try that died has left of that.
fn remove_scratch(config: &RunConfig, storage: &SharedStorage) -> Result<()> {
    let folder = scratch_folder(config);
    let made = storage.remove_tree(&folder).and_then(|()| create_private_folder(&folder));
    made.map_err(|error| Halt::storage("the results", &error).into())
}

/// A folder that is not shared between the nodes has other contents on each: what a rank writes there
/// would be lost.
pub(super) fn see_the_same_output(output: &Path, comm: &dyn Comm) -> Result<()> {
    let mine = lock_text(output);
    if comm::broadcast(comm, mine.clone()) == mine {
        return Ok(());
    }
    bail!("--output: host {} does not see the same folder: choose a shared one", host())
}

/// Rank 0 hands the key to the others, in memory.
pub(super) fn share_key(comm: &dyn Comm, key: Option<Key>) -> Key {
    let bytes = key.map_or_else(Vec::new, |key| key.as_bytes().to_vec());
    let bytes = zeroize::Zeroizing::new(comm::broadcast(comm, bytes));
    Key::from_bytes(&bytes).expect("rank 0 has a key, or all have agreed on its error")
}

/// For the test that a panic ends the job: `SAUVA_TEST_PANIC_RANK` names the rank.
#[cfg(feature = "test-hooks")]
fn panic_if_asked(rank: usize) {
    let asked = std::env::var("SAUVA_TEST_PANIC_RANK").ok();
    assert!(asked != Some(rank.to_string()), "asked to by the environment");
}
