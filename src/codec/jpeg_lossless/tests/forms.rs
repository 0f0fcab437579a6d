//! Streams of every predictor and form, which only the tests write: bit by bit, by the words of the standard.

use proptest::prelude::*;

use super::super::super::textures::{TEXTURES, image};
use super::super::difference::CATEGORIES;
use super::super::huffman::Table;
use super::super::*;
use super::frames;

/// How a stream is written that `encode` does not write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) selection: u8,
    pub(super) transform: u32,
    /// Lines between two restart markers; 0 for none.
    pub(super) restart: u32,
    /// Whether each component has a scan of its own.
    pub(super) is_planar: bool,
    /// Whether each component has a Huffman table of its own.
    pub(super) has_own_tables: bool,
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
pub(super) fn written(image: &[u16], frame: Frame, form: Form) -> Vec<u8> {
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
}
