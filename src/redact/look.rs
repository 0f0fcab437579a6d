//! Looking for text in all frames of an image: decoded pixels in, areas with text out.

use rayon::prelude::*;

use super::text::{Certainty, Finder, Found, Gray};
use crate::area::{Area, Frames, Reason, Rectangle};
use crate::dataset::DataSet;
use crate::image::{ImagePixel, SampleType};
use crate::instance::{DecodedPixels, Samples};
use crate::palette::Palette;
use crate::stage::StageClock;

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// Areas with text. What stands on one frame is covered on all: it may be too faint on another.
    pub(super) text: Vec<Area>,
    /// Whether something else may be text.
    pub(super) is_doubtful: bool,
}

/// Looks at all frames; `None` where pixels are of a kind that is not looked at. What lies within `told`
/// is not told again.
pub(super) fn look(pixels: &DecodedPixels, data_set: &DataSet, told: &[Area]) -> Option<Seen> {
    let image = &pixels.image;
    let gray: Box<dyn Fn(u32) -> Gray + Sync + '_> = match &pixels.samples {
        Some(samples) => of_samples(samples, image, data_set)?,
        None => of_native(pixels, image)?,
    };
    let frames = (0..image.frames).into_par_iter();
    let helped = StageClock::helped();
    let look = |finder: &mut Finder, frame| helped.help(|| finder.find(&gray(frame)));
    let found: Vec<Vec<Found>> = frames.map_init(Finder::default, look).collect();
    let is_told = |found: &Found| {
        told.iter().any(|area| {
            area.frames == Frames::All
                && area.rectangle.intersection(found.rectangle) == Some(found.rectangle)
        })
    };
    let (text, doubtful): (Vec<_>, Vec<_>) = found
        .into_iter()
        .flatten()
        .filter(|found| !is_told(found))
        .partition(|found| found.certainty == Certainty::Text);
    // Where some lines are text, those that may be are believed.
    let is_doubtful = text.is_empty() && !doubtful.is_empty();
    let believed = if is_doubtful { text } else { [text, doubtful].concat() };
    let text = joined(believed.into_iter().map(|found| found.rectangle).collect());
    let area = |rectangle| Area { rectangle, frames: Frames::All, reason: Reason::Text };
    Some(Seen { text: text.into_iter().map(area).collect(), is_doubtful })
}

fn of_samples<'a>(
    samples: &'a Samples,
    image: &'a ImagePixel,
    data_set: &DataSet,
) -> Option<Box<dyn Fn(u32) -> Gray + Sync + 'a>> {
    let palette = match image.photometric_interpretation.as_str() {
        "PALETTE COLOR" => Some(Palette::of(data_set)?),
        "MONOCHROME1" | "MONOCHROME2" | "RGB" | "YBR_FULL" => None,
        _ => return None,
    };
    Some(Box::new(move |frame| Gray::of(samples, image, frame, palette.as_ref())))
}

fn of_native<'a>(
    pixels: &'a DecodedPixels,
    image: &'a ImagePixel,
) -> Option<Box<dyn Fn(u32) -> Gray + Sync + 'a>> {
    let is_422 =
        matches!(image.photometric_interpretation.as_str(), "YBR_FULL_422" | "YBR_PARTIAL_422");
    if image.sample_type == SampleType::Float || !is_422 || image.columns % 2 == 1 {
        return None;
    }
    Some(Box::new(|frame| Gray::of_422(&pixels.native, image, frame)))
}

/// The rectangles, of which those that mostly cover each other are one: the same line on several frames.
fn joined(mut rectangles: Vec<Rectangle>) -> Vec<Rectangle> {
    rectangles.sort_unstable();
    rectangles.dedup();
    let mut found: Vec<Rectangle> = Vec::new();
    for rectangle in rectangles {
        let is_same = |known: &&mut Rectangle| {
            let shared = known.intersection(rectangle).map_or(0, Rectangle::pixels);
            2 * shared > known.pixels().min(rectangle.pixels())
        };
        match found.iter_mut().find(is_same) {
            Some(known) => *known = known.around(rectangle),
            None => found.push(rectangle),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_on_several_frames_is_one() {
        let line = |x, y, width| Rectangle { x, y, width, height: 10 };
        let found = joined(vec![line(5, 5, 50), line(6, 4, 52), line(5, 40, 50), line(5, 5, 50)]);
        assert_eq!(found, [Rectangle { x: 5, y: 4, width: 53, height: 11 }, line(5, 40, 50)]);
    }
}
