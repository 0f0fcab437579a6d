//! How fast the work goes and how long it may yet take: counters and the time since the start in, rates and
//! the time left out.

use std::collections::VecDeque;

use crate::commands::parcel::Progress;

/// Rates are those of the last minute, so that the time left follows what the run does now.
const WINDOW_S: f64 = 60.0;
/// Counters are kept once in so many seconds.
const STEP_S: f64 = 1.0;
/// Before so many seconds nothing is foretold,
const LEAST_S: f64 = 5.0;
/// nor before so many files are done, or this share of all bytes: the first files tell of the start alone.
const LEAST_FILES: u64 = 20;
const LEAST_SHARE: f64 = 0.01;

/// What the work has done in a second.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rate {
    pub(super) files: f64,
    pub(super) bytes: f64,
}

/// Remembers the last minute.
#[derive(Debug)]
pub(super) struct Pace {
    /// Seconds since the start, and what was done then; oldest first.
    kept: VecDeque<(f64, Progress)>,
    now: (f64, Progress),
}

impl Default for Pace {
    fn default() -> Self {
        let start = (0.0, Progress::default());
        Self { kept: VecDeque::from([start]), now: start }
    }
}

impl Pace {
    /// Takes in what is done so many seconds after the start.
    pub(super) fn see(&mut self, seconds: f64, done: Progress) {
        self.now = (seconds, done);
        if self.kept.back().is_none_or(|(last, _)| seconds - last >= STEP_S) {
            self.kept.push_back(self.now);
        }
        // The second one is old enough: the first is not needed any more.
        while self.kept.get(1).is_some_and(|(then, _)| seconds - then >= WINDOW_S) {
            self.kept.pop_front();
        }
    }

    /// The rate of the last minute; of all the time where nothing was finished in it.
    pub(super) fn rate(&self) -> Rate {
        let (now, done) = self.now;
        let from = |(then, before): (f64, Progress)| {
            let seconds = (now - then).max(1e-3);
            let per_second = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
            Rate {
                files: per_second(done.files, before.files),
                bytes: per_second(done.bytes, before.bytes),
            }
        };
        let lately = from(self.kept.front().copied().unwrap_or_default());
        if lately.files > 0.0 { lately } else { from((0.0, Progress::default())) }
    }

    /// Seconds until all of it is done, by bytes; by files where they have none. `None` where that is not to be
    /// told yet.
    pub(super) fn seconds_left(&self, total: Progress) -> Option<f64> {
        let (now, done) = self.now;
        let share = done.bytes as f64 / total.bytes.max(1) as f64;
        let is_early = now < LEAST_S || (done.files < LEAST_FILES && share < LEAST_SHARE);
        if is_early && done.files < total.files {
            return None;
        }
        let rate = self.rate();
        let (left, rate) = if total.bytes > 0 {
            (total.bytes.saturating_sub(done.bytes), rate.bytes)
        } else {
            (total.files.saturating_sub(done.files), rate.files)
        };
        match left {
            0 => Some(0.0),
            _ => (rate > 0.0).then(|| left as f64 / rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(files: u64, bytes: u64) -> Progress {
        Progress { files, bytes, quarantined: 0 }
    }

    #[test]
    fn the_time_left_is_not_told_before_it_can_be_known() {
        let total = progress(1_000_000, 1_000_000_000_000);
        let mut pace = Pace::default();
        assert_eq!(pace.seconds_left(total), None);
        pace.see(0.2, progress(2, 1_000_000));
        assert_eq!(pace.seconds_left(total), None, "no day-long guess from the first file");
        pace.see(30.0, progress(3, 1_000_000));
        assert_eq!(pace.seconds_left(total), None, "thirty seconds and three files tell nothing");
        pace.see(40.0, progress(20, 400_000_000));
        assert_eq!(pace.seconds_left(total), Some(99_960.0));
    }

    #[test]
    fn it_goes_by_bytes_and_not_by_files() {
        // A hundred small files are done, one that is as large as all of them is left.
        let mut pace = Pace::default();
        pace.see(10.0, progress(100, 1000));
        assert_eq!(pace.seconds_left(progress(101, 2000)), Some(10.0));
        assert_eq!(pace.seconds_left(progress(100, 1000)), Some(0.0));
        // Files without a byte are still files.
        let mut pace = Pace::default();
        pace.see(10.0, progress(100, 0));
        assert_eq!(pace.seconds_left(progress(300, 0)), Some(20.0));
    }

    #[test]
    fn rates_are_those_of_the_last_minute() {
        let mut pace = Pace::default();
        for second in 0..=600 {
            let done = if second <= 300 { 10 * second } else { 3000 + 2 * (second - 300) };
            pace.see(second as f64, progress(done, 1000 * done));
        }
        assert_eq!(pace.rate(), Rate { files: 2.0, bytes: 2000.0 });
        assert!(pace.kept.len() < 70, "{}", pace.kept.len());
        // A file that takes long: the rate of the whole run, and not no rate at all.
        pace.see(1200.0, progress(3600, 3_600_000));
        pace.see(1300.0, progress(3600, 3_600_000));
        assert!(pace.rate().files > 0.0);
    }

    #[test]
    fn work_that_is_done_anew_does_not_go_backwards() {
        let mut pace = Pace::default();
        pace.see(10.0, progress(100, 1000));
        pace.see(20.0, progress(90, 900));
        assert!(pace.rate().files >= 0.0);
        assert_eq!(pace.seconds_left(progress(80, 800)), Some(0.0));
    }
}
