//! The first-order statistics of one image: a histogram and its rescale in, one row out.
//!
//! Definitions follow the Image Biomarker Standardisation Initiative's reference manual
//! (arXiv:1612.07003, sections 3.3 and 3.4), without discretisation; four-character codes are its.

mod ascending;

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::levels::{self, Quantile};
use super::real::{self, RealHistogram};
use super::rescale::Rescale;
use super::sums::PowerSums;

pub(super) use ascending::{Ascending, count_and_sum};

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

/// What follows from the order and the frequency of levels, in output units.
pub(super) struct Ordered {
    /// The levels' percentiles.
    pub(super) quantiles: [f64; 9],
    pub(super) mode: f64,
    pub(super) mad: f64,
    pub(super) rmad: Option<f64>,
    pub(super) medad: f64,
}

impl FirstOrder {
    /// The statistics of an image and its `sums`; `None` when it has no pixels.
    pub(super) fn of(histogram: &Histogram, rescale: &Rescale, sums: &PowerSums) -> Option<Self> {
        let image = Ascending::new(histogram, rescale);
        let n_padding = histogram.n_padding();
        Self::assemble(&image.bins, n_padding, sums, || image.ordered(sums.n))
    }

    /// The statistics of real values and their `sums`; `None` when there are none.
    pub(super) fn of_reals(image: &RealHistogram, sums: &PowerSums) -> Option<Self> {
        let moments = sums.moments()?;
        let ordered = || real::ordered(image.bins(), sums.n, moments.mean);
        Self::assemble(image.bins(), image.n_padding(), sums, ordered)
    }

    fn assemble<K>(
        bins: &[(K, u64)],
        n_padding: u64,
        sums: &PowerSums,
        ordered: impl FnOnce() -> Option<Ordered>,
    ) -> Option<Self> {
        let moments = sums.moments()?;
        let n = sums.n;
        let Ordered { quantiles, mode, mad, rmad, medad } = ordered()?;
        let [p01, p05, p10, p25, median, p75, p90, p95, p99] = quantiles;
        let min = sums.min.as_ref()?.to_f64();
        let max = sums.max.as_ref()?.to_f64();
        Some(Self {
            n_pixels: n,
            n_padding,
            n_distinct: bins.len() as u32,
            min,
            max,
            mean: moments.mean,
            var: moments.var,
            sd: moments.sd,
            skew: moments.skew,
            kurt: moments.kurt,
            cov: ratio(moments.sd, moments.mean),
            median,
            mode,
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
            mad,
            rmad,
            medad,
            qcod: ratio(p75 - p25, p75 + p25),
            energy: sums.s2.to_f64(),
            rms: sums.rms()?,
            entropy: levels::entropy(bins, n),
            uniformity: levels::uniformity(bins, n),
        })
    }
}

fn ratio(num: f64, den: f64) -> Option<f64> {
    let quotient = num / den;
    (den != 0.0 && quotient.is_finite()).then_some(quotient)
}

/// The bins from the percentile `low` to the percentile `high`. No level lies between a percentile
/// and its neighbours.
pub(super) fn between<K: Copy + PartialOrd>(
    bins: &[(K, u64)],
    low: Quantile<K>,
    high: Quantile<K>,
) -> &[(K, u64)] {
    let first = if low.hundredths == 0 { low.below } else { low.above };
    let start = bins.partition_point(|&(value, _)| value < first);
    let end = bins.partition_point(|&(value, _)| value <= high.below);
    bins.get(start..end).unwrap_or_default()
}
