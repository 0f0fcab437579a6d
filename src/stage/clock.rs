//! The clock of a thread: adds up where its time goes, knows in which stage it is, and keeps spans for a
//! trace where one is wanted.
//!
//! It belongs to the thread and not to a file: while a thread waits for others that help it with the frames of
//! one file, rayon may give it the next file, which then runs inside of the first. A clock for each file would
//! count that time twice.

use std::cell::RefCell;
use std::thread::ThreadId;

use serde::{Deserialize, Serialize};

use super::{Activity, Stage, StageTimings, Stopwatch, monotonic_ns};

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::new(Clock::new(0, false));
}

/// A piece of a thread's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// What it was spent on; other spans may lie inside.
    pub activity: Activity,
    /// Its begin, in nanoseconds of the monotonic clock.
    pub start_ns: u64,
    /// How long it took.
    pub length_ns: u64,
    /// The keyed name of the file that it was spent on.
    pub path_id: Option<String>,
}

/// Spans of one thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSpans {
    /// The thread's number in its crew; the first is 1.
    pub thread: u32,
    /// What has ended since the last report. Spans lie apart or one within the other.
    pub spans: Vec<Span>,
}

/// What a thread has spent since its last report.
#[derive(Debug, Clone, Default)]
pub struct ThreadReport {
    /// Time by activity.
    pub timings: StageTimings,
    /// Empty where no trace is wanted.
    pub spans: ThreadSpans,
}

/// The clock of the calling thread.
#[derive(Debug)]
pub enum StageClock {}

impl StageClock {
    /// Begins a thread's life in a crew: it waits for work.
    pub fn begin(thread: u32, is_traced: bool) {
        CLOCK.replace(Clock::new(thread, is_traced));
    }

    /// Works on a file; what is spent there and in no stage is the file's own.
    pub fn file<T>(path_id: &str, work: impl FnOnce() -> T) -> T {
        let _turn = with(|clock| {
            let now = clock.charge();
            if clock.activity == Activity::Waiting {
                clock.keep(Activity::Waiting, clock.idle_since_ns, now);
            }
            let path_id = clock.is_traced.then(|| path_id.to_owned());
            clock.turn(Activity::File, now, Some((None, path_id)))
        });
        work()
    }

    /// Runs a stage and adds its time, whether it fails or not. What a stage inside of it takes counts there
    /// alone.
    pub fn time<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
        let span = tracing::trace_span!("stage", name = stage.name());
        let _entered = span.enter();
        Self::during(Activity::Stage(stage), work)
    }

    /// The same for an activity.
    pub fn during<T>(activity: Activity, work: impl FnOnce() -> T) -> T {
        let _turn = with(|clock| {
            let now = clock.charge();
            clock.turn(activity, now, None)
        });
        work()
    }

    /// The stage that ran last on the file in work: after a panic, the one that it happened in.
    pub fn current() -> Option<Stage> {
        with(|clock| clock.stage)
    }

    /// The stage and the file that this thread is at, for threads that help it.
    pub fn helped() -> Helped {
        with(|clock| {
            let stage = match clock.activity {
                Activity::Stage(stage) => Some(stage),
                _ => None,
            };
            Helped { by: me(), depth: clock.depth, stage, path_id: clock.path_id.clone() }
        })
    }

    /// What was spent since the last report.
    pub fn report() -> ThreadReport {
        with(|clock| {
            let now = clock.charge();
            clock.timings.add_life(clock.life.elapsed());
            clock.life = Stopwatch::start();
            if clock.activity == Activity::Waiting {
                clock.keep(Activity::Waiting, clock.idle_since_ns, now);
                clock.idle_since_ns = now;
            }
            let spans = std::mem::take(&mut clock.spans);
            ThreadReport {
                timings: std::mem::take(&mut clock.timings),
                spans: ThreadSpans { thread: clock.thread, spans },
            }
        })
    }
}

