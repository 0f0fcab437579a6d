//! Black as a quantised DC coefficient: a sample and the quantisation step in, the coefficient out.

use super::NO_BLACK;
use crate::codestream::CodestreamError;

/// The DC coefficient of a block whose samples, decoded, all are `sample`.
///
/// A block of nothing but DC has samples of an eighth of it above the middle of the range (T.81 sections
/// A.3.1 and A.3.3), rounded and cut to the range.
pub(super) fn quantised(sample: u16, step: u16, precision: u8) -> Result<i32, CodestreamError> {
    let (sample, step) = (i32::from(sample), i32::from(step));
    let largest = (1 << precision) - 1;
    if step == 0 || sample > largest {
        return Err(NO_BLACK);
    }
    let wanted = 8 * (sample - (1 << (precision - 1)));
    let coefficient = if sample == 0 {
        wanted.div_euclid(step)
    } else if sample == largest {
        (wanted + step - 1).div_euclid(step)
    } else {
        (2 * wanted + step).div_euclid(2 * step)
    };
    let missed = coefficient * step - wanted;
    // Decoders that cut to the range by a table have one of four times the range.
    let is_decoded = (coefficient * step).abs() < 1 << (precision + 4);
    // Half a sample is rounded either way, by one decoder or the other.
    let is_exact = missed.abs() < 4 || sample == 0 && missed < 0 || sample == largest && missed > 0;
    if is_decoded && is_exact { Ok(coefficient) } else { Err(NO_BLACK) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_range_are_rounded_outwards_and_the_middle_is_nothing() {
        assert_eq!(quantised(0, 1, 8), Ok(-1024));
        assert_eq!(quantised(0, 16, 8), Ok(-64));
        assert_eq!(quantised(0, 255, 8), Ok(-5));
        assert_eq!(quantised(255, 3, 8), Ok(339));
        assert_eq!(quantised(255, 255, 8), Ok(4));
        assert_eq!(quantised(128, 99, 8), Ok(0));
        assert_eq!(quantised(0, 5, 12), Ok(-3277));
        assert_eq!(quantised(4095, 1, 12), Ok(16_376));
    }

    #[test]
    fn what_no_coefficient_gives_is_refused() {
        assert_eq!(quantised(16, 50, 8), Err(NO_BLACK));
        assert_eq!(quantised(16, 7, 8), Ok(-128));
        assert_eq!(quantised(256, 1, 8), Err(NO_BLACK));
        assert_eq!(quantised(0, 0, 8), Err(NO_BLACK));
        assert_eq!(quantised(0, 5000, 8), Err(NO_BLACK));
        assert_eq!(quantised(4095, 65_535, 12), Ok(1));
    }
}
