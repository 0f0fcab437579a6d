//! Byte planes (PS3.5 section G.2): one byte of one sample of every pixel, out of samples and back.

use super::{Frame, Sample};

/// A byte plane: which sample of a pixel, and how far its byte lies above the lowest bit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    component: usize,
    components: usize,
    shift: u32,
}

/// The planes in the order of their segments: those of the first sample first, of each the most
/// significant byte first.
pub(super) fn planes(frame: Frame) -> Vec<Plane> {
    let components = frame.components as usize;
    let of = |component| {
        let shifts = (0..frame.bits).step_by(8).rev();
        shifts.map(move |shift| Plane { component, components, shift })
    };
    (0..components).flat_map(of).collect()
}

impl Plane {
    /// Fills a plane from the samples.
    pub(super) fn split<S: Sample>(self, samples: &[S], plane: &mut [u8]) {
        let byte = |sample: S| (sample.into() >> self.shift) as u8;
        if self.components == 1 {
            // Simple enough for vector instructions.
            for (to, sample) in plane.iter_mut().zip(samples) {
                *to = byte(*sample);
            }
        } else {
            for (to, pixel) in plane.iter_mut().zip(samples.chunks_exact(self.components)) {
                *to = byte(pixel[self.component]);
            }
        }
    }

    /// Puts a plane into samples whose bits are still zero there.
    pub(super) fn merge<S: Sample>(self, plane: &[u8], samples: &mut [S]) {
        let with =
            |sample: S, byte: u8| S::from_value(sample.into() | u16::from(byte) << self.shift);
        if self.components == 1 {
            for (sample, byte) in samples.iter_mut().zip(plane) {
                *sample = with(*sample, *byte);
            }
        } else {
            for (pixel, byte) in samples.chunks_exact_mut(self.components).zip(plane) {
                pixel[self.component] = with(pixel[self.component], *byte);
            }
        }
    }
}
