//! The thread that looks after programs while they run: time, memory, those that were told to end, those that wait
//! for the load to fall. While there is nothing to guard it sleeps.

use std::time::Duration;

use rustix::process::Signal;

use super::board::{Board, State};
use super::memory::{Measured, kernel_kills, resident_bytes};
use super::{How, Settings, load, remains};
use crate::stage::Stopwatch;

/// How often limits are looked at.
const TICK: Duration = Duration::from_millis(100);
/// How often it looks where there is no limit, and from which age on a program is measured then.
const SLOW_TICK: Duration = Duration::from_secs(1);
/// Who has not looked for so long was suspended.
const LONGEST_NAP: Duration = Duration::from_secs(5);
/// How much longer than a measurement took it rests before the next: it is to take no more than a twentieth of a
/// core.
const REST: u32 = 19;

/// Guards until the process ends.
pub(super) fn watch(board: &Board) {
    let settings = &board.settings;
    let mut looked = Stopwatch::start();
    let (mut counted, mut refused) = (Stopwatch::start(), Stopwatch::start());
    let (mut measured, mut rest) = (Stopwatch::start(), Duration::ZERO);
    loop {
        let state = board.lock();
        let tick = tick(&state, settings);
        let (mut state, was_idle) = board.rest(state, tick);
        let passed = looked.elapsed();
        looked = Stopwatch::start();
        if was_idle {
            drop(state);
            count_kernel_kills(board);
            continue;
        }
        if passed > LONGEST_NAP {
            forgive(&mut state, passed);
        }
        check_time(&mut state, settings);
        if refused.elapsed() >= load::PAUSE {
            refused = Stopwatch::start();
            board.open_gate(&mut state);
        }
        let programs = programs(&state, settings);
        drop(state);
        if counted.elapsed() >= SLOW_TICK {
            counted = Stopwatch::start();
            count_kernel_kills(board);
            count_dead(board);
        }
        if !programs.is_empty() && measured.elapsed() >= rest {
            measured = Stopwatch::start();
            measure(board, &programs);
            rest = measured.elapsed() * REST;
        }
    }
}

/// How long it may rest before it must look again.
fn tick(state: &State, settings: &Settings) -> Duration {
    let is_limited = settings.timeout.is_some() || settings.memory_bytes.is_some();
    let is_ending = || state.in_work.values().any(|it| it.ending.is_some());
    match () {
        () if is_limited || is_ending() => TICK,
        () if state.is_held() => load::PAUSE,
        () => SLOW_TICK,
    }
}

/// Time in which this process was suspended, and the programs with it as a rule, is not theirs.
fn forgive(state: &mut State, nap: Duration) {
    for it in state.in_work.values_mut() {
        it.asleep += nap;
        if let Some((since, _)) = &mut it.ending {
            *since = Stopwatch::start();
        }
    }
}

fn check_time(state: &mut State, settings: &Settings) {
    for it in state.in_work.values_mut() {
        match &it.ending {
            Some((since, why)) if since.elapsed() >= settings.grace => {
                let why = why.clone();
                it.end(Signal::KILL, why);
            }
            Some(_) => {}
            None => {
                let passed = it.started.elapsed().saturating_sub(it.asleep);
                if settings.timeout.is_some_and(|limit| passed >= limit) {
                    it.end(Signal::TERM, How::TimeLimit);
                }
            }
        }
    }
}

/// The programs that are to be measured now.
fn programs(state: &State, settings: &Settings) -> Vec<Measured> {
    let is_due =
        |started: &Stopwatch| settings.memory_bytes.is_some() || started.elapsed() >= SLOW_TICK;
    let due = state.in_work.values().filter(|it| is_due(&it.started));
    due.filter_map(|it| Some(Measured { leader: it.leader()?, attempt: it.attempt.clone() }))
        .collect()
}

/// Measures without the lock, since it takes its time, and kills with it: a program may have ended meanwhile.
fn measure(board: &Board, programs: &[Measured]) {
    let limit = board.settings.memory_bytes;
    let measured = resident_bytes(programs, limit);
    let mut state = board.lock();
    for (program, bytes) in programs.iter().zip(measured) {
        let its = state.in_work.values_mut().find(|it| it.attempt == program.attempt);
        if let Some(it) = its {
            it.peak_bytes = it.peak_bytes.max(bytes);
            if it.ending.is_none() && limit.is_some_and(|limit| bytes > limit) {
                it.end(Signal::KILL, How::OutOfMemory);
            }
        }
    }
}

/// What a program's orphans have used that ended before it. One that left its group is nobody's.
fn count_dead(board: &Board) {
    let mut state = board.lock();
    for (group, cpu_s) in remains::bury() {
        let its = state.in_work.values_mut();
        let its = its.filter(|it| it.leader().is_some_and(|it| it.as_raw_nonzero().get() == group));
        its.for_each(|it| it.cpu_s += cpu_s);
    }
}

fn count_kernel_kills(board: &Board) {
    let now = kernel_kills();
    let mut state = board.lock();
    state.kernel_kills = [now, state.kernel_kills[0]];
}
