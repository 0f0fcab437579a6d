//! The kernels against plain loops over pixels, with both sets of instructions.

#![expect(clippy::float_cmp, reason = "results are exact, or exact values rounded once")]

use proptest::prelude::*;

use super::*;
use crate::codec::cpu::tests::BASELINE;

/// Values of a frame, `None` where padding is.
struct Plain {
    values: Vec<Option<i128>>,
    rows: usize,
    columns: usize,
}

impl Plain {
    fn of(frame: &Frame<'_>) -> Self {
        let words: Vec<u32> = match frame.samples {
            FrameSamples::Eight(samples) => samples.iter().map(|&s| s.into()).collect(),
            FrameSamples::Sixteen(samples) => samples.iter().map(|&s| s.into()).collect(),
            FrameSamples::ThirtyTwo(samples) => samples.to_vec(),
        };
        let (low, high) = frame.format.ends();
        let value = |word: u32| {
            let stored = i64::from(word & frame.format.mask());
            let value = if stored > high { stored - (high - low + 1) } else { stored };
            let is_padding = frame.padding.is_some_and(|padding| {
                let (first, last) = padding.ends();
                (first..=last).contains(&value)
            });
            (!is_padding).then_some(i128::from(value))
        };
        let values = words.into_iter().map(value).collect();
        Self { values, rows: frame.rows, columns: frame.columns }
    }

    /// The pixels of each square neighbourhood that has no padding.
    fn windows(&self, side: usize) -> Vec<Vec<i128>> {
        let mut windows = Vec::new();
        for y in 0..(self.rows + 1).saturating_sub(side) {
            for x in 0..(self.columns + 1).saturating_sub(side) {
                let pixels = (0..side * side)
                    .map(|k| self.values[(y + k / side) * self.columns + x + k % side]);
                windows.extend(pixels.collect::<Option<Vec<i128>>>());
            }
        }
        windows
    }

    fn texture(&self, tissue: Option<&SoftTissue>) -> Texture {
        let mut texture = Texture::default();
        let apply = |kernel: [i128; 9], pixels: &[i128]| -> i128 {
            kernel.iter().zip(pixels).map(|(a, b)| a * b).sum()
        };
        for pixels in self.windows(3) {
            let across = apply([-1, 0, 1, -2, 0, 2, -1, 0, 1], &pixels);
            let along = apply([-1, -2, -1, 0, 0, 0, 1, 2, 1], &pixels);
            let laplacian = apply([1, -2, 1, -2, 4, -2, 1, -2, 1], &pixels);
            texture.stencils += 1;
            texture.laplacian += laplacian.unsigned_abs();
            texture.gradient += (across * across + along * along) as u128;
        }
        for pixels in tissue.map_or_else(Vec::new, |_| self.windows(7)) {
            let Some(tissue) = tissue else { continue };
            let range = i128::from(tissue.low)..=i128::from(tissue.high);
            if pixels.iter().all(|pixel| range.contains(pixel)) {
                let sum: i128 = pixels.iter().sum();
                let squares: i128 = pixels.iter().map(|pixel| pixel * pixel).sum();
                let variance = (49 * squares - sum * sum) as f64 / 2401.0;
                let bin = (2.0 * tissue.unit * variance.sqrt()) as usize;
                if texture.spreads.len() <= bin {
                    texture.spreads.resize(bin + 1, 0);
                }
                texture.spreads[bin] += 1;
            }
        }
        texture
    }

    fn hash(&self) -> u64 {
        let mean = |y: usize, x: usize| {
            let (mut sum, mut n) = (0i128, 0i128);
            for row in y * self.rows / 8..(y + 1) * self.rows / 8 {
                for column in x * self.columns / 9..(x + 1) * self.columns / 9 {
                    sum += self.values[row * self.columns + column].unwrap();
                    n += 1;
                }
            }
            (sum, n)
        };
        (0..64).fold(0, |hash, k| {
            let ((a, n), (b, m)) = (mean(k / 8, k % 8), mean(k / 8, k % 8 + 1));
            hash << 1 | u64::from(a * m > b * n)
        })
    }
}

/// With the newer instructions and without.
fn both<T: PartialEq + std::fmt::Debug>(work: impl Fn() -> T) -> T {
    let found = work();
    BASELINE.set(true);
    let baseline = work();
    BASELINE.set(false);
    assert_eq!(found, baseline);
    found
}

