//! Areas made black in the blocks of lossy JPEG: codestreams in, codestreams out, of which all other blocks
//! are the ones that came. So nothing is lost a second time, and nothing grows.

use bytes::Bytes;
use dicom::dictionary_std::uids;
use rayon::prelude::*;

use super::black::coded_black;
use super::{Masked, is_proven};
use crate::area::Area;
use crate::codestream::mask_jpeg;
use crate::encode::decode_pixels;
use crate::image::ImagePixel;
use crate::instance::{DecodedPixels, SourcePixels};
use crate::stage::{Stage, StageClock};

/// Makes areas black in the coded blocks; `None` where that cannot be done or not be proven, so that the
/// pixels must be decoded for it.
pub(super) fn in_blocks(
    pixels: &DecodedPixels,
    transfer_syntax: &str,
    areas: &[Area],
) -> Option<Masked> {
    let is_jpeg = matches!(transfer_syntax, uids::JPEG_BASELINE8_BIT | uids::JPEG_EXTENDED12_BIT);
    let SourcePixels::Encapsulated(frames) = &pixels.source else {
        return None;
    };
    // What stands in unused bits goes in samples alone.
    if !is_jpeg || pixels.without_overlay.is_some() {
        return None;
    }
    let black = coded_black(&pixels.source_image)?;
    let helped = StageClock::helped();
    let masked = |(frame, stream): (usize, &Bytes)| {
        helped.help(|| mask(stream, frame as u32, areas, &black))
    };
    let masked: Vec<(Bytes, Vec<Option<Area>>)> =
        frames.par_iter().enumerate().map(masked).collect::<Option<_>>()?;
    let areas = covered(areas.len(), masked.iter().map(|(_, areas)| areas))?;
    let frames = masked.into_iter().map(|(stream, _)| stream).collect();
    let source = (pixels.source_image.clone(), SourcePixels::Encapsulated(frames));
    StageClock::time(Stage::Verify, || {
        let found = decode_pixels(source, transfer_syntax, false).ok()?;
        let margin = found.image.blend(true);
        let black: Vec<u32> = black.into_iter().map(u32::from).collect();
        is_same(pixels, &found, &areas, (&black, margin)).then_some(Masked { pixels: found, areas })
    })
}

/// One frame: the codestream, and each area as it is covered there.
fn mask(
    stream: &Bytes,
    frame: u32,
    areas: &[Area],
    black: &[u16],
) -> Option<(Bytes, Vec<Option<Area>>)> {
    let here: Vec<&Area> = areas.iter().filter(|area| area.frames.have(frame)).collect();
    if here.is_empty() {
        return Some((stream.clone(), vec![None; areas.len()]));
    }
    let rectangles: Vec<_> = here.iter().map(|area| area.rectangle).collect();
    let masked = mask_jpeg::mask(stream, &rectangles, black).ok()?;
    let proves = || mask_jpeg::proves(stream, &masked.stream, &masked.covered, black);
    StageClock::time(Stage::Verify, proves).ok()?;
    if masked.covered.len() != here.len() {
        return None;
    }
    let mut covered = masked.covered.into_iter();
    let areas = areas.iter().map(|area| {
        let rectangle = area.frames.have(frame).then(|| covered.next()).flatten()?;
        Some(Area { rectangle, ..area.clone() })
    });
    Some((masked.stream.into(), areas.collect()))
}

/// The areas as they are covered, which must be the same on all their frames.
fn covered<'a>(
    count: usize,
    frames: impl Iterator<Item = &'a Vec<Option<Area>>>,
) -> Option<Vec<Area>> {
    let mut all: Vec<Option<Area>> = vec![None; count];
    for areas in frames {
        for (known, area) in all.iter_mut().zip(areas) {
            match (&*known, area) {
                (_, None) => {}
                (None, Some(area)) => *known = Some(area.clone()),
                (Some(known), Some(area)) if known == area => {}
                _ => return None,
            }
        }
    }
    // An area whose frames the image does not have covers nothing.
    Some(all.into_iter().flatten().collect())
}

fn is_same(
    before: &DecodedPixels,
    after: &DecodedPixels,
    areas: &[Area],
    expected: (&[u32], u32),
) -> bool {
    let image: &ImagePixel = &after.image;
    match (&before.samples, &after.samples) {
        (Some(before), Some(after)) => is_proven(before, after, image, areas, expected),
        _ => false,
    }
}
