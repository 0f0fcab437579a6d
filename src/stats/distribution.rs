//! The distribution of output values over many images, merged exactly: for quantiles and entropy.
//!
//! Images of a group differ in slope and intercept, so their stored values cannot share bins, and
//! bins of the exact output values would be as many as the pixels (PET: a slope for each slice).
//! Output values are therefore rounded to 16 explicit mantissa bits. Every integer up to 2^17 in
//! magnitude is kept exactly; any other value moves by at most 2^-17 of itself.

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::levels;
use super::real::RealHistogram;
use super::rescale::{FastRescale, Rescale};

/// Explicit mantissa bits of a bin's value, of the 52 of an `f64`.
const MANTISSA_BITS: u32 = 16;
const DROPPED_BITS: u32 = f64::MANTISSA_DIGITS - 1 - MANTISSA_BITS;
/// The stored values of up to 16 bits, signed or not, are counted densely.
const DENSE: std::ops::Range<i64> = -(1 << 15)..(1 << 16);
/// So many counts are added at a time.
const DENSE_STEP: i64 = 1 << 12;
/// The least number of loose bins that are worth sorting in.
const MIN_LOOSE_BINS: usize = 1 << 16;

/// How often each output value occurs in a group of images, each value rounded to 17 significant
/// bits.
///
/// Images may be added, taken back and merged in any order with the same result. Counts are signed
/// on the way, as one rank may take back what another added; in the whole they are not negative.
///
/// It is (de)serialised as its images, its padding and its ascending bins.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub struct Distribution {
    images: i64,
    padding: i64,
    /// A settled part, ascending, then loose bins; see [`levels::settle`].
    bins: Vec<(i32, i64)>,
    settled_len: usize,
    group: Option<Group>,
}

/// The form in which a distribution travels: equal for equal distributions. Of each bin's key but the
/// first the distance from the one before is told, which takes less room.
#[derive(Clone, Serialize, Deserialize)]
struct Record {
    images: i64,
    padding: i64,
    first: i32,
    bins: Vec<(u32, i64)>,
}

/// Counts of stored values under one rescale. Neighbouring slices mostly share it, and adding to it
/// is far cheaper than to the bins.
#[derive(Debug, Clone)]
struct Group {
    rescale: Rescale,
    /// The stored value of the first count: a multiple of [`DENSE_STEP`].
    lowest: i64,
    /// Of every stored value from there on, as far as they have occurred.
    counts: Vec<i64>,
}

impl Distribution {
    /// Adds an image.
    pub fn add(&mut self, histogram: &Histogram, rescale: &Rescale) {
        self.apply(histogram, rescale, 1);
    }

    /// Takes back an image that was, or will be, added.
    pub fn subtract(&mut self, histogram: &Histogram, rescale: &Rescale) {
        self.apply(histogram, rescale, -1);
    }

    /// Adds an image of real values.
    pub fn add_reals(&mut self, histogram: &RealHistogram) {
        self.apply_reals(histogram, 1);
    }

    /// Takes back an image of real values.
    pub fn subtract_reals(&mut self, histogram: &RealHistogram) {
        self.apply_reals(histogram, -1);
    }

    /// Adds a frame, of an image that begins with it or not.
    pub(super) fn add_frame(&mut self, is_first: bool, histogram: &Histogram, rescale: &Rescale) {
        self.apply(histogram, rescale, 1);
        self.images -= i64::from(!is_first);
    }

    /// Takes back all images of `other`.
    pub(super) fn take_away(&mut self, other: &Self) {
        self.images -= other.images;
        self.padding -= other.padding;
        self.bins.extend(other.settled().into_iter().map(|(key, count)| (key, -count)));
        self.settle_if_loose();
    }

    /// Adds all images of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.images += other.images;
        self.padding += other.padding;
        self.bins.extend_from_slice(&other.bins);
        if let Some(group) = &other.group {
            group.spill(&mut self.bins);
        }
        self.settle_if_loose();
    }

    /// Images added, less those taken back.
    pub fn images(&self) -> u64 {
        u64::try_from(self.images).unwrap_or(0)
    }

    /// Pixels of those images left out as padding.
    pub fn padding(&self) -> u64 {
        u64::try_from(self.padding).unwrap_or(0)
    }

    /// The rounded output values that occur, ascending, each with its count.
    pub fn bins(&self) -> Vec<(f64, u64)> {
        let counted = |(key, count)| u64::try_from(count).ok().map(|count| (value_of(key), count));
        self.settled().into_iter().filter_map(counted).collect()
    }

    fn apply(&mut self, histogram: &Histogram, rescale: &Rescale, sign: i64) {
        self.images += sign;
        self.padding += sign * histogram.n_padding() as i64;
        let (Some(first), Some(last)) = (histogram.bins().first(), histogram.bins().last()) else {
            return;
        };
        if DENSE.contains(&first.0) && DENSE.contains(&last.0) {
            self.group_of(rescale).add(histogram.bins(), sign);
        } else {
            let output = FastRescale::new(rescale);
            let signed = |&(value, n): &(i64, u64)| (key_of(output.apply(value)), sign * n as i64);
            self.bins.extend(histogram.bins().iter().map(signed));
            self.settle_if_loose();
        }
    }

    fn apply_reals(&mut self, histogram: &RealHistogram, sign: i64) {
        self.images += sign;
        self.padding += sign * histogram.n_padding() as i64;
        let signed = |&(value, n): &(f64, u64)| (key_of(value), sign * n as i64);
        self.bins.extend(histogram.bins().iter().map(signed));
        self.settle_if_loose();
    }

    /// The group of `rescale`, after the one before it was spilt into the bins.
    fn group_of(&mut self, rescale: &Rescale) -> &mut Group {
        if let Some(group) = &mut self.group
            && group.rescale != *rescale
        {
            group.spill(&mut self.bins);
            group.clear(rescale);
            self.settle_if_loose();
        }
        self.group.get_or_insert_with(|| Group::new(rescale))
    }

    /// Sorts the loose bins in when they outnumber the settled ones: so each is sorted a few times
    /// only, however many images there are.
    fn settle_if_loose(&mut self) {
        let loose = self.bins.len() - self.settled_len;
        if loose > self.settled_len.max(MIN_LOOSE_BINS) {
            levels::settle(&mut self.bins);
            self.settled_len = self.bins.len();
        }
    }

    fn settled(&self) -> Vec<(i32, i64)> {
        let mut bins = self.bins.clone();
        if let Some(group) = &self.group {
            group.spill(&mut bins);
        }
        levels::settle(&mut bins);
        bins
    }
}

