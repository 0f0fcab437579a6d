//! Masked streams: of coefficients made up, of encoders, of real files, and of bytes that mean nothing.

mod made;
mod real;

use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling, compress_12bit, read_coefficients};
use proptest::prelude::*;

use super::*;
use made::Plan;

const SAMPLINGS: [Subsampling; 8] = [
    Subsampling::S444,
    Subsampling::S422,
    Subsampling::S420,
    Subsampling::S440,
    Subsampling::S411,
    Subsampling::S441,
    Subsampling::S410,
    Subsampling::S24,
];

pub(super) fn rectangle(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle { x, y, width, height }
}

/// Black in luminance and chroma, or in grey.
pub(super) fn black(components: usize) -> &'static [u16] {
    [&[0_u16][..], &[0, 128, 128]][usize::from(components > 1)]
}

/// Noise, which asks for many symbols, or a plane, which asks for few.
fn samples(count: usize, is_smooth: bool, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = |at: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if is_smooth { (200 + at / 50) as u8 } else { (state >> 24) as u8 }
    };
    (0..count).map(&mut next).collect()
}

/// Components as the stream has them, without a conversion of colours.
pub(super) fn decoded(stream: &[u8]) -> Vec<u8> {
    let mut decoder = jpeg_decoder::Decoder::new(stream);
    decoder.set_color_transform(jpeg_decoder::ColorTransform::RGB);
    decoder.decode().unwrap()
}

/// Whether a pixel lies in one of the rectangles, or outside all of them, by a margin.
pub(super) fn inside(areas: &[Rectangle], x: usize, y: usize, margin: i64) -> bool {
    areas.iter().any(|area| {
        let (x, y) = (x as i64, y as i64);
        x >= i64::from(area.x) - margin
            && x < i64::from(area.right()) + margin
            && y >= i64::from(area.y) - margin
            && y < i64::from(area.bottom()) + margin
    })
}

/// Compares what is decoded before and after. Chroma samples within `margin` pixels of a border may be
/// smoothed across it.
pub(super) fn compare_samples(
    before: &[u8],
    masked: &Masked,
    columns: usize,
    components: usize,
    margin: i64,
) {
    let (old, new) = (decoded(before), decoded(&masked.stream));
    assert_eq!(old.len(), new.len());
    for (at, (old, new)) in
        old.chunks_exact(components).zip(new.chunks_exact(components)).enumerate()
    {
        let (x, y) = (at % columns, at / columns);
        let is_inside = inside(&masked.covered, x, y, 0);
        let luminance = if is_inside { 0 } else { old[0] };
        assert_eq!(new[0], luminance, "at {x}, {y}");
        let near = inside(&masked.covered, x, y, margin);
        if components > 1 && !near {
            assert_eq!(new, old, "at {x}, {y}");
        } else if components > 1 && inside(&masked.covered, x, y, -margin) {
            assert_eq!(&new[1..], [128, 128], "at {x}, {y}");
        }
    }
}

fn rectangles() -> impl Strategy<Value = Vec<Rectangle>> {
    let one = (0_u32..100, 0_u32..100, 0_u32..60, 0_u32..60);
    proptest::collection::vec(one.prop_map(|(x, y, w, h)| rectangle(x, y, w, h)), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn streams_of_an_encoder_keep_what_is_outside(
        columns in 1_usize..90,
        rows in 1_usize..90,
        sampling in 0_usize..9,
        quality in 1_u8..=100,
        optimised in any::<bool>(),
        restart in 0_u16..5,
        smooth in any::<bool>(),
        seed in any::<u32>(),
        rectangles in rectangles(),
    ) {
        let (components, sampling) = match SAMPLINGS.get(sampling) {
            Some(sampling) => (3, *sampling),
            None => (1, Subsampling::S444),
        };
        let format = if components == 3 { PixelFormat::Rgb } else { PixelFormat::Grayscale };
        let pixels = samples(columns * rows * components, smooth, seed);
        let stream = Encoder::new(&pixels, columns, rows, format)
            .quality(quality)
            .subsampling(sampling)
            .optimize_huffman(optimised)
            .restart_blocks(restart)
            .encode()
            .unwrap();
        let black = black(components);
        let masked = mask(&stream, &rectangles, black).unwrap();
        proves(&stream, &masked.stream, &masked.covered, black).unwrap();
        let margin = if sampling == Subsampling::S444 { 0 } else { 4 };
        compare_samples(&stream, &masked, columns, components, margin);
        for asked in rectangles.iter().filter_map(|r| {
            r.intersection(rectangle(0, 0, columns as u32, rows as u32))
        }) {
            prop_assert!(masked.covered.iter().any(|c| c.intersection(asked) == Some(asked)));
        }
        // A third reader of coefficients.
        let (old, new) =
            (read_coefficients(&stream).unwrap(), read_coefficients(&masked.stream).unwrap());
        if masked.covered.is_empty() {
            for (old, new) in old.components.iter().zip(&new.components) {
                prop_assert_eq!(&old.blocks, &new.blocks);
            }
        }
    }

    #[test]
    fn any_coefficients_samplings_and_scans_are_masked(
        plan in made::plans(),
        rectangles in rectangles(),
    ) {
        check_made(&plan, &rectangles);
    }

    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = mask(&[&[0xFF, 0xD8], &bytes[..]].concat(), &[rectangle(0, 0, 9, 9)], &[0]);
        let _ = proves(&bytes, &bytes, &[], &[0]);
    }

    #[test]
    fn damaged_streams_end(
        plan in made::plans(),
        damage in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..12),
        cut in any::<u16>(),
    ) {
        let (stream, _) = plan.stream();
        let mut damaged = stream.clone();
        for (at, byte) in damage {
            let at = usize::from(at) % damaged.len();
            damaged[at] = byte;
        }
        let black = plan.black();
        for bytes in [&damaged[..], &stream[..usize::from(cut) % stream.len()]] {
            if let Ok(masked) = mask(bytes, &[rectangle(5, 5, 20, 20)], &black) {
                proves(bytes, &masked.stream, &masked.covered, &black).unwrap();
            }
            let _ = proves(&stream, bytes, &[], &black);
            let _ = proves(bytes, &stream, &[], &black);
        }
    }
}

