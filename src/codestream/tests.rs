//! Codestreams made by hand; `tests/it/reader.rs` has real ones.

use super::*;
use crate::image::SampleType;

fn image(side: u32) -> ImagePixel {
    ImagePixel {
        rows: side,
        columns: side,
        frames: 1,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".to_owned(),
    }
}

/// JPEG 2000 of one component: levels, block and precinct sizes as given, a part for each of `parts`.
fn jpeg_2000(side: u32, tile: u32, layers: u16, coding: &[u8], parts: &[u16]) -> Vec<u8> {
    let mut stream = vec![0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0];
    for number in [side, side, 0, 0, tile, tile, 0, 0] {
        stream.extend(number.to_be_bytes());
    }
    stream.extend([0, 1, 7, 1, 1, 0xFF, 0x52, 0, 7 + coding.len() as u8]);
    stream.extend([u8::from(coding.len() > 5), 0]);
    stream.extend(layers.to_be_bytes());
    stream.push(0);
    stream.extend(coding);
    for part in parts {
        stream.extend([0xFF, 0x90, 0, 10]);
        stream.extend(part.to_be_bytes());
        stream.extend([0, 0, 0, 16, 0, 1, 0xFF, 0x93, 0x80, 0x80]);
    }
    stream.extend([0xFF, 0xD9]);
    stream
}

const PLAIN: [u8; 5] = [1, 4, 4, 0, 1];
const JPEG_2000: &str = uids::JPEG2000_LOSSLESS;

fn refusal(stream: &[u8], side: u32, transfer_syntax: &str) -> Option<String> {
    check(stream, &image(side), transfer_syntax).err().map(|error| error.to_string())
}

#[test]
fn a_sound_jpeg_2000_stream_passes_and_no_cut_of_it_does() {
    let stream = jpeg_2000(64, 32, 1, &PLAIN, &[0, 1, 2, 3]);
    assert_eq!(refusal(&stream, 64, JPEG_2000), None);
    for length in 4..stream.len() - 2 {
        assert!(refusal(&stream[..length], 64, JPEG_2000).is_some(), "cut at {length}");
        let with_end = [&stream[..length], &[0xFF, 0xD9]].concat();
        assert!(refusal(&with_end, 64, JPEG_2000).is_some(), "cut at {length}, end put back");
    }
}

#[test]
fn a_tile_that_is_missing_is_noticed() {
    assert!(refusal(&jpeg_2000(64, 32, 1, &PLAIN, &[0, 1, 3]), 64, JPEG_2000).is_some());
    assert!(refusal(&jpeg_2000(64, 32, 1, &PLAIN, &[0, 1, 2, 4]), 64, JPEG_2000).is_some());
}

#[test]
fn a_jpeg_2000_header_cannot_ask_for_more_than_the_samples_account_for() {
    // 65,535 sides, tiles of one sample, 65,535 layers in small precincts, blocks in precincts of one.
    assert!(refusal(&jpeg_2000(65_535, 65_535, 1, &PLAIN, &[0]), 64, JPEG_2000).is_some());
    assert!(refusal(&jpeg_2000(255, 1, 1, &PLAIN, &[0]), 255, JPEG_2000).is_some());
    let small_precincts = [1, 4, 4, 0, 1, 0x11, 0x11];
    let huge = jpeg_2000(4096, 4096, 1, &small_precincts, &[0]);
    assert!(refusal(&huge, 4096, JPEG_2000).is_some());
    let layers = jpeg_2000(1024, 1024, 65_535, &[1, 4, 4, 0, 1, 0x55, 0x55], &[0]);
    assert!(refusal(&layers, 1024, JPEG_2000).is_some());
    assert_eq!(refusal(&jpeg_2000(4096, 4096, 20, &PLAIN, &[0]), 4096, JPEG_2000), None);
    assert!(refusal(&jpeg_2000(64, 64, 1, &[33, 4, 4, 0, 1], &[0]), 64, JPEG_2000).is_some());
}

/// A frame header of one component with these sampling factors, and an end.
fn jpeg(marker: u8, side: u16, sampling: u8) -> Vec<u8> {
    let mut stream = vec![0xFF, 0xD8, 0xFF, marker, 0, 11, 8];
    stream.extend([side.to_be_bytes(), side.to_be_bytes()].concat());
    stream.extend([1, 1, sampling, 0, 0xFF, 0xD9]);
    stream
}

#[test]
fn the_frame_header_is_that_of_the_transfer_syntax_and_of_the_attributes() {
    assert_eq!(refusal(&jpeg(0xF7, 8, 0x11), 8, uids::JPEGLS_LOSSLESS), None);
    for (stream, syntax) in [
        (jpeg(0xF7, 9, 0x11), uids::JPEGLS_LOSSLESS),
        (jpeg(0xF7, 65_535, 0x11), uids::JPEGLS_LOSSLESS),
        (jpeg(0xF7, 8, 0x21), uids::JPEGLS_LOSSLESS),
        (jpeg(0xC0, 8, 0x11), uids::JPEGLS_LOSSLESS),
        (jpeg(0xF7, 8, 0x11), uids::JPEG_LOSSLESS_SV1),
        (jpeg(0xC0, 8, 0x50), uids::JPEG_BASELINE8_BIT),
    ] {
        assert!(refusal(&stream, 8, syntax).is_some(), "{syntax}");
    }
}

/// Lossless, one component, all differences 0: one Huffman code of one bit.
fn lossless(scan: &[u8]) -> Vec<u8> {
    let mut stream = jpeg(0xC3, 8, 0x11);
    stream.truncate(stream.len() - 2);
    stream.extend([0xFF, 0xC4, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    stream.extend(scan);
    stream.extend([0; 8]);
    stream.extend([0xFF, 0xD9]);
    stream
}

#[test]
fn a_scan_of_nothing_and_a_scan_twice_are_refused() {
    let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0];
    assert_eq!(refusal(&lossless(&scan), 8, uids::JPEG_LOSSLESS_SV1), None);
    let nothing = [0xFF, 0xDA, 0, 6, 0, 1, 0, 0];
    assert!(refusal(&lossless(&nothing), 8, uids::JPEG_LOSSLESS_SV1).is_some());
    let twice = [&scan[..], &[0; 8], &scan].concat();
    assert!(refusal(&lossless(&twice), 8, uids::JPEG_LOSSLESS_SV1).is_some());
}

#[test]
fn a_second_codestream_behind_the_first_is_noticed() {
    let one = lossless(&[0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0]);
    for padding in [&b""[..], b"\0"] {
        let two = [&one[..], padding, &one].concat();
        let told = refusal(&two, 8, uids::JPEG_LOSSLESS_SV1).unwrap();
        assert_eq!(told, "a second codestream behind the first");
    }
    // RLE: one segment, a run of 64 bytes.
    let mut one = [1_u32, 64].map(u32::to_le_bytes).concat();
    one.resize(64, 0);
    one.extend([(-63_i8) as u8, 7]);
    assert_eq!(refusal(&one, 8, uids::RLE_LOSSLESS), None);
    for padding in [&b""[..], b"\0"] {
        let two = [&one[..], padding, &one].concat();
        let told = refusal(&two, 8, uids::RLE_LOSSLESS).unwrap();
        assert_eq!(told, "a second RLE frame behind the first");
    }
}
