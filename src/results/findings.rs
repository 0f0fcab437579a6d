//! What is told in the summary of instances and series, counted while their rows go by.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;

use super::instances::instances_layout;
use super::pixels::count;
use super::series::series_layout;
use crate::series::Outlier;
use crate::stats::Flag;
use crate::table::Cell;

/// Counts of instances and series.
#[derive(Debug, Default)]
pub struct Findings {
    /// Images by what is to be known of them.
    pub flags: BTreeMap<String, u64>,
    /// Instances with exactly the pixels of another one.
    pub exact_duplicates: u64,
    /// What was found of series.
    pub series: SeriesCounts,
    /// Instances, and series, that have a box of interest.
    pub with_box: [u64; 2],
    /// Half of the digest of each image's samples.
    digests: Vec<u64>,
}

/// Counts of series.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SeriesCounts {
    /// Series.
    pub series: u64,
    /// Those whose slices make a volume of regular spacing.
    pub regular_volumes: u64,
    /// Those that fail a check of their geometry, by the check.
    pub failed_checks: BTreeMap<String, u64>,
    /// Slices that gaps have room for.
    pub missing_slices: u64,
    /// Slices at the place of another.
    pub duplicate_slices: u64,
    /// Series with a number beyond the fences of their cohort, by the number.
    pub outliers: BTreeMap<String, u64>,
}

impl Findings {
    /// Counts a row of the index.
    pub fn add_instance(&mut self, cells: &[Cell<'_>]) {
        static PLACES: LazyLock<[Option<usize>; 3]> = LazyLock::new(|| {
            ["flags", "pixel_blake3", "crop_by"].map(|it| instances_layout().position(it))
        });
        let [flags, digest, crop] = PLACES.map(|place| cells.get(place?));
        self.with_box[0] += u64::from(matches!(crop, Some(Cell::Text(_))));
        if let Some(Cell::Natural(flags)) = flags {
            for (flag, name) in Flag::ALL {
                if flags & flag as u64 != 0 {
                    count(&mut self.flags, name, 1);
                }
            }
        }
        if let Some(Cell::Bytes(digest)) = digest {
            self.digests.extend(digest.first_chunk().map(|half| u64::from_be_bytes(*half)));
        }
    }

    /// All instances have been counted.
    pub fn end_instances(&mut self) {
        let mut digests = std::mem::take(&mut self.digests);
        digests.sort_unstable();
        let again = digests.windows(2).filter(|pair| pair[0] == pair[1]);
        self.exact_duplicates = again.count() as u64;
    }

    /// Counts a row of the series.
    pub fn add_series(&mut self, cells: &[Cell<'_>], outliers: &[Outlier]) {
        let counts = &mut self.series;
        counts.series += 1;
        for (column, cell) in series_layout().columns.iter().zip(cells) {
            match (column.name, cell) {
                ("regularly_spaced_3d_volume", Cell::Bool(true)) => counts.regular_volumes += 1,
                (name, Cell::Bool(false)) => count(&mut counts.failed_checks, name, 1),
                ("missing_slices", Cell::Natural(slices)) => counts.missing_slices += slices,
                ("duplicate_slices", Cell::Natural(slices)) => counts.duplicate_slices += slices,
                ("crop_by", Cell::Text(_)) => self.with_box[1] += 1,
                _ => {}
            }
        }
        for outlier in outliers {
            count(&mut counts.outliers, &outlier.metric, 1);
        }
    }
}
