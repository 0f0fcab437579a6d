//! Exact power sums in output units, and the moments that follow from them.

use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::decimal::{Decimal, ratio_to_f64};
use super::histogram::Histogram;
use super::rescale::Rescale;

/// Binomial coefficients `C(k, j)`.
const BINOMIAL: [&[u32]; 5] = [&[1], &[1, 1], &[1, 2, 1], &[1, 3, 3, 1], &[1, 4, 6, 4, 1]];

/// The sums of `y^k`, `k = 1..4`, over the pixels of one or many images, exactly.
///
/// [`merge`](Self::merge) is exact, so it commutes and associates. Written with every number as a
/// decimal string: few readers of JSON keep more than 53 bits of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerSums {
    /// Pixels.
    #[serde(with = "as_string")]
    pub n: u64,
    /// Sum of `y`.
    pub s1: Decimal,
    /// Sum of `y^2`.
    pub s2: Decimal,
    /// Sum of `y^3`.
    pub s3: Decimal,
    /// Sum of `y^4`.
    pub s4: Decimal,
    /// The least `y`; `None` when there is no pixel.
    pub min: Option<Decimal>,
    /// The greatest `y`; `None` when there is no pixel.
    pub max: Option<Decimal>,
}

/// Mean and central moments, each the exact value rounded once (the square roots: twice).
/// Population moments, as the IBSI reference manual has them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// `s1 / n` (IBSI Q4LE).
    pub mean: f64,
    /// `sum (y - mean)^2 / n` (IBSI ECT3).
    pub var: f64,
    /// `sqrt(var)`.
    pub sd: f64,
    /// `m3 / m2^(3/2)` (IBSI KE2A); 0 when all pixels are equal.
    pub skew: f64,
    /// `m4 / m2^2 - 3` (IBSI IPH6); 0 when all pixels are equal.
    pub kurt: f64,
}

impl PowerSums {
    /// The sums of an image's output values.
    pub fn of(histogram: &Histogram, rescale: &Rescale) -> Self {
        let n = histogram.n_pixels();
        let (slope, intercept, exponent) = rescale.scaled();
        let stored = stored_sums(histogram.bins(), n);
        let sum = |k: usize| output_sum(k, &stored, &slope, &intercept, exponent);
        let ends = [histogram.bins().first(), histogram.bins().last()];
        let [first, last] = ends.map(|bin| bin.map(|&(value, _)| rescale.apply(value)));
        let (min, max) = if slope.is_negative() { (last, first) } else { (first, last) };
        Self { n, s1: sum(1), s2: sum(2), s3: sum(3), s4: sum(4), min, max }
    }

    /// Adds the pixels of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.s1 += &other.s1;
        self.s2 += &other.s2;
        self.s3 += &other.s3;
        self.s4 += &other.s4;
        self.min = [&self.min, &other.min].into_iter().flatten().min().cloned();
        self.max = [&self.max, &other.max].into_iter().flatten().max().cloned();
    }

    /// Mean and central moments; `None` when there is no pixel.
    pub fn moments(&self) -> Option<Moments> {
        if self.n == 0 {
            return None;
        }
        let n = BigInt::from(self.n);
        let (exponent, [s1, s2, s3, s4]) = self.as_integers();
        // m2, m3 and m4 times n^2, n^3 and n^4: integers, whatever the mean.
        let n2 = &n * &n;
        let s1_s1 = &s1 * &s1;
        let m2: BigInt = &n * &s2 - &s1_s1;
        let m3: BigInt = &n2 * &s3 - 3 * &n * &s1 * &s2 + 2 * &s1_s1 * &s1;
        let m4: BigInt =
            &n2 * (&n * &s4 - 4 * &s1 * &s3) + 6 * &n * &s1_s1 * &s2 - 3 * &s1_s1 * &s1_s1;
        let var = ratio_to_f64(&m2, 2 * exponent, &n2);
        let (skew, kurt) = shape(&m2, &m3, &m4);
        Some(Moments { mean: ratio_to_f64(&s1, exponent, &n), var, sd: var.sqrt(), skew, kurt })
    }

    /// The root of the mean square, `sqrt(s2 / n)` (IBSI 5ZWQ); `None` when there is no pixel.
    pub fn rms(&self) -> Option<f64> {
        let n = BigInt::from(self.n);
        let mean_square = || ratio_to_f64(self.s2.mantissa(), self.s2.exponent(), &n);
        (self.n > 0).then(|| mean_square().sqrt())
    }

    /// An exponent `e`, and the sums as integers: the one of `y^k` counts `10^(k e)`.
    fn as_integers(&self) -> (i32, [BigInt; 4]) {
        let sums = [&self.s1, &self.s2, &self.s3, &self.s4];
        let exponent =
            (1..).zip(sums).map(|(k, sum)| sum.exponent().div_euclid(k)).fold(0, i32::min);
        let mut k = 0;
        let integers = sums.map(|sum| {
            k += 1;
            sum.scaled_to(k * exponent)
        });
        (exponent, integers)
    }
}

