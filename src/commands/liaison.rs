//! The talk between the ranks while they work. A rank's reports in, rank 0's orders out: requests for work,
//! what was done and what comes back share one message, work and the word to stop another. The same
//! messages are each rank's heartbeat.
//!
//! Main thread only, as all talk between ranks. Rank 0 serves all, itself too, from its [`Supply`].

use std::time::Duration;

use super::display::{Display, Known, Nouns, Standing};
use super::parcel::{Order, Phase, Report, Word, decode, encode};
use super::supply::Supply;
use crate::comm::{Comm, Tag};
use crate::config::Shown;
use crate::record::ExitStatus;
use crate::stage::Stopwatch;

/// How often a rank reports that has nothing new to tell but its progress.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);
/// How often rank 0 gives a sign of life.
const ORDER_INTERVAL: Duration = Duration::from_secs(5);
/// A rank that has not been heard of for so long hangs, and all would wait for it forever.
const LONGEST_SILENCE: Duration = Duration::from_secs(50);
/// A rank that has not looked for so long was asleep itself, and with it maybe the others.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// The last word of a rank.
#[derive(Debug, Clone, Copy)]
struct Said {
    standing: Standing,
    /// What it was told last.
    told: Word,
    knows_scarce: bool,
    at: Stopwatch,
}

/// One rank's end of the talk.
pub(super) struct Liaison<'a> {
    comm: &'a dyn Comm,
    shares: bool,
    /// On rank 0.
    supply: Option<Supply<'a>>,
    display: Display,
    /// The last word of each rank; on the others, of rank 0 alone.
    said: Vec<Said>,
    word: Word,
    is_scarce: bool,
    sent: Report,
    last_sent: Stopwatch,
    last_look: Stopwatch,
    /// Why the scan cannot go on.
    failed: Option<String>,
}

impl<'a> Liaison<'a> {
    /// On rank 0 with the supply. `shares` tells whether a rank's files may go to others.
    pub(super) fn new(
        comm: &'a dyn Comm,
        supply: Option<Supply<'a>>,
        shares: bool,
        shown: Shown,
    ) -> Self {
        let now = Stopwatch::start();
        let nothing =
            Said { standing: Standing::default(), told: Word::GoOn, knows_scarce: false, at: now };
        let heard = if supply.is_some() { comm.size() } else { 1 };
        let shown = if supply.is_some() { shown } else { Shown::Nothing };
        Self {
            comm,
            shares,
            display: Display::new(shown, comm.size(), Nouns::FILES),
            supply,
            said: vec![nothing; heard],
            word: Word::GoOn,
            is_scarce: false,
            sent: Report::default(),
            last_sent: now,
            last_look: now,
            failed: None,
        }
    }

    /// Whether other ranks take over what this one cannot do.
    pub(super) fn has_others(&self) -> bool {
        self.shares && self.comm.size() > 1
    }

    /// Why the input cannot be taken in, once.
    pub(super) fn failure(&mut self) -> Option<String> {
        self.failed.take()
    }

    /// Tells where this rank stands, and returns what it is told.
    pub(super) fn exchange(&mut self, report: Report) -> Order {
        let order = if self.supply.is_some() { self.lead(report) } else { self.follow(report) };
        self.check_the_others();
        order
    }

