//! Images of every depth and kind through coder and decoder, and through another's decoder; streams of
//! every predictor, which only the tests write.

use jpeg_decoder::{ColorTransform, Decoder};
use proptest::prelude::*;

use super::difference::CATEGORIES;
use super::huffman::Table;
use super::*;

/// What the samples of a test image look like.
#[derive(Debug, Clone, Copy)]
enum Texture {
    Constant,
    /// The smallest and the largest value by turns.
    Checkerboard,
    Noise,
    /// Noise of a few values around a slope.
    Gradient,
}

const TEXTURES: [Texture; 4] =
    [Texture::Constant, Texture::Checkerboard, Texture::Noise, Texture::Gradient];

fn image(frame: Frame, texture: Texture, seed: u64) -> Vec<u16> {
    let mut state = seed;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let largest = (1_u32 << frame.bits) - 1;
    let samples = (0..frame.samples() as u32).map(|at| {
        let (component, pixel) = (at % frame.components, at / frame.components);
        let (x, y) = (pixel % frame.width, pixel / frame.width);
        let value = match texture {
            Texture::Constant => seed as u32,
            Texture::Checkerboard => (x + y + component) % 2 * largest,
            Texture::Noise => random(),
            Texture::Gradient => x * 5 + y * 3 + component * 9 + random() % 7,
        };
        (value & largest) as u16
    });
    samples.collect()
}

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

/// How a stream is written that `encode` does not write.
#[derive(Debug, Clone, Copy)]
struct Form {
    selection: u8,
    transform: u32,
    /// Lines between two restart markers; 0 for none.
    restart: u32,
    /// Whether each component has a scan of its own.
    is_planar: bool,
    /// Whether each component has a Huffman table of its own.
    has_own_tables: bool,
}

/// The prediction of a sample by the words of T.81 section H.1.2.1.
fn prediction(image: &[u16], frame: Frame, form: Form, at: usize) -> i32 {
    let (every, length) = (frame.components as usize, (frame.width * frame.components) as usize);
    let (line, place) = (at / length, at % length);
    let is_first_line = line.checked_rem(form.restart as usize).unwrap_or(line) == 0;
    let sample = |back: usize| i32::from(image[at - back]);
    match (is_first_line, place < every) {
        (true, true) => 1 << (frame.bits - form.transform - 1),
        (true, false) => sample(every),
        (false, true) => sample(length),
        (false, false) => {
            let (a, b, c) = (sample(every), sample(length), sample(length + every));
            match form.selection {
                1 => a,
                2 => b,
                3 => c,
                4 => a + b - c,
                5 => a + (b - c).div_euclid(2),
                6 => b + (a - c).div_euclid(2),
                _ => (a + b).div_euclid(2),
            }
        }
    }
}

/// A stream of this form, written bit by bit, with samples that are shifted already.
fn written(image: &[u16], frame: Frame, form: Form) -> Vec<u8> {
    let components = frame.components as usize;
    // Lengths that differ from table to table, and use all that there are.
    let tables: Vec<Table> = (0..components)
        .map(|of| {
            let shift = if form.has_own_tables { of * 5 } else { 0 };
            Table::best(&std::array::from_fn(|at| 1 << ((at + shift) % CATEGORIES)))
        })
        .collect();
    let mut stream = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 9, 9, 0xFF, 0xDD, 0, 4];
    stream.extend((form.restart as u16 * frame.width as u16).to_be_bytes());
    let mut segment = |marker: u8, content: &[u8]| {
        stream.extend([0xFF, marker]);
        stream.extend((content.len() as u16 + 2).to_be_bytes());
        stream.extend(content);
    };
    let [h1, h2] = (frame.height as u16).to_be_bytes();
    let [w1, w2] = (frame.width as u16).to_be_bytes();
    let mut content = vec![frame.bits as u8, h1, h2, w1, w2, components as u8];
    content.extend((0..components as u8).flat_map(|of| [of + 7, 0x11, 0]));
    segment(0xC3, &content);
    let mut content = Vec::new();
    for (table, number) in tables.iter().zip(0..) {
        content.push(number);
        content.extend([&table.counts[..], &table.symbols].concat());
    }
    segment(0xC4, &content);
    let scans: Vec<Vec<usize>> = if form.is_planar {
        (0..components).map(|of| vec![of]).collect()
    } else {
        vec![(0..components).collect()]
    };
    for scan in scans {
        stream.extend([0xFF, 0xDA, 0, 6 + 2 * scan.len() as u8, scan.len() as u8]);
        stream.extend(scan.iter().flat_map(|of| [*of as u8 + 7, (*of as u8) << 4]));
        stream.extend([form.selection, 0, form.transform as u8]);
        let mut bits = String::new();
        let pixels = (frame.width * frame.height) as usize;
        let interval = (form.restart * frame.width) as usize;
        for pixel in 0..pixels {
            if pixel > 0 && pixel.checked_rem(interval) == Some(0) {
                put_bits(&std::mem::take(&mut bits), &mut stream);
                stream.extend([0xFF, 0xD0 + ((pixel / interval - 1) % 8) as u8]);
            }
            for component in &scan {
                let at = pixel * components + component;
                let difference = i32::from(image[at]) - prediction(image, frame, form, at);
                put_difference(difference as i16, &tables[*component], &mut bits);
            }
        }
        put_bits(&bits, &mut stream);
    }
    stream.extend([0xFF, 0xD9]);
    stream
}