impl Group {
    fn new(rescale: &Rescale) -> Self {
        Self { rescale: rescale.clone(), lowest: 0, counts: Vec::new() }
    }

    fn clear(&mut self, rescale: &Rescale) {
        self.rescale.clone_from(rescale);
        self.counts.clear();
    }

    /// Makes room for the values `first..=last`.
    fn reach(&mut self, first: i64, last: i64) {
        let (start, end) = (first.div_euclid(DENSE_STEP), last.div_euclid(DENSE_STEP) + 1);
        let (start, end) = (start * DENSE_STEP, end * DENSE_STEP);
        if self.counts.is_empty() {
            self.lowest = start;
        }
        if start < self.lowest {
            let more = (self.lowest - start) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.lowest = start;
        }
        let length = (end - self.lowest) as usize;
        if length > self.counts.len() {
            self.counts.resize(length, 0);
        }
    }

    /// Adds bins, of which the first and the last are the least and the greatest.
    fn add(&mut self, bins: &[(i64, u64)], sign: i64) {
        let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return };
        self.reach(first.0, last.0);
        for &(value, count) in bins {
            self.counts[(value - self.lowest) as usize] += sign * count as i64;
        }
    }

    /// Appends what the group holds to `bins`.
    fn spill(&self, bins: &mut Vec<(i32, i64)>) {
        let output = FastRescale::new(&self.rescale);
        bins.extend(
            (self.lowest..)
                .zip(&self.counts)
                .filter(|&(_, &count)| count != 0)
                .map(|(value, &count)| (key_of(output.apply(value)), count)),
        );
    }
}

impl From<Distribution> for Record {
    fn from(from: Distribution) -> Self {
        let settled = from.settled();
        let first = settled.first().map_or(0, |&(key, _)| key);
        let mut before = first;
        let distance = |(key, count)| (std::mem::replace(&mut before, key).abs_diff(key), count);
        let bins = settled.into_iter().map(distance).collect();
        Self { images: from.images, padding: from.padding, first, bins }
    }
}

impl TryFrom<Record> for Distribution {
    type Error = &'static str;

    fn try_from(record: Record) -> Result<Self, Self::Error> {
        let Record { images, padding, first, bins } = record;
        let mut key = first;
        let mut settled: Vec<(i32, i64)> = Vec::with_capacity(bins.len());
        for (distance, count) in bins {
            let ascends = (distance == 0) == settled.is_empty();
            let next = key.checked_add_unsigned(distance).filter(|_| ascends);
            key = next.ok_or("the bins of a distribution do not ascend")?;
            settled.push((key, count));
        }
        Ok(Self { images, padding, settled_len: settled.len(), bins: settled, group: None })
    }
}

/// The key of an output value: sign, exponent and 16 mantissa bits, rounded to nearest, ties to
/// even. Keys ascend with the values, and 0 has the key 0.
fn key_of(value: f64) -> i32 {
    let bits = value.abs().to_bits();
    let last_kept = (bits >> DROPPED_BITS) & 1;
    let rounded = bits + ((1 << (DROPPED_BITS - 1)) - 1) + last_kept;
    let magnitude = (rounded >> DROPPED_BITS) as i32;
    if value < 0.0 { -magnitude } else { magnitude }
}

fn value_of(key: i32) -> f64 {
    let magnitude = f64::from_bits(u64::from(key.unsigned_abs()) << DROPPED_BITS);
    if key < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_integers_and_order() {
        let integers = (-(1 << 17)..=(1 << 17)).map(f64::from);
        assert!(
            integers
                .clone()
                .all(|value| value_of(key_of(value)).to_bits() == (value + 0.0).to_bits())
        );
        let keys: Vec<i32> = integers.map(key_of).collect();
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert_eq!(key_of(-0.0), 0);
    }

    #[test]
    fn keys_move_a_value_by_its_2_17th_at_most() {
        for value in [0.1, -1.0 / 3.0, 1e-30, 1e200, 131_073.0, 1.0 - f64::EPSILON] {
            let moved = (value_of(key_of(value)) - value).abs();
            assert!(moved <= value.abs() * 2f64.powi(-17), "{value}");
        }
    }
}