    fn lead(&mut self, mut report: Report) -> Order {
        let Some(supply) = &mut self.supply else { return Order::default() };
        if self.word == Word::GoOn
            && let Err(error) = supply.take_found()
        {
            self.failed = Some(error.to_string());
        }
        let (mut from, mut is_stopping) = (0, false);
        loop {
            is_stopping |= report.phase == Phase::Stopping;
            let said = &mut self.said[from];
            if report.phase == Phase::Unfit && said.standing.phase == Phase::Working {
                supply.lose(from);
            }
            said.standing = Standing::from(&report);
            said.at = Stopwatch::start();
            supply.hear(from, &report);
            match self.comm.try_receive(Tag::Report) {
                Some((rank, message)) => (from, report) = (rank, decode(&message)),
                None => break,
            }
        }
        let phases = || self.said.iter().map(|said| said.standing.phase);
        self.word = if phases().all(|phase| phase == Phase::Done) {
            Word::AllDone
        } else if self.word == Word::Stop
            || is_stopping
            || (supply.has_nobody() && !supply.is_over())
        {
            Word::Stop
        } else if supply.is_over() {
            Word::End
        } else {
            self.word
        };
        self.is_scarce = supply.is_scarce();
        let known = Known { total: supply.total(), is_searching: supply.is_searching() };
        self.display.show(known, self.said.iter().map(|said| said.standing));
        self.give_orders()
    }

    /// Tells every rank what it does not know yet; returns what this one is told.
    fn give_orders(&mut self) -> Order {
        let Some(supply) = &mut self.supply else { return Order::default() };
        let recalled = if self.word == Word::GoOn { supply.recall() } else { None };
        let is_due = self.last_sent.elapsed() >= ORDER_INTERVAL;
        if is_due {
            self.last_sent = Stopwatch::start();
        }
        let mut own = Order::default();
        for rank in 0..self.comm.size() {
            let tasks = if self.word == Word::GoOn { supply.tasks(rank) } else { Vec::new() };
            let (word, is_scarce, recalls) = (self.word, self.is_scarce, recalled == Some(rank));
            let said = &mut self.said[rank];
            let is_news = !tasks.is_empty()
                || recalls
                || word != said.told
                || (is_scarce != said.knows_scarce && said.standing.phase == Phase::Working);
            let order = Order { word, tasks, recalls, is_scarce };
            if rank == 0 {
                own = order;
            } else if is_news || is_due {
                (said.told, said.knows_scarce) = (word, is_scarce);
                self.comm.send(rank, Tag::Order, &encode(&order));
            }
        }
        own
    }

    fn follow(&mut self, report: Report) -> Order {
        let is_news = (report.phase, report.requests) != (self.sent.phase, self.sent.requests)
            || !report.returned.is_empty()
            || !report.unread.is_empty()
            || report.ends_recall
            // Whoever has nothing left is what all the others wait for.
            || (report.spare == 0 && report.done != self.sent.done && self.is_scarce);
        let is_due = report.phase != Phase::Done && self.last_sent.elapsed() >= REPORT_INTERVAL;
        if is_news || is_due {
            self.comm.send(0, Tag::Report, &encode(&report));
            (self.sent, self.last_sent) = (report, Stopwatch::start());
        }
        let mut all = Order::default();
        while let Some((_, message)) = self.comm.try_receive(Tag::Order) {
            let Order { word, tasks, recalls, is_scarce } = decode(&message);
            (self.word, self.is_scarce) = (word, is_scarce);
            all.tasks.extend(tasks);
            all.recalls |= recalls;
            self.said[0].at = Stopwatch::start();
        }
        Order { word: self.word, is_scarce: self.is_scarce, ..all }
    }

    /// Ends the job at once when it cannot end in good order; what is done stands in the journals.
    fn check_the_others(&mut self) {
        if self.supply.as_ref().is_some_and(|supply| supply.lock().is_lost()) {
            tracing::error!("another run has taken the output over: this one ends at once");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
        if self.last_look.elapsed() > LONGEST_NAP {
            self.said.iter_mut().for_each(|said| said.at = Stopwatch::start());
        }
        self.last_look = Stopwatch::start();
        let silent =
            |said: &Said| said.standing.phase != Phase::Done && said.at.elapsed() > LONGEST_SILENCE;
        if let Some(rank) = self.said.iter().position(silent) {
            tracing::error!(rank, "a rank is not heard of any more: the job ends; run it again");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
    }

    /// The work has ended: nothing is shown any more.
    pub(super) fn end(self) {
        self.display.finish();
    }
}
