//! Samples in, levels out: unsigned numbers in the order of the samples' values.

use std::ops::{BitAnd, BitOr, BitXor};

use super::super::histogram::SampleFormat;
use super::Frame;

/// A sample, or a level, of any width.
pub(super) trait Sample:
    Copy + Ord + Into<u32> + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self>
{
    /// The least level, and the greatest of this width.
    const ENDS: (Self, Self);

    /// The low bits of a number.
    fn truncated(number: u32) -> Self;

    /// All bits, or none.
    fn bits(are_set: bool) -> Self;

    /// `self - other`, modulo the width.
    fn minus(self, other: Self) -> Self;
}

macro_rules! sample {
    ($($width:ty),*) => {$(
        impl Sample for $width {
            const ENDS: (Self, Self) = (0, Self::MAX);

            #[inline(always)]
            fn truncated(number: u32) -> Self {
                number as Self
            }

            #[inline(always)]
            fn bits(are_set: bool) -> Self {
                if are_set { Self::MAX } else { 0 }
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    )*};
}
sample!(u8, u16, u32);

/// Brings the samples of a frame into the order of their values, and knows which are padding.
///
/// Flipped, the sign bit of two's complement puts negative numbers below the others; the constant
/// that all levels are too high by is in no difference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<S> {
    mask: S,
    bias: S,
    padding: Option<Span<S>>,
}

/// The levels up to `len` above `first`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<S> {
    pub(super) first: S,
    pub(super) len: S,
}

impl<S: Sample> Order<S> {
    /// The order of a frame's samples. Bits Stored is not more than a sample has.
    pub(super) fn of(frame: &Frame<'_>) -> Self {
        let format = frame.format;
        let padding = frame.padding.and_then(|padding| {
            let (low, high) = padding.ends();
            span(format, low, high)
        });
        Self { mask: S::truncated(format.mask()), bias: S::truncated(format.bias()), padding }
    }

    #[inline(always)]
    pub(super) fn level(self, sample: S) -> S {
        (sample & self.mask) ^ self.bias
    }

    /// The levels that are padding, where there are such.
    pub(super) fn padding(self) -> Option<Span<S>> {
        self.padding
    }
}

impl<S: Sample> Span<S> {
    #[inline(always)]
    pub(super) fn holds(self, level: S) -> bool {
        level.minus(self.first) <= self.len
    }
}

/// The levels whose values lie from `low` to `high`; `None` where the format holds none of them.
pub(super) fn span<S: Sample>(format: SampleFormat, low: i64, high: i64) -> Option<Span<S>> {
    let bias = i64::from(format.bias());
    let first = low.saturating_add(bias).max(0);
    let last = high.saturating_add(bias).min(i64::from(format.mask()));
    // Both lie between 0 and the mask, or nothing lies between them.
    let of = |number: i64| S::truncated(number as u32);
    (first <= last).then(|| Span { first: of(first), len: of(last - first) })
}

/// Does `$body` with the frame's samples, whatever their width.
macro_rules! with_samples {
    ($frame:expr, $samples:ident => $body:expr) => {
        match $frame.samples {
            crate::stats::FrameSamples::Eight($samples) => $body,
            crate::stats::FrameSamples::Sixteen($samples) => $body,
            crate::stats::FrameSamples::ThirtyTwo($samples) => $body,
        }
    };
}
pub(super) use with_samples;
