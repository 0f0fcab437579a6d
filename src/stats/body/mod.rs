//! The patient's body in a CT image: which pixels are denser than air in, the box around the body out. Integers
//! alone, so that it is the same everywhere.
//!
//! As in Hu, Hoffman and Reinhardt, IEEE Transactions on Medical Imaging 20 (2001) 490-498, section II.A, the body
//! is told from air by a threshold and by what hangs together; as in Zhu, Cochoff and Sukalac, Journal of Digital
//! Imaging 25 (2012) 480-485, the table is told from the body by its thin sheets:
//!
//! 1. Dense are pixels of [`THRESHOLD_HU`] and more.
//! 2. An opening by a rectangle wider than [`SHEET_MM`] takes sheets, cables and streaks away.
//! 3. Of what is left, pixels that share an edge hang together. The largest part is the body, and so is every other
//!    of at least one in [`SMALLEST_PART`] of its pixels: legs, and arms apart from the trunk.
//! 4. What the opening took from the parts is given back: dense pixels that hang together with them, as far as twice
//!    the half sides of the rectangle.
//!
//! Holes, such as lungs, do not matter to a box.

mod components;
mod mask;
#[cfg(test)]
mod tests;

use crate::area::Rectangle;
use components::Components;
pub(super) use mask::{Mask, Reach};

/// Half way between air (-1000 HU) and water (0 HU).
pub(super) const THRESHOLD_HU: f64 = -500.0;

/// Sheets up to this thickness are no body, mm: the skins of tables are 1 to 4 mm thick.
const SHEET_MM: f64 = 6.0;

/// A part is at least one in so many pixels of the largest.
const SMALLEST_PART: u64 = 50;

/// The greatest half side of the rectangle, pixels: of a mouse in a micro-CT less may be left than a sheet's
/// thickness.
const GREATEST_REACH: f64 = 8.0;

impl Reach {
    /// The half sides of the rectangle that takes sheets away, for pixels of this spacing: between rows, then between
    /// columns, mm.
    pub(super) fn of_sheets([rows, columns]: [f64; 2]) -> Self {
        // A rectangle of 2 n + 1 pixels is wider than the sheet. What is no spacing counts as the least.
        let half = |spacing: f64| (SHEET_MM / (2.0 * spacing)).ceil().clamp(1.0, GREATEST_REACH);
        let half = |spacing: f64| if spacing > 0.0 { half(spacing) as usize } else { 1 };
        Self { rows: half(rows), columns: half(columns) }
    }

    fn doubled(self) -> Self {
        Self { rows: 2 * self.rows, columns: 2 * self.columns }
    }
}

/// The box around the body; `None` where there is none.
pub(super) fn body_box(dense: &Mask, reach: Reach) -> Option<Rectangle> {
    let opened = dense.eroded(reach).dilated(reach);
    let parts = Components::of(&opened);
    let least = parts.largest().div_ceil(SMALLEST_PART).max(1);
    let parts = parts.mask(|part| parts.size(part) >= least);
    let near = parts.dilated(reach.doubled()).and(dense);
    let restored = Components::of(&near);
    let seeds = restored.touched_by(&parts);
    restored.mask(|part| seeds[part]).bounds()
}
