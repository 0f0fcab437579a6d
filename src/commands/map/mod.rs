//! `sauva map`: anyone's own program over a repository, or many times, on all ranks; the whole job on one page. Every
//! rank comes by here and meets the same collectives in the same order.

mod books;
mod chain;
mod commit;
mod encode;
mod folders;
mod gang;
mod group;
mod hand;
mod layer;
mod lead;
mod messages;
mod orphans;
mod prepare;
mod results;
mod sites;
mod supply;
mod talk;
mod words;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};

use self::books::{Books, State};
use self::commit::Committer;
use self::folders::Folders;
use self::group::Input;
use self::hand::Hand;
use self::layer::Layer;
use self::lead::Lead;
use self::results::Results;
use self::sites::Site;
use self::talk::Talk;
use super::conclude::Conclusion;
use super::display::{Display, Nouns};
use super::halt::Halt;
use super::lock::Lock;
use super::parcel::{decode, encode};
use super::run::see_the_same_output;
use super::signals::Signals;
use crate::comm::{self, Comm};
use crate::config::{MapJob, What};
use crate::ledger::{UnitJournal, UnitPast, journal_folder};
use crate::programs::{Runner, RunnerProcess};
use crate::record::ExitStatus;
use crate::results::MapSummary;
use crate::stage::{Stopwatch, unix_s};
use crate::storage::{Disk, SharedStorage};
use crate::units::{Unit, run_name};

/// A rank that has nothing to do looks up so often: at first, and after a while.
const SHORTEST_WAIT: Duration = Duration::from_micros(500);
const LONGEST_WAIT: Duration = Duration::from_millis(10);

/// Does the job on this rank; rank 0 returns what to tell the user. The process that runs programs was started before
/// MPI was.
pub fn execute(job: &MapJob, comm: &dyn Comm, runner: RunnerProcess) -> Result<Conclusion> {
    let wall = Stopwatch::start();
    let storage: SharedStorage = Arc::new(Disk::below(&job.output));
    let signals = Signals::watch().context("the signals that ask to stop cannot be watched")?;
    let sites = comm::agree(comm, sites::find(&job.means, &job.what, comm))?;
    let lock = (comm.rank() == 0).then(|| prepare::open(job, &storage, &signals)).transpose();
    let lock = comm::agree(comm, lock)?;
    comm::agree(comm, see_the_same_output(&job.output, comm))?;
    let orphans = orphans::end(&job.output);
    if orphans > 0 {
        tracing::warn!(orphans, "programs of a dead try were still running: they were ended");
    }
    comm::barrier(comm);
    let map = Mapping {
        job,
        comm,
        storage: &storage,
        signals: &signals,
        sites: &sites,
        lock: lock.as_ref(),
    };
    let start_unix_s = unix_s() - wall.seconds();
    let results = Results {
        job,
        storage: storage.as_ref(),
        sites: &sites,
        run_id: format!("{}p{}", start_unix_s as u64, std::process::id()),
        start_unix_s,
    };
    if let What::Chain(file) = &job.what {
        // Stages run as long as the chain does, and nothing is done twice: no runner is needed.
        drop(runner);
        return chain::execute(map, file, &results);
    }

    // What there is to do, and what earlier tries have left of it.
    let input = map.units()?;
    let taken = input.map(|input| map.take_up(input)).transpose();
    let (books, journal) = comm::agree(comm, taken)?.unzip();
    let facts = |(books, _): &(Books, Input)| (books.units.len() as u64, books.tries);
    let facts = books.as_ref().map(facts);
    let facts: Option<(u64, u32)> = decode(&comm::broadcast(comm, encode(&facts)));
    let (units, session) = facts.expect("rank 0 has books, or all have agreed on its error");
    let mut lead = books.zip(lock.as_ref()).map(|(books, lock)| map.lead(books, lock));
    let cleared = if comm.rank() == 0 { results.clear() } else { Ok(()) };
    comm::agree(comm, cleared)?;

    // Work; then rank 0 writes what came of it.
    let hand = map.hand(runner, journal, (units, session));
    let mut hand = comm::agree(comm, hand)?;
    map.work(&mut hand, lead.as_mut());
    drop(hand);
    if lead.as_ref().is_some_and(|lead| lead.books.count(State::Open) == 0) {
        // Where something is open, it may hold what could not be kept. What stays is removed by the next try.
        storage.remove_tree(&folders::work(&job.output)).ok();
    }
    let written = lead.as_ref().map(|lead| results.write(lead)).transpose();
    let summary = comm::agree(comm, written)?;
    let status = summary.as_ref().map(status_of);
    let status: Option<ExitStatus> = decode(&comm::broadcast(comm, encode(&status)));
    let status = status.expect("rank 0 has concluded, or all have agreed on its error");
    let text = summary.map_or_else(String::new, |summary| words::end(job, &summary));
    if let Some(trouble) = lead.as_ref().and_then(Lead::trouble) {
        tracing::error!("{trouble}: run the same command again to go on");
    }
    Ok(Conclusion { status, text })
}

