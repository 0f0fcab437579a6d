//! From stored values to output values: `y = slope * v + intercept`, exactly.
//!
//! PS3.3 section C.11.1: Rescale Slope (0028,1053) and Rescale Intercept (0028,1052).

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::decimal::{Decimal, DecimalError, common_exponent};

/// Up to `10^22` a power of ten is exact as `f64`: `5^22 < 2^53`.
const MAX_EXACT_POWER_OF_TEN: u32 = 22;

/// The linear map from stored to output values. By default, the identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescale {
    /// Output units per stored unit. May be negative; 0 makes the image constant.
    pub slope: Decimal,
    /// The output value of the stored value 0.
    pub intercept: Decimal,
}

impl Default for Rescale {
    fn default() -> Self {
        Self { slope: Decimal::from(1), intercept: Decimal::default() }
    }
}

impl Rescale {
    /// Reads slope and intercept from decimal strings.
    pub fn from_ds(slope: &str, intercept: &str) -> Result<Self, DecimalError> {
        Ok(Self { slope: Decimal::from_ds(slope)?, intercept: Decimal::from_ds(intercept)? })
    }

    /// The output value of a stored value.
    pub fn apply(&self, stored: i64) -> Decimal {
        &(&self.slope * &Decimal::from(stored)) + &self.intercept
    }

    /// Slope and intercept where both are whole numbers of 20 bits: what they give for stored values of 32 bits is
    /// then exact as `f64`.
    pub(super) fn whole(&self) -> Option<(i64, i64)> {
        let whole = |number: &Decimal| {
            let is_short = (0..=6).contains(&number.exponent());
            let number = is_short.then(|| number.scaled_to(0))?.to_i64()?;
            (number.unsigned_abs() < 1 << 20).then_some(number)
        };
        Some((whole(&self.slope)?, whole(&self.intercept)?))
    }

    /// Slope and intercept as integers, counting `10^exponent`: the third field.
    pub(super) fn scaled(&self) -> (BigInt, BigInt, i32) {
        let exponent = common_exponent(&self.slope, &self.intercept);
        (self.slope.scaled_to(exponent), self.intercept.scaled_to(exponent), exponent)
    }
}

/// A [`Rescale`] made ready for many values.
#[derive(Debug, Clone)]
pub(super) struct FastRescale {
    short: Option<Short>,
    exact: Rescale,
}

/// Integer arithmetic, then one conversion and one multiplication or division.
#[derive(Debug, Clone)]
struct Short {
    slope: i128,
    intercept: i128,
    power: f64,
    divide: bool,
    /// The widest stored value whose product fits.
    widest: u64,
}

impl FastRescale {
    pub(super) fn new(rescale: &Rescale) -> Self {
        Self { short: Short::new(rescale), exact: rescale.clone() }
    }

    /// The output value within one unit in the last place, and the same wherever it is computed.
    pub(super) fn apply(&self, stored: i64) -> f64 {
        match &self.short {
            Some(short) if stored.unsigned_abs() <= short.widest => short.apply(stored),
            _ => self.exact.apply(stored).to_f64(),
        }
    }
}

impl Short {
    /// `None` of numbers too long for it.
    fn new(rescale: &Rescale) -> Option<Self> {
        let (slope, intercept, exponent) = rescale.scaled();
        let power = exponent.unsigned_abs();
        // 92 bits times the 33 bits of a stored value fit 127.
        if slope.bits().max(intercept.bits()) > 92 || power > MAX_EXACT_POWER_OF_TEN {
            return None;
        }
        let widest = 1 << (125 - slope.bits()).min(62);
        let power = 10u128.pow(power) as f64;
        let (slope, intercept) = (slope.to_i128()?, intercept.to_i128()?);
        Some(Self { slope, intercept, power, divide: exponent < 0, widest })
    }

    fn apply(&self, stored: i64) -> f64 {
        let scaled = (self.slope * i128::from(stored) + self.intercept) as f64;
        if self.divide { scaled / self.power } else { scaled * self.power }
    }
}
