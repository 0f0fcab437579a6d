//! The rectangles over lines of text: components in, rectangles out that leave no letter visible.

use super::components::Component;
use super::gray::Gray;
use super::judge;
use super::lines::{self, Glyph, Line};
use super::{Certainty, Found};
use crate::area::Rectangle;

/// Scores from which a line is text, and from which it may be.
const TEXT: f32 = 0.0;
const DOUBTFUL: f32 = -1.0;

/// The extent of a line as it grows: along it and across it.
#[derive(Debug, Clone, Copy)]
struct Extent {
    from: i32,
    to: i32,
    top: i32,
    bottom: i32,
}

/// Looks for lines in both directions of writing and covers them.
pub(super) fn cover(components: &[Component], size: u32, gray: &Gray, found: &mut Vec<Found>) {
    if components.is_empty() {
        return;
    }
    for is_upright in [true, false] {
        let glyphs = lines::glyphs(components, is_upright);
        for line in lines::lines(&glyphs) {
            if line.glyphs.len() < 2 || (line.glyphs.len() < 3 && !is_upright) {
                continue;
            }
            let features = judge::features(&line, &glyphs);
            let score = judge::score(&features);
            let certainty = match score {
                score if score >= TEXT => Certainty::Text,
                score if score >= DOUBTFUL => Certainty::Doubtful,
                _ => continue,
            };
            let extent = extended(&line, &glyphs);
            if let Some(rectangle) = rectangle(extent, is_upright, size, gray) {
                found.push(Found { rectangle, certainty });
            }
        }
    }
}

/// The extent of a line with the pieces beside it that no letter was seen in: joined or broken ones,
/// dots, accents.
fn extended(line: &Line, glyphs: &[Glyph]) -> Extent {
    let mut heights: Vec<i32> = line.glyphs.iter().map(Glyph::height).collect();
    heights.sort_unstable();
    let height = heights[heights.len() * 3 / 4];
    let mut extent = Extent { from: line.from, to: line.to, top: line.top, bottom: line.bottom };
    let (roof, floor) = (line.top - height * 2 / 5, line.bottom + height * 2 / 5);
    loop {
        let before = extent;
        for glyph in glyphs {
            let is_beside = glyph.from <= extent.to + height && glyph.to >= extent.from - height;
            let is_within = glyph.top >= roof && glyph.bottom <= floor;
            if is_beside && is_within && glyph.width() <= 12 * height {
                extent.from = extent.from.min(glyph.from);
                extent.to = extent.to.max(glyph.to);
                extent.top = extent.top.min(glyph.top);
                extent.bottom = extent.bottom.max(glyph.bottom);
            }
        }
        if (before.from, before.to) == (extent.from, extent.to) {
            break;
        }
    }
    // What no piece was made of may stand there too: accents, descenders, half a letter.
    let (along, across) = (height / 2 + 1, height / 3 + 1);
    extent.from -= along;
    extent.to += along;
    extent.top -= across;
    extent.bottom += across;
    extent
}

fn rectangle(extent: Extent, is_upright: bool, size: u32, gray: &Gray) -> Option<Rectangle> {
    let Extent { from, to, top, bottom } = extent;
    let (left, top, right, bottom) =
        if is_upright { (from, top, to, bottom) } else { (top, from, bottom, to) };
    let edge = |at: i32, end: u32| (at.max(0) as u32).checked_shl(size).unwrap_or(end).min(end);
    let scaled = |at: i32, end: u32| edge(at.saturating_mul(1), end);
    let (columns, rows) = (gray.columns(), gray.rows());
    let (x, y) = (scaled(left, columns), scaled(top, rows));
    let (right, bottom) = (scaled(right, columns), scaled(bottom, rows));
    (right > x && bottom > y).then(|| Rectangle { x, y, width: right - x, height: bottom - y })
}

/// Without those that lie in others.
pub(super) fn merged(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.certainty, std::cmp::Reverse(one.rectangle.pixels())));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let pixels = one.rectangle.pixels();
        let is_inside = kept.iter().any(|kept| {
            kept.rectangle
                .intersection(one.rectangle)
                .is_some_and(|shared| shared.pixels() == pixels)
        });
        if !is_inside {
            kept.push(one);
        }
    }
    kept
}
