//! Images of every depth and kind, through our coder and through CharLS, in every combination.

mod streams;

use charls::{CharLS, FrameInfo, InterleaveMode};
use proptest::prelude::*;

use super::super::textures::{TEXTURES, image};
use super::*;

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

fn charls_encode(
    samples: &[u16],
    frame: Frame,
    interleave: Interleave,
    near: i32,
) -> Option<Vec<u8>> {
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

}

#[test]
fn every_processor_gives_the_same_bytes() {
    for (components, bits) in [(1, 8), (3, 8), (1, 10), (1, 12), (2, 14), (1, 16), (1, 2)] {
        let frame = Frame { width: 67, height: 31, components, bits };
        for texture in TEXTURES {
            let samples = image(frame, texture, 4);
            for interleave in [Interleave::None, Interleave::Line, Interleave::Sample] {
                let best = encode(&samples, frame, interleave).unwrap();
                crate::codec::cpu::tests::BASELINE.set(true);
                assert!(encode(&samples, frame, interleave).unwrap() == best);
                assert!(decode::<u16>(&best, frame).unwrap() == samples);
                assert!(gives_back(&best, frame, &samples).unwrap());
                crate::codec::cpu::tests::BASELINE.set(false);
            }
        }
    }
}

/// Longer than what is looked at at once, with runs across its ends.
#[test]
fn long_lines_survive() {
    for components in [1, 3] {
        for texture in TEXTURES {
            let frame = Frame { width: 2500, height: 6, components, bits: 12 };
            check(&image(frame, texture, 9), frame, Interleave::Sample);
        }
    }
}
