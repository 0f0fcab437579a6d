//! Signs of life between the ranks of a chain. Rank 0 hears all others, and they hear it: who is not heard of for long
//! hangs, and all would wait for it for ever.

use std::time::Duration;

use crate::comm::{Comm, Tag};
use crate::record::ExitStatus;
use crate::stage::Stopwatch;

/// How often a rank gives a sign of life: a message of no bytes, which nothing else is.
const BEAT: Duration = Duration::from_secs(5);
/// A rank that has not been heard of for so long hangs.
const LONGEST_SILENCE: Duration = Duration::from_secs(50);
/// A rank that has not looked for so long was asleep itself, and with it maybe the others.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// One rank's end.
#[derive(Debug)]
pub(super) struct Pulse {
    /// When each rank was last heard of; none of those that this one does not listen to, and of those that have ended.
    heard: Vec<Option<Stopwatch>>,
    beaten: Stopwatch,
    looked: Stopwatch,
}

impl Pulse {
    pub(super) fn new(comm: &dyn Comm) -> Self {
        let now = Stopwatch::start();
        let listens = |rank: usize| rank != comm.rank() && (comm.rank() == 0 || rank == 0);
        let heard = (0..comm.size()).map(|rank| listens(rank).then_some(now)).collect();
        Self { heard, beaten: now, looked: now }
    }

    /// Something has come from this rank.
    pub(super) fn hear(&mut self, from: usize) {
        if let Some(at) = &mut self.heard[from] {
            *at = Stopwatch::start();
        }
    }

    /// This rank has said good-bye.
    pub(super) fn forget(&mut self, rank: usize) {
        self.heard[rank] = None;
    }

    /// Gives a sign of life when it is due, and ends the job when another rank gives none.
    pub(super) fn beat(&mut self, comm: &dyn Comm) {
        if self.looked.elapsed() > LONGEST_NAP {
            self.heard.iter_mut().flatten().for_each(|at| *at = Stopwatch::start());
        }
        self.looked = Stopwatch::start();
        let silent = |at: &Option<Stopwatch>| at.is_some_and(|at| at.elapsed() > LONGEST_SILENCE);
        if let Some(rank) = self.heard.iter().position(silent) {
            tracing::error!(rank, "a rank is not heard of any more: the job ends; run it again");
            comm.abort(ExitStatus::Stopped as i32);
        }
        if self.beaten.elapsed() >= BEAT {
            self.beaten = Stopwatch::start();
            let listeners = self.heard.iter().enumerate().filter(|(_, at)| at.is_some());
            listeners.for_each(|(rank, _)| comm.send(rank, Tag::Chain, &[]));
        }
    }
}
