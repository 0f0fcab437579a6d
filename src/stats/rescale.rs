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

    /// Slope and intercept as integers, counting `10^exponent`: the third field.
    pub(super) fn scaled(&self) -> (BigInt, BigInt, i32) {
        let exponent = common_exponent(&self.slope, &self.intercept);
        (self.slope.scaled_to(exponent), self.intercept.scaled_to(exponent), exponent)
    }
}

/// A [`Rescale`] made ready for many values.
#[derive(Debug, Clone)]
pub(super) enum FastRescale {
    /// Integer arithmetic, then one conversion and one multiplication or division.
    Integer { slope: i128, intercept: i128, power: f64, divide: bool },
    /// Numbers too long for that.
    Exact(Rescale),
}

impl FastRescale {
    pub(super) fn new(rescale: &Rescale) -> Self {
        let (slope, intercept, exponent) = rescale.scaled();
        let within = |value: &BigInt| value.bits() <= 92;
        let power = exponent.unsigned_abs();
        match (slope.to_i128(), intercept.to_i128()) {
            // 92 bits times the 33 bits of a stored value fit 127.
            (Some(a), Some(b))
                if within(&slope) && within(&intercept) && power <= MAX_EXACT_POWER_OF_TEN =>
            {
                let power = 10u128.pow(power) as f64;
                Self::Integer { slope: a, intercept: b, power, divide: exponent < 0 }
            }
            _ => Self::Exact(rescale.clone()),
        }
    }

    /// The output value within one unit in the last place, and the same wherever it is computed.
    pub(super) fn apply(&self, stored: i64) -> f64 {
        match self {
            Self::Integer { slope, intercept, power, divide } => {
                let scaled = (slope * i128::from(stored) + intercept) as f64;
                if *divide { scaled / power } else { scaled * power }
            }
            Self::Exact(rescale) => rescale.apply(stored).to_f64(),
        }
    }
}
