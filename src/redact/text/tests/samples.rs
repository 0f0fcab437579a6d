//! Text in samples of all kinds: of many bits, signed, in colour, by palette.

use dicom::dictionary_std::tags;

use super::letters::{Canvas, is_covered, texts};
use crate::area::Rectangle;
use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::redact::text::{Gray, Palette};

const NAME: &str = "DOE JANE 1953";

/// Of these bits stored.
fn image(canvas: &Canvas, components: u16, bits: u16, photometric: &str) -> ImagePixel {
    ImagePixel {
        rows: canvas.rows as u32,
        columns: canvas.columns as u32,
        frames: 1,
        samples_per_pixel: components,
        bits_allocated: if bits > 8 { 16 } else { 8 },
        bits_stored: bits,
        high_bit: bits - 1,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: photometric.to_owned(),
    }
}

/// A line in 255 on 0, and where it is.
fn mask() -> (Canvas, Rectangle) {
    let mut canvas = Canvas::flat(256, 100, 0);
    let line = canvas.write((30, 40), NAME, 2, 255);
    (canvas, line)
}

#[test]
fn text_far_beyond_the_content_and_inside_of_its_range_is_found() {
    let (mask, line) = mask();
    let content = Canvas::painted(256, 100, |x, _| x as f64 * 0.8).noisy(6.0, 4);
    for (bits, scale, ink) in [
        (12, 4, 4095),
        (16, 4, 65535),
        (16, 1, 65535),
        (16, 100, 0),
        (12, 4, 1020),
        (16, 16, 4080),
        (10, 4, 1023),
    ] {
        let pixels = mask.samples.iter().zip(&content.samples);
        let samples = pixels.map(|(mask, content)| match mask {
            0 => u16::from(*content) * scale + scale * 20,
            _ => ink,
        });
        let samples = Samples::Sixteen(samples.collect());
        let gray = Gray::of(&samples, &image(&mask, 1, bits, "MONOCHROME2"), 0, None);
        assert!(is_covered(line, &texts(&gray)), "{bits} {scale} {ink}");
    }
}

#[test]
fn signed_samples_keep_their_order() {
    let (mask, line) = mask();
    // Padding of -2000 on the left, content around 0, text of 3000; 13 bits.
    let samples = mask.samples.iter().enumerate().map(|(at, mask)| {
        let content =
            if at % 256 < 20 { -2000 } else { (at % 256) as i16 / 2 + (at * 7 % 23) as i16 - 60 };
        (if *mask > 0 { 3000 } else { content }) as u16 & 0x1fff
    });
    let mut pixel = image(&mask, 1, 13, "MONOCHROME2");
    pixel.sample_type = SampleType::Signed;
    let gray = Gray::of(&Samples::Sixteen(samples.collect()), &pixel, 0, None);
    assert!(is_covered(line, &texts(&gray)));
}

#[test]
fn wide_samples_and_single_bits_are_looked_at() {
    let (mask, line) = mask();
    let wide = mask.samples.iter().map(|mask| u32::from(*mask) << 20).collect();
    let gray = Gray::of(&Samples::ThirtyTwo(wide), &image(&mask, 1, 32, "MONOCHROME2"), 0, None);
    assert!(is_covered(line, &texts(&gray)));
    let bits = mask.samples.iter().map(|mask| mask & 1).collect();
    let gray = Gray::of(&Samples::Eight(bits), &image(&mask, 1, 1, "MONOCHROME2"), 0, None);
    assert!(is_covered(line, &texts(&gray)));
}

#[test]
fn any_two_pure_colours_differ() {
    let (mask, line) = mask();
    let colour = |number: u8| [0, 1, 2].map(|bit| (number >> bit & 1) * 255);
    for (ground, ink) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))).filter(|(a, b)| a != b) {
        let pixels = mask.samples.iter();
        let samples = pixels.flat_map(|mask| colour(if *mask > 0 { ink } else { ground }));
        let gray =
            Gray::of(&Samples::Eight(samples.collect()), &image(&mask, 3, 8, "RGB"), 0, None);
        assert!(is_covered(line, &texts(&gray)), "{ground} {ink}");
    }
}

#[test]
fn luma_is_taken_as_it_stands() {
    let (mask, line) = mask();
    let samples = mask.samples.iter().flat_map(|mask| [*mask, 128, 128]).collect();
    let gray = Gray::of(&Samples::Eight(samples), &image(&mask, 3, 8, "YBR_FULL"), 0, None);
    assert_eq!(gray, mask.gray());
    let native: Vec<u8> =
        mask.samples.chunks(2).flat_map(|pair| [pair[0], pair[1], 128, 90]).collect();
    let image = image(&mask, 3, 8, "YBR_FULL_422");
    assert_eq!(Gray::of_422(&native, &image, 0), mask.gray());
    assert_eq!(Gray::of_422(&native, &image, 1), Gray::default());
    assert!(is_covered(line, &texts(&mask.gray())));
}

#[test]
fn each_frame_is_its_own() {
    let (mask, _) = mask();
    let empty = Canvas::flat(mask.columns, mask.rows, 7);
    let samples = Samples::Eight([empty.samples.clone(), mask.samples.clone()].concat());
    let image = ImagePixel { frames: 2, ..image(&mask, 1, 8, "MONOCHROME2") };
    assert_eq!(Gray::of(&samples, &image, 0, None), empty.gray());
    assert_eq!(Gray::of(&samples, &image, 1, None), mask.gray());
    assert_eq!(Gray::of(&samples, &image, 2, None), Gray::default());
}

/// A data set with a table of each colour: 256 entries from index 10 on.
fn palette(bits: u16, entry: impl Fn(u8) -> [u8; 3]) -> DataSet {
    let mut data_set = DataSet::new();
    let mut put = |tag: Tag, words: Vec<u16>| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        data_set.put(Element { tag, vr: VR::OW, value: Value::Bytes(bytes.into()) });
    };
    for channel in 0..3_u16 {
        let scale = if bits == 16 { 257 } else { 1 };
        put(Tag(0x0028, 0x1101 + channel), vec![256, 10, bits]);
        let words = (0..=255).map(|at| u16::from(entry(at)[usize::from(channel)]) * scale);
        put(Tag(0x0028, 0x1201 + channel), words.collect());
    }
    data_set
}

#[test]
fn indices_are_seen_by_their_colours() {
    let (mask, line) = mask();
    // Neighbouring indices, opposite colours; and distant indices of one colour.
    let entry = |at: u8| match at {
        91 => [255, 255, 0],
        _ => [0, 0, 90],
    };
    for bits in [8, 16] {
        let palette = Palette::of(&palette(bits, entry)).unwrap();
        let pixel = image(&mask, 1, 8, "PALETTE COLOR");
        let indices = mask.samples.iter().enumerate();
        let indices = indices.map(|(at, mask)| if *mask > 0 { 101 } else { 100 - at as u8 % 90 });
        let gray = Gray::of(&Samples::Eight(indices.collect()), &pixel, 0, Some(&palette));
        assert!(is_covered(line, &texts(&gray)), "{bits}");
    }
}

#[test]
fn palettes_that_are_segmented_or_too_short_are_none() {
    let mut data_set = palette(16, |at| [at; 3]);
    assert!(Palette::of(&data_set).is_some());
    data_set.put(Element {
        tag: tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA,
        vr: VR::OW,
        value: Value::Bytes(vec![0; 100].into()),
    });
    assert!(Palette::of(&data_set).is_none());
    data_set.remove(tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA);
    assert!(Palette::of(&data_set).is_none());
    assert!(Palette::of(&DataSet::new()).is_none());
}
