//! The first-order statistics of one image: a histogram and its rescale in, one row out.
//!
//! Definitions follow the Image Biomarker Standardisation Initiative's reference manual
//! (arXiv:1612.07003, sections 3.3 and 3.4), without discretisation; four-character codes are its.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::levels::{self, Quantile};
use super::rescale::Rescale;
use super::sums::PowerSums;

/// The statistics of one image, in output units unless said otherwise. `y` is a pixel's output
/// value, `n` the number of pixels, `p` the share of pixels at a level.
///
/// All numbers are finite for slopes and intercepts read from decimal strings. What may be
/// undefined for some image is an `Option`, and `null` in JSON. Percentiles are linear at the rank
/// `(n-1)q`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FirstOrder {
    /// Pixels measured, `n`.
    pub n_pixels: u64,
    /// Pixels left out as padding.
    pub n_padding: u64,
    /// Different values.
    pub n_distinct: u32,
    /// The least value (1GSF).
    pub min: f64,
    /// The greatest value (84IY).
    pub max: f64,
    /// `sum y / n` (Q4LE).
    pub mean: f64,
    /// `sum (y - mean)^2 / n`, square units (ECT3).
    pub var: f64,
    /// `sqrt(var)`.
    pub sd: f64,
    /// `m3 / m2^(3/2)`, no unit (KE2A); 0 for a constant image.
    pub skew: f64,
    /// `m4 / m2^2 - 3`, no unit (IPH6); 0 for a constant image.
    pub kurt: f64,
    /// `sd / mean`, no unit (7TET); `None` when the mean is 0.
    pub cov: Option<f64>,
    /// The 50th percentile (Y12H).
    pub median: f64,
    /// The most frequent value (AMMC); of several, the one nearest the mean, then the lower one.
    pub mode: f64,
    /// The 1st percentile.
    pub p01: f64,
    /// The 5th percentile.
    pub p05: f64,
    /// The 10th percentile (QG58).
    pub p10: f64,
    /// The 25th percentile.
    pub p25: f64,
    /// The 75th percentile.
    pub p75: f64,
    /// The 90th percentile (8DWT).
    pub p90: f64,
    /// The 95th percentile.
    pub p95: f64,
    /// The 99th percentile.
    pub p99: f64,
    /// `p75 - p25` (SALO).
    pub iqr: f64,
    /// `max - min` (2OJQ).
    pub range: f64,
    /// `sum |y - mean| / n` (4FUA).
    pub mad: f64,
    /// As `mad`, of the pixels from `p10` to `p90` and about their own mean (1128); `None` when
    /// there is no such pixel.
    pub rmad: Option<f64>,
    /// `sum |y - median| / n` (N72L).
    pub medad: f64,
    /// `(p75 - p25) / (p75 + p25)`, no unit (9S40); `None` when the divisor is 0.
    pub qcod: Option<f64>,
    /// `sum y^2`, square units (N8CA).
    pub energy: f64,
    /// `sqrt(sum y^2 / n)` (5ZWQ).
    pub rms: f64,
    /// `-sum p log2 p`, bits, over the values as they are (TLU2).
    pub entropy: f64,
    /// `sum p^2` over the values as they are, no unit (BJ5W).
    pub uniformity: f64,
}

impl FirstOrder {
    /// The statistics of an image and its `sums`; `None` when it has no pixels.
    pub(super) fn of(histogram: &Histogram, rescale: &Rescale, sums: &PowerSums) -> Option<Self> {
        let image = Ascending::new(histogram, rescale);
        let moments = sums.moments()?;
        let n = sums.n;
        let quantiles = levels::percentiles(&image.bins, n);
        let [p01, p05, p10, p25, median, p75, p90, p95, p99] =
            quantiles.map(|quantile| quantile.value(|value| image.output(value)));
        let min = sums.min.as_ref()?.to_f64();
        let max = sums.max.as_ref()?.to_f64();
        Some(Self {
            n_pixels: n,
            n_padding: histogram.n_padding(),
            n_distinct: image.bins.len() as u32,
            min,
            max,
            mean: moments.mean,
            var: moments.var,
            sd: moments.sd,
            skew: moments.skew,
            kurt: moments.kurt,
            cov: ratio(moments.sd, moments.mean),
            median,
            mode: image.output(mode(&image.bins)?),
            p01,
            p05,
            p10,
            p25,
            p75,
            p90,
            p95,
            p99,
            iqr: p75 - p25,
            range: max - min,
            mad: image.unit * deviation_from_mean(&image.bins)?,
            rmad: deviation_from_mean(between(&image.bins, quantiles[2], quantiles[6]))
                .map(|deviation| image.unit * deviation),
            medad: image.unit * deviation_from_median(&image.bins, quantiles[4], n),
            qcod: ratio(p75 - p25, p75 + p25),
            energy: sums.s2.to_f64(),
            rms: sums.rms()?,
            entropy: levels::entropy(&image.bins, n),
            uniformity: levels::uniformity(&image.bins, n),
        })
    }
}

