//! What a tree of burned-in text promises: bytes, kinds, files that read and decode, ink that is seen and
//! lies in the boxes of the list. What draws text needs fonts, and says so where there are none.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::form::Coding;
use super::*;
use crate::area::Rectangle;
use crate::image::ImagePixel;
use crate::instance::Samples;
use crate::read::{self, Limits};

/// The fonts of this machine; `None` where there are none, and the test says that it was skipped.
#[expect(clippy::print_stderr, reason = "the tests of a machine without fonts say so")]
fn fonts() -> Option<Vec<Font>> {
    let fonts = fonts::installed().ok();
    if fonts.is_none() {
        eprintln!("skipped: no font is installed, see scripts/setup.sh --tests");
    }
    fonts
}

/// The samples of a file as numbers, each pixel's side by side.
fn decoded(bytes: Vec<u8>) -> (ImagePixel, Vec<u32>) {
    let original = read::parse(&Bytes::from(bytes), &Limits::default()).unwrap();
    let (_, image, samples) = crate::encode::decode(original).unwrap().unwrap();
    let samples = match samples {
        Samples::Eight(samples) => samples.iter().map(|sample| u32::from(*sample)).collect(),
        Samples::Sixteen(samples) => samples.iter().map(|sample| u32::from(*sample)).collect(),
        Samples::ThirtyTwo(_) => panic!("nothing has so many bits"),
    };
    (image, samples)
}

/// The share of the pixels of an area that differ by a sixth of the range or more, and the largest
/// difference as a share of the range.
fn difference(
    image: &ImagePixel,
    one: &[u32],
    other: &[u32],
    area: Rectangle,
    frame: usize,
) -> (f64, f64) {
    let components = usize::from(image.samples_per_pixel);
    let range = f64::from((1_u32 << image.bits_stored) - 1);
    // Signed samples come in two's complement: moved up by half, they are in order.
    let is_signed = image.sample_type == crate::image::SampleType::Signed;
    let half = if is_signed { 1 << (image.bits_stored - 1) } else { 0 };
    let level = |sample: u32| f64::from(sample ^ half);
    let (mut seen, mut largest) = (0, 0.0_f64);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            let pixel = (frame as u32 * image.rows + y) * image.columns + x;
            let at = pixel as usize * components;
            let apart = (at..at + components).map(|at| (level(one[at]) - level(other[at])).abs());
            let apart = apart.fold(0.0, f64::max) / range;
            seen += u32::from(apart >= 1.0 / 6.0);
            largest = largest.max(apart);
        }
    }
    (f64::from(seen) / area.pixels() as f64, largest)
}

#[test]
fn the_same_seed_and_fonts_make_the_same_bytes() {
    let Some(fonts) = fonts() else { return };
    for index in 0..13 {
        let one = make(1, index, Some(&fonts)).unwrap();
        assert!(one == make(1, index, Some(&fonts)).unwrap());
        assert!(one.1 != make(2, index, Some(&fonts)).unwrap().1);
    }
}

#[test]
fn clean_files_need_no_fonts_and_read_back() {
    for index in (2..90).step_by(3) {
        let (file, bytes) = make(5, index, None).unwrap();
        assert_eq!(file.lines, []);
        let (image, _) = decoded(bytes);
        assert_eq!(image.frames as usize, file.frames);
    }
}

#[test]
fn text_is_seen_and_lies_inside_its_box_in_files_that_read_back() {
    let Some(fonts) = fonts() else { return };
    for index in (0..100).filter(|index| has_text(*index)) {
        let (file, bytes) = make(3, index, Some(&fonts)).unwrap();
        let (image, with) = decoded(bytes);
        let (twin, without) = decoded(make(3, index, None).unwrap().1);
        assert_eq!((&image, with.len()), (&twin, without.len()));
        assert!(!file.lines.is_empty(), "{}", file.path);
        for line in &file.lines {
            let Rectangle { x, y, width, height } = line.area;
            assert!(width > 2 && height > 2, "{}: {line:?}", file.path);
            assert!(x + width <= image.columns && y + height <= image.rows, "{}", file.path);
            if file.form.photometric == "PALETTE COLOR" {
                // The numbers of its entries say nothing of brightness.
                continue;
            }
            let (seen, largest) =
                difference(&image, &with, &without, line.area, line.frame.unwrap_or(0));
            assert!(seen > 0.06 && largest > 0.22, "{}: {seen} {largest} {line:?}", file.path);
        }
        if matches!(file.form.coding, Coding::JpegBaseline(_)) {
            continue;
        }
        let is_lettered = |frame: u32, x: u32, y: u32| {
            let here = Rectangle { x, y, width: 1, height: 1 };
            file.lines.iter().any(|line| {
                line.frame.is_none_or(|only| only == frame as usize)
                    && line.area.intersection(here).is_some()
            })
        };
        let components = usize::from(image.samples_per_pixel);
        for (at, _) in with.iter().zip(&without).enumerate().filter(|(_, (a, b))| a != b) {
            let pixel = (at / components) as u32;
            let (row, x) = (pixel / image.columns, pixel % image.columns);
            assert!(is_lettered(row / image.rows, x, row % image.rows), "{}", file.path);
        }
    }
}

#[test]
fn three_hundred_files_have_every_kind_with_text_and_without() {
    let mut pixels = [BTreeSet::new(), BTreeSet::new()];
    let mut codings = BTreeSet::new();
    let mut kinds = [BTreeSet::new(), BTreeSet::new()];
    for index in 0..300 {
        let (kind, turn) = turn(index);
        let source = &mut Source::new(1, Purpose::BurnedIn, index);
        let form = form::form(kind.family(), turn, source);
        let with = usize::from(has_text(index));
        kinds[with].insert(kind);
        pixels[with].insert((form.photometric, form.stored, form.is_signed, form.planar));
        codings.insert((form.coding.transfer_syntax(), form.is_coloured()));
    }
    assert!(kinds.iter().all(|kinds| kinds.len() == Kind::ALL.len()));
    assert!(pixels.iter().all(|pixels| pixels.len() == 16), "{pixels:?}");
    let lossless = crate::encode::CODECS.len();
    // RLE and native hold palettes and luma with chroma, the others red, green and blue.
    assert_eq!(codings.len(), 2 * (lossless + 2), "{codings:?}");
}

#[test]
fn a_tree_is_written_with_its_lists() {
    let folder = tempfile::tempdir().unwrap();
    if fonts().is_none() {
        let refused = generate_burned_in(6, 1, folder.path());
        assert!(matches!(refused, Err(SampleError::NoFonts)));
        return;
    }
    let report = generate_burned_in(6, 1, folder.path()).unwrap();
    assert_eq!(report.files, 6);
    let files = std::fs::read_to_string(folder.path().join(FILES)).unwrap();
    assert_eq!(files.lines().count(), 7);
    let with_text = files.lines().filter(|line| line.contains(",yes,")).count();
    assert_eq!(with_text, 4);
    for line in files.lines().skip(1) {
        let path = line.split(',').next().unwrap();
        assert!(folder.path().join(path).is_file());
    }
    let lines = std::fs::read_to_string(folder.path().join(BURNED_IN)).unwrap();
    assert!(lines.lines().count() > 8);
}
