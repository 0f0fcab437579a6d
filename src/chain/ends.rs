//! The two ends of the streams of one copy. In go the records that come for it, out they go to it, and its
//! own to the copies of the next stage: to those of the same rank at once, to others by the main thread,
//! and only when there is room at all of them.

use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

use super::inlet::{Arrival, Inlet, Next};
use super::policy::{Dealer, Unlabeled};
use super::rank::{Event, Rank};
use super::record::{FrameError, Record};
use super::window::{Load, Stopped};

/// The input of one copy, with the way back for what it has taken.
pub(super) struct Intake<'a> {
    rank: &'a Rank<'a>,
    place: (usize, usize),
    inlet: &'a Inlet,
    events: Sender<Event>,
    pub(super) records: u64,
    pub(super) bytes: u64,
}

impl<'a> Intake<'a> {
    /// None for copies of the first stage.
    pub(super) fn new(
        rank: &'a Rank<'a>,
        place: (usize, usize),
        events: Sender<Event>,
    ) -> Option<Self> {
        let inlet = rank.inlet(place)?;
        Some(Self { rank, place, inlet, events, records: 0, bytes: 0 })
    }

    /// The stage and number of the copy.
    pub(super) fn place(&self) -> (usize, usize) {
        self.place
    }

    /// The next record, if it is there: `Ok(None)` is the end, `Err` that one has to wait.
    pub(super) fn look(&mut self) -> Result<Option<Record>, ()> {
        match self.inlet.look() {
            Next::Record(arrival) => Ok(Some(self.taken(arrival))),
            Next::End => Ok(None),
            Next::Nothing => Err(()),
        }
    }

    /// Waits for the next record; none is the end.
    pub(super) fn wait(&mut self) -> Result<Option<Record>, Stopped> {
        let arrival = self.inlet.wait(&self.rank.halt)?;
        Ok(arrival.map(|arrival| self.taken(arrival)))
    }

    fn taken(&mut self, Arrival { record, from }: Arrival) -> Record {
        let (stage, copy) = self.place;
        self.records += 1;
        self.bytes += record.body.len() as u64;
        let load = Load::of_one(record.weight());
        if from == self.rank.number {
            self.rank.make_room(stage, copy, load);
        } else {
            // The main thread listens until all copies are over.
            self.events.send(Event::Room { rank: from, stage, copy, load }).ok();
        }
        record
    }
}

/// Why a record cannot go on.
#[derive(Debug)]
pub(super) enum Refused {
    Stopped,
    /// There is no stage behind.
    Nowhere,
    /// The stage of this name wants a label.
    Unlabeled(String),
    Frame(FrameError),
}

impl Refused {
    /// To be read behind the name of the copy; none where the chain was stopped.
    pub(super) fn reason(&self) -> Option<String> {
        match self {
            Self::Stopped => None,
            Self::Nowhere => Some(
                "it gave a record, and no stage behind takes it: end the chain with write or collect"
                    .to_owned(),
            ),
            Self::Unlabeled(next) => Some(format!(
                "it gave a record without a label, and stage {next} takes records by their labels"
            )),
            Self::Frame(error) => Some(format!("{error}")),
        }
    }
}

/// Where a copy gives its records.
pub(super) struct Outlet<'a> {
    rank: &'a Rank<'a>,
    /// The stage behind.
    stage: usize,
    dealer: Option<Dealer>,
    events: Sender<Event>,
    pub(super) records: u64,
    pub(super) bytes: u64,
}

impl<'a> Outlet<'a> {
    pub(super) fn new(rank: &'a Rank<'a>, place: (usize, usize), events: Sender<Event>) -> Self {
        let stage = place.0 + 1;
        let behind = rank.chain.stages.get(stage);
        let dealer = behind.map(|to| Dealer::new(to.policy, place, rank.layout.copies(stage)));
        Self { rank, stage, dealer, events, records: 0, bytes: 0 }
    }

    /// Hands a record over; `blocked` hears when it begins to wait for room, and when it has some.
    pub(super) fn give(
        &mut self,
        record: Record,
        mut blocked: impl FnMut(bool),
    ) -> Result<(), Refused> {
        let dealer = self.dealer.as_mut().ok_or(Refused::Nowhere)?;
        record.check(self.rank.limits.record_bytes).map_err(Refused::Frame)?;
        self.records += 1;
        self.bytes += record.body.len() as u64;
        let (rank, stage, events) = (self.rank, self.stage, &self.events);
        let dealt = dealer.deal(record, |copies, record| {
            take_room(rank, stage, copies, record.weight(), &mut blocked)?;
            send(rank, stage, copies, &record, events);
            Ok(())
        });
        match dealt {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Unlabeled)) => {
                Err(Refused::Unlabeled(self.rank.chain.stages[self.stage].name.clone()))
            }
            Err(Stopped) => Err(Refused::Stopped),
        }
    }

    /// The copy has ended, and all its records have been given.
    pub(super) fn end(self) {
        if self.dealer.is_none() {
            return;
        }
        for rank in self.rank.layout.ranks(self.stage) {
            if rank == self.rank.number {
                self.rank.end_one(self.stage);
            } else {
                self.events.send(Event::End { rank, stage: self.stage }).ok();
            }
        }
    }
}

/// Takes room at each of the copies, in ascending order: of two that each have what the other
/// waits for, one would have taken the higher before the lower.
fn take_room(
    rank: &Rank<'_>,
    stage: usize,
    copies: &[usize],
    weight: u64,
    blocked: &mut impl FnMut(bool),
) -> Result<(), Stopped> {
    for copy in copies {
        let window = rank.window(stage, *copy);
        if !window.try_take(weight) {
            blocked(true);
            let taken = window.take(weight, &rank.halt);
            blocked(false);
            taken?;
        }
    }
    if rank.halt.is_set() { Err(Stopped) } else { Ok(()) }
}

/// To copies of this rank at once, to those of another by the main thread, once a rank.
fn send(rank: &Rank<'_>, stage: usize, copies: &[usize], record: &Record, events: &Sender<Event>) {
    let mut elsewhere: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for copy in copies {
        let its = rank.layout.rank(stage, *copy);
        if its == rank.number {
            rank.arrive(its, stage, &[*copy], record);
        } else {
            elsewhere.entry(its).or_default().push(*copy);
        }
    }
    for (to, copies) in elsewhere {
        // The main thread listens until all copies are over.
        events.send(Event::Send { rank: to, stage, copies, record: record.clone() }).ok();
    }
}
