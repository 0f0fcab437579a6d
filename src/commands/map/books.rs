//! What rank 0 knows of every unit: what earlier tries have made of it, its attempts, and how it stands.

use std::collections::BTreeMap;
use std::path::Path;

use super::folders::is_there;
use crate::ledger::{History, UnitPast};
use crate::units::{Attempt, Unit};

/// How a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// To be done, or in work.
    Open,
    /// Its results stand.
    Done,
    /// It has used up its attempts.
    Failed,
}

/// What a node has done.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct NodeWork {
    pub(super) attempts: u64,
    /// Attempts that succeeded.
    pub(super) done: u64,
    pub(super) busy_s: f64,
    pub(super) cpu_s: f64,
    pub(super) peak_memory_bytes: u64,
    /// When the first attempt began and the last ended, in seconds since 1970.
    pub(super) span_s: Option<(f64, f64)>,
}

impl NodeWork {
    fn add(&mut self, attempt: &Attempt) {
        self.attempts += 1;
        self.done += u64::from(attempt.ended.is_success());
        self.busy_s += attempt.wall_s;
        self.cpu_s += attempt.cpu_s;
        self.peak_memory_bytes = self.peak_memory_bytes.max(attempt.peak_memory_bytes);
        let (start, end) = (attempt.start_unix_s, attempt.start_unix_s + attempt.wall_s);
        let (first, last) = self.span_s.unwrap_or((start, end));
        self.span_s = Some((first.min(start), last.max(end)));
    }
}

/// All units.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) units: Vec<Unit>,
    histories: Vec<History>,
    states: Vec<State>,
    /// Units in each state.
    counts: [u64; 3],
    /// Attempts that a unit has.
    most: u32,
    /// What nodes have done in this try.
    pub(super) nodes: BTreeMap<String, NodeWork>,
    /// Units that were done, and failed, before this try.
    pub(super) done_before: u64,
    /// Tries, this one included.
    pub(super) tries: u32,
}

impl Books {
    /// Opens the books on what earlier tries have left: what is done stays so as long as its files are the same and
    /// its results are there. Members of a gang are done together or not at all.
    pub(super) fn open(
        units: Vec<Unit>,
        mut past: UnitPast,
        most: u32,
        results: &Path,
        is_gang: bool,
    ) -> Self {
        let history = |unit: &Unit| past.units.remove(&unit.id()).unwrap_or_default();
        let histories: Vec<History> = units.iter().map(history).collect();
        let state = |(unit, history): (&Unit, &History)| {
            let is_there = |it: &Attempt| !it.has_output || is_there(&results.join(&unit.name));
            if history.done(unit.content).is_some_and(is_there) {
                State::Done
            } else if history.charged(unit.content) >= most || history.is_deadly(unit.content) {
                State::Failed
            } else {
                State::Open
            }
        };
        let mut states: Vec<State> = units.iter().zip(&histories).map(state).collect();
        if is_gang && states.contains(&State::Open) {
            states.fill(State::Open);
        }
        let mut counts = [0; 3];
        for state in &states {
            counts[*state as usize] += 1;
        }
        let done_before = counts[State::Done as usize];
        let nodes = BTreeMap::new();
        Self { units, histories, states, counts, most, nodes, done_before, tries: past.tries }
    }

    pub(super) fn state(&self, unit: u32) -> State {
        self.states[unit as usize]
    }

    /// The number of units in this state.
    pub(super) fn count(&self, state: State) -> u64 {
        self.counts[state as usize]
    }

    /// The attempts at a unit, of all tries.
    pub(super) fn attempts(&self, unit: u32) -> &[Attempt] {
        &self.histories[unit as usize].attempts
    }

    /// The number of the next attempt.
    pub(super) fn next_attempt(&self, unit: u32) -> u32 {
        self.histories[unit as usize].last() + 1
    }

    /// Attempts that a unit has.
    pub(super) fn most(&self) -> u32 {
        self.most
    }

    /// Attempts that count against a unit.
    pub(super) fn charged(&self, unit: u32) -> u32 {
        self.histories[unit as usize].charged(self.units[unit as usize].content)
    }

