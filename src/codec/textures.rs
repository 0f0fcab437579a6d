//! Images to test the codecs with.

use super::frame::Frame;

/// What the samples of a test image look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Texture {
    Constant,
    /// The smallest and the largest value by turns.
    Checkerboard,
    Noise,
    /// Noise of a few values around a slope, with flat parts.
    Gradient,
    /// Flat patches: runs, and what ends them.
    Patches,
    /// Short runs, many of two.
    Stripes,
}

pub(super) const TEXTURES: [Texture; 6] = [
    Texture::Constant,
    Texture::Checkerboard,
    Texture::Noise,
    Texture::Gradient,
    Texture::Patches,
    Texture::Stripes,
];

/// An image of this texture; others of other seeds.
pub(super) fn image(frame: Frame, texture: Texture, seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let largest = (1_u32 << frame.bits) - 1;
    let (width, components) = (frame.width, frame.components);
    let mut stripe = 0;
    let patches: Vec<u32> = (0..64).map(|_| random()).collect();
    let samples = (0..frame.samples() as u32).map(|at| {
        let (component, pixel) = (at % components, at / components);
        let (x, y) = (pixel % width, pixel / width);
        let value = match texture {
            Texture::Constant => seed as u32,
            Texture::Checkerboard => (x + y + component) % 2 * largest,
            Texture::Noise => random(),
            Texture::Gradient if y % 8 < 3 => y / 8 * 3,
            Texture::Gradient => x * 5 + y * 3 + component * 9 + random() % 7,
            Texture::Patches => {
                let noise = u32::from(random() % 40 == 0);
                patches[((x / 9 + y / 5 * 8) % 64) as usize] % 4 + noise * random()
            }
            Texture::Stripes => {
                stripe = if random() % 2 == 0 { random() } else { stripe };
                stripe
            }
        };
        (value & largest) as u16
    });
    samples.collect()
}
