//! Exact decimal numbers: DICOM decimal strings in, exact arithmetic, one rounding on the way out.
//!
//! Rescale slopes and intercepts are decimal strings (PS3.5 section 6.2, VR DS), so what follows
//! from them and from integer samples is decimal too. Kept exactly, sums do not depend on order.

mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

/// The most characters taken from a decimal string. PS3.5 Table 6.2-1 allows 16; writers that print
/// a double in full pass that, and their numbers are good.
const DS_MAX_CHARS: usize = 64;
/// The widest exponent taken from a decimal string. Far beyond any unit, and small enough that the
/// squares of rescaled values are finite as `f64`.
const DS_MAX_EXPONENT: i32 = 100;
/// The widest exponent taken from this program's own output: it bounds what a row may allocate.
const MAX_EXPONENT: i32 = 10_000;
/// Up to this exponent, either way, numbers are printed without one.
const MAX_PLAIN_EXPONENT: i32 = 20;

/// Why a string is not a decimal number. The string itself is not repeated: it may be a patient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// More characters than PS3.5 allows.
    #[error("decimal string longer than {DS_MAX_CHARS} characters")]
    TooLong,
    /// Not a sign, digits, a point and an exponent.
    #[error("not a decimal number")]
    Malformed,
    /// An exponent beyond the bounds.
    #[error("decimal exponent out of range")]
    Exponent,
}

/// An exact decimal number, `mantissa * 10^exponent`.
///
/// The mantissa has no trailing zeros, so that equal numbers are equal field by field.
///
/// ```
/// use sauva::stats::Decimal;
///
/// let slope = Decimal::from_ds(" 1.50E1")?;
/// assert_eq!(slope.to_string(), "15");
/// assert_eq!((&slope * &Decimal::from_ds("0.1")?).to_string(), "1.5");
/// # Ok::<(), sauva::stats::DecimalError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    mantissa: BigInt,
    exponent: i32,
}

impl Decimal {
    /// `mantissa * 10^exponent`.
    pub fn new(mantissa: impl Into<BigInt>, exponent: i32) -> Self {
        let mut number = Self { mantissa: mantissa.into(), exponent };
        number.normalise();
        number
    }

    /// Reads one value of a decimal string: PS3.5 section 6.2, at most 64 characters besides the
    /// spaces around it, and an exponent of at most 100 either way.
    pub fn from_ds(text: &str) -> Result<Self, DecimalError> {
        let text = text.trim_matches(' ');
        if text.len() > DS_MAX_CHARS {
            return Err(DecimalError::TooLong);
        }
        parse::decimal(text, DS_MAX_EXPONENT)
    }

    /// The digits, without trailing zeros, with the sign.
    pub fn mantissa(&self) -> &BigInt {
        &self.mantissa
    }

    /// The power of ten of the last digit.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// Whether the number is 0.
    pub fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    /// Whether the number is below 0.
    pub fn is_negative(&self) -> bool {
        self.mantissa.is_negative()
    }

    /// The number to the power `n`, exactly.
    #[must_use]
    pub fn pow(&self, n: u32) -> Self {
        Self::new(self.mantissa.pow(n), self.exponent * n as i32)
    }

    /// The nearest `f64`, ties to even; infinite beyond the range.
    pub fn to_f64(&self) -> f64 {
        ratio_to_f64(&self.mantissa, self.exponent, &BigInt::one())
    }

    /// The digits of the number when its last one counts `10^exponent`.
    ///
    /// `exponent` must not be above the number's own.
    pub(super) fn scaled_to(&self, exponent: i32) -> BigInt {
        debug_assert!(exponent <= self.exponent || self.is_zero());
        if exponent == self.exponent || self.is_zero() {
            return self.mantissa.clone();
        }
        &self.mantissa * power_of_ten(self.exponent.abs_diff(exponent))
    }

    fn normalise(&mut self) {
        if self.mantissa.is_zero() {
            self.exponent = 0;
            return;
        }
        // An odd number does not end in 0: that spares most numbers the division.
        while !self.mantissa.bit(0) && (&self.mantissa % 10u32).is_zero() {
            self.mantissa /= 10u32;
            self.exponent += 1;
        }
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self { mantissa: BigInt::zero(), exponent: 0 }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(value, 0)
    }
}

impl Add for &Decimal {
    type Output = Decimal;

    fn add(self, other: &Decimal) -> Decimal {
        let exponent = common_exponent(self, other);
        Decimal::new(self.scaled_to(exponent) + other.scaled_to(exponent), exponent)
    }
}

impl Sub for &Decimal {
    type Output = Decimal;

    fn sub(self, other: &Decimal) -> Decimal {
        let exponent = common_exponent(self, other);
        Decimal::new(self.scaled_to(exponent) - other.scaled_to(exponent), exponent)
    }
}

impl AddAssign<&Decimal> for Decimal {
    fn add_assign(&mut self, other: &Decimal) {
        *self = &*self + other;
    }
}

impl Mul for &Decimal {
    type Output = Decimal;

    fn mul(self, other: &Decimal) -> Decimal {
        Decimal::new(&self.mantissa * &other.mantissa, self.exponent + other.exponent)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let exponent = common_exponent(self, other);
        self.scaled_to(exponent).cmp(&other.scaled_to(exponent))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain digits, or `<digits>E<exponent>` when the last digit is more than 20 places from the
/// point. One number has one form.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exponent.abs() > MAX_PLAIN_EXPONENT {
            return write!(f, "{}E{}", self.mantissa, self.exponent);
        }
        if self.exponent >= 0 {
            return write!(f, "{}", self.scaled_to(0));
        }
        let places = self.exponent.unsigned_abs() as usize;
        let digits = format!("{:0>width$}", self.mantissa.magnitude(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if self.is_negative() { "-" } else { "" };
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// Reads what `Display` writes: as a decimal string, but of any length.
impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        parse::decimal(text, MAX_EXPONENT)
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;

    fn try_from(text: String) -> Result<Self, DecimalError> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.to_string()
    }
}

/// `num * 10^exponent / den` as the nearest `f64`, ties to even; infinite beyond the range. `den`
/// is above 0. (Below 2^-1022 a second rounding may add half a unit in the last place.)
pub(super) fn ratio_to_f64(num: &BigInt, exponent: i32, den: &BigInt) -> f64 {
    let power = power_of_ten(exponent.unsigned_abs());
    let (num, den) =
        if exponent < 0 { (num.clone(), den * power) } else { (num * power, den.clone()) };
    if num.is_zero() {
        return 0.0;
    }
    // The quotient gets 66 or 67 bits; with the remainder kept as its last bit, the rounding of
    // the conversion from integer is the rounding of the exact ratio.
    let shift = 66 + den.bits() as i64 - num.bits() as i64;
    let (dividend, divisor) = if shift >= 0 {
        (num.magnitude() << shift, den.magnitude().clone())
    } else {
        (num.magnitude().clone(), den.magnitude() << -shift)
    };
    let quotient = &dividend / &divisor;
    let inexact = u128::from(&quotient * &divisor != dividend);
    let magnitude = quotient.to_u128().map_or(f64::INFINITY, |q| (q | inexact) as f64);
    let value = libm::scalbn(magnitude, -shift as i32);
    if num.sign() == Sign::Minus { -value } else { value }
}

fn power_of_ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// The lower exponent; that of 0 does not count.
pub(super) fn common_exponent(a: &Decimal, b: &Decimal) -> i32 {
    match (a.is_zero(), b.is_zero()) {
        (true, _) => b.exponent,
        (_, true) => a.exponent,
        _ => a.exponent.min(b.exponent),
    }
}
