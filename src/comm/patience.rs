//! How to wait between two polls. Nothing goes in; what comes out is time: none at first, for an
//! answer that is on its way, then enough to leave the core to others.

use std::time::{Duration, Instant};

/// Longer than a short nap and the wake-up after it (some 120 us): then the rank that waits for a
/// napping one is still awake when the answer comes, and the two stop napping. With a shorter spin,
/// or naps of one length, ranks that answer each other fall into step, each always waiting for the
/// other to wake: a round trip then takes 240 us to 4 ms in place of 3 us.
const SPIN: Duration = Duration::from_micros(200);

/// A nap is this part of the wait so far, so that it adds at most as much to the wait.
const NAP_PART: u32 = 4;

/// An idle rank that polls this often uses some 2 % of a core.
const LONGEST_NAP: Duration = Duration::from_millis(1);

/// One wait: [`Patience::pause`] after each poll that found nothing.
#[derive(Debug)]
pub struct Patience {
    started: Instant,
}

impl Default for Patience {
    fn default() -> Self {
        Self::new()
    }
}

impl Patience {
    /// A wait that begins now. Begin another after each poll that found something.
    pub fn new() -> Self {
        Self { started: now() }
    }

    /// Yields to other threads in the first 200 microseconds of the wait, then sleeps for a
    /// quarter of the wait so far, at most 1 ms.
    pub fn pause(&self) {
        match self.nap() {
            // Not `spin_loop`: with more ranks than cores the other side may need this one.
            None => std::thread::yield_now(),
            Some(nap) => std::thread::sleep(nap),
        }
    }

    /// How long the next pause sleeps, or none where it would only yield: for a wait that something
    /// else may end.
    pub fn nap(&self) -> Option<Duration> {
        let waited = now().duration_since(self.started);
        (waited >= SPIN).then(|| (waited / NAP_PART).min(LONGEST_NAP))
    }
}

#[expect(clippy::disallowed_methods, reason = "how long to spin is no measurement")]
fn now() -> Instant {
    Instant::now()
}
