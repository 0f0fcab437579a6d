//! Time of one kind, added up piece by piece: for a rank's main thread, which has no stages.

use std::cell::Cell;
use std::time::Duration;

use super::Stopwatch;

/// Adds up the time of what it is given to do.
#[derive(Debug, Default)]
pub struct Lap(Cell<Duration>);

impl Lap {
    /// Does it, and adds its time.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let stopwatch = Stopwatch::start();
        let result = work();
        self.0.set(self.0.get() + stopwatch.elapsed());
        result
    }

    /// The same, where it has come to something; the time of looking in vain is not added.
    pub fn time_some<T>(&self, work: impl FnOnce() -> Option<T>) -> Option<T> {
        let stopwatch = Stopwatch::start();
        let result = work();
        if result.is_some() {
            self.0.set(self.0.get() + stopwatch.elapsed());
        }
        result
    }

    /// Seconds so far.
    pub fn seconds(&self) -> f64 {
        self.0.get().as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_timed_counts() {
        let (lap, around) = (Lap::default(), Stopwatch::start());
        let nap = Duration::from_millis(2);
        assert_eq!(lap.time(|| std::thread::sleep(nap)), ());
        let timed = lap.seconds();
        std::thread::sleep(nap);
        lap.time(|| std::thread::sleep(nap));
        assert!(timed >= 0.002 && lap.seconds() >= timed + 0.002);
        assert!(lap.seconds() <= around.seconds() - 0.002);
    }
}
