//! The plan of a sample: a number of files in, their places in patients, studies and series out.

use super::SampleOptions;
use super::random::{Purpose, Source};

/// Rows and columns of every image.
pub(super) const SIDE: usize = 512;

/// Series of a large sample have at most so many slices.
const MAX_SLICES: usize = 40;

/// The place of one file. All numbers but those "of" something count through the whole sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) instance: u64,
    pub(super) patient: u64,
    pub(super) study: u64,
    pub(super) series: u64,
    /// From 0: which study of its patient.
    pub(super) study_of_patient: u32,
    /// From 0: which series of its study.
    pub(super) series_of_study: u32,
    /// From 0: which slice of its series.
    pub(super) position: usize,
    /// How many slices its series has.
    pub(super) slices: usize,
}

impl Slice {
    /// Whether it opens its series.
    pub(super) fn is_first_of_series(&self) -> bool {
        self.position == 0
    }

    /// Whether it opens its study.
    pub(super) fn is_first_of_study(&self) -> bool {
        self.is_first_of_series() && self.series_of_study == 0
    }

    /// Whether it opens its patient.
    pub(super) fn is_first_of_patient(&self) -> bool {
        self.is_first_of_study() && self.study_of_patient == 0
    }
}

/// Deals the files out: 1 to 3 studies a patient, 1 or 2 series a study. The fewer the files, the
/// shorter the series, so that a small sample has several patients too.
pub(super) fn plan(options: &SampleOptions) -> Vec<Slice> {
    let longest = (options.count / 8).clamp(1, MAX_SLICES);
    let mut slices = Vec::with_capacity(options.count);
    let (mut study, mut series) = (0, 0);
    for patient in 0.. {
        let mut source = Source::new(options.seed, Purpose::Layout, patient);
        for study_of_patient in 0..=source.below(3) {
            for series_of_study in 0..=source.below(2) {
                let wanted = longest - source.below(longest as u32 / 2 + 1) as usize;
                let length = wanted.min(options.count - slices.len());
                if length == 0 {
                    return slices;
                }
                let first = slices.len() as u64;
                slices.extend((0..length).map(|position| Slice {
                    instance: first + position as u64,
                    patient,
                    study,
                    series,
                    study_of_patient,
                    series_of_study,
                    position,
                    slices: length,
                }));
                series += 1;
            }
            study += 1;
        }
    }
    slices
}
