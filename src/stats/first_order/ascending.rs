//! The bins of an image in ascending order of output value, and what follows from that: by integers.

use std::borrow::Cow;

use super::super::histogram::Histogram;
use super::super::levels::{self, Quantile};
use super::super::rescale::{FastRescale, Rescale};
use super::{Ordered, between};

/// An image's bins such that output values ascend with them.
pub(in crate::stats) struct Ascending<'a> {
    pub(in crate::stats) bins: Cow<'a, [(i64, u64)]>,
    pub(in crate::stats) rescale: Cow<'a, Rescale>,
    /// Output units per bin unit, not negative.
    pub(in crate::stats) unit: f64,
}

impl<'a> Ascending<'a> {
    pub(in crate::stats) fn new(histogram: &'a Histogram, rescale: &'a Rescale) -> Self {
        let unit = rescale.slope.to_f64().abs();
        if !rescale.slope.is_zero() && !rescale.slope.is_negative() {
            return Self { bins: histogram.bins().into(), rescale: Cow::Borrowed(rescale), unit };
        }
        if rescale.slope.is_zero() {
            // All values become one.
            let bins = histogram.mapped(|_| 0).bins().to_vec();
            return Self { bins: bins.into(), rescale: Cow::Borrowed(rescale), unit };
        }
        // a v + b = (-a)(-v) + b
        let bins: Vec<_> = histogram.bins().iter().rev().map(|&(v, count)| (-v, count)).collect();
        let slope = &crate::stats::Decimal::default() - &rescale.slope;
        let rescale = Rescale { slope, intercept: rescale.intercept.clone() };
        Self { bins: bins.into(), rescale: Cow::Owned(rescale), unit }
    }

    /// The output value, rounded once.
    pub(in crate::stats) fn output(&self, value: i64) -> f64 {
        self.rescale.apply(value).to_f64()
    }

    /// Ascending output values within one unit in the last place, each with its count.
    pub(in crate::stats) fn outputs(&self) -> Vec<(f64, u64)> {
        let output = FastRescale::new(&self.rescale);
        self.bins.iter().map(|&(value, count)| (output.apply(value), count)).collect()
    }

    pub(super) fn ordered(&self, n: u64) -> Option<Ordered> {
        let bins = &*self.bins;
        if bins.is_empty() {
            return None;
        }
        let quantiles = levels::percentiles(bins, n);
        let (n_all, sum) = count_and_sum(bins);
        let inner = between(bins, quantiles[2], quantiles[6]);
        let (n_inner, sum_inner) = count_and_sum(inner);
        let deviation = |bins, n: i128, sum| {
            let total = sum_of_deviations(bins, (n, sum), sum, n) as f64;
            (n > 0).then(|| self.unit * (total / n as f64 / n as f64))
        };
        Some(Ordered {
            quantiles: quantiles.map(|quantile| quantile.value(|value| self.output(value))),
            mode: self.output(mode(bins, n_all, sum)?),
            mad: deviation(bins, n_all, sum)?,
            rmad: deviation(inner, n_inner, sum_inner),
            medad: self.unit * deviation_from_median(bins, quantiles[4], (n_all, sum)),
        })
    }
}

/// Pixels and the sum of their values. Exact: `i128` holds `n^2 v` for every `n` below 2^46 and `v`
/// of 33 bits, and for every `n` below 2^37 and `v` of 53.
pub(in crate::stats) fn count_and_sum(bins: &[(i64, u64)]) -> (i128, i128) {
    let widest = |bins: &[(i64, u64)]| {
        // Bins ascend.
        let ends = [bins.first(), bins.last()].into_iter().flatten();
        ends.map(|(value, _)| value.unsigned_abs()).max().unwrap_or(0)
    };
    bins.chunks(256).fold((0, 0), |(n, sum), bins| {
        let (count, product) = bins.iter().fold((0u64, 0i64), |(n, sum), &(value, count)| {
            (n + count, sum.wrapping_add(value.wrapping_mul(count as i64)))
        });
        let bits = |x: u64| u64::BITS - x.leading_zeros();
        let product = if bits(widest(bins)) + bits(count) < i64::BITS {
            i128::from(product)
        } else {
            bins.iter().map(|&(value, count)| i128::from(value) * i128::from(count)).sum()
        };
        (n + i128::from(count), sum + product)
    })
}

fn mode(bins: &[(i64, u64)], n: i128, sum: i128) -> Option<i64> {
    let highest = bins.iter().map(|&(_, count)| count).max()?;
    let distance_times_n = |value: i64| (n * i128::from(value) - sum).abs();
    bins.iter()
        .filter(|&&(_, count)| count == highest)
        .map(|&(value, _)| value)
        .min_by_key(|&value| distance_times_n(value))
}

fn deviation_from_median(bins: &[(i64, u64)], median: Quantile<i64>, all: (i128, i128)) -> f64 {
    // The rank (n-1)/2 is a whole or a half one.
    let upper = if median.hundredths == 0 { median.below } else { median.above };
    let doubled = i128::from(median.below) + i128::from(upper);
    sum_of_deviations(bins, all, doubled, 2) as f64 / 2.0 / all.0 as f64
}

/// `den * sum |v - c|` about `c = num / den`, from the pixels at or below it: with `N` and `S` of
/// those, `sum |v - c| = 2 (c N - S) + sum v - c n`.
fn sum_of_deviations(bins: &[(i64, u64)], (n, sum): (i128, i128), num: i128, den: i128) -> i128 {
    if den == 0 {
        return 0;
    }
    let centre = num.div_euclid(den);
    let below = bins.partition_point(|&(value, _)| i128::from(value) <= centre);
    let (n_below, sum_below) = count_and_sum(&bins[..below]);
    2 * (num * n_below - den * sum_below) + den * sum - num * n
}
