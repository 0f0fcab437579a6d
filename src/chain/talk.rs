//! The main thread of a rank while a chain runs: the only one that talks to other ranks. In go what
//! its copies send and what other ranks say, out come the rows of all copies on rank 0, and what
//! failed, alike on every rank.
//!
//! A rank whose copies are all over says good-bye, rank 0 last of all, and leaves when all others
//! have. Messages between two ranks keep their order, so that nothing is on its way any more.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};

use bytes::Bytes;

use super::outcome::{ChainFailure, ChainOutcome};
use super::pulse::Pulse;
use super::rank::{Event, Over, Rank};
use super::record::Record;
use super::window::Load;
use super::wire::{FULL_BYTES, Item, LONG_BYTES, items, labels_of};
use crate::comm::{Comm, Patience, Tag};
use crate::results::CopyRow;

/// A record of another rank whose body is the next message.
struct Headed {
    stage: usize,
    copies: Vec<usize>,
    labels: Vec<Vec<u8>>,
}

pub(super) struct Talk<'a> {
    comm: &'a dyn Comm,
    rank: &'a Rank<'a>,
    events: Receiver<Event>,
    /// Copies of this rank that are not over.
    running: usize,
    rows: Vec<CopyRow>,
    failure: Option<ChainFailure>,
    /// By sender.
    headed: Vec<Option<Headed>>,
    /// To each rank, what is not sent yet.
    messages: Vec<Vec<u8>>,
    /// By rank, stage and copy: what is to be told to have been taken.
    room: BTreeMap<(usize, usize, usize), Load>,
    /// Ranks that have said good-bye.
    gone: usize,
    has_said_bye: bool,
    pulse: Pulse,
    /// Of a copy: it goes on here once no copy of this rank is left.
    panic: Option<Box<dyn Any + Send>>,
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        comm: &'a dyn Comm,
        rank: &'a Rank<'a>,
        events: Receiver<Event>,
        running: usize,
    ) -> Self {
        Self {
            comm,
            rank,
            events,
            running,
            rows: Vec::new(),
            failure: None,
            headed: (0..comm.size()).map(|_| None).collect(),
            messages: vec![Vec::new(); comm.size()],
            room: BTreeMap::new(),
            gone: 0,
            has_said_bye: false,
            pulse: Pulse::new(comm),
            panic: None,
        }
    }

    /// Until all copies of all ranks are over.
    pub(super) fn run(mut self, should_stop: &dyn Fn() -> bool) -> ChainOutcome {
        let mut patience = Patience::new();
        loop {
            if !self.rank.halt.is_set() && should_stop() {
                self.fail(ChainFailure::stopped());
            }
            let mut is_busy = self.hear_ranks();
            is_busy |= self.hear_copies();
            if self.running == 0
                && let Some(panic) = self.panic.take()
            {
                resume_unwind(panic);
            }
            self.say_bye_in_time();
            if self.has_said_bye && self.gone + 1 == self.comm.size() {
                break;
            }
            // Rank 0 stops listening to who has said good-bye, and that rank to it.
            if self.comm.rank() == 0 || !self.has_said_bye {
                self.pulse.beat(self.comm);
            }
            if is_busy {
                patience = Patience::new();
            } else {
                self.wait(&patience);
            }
        }
        self.rows.sort_by_key(|row| {
            let stage = self.rank.chain.stages.iter().position(|stage| stage.name == row.stage);
            (stage, row.copy)
        });
        ChainOutcome { rows: self.rows, failure: self.failure }
    }

    /// Takes in all messages that have come; whether there were any.
    fn hear_ranks(&mut self) -> bool {
        let mut has_come = false;
        while let Some((from, message)) = self.comm.try_receive(Tag::Chain) {
            has_come = true;
            self.pulse.hear(from);
            match self.headed[from].take() {
                Some(Headed { stage, copies, labels }) => {
                    let record = Record { labels, body: Bytes::from(message) };
                    self.rank.arrive(from, stage, &copies, &record);
                }
                None => items(&message).for_each(|item| self.hear(from, item)),
            }
        }
        has_come
    }

    fn hear(&mut self, from: usize, item: Item<'_>) {
        match item {
            Item::Record { stage, copies, head, body } => {
                let labels = labels_of(head);
                match body {
                    Some(body) => {
                        let record = Record { labels, body: Bytes::copy_from_slice(body) };
                        self.rank.arrive(from, stage, &copies, &record);
                    }
                    None => self.headed[from] = Some(Headed { stage, copies, labels }),
                }
            }
            Item::End { stage } => self.rank.end_one(stage),
            Item::Room { stage, copy, bytes, records } => {
                self.rank.make_room(stage, copy, Load { bytes, records });
            }
            Item::Failure(failure) => self.fail(failure),
            Item::Stop => self.rank.stop(),
            Item::Bye { rows, failure } => {
                self.gone += 1;
                self.pulse.forget(from);
                self.rows.extend(rows);
                if from == 0 {
                    self.failure = failure;
                }
            }
        }
    }

    /// Takes in what the copies have to say, and sends what came of it; whether there was anything.
    fn hear_copies(&mut self) -> bool {
        let mut has_come = false;
        loop {
            match self.events.try_recv() {
                Ok(event) => self.handle(event),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
            has_come = true;
        }
        self.send_all();
        has_come
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Send { rank, stage, copies, record } => self.post(rank, stage, copies, &record),
            Event::End { rank, stage } => Item::End { stage }.write(&mut self.messages[rank]),
            Event::Room { rank, stage, copy, load } => {
                *self.room.entry((rank, stage, copy)).or_default() += load;
            }
            Event::Over(over) => {
                let Over { row, failure } = *over;
                self.running -= 1;
                self.rows.push(row);
                if let Some(failure) = failure {
                    self.fail(failure);
                }
            }
            Event::Panicked(panic) => {
                self.running -= 1;
                self.panic.get_or_insert(panic);
                self.rank.stop();
            }
        }
    }

    /// A record for another rank: a short one with others, the body of a long one by itself.
    fn post(&mut self, to: usize, stage: usize, copies: Vec<usize>, record: &Record) {
        let head = record.head().expect("every record is checked where it is given");
        let is_short = record.body.len() <= LONG_BYTES;
        let body = is_short.then_some(&*record.body);
        let message = &mut self.messages[to];
        Item::Record { stage, copies, head: &head, body }.write(message);
        if !is_short || message.len() >= FULL_BYTES {
            self.send(to);
        }
        if !is_short {
            self.comm.send(to, Tag::Chain, &record.body);
        }
    }

    fn send_all(&mut self) {
        for ((to, stage, copy), load) in std::mem::take(&mut self.room) {
            load.item(stage, copy).write(&mut self.messages[to]);
        }
        (0..self.messages.len()).for_each(|to| self.send(to));
    }

    fn send(&mut self, to: usize) {
        let message = std::mem::take(&mut self.messages[to]);
        if !message.is_empty() {
            self.comm.send(to, Tag::Chain, &message);
        }
    }

    /// The chain has failed: the copies of this rank end, rank 0 hears of it and tells all others.
    fn fail(&mut self, failure: ChainFailure) {
        let is_first = !self.rank.halt.is_set();
        if self.comm.rank() > 0 {
            if is_first {
                self.rank.stop();
                Item::Failure(failure).write(&mut self.messages[0]);
                self.send(0);
            }
            return;
        }
        self.failure.get_or_insert(failure);
        if is_first {
            self.rank.stop();
            for to in 1..self.comm.size() {
                Item::Stop.write(&mut self.messages[to]);
                self.send(to);
            }
        }
    }

    fn say_bye_in_time(&mut self) {
        let others = self.comm.size() - 1;
        let is_time = self.running == 0 && (self.comm.rank() > 0 || self.gone == others);
        if self.has_said_bye || !is_time {
            return;
        }
        // A copy tells all before it is over, so that nothing of it is left to be heard but this.
        self.hear_copies();
        self.has_said_bye = true;
        for to in (0..self.comm.size()).filter(|to| *to != self.comm.rank()) {
            let rows = if to == 0 { std::mem::take(&mut self.rows) } else { Vec::new() };
            let failure = self.failure.clone();
            Item::Bye { rows, failure }.write(&mut self.messages[to]);
            self.send(to);
        }
    }

    /// For a message, politely, or for the next word of a copy, which ends the wait at once.
    fn wait(&mut self, patience: &Patience) {
        let Some(nap) = patience.nap() else { return patience.pause() };
        match self.events.recv_timeout(nap) {
            Ok(event) => {
                self.handle(event);
                self.hear_copies();
            }
            Err(RecvTimeoutError::Timeout) => {}
            // No copy is left, only other ranks.
            Err(RecvTimeoutError::Disconnected) => patience.pause(),
        }
    }
}
