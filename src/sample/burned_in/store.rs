//! Storing: frames as displayed and a form in, samples out.

use super::canvas::{Canvas, luma};
use super::form::Form;
use super::palette::Palette;

/// The samples of a frame, masked to Bits Stored, those of a pixel side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    Eight(Vec<u8>),
    Sixteen(Vec<u16>),
}

/// Stores a frame. A palette is used where the form wants one.
pub(super) fn store(frame: &Canvas, form: &Form, palette: &Palette) -> Stored {
    let pixels = frame.samples.chunks_exact(frame.channels);
    match form.photometric {
        "PALETTE COLOR" => {
            Stored::Eight(pixels.map(|pixel| palette.nearest(colour(pixel))).collect())
        }
        // The encoder of JPEG makes luma and chroma itself.
        "RGB" | "YBR_FULL_422" => {
            Stored::Eight(pixels.flat_map(|pixel| colour(pixel).map(eight)).collect())
        }
        "YBR_FULL" => Stored::Eight(pixels.flat_map(|pixel| ybr(colour(pixel))).collect()),
        _ => grey(frame, form),
    }
}

fn colour(pixel: &[f32]) -> [f32; 3] {
    match *pixel {
        [red, green, blue] => [red, green, blue],
        _ => [pixel[0]; 3],
    }
}

fn eight(level: f32) -> u8 {
    (level.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// PS3.3 section C.7.6.3.1.2.
fn ybr(colour: [f32; 3]) -> [u8; 3] {
    let [red, _, blue] = colour;
    let light = luma(colour);
    [light, (blue - light) / 1.772 + 128.0 / 255.0, (red - light) / 1.402 + 128.0 / 255.0]
        .map(eight)
}

fn grey(frame: &Canvas, form: &Form) -> Stored {
    let largest = ((1_u32 << form.stored) - 1) as f32;
    let is_inverse = form.photometric == "MONOCHROME1";
    let lowest = if form.is_signed { 1_i32 << (form.stored - 1) } else { 0 };
    let mask = ((1_u32 << form.stored) - 1) as u16;
    let level = |pixel: &[f32]| {
        let level = luma(colour(pixel)).clamp(0.0, 1.0);
        let level = if is_inverse { 1.0 - level } else { level };
        let number = (level * largest + 0.5) as i32 - lowest;
        number as u16 & mask
    };
    let levels = frame.samples.chunks_exact(frame.channels).map(level);
    if form.allocated == 8 {
        Stored::Eight(levels.map(|level| level as u8).collect())
    } else {
        Stored::Sixteen(levels.collect())
    }
}
