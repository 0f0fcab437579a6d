//! What the threads of one rank share: the inputs of its copies, and the room of the streams that begin
//! here. In go records that have come for its copies, room that was made and the word to stop; what copies
//! have for others goes by [`Event`]s to the main thread.

use std::any::Any;
use std::collections::BTreeMap;

use super::inlet::{Arrival, Inlet};
use super::layout::Layout;
use super::outcome::ChainFailure;
use super::record::Record;
use super::spec::Chain;
use super::window::{Halt, Load, Window};
use crate::results::CopyRow;

/// How much may be under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes on their way to one copy, or waiting there, from all ranks together; one record more
    /// where it alone is longer.
    pub window_bytes: u64,
    /// The same in records; at least one from each rank.
    pub window_records: u64,
    /// The longest record.
    pub record_bytes: u64,
}

impl Default for Limits {
    /// 32 MiB and 4,096 records a copy, records of at most 8 GiB.
    fn default() -> Self {
        Self { window_bytes: 32 << 20, window_records: 4096, record_bytes: 8 << 30 }
    }
}

/// What the main thread of a rank hears from its copies.
pub(super) enum Event {
    /// A record for copies of another rank.
    Send { rank: usize, stage: usize, copies: Vec<usize>, record: Record },
    /// A copy that sends to this stage has ended: told to a rank after all its records.
    End { rank: usize, stage: usize },
    /// A copy of this rank has taken something of another's.
    Room { rank: usize, stage: usize, copy: usize, load: Load },
    /// A copy is over.
    Over(Box<Over>),
    /// A copy has panicked.
    Panicked(Box<dyn Any + Send>),
}

/// What has become of a copy.
pub(super) struct Over {
    pub(super) row: CopyRow,
    pub(super) failure: Option<ChainFailure>,
}

/// See the head of this file.
pub(super) struct Rank<'a> {
    pub(super) number: usize,
    pub(super) chain: &'a Chain,
    pub(super) layout: &'a Layout,
    pub(super) limits: Limits,
    pub(super) halt: Halt,
    /// By stage and copy: those of this rank that have an input.
    inlets: BTreeMap<(usize, usize), Inlet>,
    /// By stage and copy: every copy that copies of this rank send to.
    windows: BTreeMap<(usize, usize), Window>,
}

impl<'a> Rank<'a> {
    pub(super) fn new(number: usize, chain: &'a Chain, layout: &'a Layout, limits: Limits) -> Self {
        let mut inlets = BTreeMap::new();
        let mut windows = BTreeMap::new();
        for stage in 1..layout.stages() {
            for copy in layout.copies_on(stage, number) {
                inlets.insert((stage, copy), Inlet::new(layout.copies(stage - 1)));
            }
            if layout.copies_on(stage - 1, number).next().is_some() {
                let ranks = layout.ranks(stage - 1).len() as u64;
                let most = Load {
                    bytes: limits.window_bytes / ranks,
                    records: (limits.window_records / ranks).max(1),
                };
                for copy in 0..layout.copies(stage) {
                    windows.insert((stage, copy), Window::new(most));
                }
            }
        }
        Self { number, chain, layout, limits, halt: Halt::default(), inlets, windows }
    }

    /// The input of a copy of this rank; none in the first stage.
    pub(super) fn inlet(&self, place: (usize, usize)) -> Option<&Inlet> {
        self.inlets.get(&place)
    }

    /// The room at a copy that copies of this rank send to.
    pub(super) fn window(&self, stage: usize, copy: usize) -> &Window {
        &self.windows[&(stage, copy)]
    }

    /// A record has come for copies of this rank.
    pub(super) fn arrive(&self, from: usize, stage: usize, copies: &[usize], record: &Record) {
        for copy in copies {
            if let Some(inlet) = self.inlets.get(&(stage, *copy)) {
                inlet.put(Arrival { record: record.clone(), from });
            }
        }
    }

    /// A copy of the stage before has ended.
    pub(super) fn end_one(&self, stage: usize) {
        self.inlets.range((stage, 0)..=(stage, usize::MAX)).for_each(|(_, inlet)| inlet.end_one());
    }

    /// A copy elsewhere, or here, has taken what this rank sent to it.
    pub(super) fn make_room(&self, stage: usize, copy: usize, load: Load) {
        if let Some(window) = self.windows.get(&(stage, copy)) {
            window.give_back(load);
        }
    }

    /// A copy of this rank takes nothing more.
    pub(super) fn close(&self, place: (usize, usize)) {
        self.inlets.get(&place).into_iter().for_each(Inlet::close);
    }

    /// Ends all copies of this rank, soon.
    pub(super) fn stop(&self) {
        self.halt.set();
        self.windows.values().for_each(Window::wake);
        self.inlets.values().for_each(Inlet::wake);
    }
}
