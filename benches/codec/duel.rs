//! Two ways to do a work, timed by turns, in time of the processor: what else the machine does meets
//! both alike. The shortest time of each counts, as nothing makes a loop faster than it is.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long two take turns, and the least that one measurement takes.
const TOGETHER: Duration = Duration::from_secs(2);
const ONCE: Duration = Duration::from_millis(2);

/// A way to do a work: its name, and the work itself.
pub(crate) type Way<'a> = (&'a str, &'a mut dyn FnMut());

/// Prints both speeds for so many bytes, and how many times the second is the first.
#[expect(clippy::print_stdout, reason = "that is what it is for")]
pub(crate) fn duel(what: &str, bytes: usize, ours: Way<'_>, theirs: Way<'_>) {
    let ((our_name, ours), (their_name, theirs)) = (ours, theirs);
    let (our_rounds, their_rounds) = (rounds(ours), rounds(theirs));
    let [mut our_best, mut their_best] = [Duration::MAX; 2];
    let start = now();
    while now().saturating_sub(start) < TOGETHER {
        our_best = our_best.min(time(ours, our_rounds));
        their_best = their_best.min(time(theirs, their_rounds));
    }
    let (ours, theirs) = (speed(bytes, our_best), speed(bytes, their_best));
    let ratio = ours / theirs;
    println!(
        "  {what:26} {our_name} {ours:7.1} MB/s, {their_name} {theirs:7.1} MB/s: {ratio:6.2} x"
    );
}

/// Megabytes, of 10^6, a second.
fn speed(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}

/// How often a short work is done for one measurement.
fn rounds(work: &mut dyn FnMut()) -> u32 {
    work();
    let once = time(work, 1).max(Duration::from_nanos(1));
    (ONCE.as_nanos() / once.as_nanos()) as u32 + 1
}

/// The time of one round.
fn time(work: &mut dyn FnMut(), rounds: u32) -> Duration {
    let start = now();
    for _ in 0..rounds {
        work();
    }
    now().saturating_sub(start) / rounds
}

/// What this thread has used of a processor.
fn now() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