/// The code of a category and the bits behind it, as Tables H.2 and F.1 have them.
fn put_difference(difference: i16, table: &Table, bits: &mut String) {
    let size = u16::BITS - difference.unsigned_abs().leading_zeros();
    let codes = table.codes().unwrap();
    let (_, code, length) = codes.iter().find(|(symbol, ..)| u32::from(*symbol) == size).unwrap();
    bits.push_str(&format!("{code:016b}")[16 - *length as usize..]);
    let value = i32::from(difference);
    let behind = if value < 0 { value + (1 << size) - 1 } else { value };
    if (1..16).contains(&size) {
        bits.push_str(&format!("{behind:016b}")[16 - size as usize..]);
    }
}

fn put_bits(bits: &str, stream: &mut Vec<u8>) {
    for byte in bits.as_bytes().chunks(8) {
        let byte = format!("{:1<8}", std::str::from_utf8(byte).unwrap());
        let byte = u8::from_str_radix(&byte, 2).unwrap();
        stream.push(byte);
        if byte == 0xFF {
            stream.push(0);
        }
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

    #[test]
    fn every_form_of_stream_is_decoded(
        frame in frames(),
        components in 1_u32..=4,
        texture in 0..TEXTURES.len(),
        (selection, transform, restart) in (1_u8..=7, 0_u32..4, 0_u32..4),
        (is_planar, has_own_tables) in any::<(bool, bool)>(),
        seed in any::<u64>(),
    ) {
        let frame = Frame { components, ..frame };
        let transform = transform.min(frame.bits - 1);
        let form = Form { selection, transform, restart, is_planar, has_own_tables };
        let full = image(frame, TEXTURES[texture], seed);
        let shifted: Vec<u16> = full.iter().map(|sample| sample >> transform).collect();
        let wanted: Vec<u16> = shifted.iter().map(|sample| sample << transform).collect();
        let stream = written(&shifted, frame, form);
        prop_assert!(decode::<u16>(&stream, frame).unwrap() == wanted);
        prop_assert_eq!(gives_back(&stream, frame, &wanted), Ok(true));
        prop_assert_eq!(gives_back(&stream, frame, &full), Ok(full == wanted));
    }

    #[test]
    fn damaged_streams_are_refused_or_decoded(
        frame in frames(),
        texture in 0..TEXTURES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        is_coded in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let samples = image(frame, TEXTURES[texture], seed);
        let form = Form {
            selection: 4, transform: 0, restart: 2, is_planar: true, has_own_tables: true,
        };
        let mut stream = if is_coded {
            encode(&samples, frame).unwrap()
        } else {
            written(&samples, frame, form)
        };
        for (at, byte) in changes {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        if let Ok(found) = decode::<u16>(&stream, frame) {
            prop_assert_eq!(gives_back(&stream, frame, &found), Ok(true));
        }
    }

    #[test]
    fn noise_behind_sound_headers_is_refused_or_decoded(
        frame in frames(),
        data in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let mut stream = encode(&image(frame, Texture::Noise, 1), frame).unwrap();
        let scan = stream.windows(2).position(|pair| pair == [0xFF, segments::SOS]).unwrap();
        stream.truncate(scan + 8 + 2 * frame.components as usize);
        stream.extend(data);
        stream.extend([0xFF, 0xD9]);
        let _ = decode::<u16>(&stream, frame);
        let _ = gives_back(&stream, frame, &image(frame, Texture::Noise, 2));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let frame = Frame { width: 2, height: 1, components: 1, bits: 10 };
    assert_eq!(encode(&[1_u16], frame), Err(JpegLosslessError::Frame));
    assert_eq!(encode(&[1_u16, 1024], frame), Err(JpegLosslessError::Sample));
    assert_eq!(encode(&[1_u8, 2], frame), Err(JpegLosslessError::Frame));
    let stream = encode(&[1_u16, 1023], frame).unwrap();
    let other = Frame { width: 1, height: 2, ..frame };
    assert_eq!(decode::<u16>(&stream, other), Err(JpegLosslessError::OtherFrame));
    let narrow = Frame { bits: 9, ..frame };
    assert_eq!(decode::<u16>(&stream, narrow), Err(JpegLosslessError::OtherFrame));
    assert_eq!(decode::<u8>(&stream, frame), Err(JpegLosslessError::Frame));
    let wide = Frame { bits: 16, ..frame };
    assert_eq!(decode::<u16>(&stream, wide).unwrap(), [1, 1023]);
}

#[test]
fn a_cut_stream_is_refused_wherever_it_is_cut() {
    let frame = Frame { width: 20, height: 9, components: 3, bits: 8 };
    let stream = encode(&image(frame, Texture::Noise, 3), frame).unwrap();
    for length in 0..stream.len() {
        let found = decode::<u8>(&stream[..length], frame);
        assert!(matches!(found, Err(JpegLosslessError::Cut | JpegLosslessError::Damaged)));
    }
}

#[test]
fn bytes_behind_the_last_sample_are_passed_over() {
    let frame = Frame { width: 5, height: 3, components: 1, bits: 12 };
    let samples = image(frame, Texture::Noise, 5);
    let mut stream = encode(&samples, frame).unwrap();
    stream.splice(stream.len() - 2..stream.len() - 2, *b"left over\xFF\0");
    assert!(decode::<u16>(&stream, frame).unwrap() == samples);
}

#[test]
fn restart_intervals_of_broken_lines_are_not_supported() {
    let frame = Frame { width: 4, height: 4, components: 1, bits: 8 };
    let mut stream = encode(&[7_u8; 16], frame).unwrap();
    stream.splice(2..2, *b"\xFF\xDD\0\x04\0\x03");
    assert_eq!(decode::<u8>(&stream, frame), Err(JpegLosslessError::Unsupported));
}
