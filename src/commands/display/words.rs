//! What is said of the progress: counters, rates and the time left in, lines of text out. A line of the
//! terminal fits 80 columns.

use super::pace::{Pace, Rate};
use super::{Known, Standing};
use crate::commands::parcel::{Phase, Progress};
use crate::commands::wording::{grouped, in_words, megabytes};

/// The progress of the whole run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) known: Known,
    pub(super) done: Progress,
    pub(super) pace: &'a Pace,
    pub(super) nouns: Nouns,
}

/// What the work is made of, and what it is called when it does not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) struct Nouns {
    items: &'static str,
    failed: &'static str,
    /// Whether their bytes are told.
    has_bytes: bool,
}

impl Nouns {
    /// Files of a tree.
    pub(in crate::commands) const FILES: Self =
        Self { items: "files", failed: "quarantined", has_bytes: true };
    /// Starts of a program.
    pub(in crate::commands) const UNITS: Self =
        Self { items: "units", failed: "failed", has_bytes: false };
}

impl Words<'_> {
    /// Of all bytes the share that is done, of all files where they have none: from 0 to 1.
    pub(super) fn share(&self) -> f64 {
        let Known { total, .. } = self.known;
        let (done, all) = if total.bytes > 0 {
            (self.done.bytes, total.bytes)
        } else {
            (self.done.files, total.files)
        };
        if all == 0 { 0.0 } else { (done as f64 / all as f64).min(1.0) }
    }

    /// `1,234 of 10,000 files`; while more may be found, that there are at least so many.
    pub(super) fn files(&self) -> String {
        let least = if self.known.is_searching { "at least " } else { "" };
        format!(
            "{} of {least}{} {}",
            grouped(self.done.files),
            grouped(self.known.total.files.max(self.done.files)),
            self.nouns.items
        )
    }

    /// The time left, as far as it may be told.
    pub(super) fn left(&self) -> String {
        if self.known.is_searching {
            return format!("still searching for {}", self.nouns.items);
        }
        let is_over = self.done.files >= self.known.total.files;
        match self.pace.seconds_left(self.known.total) {
            // What takes longer than all others is still in work.
            Some(seconds) if seconds < 1.0 && !is_over => "nearly done".to_owned(),
            Some(seconds) => format!("{} left", in_words(seconds)),
            None => "time left not known yet".to_owned(),
        }
    }

    /// Amount, rates and what failed.
    pub(super) fn amounts(&self) -> Vec<String> {
        let Rate { files, bytes } = self.pace.rate();
        let total = self.known.total.bytes.max(self.done.bytes) as f64;
        let Nouns { items, failed, has_bytes } = self.nouns;
        let mut amounts = vec![
            format!("{} {items}/s", per_second(files)),
            format!("{} {failed}", grouped(self.done.quarantined)),
        ];
        if has_bytes {
            amounts.insert(
                0,
                format!("{} of {}", megabytes(self.done.bytes as f64), megabytes(total)),
            );
            amounts.insert(2, format!("{}/s", megabytes(bytes)));
        }
        amounts
    }

    /// All of it, for a log.
    pub(super) fn line(&self) -> String {
        let mut parts = self.amounts();
        let percent = (100.0 * self.share()).floor();
        parts.insert(0, format!("{} ({percent} %)", self.files()));
        parts.insert(parts.len() - 1, self.left());
        parts.join(", ")
    }
}

/// Where a rank stands.
pub(super) fn of_rank(number: usize, rank: &Standing, rate: Rate, nouns: Nouns) -> String {
    let Standing { progress, .. } = rank;
    let Nouns { items, failed, .. } = nouns;
    let files = grouped(progress.files);
    let quarantined = grouped(progress.quarantined);
    let name = format!("rank {number}");
    let rate = format!("{} {items}/s", per_second(rate.files));
    let doing = doing(rank);
    format!("{name:<9} {files:>9} {items} {rate:>13}  {doing:<22}  {quarantined} {failed}")
}

/// A rate: below ten with its tenths, since units may take minutes.
fn per_second(rate: f64) -> String {
    if rate > 0.0 && rate < 9.95 { format!("{rate:.1}") } else { grouped(rate.round() as u64) }
}

fn doing(rank: &Standing) -> String {
    let Standing { progress, phase, in_work, spare, done } = rank;
    match phase {
        Phase::Done => "done".to_owned(),
        Phase::Unfit => "gave up; others go on".to_owned(),
        Phase::Stopping => format!("stopping, {in_work} in work"),
        Phase::Working if *in_work > 0 => format!("{in_work} in work, {spare} at hand"),
        Phase::Working if progress.files > *done => "making files safe".to_owned(),
        Phase::Working => "waits for work".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: Progress = Progress { files: 1_234_567, bytes: 567_890_000_000, quarantined: 43 };

    fn known(files: u64, bytes: u64) -> Known {
        Known { total: Progress { files, bytes, quarantined: 0 }, is_searching: false }
    }

    #[test]
    fn a_line_tells_files_bytes_rates_time_left_and_failures() {
        let mut pace = Pace::default();
        let done = Progress { files: 1234, bytes: 56_700_000, quarantined: 3 };
        pace.see(20.0, done);
        let words =
            Words { known: known(10_000, 480_000_000), done, pace: &pace, nouns: Nouns::FILES };
        assert_eq!(
            words.line(),
            "1,234 of 10,000 files (11 %), 56.7 MB of 480.0 MB, 62 files/s, 2.8 MB/s, 2 min 29 s left, \
             3 quarantined"
        );
    }

    #[test]
    fn nothing_is_foretold_while_files_are_searched_for_or_at_the_start() {
        let pace = Pace::default();
        let mut words = Words {
            known: known(10, 100),
            done: Progress::default(),
            pace: &pace,
            nouns: Nouns::FILES,
        };
        let line = words.line();
        assert!(line.starts_with("0 of 10 files (0 %), 0.0 MB of 0.0 MB, 0 files/s"), "{line}");
        assert!(line.contains("time left not known yet"), "{line}");
        words.known.is_searching = true;
        assert_eq!(words.files(), "0 of at least 10 files");
        assert_eq!(words.left(), "still searching for files");
        // Nothing at all, and more done than there was: no division by zero, no share above all.
        words.known = known(0, 0);
        assert!(words.share().abs() < f64::EPSILON);
        words.done = MANY;
        assert!(words.share() <= 1.0);
        assert_eq!(words.files(), "1,234,567 of 1,234,567 files");
    }

    #[test]
    fn what_a_rank_does_is_told_in_words() {
        let working =
            Standing { progress: MANY, in_work: 16, spare: 32, done: 9, ..Standing::default() };
        let cases = [
            (working, "16 in work, 32 at hand"),
            (Standing { in_work: 0, ..working }, "making files safe"),
            (Standing { in_work: 0, done: MANY.files, ..working }, "waits for work"),
            (Standing { phase: Phase::Stopping, ..working }, "stopping, 16 in work"),
            (Standing { phase: Phase::Unfit, ..working }, "gave up; others go on"),
            (Standing { phase: Phase::Done, ..working }, "done"),
        ];
        for (standing, words) in cases {
            let row = of_rank(9999, &standing, Rate { files: 1234.0, bytes: 1e9 }, Nouns::FILES);
            assert!(row.contains(words) && row.ends_with(" 43 quarantined"), "{row}");
            assert!(row.len() <= 80, "{} columns: {row}", row.len());
        }
    }
}
