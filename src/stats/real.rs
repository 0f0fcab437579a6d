//! Float pixels in, an exact histogram of real values out, and its sums.
//!
//! A float is an integer times a power of two, and a power of two is an exact decimal: sums are
//! exact, and so the same in any order.

mod sums;

use super::first_order::{Ordered, between};
use super::levels::{self, Quantile};
use super::sums::PowerSums;

pub(super) use sums::{exact, power_sums};

/// The greatest magnitude that counts as a number. Beyond it squares, and what follows from them,
/// would not be finite; real files mark missing pixels with such values.
pub(super) const MAX_MAGNITUDE: f64 = 1e100;

/// How often each real value occurs: Float Pixel Data (7FE0,0008), Double Float Pixel Data
/// (7FE0,0009).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RealHistogram {
    bins: Vec<(f64, u64)>,
    n_padding: u64,
    n_not_finite: u64,
}

/// The real values that stand for "no pixel here", both ends included: Float Pixel Padding Value
/// (0028,0122) to Float Pixel Padding Range Limit (0028,0124), or the double ones (0028,0123) and
/// (0028,0125).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RealPadding {
    low: f64,
    high: f64,
}

impl RealPadding {
    /// From value to limit, in either order; for a single value, that value twice. A value that is
    /// no number is none of padding.
    pub fn new(value: f64, limit: f64) -> Self {
        Self { low: value.min(limit), high: value.max(limit) }
    }

    /// Whether it is one of them; what is no number is none.
    pub fn contains(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

impl RealHistogram {
    /// Counts values of single precision; each is exact in double.
    pub fn from_f32(values: &[f32], padding: Option<RealPadding>) -> Self {
        Self::count(values.iter().copied().map(f64::from), padding)
    }

    /// Counts values of double precision.
    pub fn from_f64(values: &[f64], padding: Option<RealPadding>) -> Self {
        Self::count(values.iter().copied(), padding)
    }

    fn count(values: impl Iterator<Item = f64>, padding: Option<RealPadding>) -> Self {
        let mut histogram = Self::default();
        let mut sorted = Vec::with_capacity(values.size_hint().0);
        for value in values {
            if padding.is_some_and(|padding| padding.contains(value)) {
                histogram.n_padding += 1;
            } else if value.abs() <= MAX_MAGNITUDE {
                // 0 and -0 are one value.
                sorted.push(value + 0.0);
            } else {
                histogram.n_not_finite += 1;
            }
        }
        sorted.sort_unstable_by(f64::total_cmp);
        histogram.bins =
            sorted.chunk_by(PartialEq::eq).map(|run| (run[0], run.len() as u64)).collect();
        histogram
    }

    /// The pixels of several frames of one image.
    pub fn merged<'a>(frames: impl Iterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for frame in frames {
            all.bins.extend_from_slice(&frame.bins);
            all.n_padding += frame.n_padding;
            all.n_not_finite += frame.n_not_finite;
        }
        all.bins.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        all.bins.dedup_by(|next, kept| {
            let same = next.0.to_bits() == kept.0.to_bits();
            if same {
                kept.1 += next.1;
            }
            same
        });
        all
    }

    /// The values that occur, ascending, each with its count.
    pub fn bins(&self) -> &[(f64, u64)] {
        &self.bins
    }

    /// Pixels counted.
    pub fn n_pixels(&self) -> u64 {
        self.bins.iter().map(|&(_, count)| count).sum()
    }

    /// Pixels left out as padding.
    pub fn n_padding(&self) -> u64 {
        self.n_padding
    }

    /// Pixels left out as no numbers: not a number, infinite, or of a magnitude above 1e100.
    pub fn n_not_finite(&self) -> u64 {
        self.n_not_finite
    }
}

impl PowerSums {
    /// The sums of real values.
    pub fn of_reals(histogram: &RealHistogram) -> Self {
        power_sums(histogram.bins())
    }
}

/// What follows from the order of real values: sums of magnitudes in ascending order of value, which
/// is the same for the same pixels.
pub(super) fn ordered(bins: &[(f64, u64)], n: u64, mean: f64) -> Option<Ordered> {
    if bins.is_empty() {
        return None;
    }
    let quantiles = levels::percentiles(bins, n);
    let value = |quantile: Quantile<f64>| quantile.value(|value| value);
    let inner = between(bins, quantiles[2], quantiles[6]);
    let inner_mean = power_sums(inner).moments().map(|moments| moments.mean);
    let median = value(quantiles[4]);
    let highest = bins.iter().map(|&(_, count)| count).max()?;
    let mode = bins
        .iter()
        .filter(|&&(_, count)| count == highest)
        .map(|&(value, _)| value)
        .min_by(|a, b| (a - mean).abs().total_cmp(&(b - mean).abs()))?;
    Some(Ordered {
        quantiles: quantiles.map(value),
        mode,
        mad: mean_deviation(bins, mean),
        rmad: inner_mean.map(|mean| mean_deviation(inner, mean)),
        medad: mean_deviation(bins, median),
    })
}

fn mean_deviation(bins: &[(f64, u64)], centre: f64) -> f64 {
    let n: u64 = bins.iter().map(|&(_, count)| count).sum();
    bins.iter().map(|&(value, count)| count as f64 * (value - centre).abs()).sum::<f64>() / n as f64
}
