//! The end of a program: waited for, or brought about. In go a started program and what the threads
//! beside it have seen, out come how it ended, what it has used, and what is wrong with that.
//!
//! One thread alone waits for the program, kills it and reaps it, so that nothing is ever killed that has only
//! been given its number again.

use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use wait4::Wait4;

use super::ends::Refused;
use super::meter::ProgramMeter;
use super::rank::Rank;
use super::record::FrameError;
use crate::process;
use crate::stage::Stopwatch;

/// How often to look how the program is: soon after its start and when it is about to end, then less and less.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);
const LONGEST_PERIOD: Duration = Duration::from_millis(100);
/// How long a program may go on that has closed its input too early, so that it can tell why.
const GRACE_S: f64 = 10.0;

/// What the threads beside a program tell each other.
#[derive(Default)]
pub(super) struct Beside {
    state: Mutex<Seen>,
    changed: Condvar,
    /// The program is over.
    pub(super) has_ended: AtomicBool,
}

#[derive(Default)]
pub(super) struct Seen {
    /// All its input has been written, and its standard input is to be closed.
    pub(super) is_fed: bool,
    /// It has closed its standard input before.
    pub(super) closed_early: Option<Stopwatch>,
    /// It has closed its standard output, or what it writes there is taken no more.
    pub(super) is_drawn: bool,
    /// Why that is.
    pub(super) trouble: Option<Trouble>,
}

pub(super) enum Trouble {
    /// What it wrote.
    Frame(FrameError),
    /// What became of its record.
    Refused(Refused),
    /// Our end of its input.
    Feeding(String),
}

impl Beside {
    pub(super) fn see(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a program has ended, and what it has used.
pub(super) struct Status {
    pub(super) code: Option<i32>,
    pub(super) signal: Option<i32>,
    /// By us, while it ran.
    pub(super) was_killed: bool,
    pub(super) cpu_s: f64,
    pub(super) peak_memory_bytes: Option<u64>,
}

/// Waits for the end of the program; kills it where the chain is stopped or where its records are no records.
pub(super) fn attend(
    child: &mut Child,
    rank: &Rank<'_>,
    beside: &Beside,
    meter: &ProgramMeter,
) -> Status {
    let pid = Pid::from_child(child);
    let (mut period, mut was_drawn, mut was_killed) = (SHORTEST_PERIOD, false, false);
    let mut peak = Peak::new();
    while !is_over(pid) {
        let seen = beside.lock();
        if seen.is_drawn && !was_drawn {
            // A program that has closed its output is about to end.
            (period, was_drawn) = (SHORTEST_PERIOD, true);
        }
        let before = (seen.is_drawn, seen.trouble.is_some());
        let waited = beside.changed.wait_timeout_while(seen, period, |seen| {
            (seen.is_drawn, seen.trouble.is_some()) == before
        });
        period = (2 * period).min(LONGEST_PERIOD);
        let seen = waited.unwrap_or_else(PoisonError::into_inner).0;
        let is_cut = matches!(seen.trouble, Some(Trouble::Frame(FrameError::Cut)));
        let is_late = seen.closed_early.is_some_and(|since| since.seconds() > GRACE_S);
        if rank.halt.is_set() || is_late || (seen.trouble.is_some() && !is_cut) {
            was_killed |= kill_process_group(pid, Signal::KILL).is_ok();
        }
        drop(seen);
        meter.settle(process::program_seconds(child.id()));
        peak.look_at(child.id());
    }
    // Not reaped yet, it still holds its number: the group is its own.
    kill_process_group(pid, Signal::KILL).ok();
    let reaped = child.wait4();
    beside.has_ended.store(true, SeqCst);
    // Where somebody else has reaped it, nobody knows how it ended.
    let used = reaped.ok();
    Status {
        code: used.as_ref().and_then(|used| used.status.code()),
        signal: used.as_ref().and_then(|used| used.status.signal()),
        was_killed,
        cpu_s: used.as_ref().map_or(0.0, |it| (it.rusage.utime + it.rusage.stime).as_secs_f64()),
        peak_memory_bytes: peak.with(used.map_or(0, |used| used.rusage.maxrss)),
    }
}

/// By so much the kernel's sums may differ: some pages for each processor.
const INEXACT_BYTES: u64 = 4 << 20;

/// The largest resident set of a program. What the kernel tells at the end (`ru_maxrss` of getrusage(2))
/// counts from before the program's `exec`, when it shared this process's memory: it is true where it is
/// larger than that was. Else the largest that was seen from outside holds.
///
/// The kernel sums pages up by processor and then and there, so that two of its sums differ a little.
struct Peak {
    own_bytes: u64,
    seen_bytes: u64,
}

impl Peak {
    fn new() -> Self {
        Self { own_bytes: process::program_peak_bytes(std::process::id()), seen_bytes: 0 }
    }

    fn look_at(&mut self, program: u32) {
        self.seen_bytes = self.seen_bytes.max(process::program_peak_bytes(program));
    }

    /// None where nothing was seen in time.
    fn with(&self, told_bytes: u64) -> Option<u64> {
        let is_true = told_bytes > self.own_bytes + INEXACT_BYTES;
        Some(if is_true { told_bytes } else { self.seen_bytes }).filter(|bytes| *bytes > 0)
    }
}

/// Whether the program has ended; it is not reaped.
fn is_over(pid: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

/// What went wrong, if anything. A program's own exit status or signal says most.
pub(super) fn verdict(
    exit_status: Option<i32>,
    signal: Option<i32>,
    seen: &Seen,
    unread: u64,
) -> Option<String> {
    let trouble = seen.trouble.as_ref().and_then(|trouble| match trouble {
        Trouble::Frame(error) => Some(format!("its standard output: {error}")),
        Trouble::Refused(refused) => refused.reason(),
        Trouble::Feeding(reason) => Some(reason.clone()),
    });
    let duty = "a program reads all its records";
    match (exit_status, signal) {
        (Some(status), _) if status != 0 => Some(format!("it ended with exit status {status}")),
        (_, Some(signal)) => Some(format!("it was killed by signal {signal}")),
        _ if trouble.is_some() => trouble,
        _ if !seen.is_fed => {
            Some(format!("it has closed its standard input before the stream ended: {duty}"))
        }
        _ if unread > 0 => {
            Some(format!("it ended and left {unread} bytes of its standard input unread: {duty}"))
        }
        (None, None) => Some("it has ended, and how is not known".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_this_process_is_not_taken_for_the_programs() {
        let peak = Peak { own_bytes: 500, seen_bytes: 30 };
        let more = 501 + INEXACT_BYTES;
        assert_eq!(
            (peak.with(500), peak.with(600), peak.with(more)),
            (Some(30), Some(30), Some(more))
        );
        assert_eq!(Peak { own_bytes: 500, seen_bytes: 0 }.with(400), None);
    }
}
