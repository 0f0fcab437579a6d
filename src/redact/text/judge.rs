//! What is measured of a line: a group of glyphs in, the numbers that `trees` judges by out.

use super::lines::{self, Glyph, Line};
use super::strokes::Strokes;

/// Numbers that a line is judged by.
pub const FEATURES: usize = 31;

/// Which of them tells that a line runs along the rows, how far it stands out, its ink.
pub(super) const UPRIGHT: usize = 26;
pub(super) const PEAK: usize = 7;
pub(super) const INK: usize = 20;

/// Their names, in the order in which they stand.
pub const NAMES: [&str; FEATURES] = [
    "count",
    "height",
    "height spread",
    "width",
    "width spread",
    "stroke",
    "stroke spread",
    "peak",
    "peak spread",
    "area spread",
    "gap",
    "gap spread",
    "bottoms",
    "tops",
    "clutter",
    "runs",
    "blur",
    "worst blur",
    "unevenness",
    "solidity",
    "ink",
    "ink spread",
    "ink change",
    "ground",
    "density",
    "length",
    "upright",
    "size",
    "straightness",
    "uprightness",
    "spread of uprightness",
];

/// What is measured of a line.
pub(super) fn features(
    line: &Line,
    all: &[Glyph],
    strokes: &Strokes,
    size: u32,
) -> [f32; FEATURES] {
    let glyphs = &line.glyphs;
    let count = glyphs.len() as f32;
    let (height, height_spread) = spread(glyphs, |glyph| glyph.height() as f32);
    let (width, width_spread) = spread(glyphs, |glyph| glyph.width() as f32);
    let (stroke, stroke_spread) = spread(glyphs, |glyph| glyph.component.stroke());
    let (peak, peak_spread) = spread(glyphs, |glyph| glyph.component.peak());
    let (area, area_spread) = spread(glyphs, |glyph| glyph.component.area as f32);
    let (ink, ink_change) = spread(glyphs, |glyph| glyph.component.ink());
    let (uprightness, uprightness_spread) = spread(glyphs, |glyph| glyph.component.uprightness());
    let (gap, gap_spread) = gaps(glyphs);
    let mean = |value: fn(&Glyph) -> f32| spread(glyphs, value).0;
    let tolerance = (height * 0.12).max(1.0);
    let around = around(line, all, (height / 2.0) as i32);
    [
        count,
        height,
        height_spread / height,
        width / height,
        width_spread / height,
        stroke / height,
        stroke_spread / stroke,
        peak,
        peak_spread / peak.max(1.0),
        area_spread / area,
        gap / height,
        gap_spread / height,
        aligned(glyphs, |glyph| glyph.bottom, tolerance),
        aligned(glyphs, |glyph| glyph.top, tolerance),
        (around - count) / count,
        mean(|glyph| glyph.component.runs as f32 / glyph.component.height() as f32),
        mean(|glyph| glyph.component.blur()),
        glyphs.iter().map(|glyph| glyph.component.blur()).fold(0.0, f32::max),
        mean(|glyph| glyph.component.unevenness()),
        mean(|glyph| glyph.component.solidity()),
        ink,
        mean(|glyph| glyph.component.ink_spread()),
        ink_change,
        ground(line, strokes) / peak.max(1.0),
        mean(|glyph| glyph.component.density()),
        (line.to - line.from) as f32 / height,
        f32::from(u8::from(line.is_upright)),
        size as f32,
        mean(|glyph| glyph.component.straightness()),
        uprightness,
        uprightness_spread,
    ]
}

/// Mean and standard deviation of something over the glyphs.
fn spread(glyphs: &[Glyph], value: fn(&Glyph) -> f32) -> (f32, f32) {
    let count = glyphs.len() as f32;
    let mean = glyphs.iter().map(value).sum::<f32>() / count;
    let variance = glyphs.iter().map(|glyph| (value(glyph) - mean).powi(2)).sum::<f32>() / count;
    (mean, variance.sqrt())
}

/// The same of the gaps between neighbours.
fn gaps(glyphs: &[Glyph]) -> (f32, f32) {
    let gaps = || glyphs.windows(2).map(|pair| (pair[1].from - pair[0].to) as f32);
    let count = (glyphs.len() as f32 - 1.0).max(1.0);
    let mean = gaps().sum::<f32>() / count;
    (mean, (gaps().map(|gap| (gap - mean).powi(2)).sum::<f32>() / count).sqrt())
}

/// Pieces of ink that lie in the line or so near to it.
fn around(line: &Line, all: &[Glyph], margin: i32) -> f32 {
    let near = lines::within(all, line.from - margin, line.to + margin).iter().filter(|glyph| {
        glyph.to > line.from - margin
            && glyph.bottom > line.top - margin
            && glyph.top < line.bottom + margin
    });
    near.count() as f32
}

/// The share of glyphs that end at the same height.
fn aligned(glyphs: &[Glyph], end: fn(&Glyph) -> i32, tolerance: f32) -> f32 {
    let mut ends: Vec<i32> = glyphs.iter().map(end).collect();
    ends.sort_unstable();
    let middle = ends[ends.len() / 2];
    let near = ends.iter().filter(|end| ((**end - middle).abs() as f32) <= tolerance).count();
    near as f32 / ends.len() as f32
}

/// The mean response of what is no ink between and inside of the letters: near 0 on a flat ground.
fn ground(line: &Line, strokes: &Strokes) -> f32 {
    let (left, top, right, bottom) = line.edges();
    let (mut sum, mut pixels) = (0_u64, 0_u64);
    let rows = strokes.responses.chunks_exact(strokes.columns);
    for row in rows.skip(top as usize).take((bottom - top) as usize) {
        let row = &row[left as usize..right as usize];
        sum += row.iter().map(|response| u64::from(*response)).sum::<u64>();
        pixels += row.len() as u64;
    }
    for glyph in &line.glyphs {
        sum = sum.saturating_sub(glyph.component.sum);
        pixels = pixels.saturating_sub(u64::from(glyph.component.area));
    }
    sum as f32 / pixels.max(1) as f32
}