    /// Units to be done, the largest first.
    pub(super) fn todo(&self) -> Vec<u32> {
        let all = 0..self.units.len() as u32;
        let mut todo: Vec<u32> = all.filter(|unit| self.state(*unit) == State::Open).collect();
        todo.sort_by_key(|unit| std::cmp::Reverse(self.units[*unit as usize].bytes));
        todo
    }

    /// An attempt has ended; returns how the unit stands now. Of a success the results stand.
    pub(super) fn enter(&mut self, unit: u32, attempt: Attempt) -> State {
        let at = unit as usize;
        let is_success = attempt.ended.is_success();
        self.nodes.entry(attempt.host.clone()).or_default().add(&attempt);
        // Most have one: room for four would be most of a large job's memory.
        self.histories[at].attempts.reserve_exact(1);
        self.histories[at].attempts.push(attempt);
        let state = if is_success {
            State::Done
        } else if self.charged(unit) >= self.most {
            State::Failed
        } else {
            State::Open
        };
        self.set(unit, state);
        state
    }

    fn set(&mut self, unit: u32, state: State) {
        let before = std::mem::replace(&mut self.states[unit as usize], state);
        self.counts[before as usize] -= 1;
        self.counts[state as usize] += 1;
    }

    /// All are done anew: a gang's members succeed together or not at all.
    pub(super) fn reopen(&mut self) {
        (0..self.units.len() as u32).for_each(|unit| self.set(unit, State::Open));
    }

    /// What is open is given up.
    pub(super) fn give_up(&mut self) {
        for unit in 0..self.units.len() as u32 {
            if self.state(unit) == State::Open {
                self.set(unit, State::Failed);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::units::Ended;

    pub(in crate::commands::map) fn attempt(number: u32, ended: Ended) -> Attempt {
        Attempt {
            number,
            content: 0,
            ended,
            host: "a".into(),
            mpi_rank: 0,
            slot: 0,
            gpus: Vec::new(),
            start_unix_s: 0.0,
            wall_s: 1.0,
            cpu_s: 1.0,
            peak_memory_bytes: 0,
            has_output: true,
            stdout_bytes: 0,
            stderr_bytes: 0,
            stderr_tail: Vec::new(),
        }
    }

    pub(in crate::commands::map) fn units(sizes: &[u64]) -> Vec<Unit> {
        let unit = |(number, bytes): (usize, &u64)| Unit {
            name: format!("u{number}"),
            bytes: *bytes,
            ..Unit::default()
        };
        sizes.iter().enumerate().map(unit).collect()
    }

    #[test]
    fn a_unit_fails_when_its_attempts_are_used_up_and_interruptions_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let mut books =
            Books::open(units(&[1, 3, 2]), UnitPast::default(), 2, folder.path(), false);
        assert_eq!(books.todo(), [1, 2, 0]);
        assert_eq!(books.enter(0, attempt(1, Ended::Interrupted)), State::Open);
        assert_eq!(books.enter(0, attempt(2, Ended::Exited(1))), State::Open);
        assert_eq!(books.next_attempt(0), 3);
        assert_eq!(books.enter(0, attempt(3, Ended::TimeLimit)), State::Failed);
        assert_eq!(books.enter(1, attempt(1, Ended::Exited(0))), State::Done);
        assert_eq!((books.count(State::Done), books.count(State::Open)), (1, 1));
    }

    #[test]
    fn what_an_earlier_try_has_done_stays_if_its_results_are_there() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("u0")).unwrap();
        let open = |is_gang| {
            let mut past = UnitPast::default();
            for unit in units(&[0, 0]) {
                let history = past.units.entry(unit.id()).or_default();
                history.attempts.push(attempt(1, Ended::Exited(0)));
                history.committed = Some(1);
            }
            Books::open(units(&[0, 0, 0]), past, 3, folder.path(), is_gang)
        };
        let books = open(false);
        assert_eq!(
            [0, 1, 2].map(|unit| books.state(unit)),
            [State::Done, State::Open, State::Open]
        );
        assert_eq!(open(true).todo(), [0, 1, 2], "a gang runs together");
    }
}