/// An image's bins such that output values ascend with them.
struct Ascending<'a> {
    bins: Cow<'a, [(i64, u64)]>,
    rescale: Cow<'a, Rescale>,
    /// Output units per bin unit, not negative.
    unit: f64,
}

impl<'a> Ascending<'a> {
    fn new(histogram: &'a Histogram, rescale: &'a Rescale) -> Self {
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
        let slope = &super::Decimal::default() - &rescale.slope;
        let rescale = Rescale { slope, intercept: rescale.intercept.clone() };
        Self { bins: bins.into(), rescale: Cow::Owned(rescale), unit }
    }

    fn output(&self, value: i64) -> f64 {
        self.rescale.apply(value).to_f64()
    }
}

fn ratio(num: f64, den: f64) -> Option<f64> {
    let quotient = num / den;
    (den != 0.0 && quotient.is_finite()).then_some(quotient)
}

/// Pixels and the sum of their values. Exact: `i128` holds `n^2 v` for every `n` below 2^46.
fn count_and_sum(bins: &[(i64, u64)]) -> (i128, i128) {
    bins.iter().fold((0, 0), |(n, sum), &(value, count)| {
        (n + i128::from(count), sum + i128::from(count) * i128::from(value))
    })
}

fn mode(bins: &[(i64, u64)]) -> Option<i64> {
    let (n, sum) = count_and_sum(bins);
    let highest = bins.iter().map(|&(_, count)| count).max()?;
    let distance_times_n = |value: i64| (n * i128::from(value) - sum).abs();
    bins.iter()
        .filter(|&&(_, count)| count == highest)
        .map(|&(value, _)| value)
        .min_by_key(|&value| distance_times_n(value))
}

/// The bins from the percentile `low` to the percentile `high`. No level lies between a percentile
/// and its neighbours.
fn between(bins: &[(i64, u64)], low: Quantile<i64>, high: Quantile<i64>) -> &[(i64, u64)] {
    let first = if low.hundredths == 0 { low.below } else { low.above };
    let start = bins.partition_point(|&(value, _)| value < first);
    let end = bins.partition_point(|&(value, _)| value <= high.below);
    bins.get(start..end).unwrap_or_default()
}

/// The mean absolute deviation from the mean, in bin units; `None` of no pixels.
fn deviation_from_mean(bins: &[(i64, u64)]) -> Option<f64> {
    let (n, sum) = count_and_sum(bins);
    (n > 0).then(|| sum_of_deviations(bins, sum, n) as f64 / n as f64 / n as f64)
}

fn deviation_from_median(bins: &[(i64, u64)], median: Quantile<i64>, n: u64) -> f64 {
    // The rank (n-1)/2 is a whole or a half one.
    let upper = if median.hundredths == 0 { median.below } else { median.above };
    let doubled = i128::from(median.below) + i128::from(upper);
    sum_of_deviations(bins, doubled, 2) as f64 / 2.0 / n as f64
}

/// `den * sum |v - c|` about `c = num / den`, from the pixels at or below it: with `N` and `S` of
/// those, `sum |v - c| = 2 (c N - S) + sum v - c n`.
fn sum_of_deviations(bins: &[(i64, u64)], num: i128, den: i128) -> i128 {
    let (n, sum) = count_and_sum(bins);
    let centre = num.div_euclid(den);
    let below = bins.partition_point(|&(value, _)| i128::from(value) <= centre);
    let (n_below, sum_below) = count_and_sum(&bins[..below]);
    2 * (num * n_below - den * sum_below) + den * sum - num * n
}
