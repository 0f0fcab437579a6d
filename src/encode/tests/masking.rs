//! Areas made black: what lies outside stays as it came, in every form and codec.

use libjpeg_turbo_rs::{Encoder as JpegEncoder, PixelFormat, Subsampling};

use super::*;
use crate::area::{Area, Frames, PixelText, Reason, Rectangle};
use crate::codec::jpeg_ls::Interleave;

const AREA: Rectangle = Rectangle { x: 9, y: 3, width: 14, height: 10 };

fn redaction(frames: Frames) -> Redaction {
    let areas = vec![Area { rectangle: AREA, frames, reason: Reason::Text }];
    Redaction { text: PixelText::Cleaned, areas, ..Redaction::default() }
}

fn masked(codec: &str, instance: Deidentified, frames: Frames) -> Result<Encoded, EncodeError> {
    let encoder = Encoder::by_name(codec, Verify::Full).unwrap();
    encoder.encode(decoded(instance)?, redaction(frames))
}

/// Samples of a picture with edges everywhere, none of which is black or white.
fn picture(length: usize, most: u32) -> Vec<u32> {
    (0..length as u32).map(|at| 1 + at * at % 251 * (most - 2) / 250).collect()
}

/// Compares samples pixel by pixel: black within, as before outside.
fn check(before: &Samples, encoded: &Encoded, black: &[u32], frames: &[u32]) {
    let image = encoded.decoded.as_ref().or(encoded.image.as_ref()).unwrap();
    let of = |samples: &Samples, at: usize| match samples {
        Samples::Eight(all) => u32::from(all[at]),
        Samples::Sixteen(all) => u32::from(all[at]),
        Samples::ThirtyTwo(all) => all[at],
    };
    let after = encoded.samples.as_ref().unwrap();
    let components = image.samples_per_pixel as usize;
    let pixels = image.columns * image.rows;
    assert_eq!(before.len(), after.len());
    for pixel in 0..pixels * image.frames {
        let point = Rectangle {
            x: pixel % image.columns,
            y: pixel % pixels / image.columns,
            width: 1,
            height: 1,
        };
        let is_inside = encoded.redaction.areas.iter().any(|area| {
            area.rectangle.intersection(point).is_some() && frames.contains(&(pixel / pixels))
        });
        for (component, black) in black.iter().enumerate() {
            let at = pixel as usize * components + component;
            let wanted = if is_inside { *black } else { of(before, at) };
            assert_eq!(of(after, at), wanted, "pixel {pixel}, component {component}");
        }
    }
}

#[test]
fn native_images_of_every_kind_are_covered_in_every_codec() {
    let frames = Frames::These(vec![2]);
    for (photometric, stored, signed, black) in [
        ("MONOCHROME2", 8, false, vec![0]),
        ("MONOCHROME1", 8, false, vec![255]),
        ("MONOCHROME2", 12, false, vec![0]),
        ("MONOCHROME2", 16, true, vec![1]),
        ("RGB", 8, false, vec![0, 0, 0]),
        ("YBR_FULL", 8, false, vec![0, 128, 128]),
    ] {
        let allocated = if stored > 8 { 16 } else { 8 };
        let image = ImagePixel {
            frames: 3,
            samples_per_pixel: black.len() as u16,
            planar_configuration: u16::from(black.len() == 3),
            photometric_interpretation: photometric.into(),
            ..grey(20, 33, allocated, stored, signed)
        };
        let samples = picture(image.samples().unwrap() as usize, 1 << 8);
        let native = native(&image, &samples);
        let before = decoded(deidentified(&image, native.clone(), false)).unwrap();
        let before = before.pixels.unwrap().samples.unwrap();
        for codec in encoder_names() {
            let encoded =
                masked(codec, deidentified(&image, native.clone(), false), frames.clone()).unwrap();
            check(&before, &encoded, &black, &[1]);
            assert!(!encoded.is_passed_on);
        }
    }
}

fn jpeg(format: PixelFormat, subsampling: Subsampling) -> Vec<u8> {
    let length = 48 * 40 * if format == PixelFormat::Rgb { 3 } else { 1 };
    let samples: Vec<u8> = picture(length, 256).into_iter().map(|n| n as u8).collect();
    JpegEncoder::new(&samples, 48, 40, format)
        .quality(90)
        .subsampling(subsampling)
        .encode()
        .unwrap()
}

