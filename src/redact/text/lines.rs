//! Pieces of ink that stand in a line: components in, groups of them out.

use super::components::Component;

/// The lowest letter, in pixels of the plane.
const LOWEST: i32 = 4;
/// The highest piece that may be a letter or joined letters.
const HIGHEST: i32 = 34;
/// The widest, several letters that touch.
const WIDEST: i32 = 120;

/// A component seen along the direction of writing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph {
    /// First and last place along the line, the latter exclusive.
    pub(super) from: i32,
    pub(super) to: i32,
    /// The same across it.
    pub(super) top: i32,
    pub(super) bottom: i32,
    /// What it was made of.
    pub(super) component: Component,
}

impl Glyph {
    fn of(component: &Component, is_upright: bool) -> Self {
        let Component { left, top, right, bottom, .. } = *component;
        let component = *component;
        if is_upright {
            Self { from: left, to: right, top, bottom, component }
        } else {
            Self { from: top, to: bottom, top: left, bottom: right, component }
        }
    }

    /// Extent across the line.
    pub(super) fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Extent along the line.
    pub(super) fn width(&self) -> i32 {
        self.to - self.from
    }

    /// Whether it could be a letter by itself.
    fn is_plausible(&self) -> bool {
        let (height, width) = (self.height(), self.width());
        let piece = &self.component;
        (LOWEST..=HIGHEST).contains(&height)
            && width <= WIDEST
            && width <= 12 * height
            && piece.area >= 4
            && piece.blur() < 0.42
            && piece.density() > 0.08
    }
}

/// Glyphs along a line, from its beginning to its end.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// In the order of writing.
    pub(super) glyphs: Vec<Glyph>,
    /// The extent of the line: along it and across it.
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    /// Whether it runs along the rows.
    pub(super) is_upright: bool,
}

impl Line {
    /// Whether it is long enough to be text: letters side by side, or joined.
    pub(super) fn is_long(&self) -> bool {
        match self.glyphs.as_slice() {
            [] => false,
            [joined] => joined.width() >= 3 * joined.height(),
            [_, _] => self.is_upright,
            _ => true,
        }
    }

    /// First column and row, the column behind the last and the row below the last.
    pub(super) fn edges(&self) -> (i32, i32, i32, i32) {
        let Self { from, to, top, bottom, is_upright, .. } = *self;
        if is_upright { (from, top, to, bottom) } else { (top, from, bottom, to) }
    }

    fn of(glyphs: Vec<Glyph>, is_upright: bool) -> Self {
        let least = |value: fn(&Glyph) -> i32| glyphs.iter().map(value).min().unwrap_or(0);
        let most = |value: fn(&Glyph) -> i32| glyphs.iter().map(value).max().unwrap_or(0);
        let (from, to) = (least(|glyph| glyph.from), most(|glyph| glyph.to));
        let (top, bottom) = (least(|glyph| glyph.top), most(|glyph| glyph.bottom));
        Self { glyphs, from, to, top, bottom, is_upright }
    }
}

/// All pieces seen along one direction of writing, in its order.
pub(super) fn glyphs(components: &[Component], is_upright: bool) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> =
        components.iter().map(|component| Glyph::of(component, is_upright)).collect();
    glyphs.sort_unstable_by_key(|glyph| (glyph.from, glyph.top, glyph.to));
    glyphs
}

/// Those among glyphs in order that may lie in a part of the line, and others.
pub(super) fn within(glyphs: &[Glyph], from: i32, to: i32) -> &[Glyph] {
    let first = glyphs.partition_point(|glyph| glyph.from < from - WIDEST);
    let last = glyphs.partition_point(|glyph| glyph.from <= to);
    &glyphs[first..last.max(first)]
}

/// The lines that the plausible ones among the glyphs stand in.
pub(super) fn lines(glyphs: &[Glyph], is_upright: bool) -> Vec<Line> {
    let glyphs: Vec<Glyph> = glyphs.iter().filter(|glyph| glyph.is_plausible()).copied().collect();
    let mut parents: Vec<usize> = (0..glyphs.len()).collect();
    for (at, glyph) in glyphs.iter().enumerate() {
        // No neighbour is so much higher that it may be farther away.
        let end = glyph.to + reach(glyph.height() * 5 / 4 + 1);
        for (other, next) in glyphs.iter().enumerate().skip(at + 1) {
            if next.from > end {
                break;
            }
            if are_neighbours(glyph, next) {
                let (a, b) = (root(&mut parents, at), root(&mut parents, other));
                parents[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<Glyph>> = vec![Vec::new(); glyphs.len()];
    for (at, glyph) in glyphs.iter().enumerate() {
        let root = root(&mut parents, at);
        groups[root].push(*glyph);
    }
    let groups = groups.into_iter().filter(|group| !group.is_empty());
    groups.map(|group| Line::of(group, is_upright)).collect()
}

/// How far the next letter may be from one so high: the gap between words.
fn reach(height: i32) -> i32 {
    height * 2 + 2
}

fn are_neighbours(a: &Glyph, b: &Glyph) -> bool {
    let (low, high) = (a.height().min(b.height()), a.height().max(b.height()));
    let overlap = a.bottom.min(b.bottom) - a.top.max(b.top);
    // Pieces above each other are no neighbours in a line.
    overlap * 2 >= low
        && high * 4 <= low * 9 + 4
        && b.to > a.to - (a.width() / 2)
        && b.from - a.to <= reach(low.max(high / 2))
        && are_alike(&a.component, &b.component)
}

/// Whether two pieces stand out alike, or are of one ink over different grounds.
fn are_alike(a: &Component, b: &Component) -> bool {
    let (one, other) = (a.peak(), b.peak());
    (one - other).abs() <= 0.4 * one.max(other) || (a.ink() - b.ink()).abs() <= 12.0
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}
