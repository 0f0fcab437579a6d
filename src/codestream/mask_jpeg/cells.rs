//! Cells: the smallest areas that hold whole blocks of every component. Rectangles in, the cells that they
//! touch and the pixels of those out.

use super::frame::Frame;
use crate::area::Rectangle;

/// Which cells of an image are replaced.
pub(super) struct Cells {
    across: usize,
    replaced: Vec<bool>,
    covered: Vec<Rectangle>,
}

impl Cells {
    pub(super) fn new(frame: &Frame, rectangles: &[Rectangle]) -> Self {
        let (width, height) = frame.cell();
        let (across, down) = frame.cells();
        let mut cells = Self { across, replaced: vec![false; across * down], covered: Vec::new() };
        for rectangle in rectangles {
            let columns = span(rectangle.x, rectangle.width, frame.columns, width, across);
            let rows = span(rectangle.y, rectangle.height, frame.rows, height, down);
            let (Some(columns), Some(rows)) = (columns, rows) else { continue };
            for row in rows.0..rows.1 {
                cells.replaced[row * across..][columns.0..columns.1].fill(true);
            }
            let (x, right) = (columns.0 * width, (columns.1 * width).min(frame.columns));
            let (y, bottom) = (rows.0 * height, (rows.1 * height).min(frame.rows));
            // Sides of a frame have 16 bits.
            cells.covered.push(Rectangle {
                x: x as u32,
                y: y as u32,
                width: (right - x) as u32,
                height: (bottom - y) as u32,
            });
        }
        cells
    }

    /// Whether the cell in this column and row is replaced.
    pub(super) fn are_replaced_at(&self, column: usize, row: usize) -> bool {
        self.replaced.get(row * self.across + column).copied().unwrap_or(false)
    }

    pub(super) fn covered(self) -> Vec<Rectangle> {
        self.covered
    }
}

/// The cells from the first that is touched to behind the last, of a side of the image; those beyond the
/// image belong to its last ones.
fn span(from: u32, length: u32, side: usize, cell: usize, cells: usize) -> Option<(usize, usize)> {
    let from = from as usize;
    let to = from.saturating_add(length as usize);
    if from >= side || from == to {
        return None;
    }
    let end = to.div_ceil(cell);
    Some((from / cell, if end.saturating_mul(cell) >= side { cells } else { end }))
}
