//! The images: seed and place of a slice in, 512 x 512 stored values out. Only + - * / on numbers of
//! fixed width, in a fixed order: every platform makes the same pixels.

use ndarray::Array2;

use super::Kind;
use super::body;
use super::noise;
use super::plan::{SIDE, Slice};
use super::random::{Purpose, Source};

/// Bits Stored (0028,0101) is 12.
const LARGEST: i32 = 4095;
/// Stored value of 0 HU, the negated Rescale Intercept (0028,1052).
const ZERO_HU: f32 = 1024.0;

/// The stored values of one file.
pub(super) fn image(seed: u64, kind: Kind, slice: &Slice) -> Array2<u16> {
    let mut field = match kind {
        Kind::Ct => body::hounsfield(seed, slice),
        Kind::Gradient => gradient(seed, slice),
    };
    if kind == Kind::Ct {
        noise::add_texture(seed, slice, &mut field);
    }
    store(&field, &mut Source::new(seed, Purpose::Noise, slice.instance))
}

/// A plane that leans another way in every slice, in Hounsfield units.
fn gradient(seed: u64, slice: &Slice) -> Array2<f32> {
    let mut source = Source::new(seed, Purpose::Body, slice.instance);
    let (down, across) = (source.swing() * 3.0, source.swing() * 3.0);
    let middle = SIDE as f32 / 2.0;
    Array2::from_shape_fn((SIDE, SIDE), |(row, column)| {
        1000.0 + down * (row as f32 - middle) + across * (column as f32 - middle)
    })
}

/// Adds the noise of a detector, which grows with what the beam has crossed, and stores.
fn store(field: &Array2<f32>, source: &mut Source) -> Array2<u16> {
    let noise = noise::white(source, field.len());
    let values = field.iter().zip(noise).map(|(hounsfield, noise)| {
        let dense = ((hounsfield + 1000.0) / 1000.0).clamp(0.0, 1.0);
        let amplitude = (AIR_NOISE + dense * TISSUE_NOISE) as i32;
        let level = (hounsfield + ZERO_HU + 0.5) as i32;
        (level + (noise * amplitude + 128).div_euclid(256)).clamp(0, LARGEST) as u16
    });
    Array2::from_shape_vec(field.raw_dim(), values.collect()).unwrap_or_default()
}

/// Amplitudes in 1/256 of [`noise::white`]'s standard deviation of 148: 16 is about 9 HU.
const AIR_NOISE: f32 = 12.0;
const TISSUE_NOISE: f32 = 8.0;
