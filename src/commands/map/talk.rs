//! The talk between the ranks of a map: each rank's report in, rank 0's order out. The same messages are each rank's
//! heartbeat. Main thread only, as all talk between ranks.

use std::time::Duration;

use super::lead::Lead;
use super::messages::{Order, Phase, Report, Word};
use crate::comm::{Comm, Tag};
use crate::commands::parcel::{decode, encode};
use crate::record::ExitStatus;
use crate::stage::Stopwatch;

/// How often a rank reports that has nothing new to tell.
const REPORT_INTERVAL: Duration = Duration::from_millis(500);
/// How often rank 0 gives a sign of life.
const ORDER_INTERVAL: Duration = Duration::from_secs(5);
/// A rank that has not been heard of for so long hangs, and all would wait for it forever.
const LONGEST_SILENCE: Duration = Duration::from_secs(50);
/// A rank that has not looked for so long was asleep itself, and with it maybe the others.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// One rank's end of the talk.
#[derive(Debug)]
pub(super) struct Talk<'a> {
    comm: &'a dyn Comm,
    /// When each rank was last heard of, and how far it was; on the others rank 0 alone.
    heard: Vec<(Stopwatch, Phase)>,
    sent: Report,
    last_sent: Stopwatch,
    last_look: Stopwatch,
    word: Word,
}

impl<'a> Talk<'a> {
    pub(super) fn new(comm: &'a dyn Comm) -> Self {
        let now = Stopwatch::start();
        let heard = if comm.rank() == 0 { comm.size() } else { 1 };
        Self {
            comm,
            heard: vec![(now, Phase::Working); heard],
            sent: Report::default(),
            last_sent: now,
            last_look: now,
            word: Word::GoOn,
        }
    }

    /// Tells where this rank stands, and returns what it is told; whether there was anything new.
    pub(super) fn exchange(
        &mut self,
        report: Report,
        lead: Option<&mut Lead<'_>>,
    ) -> (Order, bool) {
        let exchanged = match lead {
            Some(lead) => self.lead(report, lead),
            None => self.follow(report),
        };
        self.check_the_others();
        exchanged
    }

    fn lead(&mut self, report: Report, lead: &mut Lead<'_>) -> (Order, bool) {
        let mut is_news = !report.done.is_empty();
        self.hear(0, report, lead);
        while let Some((rank, message)) = self.comm.try_receive(Tag::Report) {
            is_news = true;
            self.hear(rank, decode(&message), lead);
        }
        let word = lead.word();
        lead.show();
        let is_due = self.last_sent.elapsed() >= ORDER_INTERVAL;
        if is_due {
            self.last_sent = Stopwatch::start();
        }
        let orders = lead.orders();
        let mut own = Order::default();
        for (rank, order) in orders.into_iter().enumerate() {
            let has_any = order != Order { word: self.word, ..Order::default() };
            is_news |= has_any;
            if rank == 0 {
                own = order;
            } else if has_any || is_due {
                self.comm.send(rank, Tag::Order, &encode(&order));
            }
        }
        self.word = word;
        (own, is_news)
    }

    fn hear(&mut self, rank: usize, report: Report, lead: &mut Lead<'_>) {
        self.heard[rank] = (Stopwatch::start(), report.phase);
        lead.hear(rank, report);
    }

    fn follow(&mut self, report: Report) -> (Order, bool) {
        let is_news = (report.phase, report.wanted) != (self.sent.phase, self.sent.wanted)
            || report.at_hand != self.sent.at_hand
            || !report.done.is_empty()
            || !report.held.is_empty()
            || !report.returned.is_empty()
            || report.ends_recall;
        if is_news || self.last_sent.elapsed() >= REPORT_INTERVAL {
            self.comm.send(0, Tag::Report, &encode(&report));
            self.last_sent = Stopwatch::start();
            self.sent = report;
        }
        let mut all = Order { word: self.word, ..Order::default() };
        let mut has_any = is_news;
        while let Some((_, message)) = self.comm.try_receive(Tag::Order) {
            let Order { word, tasks, recalls, slots, gang } = decode(&message);
            has_any = true;
            (self.word, all.word) = (word, word);
            all.tasks.extend(tasks);
            all.recalls |= recalls;
            all.slots = slots.or(all.slots);
            all.gang = gang.or(all.gang);
            self.heard[0].0 = Stopwatch::start();
        }
        (all, has_any)
    }

    /// Ends the job at once when it cannot end in good order; what is done stands in the journals.
    fn check_the_others(&mut self) {
        if self.last_look.elapsed() > LONGEST_NAP {
            self.heard.iter_mut().for_each(|(at, _)| *at = Stopwatch::start());
        }
        self.last_look = Stopwatch::start();
        let silent = |(at, phase): &(Stopwatch, Phase)| {
            *phase != Phase::Ended && at.elapsed() > LONGEST_SILENCE
        };
        if let Some(rank) = self.heard.iter().position(silent) {
            tracing::error!(rank, "a rank is not heard of any more: the job ends; run it again");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
    }
}
