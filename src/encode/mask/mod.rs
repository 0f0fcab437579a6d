//! Areas of an image made black: decoded pixels in, the same pixels with the areas black out, proven. All
//! samples outside are those that came, all inside have one value.

mod black;
mod coded;
mod native;

use std::ops::Range;

use bytes::Bytes;

use super::keep::Came;
use super::{EncodeError, Encoder, Goal, samples};
use crate::area::{Area, inside, outside, shrunk};
use crate::dataset::DataSet;
use crate::image::ImagePixel;
use crate::instance::{DecodedPixels, Samples, SourcePixels};
use crate::stage::{Stage, StageClock};

/// Pixels with areas made black.
pub(super) struct Masked {
    pub(super) pixels: DecodedPixels,
    /// The areas as they were made black.
    pub(super) areas: Vec<Area>,
}

impl Encoder {
    /// Makes areas of decoded pixels black: in the coded blocks, where pixels that came with a loss are
    /// passed on in them, else in the samples.
    pub(super) fn mask(
        self,
        pixels: DecodedPixels,
        transfer_syntax: &str,
        areas: &[Area],
        data_set: &DataSet,
    ) -> Result<Masked, EncodeError> {
        let is_passed_on = |masked: &Masked| {
            let came = Came::of(&masked.pixels, transfer_syntax);
            came.is_some_and(|came| came.pass_on(&masked.pixels.native).is_some())
        };
        if !matches!(self.goal, Goal::Native)
            && let Some(masked) = coded::in_blocks(&pixels, transfer_syntax, areas)
            && is_passed_on(&masked)
        {
            return Ok(masked);
        }
        in_samples(pixels, areas, data_set)
    }
}

/// Makes areas black in decoded samples; nothing of how they came is left.
pub(super) fn in_samples(
    pixels: DecodedPixels,
    areas: &[Area],
    data_set: &DataSet,
) -> Result<Masked, EncodeError> {
    let DecodedPixels { source_image, image, native, samples: before, without_overlay, .. } =
        pixels;
    let black = black::black(&image, data_set, before.as_ref()).ok_or(EncodeError::Unmaskable)?;
    let from = without_overlay.unwrap_or(native);
    let native = native::masked(&from, &image, areas, &black).ok_or(EncodeError::Unmaskable)?;
    let native = Bytes::from(native);
    let after = samples::canonical(&native, &image, false)?.map(|(found, _)| found);
    let is_proven = StageClock::time(Stage::Verify, || match (&before, &after) {
        (Some(before), Some(after)) => is_proven(before, after, &image, areas, (&black, 0)),
        (None, None) => are_bytes_proven(&from, &native, &image, areas, &black),
        _ => false,
    });
    if !is_proven {
        return Err(EncodeError::Mask);
    }
    let pixels = DecodedPixels {
        source: SourcePixels::Native(native.clone()),
        source_image,
        image,
        native,
        samples: after,
        without_overlay: None,
    };
    Ok(Masked { pixels, areas: areas.to_vec() })
}

/// Whether samples are equal outside of the areas, and black inside of them; in both but for a margin.
fn is_proven(
    before: &Samples,
    after: &Samples,
    image: &ImagePixel,
    areas: &[Area],
    (black, margin): (&[u32], u32),
) -> bool {
    match (before, after) {
        (Samples::Eight(before), Samples::Eight(after)) => {
            are_proven(before, after, image, areas, (black, margin))
        }
        (Samples::Sixteen(before), Samples::Sixteen(after)) => {
            are_proven(before, after, image, areas, (black, margin))
        }
        (Samples::ThirtyTwo(before), Samples::ThirtyTwo(after)) => {
            are_proven(before, after, image, areas, (black, margin))
        }
        _ => false,
    }
}

/// The same of two pixels that share chroma: they stand in four bytes, two a pixel.
fn are_bytes_proven(
    before: &[u8],
    after: &[u8],
    image: &ImagePixel,
    areas: &[Area],
    black: &[u32],
) -> bool {
    let &[luminance, blue, red] = black else { return false };
    let pixel = |at: usize| {
        Some([*after.get(at / 2 * 4 + at % 2)?, after[at / 2 * 4 + 2], after[at / 2 * 4 + 3]])
    };
    let black = [luminance, blue, red].map(|value| value as u8);
    // Chroma is replaced for both, so that the pixel beside an area changes with it.
    let mut outside = outside(areas, image.extent(), image.blend(false));
    let is_same = |range: Range<usize>| {
        before.get(range.start * 2..range.end * 2) == after.get(range.start * 2..range.end * 2)
    };
    before.len() == after.len()
        && outside.all(is_same)
        && inside(areas, image.extent(), 0).flatten().all(|at| pixel(at) == Some(black))
}

fn are_proven<T: Copy + PartialEq + Into<u32>>(
    before: &[T],
    after: &[T],
    image: &ImagePixel,
    areas: &[Area],
    (black, margin): (&[u32], u32),
) -> bool {
    let components = usize::from(image.samples_per_pixel);
    let of = |range: Range<usize>| range.start * components..range.end * components;
    let extent = image.extent();
    let is_same = |range| {
        let range = of(range);
        matches!((before.get(range.clone()), after.get(range)), (Some(a), Some(b)) if a == b)
    };
    let is_black = |range| {
        let pixels = after.get(of(range)).map(|all| all.chunks_exact(components));
        let is_black =
            |pixel: &[T]| pixel.iter().zip(black).all(|(n, black)| (*n).into() == *black);
        pixels.is_some_and(|mut pixels| pixels.all(is_black))
    };
    black.len() == components
        && before.len() == after.len()
        && outside(areas, extent, margin).all(is_same)
        && inside(&shrunk(areas, margin), extent, 0).all(is_black)
}