fn status_of(summary: &MapSummary) -> ExitStatus {
    let missing = summary.inputs.as_ref().map_or(0, |inputs| group::missing(&inputs.skipped));
    match summary.units {
        units if units.open > 0 => ExitStatus::Stopped,
        units if units.failed > 0 || missing > 0 => ExitStatus::Quarantined,
        _ => ExitStatus::Done,
    }
}

/// What every step needs.
#[derive(Clone, Copy)]
struct Mapping<'a> {
    job: &'a MapJob,
    comm: &'a dyn Comm,
    storage: &'a SharedStorage,
    signals: &'a Signals,
    sites: &'a [Site],
    /// On rank 0.
    lock: Option<&'a Lock>,
}

impl<'a> Mapping<'a> {
    /// All units, on rank 0.
    fn units(self) -> Result<Option<Input>> {
        let runs = match (&self.job.what, &self.job.input) {
            (What::Units(level), Some(input)) => {
                return group::units(input, *level, self.comm, self.signals);
            }
            (What::Repetitions(runs) | What::Gang(runs), _) => *runs,
            _ => 0,
        };
        let unit =
            |number| Unit { name: run_name(u64::from(number), u64::from(runs)), ..Unit::default() };
        let input = || Input { units: (0..runs).map(unit).collect(), ..Input::default() };
        Ok((self.comm.rank() == 0).then(input))
    }

    /// What earlier tries have left of the units, and the journal of rank 0.
    fn take_up(self, mut input: Input) -> Result<((Books, Input), UnitJournal)> {
        let units = std::mem::take(&mut input.units);
        let (past, journal): (UnitPast, _) =
            prepare::take_up(self.job, &units, self.sites, self.storage)?;
        let is_gang = matches!(self.job.what, What::Gang(_));
        let results = folders::results(&self.job.output);
        let books = Books::open(units, past, self.job.attempts, &results, is_gang);
        Ok(((books, input), journal))
    }

    fn lead(self, books: (Books, Input), lock: &'a Lock) -> Lead<'a> {
        let (units, open) = (books.0.units.len() as u64, books.0.count(State::Open));
        tracing::info!("{}", words::beginning(self.job, self.sites, units, open));
        let display = Display::new(self.job.shown, self.comm.size(), Nouns::UNITS);
        let gang = match self.job.what {
            What::Gang(size) => Some(size as usize),
            _ => None,
        };
        Lead::new(self.comm, books, self.sites, gang, (lock, display))
    }

    fn hand(
        self,
        runner: RunnerProcess,
        journal: Option<UnitJournal>,
        (units, session): (u64, u32),
    ) -> Result<Hand<'a>> {
        let rank = self.comm.rank();
        let site = &self.sites[rank];
        let folders = Folders::new(&self.job.output, session);
        let storage = |error| Halt::storage("the journal", &error);
        let journal = match journal {
            Some(journal) => journal,
            None => UnitJournal::open(self.storage, &journal_folder(&self.job.output), rank)
                .map_err(storage)?,
        };
        let committer = Committer::start(self.storage.clone(), folders.clone(), journal);
        let committer = committer.map_err(storage)?;
        let layer = Layer::start(self.job, &folders, units)
            .context("threads cannot be started: see the limit of processes (ulimit -u)")?;
        let runner = Runner::new(runner, hand::settings(self.job, site))
            .context("the process that runs programs cannot be listened to")?;
        Ok(Hand::new((self.job, self.signals, site), rank, runner, (committer, layer)))
    }

    /// Works until every rank has ended.
    fn work(self, hand: &mut Hand<'_>, mut lead: Option<&mut Lead<'_>>) {
        let mut talk = Talk::new(self.comm);
        let mut wait = Duration::ZERO;
        while !hand.is_over() {
            let has_any = hand.look(wait);
            let (order, is_news) = talk.exchange(hand.report(), lead.as_deref_mut());
            hand.obey(order);
            // Who has heard something may soon hear more; who has not, looks up less and less often.
            wait = if has_any || is_news {
                SHORTEST_WAIT
            } else {
                (wait * 2).clamp(SHORTEST_WAIT, LONGEST_WAIT)
            };
        }
        if let Some(lead) = lead {
            lead.end();
        }
    }
}
