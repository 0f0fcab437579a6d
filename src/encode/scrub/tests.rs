//! Codestreams made by hand, with words planted where a codestream has room for them;
//! `tests/it/keep.rs` has real ones.

mod any;
mod jpeg_2000;

use super::*;
use crate::image::SampleType;

const WORD: &[u8] = b"DOE^JANE";

fn image() -> ImagePixel {
    ImagePixel {
        rows: 8,
        columns: 8,
        frames: 1,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".into(),
    }
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let mut segment = Vec::new();
    put_segment(&mut segment, marker, content).unwrap();
    segment
}

/// A stream of parts, with more put in before the part of each place.
fn stream(parts: &[Vec<u8>], planted: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let before = |place: usize| planted.iter().filter(move |(at, _)| *at == place);
    let parts = parts.iter().enumerate();
    parts.flat_map(|(n, part)| before(n).map(|(_, p)| p).chain([part]).flatten().copied()).collect()
}

/// A code of one bit for the symbol 0, then nothing.
fn one_code(class_and_id: u8) -> Vec<u8> {
    let mut table = vec![class_and_id, 1];
    table.resize(18, 0);
    table
}

/// Lossless, one component, all differences 0, a restart in the middle.
fn jpeg() -> Vec<Vec<u8>> {
    vec![
        vec![0xFF, 0xD8],
        segment(0xC3, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        segment(0xC4, &one_code(0)),
        segment(0xDD, &[0, 32]),
        [segment(0xDA, &[1, 1, 0, 1, 0, 0]), vec![0; 4]].concat(),
        [vec![0xFF, 0xD0], vec![0; 4]].concat(),
        vec![0xFF, 0xD9],
    ]
}

const LOSSLESS: &str = uids::JPEG_LOSSLESS_SV1;

fn of(parts: &[Vec<u8>], planted: &[(usize, Vec<u8>)], transfer_syntax: &str) -> Option<Vec<u8>> {
    scrub(&stream(parts, planted), &image(), transfer_syntax).ok()
}

/// The parts come back as they are, with or without what is planted.
fn check(parts: &[Vec<u8>], planted: &[(usize, Vec<u8>)], transfer_syntax: &str) {
    let clean = stream(parts, &[]);
    assert_eq!(of(parts, &[], transfer_syntax).as_ref(), Some(&clean));
    for one in planted {
        let found = of(parts, std::slice::from_ref(one), transfer_syntax);
        assert_eq!(found.as_ref(), Some(&clean), "{one:?}");
    }
}

fn check_refused(parts: &[Vec<u8>], planted: &[(usize, Vec<u8>)], transfer_syntax: &str) {
    for one in planted {
        assert_eq!(of(parts, std::slice::from_ref(one), transfer_syntax), None, "{one:?}");
    }
}

#[test]
fn jpeg_keeps_what_its_scans_need() {
    let unused = [one_code(1), [&[0x10, 8], &[0; 15][..], WORD].concat()].concat();
    let mut quantisation = vec![0];
    quantisation.extend(WORD.repeat(8));
    check(
        &jpeg(),
        &[
            (1, segment(0xFE, WORD)),
            (1, segment(0xE0, b"JFIF\0DOE^JANE")),
            (2, segment(0xE1, WORD)),
            (2, segment(0xED, WORD)),
            (2, segment(0xEE, WORD)),
            (3, segment(0xC4, &unused)),
            (3, segment(0xDB, &quantisation)),
            (4, vec![0xFF; 5]),
            (4, vec![0xFF, 0x01]),
            (6, WORD.to_vec()),
            (6, vec![0xFF; 3]),
        ],
        LOSSLESS,
    );
    let behind = [stream(&jpeg(), &[]), WORD.to_vec(), stream(&jpeg(), &[])].concat();
    assert_eq!(scrub(&behind, &image(), LOSSLESS).unwrap(), stream(&jpeg(), &[]));
}

/// One block of 8 x 8 whose only coefficient that is not zero is the first, and the fourth in zig-zag order.
fn jpeg_of_a_block(steps: &[u8; 64], unused: u8) -> Vec<Vec<u8>> {
    // Codes 0 and 10 stand for these symbols, 110 for one that does not occur.
    let three = |class: u8, symbols: [u8; 2]| {
        let mut table = vec![class, 1, 1, 1];
        table.resize(17, 0);
        table.extend(symbols);
        table.push(unused);
        segment(0xC4, &table)
    };
    vec![
        vec![0xFF, 0xD8],
        segment(0xE0, b"JFIF\0JANE"),
        segment(0xDB, &[&[0][..], steps].concat()),
        segment(0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]),
        three(0x00, [0, 1]),
        // Two zeros and a coefficient of one bit; the end of the block.
        three(0x10, [0x21, 0x00]),
        // DC: 10 and a bit; AC: 0 and a bit, 10.
        [segment(0xDA, &[1, 1, 0, 0, 63, 0]), vec![0b1010_1101]].concat(),
        vec![0xFF, 0xD9],
    ]
}