/// Samples of a smooth image with some noise, so that neighbourhoods of soft tissue are found.
fn smooth(rows: usize, columns: usize, level: u32, noise: u32, seed: u64) -> Vec<u32> {
    let mut state = seed | 1;
    (0..rows * columns)
        .map(|k| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            level + (k % columns) as u32 / 4 + (state >> 33) as u32 % (noise + 1)
        })
        .collect()
}

fn format(bits_stored: u32, signed: bool) -> SampleFormat {
    SampleFormat::new(bits_stored, signed).unwrap()
}

#[test]
fn the_widest_ranges_do_not_overflow() {
    // Each sign of a kernel at its own end: the greatest second difference, and the steepest edge.
    let (rows, columns) = (70, 4200);
    for bits in [8, 12, 16, 20, 32] {
        let top = u32::MAX >> (32 - bits);
        let checkered = |k: usize| (k / columns + k % columns).is_multiple_of(2);
        let edges = |k: usize| (k / columns) % 4 < 2;
        let patterns: [&dyn Fn(usize) -> bool; 2] = [&checkered, &edges];
        for pattern in patterns {
            let words: Vec<u32> =
                (0..rows * columns).map(|k| if pattern(k) { top } else { 0 }).collect();
            for signed in [false, true] {
                let frame = Frame {
                    samples: FrameSamples::ThirtyTwo(&words),
                    rows,
                    columns,
                    format: format(bits, signed),
                    padding: None,
                };
                assert_eq!(both(|| Texture::of(&frame, None)), Plain::of(&frame).texture(None));
            }
        }
    }
}

#[test]
fn noise_and_sharpness_have_their_formulae() {
    let frame = Frame {
        samples: FrameSamples::Eight(&[0, 0, 0, 0, 9, 0, 0, 0, 0]),
        rows: 3,
        columns: 3,
        format: format(8, false),
        padding: None,
    };
    let texture = Texture::of(&frame, None);
    let expected = (std::f64::consts::PI / 2.0).sqrt() / 6.0 * 36.0 * 0.5;
    assert!((texture.noise_imk(0.5).unwrap() - expected).abs() < 1e-14);
    assert_eq!(texture.sharpness(0.5), Some(0.0));
    assert_eq!(texture.noise_gnl(), None);
    let edge = Frame { samples: FrameSamples::Eight(&[0, 0, 9, 0, 0, 9, 0, 0, 9]), ..frame };
    assert_eq!(Texture::of(&edge, None).sharpness(0.5), Some(36.0 * 36.0 / 4.0));
}

