//! Noise, sharpness and hash of float pixels: in `f64`, row by row, so that the same pixels give the
//! same bits.

use serde::{Deserialize, Serialize};

use super::super::real::{MAX_MAGNITUDE, RealPadding};
use super::finite;
use super::hash::{ACROSS, DOWN};

/// One frame of float pixels, row by row.
#[derive(Debug, Clone, Copy)]
pub struct RealFrame<'a> {
    /// `rows * columns` samples.
    pub samples: RealSamples<'a>,
    /// Rows (0028,0010).
    pub rows: usize,
    /// Columns (0028,0011).
    pub columns: usize,
    /// The values that are no pixels. What is no number, or above 1e100 in magnitude, is none either.
    pub padding: Option<RealPadding>,
}

/// Samples by their width.
#[derive(Debug, Clone, Copy)]
pub enum RealSamples<'a> {
    /// Float Pixel Data (7FE0,0008).
    Single(&'a [f32]),
    /// Double Float Pixel Data (7FE0,0009).
    Double(&'a [f64]),
}

/// Sums over neighbourhoods of 3 x 3 pixels, as those of [`Texture`](super::Texture).
///
/// They are rounded: frames must be appended in their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RealTexture {
    stencils: u64,
    laplacian: f64,
    gradient: f64,
}

impl RealTexture {
    /// The sums of a frame.
    pub fn of(frame: &RealFrame<'_>) -> Self {
        let mut texture = Self::default();
        if !frame.is_sound() || frame.rows < 3 || frame.columns < 3 {
            return texture;
        }
        let mut rows = [0, 1, 2].map(|y| frame.row(y));
        for y in 2..frame.rows {
            rows.rotate_left(usize::from(y > 2));
            if y > 2 {
                rows[2] = frame.row(y);
            }
            texture.add(&rows);
        }
        texture
    }

    /// Adds the next frame of the same image.
    pub fn append(&mut self, next: &Self) {
        self.stencils += next.stencils;
        self.laplacian += next.laplacian;
        self.gradient += next.gradient;
    }

    /// As [`Texture::noise_imk`](super::Texture::noise_imk), in output units.
    pub fn noise_imk(&self) -> Option<f64> {
        let mean = self.laplacian / self.stencils as f64;
        finite(std::f64::consts::FRAC_PI_2.sqrt() / 6.0 * mean)
    }

    /// As [`Texture::sharpness`](super::Texture::sharpness), in square output units.
    pub fn sharpness(&self) -> Option<f64> {
        finite(self.gradient / self.stencils as f64)
    }

    /// Adds the neighbourhoods of three rows, where what is no pixel is not a number.
    fn add(&mut self, [a, b, c]: &[Vec<f64>; 3]) {
        for ((a, b), c) in a.windows(3).zip(b.windows(3)).zip(c.windows(3)) {
            let corners = (a[0] + a[2]) + (c[0] + c[2]);
            let edges = (a[1] + c[1]) + (b[0] + b[2]);
            let laplacian = corners - 2.0 * edges + 4.0 * b[1];
            let across = (a[2] - a[0]) + 2.0 * (b[2] - b[0]) + (c[2] - c[0]);
            let along = (c[0] - a[0]) + 2.0 * (c[1] - a[1]) + (c[2] - a[2]);
            // All nine are in it.
            if !laplacian.is_nan() {
                self.stencils += 1;
                self.laplacian += laplacian.abs();
                self.gradient += across * across + along * along;
            }
        }
    }
}

impl RealFrame<'_> {
    /// As [`dhash64`](super::dhash64), of means in `f64`; what is no pixel counts as 0.
    pub fn dhash64(&self) -> u64 {
        if !self.is_sound() {
            return 0;
        }
        let mut hash = 0;
        for k in 0..DOWN {
            let mut sums = [0.0; ACROSS];
            for y in k * self.rows / DOWN..(k + 1) * self.rows / DOWN {
                let row = self.row(y);
                for (k, sum) in sums.iter_mut().enumerate() {
                    let cells = &row[k * self.columns / ACROSS..(k + 1) * self.columns / ACROSS];
                    *sum += cells.iter().filter(|cell| !cell.is_nan()).sum::<f64>();
                }
            }
            let edge = |k: usize| k * self.columns / ACROSS;
            let width = |k: usize| (edge(k + 1) - edge(k)) as f64;
            for x in 0..ACROSS - 1 {
                let is_above = sums[x] * width(x + 1) > sums[x + 1] * width(x);
                hash = hash << 1 | u64::from(is_above);
            }
        }
        hash
    }

    fn is_sound(&self) -> bool {
        let len = match self.samples {
            RealSamples::Single(samples) => samples.len(),
            RealSamples::Double(samples) => samples.len(),
        };
        self.rows.checked_mul(self.columns) == Some(len)
    }

    /// A row, in which what is no pixel is not a number.
    fn row(&self, y: usize) -> Vec<f64> {
        let range = y * self.columns..(y + 1) * self.columns;
        let pixel = |value: f64| {
            let is_pixel = value.abs() <= MAX_MAGNITUDE
                && !self.padding.is_some_and(|padding| padding.contains(value));
            if is_pixel { value } else { f64::NAN }
        };
        match self.samples {
            RealSamples::Single(samples) => {
                samples[range].iter().map(|&value| pixel(value.into())).collect()
            }
            RealSamples::Double(samples) => samples[range].iter().map(|&v| pixel(v)).collect(),
        }
    }
}
