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

const TEXTURES: [Texture; 5] =
    [Texture::Constant, Texture::Checkerboard, Texture::Noise, Texture::Gradient, Texture::Patches];

fn image(frame: Frame, texture: Texture, seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
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

#[test]
fn every_processor_gives_the_same_bytes() {
    for (components, bits) in [(1, 8), (3, 8), (1, 12), (1, 16)] {
        let frame = Frame { width: 67, height: 31, components, bits };
        for texture in TEXTURES {
            let samples = image(frame, texture, 4);
            let best = encode(&samples, frame, Interleave::Sample).unwrap();
            cpu::tests::BASELINE.set(true);
            assert!(encode(&samples, frame, Interleave::Sample).unwrap() == best);
            assert!(decode::<u16>(&best, frame).unwrap() == samples);
            assert!(gives_back(&best, frame, &samples).unwrap());
            cpu::tests::BASELINE.set(false);
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

const EOI: u8 = 0xD9;

#[test]
fn samples_beyond_those_of_a_stream_differ_from_them() {
    let frame = Frame { width: 5, height: 4, components: 1, bits: 8 };
    let stream = encode(&[9_u8; 20], frame, Interleave::None).unwrap();
    let frame = Frame { bits: 16, ..frame };
    assert_eq!(gives_back(&stream, frame, &[9_u16; 20]), Ok(true));
    for at in 0..20 {
        let mut samples = [9_u16; 20];
        samples[at] = 40_000;
        assert!(!gives_back(&stream, frame, &samples).unwrap_or(false));
    }
}

/// Puts segments ahead of the frame header.
fn with_segments(stream: &[u8], segments: &[u8]) -> Vec<u8> {
    [&stream[..2], segments, &stream[2..]].concat()
}

#[test]
fn what_is_not_supported_is_refused() {
    let frame = Frame { width: 4, height: 4, components: 3, bits: 8 };
    let stream = encode(&[7_u8; 48], frame, Interleave::Sample).unwrap();
    let of = |segments: &[u8]| decode::<u8>(&with_segments(&stream, segments), frame);
    assert!(of(b"\xFF\xFE\0\x04hi\xFF\xE8\0\x07mrfx\0").is_ok());
    // A colour transformation; a mapping table; a larger frame; defined lines.
    for segment in [
        &b"\xFF\xE8\0\x07mrfx\x01"[..],
        b"\xFF\xF8\0\x06\x02\x01\x01\0",
        b"\xFF\xF8\0\x08\x04\x02\0\x04\0\x04",
        b"\xFF\xDC\0\x04\0\x04",
    ] {
        assert_eq!(of(segment), Err(JpegLsError::Unsupported), "{segment:?}");
    }
    let other = Frame { height: 5, ..frame };
    assert_eq!(decode::<u8>(&stream, other), Err(JpegLsError::OtherFrame));
    assert_eq!(decode::<u8>(&stream, Frame { width: 0, ..frame }), Err(JpegLsError::Frame));
}

#[test]
fn a_stream_is_decoded_to_its_last_bit() {
    let frame = Frame { width: 30, height: 20, components: 1, bits: 8 };
    let samples = image(frame, Texture::Noise, 5);
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    let end = stream.len() - 2;
    for cut in 2..end {
        assert!(decode::<u16>(&stream[..cut], frame).is_err());
        let closed = [&stream[..cut], &stream[end..]].concat();
        assert!(decode::<u16>(&closed, frame).is_err(), "cut at {cut}");
    }
    for more in [&b"\0"[..], b"\x12\x34"] {
        let longer = [&stream[..end], more, &stream[end..]].concat();
        assert_eq!(decode::<u16>(&longer, frame), Err(JpegLsError::Damaged));
    }
    let padded = [&stream[..], b"\0"].concat();
    assert!(decode::<u16>(&padded, frame).unwrap() == samples);
}

/// Each interval is coded as an image of its own (T.87 section C.2.5): so two make one stream.
#[test]
fn restart_intervals_start_anew() {
    let half = Frame { width: 20, height: 10, components: 1, bits: 8 };
    let whole = Frame { height: 20, ..half };
    let samples = image(whole, Texture::Gradient, 3);
    let streams: Vec<Vec<u8>> = samples
        .chunks(200)
        .map(|samples| encode(samples, half, Interleave::None).unwrap())
        .collect();
    let data = |stream: &[u8]| stream[25..stream.len() - 2].to_vec();
    let mut stream = streams[0][..25].to_vec();
    stream[8] = 20;
    let stream =
        [stream, data(&streams[0]), b"\xFF\xD0".to_vec(), data(&streams[1]), vec![0xFF, EOI]];
    let stream = with_segments(&stream.concat(), b"\xFF\xDD\0\x04\0\x0A");
    assert!(decode::<u16>(&stream, whole).unwrap() == samples);
    let charls = charls_decode(&stream);
    assert!(charls == charls_bytes(&samples, whole, Interleave::None));
}

/// The parameters that an LSE segment gives are used, and a smaller MAXVAL bounds the samples.
#[test]
fn preset_parameters_of_others_are_used() {
    let frame = Frame { width: 40, height: 30, components: 1, bits: 12 };
    let samples = image(frame, Texture::Gradient, 3);
    let stream = encode(&samples, frame, Interleave::None).unwrap();
    // MAXVAL 4095, T1 to T3 and RESET: those of the defaults, then others.
    let defaults = b"\xFF\xF8\0\x0D\x01\x0F\xFF\0\x12\0\x43\x01\x14\0\x40";
    assert!(decode::<u16>(&with_segments(&stream, defaults), frame).unwrap() == samples);
    for segment in [
        &b"\xFF\xF8\0\x0D\x01\x0F\xA0\0\x12\0\x43\x01\x14\0\x40"[..],
        b"\xFF\xF8\0\x0D\x01\0\0\0\x05\0\x06\0\x07\0\0",
        b"\xFF\xF8\0\x0D\x01\0\0\0\0\0\0\0\0\0\x08",
    ] {
        let stream = with_segments(&stream, segment);
        let ours = decode::<u16>(&stream, frame);
        let theirs = CharLS::default().decode(&stream);
        // With other parameters these data are damaged or another image, to both.
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert!(theirs == charls_bytes(&ours, frame, Interleave::None));
        }
    }
}

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
