//! The frame of a sequential JPEG: a frame header in (ITU-T T.81 section B.2.2), how its blocks lie out
//! (section A.2).

use super::NOT_SEQUENTIAL;
use crate::codestream::{CUT, CodestreamError, UNUSUAL};

/// What the frame header says.
pub(super) struct Frame {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) precision: u8,
    pub(super) components: Vec<Component>,
}

/// A component of the frame.
#[derive(Clone, Copy)]
pub(super) struct Component {
    pub(super) id: u8,
    /// Blocks of a minimum coded unit across and down.
    pub(super) horizontal: usize,
    pub(super) vertical: usize,
    pub(super) quantisation: usize,
    pub(super) scanned: bool,
}

/// The units of a scan, and the blocks of a component in one.
#[derive(Clone, Copy)]
pub(super) struct Units {
    pub(super) across: usize,
    pub(super) down: usize,
    pub(super) are_interleaved: bool,
}

impl Frame {
    pub(super) fn new(segment: &[u8]) -> Result<Self, CodestreamError> {
        let [precision, h1, h2, w1, w2, count, entries @ ..] = segment else { return Err(CUT) };
        if entries.len() != 3 * usize::from(*count) || entries.is_empty() {
            return Err(UNUSUAL);
        }
        let mut components: Vec<Component> = entries
            .chunks_exact(3)
            .map(|entry| Component {
                id: entry[0],
                horizontal: usize::from(entry[1] >> 4),
                vertical: usize::from(entry[1] & 15),
                quantisation: usize::from(entry[2]),
                scanned: false,
            })
            .collect();
        let is_sampled =
            |c: &Component| (1..=4).contains(&c.horizontal) && (1..=4).contains(&c.vertical);
        if !components.iter().all(is_sampled) {
            return Err(UNUSUAL);
        }
        if let [one] = components.as_mut_slice() {
            // A component alone is never interleaved, and its factors mean nothing (section A.2.2).
            (one.horizontal, one.vertical) = (1, 1);
        }
        let frame = Self {
            rows: usize::from(u16::from_be_bytes([*h1, *h2])),
            columns: usize::from(u16::from_be_bytes([*w1, *w2])),
            precision: *precision,
            components,
        };
        // No lines at all announce a DNL segment (section B.2.5), which would come too late.
        if frame.rows == 0 || frame.columns == 0 || !matches!(precision, 8 | 12) {
            return Err(NOT_SEQUENTIAL);
        }
        Ok(frame)
    }

    /// The largest sampling factors.
    pub(super) fn largest(&self) -> (usize, usize) {
        self.components.iter().fold((1, 1), |(h, v), c| (h.max(c.horizontal), v.max(c.vertical)))
    }

    /// Cells of an interleaved minimum coded unit across and down: as many as divide all its components.
    fn parts(&self) -> (usize, usize) {
        let of = |pick: fn(&Component) -> usize| {
            (1..=4).rev().find(|n| self.components.iter().all(|c| pick(c).is_multiple_of(*n)))
        };
        (of(|c| c.horizontal).unwrap_or(1), of(|c| c.vertical).unwrap_or(1))
    }

    /// Pixels of a cell across and down.
    pub(super) fn cell(&self) -> (usize, usize) {
        let ((horizontal, vertical), parts) = (self.largest(), self.parts());
        (8 * horizontal / parts.0, 8 * vertical / parts.1)
    }

    /// Minimum coded units of an interleaved scan (section A.2.4) across and down.
    pub(super) fn units(&self) -> (usize, usize) {
        let (horizontal, vertical) = self.largest();
        (self.columns.div_ceil(8 * horizontal), self.rows.div_ceil(8 * vertical))
    }

    /// Cells across and down, those beyond the edge of the image included.
    pub(super) fn cells(&self) -> (usize, usize) {
        let ((across, down), parts) = (self.units(), self.parts());
        (across * parts.0, down * parts.1)
    }

    /// Blocks of a component in a cell, across and down.
    pub(super) fn blocks_of_cell(&self, component: &Component) -> (usize, usize) {
        let parts = self.parts();
        (component.horizontal / parts.0, component.vertical / parts.1)
    }

    /// The units of a scan of these components.
    pub(super) fn units_of(&self, components: &[Component]) -> Units {
        if let [one] = components {
            let (horizontal, vertical) = self.largest();
            Units {
                across: (self.columns * one.horizontal).div_ceil(horizontal).div_ceil(8),
                down: (self.rows * one.vertical).div_ceil(vertical).div_ceil(8),
                are_interleaved: false,
            }
        } else {
            let (across, down) = self.units();
            Units { across, down, are_interleaved: true }
        }
    }
}
