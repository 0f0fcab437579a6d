//! How long files took: the time that each was in work in, the slowest of them and a table of sizes and times
//! out. Counts add up to the same in any order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::{FileRecord, Outcome};
use crate::stage::{Activity, Stage, StageTimings};

/// The slowest files that are kept by name.
const KEPT: usize = 20;

/// A file that took long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slow {
    /// The keyed name of the input.
    pub path_id: String,
    /// Seconds that a thread worked at it.
    pub seconds: f64,
    /// Its size in the input.
    pub bytes: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// How long the files of a try took. What an earlier try has done is not in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Durations {
    /// The slowest first.
    slowest: Vec<Slow>,
    /// Files by half octaves of their size in bytes and of their time in seconds.
    cells: BTreeMap<(i16, i16), u64>,
}

/// Files of about one size that took about one time. A cell reaches to the square root of 2 times where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DurationCell {
    /// The least size in bytes.
    pub bytes_from: u64,
    /// The least time in seconds.
    pub seconds_from: f64,
    /// How many files.
    pub files: u64,
}

impl Durations {
    /// Counts a file: `spent` is what a thread has told since it had the file before.
    pub fn add(&mut self, record: &FileRecord, spent: &StageTimings) {
        let stages: f64 = Stage::ALL.into_iter().map(|stage| spent.seconds(stage)).sum();
        let seconds = stages + spent.spent(Activity::File);
        let bytes = record.size_bytes;
        *self.cells.entry((half_octave(bytes as f64), half_octave(seconds))).or_default() += 1;
        let is_slow = self.slowest.len() < KEPT
            || self.slowest.last().is_some_and(|fastest| fastest.seconds < seconds);
        if is_slow {
            let path_id = record.path_id.clone();
            self.slowest.push(Slow { path_id, seconds, bytes, outcome: record.outcome });
            self.keep_slowest();
        }
    }

    /// Adds those of another rank.
    pub fn merge(&mut self, other: &Self) {
        for (cell, files) in &other.cells {
            *self.cells.entry(*cell).or_default() += files;
        }
        self.slowest.extend(other.slowest.iter().cloned());
        self.keep_slowest();
    }

    fn keep_slowest(&mut self) {
        let order = |a: &Slow, b: &Slow| {
            let by_name = || Reverse(&b.path_id).cmp(&Reverse(&a.path_id));
            b.seconds.total_cmp(&a.seconds).then_with(by_name)
        };
        self.slowest.sort_by(order);
        self.slowest.truncate(KEPT);
    }

    /// The slowest files, the slowest first.
    pub fn slowest(&self) -> &[Slow] {
        &self.slowest
    }

    /// The cells that hold files, by size, then by time.
    pub fn cells(&self) -> Vec<DurationCell> {
        let from = |half_octave: i16| libm::exp2(f64::from(half_octave) / 2.0);
        let cell = |((bytes, seconds), files): (&(i16, i16), &u64)| DurationCell {
            bytes_from: from(*bytes).ceil() as u64,
            seconds_from: from(*seconds),
            files: *files,
        };
        self.cells.iter().map(cell).collect()
    }
}

/// Which half octave a number falls into; nothing and less than a nanosecond are put to the least that is told.
fn half_octave(number: f64) -> i16 {
    (2.0 * libm::log2(number.max(1e-9))).floor() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::FileEntry;
    use crate::record::Failure;
    use crate::stage::StageClock;

    fn record(name: &str, size_bytes: u64) -> FileRecord {
        let entry =
            FileEntry { path: name.into(), size_bytes, modified_ns: 0, path_id: name.into() };
        FileRecord::failed(&entry, Outcome::NotDicom, Failure::new(None, "not-dicom", ""))
    }

    /// What a thread tells that has done nothing but one stage, for as long as that takes.
    fn spent() -> StageTimings {
        std::thread::spawn(|| {
            StageClock::begin(1, false);
            StageClock::time(Stage::Read, || std::hint::black_box(0));
            StageClock::report().timings
        })
        .join()
        .unwrap()
    }

    #[test]
    fn sizes_fall_into_half_octaves() {
        let bounds = [1.0, 1.4, 1.5, 2.0, 2.9, 1024.0].map(half_octave);
        assert_eq!(bounds, [0, 0, 1, 2, 3, 20]);
        assert_eq!(half_octave(0.0), half_octave(1e-9));
        assert_eq!(half_octave(0.5), -2);
    }

    #[test]
    fn what_ranks_have_adds_up_in_any_order() {
        let of = |names: std::ops::Range<u64>| {
            let mut durations = Durations::default();
            for name in names {
                durations.add(&record(&format!("{name}"), 512 << (name % 3)), &spent());
            }
            durations
        };
        let (a, b) = (of(0..30), of(30..35));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        assert_eq!(ab, ba);
        assert_eq!(ab.cells().iter().map(|cell| cell.files).sum::<u64>(), 35);
        assert_eq!(ab.slowest().len(), KEPT);
        assert!(ab.slowest().is_sorted_by(|a, b| a.seconds >= b.seconds));
        let sizes: Vec<u64> = ab.cells().iter().map(|cell| cell.bytes_from).collect();
        assert!(sizes.iter().all(|size| [512, 1024, 2048].contains(size)), "{sizes:?}");
    }
}