#[test]
fn lossy_jpeg_is_covered_in_its_blocks() {
    let image = grey(40, 48, 8, 8, false);
    let stream = jpeg(PixelFormat::Grayscale, Subsampling::S444);
    let came = || {
        let source = SourcePixels::Encapsulated(vec![stream.clone().into()]);
        came_in(uids::JPEG_BASELINE8_BIT, &image, source, false)
    };
    let before = decoded(came()).unwrap().pixels.unwrap().samples.unwrap();
    for codec in ["jpeg-ls", "keep", "smallest"] {
        let encoded = masked(codec, came(), Frames::All).unwrap();
        assert!(encoded.is_passed_on && encoded.transfer_syntax == uids::JPEG_BASELINE8_BIT);
        // Whole blocks of 8 x 8.
        let covered = Rectangle { x: 8, y: 0, width: 16, height: 16 };
        assert_eq!(encoded.redaction.areas[0].rectangle, covered);
        check(&before, &encoded, &[0], &[0]);
    }
    // Decoded, the area is as it was asked for.
    let encoded = masked("native", came(), Frames::All).unwrap();
    assert_eq!(encoded.redaction.areas[0].rectangle, AREA);
    check(&before, &encoded, &[0], &[0]);
    assert_eq!(encoded.data_set.text(tags::LOSSY_IMAGE_COMPRESSION), Some("01"));
}

#[test]
fn colour_jpeg_is_covered_with_its_chroma() {
    let image = ImagePixel {
        samples_per_pixel: 3,
        photometric_interpretation: "YBR_FULL_422".into(),
        ..grey(40, 48, 8, 8, false)
    };
    for subsampling in [Subsampling::S444, Subsampling::S422, Subsampling::S420] {
        let stream = jpeg(PixelFormat::Rgb, subsampling);
        let source = SourcePixels::Encapsulated(vec![stream.into()]);
        let instance = came_in(uids::JPEG_BASELINE8_BIT, &image, source, false);
        let encoded = masked("jpeg-ls", instance, Frames::All).unwrap();
        assert!(encoded.is_passed_on, "{subsampling:?}");
        let Some(Samples::Eight(samples)) = &encoded.samples else { panic!("8 bits") };
        for (x, y) in
            (AREA.x..AREA.right()).flat_map(|x| (AREA.y..AREA.bottom()).map(move |y| (x, y)))
        {
            let at = (y * 48 + x) as usize * 3;
            assert_eq!(samples[at..at + 3], [0, 128, 128], "{subsampling:?}, {x}, {y}");
        }
    }
}

/// What has no blocks that can be replaced is decoded, and coded without a second loss.
#[test]
fn other_lossy_pixels_are_covered_in_samples() {
    let image = grey(64, 64, 8, 8, false);
    let native = native(&image, &picture(64 * 64, 256));
    let frame = crate::codec::Frame { width: 64, height: 64, components: 1, bits: 8 };
    let stream = crate::codec::jpeg_ls::encode(&native[..], frame, Interleave::Sample).unwrap();
    let source = SourcePixels::Encapsulated(vec![stream.into()]);
    let instance = came_in(uids::JPEGLS_NEAR_LOSSLESS, &image, source, false);
    let encoded = masked("keep", instance, Frames::All).unwrap();
    assert!(!encoded.is_passed_on && encoded.transfer_syntax == uids::JPEGLS_LOSSLESS);
    assert_eq!(encoded.data_set.text(tags::LOSSY_IMAGE_COMPRESSION), Some("01"));
    check(&Samples::Eight(native.to_vec()), &encoded, &[0], &[0]);
}

#[test]
fn what_has_no_black_is_refused() {
    let image = ImagePixel {
        samples_per_pixel: 4,
        photometric_interpretation: "CMYK".into(),
        ..grey(20, 33, 8, 8, false)
    };
    let native = native(&image, &picture(20 * 33 * 4, 256));
    let refused = masked("native", deidentified(&image, native, false), Frames::All);
    assert_eq!(refused.unwrap_err(), EncodeError::Unmaskable);
}
