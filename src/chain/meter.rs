//! The times of a copy by state. In go the turns from state to state, out come seconds.
//!
//! A built-in stage is one thread, which is in one state at every instant: [`Meter`].
//!
//! Of a program the outside sees two things: whether its copy waits for a record to hand over, and what
//! is done with what it gives. While a record that it gives is taken, this is *write*; while that
//! record waits for room, *blocked*. Else, while a record is being handed to it, and after its input
//! has ended, it works: *process*. What is left are the times in which the next record has not come yet: the
//! program may wait too, or work on what it has. There its processor time decides, in each period of
//! some tenth of a second: so much of it as has not been used in the time that surely was
//! *process*, and as fits, is *process*, the rest *read*. A program that waits for something else, such
//! as a GPU, while no record waits for it, is so seen to wait for records. [`ProgramMeter`].

use std::sync::{Mutex, PoisonError};

use crate::stage::monotonic_ns;

/// What a copy is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Read,
    Process,
    Write,
    Blocked,
}

/// Seconds in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Times([f64; 4]);

impl Times {
    pub(super) fn of(&self, state: State) -> f64 {
        self.0[state as usize]
    }

    fn add(&mut self, state: State, seconds: f64) {
        self.0[state as usize] += seconds;
    }
}

/// Seconds since the last look, by one reading of the clock, so that none is counted twice.
fn lap(since_ns: &mut u64) -> f64 {
    let now_ns = monotonic_ns();
    let passed_ns = now_ns.saturating_sub(std::mem::replace(since_ns, now_ns));
    passed_ns as f64 * 1e-9
}

/// The clock of one thread.
#[derive(Debug)]
pub(super) struct Meter {
    state: State,
    since_ns: u64,
    times: Times,
}

impl Meter {
    /// Begins now.
    pub(super) fn start(state: State) -> Self {
        Self { state, since_ns: monotonic_ns(), times: Times::default() }
    }

    /// From here on it is at this.
    pub(super) fn turn(&mut self, state: State) {
        self.times.add(self.state, lap(&mut self.since_ns));
        self.state = state;
    }

    pub(super) fn times(mut self) -> Times {
        self.turn(self.state);
        self.times
    }
}

/// The clock of a program, told by the threads beside it.
#[derive(Debug)]
pub(super) struct ProgramMeter(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    since_ns: u64,
    /// No record is there for it.
    lacks: bool,
    /// What is done with a record that it gives: `Write` or `Blocked`.
    giving: Option<State>,
    times: Times,
    /// Of this period: surely worked, and either worked or waited.
    sure_s: f64,
    open_s: f64,
    /// Processor time up to this period.
    cpu_s: f64,
}

impl ProgramMeter {
    /// Begins now, with a program that has its input before it.
    pub(super) fn start() -> Self {
        Self(Mutex::new(Seen {
            since_ns: monotonic_ns(),
            lacks: false,
            giving: None,
            times: Times::default(),
            sure_s: 0.0,
            open_s: 0.0,
            cpu_s: 0.0,
        }))
    }

    /// Whether the program lacks a record from here on.
    pub(super) fn lacks(&self, lacks: bool) {
        self.turn(|seen| seen.lacks = lacks);
    }

    /// What is done with a record of the program from here on, if anything.
    pub(super) fn giving(&self, state: Option<State>) {
        self.turn(|seen| seen.giving = state);
    }

    /// Ends a period: the program has used so much processor time since its start.
    pub(super) fn settle(&self, cpu_s: f64) {
        self.turn(|seen| {
            let used_s = (cpu_s - seen.cpu_s).max(0.0);
            let worked_s = (used_s - seen.sure_s).clamp(0.0, seen.open_s);
            seen.times.add(State::Process, seen.sure_s + worked_s);
            seen.times.add(State::Read, seen.open_s - worked_s);
            (seen.sure_s, seen.open_s, seen.cpu_s) = (0.0, 0.0, seen.cpu_s.max(cpu_s));
        });
    }

    /// The times so far, as settled.
    pub(super) fn times(&self) -> Times {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).times
    }

    fn turn(&self, change: impl FnOnce(&mut Seen)) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = lap(&mut seen.since_ns);
        seen.pass(seconds);
        change(&mut seen);
    }
}

impl Seen {
    fn pass(&mut self, seconds: f64) {
        match self.giving {
            Some(state) => self.times.add(state, seconds),
            None if self.lacks => self.open_s += seconds,
            None => self.sure_s += seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;
    use std::time::Duration;

    use super::*;
    use crate::stage::Stopwatch;

    const STATES: [State; 4] = [State::Read, State::Process, State::Write, State::Blocked];

    #[test]
    fn the_states_of_a_thread_add_up_to_its_time() {
        let around = Stopwatch::start();
        let mut meter = Meter::start(State::Read);
        for state in [State::Process, State::Write, State::Blocked, State::Read] {
            sleep(Duration::from_millis(3));
            meter.turn(state);
        }
        let times = meter.times();
        let sum: f64 = STATES.iter().map(|state| times.of(*state)).sum();
        assert!(STATES.iter().all(|state| times.of(*state) >= 0.003 || *state == State::Read));
        assert!(sum >= 0.012 && sum <= around.seconds() + 1e-9, "{sum}");
    }

    /// A program with these seconds of one period, and this processor time in it.
    fn settled(sure_s: f64, open_s: f64, cpu_s: f64) -> (f64, f64) {
        let meter = ProgramMeter::start();
        {
            let mut seen = meter.0.lock().unwrap();
            (seen.sure_s, seen.open_s) = (sure_s, open_s);
        }
        meter.settle(cpu_s);
        let times = meter.times();
        (times.of(State::Process).round(), times.of(State::Read).round())
    }

    #[test]
    fn processor_time_decides_what_the_outside_cannot_see() {
        assert_eq!(settled(30.0, 70.0, 30.0), (30.0, 70.0), "it waited whenever it could");
        assert_eq!(settled(30.0, 70.0, 80.0), (80.0, 20.0), "it worked on what it had");
        assert_eq!(settled(30.0, 70.0, 900.0), (100.0, 0.0), "of many threads");
        assert_eq!(
            settled(30.0, 70.0, 0.0),
            (30.0, 70.0),
            "it had a record and did not use a core"
        );
    }

    #[test]
    fn what_is_given_is_write_or_blocked_whatever_else_there_is() {
        let meter = ProgramMeter::start();
        let nap = || sleep(Duration::from_millis(3));
        meter.giving(Some(State::Write));
        meter.lacks(true);
        nap();
        meter.giving(Some(State::Blocked));
        nap();
        meter.giving(None);
        nap();
        meter.settle(0.0);
        let times = meter.times();
        assert!(STATES.iter().all(|state| times.of(*state) >= 0.003 || *state == State::Process));
        assert!(times.of(State::Process) < times.of(State::Read));
    }
}
