//! A line of text: letters, a font and a size in, the share of each pixel that ink covers out.

use ab_glyph::{Font as _, PxScale, ScaleFont as _, point};

use super::fonts::Font;

/// Fainter ink nobody sees: it is not drawn, so that the box around the rest is tight.
const FAINTEST: f32 = 0.15;

/// Shares from 0 to 1, cut to where there is ink.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mask {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) ink: Vec<f32>,
}

impl Mask {
    /// Draws a line. `size` is that of the em in pixels. Letters stand on whole pixels, as devices
    /// put them.
    pub(super) fn of(font: &Font, size: f32, text: &str, smooth: bool) -> Self {
        let outlines = &font.outlines;
        let em = outlines.units_per_em().unwrap_or(1000.0);
        let scale = PxScale::from(size * outlines.height_unscaled() / em);
        let scaled = outlines.as_scaled(scale);
        let (mut pen, baseline) = (size.ceil(), (size * 1.5).ceil());
        let advance: f32 = text.chars().map(|c| scaled.h_advance(scaled.glyph_id(c)).round()).sum();
        let (width, height) = ((advance + size * 2.0).ceil() as usize, (size * 2.5) as usize);
        let mut mask = Self { width, height, ink: vec![0.0; width * height] };
        for letter in text.chars() {
            let id = outlines.glyph_id(letter);
            let glyph = id.with_scale_and_position(scale, point(pen, baseline));
            if let Some(outline) = outlines.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|x, y, share| {
                    mask.add(corner.x as i32 + x as i32, corner.y as i32 + y as i32, share);
                });
            }
            pen += scaled.h_advance(id).round();
        }
        for share in &mut mask.ink {
            *share = match *share {
                share if !smooth => f32::from(share >= 0.5),
                share if share < FAINTEST => 0.0,
                share => share.min(1.0),
            };
        }
        mask.cut()
    }

    fn add(&mut self, x: i32, y: i32, share: f32) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            self.ink[y * self.width + x] += share;
        }
    }

    /// Without the empty rows and columns around the ink.
    fn cut(&self) -> Self {
        let has_ink = |x: usize, y: usize| self.ink[y * self.width + x] > 0.0;
        let rows = ends((0..self.height).filter(|y| (0..self.width).any(|x| has_ink(x, *y))));
        let columns = ends((0..self.width).filter(|x| (0..self.height).any(|y| has_ink(*x, y))));
        let ink = rows.clone().flat_map(|y| columns.clone().map(move |x| (x, y)));
        let ink = ink.map(|(x, y)| self.ink[y * self.width + x]).collect();
        Self { width: columns.len(), height: rows.len(), ink }
    }

    /// Grown by `reach` pixels on all sides: what an outline of the letters covers.
    pub(super) fn grown(&self, reach: usize) -> Self {
        let (width, height) = (self.width + 2 * reach, self.height + 2 * reach);
        let mut ink = vec![0.0_f32; width * height];
        for (at, share) in self.ink.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let (x, y) = (at % self.width, at / self.width);
            for down in 0..=2 * reach {
                for across in 0..=2 * reach {
                    let grown = &mut ink[(y + down) * width + x + across];
                    *grown = grown.max(*share);
                }
            }
        }
        Self { width, height, ink }
    }

    /// Turned by 90 degrees: read from below, or from above.
    pub(super) fn turned(&self, from_below: bool) -> Self {
        let (width, height) = (self.height, self.width);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let source = |(x, y): (usize, usize)| {
            if from_below { (height - 1 - y, x) } else { (y, width - 1 - x) }
        };
        let ink = places.map(source).map(|(x, y)| self.ink[y * self.width + x]).collect();
        Self { width, height, ink }
    }
}

/// From the first to the last.
fn ends(mut places: impl Iterator<Item = usize>) -> std::ops::Range<usize> {
    let Some(first) = places.next() else { return 0..0 };
    first..places.last().unwrap_or(first) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook() -> Mask {
        Mask { width: 3, height: 2, ink: vec![1.0, 1.0, 1.0, 0.0, 0.0, 1.0] }
    }

    #[test]
    fn a_turned_line_reads_from_below_or_from_above() {
        let below = Mask { width: 2, height: 3, ink: vec![1.0, 1.0, 1.0, 0.0, 1.0, 0.0] };
        assert_eq!(hook().turned(true), below);
        assert_eq!(hook().turned(true).turned(false), hook());
    }

    #[test]
    fn an_outline_reaches_one_pixel_further_and_empty_sides_are_cut() {
        let grown = hook().grown(1);
        assert_eq!((grown.width, grown.height), (5, 4));
        assert_eq!(grown.ink.iter().filter(|share| **share > 0.0).count(), 18);
        let wide = Mask { width: 4, height: 2, ink: vec![0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0] };
        assert_eq!(wide.cut(), Mask { width: 1, height: 2, ink: vec![1.0, 1.0] });
    }
}
