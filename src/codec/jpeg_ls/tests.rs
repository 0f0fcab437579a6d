//! Images of every depth and kind, through our coder and through CharLS, in every combination.

use charls::{CharLS, FrameInfo, InterleaveMode};
use proptest::prelude::*;

use super::*;

/// What the samples of a test image look like.
#[derive(Debug, Clone, Copy)]
enum Texture {
    Constant,
    /// The smallest and the largest value by turns.
    Checkerboard,
    Noise,
    /// Noise of a few values around a slope, with flat parts.
    Gradient,
    /// Flat patches: runs, and what ends them.
    Patches,
}

const TEXTURES: [Texture; 5] = [
    Texture::Constant,
    Texture::Checkerboard,
    Texture::Noise,
    Texture::Gradient,
    Texture::Patches,
];

fn image(frame: Frame, texture: Texture, seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let largest = (1_u32 << frame.bits) - 1;
    let (width, components) = (frame.width, frame.components);
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
        };
        (value & largest) as u16
    });
    samples.collect()
}

/// Samples as CharLS takes and gives them: by pixel, or by plane where nothing is interleaved.
fn charls_bytes(samples: &[u16], frame: Frame, interleave: Interleave) -> Vec<u8> {
    let components = frame.components as usize;
    let ordered: Vec<u16> = match interleave {
        Interleave::None => {
            let planes = (0..components)
                .flat_map(|component| samples[component..].iter().step_by(components));
            planes.copied().collect()
        }
        Interleave::Line | Interleave::Sample => samples.to_vec(),
    };
    if frame.bits <= 8 {
        ordered.into_iter().map(|sample| sample as u8).collect()
    } else {
        ordered.into_iter().flat_map(u16::to_le_bytes).collect()
    }
}

fn charls_encode(samples: &[u16], frame: Frame, interleave: Interleave, near: i32) -> Option<Vec<u8>> {
    let mut charls = CharLS::default();
    let mode = match interleave {
        Interleave::None => InterleaveMode::None,
        Interleave::Line => InterleaveMode::Line,
        Interleave::Sample => InterleaveMode::Sample,
    };
    charls.set_interleave_mode(mode).unwrap();
    let info = FrameInfo {
        width: frame.width,
        height: frame.height,
        bits_per_sample: frame.bits as i32,
        component_count: frame.components as i32,
    };
    // It estimates the size of the result, and fails where noise grows beyond.
    charls.encode(info, near, &charls_bytes(samples, frame, interleave)).ok()
}

fn charls_decode(stream: &[u8]) -> Vec<u8> {
    CharLS::default().decode(stream).expect("CharLS decodes what was encoded")
}

/// The interleave mode of the first scan: a single component has none.
fn written_interleave(frame: Frame, interleave: Interleave) -> Interleave {
    if frame.components == 1 { Interleave::None } else { interleave }
}

fn check(samples: &[u16], frame: Frame, interleave: Interleave) {
    let interleave = written_interleave(frame, interleave);
    let stream = encode(samples, frame, interleave).unwrap();
    assert!(decode::<u16>(&stream, frame).unwrap() == samples, "our own decoder");
    assert!(gives_back(&stream, frame, samples).unwrap(), "it is checked without decoding");
    let mut others = samples.to_vec();
    others[samples.len() / 2] ^= 1;
    assert!(!gives_back(&stream, frame, &others).unwrap_or(false), "another image");
    assert!(
        charls_decode(&stream) == charls_bytes(samples, frame, interleave),
        "CharLS decodes ours"
    );
    if let Some(theirs) = charls_encode(samples, frame, interleave, 0) {
        assert!(decode::<u16>(&theirs, frame).unwrap() == samples, "we decode CharLS's");
    }
    if frame.bits <= 8 {
        let bytes: Vec<u8> = samples.iter().map(|sample| *sample as u8).collect();
        assert!(encode(&bytes, frame, interleave).unwrap() == stream, "bytes are coded alike");
        assert!(decode::<u8>(&stream, frame).unwrap() == bytes, "bytes are decoded alike");
    }
}

const INTERLEAVES: [Interleave; 3] = [Interleave::None, Interleave::Line, Interleave::Sample];

