//! Values in bins of a fixed size: a histogram and its rescale in, the bins' counts and the features
//! of the intensity histogram out.
//!
//! The bins are aligned at multiples of their width, so that those of all images are the same; only
//! occurring ones are kept. Definitions follow the IBSI reference manual (arXiv:1612.07003, section
//! 3.4, family ZVCW).

mod gradient;

use num_bigint::BigInt;
use num_traits::{Euclid, ToPrimitive};
use serde::{Deserialize, Serialize};

use super::decimal::{Decimal, common_exponent};
use super::first_order::{Ascending, FirstOrder};
use super::histogram::Histogram;
use super::levels;
use super::real::{RealHistogram, exact};
use super::rescale::Rescale;
use super::sums::PowerSums;

/// Bins of a fixed size, those that occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bins {
    counts: Vec<(i64, u64)>,
    n_padding: u64,
}

impl Bins {
    /// The width in output units where nothing else is said; of CT, 25 HU.
    pub const DEFAULT_WIDTH: i64 = 25;

    /// The bins of an image: the bin `k` holds the values from `k width` up to, but not,
    /// `(k+1) width`, exactly. `None` where the width is not above 0, or where an index is not of 32
    /// bits, as of a width that has nothing to do with the values.
    pub fn of(histogram: &Histogram, rescale: &Rescale, width: &Decimal) -> Option<Self> {
        if width.is_zero() || width.is_negative() {
            return None;
        }
        let image = Ascending::new(histogram, rescale);
        let scale = Scale::new(&image.rescale, width);
        let mut counts: Vec<(i64, u64)> = Vec::new();
        let mut rest = &*image.bins;
        while let [(value, _), ..] = rest {
            let index = scale.index(*value)?;
            let last = scale.last_in(index);
            let end = rest.partition_point(|(value, _)| last.is_none_or(|last| *value <= last));
            // The first is in its own bin, whatever is said of the last.
            let (bin, after) = rest.split_at(end.max(1));
            counts.push((index, bin.iter().map(|(_, count)| count).sum()));
            rest = after;
        }
        Some(Self { counts, n_padding: histogram.n_padding() })
    }

    /// The bins of real values.
    pub fn of_reals(histogram: &RealHistogram, width: &Decimal) -> Option<Self> {
        if width.is_zero() || width.is_negative() {
            return None;
        }
        let approximate = width.to_f64();
        let mut counts: Vec<(i64, u64)> = Vec::with_capacity(histogram.bins().len());
        for &(value, count) in histogram.bins() {
            counts.push((real_index(value, width, approximate)?, count));
        }
        levels::settle(&mut counts);
        Some(Self { counts, n_padding: histogram.n_padding() })
    }

    /// The indices of the bins that occur, ascending, each with its count.
    pub fn counts(&self) -> &[(i64, u64)] {
        &self.counts
    }

    /// The least and the greatest gradient of the counts; `None` of no pixels.
    pub(super) fn gradients(&self) -> Option<(f64, f64)> {
        let &(first, _) = self.counts.first()?;
        let numbered = self.counts.iter().map(|&(index, count)| (index - first + 1, count));
        let gradients = gradient::gradients(&numbered.collect::<Vec<_>>());
        Some((gradients.min.0, gradients.max.0))
    }

    /// Adds the pixels of bins of the same width.
    pub fn merge(&mut self, other: &Self) {
        self.counts.extend_from_slice(&other.counts);
        levels::settle(&mut self.counts);
        self.n_padding += other.n_padding;
    }
}

/// The least and the greatest index. The bins between first and last may be counted through in 64
/// bits, and their numbers keep all statistics exact.
const INDICES: std::ops::RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// `index = floor((slope v + intercept) / width)`, all three counting the same power of ten.
struct Scale {
    slope: BigInt,
    intercept: BigInt,
    width: BigInt,
    /// The same where products of 33 bits, those of stored values, fit an `i128`.
    short: Option<[i128; 3]>,
}

