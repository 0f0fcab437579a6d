//! The stages of the pipeline and the clock that times them. No stage holds a timer of its own.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The stages, in the order of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// File to `Original`.
    Read,
    /// `Original` to `Deidentified`.
    Deidentify,
    /// Looking for text in the pixels.
    Redact,
    /// `Deidentified` to `Encoded`.
    Encode,
    /// Statistics of the samples.
    Measure,
    /// `Encoded` to a file.
    Write,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Deidentify, Self::Redact, Self::Encode, Self::Measure, Self::Write];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Deidentify => "deidentify",
            Self::Redact => "redact",
            Self::Encode => "encode",
            Self::Measure => "measure",
            Self::Write => "write",
        }
    }
}

/// Time spent in each stage, summed over threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTimings {
    nanoseconds: [u64; Stage::ALL.len()],
}

impl StageTimings {
    /// Seconds spent in a stage.
    pub fn seconds(&self, stage: Stage) -> f64 {
        Duration::from_nanos(self.nanoseconds[stage as usize]).as_secs_f64()
    }

    /// Adds what another thread or rank spent.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.nanoseconds.iter_mut().zip(other.nanoseconds) {
            *mine += theirs;
        }
    }
}

/// Times the stages of one thread and knows in which one it is.
#[derive(Debug, Default)]
pub struct StageClock {
    timings: Cell<StageTimings>,
    current: Cell<Option<Stage>>,
}

impl StageClock {
    /// Runs a stage and adds its time, whether it fails or not.
    pub fn time<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let span = tracing::trace_span!("stage", name = stage.name());
        let _entered = span.enter();
        self.current.set(Some(stage));
        let stopwatch = Stopwatch::start();
        let result = work();
        let mut timings = self.timings.get();
        timings.nanoseconds[stage as usize] += stopwatch.elapsed().as_nanos() as u64;
        self.timings.set(timings);
        result
    }

    /// The stage that ran last: after a panic, the one that it happened in.
    pub fn current(&self) -> Option<Stage> {
        self.current.get()
    }

    /// The time spent so far.
    pub fn timings(&self) -> StageTimings {
        self.timings.get()
    }
}

/// A stopwatch; the only place beside [`StageClock`] that asks for the time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.elapsed().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_keeps_the_stage_of_a_panic_and_adds_up() {
        let clock = StageClock::default();
        clock.time(Stage::Read, || std::thread::sleep(Duration::from_millis(2)));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            clock.time(Stage::Encode, || panic!("as a codec might"));
        }));
        assert!(outcome.is_err());
        assert_eq!(clock.current(), Some(Stage::Encode));
        assert!(clock.timings().seconds(Stage::Read) >= 0.002);
        let mut sum = clock.timings();
        sum.merge(&clock.timings());
        for stage in Stage::ALL {
            assert!((sum.seconds(stage) - 2.0 * clock.timings().seconds(stage)).abs() < 1e-9);
        }
    }
}
