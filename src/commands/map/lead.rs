//! What rank 0 decides: reports of all ranks in, an order for each out, and at the end the books.

use std::collections::BTreeMap;

use super::books::{Books, State};
use super::gang::GangLead;
use super::group::Input;
use super::messages::{Gang, Order, Path, Phase, Report, Task, Word};
use super::sites::Site;
use super::supply::Supply;
use crate::comm::Comm;
use crate::commands::display::{Display, Known, Standing};
use crate::commands::lock::Lock;
use crate::commands::parcel::{self, Progress};
use crate::record::ExitStatus;

/// Rank 0's part.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    comm: &'a dyn Comm,
    pub(super) books: Books,
    pub(super) input: Input,
    pub(super) supply: Supply,
    gang: Option<GangLead>,
    lock: &'a Lock,
    display: Display,
    /// Where each rank stands, for the display.
    standings: Vec<Standing>,
    phases: Vec<Phase>,
    is_stopping: bool,
    /// Why, and which rank says so.
    trouble: Option<String>,
    told: Word,
    /// What became of the gang and is not told yet.
    verdict: Option<Gang>,
    /// Ends of this attempt at a gang that are in the books.
    in_books: usize,
    recalled: Option<usize>,
}

impl<'a> Lead<'a> {
    pub(super) fn new(
        comm: &'a dyn Comm,
        (books, input): (Books, Input),
        sites: &[Site],
        gang: Option<usize>,
        (lock, display): (&'a Lock, Display),
    ) -> Self {
        let todo = if gang.is_some() { Vec::new() } else { books.todo() };
        let is_open = books.count(State::Open) > 0;
        let is_gang = gang.is_some();
        let gang = gang.filter(|_| is_open).map(|size| GangLead::new(size, sites));
        Self {
            comm,
            books,
            input,
            supply: Supply::new(todo, sites, is_gang),
            gang,
            lock,
            display,
            standings: vec![Standing::default(); sites.len()],
            phases: vec![Phase::Working; sites.len()],
            is_stopping: false,
            trouble: None,
            told: Word::GoOn,
            verdict: None,
            in_books: 0,
            recalled: None,
        }
    }

    /// Takes in where a rank stands.
    pub(super) fn hear(&mut self, rank: usize, report: Report) {
        let standing = &mut self.standings[rank];
        for done in &report.done {
            let unit = &self.books.units[done.unit as usize];
            let ended = &done.attempt.ended;
            let is_last = self.books.charged(done.unit) + 1 >= self.books.most();
            let is_final = ended.is_success() || (ended.is_charged() && is_last);
            let failed = u64::from(!done.attempt.ended.is_success());
            if is_final {
                let bytes = unit.bytes;
                standing.progress += Progress { files: 1, bytes, quarantined: failed };
                standing.done += 1;
            }
        }
        (standing.in_work, standing.spare) = (report.running, report.at_hand);
        standing.phase = match report.phase {
            Phase::Working => parcel::Phase::Working,
            Phase::Unfit => parcel::Phase::Unfit,
            Phase::Stopping => parcel::Phase::Stopping,
            Phase::Ended => parcel::Phase::Done,
        };
        if let Some(gang) = &mut self.gang {
            let unbegun = report.returned.iter().map(|_| false);
            let held: Vec<bool> = report.held.iter().copied().chain(unbegun).collect();
            self.verdict = self.verdict.or(gang.hear(&held));
            self.in_books += report.done.len() + report.returned.len();
        }
        self.supply.hear(rank, &report, &mut self.books);
        if let Some(gang) = &mut self.gang {
            gang.settle(&mut self.books, self.in_books);
        }
        self.phases[rank] = report.phase;
        self.is_stopping |= report.phase == Phase::Stopping;
        if self.trouble.is_none() {
            self.trouble = report.trouble;
        }
    }

    /// The word to all, as things stand.
    pub(super) fn word(&mut self) -> Word {
        if self.lock.is_lost() {
            tracing::error!("another run has taken the output over: this one ends at once");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
        // A gang needs all its ranks.
        let is_unfit = self.phases.contains(&Phase::Unfit);
        let has_nobody = self.supply.fit() == 0 || (self.gang.is_some() && is_unfit);
        let is_over = self.books.count(State::Open) == 0;
        self.told = if self.phases.iter().all(|phase| *phase == Phase::Ended) {
            Word::AllEnded
        } else if self.told == Word::Stop
            || self.is_stopping
            || (has_nobody && !is_over && self.told == Word::GoOn)
        {
            Word::Stop
        } else if is_over {
            Word::End
        } else {
            self.told
        };
        self.told
    }

    /// What each rank is told.
    pub(super) fn orders(&mut self) -> Vec<Order> {
        let word = self.told;
        let mut orders: Vec<Order> =
            (0..self.phases.len()).map(|_| Order { word, ..Order::default() }).collect();
        let verdict = self.verdict.take();
        for order in &mut orders {
            order.gang = verdict;
        }
        if word != Word::GoOn {
            return orders;
        }
        for (rank, order) in orders.iter_mut().enumerate() {
            order.slots = self.supply.new_slots(rank).filter(|_| self.gang.is_none());
            for unit in self.supply.give(rank) {
                order.tasks.push(self.task(unit));
            }
        }
        self.recalled = self.supply.recall();
        if let Some(rank) = self.recalled {
            orders[rank].recalls = true;
        }
        let members = self.gang.as_mut().map(GangLead::start).unwrap_or_default();
        if !members.is_empty() {
            self.in_books = 0;
        }
        for (rank, unit, meeting) in members {
            let task = Task { meeting: Some(meeting), ..self.task(unit) };
            orders[rank].tasks.push(task);
        }
        orders
    }

    fn task(&self, unit: u32) -> Task {
        let known = &self.books.units[unit as usize];
        let path = |number: &u32| Path(self.input.files.path(*number));
        Task {
            unit,
            name: known.name.clone(),
            id: known.id(),
            content: known.content,
            attempt: self.books.next_attempt(unit),
            files: known.files.iter().map(path).collect(),
            meeting: None,
        }
    }

    pub(super) fn show(&mut self) {
        let units = &self.books.units;
        let total = Progress {
            files: units.len() as u64 - self.books.done_before,
            bytes: 0,
            quarantined: 0,
        };
        let known = Known { total, is_searching: false };
        self.display.show(known, self.standings.iter().copied());
    }

    /// Why the job stops before its end, where it does.
    pub(super) fn trouble(&self) -> Option<String> {
        let is_open = self.books.count(State::Open) > 0;
        is_open.then(|| self.trouble.clone().unwrap_or_else(|| "stopped".to_owned()))
    }

    /// How often each node was halved.
    pub(super) fn halvings(&self) -> BTreeMap<String, u32> {
        let hosts = self.books.nodes.keys();
        hosts.map(|host| (host.clone(), self.supply.halvings(host))).collect()
    }

    /// The work has ended: nothing is shown any more.
    pub(super) fn end(&mut self) {
        self.display.finish();
    }
}