impl Scale {
    fn new(rescale: &Rescale, width: &Decimal) -> Self {
        let (_, _, exponent) = rescale.scaled();
        let exponent = if width.exponent() < exponent { width.exponent() } else { exponent };
        let of = |number: &Decimal| number.scaled_to(exponent);
        let numbers = [of(&rescale.slope), of(&rescale.intercept), of(width)];
        let fits = numbers.iter().all(|number| number.bits() <= 60);
        let short = fits.then(|| numbers.clone().map(|number| number.to_i128().unwrap_or(0)));
        let [slope, intercept, width] = numbers;
        Self { slope, intercept, width, short }
    }

    fn index(&self, value: i64) -> Option<i64> {
        let index = match self.short {
            Some([slope, intercept, width]) => {
                (slope * i128::from(value) + intercept).div_euclid(width).to_i64()
            }
            None => (&self.slope * value + &self.intercept).div_euclid(&self.width).to_i64(),
        };
        index.filter(|index| INDICES.contains(index))
    }

    /// The greatest stored value in the bin; `None` where all are. The slope is not negative.
    fn last_in(&self, index: i64) -> Option<i64> {
        // slope v + intercept < (index + 1) width
        let last = match self.short {
            Some([0, _, _]) => return None,
            Some([slope, intercept, width]) => {
                let end = i128::from(index + 1) * width - intercept;
                (end - 1).div_euclid(slope).to_i64()
            }
            None if self.slope == BigInt::ZERO => return None,
            None => {
                let end: BigInt = &self.width * (index + 1) - &self.intercept;
                (end - 1u32).div_euclid(&self.slope).to_i64()
            }
        };
        Some(last.unwrap_or(i64::MAX))
    }
}

/// The bin of a real value: by division where that is beyond doubt, else by exact integers.
fn real_index(value: f64, width: &Decimal, approximate: f64) -> Option<i64> {
    let quotient = value / approximate;
    if quotient.is_nan() || quotient.abs() >= 1e10 {
        return None;
    }
    let doubt = (quotient.abs() + 1.0) * 1e-12;
    let index = if (quotient - quotient.round()).abs() > doubt {
        quotient.floor() as i64
    } else {
        let value = exact(value);
        let exponent = common_exponent(&value, width);
        value.scaled_to(exponent).div_euclid(&width.scaled_to(exponent)).to_i64()?
    };
    INDICES.contains(&index).then_some(index)
}

/// The features of the intensity histogram. Bins are numbered from 1, the first that occurs, to the
/// last; those between count as empty where they do not occur.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HistogramFeatures {
    /// The index of the first bin: its least value over the width. The number `g` is the bin
    /// `first + g - 1`.
    pub first: i64,
    /// First-order statistics of the bins' numbers: mean (X6K6), variance (CH89), skewness (88K1),
    /// kurtosis (C3I7), median (WIFQ), minimum (1PR8), 10th and 90th percentile (GPMT, OZ0C), maximum
    /// (3NCY), mode (AMMC), interquartile range (WR0O), range (5Z3W), mean, robust and median absolute
    /// deviation (D2ZX, WRZB, 4RNL), coefficient of variation (CWYJ), quartile coefficient of
    /// dispersion (SLWD), entropy in bits (TLU2), uniformity (BJ5W).
    pub numbers: FirstOrder,
    /// The greatest gradient of the counts, pixels per bin (12CE): halves of the differences between
    /// both neighbours, and at the ends the difference to the one; 0 where there is one bin.
    pub max_gradient: f64,
    /// The first number that has it (8E6O).
    pub max_gradient_number: u64,
    /// The least gradient of the counts, pixels per bin (VQB3).
    pub min_gradient: f64,
    /// The first number that has it (RHQZ).
    pub min_gradient_number: u64,
}

impl HistogramFeatures {
    /// The features of bins; `None` of no pixels.
    pub fn of(bins: &Bins) -> Option<Self> {
        let &(first, _) = bins.counts.first()?;
        let numbered = bins.counts.iter().map(|&(index, count)| (index - first + 1, count));
        let numbered = Histogram::from_bins(numbered.collect(), bins.n_padding);
        let numbers = Rescale::default();
        let sums = PowerSums::of(&numbered, &numbers);
        let gradients = gradient::gradients(numbered.bins());
        Some(Self {
            first,
            numbers: FirstOrder::of(&numbered, &numbers, &sums)?,
            max_gradient: gradients.max.0,
            max_gradient_number: gradients.max.1,
            min_gradient: gradients.min.0,
            min_gradient_number: gradients.min.1,
        })
    }
}
