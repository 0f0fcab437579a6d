//! Frames with rescales of their own in, one histogram of the whole image with one rescale out.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::decimal::Decimal;
use super::histogram::Histogram;
use super::levels;
use super::rescale::Rescale;

/// Values of the common grid have up to this many bits: sums of `n^2 v` then fit an `i128` for every
/// `n` below 2^37, and a value is exact as `f64`.
const MAX_BITS: u64 = 53;

/// All frames' pixels on the coarsest decimal grid that holds the output values of all of them
/// exactly: that of the greatest common divisor of their slopes and of the distances of their
/// intercepts. `None` of no frame, and where a value would have more than 53 bits on it, as with slopes
/// of very many digits; a frame's statistics are then all there are, and the merged [`PowerSums`](super::PowerSums).
///
/// ```
/// use sauva::stats::{Histogram, Rescale, SampleFormat, whole};
///
/// let format = SampleFormat::new(16, false)?;
/// let frame = |samples: &[u16]| Histogram::from_u16(samples, format, None);
/// let frames = [
///     (frame(&[10, 20])?, Rescale::from_ds("0.5", "0")?),
///     (frame(&[20, 40])?, Rescale::from_ds("0.25", "5")?),
/// ];
/// let (histogram, rescale) = whole(&frames).ok_or("no common grid")?;
/// let values = histogram.bins().iter().map(|&(v, n)| (rescale.apply(v).to_string(), n));
/// assert_eq!(values.collect::<Vec<_>>(), [("5".into(), 1), ("10".into(), 2), ("15".into(), 1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn whole(frames: &[(Histogram, Rescale)]) -> Option<(Histogram, Rescale)> {
    let grid = Grid::of(frames)?;
    let mut bins = Vec::new();
    for (histogram, rescale) in frames {
        let (step, offset) = grid.of_frame(rescale)?;
        for &(value, count) in histogram.bins() {
            let on_grid = step.checked_mul(value.into())?.checked_add(offset)?;
            let fits = on_grid.unsigned_abs() < 1 << MAX_BITS;
            bins.push((on_grid.to_i64().filter(|_| fits)?, count));
        }
    }
    levels::settle(&mut bins);
    let n_padding = frames.iter().map(|(histogram, _)| histogram.n_padding()).sum();
    Some((Histogram::from_bins(bins, n_padding), grid.rescale()))
}

/// The numbers `(origin + k step) 10^exponent`.
struct Grid {
    origin: BigInt,
    step: BigInt,
    exponent: i32,
}

impl Grid {
    fn of(frames: &[(Histogram, Rescale)]) -> Option<Self> {
        let lowest = frames.iter().map(|(_, rescale)| &rescale.intercept).min()?;
        let numbers = frames.iter().flat_map(|(_, rescale)| [&rescale.slope, &rescale.intercept]);
        let exponent = numbers.filter(|n| !n.is_zero()).map(Decimal::exponent).min().unwrap_or(0);
        let origin = lowest.scaled_to(exponent);
        let mut step = BigInt::zero();
        for (_, rescale) in frames {
            step = common_divisor(&step, &rescale.slope.scaled_to(exponent));
            step = common_divisor(&step, &(rescale.intercept.scaled_to(exponent) - &origin));
        }
        // Where all values are one, any step will do.
        let step = if step.is_zero() { BigInt::from(1) } else { step };
        Some(Self { origin, step, exponent })
    }

    /// Steps per stored unit, and the steps at the stored value 0.
    fn of_frame(&self, rescale: &Rescale) -> Option<(i128, i128)> {
        let slope = rescale.slope.scaled_to(self.exponent) / &self.step;
        let offset = (rescale.intercept.scaled_to(self.exponent) - &self.origin) / &self.step;
        Some((slope.to_i128()?, offset.to_i128()?))
    }

    fn rescale(&self) -> Rescale {
        let decimal = |number: &BigInt| Decimal::new(number.clone(), self.exponent);
        Rescale { slope: decimal(&self.step), intercept: decimal(&self.origin) }
    }
}

/// The greatest common divisor, by Euclid; of 0 and a number, its magnitude.
fn common_divisor(a: &BigInt, b: &BigInt) -> BigInt {
    let (mut a, mut b) = (a.abs(), b.abs());
    while !b.is_zero() {
        (a, b) = (b.clone(), a % b);
    }
    a
}
