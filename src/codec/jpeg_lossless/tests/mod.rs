//! Images of every depth and kind through coder and decoder, and through another's decoder.

mod forms;
mod streams;

use jpeg_decoder::{ColorTransform, Decoder};
use proptest::prelude::*;

use super::super::cpu;
use super::super::textures::{TEXTURES, image};
use super::*;

/// What another's decoder gives.
fn theirs(stream: &[u8], frame: Frame) -> Vec<u16> {
    let mut decoder = Decoder::new(stream);
    if frame.components == 3 {
        decoder.set_color_transform(ColorTransform::RGB);
    }
    let bytes = decoder.decode().expect("the other decodes it");
    if frame.bits == 8 {
        bytes.into_iter().map(u16::from).collect()
    } else {
        bytes.as_chunks().0.iter().map(|pair| u16::from_ne_bytes(*pair)).collect()
    }
}

fn check(samples: &[u16], frame: Frame) {
    let stream = encode(samples, frame).unwrap();
    assert!(decode::<u16>(&stream, frame).unwrap() == samples, "our own decoder");
    assert!(gives_back(&stream, frame, samples).unwrap(), "it is checked without decoding");
    for at in [0, samples.len() / 2, samples.len() - 1] {
        let mut others = samples.to_vec();
        others[at] ^= 1;
        assert_eq!(gives_back(&stream, frame, &others), Ok(false), "another image");
    }
    if frame.components == 1 || (frame.components == 3 && frame.bits == 8) {
        assert!(theirs(&stream, frame) == samples, "another's decoder");
    }
    if frame.bits <= 8 {
        let bytes: Vec<u8> = samples.iter().map(|sample| *sample as u8).collect();
        assert!(encode(&bytes, frame).unwrap() == stream, "bytes are coded alike");
        assert!(decode::<u8>(&stream, frame).unwrap() == bytes, "bytes are decoded alike");
        assert_eq!(gives_back(&stream, frame, &bytes), Ok(true));
    }
}

#[test]
fn every_depth_texture_and_number_of_components_survives() {
    for bits in 2..=16 {
        for components in 1..=4 {
            for texture in TEXTURES {
                for (width, height) in [(1, 1), (1, 7), (7, 1), (2, 2), (33, 17), (70, 70)] {
                    let frame = Frame { width, height, components, bits };
                    check(&image(frame, texture, u64::from(bits)), frame);
                }
            }
        }
    }
}

prop_compose! {
    fn frames()(
        width in 1_u32..=70,
        height in 1_u32..=70,
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
        seed in any::<u64>(),
    ) {
        check(&image(frame, TEXTURES[texture], seed), frame);
    }

}

#[test]
fn every_processor_gives_the_same_bytes() {
    for (components, bits) in [(1, 8), (3, 8), (1, 10), (1, 12), (2, 14), (1, 16), (1, 2)] {
        let frame = Frame { width: 67, height: 131, components, bits };
        for texture in TEXTURES {
            let samples = image(frame, texture, 4);
            let best = encode(&samples, frame).unwrap();
            cpu::tests::BASELINE.set(true);
            assert!(encode(&samples, frame).unwrap() == best);
            assert!(decode::<u16>(&best, frame).unwrap() == samples);
            assert!(gives_back(&best, frame, &samples).unwrap());
            cpu::tests::BASELINE.set(false);
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let frame = Frame { width: 2, height: 1, components: 1, bits: 10 };
    assert_eq!(encode(&[1_u16], frame), Err(CodecError::Frame));
    assert_eq!(encode(&[1_u16, 1024], frame), Err(CodecError::Sample));
    assert_eq!(encode(&[1_u8, 2], frame), Err(CodecError::Frame));
    let stream = encode(&[1_u16, 1023], frame).unwrap();
    let other = Frame { width: 1, height: 2, ..frame };
    assert_eq!(decode::<u16>(&stream, other), Err(CodecError::OtherFrame));
    let narrow = Frame { bits: 9, ..frame };
    assert_eq!(decode::<u16>(&stream, narrow), Err(CodecError::OtherFrame));
    assert_eq!(decode::<u8>(&stream, frame), Err(CodecError::Frame));
    let wide = Frame { bits: 16, ..frame };
    assert_eq!(decode::<u16>(&stream, wide).unwrap(), [1, 1023]);
}