#[test]
fn every_depth_texture_and_interleave_survives() {
    for bits in 2..=16 {
        for (components, interleaves) in [(1, &INTERLEAVES[..1]), (3, &INTERLEAVES[..])] {
            for texture in TEXTURES {
                for (width, height) in [(1, 1), (1, 7), (7, 1), (2, 2), (33, 17), (70, 70)] {
                    let frame = Frame { width, height, components, bits };
                    let samples = image(frame, texture, u64::from(bits));
                    for interleave in interleaves {
                        check(&samples, frame, *interleave);
                    }
                }
            }
        }
    }
}

prop_compose! {
    fn frames()(
        width in 1_u32..70,
        height in 1_u32..70,
        components in prop_oneof![Just(1_u32), Just(3)],
        bits in 2_u32..=16,
    ) -> Frame {
        Frame { width, height, components, bits }
    }
}

proptest! {
    #[test]
    fn random_images_survive(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        interleave in 0..INTERLEAVES.len(),
        seed in any::<u64>(),
    ) {
        check(&image(frame, TEXTURES[texture], seed), frame, INTERLEAVES[interleave]);
    }

    #[test]
    fn near_lossless_is_decoded_as_charls_does(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        interleave in 0..INTERLEAVES.len(),
        near in 0_i32..=3,
        seed in any::<u64>(),
    ) {
        let near = near.min(((1 << frame.bits) - 1) / 2);
        let interleave = written_interleave(frame, INTERLEAVES[interleave]);
        let samples = image(frame, TEXTURES[texture], seed);
        if let Some(stream) = charls_encode(&samples, frame, interleave, near) {
            let found = decode::<u16>(&stream, frame).unwrap();
            prop_assert!(charls_decode(&stream) == charls_bytes(&found, frame, interleave));
            let is_near = |(a, b): (&u16, &u16)| i32::from(a.abs_diff(*b)) <= near;
            prop_assert!(found.iter().zip(&samples).all(is_near));
        }
    }

    #[test]
    fn damaged_streams_never_panic(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        interleave in 0..INTERLEAVES.len(),
        near in 0_i32..=1,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<Option<prop::sample::Index>>(),
        seed in any::<u64>(),
    ) {
        let samples = image(frame, TEXTURES[texture], seed);
        let interleave = written_interleave(frame, INTERLEAVES[interleave]);
        if let Some(mut stream) = charls_encode(&samples, frame, interleave, near) {
            for (at, byte) in changes {
                let at = at.index(stream.len());
                stream[at] = byte;
            }
            if let Some(cut) = cut {
                stream.truncate(cut.index(stream.len()));
            }
            let found = decode::<u16>(&stream, frame);
            let is_equal = found.as_ref().is_ok_and(|found| *found == samples);
            prop_assert_eq!(gives_back(&stream, frame, &samples).unwrap_or(false), is_equal);
            prop_assert!(found.is_ok_and(|found| found.len() == samples.len()) || !is_equal);
        }
    }

    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let frame = Frame { width: 9, height: 5, components: 1, bits: 8 };
        let mut stream = encode(&[0_u8; 45], frame, Interleave::None).unwrap();
        let data = stream.len() - 2 - 4;
        stream.splice(data.., bytes.iter().copied().chain([0xFF, EOI]));
        let _ = decode::<u8>(&stream, frame);
        let _ = decode::<u8>(&bytes, frame);
    }
}

const EOI: u8 = 0xD9;

/// The example of T.87 section H.3: 4 x 4 samples of 8 bits.
#[test]
fn the_example_of_annex_h_is_coded_as_it_stands_there() {
    let frame = Frame { width: 4, height: 4, components: 1, bits: 8 };
    let samples = [0_u8, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    let data = [
        0xC0, 0x00, 0x00, 0x6C, 0x80, 0x20, 0x8E, 0x01, 0xC0, 0x00, 0x00, 0x57, 0x40, 0x00, 0x00,
        0x6E, 0xE6, 0x00, 0x00, 0x01, 0xBC, 0x18, 0x00, 0x00, 0x05, 0xD8, 0x00, 0x00, 0x91, 0x60,
    ];
    let scan = stream.windows(2).position(|pair| pair == [0xFF, segments::SOS]).unwrap() + 10;
    assert_eq!(stream[scan..stream.len() - 2], data);
}
