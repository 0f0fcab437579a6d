//! A part of an image's values, such as its background: ascending bins in, what is asked of it out.

use num_bigint::BigInt;

use super::super::decimal::ratio_to_f64;
use super::super::first_order::{Ascending, count_and_sum};
use super::super::real::power_sums;
use super::finite;

/// Mean and spread of a part, and its output values with their counts, ascending.
pub(super) struct Part<'a> {
    pub(super) n: u64,
    /// Not a number where there is no pixel, as are the others.
    pub(super) mean: f64,
    /// The population's.
    pub(super) sd: f64,
    values: &'a [(f64, u64)],
}

impl<'a> Part<'a> {
    /// Of stored values: exact integers, rounded once.
    pub(super) fn of(bins: &[(i64, u64)], image: &Ascending<'_>, values: &'a [(f64, u64)]) -> Self {
        let (n, sum) = count_and_sum(bins);
        if n == 0 {
            return Self { n: 0, mean: f64::NAN, sd: f64::NAN, values };
        }
        let (slope, intercept, exponent) = image.rescale.scaled();
        let mean = ratio_to_f64(&(slope * sum + intercept * n), exponent, &BigInt::from(n));
        // About the first of them, so that squares are small: n sum d^2 - (sum d)^2.
        let first = i128::from(bins[0].0);
        let distance = |value: i64| (i128::from(value) - first).unsigned_abs();
        let is_wide = bins.last().is_some_and(|&(value, _)| distance(value) >= 1 << 44);
        // So that 256 products of a count and a square fit 128 bits.
        let squares: BigInt = bins
            .chunks(256)
            .map(|bins| {
                if is_wide {
                    let square =
                        |&(value, count): &(i64, u64)| BigInt::from(distance(value)).pow(2) * count;
                    return bins.iter().map(square).sum();
                }
                let square = |&(value, count): &(i64, u64)| {
                    u128::from(count) * (distance(value) * distance(value))
                };
                BigInt::from(bins.iter().map(square).sum::<u128>())
            })
            .sum();
        let shifted = BigInt::from(sum - n * first);
        let variance = squares * n - &shifted * &shifted;
        let variance = ratio_to_f64(&variance, 0, &(BigInt::from(n) * n));
        Self { n: n as u64, mean, sd: image.unit * variance.sqrt(), values }
    }

    pub(super) fn of_reals(values: &'a [(f64, u64)]) -> Self {
        let sums = power_sums(values);
        let (mean, sd) = sums.moments().map_or((f64::NAN, f64::NAN), |m| (m.mean, m.sd));
        Self { n: sums.n, mean, sd, values }
    }

    /// The median of the squares; of two middle ones the mean. `None` of no pixels.
    pub(super) fn median_energy(&self) -> Option<f64> {
        let middle = (self.n.checked_sub(1)? / 2, self.n / 2);
        let split = self.values.partition_point(|&(value, _)| value < 0.0);
        let (negative, positive) = self.values.split_at(split);
        // Magnitudes ascend from 0 both ways.
        let mut negative = negative.iter().rev().map(|&(value, count)| (-value, count)).peekable();
        let mut positive = positive.iter().copied().peekable();
        let mut through = 0;
        let mut lower = None;
        loop {
            let take_negative = match (negative.peek(), positive.peek()) {
                (Some((a, _)), Some((b, _))) => a < b,
                (next, _) => next.is_some(),
            };
            let (magnitude, count) =
                if take_negative { negative.next()? } else { positive.next()? };
            through += count;
            if through > middle.0 {
                lower = lower.or(Some(magnitude));
            }
            if through > middle.1 {
                let (a, b) = (lower?, magnitude);
                return finite(f64::midpoint(a * a, b * b));
            }
        }
    }
}

/// The entropy focus criterion of ascending values. With `b^2 = sum y^2`,
/// `sum (y/b) ln(y/b) = (sum y ln y - ln b sum y) / b`.
pub(super) fn entropy_focus(values: &[(f64, u64)], n: u64) -> Option<f64> {
    if values.first()?.0 < 0.0 || n < 2 {
        return None;
    }
    // Relative to the greatest, so that nothing overflows.
    let greatest = values.last()?.0;
    let (mut sum, mut squares, mut entropy) = (0.0, 0.0, 0.0);
    for &(value, count) in values.iter().filter(|&&(value, _)| value > 0.0) {
        let share = value / greatest;
        let weight = count as f64 * share;
        sum += weight;
        squares += weight * share;
        entropy += weight * libm::log(share);
    }
    let b = squares.sqrt();
    let root = (n as f64).sqrt();
    finite((entropy - libm::log(b) * sum) / b / (root * libm::log(1.0 / root)))
}
