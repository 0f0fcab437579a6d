//! Whether a line is text: a group of glyphs in, a score out.

use super::lines::{Glyph, Line};

/// Numbers that a line is judged by.
pub(super) const FEATURES: usize = 18;

/// What is measured of a line.
pub(super) fn features(line: &Line, all: &[Glyph]) -> [f32; FEATURES] {
    let glyphs = &line.glyphs;
    let count = glyphs.len() as f32;
    let mean = |value: &dyn Fn(&Glyph) -> f32| glyphs.iter().map(value).sum::<f32>() / count;
    let spread = |value: &dyn Fn(&Glyph) -> f32| {
        let mean = mean(value);
        let variance =
            glyphs.iter().map(|glyph| (value(glyph) - mean).powi(2)).sum::<f32>() / count;
        (mean, variance.sqrt())
    };
    let (height, height_spread) = spread(&|glyph| glyph.height() as f32);
    let (width, width_spread) = spread(&|glyph| glyph.width() as f32);
    let (stroke, stroke_spread) = spread(&|glyph| glyph.component.stroke());
    let (peak, peak_spread) = spread(&|glyph| glyph.component.peak());
    let (area, area_spread) = spread(&|glyph| glyph.component.area as f32);
    let gaps: Vec<f32> = glyphs.windows(2).map(|pair| (pair[1].from - pair[0].to) as f32).collect();
    let gap = gaps.iter().sum::<f32>() / (gaps.len() as f32).max(1.0);
    let gap_spread = (gaps.iter().map(|one| (one - gap).powi(2)).sum::<f32>()
        / (gaps.len() as f32).max(1.0))
    .sqrt();
    let tolerance = (height * 0.12).max(1.0);
    let bottoms = aligned(glyphs, |glyph| glyph.bottom, tolerance);
    let tops = aligned(glyphs, |glyph| glyph.top, tolerance);
    let margin = (height / 2.0) as i32;
    let around = all
        .iter()
        .filter(|glyph| {
            glyph.to > line.from - margin
                && glyph.from < line.to + margin
                && glyph.bottom > line.top - margin
                && glyph.top < line.bottom + margin
        })
        .count() as f32;
    let runs = mean(&|glyph| glyph.component.runs as f32 / glyph.component.height() as f32);
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
        bottoms,
        tops,
        (around - count) / count,
        runs,
        mean(&|glyph| glyph.component.blur()),
        mean(&|glyph| glyph.component.unevenness()),
    ]
}

/// The share of glyphs that end at the same height.
fn aligned(glyphs: &[Glyph], end: fn(&Glyph) -> i32, tolerance: f32) -> f32 {
    let mut ends: Vec<i32> = glyphs.iter().map(end).collect();
    ends.sort_unstable();
    let middle = ends[ends.len() / 2];
    let near = ends.iter().filter(|end| ((**end - middle).abs() as f32) <= tolerance).count();
    near as f32 / ends.len() as f32
}

/// How much speaks for text: above 0 it is more likely than not.
pub(super) fn score(f: &[f32; FEATURES]) -> f32 {
    let [
        count,
        _,
        height_spread,
        aspect,
        _,
        stroke,
        stroke_spread,
        peak,
        peak_spread,
        area_spread,
        ..,
    ] = *f;
    let (bottoms, tops, clutter, blur, unevenness) = (f[12], f[13], f[14], f[16], f[17]);
    let mut score = -2.0;
    score += (count.min(8.0) - 3.0) * 0.4;
    score += (bottoms.max(tops) - 0.6) * 3.0;
    score += (0.15 - blur) * 8.0;
    score += (0.2 - unevenness) * 5.0;
    score += (0.15 - peak_spread) * 5.0;
    score += (0.3 - stroke_spread) * 2.0;
    score += (0.3 - height_spread) * 2.0;
    score -= clutter.min(4.0) * 0.7;
    score += ((peak - 60.0) / 60.0).clamp(-1.0, 1.0);
    if area_spread < 0.12 {
        score -= 2.0;
    }
    if !(0.2..=4.0).contains(&aspect) || stroke > 0.45 {
        score -= 1.5;
    }
    score
}
