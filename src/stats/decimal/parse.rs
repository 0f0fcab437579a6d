//! From text to decimal number.

use num_bigint::BigInt;

use super::{Decimal, DecimalError};

/// `[+-] digits [. digits] [E [+-] digits]`, with at least one digit before the exponent.
pub(super) fn decimal(text: &str, max_exponent: i32) -> Result<Decimal, DecimalError> {
    let (number, exponent) = match text.split_once(['E', 'e']) {
        Some((number, exponent)) => (number, exponent_within(exponent, max_exponent)?),
        None => (text, 0),
    };
    let (negative, number) = split_sign(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    if !is_digits(&digits) {
        return Err(DecimalError::Malformed);
    }
    let magnitude: BigInt = digits.parse().map_err(|_| DecimalError::Malformed)?;
    let places = i32::try_from(fraction.len()).map_err(|_| DecimalError::Exponent)?;
    Ok(Decimal::new(if negative { -magnitude } else { magnitude }, exponent - places))
}

fn exponent_within(text: &str, max: i32) -> Result<i32, DecimalError> {
    let (negative, digits) = split_sign(text);
    if !is_digits(digits) {
        return Err(DecimalError::Malformed);
    }
    let magnitude = digits.parse().unwrap_or(i32::MAX);
    if magnitude > max {
        return Err(DecimalError::Exponent);
    }
    Ok(if negative { -magnitude } else { magnitude })
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
