//! JPEG 2000: two tile-parts, comments and false lengths.

use super::*;

/// One tile in two tile-parts without levels; the second goes on to EOC if `open`.
pub(super) fn jpeg_2000(open: bool) -> Vec<Vec<u8>> {
    let mut siz = vec![0, 0];
    siz.extend([8_u32, 8, 0, 0, 8, 8, 0, 0].iter().flat_map(|n| n.to_be_bytes()));
    siz.extend([0, 1, 7, 1, 1]);
    let part = |number: u8, packets: &[u8], length: u8| {
        let sot = segment(0x90, &[0, 0, 0, 0, 0, length, number, 2]);
        (sot, [&[0xFF, 0x93], packets].concat())
    };
    let (first, packets) = part(0, &[0, 1], 16);
    let (second, last) = part(1, &[2], if open { 0 } else { 15 });
    vec![
        [vec![0xFF, 0x4F], segment(0x51, &siz)].concat(),
        segment(0x52, &[0, 0, 0, 1, 0, 0, 4, 4, 0, 1]),
        segment(0x55, &[0, 0x50, 0, 0, 0, 0, 16, 0, 0, 0, 0, 15]),
        segment(0x5C, &[0x40, 0x40]),
        first,
        packets,
        second,
        last,
        vec![0xFF, 0xD9],
    ]
}

pub(super) const JPEG_2000: &str = uids::JPEG2000_LOSSLESS;

/// A stream whose first tile-part header has one segment more, and says so in Psot and in TLM.
fn with_segment(open: bool, more: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = jpeg_2000(open);
    parts[4][9] += more.len() as u8;
    parts[2][10] += more.len() as u8;
    parts[5].splice(0..0, more.iter().copied());
    parts
}

#[test]
fn jpeg_2000_keeps_what_a_decoder_needs() {
    for open in [false, true] {
        let clean = jpeg_2000(open);
        check(&clean, &[(1, segment(0x64, WORD)), (4, segment(0x64, WORD))], JPEG_2000);
        check(&clean, &[(2, segment(0x63, b"JANE")), (6, segment(0x64, WORD))], JPEG_2000);
        let commented = with_segment(open, &segment(0x64, WORD));
        assert_eq!(of(&commented, &[], JPEG_2000).unwrap(), stream(&clean, &[]));
        let listed = with_segment(open, &segment(0x58, &[0, 1, 1]));
        assert_eq!(of(&listed, &[], JPEG_2000).unwrap(), stream(&clean, &[]));
        let worded = with_segment(open, &segment(0x58, &[&[0], WORD].concat()));
        assert_eq!(of(&worded, &[], JPEG_2000).unwrap(), stream(&clean, &[]));
    }
    let behind = [stream(&jpeg_2000(false), &[]), WORD.to_vec()].concat();
    assert_eq!(scrub(&behind, &image(), JPEG_2000).unwrap(), stream(&jpeg_2000(false), &[]));
}

#[test]
fn lengths_of_tile_parts_are_told_anew() {
    let mut lying = jpeg_2000(false);
    lying[2][6..14].copy_from_slice(WORD);
    let found = of(&lying, &[], JPEG_2000).unwrap();
    assert_eq!(found, stream(&jpeg_2000(false), &[]));
}

#[test]
fn jpeg_2000_with_what_nobody_knows_is_refused() {
    check_refused(
        &jpeg_2000(false),
        &[
            (1, segment(0x65, WORD)),
            (1, segment(0x60, WORD)),
            (1, segment(0x57, WORD)),
            (1, segment(0x5C, &[&[0x40], WORD].concat())),
            (1, segment(0x52, &[&[0, 0, 0, 1, 0, 0, 4, 4, 0, 1], WORD].concat())),
            (1, segment(0x50, &[&[0, 0, 0, 0], WORD].concat())),
            (1, segment(0x50, &[0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
            (1, segment(0x5C, &[0x40, 0x40])),
            (1, segment(0x5D, &[1, 0x40, 0x40])),
            // With these nobody goes by the segment for all components.
            (1, segment(0x5D, &[0, 0x40, 0x40])),
            (1, segment(0x53, &[0, 0, 0, 4, 4, 0, 1])),
            (1, segment(0x5F, &[0, 0, 0, 1, 1, 1, 0])),
            (2, segment(0x55, &[0, 0x50, 0, 0, 0, 0, 16])),
            (6, segment(0x52, &[0, 0, 0, 1, 0, 0, 4, 4, 0, 1])),
        ],
        JPEG_2000,
    );
    let high_throughput = segment(0x50, &[0, 2, 0, 0, 0, 5]);
    assert!(of(&jpeg_2000(false), &[(1, high_throughput)], JPEG_2000).is_some());
    let mut two_ends = jpeg_2000(true);
    two_ends[7].extend([&[0xFF, 0xD9], WORD].concat());
    assert_eq!(of(&two_ends, &[], JPEG_2000), None);
}