/// Skewness and excess kurtosis of central moments times n^2, n^3 and n^4. The powers of n, and of
/// ten, cancel.
fn shape(m2: &BigInt, m3: &BigInt, m4: &BigInt) -> (f64, f64) {
    if m2.is_zero() {
        return (0.0, 0.0);
    }
    let m2_m2 = m2 * m2;
    let skew = ratio_to_f64(&(m3 * m3), 0, &(&m2_m2 * m2)).sqrt();
    let skew = if m3.is_negative() { -skew } else { skew };
    (skew, ratio_to_f64(&(m4 - 3 * &m2_m2), 0, &m2_m2))
}

/// The sums of `v^k`, `k = 0..4`, over stored values. The bins ascend.
fn stored_sums(bins: &[(i64, u64)], n: u64) -> [BigInt; 5] {
    let ends = [bins.first(), bins.last()].into_iter().flatten();
    let widest = ends.map(|(value, _)| value.unsigned_abs()).max().unwrap_or(0);
    let width = |x: u64| u64::BITS - x.leading_zeros();
    if 2 * width(widest) + width(n) < i64::BITS {
        short_sums(bins).map(BigInt::from)
    } else if 4 * width(widest) + width(n) < i128::BITS {
        narrow_sums(bins).map(BigInt::from)
    } else {
        wide_sums(bins)
    }
}

/// For most images: `n v^2` fits an `i64`, and the product of two such an `i128`.
fn short_sums(bins: &[(i64, u64)]) -> [i128; 5] {
    let (mut s0, mut s1, mut s2, mut s3, mut s4) = (0, 0, 0, 0, 0);
    for &(value, count) in bins {
        let count = count as i64;
        let square = value * value;
        let second = count * square;
        s0 += count;
        s1 += count * value;
        s2 += second;
        s3 += i128::from(second) * i128::from(value);
        s4 += i128::from(second) * i128::from(square);
    }
    [s0.into(), s1.into(), s2.into(), s3, s4]
}

/// The sums of `v^k`, `k = 1..4`, over stored values, where 38 decimal digits hold them.
pub(super) fn of_stored(histogram: &Histogram) -> Option<[i128; 4]> {
    const MOST: u128 = 10_u128.pow(38);
    let [_, s1, s2, s3, s4] = stored_sums(histogram.bins(), histogram.n_pixels());
    let [Some(s1), Some(s2), Some(s3), Some(s4)] = [s1, s2, s3, s4].map(|sum| sum.to_i128()) else {
        return None;
    };
    let sums = [s1, s2, s3, s4];
    sums.iter().all(|sum| sum.unsigned_abs() < MOST).then_some(sums)
}

/// For all but pixels of more than some 25 bits: `n v^4` fits an `i128`.
fn narrow_sums(bins: &[(i64, u64)]) -> [i128; 5] {
    bins.iter().fold([0; 5], |[s0, s1, s2, s3, s4], &(value, count)| {
        let (count, value) = (i128::from(count), i128::from(value));
        let square = value * value;
        let (first, second) = (count * value, count * square);
        [s0 + count, s1 + first, s2 + second, s3 + second * value, s4 + second * square]
    })
}

fn wide_sums(bins: &[(i64, u64)]) -> [BigInt; 5] {
    let mut sums: [BigInt; 5] = Default::default();
    for &(value, count) in bins {
        let mut term = BigInt::from(count);
        for sum in &mut sums {
            *sum += &term;
            term *= value;
        }
    }
    sums
}

/// The sum of `(slope v + intercept)^k 10^(k exponent)`, from the sums of the powers of `v`.
fn output_sum(
    k: usize,
    stored: &[BigInt; 5],
    slope: &BigInt,
    intercept: &BigInt,
    exponent: i32,
) -> Decimal {
    // (a v + b)^k = sum over j of C(k, j) a^j b^(k-j) v^j, from j = k down.
    let mut sum = BigInt::zero();
    let mut power = BigInt::one();
    for j in (0..=k).rev() {
        sum += BINOMIAL[k][j] * &power * slope.pow(j as u32) * &stored[j];
        power *= intercept;
    }
    Decimal::new(sum, k as i32 * exponent)
}

pub(super) mod as_string {
    //! An integer as a decimal string.

    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(in crate::stats) fn serialize<N: Display, S: Serializer>(
        n: &N,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(n)
    }

    pub(in crate::stats) fn deserialize<'de, N, D>(from: D) -> Result<N, D::Error>
    where
        N: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_and_wide_sums_agree() {
        let bins = [(-70_000, 3), (-1, 1 << 40), (0, 5), (12, 7), (65_535, 262_144)];
        assert_eq!(narrow_sums(&bins).map(BigInt::from), wide_sums(&bins));
        assert_eq!(narrow_sums(&bins[2..]), short_sums(&bins[2..]));
    }

    #[test]
    fn sums_of_nothing_are_nothing() {
        let sums = PowerSums::of(&Histogram::default(), &Rescale::default());
        assert_eq!(sums, PowerSums::default());
        assert_eq!((sums.moments(), sums.rms()), (None, None));
        let json = serde_json::to_string(&sums).unwrap();
        assert_eq!(json, r#"{"n":"0","s1":"0","s2":"0","s3":"0","s4":"0","min":null,"max":null}"#);
    }
}
