//! What needs neighbours: one frame's samples in, exact integer sums out, and from those the noise
//! and the sharpness of one or many frames.
//!
//! The kernels add up to nothing, so that all is done on levels: samples in ascending order of value,
//! from 0. Where a neighbourhood holds a padding pixel it is left out.

#![expect(clippy::inline_always, reason = "hot loops are compiled twice, with all that they call")]

mod cell;
mod hash;
mod levels;
mod real;
mod soft_tissue;
mod stencil;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::histogram::{Padding, SampleFormat};
#[cfg(test)]
use super::real::RealPadding;
use super::sums::as_string;

pub use hash::dhash64;
pub use real::{RealFrame, RealSamples, RealTexture};
pub use soft_tissue::SoftTissue;

/// The width of a bin of standard deviations, in output units (HU).
pub(super) const SPREAD_BIN: f64 = 0.5;

/// One frame of one sample a pixel, row by row.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// `rows * columns` samples.
    pub samples: FrameSamples<'a>,
    /// Rows (0028,0010).
    pub rows: usize,
    /// Columns (0028,0011).
    pub columns: usize,
    /// How to read a sample. Bits above Bits Stored are ignored.
    pub format: SampleFormat,
    /// The stored values that are no pixels.
    pub padding: Option<Padding>,
}

/// Samples by their width. Bits Stored must not be more.
#[derive(Debug, Clone, Copy)]
pub enum FrameSamples<'a> {
    /// Of up to 8 bits.
    Eight(&'a [u8]),
    /// Of up to 16 bits.
    Sixteen(&'a [u16]),
    /// Of up to 32 bits.
    ThirtyTwo(&'a [u32]),
}

/// Sums over the neighbourhoods of one or many frames.
///
/// [`merge`](Self::merge) is exact, so it commutes and associates; frames that are merged should have
/// the same output units per stored unit. Sums are written as decimal strings: few readers of JSON
/// keep more than 53 bits of a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texture {
    /// Neighbourhoods of 3 x 3 pixels without padding: `(W-2)(H-2)` of a frame that has none.
    stencils: u64,
    /// Sum of `|L|`, `L` the second difference in both directions.
    #[serde(with = "as_string")]
    laplacian: u128,
    /// Sum of the squared Sobel gradients.
    #[serde(with = "as_string")]
    gradient: u128,
    /// How many neighbourhoods of 7 x 7 pixels of soft tissue have which standard deviation, by bins
    /// of 0.5 output units from 0.
    spreads: Vec<u64>,
}

impl Texture {
    /// The sums of a frame. `soft_tissue` is given of CT, where [`noise_gnl`](Self::noise_gnl) has a
    /// meaning. A frame whose samples are not `rows * columns`, or narrower than Bits Stored, has no
    /// neighbourhoods.
    pub fn of(frame: &Frame<'_>, soft_tissue: Option<&SoftTissue>) -> Self {
        if !frame.is_sound() {
            return Self::default();
        }
        let mut texture = stencil::sums(frame);
        if let Some(tissue) = soft_tissue {
            texture.spreads = soft_tissue::spreads(frame, tissue);
        }
        texture
    }

    /// Adds the neighbourhoods of another frame.
    pub fn merge(&mut self, other: &Self) {
        self.stencils += other.stencils;
        self.laplacian += other.laplacian;
        self.gradient += other.gradient;
        if self.spreads.len() < other.spreads.len() {
            self.spreads.resize(other.spreads.len(), 0);
        }
        for (ours, theirs) in self.spreads.iter_mut().zip(&other.spreads) {
            *ours += theirs;
        }
    }

    /// The standard deviation of the noise in output units, by Immerkær ("Fast noise variance
    /// estimation", Computer Vision and Image Understanding 64:300-302, 1996):
    /// `sqrt(pi/2) / (6 (W-2)(H-2)) * sum |I * [1 -2 1; -2 4 -2; 1 -2 1]|`. `unit` is the output units
    /// per stored unit, not negative. `None` of frames without such a neighbourhood.
    pub fn noise_imk(&self, unit: f64) -> Option<f64> {
        let mean = self.laplacian as f64 / self.stencils as f64;
        finite(std::f64::consts::FRAC_PI_2.sqrt() / 6.0 * mean * unit)
    }

    /// The global noise level of CT in HU: the most frequent standard deviation of 7 x 7 pixels of
    /// soft tissue, in bins of 0.5 HU, of which the middle is given; of several the lowest. After
    /// Christianson et al., "Automated technique to measure noise in clinical CT examinations",
    /// AJR 205:W93-W99, 2015. `None` where no such neighbourhood was found.
    pub fn noise_gnl(&self) -> Option<f64> {
        let most = self.spreads.iter().copied().max().filter(|&count| count > 0)?;
        let bin = self.spreads.iter().position(|&count| count == most)?;
        Some((bin as f64 + 0.5) * SPREAD_BIN)
    }

    /// The mean squared gradient by Sobel's kernels (`[1 2 1]` across, `[-1 0 1]` along, not
    /// divided), in square output units. `unit` is as in [`noise_imk`](Self::noise_imk).
    pub fn sharpness(&self, unit: f64) -> Option<f64> {
        finite(self.gradient as f64 / self.stencils as f64 * unit * unit)
    }
}

impl Frame<'_> {
    fn is_sound(&self) -> bool {
        let (len, bits) = match self.samples {
            FrameSamples::Eight(samples) => (samples.len(), u8::BITS),
            FrameSamples::Sixteen(samples) => (samples.len(), u16::BITS),
            FrameSamples::ThirtyTwo(samples) => (samples.len(), u32::BITS),
        };
        self.rows.checked_mul(self.columns) == Some(len) && self.format.check_width(bits).is_ok()
    }
}

fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