#[test]
fn what_a_scan_does_not_use_of_its_tables_is_told_anew() {
    let mut wanted = [1; 64];
    (wanted[0], wanted[3]) = (b'J', b'E');
    let mut spelled = *b"JANEDOE.JANEDOE.JANEDOE.JANEDOE.JANEDOE.JANEDOE.JANEDOE.JANEDOE.";
    let mut clean = jpeg_of_a_block(&wanted, 0);
    clean.remove(1);
    // The lowest symbols that do not occur.
    for (table, symbol) in [(3, 2), (4, 1)] {
        *clean[table].last_mut().unwrap() = symbol;
    }
    let found = of(&jpeg_of_a_block(&spelled, b'J'), &[], uids::JPEG_BASELINE8_BIT).unwrap();
    assert_eq!(found, stream(&clean, &[]));
    // What is used stays.
    spelled[0] = 9;
    assert_ne!(of(&jpeg_of_a_block(&spelled, b'J'), &[], uids::JPEG_BASELINE8_BIT).unwrap(), found);
}

#[test]
fn jfif_stays_without_its_content_where_there_are_colours() {
    let colours = |jfif: &[u8]| {
        vec![
            vec![0xFF, 0xD8],
            segment(0xE0, jfif),
            segment(0xC3, &[8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]),
            segment(0xC4, &one_code(0)),
            [segment(0xDA, &[3, 1, 0, 2, 0, 3, 0, 1, 0, 0]), vec![0; 24]].concat(),
            vec![0xFF, 0xD9],
        ]
    };
    let plain = stream(&colours(b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"), &[]);
    let found = of(&colours(b"JFIF\0\x01\x01\x01\0\x48\0\x48\x01\x01JANE"), &[], LOSSLESS);
    assert_eq!(found, Some(plain));
}

#[test]
fn jpeg_with_what_nobody_knows_is_refused() {
    let [other, another] =
        [0, 1].map(|transform| [&b"Adobe\0d\0\0\0\0"[..], &[transform], WORD].concat());
    check_refused(
        &jpeg(),
        &[
            (2, segment(0xF0, WORD)),
            (2, segment(0x02, WORD)),
            (2, segment(0xDC, &[0, 8])),
            (2, segment(0xDD, &[&[0, 8], WORD].concat())),
            (2, WORD.to_vec()),
            (2, [segment(0xEE, &other), segment(0xEE, &another)].concat()),
        ],
        LOSSLESS,
    );
}

#[test]
fn the_transform_of_adobe_is_all_that_stays_of_app14() {
    let planted = [&b"Adobe"[..], b"\xAB\xCD\xEF\xAB\xCD\xEF\x01", WORD].concat();
    let found = of(&jpeg(), &[(2, segment(0xEE, &planted))], LOSSLESS).unwrap();
    let fixed = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01");
    assert_eq!(found, stream(&jpeg(), &[(2, fixed)]));
}

fn jpeg_ls() -> Vec<Vec<u8>> {
    let samples: Vec<u8> = (0..64_u32).map(|n| (n * n % 101) as u8).collect();
    let info = charls::FrameInfo { width: 8, height: 8, bits_per_sample: 8, component_count: 1 };
    let coded = charls::CharLS::default().encode(info, 0, &samples).unwrap();
    let (soi, rest) = coded.split_at(2);
    let at = rest.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (header, scan) = rest.split_at(at);
    let (scan, eoi) = scan.split_at(scan.len() - 2);
    [soi, header, scan, eoi].map(<[u8]>::to_vec).to_vec()
}

#[test]
fn jpeg_ls_keeps_its_headers_and_its_parameters() {
    check(
        &jpeg_ls(),
        &[
            (1, segment(0xFE, WORD)),
            (1, segment(0xE8, b"SPIFF\0DOE^JANE")),
            (2, segment(0xE8, b"mrfx\0DOE^JANE")),
            (2, segment(0xE1, WORD)),
            (2, vec![0xFF; 4]),
        ],
        uids::JPEGLS_LOSSLESS,
    );
    let parameters = segment(0xF8, &[1, 0, 255, 0, 3, 0, 7, 0, 21, 0, 64]);
    let twice = [(2, parameters.clone()), (2, parameters.clone())];
    assert_eq!(of(&jpeg_ls(), &twice, uids::JPEGLS_LOSSLESS), None);
    let with = stream(&jpeg_ls(), &[(2, parameters)]);
    assert_eq!(scrub(&with, &image(), uids::JPEGLS_LOSSLESS).unwrap(), with);
    check_refused(
        &jpeg_ls(),
        &[
            (2, segment(0xE8, b"mrfx\x01")),
            (2, segment(0xF8, &[&[2, 1], WORD].concat())),
            (2, segment(0xF8, &[&[1], WORD].concat())),
            (2, segment(0xDC, &[0, 8])),
            (2, segment(0xDD, &[0, 8])),
        ],
        uids::JPEGLS_LOSSLESS,
    );
}

#[test]
fn what_stands_behind_the_last_sample_of_a_jpeg_ls_scan_is_seen_by_the_decoder() {
    let decoded = |parts: &[Vec<u8>], planted: &[(usize, Vec<u8>)]| {
        crate::encode::jpeg_ls::decode(&stream(parts, planted), &image()).ok()
    };
    assert!(decoded(&jpeg_ls(), &[]).is_some());
    for slack in [WORD, &[0], &[0; 9]] {
        assert_eq!(decoded(&jpeg_ls(), &[(3, slack.to_vec())]), None, "{slack:?}");
    }
}

/// A frame of RLE whose segment is one literal run and a run of one value.
fn rle(packed: &[u8], offset: u32, behind: &[u8]) -> Vec<u8> {
    let mut frame = [1_u32, offset].map(u32::to_le_bytes).concat();
    frame.resize(offset as usize, 0);
    [&frame, packed, behind].concat()
}

#[test]
fn rle_keeps_what_is_unpacked() {
    let packed = [3, 9, 8, 7, 6, (-59_i8) as u8, 5];
    let clean = rle(&packed, 64, &[0]);
    let frames = [
        clean.clone(),
        rle(&packed, 64, b""),
        rle(&packed, 64, b"J"),
        rle(&packed, 64, WORD),
        rle(&packed, 80, WORD),
    ];
    for frame in frames {
        assert_eq!(scrub(&frame, &image(), uids::RLE_LOSSLESS).unwrap(), clean);
    }
    let mut more_offsets = clean.clone();
    more_offsets[40..48].copy_from_slice(WORD);
    assert_eq!(scrub(&more_offsets, &image(), uids::RLE_LOSSLESS).unwrap(), clean);
    let too_many = [&[(-59_i8) as u8, 5, 11][..], &[1; 12]].concat();
    assert!(scrub(&rle(&too_many, 64, &[]), &image(), uids::RLE_LOSSLESS).is_err());
}