#[test]
fn noise_of_known_spread_is_found() {
    // The sum of twelve uniform numbers is nearly normal, here with a standard deviation of 18.
    let (rows, columns) = (128, 128);
    let parts: Vec<Vec<u32>> = (1..=12u64)
        .map(|k| smooth(rows, columns, 0, 61, k.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
        .collect();
    let samples: Vec<u16> = (0..rows * columns)
        .map(|k| {
            let sum: u32 = parts.iter().map(|part| part[k] - (k % columns) as u32 / 4).sum();
            (1064.0 + (f64::from(sum) - 366.0) * 18.0 / 61.99).round() as u16
        })
        .collect();
    let frame = Frame {
        samples: FrameSamples::Sixteen(&samples),
        rows,
        columns,
        format: format(12, false),
        padding: None,
    };
    let tissue = SoftTissue { low: 964, high: 1164, unit: 1.0 };
    let texture = Texture::of(&frame, Some(&tissue));
    assert!((texture.noise_imk(1.0).unwrap() - 18.0).abs() < 0.5);
    assert!((texture.noise_gnl().unwrap() - 18.0).abs() < 1.0);
}

#[test]
fn frames_too_small_or_unsound_have_no_texture() {
    let samples = [7u16; 64];
    let frame = |rows: usize, columns: usize| Frame {
        samples: FrameSamples::Sixteen(&samples[..(rows * columns).min(64)]),
        rows,
        columns,
        format: format(12, false),
        padding: None,
    };
    let tissue = SoftTissue { low: 0, high: 100, unit: 1.0 };
    for (rows, columns) in [(0, 0), (1, 1), (2, 30), (30, 2), (9, 9)] {
        let texture = Texture::of(&frame(rows, columns), Some(&tissue));
        assert_eq!(texture, Texture::default());
        assert_eq!((texture.noise_imk(1.0), texture.sharpness(1.0)), (None, None));
        assert_eq!(dhash64(&frame(rows, columns)), 0);
    }
    let too_wide = Frame { format: format(20, false), ..frame(8, 8) };
    assert_eq!(Texture::of(&too_wide, None), Texture::default());
    // 3 x 3 has one neighbourhood, and none of 7 x 7; 7 x 7 has one.
    assert_eq!(Texture::of(&frame(3, 3), Some(&tissue)).noise_gnl(), None);
    assert_eq!(Texture::of(&frame(3, 3), None).sharpness(1.0), Some(0.0));
    assert_eq!(Texture::of(&frame(7, 7), Some(&tissue)).noise_gnl(), Some(0.25));
    for unit in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        let tissue = SoftTissue { unit, ..tissue };
        assert_eq!(Texture::of(&frame(7, 7), Some(&tissue)).noise_gnl(), None);
    }
}

#[test]
fn a_padded_frame_without_pixels_has_no_texture() {
    let frame = Frame {
        samples: FrameSamples::Sixteen(&[5; 49]),
        rows: 7,
        columns: 7,
        format: format(12, false),
        padding: Some(Padding::new(5, 5)),
    };
    let tissue = SoftTissue { low: 0, high: 100, unit: 1.0 };
    assert_eq!(Texture::of(&frame, Some(&tissue)), Texture::default());
}

#[test]
fn texture_goes_through_json_whole() {
    let texture = Texture {
        stencils: u64::MAX,
        laplacian: u128::MAX,
        gradient: u128::MAX,
        spreads: vec![0, 3],
    };
    let json = serde_json::to_value(&texture).unwrap();
    assert_eq!(serde_json::from_value::<Texture>(json).unwrap(), texture);
}

#[test]
fn real_kernels_leave_out_what_is_no_number() {
    let mut samples = [1.0f32; 25];
    samples[0] = f32::NAN;
    samples[24] = -5.0;
    let padding = Some(RealPadding::new(-5.0, -5.0));
    let frame = RealFrame { samples: RealSamples::Single(&samples), rows: 5, columns: 5, padding };
    let texture = RealTexture::of(&frame);
    assert_eq!((texture.sharpness(), texture.noise_imk()), (Some(0.0), Some(0.0)));
    let all = RealFrame { padding: Some(RealPadding::new(0.0, 2.0)), ..frame };
    assert_eq!(RealTexture::of(&all).sharpness(), None);
}

proptest! {
    #[test]
    fn kernels_agree_with_plain_loops(
        (rows, columns) in (1usize..24, 1usize..90), bits in 1u32..=32, signed: bool,
        padding in prop::option::of((any::<i32>(), 0i64..500)), seed: u64, narrow: bool,
    ) {
        let noise = if narrow { 200 } else { u32::MAX - 1 };
        let words: Vec<u32> = smooth(rows, columns, 0, noise, seed);
        let bytes: Vec<u8> = words.iter().map(|&word| word as u8).collect();
        let halves: Vec<u16> = words.iter().map(|&word| word as u16).collect();
        let format = format(bits, signed);
        let (low, high) = format.ends();
        let padding = padding.map(|(value, span)| {
            let value = i64::from(value).rem_euclid(high - low + 1) + low;
            Padding::new(value, value + span)
        });
        let of = |samples| Frame { samples, rows, columns, format, padding };
        let mut frames = vec![of(FrameSamples::ThirtyTwo(&words))];
        if bits <= 16 { frames.push(of(FrameSamples::Sixteen(&halves))); }
        if bits <= 8 { frames.push(of(FrameSamples::Eight(&bytes))); }
        for frame in frames {
            let plain = Plain::of(&frame);
            prop_assert_eq!(both(|| Texture::of(&frame, None)), plain.texture(None));
            let bare = Frame { padding: None, ..frame };
            prop_assert_eq!(both(|| dhash64(&bare)), Plain::of(&bare).hash());
        }
    }

    #[test]
    fn soft_tissue_is_found_as_by_plain_loops(
        (rows, columns) in (7usize..20, 7usize..80), seed: u64,
        noise in prop::sample::select(vec![0u32, 1, 20, 90, 180]),
        unit in prop::sample::select(vec![1.0, 0.5, 0.1, 0.03]), signed: bool, padded: bool,
    ) {
        // Steps of a stored unit as many as fit 200 HU; some pixels lie outside.
        let steps = (200.0 / unit) as i64;
        let noise = (f64::from(noise) / unit) as u32;
        let samples: Vec<u16> =
            smooth(rows, columns, 1000, noise, seed).iter().map(|&word| word as u16).collect();
        let padding = padded.then(|| Padding::new(1003, 1003));
        let format = format(16, signed);
        let frame =
            Frame { samples: FrameSamples::Sixteen(&samples), rows, columns, format, padding };
        let tissue = SoftTissue { low: 1000, high: 1000 + steps, unit };
        let found = both(|| Texture::of(&frame, Some(&tissue)));
        let expected = Plain::of(&frame).texture(Some(&tissue));
        if unit == 1.0 || unit == 0.5 {
            prop_assert_eq!(found, expected);
        } else {
            // Where the bins' edges are no round numbers, a neighbourhood on one may go either way.
            prop_assert_eq!(found.spreads.iter().sum::<u64>(), expected.spreads.iter().sum::<u64>());
            prop_assert_eq!(found.noise_gnl(), expected.noise_gnl());
        }
    }

    #[test]
    fn signed_is_unsigned_shifted(
        samples in prop::collection::vec(any::<u16>(), 35 * 12), bits in 8u32..=16,
    ) {
        let middle = 1i64 << (bits - 1);
        let flipped: Vec<u16> = samples.iter().map(|s| s ^ (1 << (bits - 1))).collect();
        let unsigned = Frame {
            samples: FrameSamples::Sixteen(&samples), rows: 12, columns: 35,
            format: format(bits, false), padding: Some(Padding::new(3, 9)),
        };
        let signed = Frame {
            samples: FrameSamples::Sixteen(&flipped), format: format(bits, true),
            padding: Some(Padding::new(3 - middle, 9 - middle)), ..unsigned
        };
        let tissue = SoftTissue { low: 20, high: 220, unit: 1.0 };
        let shifted = SoftTissue { low: 20 - middle, high: 220 - middle, unit: 1.0 };
        prop_assert_eq!(
            Texture::of(&unsigned, Some(&tissue)), Texture::of(&signed, Some(&shifted))
        );
        prop_assert_eq!(dhash64(&unsigned), dhash64(&signed));
    }

    #[test]
    fn textures_merge_in_any_order(seeds in prop::collection::vec(any::<u64>(), 3)) {
        let textures: Vec<Texture> = seeds
            .iter()
            .map(|&seed| {
                let samples = smooth(15, 20, 10, 40 + (seed % 60) as u32, seed);
                let frame = Frame {
                    samples: FrameSamples::ThirtyTwo(&samples), rows: 15, columns: 20,
                    format: format(16, false), padding: None,
                };
                Texture::of(&frame, Some(&SoftTissue { low: 0, high: 90, unit: 1.0 }))
            })
            .collect();
        let merge = |order: [usize; 3]| {
            let mut merged = Texture::default();
            for index in order {
                merged.merge(&textures[index]);
            }
            merged
        };
        prop_assert_eq!(merge([0, 1, 2]), merge([2, 0, 1]));
        let mut right = textures[1].clone();
        right.merge(&textures[2]);
        let mut left = textures[0].clone();
        left.merge(&right);
        prop_assert_eq!(left, merge([0, 1, 2]));
    }

    #[test]
    fn real_kernels_agree_with_integer_ones(
        samples in prop::collection::vec(0u16..4000, 11 * 13),
    ) {
        let floats: Vec<f64> = samples.iter().map(|&sample| sample.into()).collect();
        let frame = Frame {
            samples: FrameSamples::Sixteen(&samples), rows: 11, columns: 13,
            format: format(12, false), padding: Some(Padding::new(0, 100)),
        };
        let real = RealFrame {
            samples: RealSamples::Double(&floats), rows: 11, columns: 13,
            padding: Some(RealPadding::new(0.0, 100.0)),
        };
        // Sums of such integers are exact in f64.
        let (texture, expected) = (RealTexture::of(&real), Texture::of(&frame, None));
        prop_assert_eq!(texture.sharpness(), expected.sharpness(1.0));
        prop_assert_eq!(texture.noise_imk(), expected.noise_imk(1.0));
        let bare = RealFrame { padding: None, ..real };
        prop_assert_eq!(bare.dhash64(), dhash64(&frame));
    }
}
