//! What all codecs take and give: the form of an image, and its samples.

use super::error::CodecError;

/// The form of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Pixels in a line, 1 to 65,535.
    pub width: u32,
    /// Lines, 1 to 65,535.
    pub height: u32,
    /// Samples of a pixel, 1 to 4; more in RLE, for samples that are coded in parts.
    pub components: u32,
    /// Bits of a sample, 2 to 16: those to write, or the most that may be read.
    pub bits: u32,
}

impl Frame {
    /// How many samples there are.
    pub fn samples(self) -> u64 {
        u64::from(self.width) * u64::from(self.height) * u64::from(self.components)
    }

    /// Whether these may be its samples, by their number and their type.
    pub(super) fn check<S: Sample>(self, samples: &[S]) -> Result<(), CodecError> {
        self.check_type::<S>()?;
        if samples.len() as u64 == self.samples() { Ok(()) } else { Err(CodecError::Frame) }
    }

    /// Whether it is a form that codecs hold, and samples of this type hold its bits.
    pub(super) fn check_type<S: Sample>(self) -> Result<(), CodecError> {
        if self.is_sound() && self.bits <= S::BITS { Ok(()) } else { Err(CodecError::Frame) }
    }

    /// Whether no sample has more bits than the form says.
    pub(super) fn check_bits<S: Sample>(self, samples: &[S]) -> Result<(), CodecError> {
        if self.bits == S::BITS {
            return Ok(());
        }
        let all_bits = samples.iter().fold(0, |all, sample| all | (*sample).into());
        if u32::from(all_bits) >> self.bits == 0 { Ok(()) } else { Err(CodecError::Sample) }
    }

    pub(super) fn is_sound(self) -> bool {
        (1..=0xFFFF).contains(&self.width)
            && (1..=0xFFFF).contains(&self.height)
            && (1..=4).contains(&self.components)
            && (2..=16).contains(&self.bits)
    }
}

/// A sample in memory: `u8` for up to 8 bits, `u16` for up to 16.
pub trait Sample: Copy + Default + Eq + Into<u16> + sealed::Sealed {
    /// The bits that it has room for.
    const BITS: u32;

    /// The sample of this value, which has no more than `BITS` bits.
    fn from_value(value: u16) -> Self;
}

impl Sample for u8 {
    const BITS: u32 = 8;

    #[inline]
    fn from_value(value: u16) -> Self {
        value as u8
    }
}

impl Sample for u16 {
    const BITS: u32 = 16;

    #[inline]
    fn from_value(value: u16) -> Self {
        value
    }
}

mod sealed {
    /// Keeps `Sample` to the widths that the decoders are tested with.
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
}