/// Masks made-up coefficients; both the proof and a look at the coefficients themselves agree.
fn check_made(plan: &Plan, rectangles: &[Rectangle]) {
    let (stream, coefficients) = plan.stream();
    let black = plan.black();
    let masked = mask(&stream, rectangles, &black).unwrap();
    proves(&stream, &masked.stream, &masked.covered, &black).unwrap();
    if masked.covered.is_empty() {
        assert_eq!(stream, masked.stream);
        return;
    }
    let expected = plan.masked(&coefficients, &masked.covered);
    let (stream_of_expected, _) = plan.write(&expected);
    proves(&stream_of_expected, &masked.stream, &masked.covered, &black).unwrap();
    proves(&masked.stream, &stream_of_expected, &[], &black).unwrap();
    let error = proves(&stream, &masked.stream, &[], &black);
    assert!(error.is_err() || expected == coefficients, "nothing is covered, and all is the same");
}

#[test]
fn twelve_bits_are_masked_in_grey_and_in_colour() {
    for (components, sampling) in
        [(1, Subsampling::S444), (3, Subsampling::S444), (3, Subsampling::S420)]
    {
        let pixels: Vec<i16> = samples(50 * 40 * components, false, 7)
            .into_iter()
            .map(|n| i16::from(n) * 16)
            .collect();
        let stream = compress_12bit(&pixels, 50, 40, components, 95, sampling).unwrap();
        let black = [0, 2048, 2048];
        let black = &black[..components];
        let masked = mask(&stream, &[rectangle(10, 10, 9, 9)], black).unwrap();
        proves(&stream, &masked.stream, &masked.covered, black).unwrap();
        if components == 1 {
            assert_eq!(masked.covered, [rectangle(8, 8, 16, 16)]);
            let decode = |stream: &[u8]| libjpeg_turbo_rs::decompress_12bit(stream).unwrap().data;
            let (old, new) = (decode(&stream), decode(&masked.stream));
            for (at, (old, new)) in old.iter().zip(&new).enumerate() {
                let is_inside = inside(&masked.covered, at % 50, at / 50, 0);
                assert_eq!(*new, if is_inside { 0 } else { *old });
            }
        }
    }
}

#[test]
fn white_is_exact_as_well() {
    let pixels = samples(40 * 40, false, 3);
    for quality in [1, 30, 75, 100] {
        let encoder = Encoder::new(&pixels, 40, 40, PixelFormat::Grayscale).quality(quality);
        let stream = encoder.encode().unwrap();
        let masked = mask(&stream, &[rectangle(0, 0, 8, 8)], &[255]).unwrap();
        proves(&stream, &masked.stream, &masked.covered, &[255]).unwrap();
        assert!(proves(&stream, &masked.stream, &masked.covered, &[0]).is_err());
        assert!(decoded(&masked.stream).chunks(40).take(8).all(|row| row[..8] == [255; 8]));
    }
}

#[test]
fn what_is_not_sequential_is_unsupported() {
    let pixels = samples(40 * 40, false, 3);
    let encoder = || Encoder::new(&pixels, 40, 40, PixelFormat::Grayscale);
    for stream in [
        encoder().progressive(true).encode().unwrap(),
        encoder().arithmetic(true).encode().unwrap(),
        encoder().lossless(true).encode().unwrap(),
    ] {
        assert_eq!(mask(&stream, &[rectangle(0, 0, 9, 9)], &[0]), Err(NOT_SEQUENTIAL));
    }
}

#[test]
fn the_proof_notices_a_block_too_many_one_too_few_and_other_segments() {
    let pixels = samples(64 * 64, false, 3);
    let encoder = Encoder::new(&pixels, 64, 64, PixelFormat::Grayscale);
    let stream = encoder.encode().unwrap();
    let masked = mask(&stream, &[rectangle(8, 8, 16, 8)], &[0]).unwrap();
    let proof = |covered: &[Rectangle]| proves(&stream, &masked.stream, covered, &[0]);
    assert_eq!(proof(&[rectangle(8, 8, 16, 8)]), Ok(()));
    assert!(proof(&[rectangle(8, 8, 8, 8)]).is_err());
    assert!(proof(&[rectangle(8, 8, 24, 8)]).is_err());
    assert!(proof(&[rectangle(8, 8, 15, 8)]).is_err());
    let commented = encoder.comment("x").encode().unwrap();
    assert!(proves(&commented, &masked.stream, &masked.covered, &[0]).is_err());
    let behind = [&masked.stream[..], b"x"].concat();
    assert!(proves(&stream, &behind, &masked.covered, &[0]).is_err());
}

#[test]
fn a_table_without_room_is_unsupported() {
    // A code of each length: what is left is the one of nothing but ones.
    let plan = Plan { tight: true, ..Plan::grey(32, 32) };
    let (stream, _) = plan.stream();
    assert_eq!(mask(&stream, &[rectangle(0, 0, 9, 9)], &[0]), Err(NO_ROOM));
}
