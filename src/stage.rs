//! The stages of the pipeline, and the one place that reads the clock: stopwatches, the time base of traces,
//! and the clock of a thread (`clock`), which adds up where its time goes (`timings`). No stage holds a timer
//! of its own.

mod clock;
mod lap;
mod timings;

use std::time::{Duration, Instant};

pub use clock::{Helped, Span, StageClock, ThreadReport, ThreadSpans};
pub use lap::Lap;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
pub use timings::{Activity, StageTimings};

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
    /// `Deidentified` to `Decoded`.
    Decode,
    /// `Decoded` to `Encoded`.
    Encode,
    /// Proving, inside of encoding, that what was made of the pixels is what was wanted.
    Verify,
    /// Statistics and digests of the samples.
    Measure,
    /// `Encoded` to a file.
    Write,
}

impl Stage {
    /// All stages in their order.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Deidentify,
        Self::Redact,
        Self::Decode,
        Self::Encode,
        Self::Verify,
        Self::Measure,
        Self::Write,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Deidentify => "deidentify",
            Self::Redact => "redact",
            Self::Decode => "decode",
            Self::Encode => "encode",
            Self::Verify => "verify",
            Self::Measure => "measure",
            Self::Write => "write",
        }
    }
}

/// A stopwatch.
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

/// Now, in nanoseconds of the monotonic clock. All processes of a machine read the same one.
pub fn monotonic_ns() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Now, in seconds since 1970.
pub fn unix_s() -> f64 {
    let time = clock_gettime(ClockId::Realtime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// What is to be added to the monotonic clock of this machine for nanoseconds since 1970.
pub fn monotonic_to_unix_ns() -> i64 {
    let before = monotonic_ns();
    let time = clock_gettime(ClockId::Realtime);
    let after = monotonic_ns();
    let unix = time.tv_sec * 1_000_000_000 + time.tv_nsec;
    unix - before.midpoint(after) as i64
}