/// A stage of one thread that others help with: each counts the time that it gives, and while the first waits
/// for them, it is in the stage.
#[derive(Debug, Clone)]
pub struct Helped {
    by: ThreadId,
    /// How many turns deep: further in, the thread is at something else.
    depth: usize,
    stage: Option<Stage>,
    path_id: Option<String>,
}

impl Helped {
    /// Does a piece of the work, on whichever thread.
    pub fn help<T>(&self, work: impl FnOnce() -> T) -> T {
        let _turn = with(|clock| {
            let is_own = clock.depth == self.depth && self.by == me();
            let stage = self.stage.filter(|_| !is_own)?;
            let now = clock.charge();
            let path_id = self.path_id.clone();
            Some(clock.turn(Activity::Stage(stage), now, Some((Some(stage), path_id))))
        });
        work()
    }
}

fn me() -> ThreadId {
    std::thread::current().id()
}

fn with<T>(what: impl FnOnce(&mut Clock) -> T) -> T {
    CLOCK.with_borrow_mut(what)
}

struct Clock {
    thread: u32,
    is_traced: bool,
    activity: Activity,
    /// Up to when the time is counted.
    counted_ns: u64,
    /// When it last began to wait for work.
    idle_since_ns: u64,
    depth: usize,
    /// The stage that ran last, and the file where a trace is wanted.
    stage: Option<Stage>,
    path_id: Option<String>,
    timings: StageTimings,
    spans: Vec<Span>,
    /// Since the last report.
    life: Stopwatch,
}

impl Clock {
    fn new(thread: u32, is_traced: bool) -> Self {
        let now = monotonic_ns();
        Self {
            thread,
            is_traced,
            activity: Activity::Waiting,
            counted_ns: now,
            idle_since_ns: now,
            depth: 0,
            stage: None,
            path_id: None,
            timings: StageTimings::default(),
            spans: Vec::new(),
            life: Stopwatch::start(),
        }
    }

    /// Counts the time up to now, which it returns.
    fn charge(&mut self) -> u64 {
        let now = monotonic_ns();
        self.timings.add(self.activity, now - self.counted_ns);
        self.counted_ns = now;
        now
    }

    /// Takes up an activity, for a file of its own where one is given.
    fn turn(&mut self, activity: Activity, start_ns: u64, file: Option<FileAtHand>) -> Turn {
        let outer = std::mem::replace(&mut self.activity, activity);
        let outer_file = file.map(|(stage, path_id)| {
            let path_id = std::mem::replace(&mut self.path_id, path_id);
            (std::mem::replace(&mut self.stage, stage), path_id)
        });
        if let Activity::Stage(stage) = activity {
            self.stage = Some(stage);
        }
        self.depth += 1;
        Turn { start_ns, outer, outer_file }
    }

    fn keep(&mut self, activity: Activity, start_ns: u64, end_ns: u64) {
        if self.is_traced {
            let path_id = self.path_id.clone();
            self.spans.push(Span { activity, start_ns, length_ns: end_ns - start_ns, path_id });
        }
    }
}

/// The stage that ran last on a file, and its keyed name where a trace is wanted.
type FileAtHand = (Option<Stage>, Option<String>);

/// An activity that goes on; when it ends, also by a panic, the thread is back at the one before.
#[must_use]
struct Turn {
    start_ns: u64,
    outer: Activity,
    /// The file before, where this one is another.
    outer_file: Option<FileAtHand>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        with(|clock| {
            let now = clock.charge();
            let ended = std::mem::replace(&mut clock.activity, self.outer);
            clock.keep(ended, self.start_ns, now);
            clock.depth -= 1;
            if let Some(file) = self.outer_file.take() {
                (clock.stage, clock.path_id) = file;
            } else if let Activity::Stage(stage) = self.outer
                && !std::thread::panicking()
            {
                clock.stage = Some(stage);
            }
            // Who only helped had no file, and has been waiting all the time.
            if (ended, self.outer) == (Activity::File, Activity::Waiting) {
                clock.idle_since_ns = now;
            }
        });
    }
}

#[cfg(test)]
mod tests;
