//! Finds lines of text that were burned into the pixels: grey frames in, rectangles out. No network and
//! no dictionary: text is told by its strokes, which are thin, sharp and of one ink, and by how letters
//! stand in lines.
//!
//! 1. `strokes`: how far each pixel stands out as part of a thin stroke, light or dark
//! 2. `gate`: the blocks where that looks like ink and not like noise; mostly none, and all is done
//! 3. `components`: connected pieces of ink
//! 4. `lines`: pieces side by side, upright or turned by 90 degrees
//! 5. `judge`: whether a line is text
//! 6. `cover`: the rectangle over all of the line, with what touches it
//!
//! The same is done with the image at a half and a quarter of its size, for larger letters.

#![expect(clippy::inline_always, reason = "hot loops are compiled twice, with all that they call")]

mod components;
mod cover;
mod gate;
pub mod gray;
mod judge;
mod lines;
mod stretch;
mod strokes;
mod trees;
mod verdict;

pub use crate::palette::Palette;
pub use cover::Candidate;
pub use gray::Gray;
pub use judge::{FEATURES, NAMES};

use components::{Component, Labels};
use gate::Gate;
use strokes::{Polarity, Strokes};

use crate::area::Rectangle;

/// How sure it is that something is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// As good as sure.
    Text,
    /// It may be text, or part of the image.
    Doubtful,
}

/// Where something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// All of the line, with a margin.
    pub rectangle: Rectangle,
    /// Whether it is text.
    pub certainty: Certainty,
}

/// Lines of text in a grey image of 8 bits, row by row.
pub fn find(gray: &Gray) -> Vec<Found> {
    Finder::default().find(gray)
}

/// Finds text in one frame after the other, in the same memory.
#[derive(Debug, Default)]
pub struct Finder {
    strokes: Strokes,
    gate: Gate,
    labels: Labels,
    last: Option<(Gray, Vec<Found>)>,
}

/// Sizes at which an image is looked at: whole, half, quarter.
const SIZES: u32 = 3;

impl Finder {
    /// Forgets the last frame, so that the next is looked at whatever it is.
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// Lines of text in a frame. A frame that equals the last has what the last had.
    pub fn find(&mut self, gray: &Gray) -> Vec<Found> {
        if let Some((last, found)) = &self.last
            && last == gray
        {
            return found.clone();
        }
        let found = verdict::found(&self.candidates(gray), gray);
        self.last = Some((gray.clone(), found.clone()));
        found
    }

    /// All lines that are judged, text or not: what the trees are fitted to.
    pub fn candidates(&mut self, gray: &Gray) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut smaller = None;
        for size in 0..SIZES {
            let plane = smaller.as_ref().unwrap_or(gray);
            for polarity in [Polarity::Light, Polarity::Dark] {
                let components = self.components(plane, polarity);
                cover::candidates(&components, plane, &self.strokes, size, gray, &mut found);
            }
            if size + 1 < SIZES {
                let next = plane.halved();
                smaller = Some(next);
            }
        }
        found
    }

    fn components(&mut self, plane: &Gray, polarity: Polarity) -> Vec<Component> {
        let (columns, rows) = (plane.columns() as usize, plane.rows() as usize);
        self.strokes.measure(plane.samples(), columns, rows, polarity);
        self.gate.look(&self.strokes);
        self.labels.components(plane.samples(), &self.strokes, &self.gate)
    }
}

#[cfg(test)]
mod tests;
