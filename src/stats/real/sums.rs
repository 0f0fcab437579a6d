//! Exact power sums of floats.

use num_bigint::BigInt;
use num_traits::Zero;

use super::super::decimal::Decimal;
use super::super::sums::PowerSums;

/// Explicit bits of the mantissa of an `f64`.
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
/// The exponent of the last bit of the least numbers.
const LEAST_EXPONENT: i32 = f64::MIN_EXP - f64::MANTISSA_DIGITS as i32;
/// Mantissas of single precision: the sums of their fourth powers fit 127 bits for fewer than 2^31
/// pixels.
const SHORT_BITS: u32 = 24;
const SHORT_PIXELS: u64 = 1 << 31;

/// The sums of ascending values, each with its count.
pub(in crate::stats) fn power_sums(bins: &[(f64, u64)]) -> PowerSums {
    let n = bins.iter().map(|&(_, count)| count).sum();
    let totals = totals(bins, n);
    let [s1, s2, s3, s4] = [1, 2, 3, 4].map(|k| in_decimals(&totals, k));
    let decimal = |bin: Option<&(f64, u64)>| bin.map(|&(value, _)| exact(value));
    PowerSums { n, s1, s2, s3, s4, min: decimal(bins.first()), max: decimal(bins.last()) }
}

/// A float as a decimal: each is one.
pub(in crate::stats) fn exact(value: f64) -> Decimal {
    let (mantissa, exponent) = parts(value);
    binary(mantissa.into(), exponent)
}

/// The sums of `m^k`, `k = 1..4`, of the values `m 2^e` with the exponent `e`.
struct Total {
    exponent: i32,
    sums: [BigInt; 4],
}

fn totals(bins: &[(f64, u64)], n: u64) -> Vec<Total> {
    let mut parted: Vec<_> = bins.iter().map(|&(value, count)| (parts(value), count)).collect();
    parted.sort_by_key(|&((_, exponent), _)| exponent);
    parted
        .chunk_by(|((_, a), _), ((_, b), _)| a == b)
        .map(|group| Total { exponent: group[0].0.1, sums: of_mantissas(group, n) })
        .collect()
}

fn of_mantissas(group: &[((i64, i32), u64)], n: u64) -> [BigInt; 4] {
    let is_short = |&((mantissa, _), _): &((i64, i32), u64)| mantissa.abs() <= 1 << SHORT_BITS;
    if n < SHORT_PIXELS && group.iter().all(is_short) {
        let mut sums = [0i128; 4];
        for &((mantissa, _), count) in group {
            let mut term = i128::from(count);
            for sum in &mut sums {
                term *= i128::from(mantissa);
                *sum += term;
            }
        }
        return sums.map(BigInt::from);
    }
    let mut sums: [BigInt; 4] = Default::default();
    for &((mantissa, _), count) in group {
        let mut term = BigInt::from(count);
        for sum in &mut sums {
            term *= mantissa;
            *sum += &term;
        }
    }
    sums
}

/// An integer and a power of two: of 24 bits where the value has no more, so that the values of an
/// image of single precision share few exponents.
fn parts(value: f64) -> (i64, i32) {
    let bits = value.abs().to_bits();
    let field = (bits >> MANTISSA_BITS) as i32;
    let fraction = (bits & ((1 << MANTISSA_BITS) - 1)) as i64;
    let (mantissa, exponent) = if field == 0 {
        (fraction, LEAST_EXPONENT)
    } else {
        (fraction | 1 << MANTISSA_BITS, LEAST_EXPONENT + field - 1)
    };
    let spare = mantissa.trailing_zeros().min(MANTISSA_BITS + 1 - SHORT_BITS);
    let spare = if spare == MANTISSA_BITS + 1 - SHORT_BITS { spare } else { 0 };
    let mantissa = mantissa >> spare;
    (if value < 0.0 { -mantissa } else { mantissa }, exponent + spare as i32)
}

/// The sum of `y^k`, from those of each exponent.
fn in_decimals(totals: &[Total], k: i32) -> Decimal {
    // Exponents ascend.
    let Some(first) = totals.first() else {
        return Decimal::default();
    };
    let sum = totals.iter().fold(BigInt::zero(), |sum, total| {
        let shift = (total.exponent - first.exponent) * k;
        sum + (&total.sums[k as usize - 1] << shift)
    });
    binary(sum, first.exponent * k)
}

/// `number * 2^exponent`.
fn binary(number: BigInt, exponent: i32) -> Decimal {
    let spare = number.trailing_zeros().unwrap_or(0);
    // Odd, the digits end in no 0 that would have to be taken off again.
    let (number, exponent) = (number >> spare, exponent + spare as i32);
    if exponent >= 0 {
        return Decimal::new(number << exponent, 0);
    }
    // 2^-e = 5^e 10^-e
    Decimal::new(number * BigInt::from(5).pow(exponent.unsigned_abs()), exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_decimals() {
        let table = [
            (0.5, "0.5"),
            (-0.375, "-0.375"),
            (0.0, "0"),
            (1e22, "1E22"),
            (3.0, "3"),
            (0.1, "1000000000000000055511151231257827021181583404541015625E-55"),
        ];
        for (value, expected) in table {
            assert_eq!(exact(value).to_string(), expected);
        }
        for value in [f64::from_bits(1), f64::MIN_POSITIVE, 1e100, -0.1, f64::from(0.1f32)] {
            assert_eq!(exact(value).to_f64().to_bits(), value.to_bits());
        }
    }
}
