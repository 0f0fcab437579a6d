//! The rectangles over lines of text: components in, candidates out whose rectangles leave no letter
//! visible.

use super::components::Component;
use super::gate::FAINTEST;
use super::gray::Gray;
use super::judge::{self, FEATURES};
use super::lines::{self, Glyph, Line};
use super::strokes::Strokes;
use super::trees;
use crate::area::Rectangle;

/// Lines of lower scores are no text whatever is near them.
const HOPELESS: f32 = -2.0;

/// Greys by which ink may differ along a line.
const SAME_INK: u8 = 24;

/// Heights of a line that it is followed for on each side.
const FARTHEST: i32 = 20;

/// A line that may be text.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// All of the letters that were seen.
    pub letters: Rectangle,
    /// The line with what belongs to it, and a margin.
    pub rectangle: Rectangle,
    /// How much speaks for text: above 0 it is more likely than not.
    pub score: f32,
    /// What is judged.
    pub features: [f32; FEATURES],
    /// Height of the letters in pixels of the image.
    pub(super) height: f32,
}

/// The extent of a line as it grows: along it and across it.
#[derive(Debug, Clone, Copy)]
struct Extent {
    from: i32,
    to: i32,
    top: i32,
    bottom: i32,
}

impl Candidate {
    /// Whether it runs along the rows.
    pub(super) fn is_upright(&self) -> bool {
        self.features[judge::UPRIGHT] > 0.5
    }
}

/// Looks for lines in both directions of writing, in a plane that is the image halved so many times.
pub(super) fn candidates(
    components: &[Component],
    plane: &Gray,
    strokes: &Strokes,
    size: u32,
    gray: &Gray,
    found: &mut Vec<Candidate>,
) {
    if components.is_empty() {
        return;
    }
    for is_upright in [true, false] {
        let glyphs = lines::glyphs(components, is_upright);
        for line in lines::lines(&glyphs, is_upright) {
            if !line.is_long() {
                continue;
            }
            let features = judge::features(&line, &glyphs, strokes, size);
            let exact = Extent { from: line.from, to: line.to, top: line.top, bottom: line.bottom };
            let letters = rectangle(exact, is_upright, size, gray);
            let score = trees::score(&features);
            // Most lines are none: what lies around them is of no interest.
            let extent = match score {
                score if score < HOPELESS => exact,
                _ => extended(&line, &glyphs, plane, strokes),
            };
            let whole = rectangle(extent, is_upright, size, gray);
            if let (Some(letters), Some(rectangle)) = (letters, whole) {
                let height = features[1] * (1 << size) as f32;
                found.push(Candidate { letters, rectangle, score, features, height });
            }
        }
    }
}

/// The extent of a line with the pieces beside it that no letter was seen in: joined or broken ones,
/// dots, accents.
fn extended(line: &Line, glyphs: &[Glyph], plane: &Gray, strokes: &Strokes) -> Extent {
    let mut heights: Vec<i32> = line.glyphs.iter().map(Glyph::height).collect();
    heights.sort_unstable();
    let height = heights[heights.len() * 3 / 4];
    let mut extent = Extent { from: line.from, to: line.to, top: line.top, bottom: line.bottom };
    let ink = line.glyphs.iter().map(|glyph| glyph.component.ink()).sum::<f32>();
    let ink = ink / line.glyphs.len() as f32;
    let (roof, floor) = (line.top - height * 2 / 5, line.bottom + height * 2 / 5);
    loop {
        let before = extent;
        for glyph in lines::within(glyphs, extent.from - height, extent.to + height) {
            let is_beside = glyph.from <= extent.to + height && glyph.to >= extent.from - height;
            let is_within = glyph.top >= roof && glyph.bottom <= floor;
            let is_alike = (glyph.component.ink() - ink).abs() <= 40.0;
            if is_beside && is_within && is_alike && glyph.width() <= 12 * height {
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
    follow(&mut extent, line, height, plane, strokes);
    // What no piece was made of may stand there too: accents, descenders, half a letter.
    let (along, across) = (height / 2 + 1, height / 3 + 1);
    extent.from -= along;
    extent.to += along;
    extent.top -= across;
    extent.bottom += across;
    extent
}

/// Goes on along a line as long as there is ink of its kind, be it fainter than letters are.
fn follow(extent: &mut Extent, line: &Line, height: i32, plane: &Gray, strokes: &Strokes) {
    let ink = line.glyphs.iter().map(|glyph| glyph.component.ink()).sum::<f32>();
    let ink = (ink / line.glyphs.len() as f32) as u8;
    let (columns, rows) = (strokes.columns as i32, strokes.rows as i32);
    let (length, depth) = if line.is_upright { (columns, rows) } else { (rows, columns) };
    let inked = |along: i32| {
        let across = line.top.max(0)..line.bottom.min(depth);
        let is_ink = |across: i32| {
            let (x, y) = if line.is_upright { (along, across) } else { (across, along) };
            let at = (y * columns + x) as usize;
            let gray = plane.samples()[at] ^ strokes.flip;
            strokes.responses[at] >= FAINTEST && gray.abs_diff(ink) <= SAME_INK
        };
        across.filter(|across| is_ink(*across)).count() as i32
    };
    // A stroke is more than a pixel of noise here and there.
    let enough = (height / 2).max(3);
    let goes_on = |at: i32, step: i32| {
        let near = (0..3).map(|n| at + n * step).filter(|at| (0..length).contains(at));
        inked(at) > 0 && near.map(inked).sum::<i32>() >= enough
    };
    let farthest = FARTHEST * height;
    let end = (extent.to + farthest).min(length);
    while let Some(at) = (extent.to..(extent.to + height).min(end)).find(|at| goes_on(*at, 1)) {
        extent.to = at + 1;
    }
    let end = (extent.from - farthest).max(0);
    while let Some(at) =
        ((extent.from - height).max(end)..extent.from).rev().find(|at| goes_on(*at, -1))
    {
        extent.from = at;
    }
}

fn rectangle(extent: Extent, is_upright: bool, size: u32, gray: &Gray) -> Option<Rectangle> {
    let Extent { from, to, top, bottom } = extent;
    let (left, top, right, bottom) =
        if is_upright { (from, top, to, bottom) } else { (top, from, bottom, to) };
    let edge = |at: i32, end: u32| ((at.max(0) as u32) << size).min(end);
    let (x, y) = (edge(left, gray.columns()), edge(top, gray.rows()));
    let (right, bottom) = (edge(right, gray.columns()), edge(bottom, gray.rows()));
    (right > x && bottom > y).then(|| Rectangle { x, y, width: right - x, height: bottom - y })
}
