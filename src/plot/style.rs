//! Ink, colours and marks: what tells series apart for every eye, by shape and dash as well as by colour.

use plotters::prelude::*;

/// The ink of axes and words: black on white, and the text's own colour on a page.
pub const INK: RGBColor = RGBColor(1, 2, 3);

/// Colours that colour-blind people tell apart (Okabe and Ito 2008), those first that stand out on white and on
/// black: blue, vermilion, green, orange, purple, sky blue.
pub const OKABE_ITO: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
];

/// The ink of grids.
pub fn faint() -> RGBAColor {
    INK.mix(0.18)
}

/// Letters of so many pixels.
pub fn font<'a>(size: u32) -> TextStyle<'a> {
    ("sans-serif", size).into_font().color(&INK)
}

/// The dash of the nth line in pixels: how long it is drawn, and how long not; none where it is drawn throughout.
pub fn dash(n: usize) -> Option<(u32, u32)> {
    [None, Some((8, 4)), Some((2, 3)), Some((12, 3)), Some((5, 2)), Some((3, 6))][n % 6]
}

/// The shape of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disk.
    Disk,
    /// A square on its side.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// Two strokes.
    Cross,
    /// A circle.
    Ring,
}

impl Marker {
    /// Of the nth series.
    pub fn of(n: usize) -> Self {
        [Self::Disk, Self::Square, Self::Triangle, Self::Diamond, Self::Cross, Self::Ring][n % 6]
    }

    /// The shape around a place, in pixels, `radius` pixels large.
    pub fn element<'a, DB: DrawingBackend + 'a, C: 'a + Clone + Default>(
        self,
        at: C,
        radius: i32,
        colour: RGBColor,
    ) -> plotters::element::DynElement<'a, DB, C> {
        use plotters::element::{Circle, IntoDynElement, PathElement, Polygon};
        let r = radius;
        let polygon = |corners: Vec<(i32, i32)>| Polygon::new(corners, colour.filled());
        match self {
            Self::Disk => {
                (EmptyElement::at(at) + Circle::new((0, 0), r, colour.filled())).into_dyn()
            }
            Self::Ring => {
                (EmptyElement::at(at) + Circle::new((0, 0), r, colour.stroke_width(2))).into_dyn()
            }
            Self::Square => {
                let corners = vec![(-r, -r), (r, -r), (r, r), (-r, r)];
                (EmptyElement::at(at) + polygon(corners)).into_dyn()
            }
            Self::Triangle => {
                let corners = vec![(0, -r - 1), (r + 1, r), (-r - 1, r)];
                (EmptyElement::at(at) + polygon(corners)).into_dyn()
            }
            Self::Diamond => {
                let corners = vec![(0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)];
                (EmptyElement::at(at) + polygon(corners)).into_dyn()
            }
            Self::Cross => {
                let line = |ends: [(i32, i32); 2]| PathElement::new(ends, colour.stroke_width(2));
                (EmptyElement::at(at) + line([(-r, -r), (r, r)]) + line([(-r, r), (r, -r)]))
                    .into_dyn()
            }
        }
    }
}
