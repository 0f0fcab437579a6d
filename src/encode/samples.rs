//! Native pixel data to samples and back: shifted to bit 0, masked to Bits Stored, the samples of a
//! pixel side by side.

use bytes::Bytes;

use super::EncodeError;
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;

/// The samples of native pixel data, and the pixel data anew where bits had to be cleared. `None`
/// where the samples are no integers of their own: float pixels, shared chroma.
pub(super) fn canonical(
    native: &Bytes,
    image: &ImagePixel,
    embedded_overlay: bool,
) -> Result<Option<(Samples, Option<Bytes>)>, EncodeError> {
    if image.is_subsampled() && (image.bits_allocated, image.bits_stored) != (8, 8) {
        // Nobody says where such samples lie, so nobody can say that nothing lies beside them.
        return Err(EncodeError::Unsupported);
    }
    if image.sample_type == SampleType::Float || image.is_subsampled() {
        return Ok(None);
    }
    let window = Window::of(image);
    let (samples, stray) = match image.bits_allocated {
        1 => (Samples::Eight(unpacked(native, image)), false),
        8 => eight(native, window),
        16 => sixteen(native, window),
        32 => thirty_two(native, window),
        _ => return Err(EncodeError::Unsupported),
    };
    if stray && !embedded_overlay {
        return Err(EncodeError::StrayBits);
    }
    let cleared = stray.then(|| cleared(native, image, window));
    Ok(Some((by_pixel(samples, image), cleared)))
}

/// Where the stored bits lie in an allocated word.
#[derive(Debug, Clone, Copy)]
struct Window {
    shift: u32,
    mask: u32,
    /// Bits of the word outside the window, seen from the shifted word.
    outside_high: u32,
    outside_low: u32,
    sign: u32,
}

impl Window {
    fn of(image: &ImagePixel) -> Self {
        let stored = u32::from(image.bits_stored);
        let allocated = u32::from(image.bits_allocated);
        let ones = |bits: u32| u32::MAX.checked_shr(32 - bits).unwrap_or(0);
        let shift = u32::from(image.high_bit) + 1 - stored;
        let mask = ones(stored);
        let is_signed = image.sample_type == SampleType::Signed;
        Self {
            shift,
            mask,
            outside_high: ones(allocated) >> shift & !mask,
            outside_low: ones(shift),
            sign: if is_signed { 1 << (stored - 1) } else { 0 },
        }
    }

    /// Whether the bits outside the window hold more than zeros or the extended sign.
    fn is_stray(self, word: u32) -> bool {
        let shifted = word >> self.shift;
        let high = shifted & self.outside_high;
        let extended = shifted & self.sign != 0 && high == self.outside_high;
        word & self.outside_low != 0 || (high != 0 && !extended)
    }
}

fn eight(native: &[u8], window: Window) -> (Samples, bool) {
    let (shift, mask) = (window.shift, window.mask as u8);
    let stray = native.iter().any(|word| window.is_stray(u32::from(*word)));
    (Samples::Eight(native.iter().map(|word| word >> shift & mask).collect()), stray)
}

fn sixteen(native: &[u8], window: Window) -> (Samples, bool) {
    let (shift, mask) = (window.shift, window.mask as u16);
    // Arrays of two, not slices: only those loops become vector instructions.
    let words = || native.as_chunks().0.iter().map(|bytes| u16::from_le_bytes(*bytes));
    // The common case first: no bit outside the window is set anywhere.
    let outside = words().fold(0, |all, word| all | word) & !(mask << shift);
    let stray = outside != 0 && words().any(|word| window.is_stray(u32::from(word)));
    (Samples::Sixteen(words().map(|word| word >> shift & mask).collect()), stray)
}

fn thirty_two(native: &[u8], window: Window) -> (Samples, bool) {
    let words = || native.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    let stray = words().any(|word| window.is_stray(word));
    (Samples::ThirtyTwo(words().map(|word| word >> window.shift & window.mask).collect()), stray)
}

/// One bit a sample, the first sample in the lowest bit (PS3.5 section 8.1.1).
fn unpacked(native: &[u8], image: &ImagePixel) -> Vec<u8> {
    let samples = image.samples().unwrap_or(0) as usize;
    (0..samples).map(|at| native[at / 8] >> (at % 8) & 1).collect()
}

/// The pixel data with everything outside the window set to zero or to the sign.
fn cleared(native: &Bytes, image: &ImagePixel, window: Window) -> Bytes {
    let width = usize::from(image.bits_allocated / 8);
    let mut cleared = native.to_vec();
    for bytes in cleared.chunks_exact_mut(width) {
        let word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        if window.is_stray(word) {
            let stored = word >> window.shift & window.mask;
            let high = if stored & window.sign != 0 { window.outside_high } else { 0 };
            let word = (stored | high) << window.shift;
            bytes.copy_from_slice(&word.to_le_bytes()[..width]);
        }
    }
    cleared.into()
}

fn by_pixel(samples: Samples, image: &ImagePixel) -> Samples {
    let components = usize::from(image.samples_per_pixel);
    if components == 1 || image.planar_configuration == 0 {
        return samples;
    }
    let frame = image.samples_per_frame() as usize;
    match samples {
        Samples::Eight(planes) => Samples::Eight(by_frame(&planes, frame, components)),
        Samples::Sixteen(planes) => Samples::Sixteen(by_frame(&planes, frame, components)),
        Samples::ThirtyTwo(planes) => Samples::ThirtyTwo(by_frame(&planes, frame, components)),
    }
}

fn by_frame<T: Copy>(planes: &[T], frame: usize, components: usize) -> Vec<T> {
    planes.chunks_exact(frame).flat_map(|frame| interleaved(frame, components)).collect()
}

/// Planes one after the other to the samples of a pixel side by side.
fn interleaved<T: Copy>(planes: &[T], components: usize) -> Vec<T> {
    let pixels = planes.len() / components;
    let planes = ndarray::ArrayView2::from_shape((components, pixels), planes)
        .expect("a frame has whole planes");
    planes.reversed_axes().iter().copied().collect()
}

/// Samples as little-endian bytes.
pub(super) fn le(samples: &[u16]) -> Vec<u8> {
    let mut bytes = vec![0; size_of_val(samples)];
    for (to, sample) in bytes.as_chunks_mut().0.iter_mut().zip(samples) {
        *to = sample.to_le_bytes();
    }
    bytes
}
