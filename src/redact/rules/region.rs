//! A rectangle as a rule gives it, for images of any size; an image in, whole pixels of it out.

use serde::{Deserialize, Serialize};

use crate::area::{Frames, Rectangle};
use crate::image::ImagePixel;

/// A rectangle, and the frames it is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// First column; a negative one is counted from the right edge.
    pub x: i64,
    /// First row; a negative one is counted from the lower edge.
    pub y: i64,
    /// Columns.
    pub width: Extent,
    /// Rows.
    pub height: Extent,
    /// On which frames.
    pub frames: Frames,
}

/// How far a rectangle goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// So many pixels.
    Pixels(u32),
    /// To the edge of the image.
    All,
}

impl Region {
    /// What of it lies in an image.
    pub fn of(&self, image: &ImagePixel) -> Option<(Rectangle, Frames)> {
        let (x, width) = span(self.x, self.width, image.columns)?;
        let (y, height) = span(self.y, self.height, image.rows)?;
        let frames = match &self.frames {
            Frames::All => Frames::All,
            Frames::These(frames) => {
                let frames: Vec<u32> =
                    frames.iter().copied().filter(|frame| *frame <= image.frames).collect();
                if frames.is_empty() {
                    return None;
                }
                Frames::These(frames)
            }
        };
        Some((Rectangle { x, y, width, height }, frames))
    }
}

/// First pixel and length on a side of the image; `None` beyond it.
fn span(from: i64, extent: Extent, side: u32) -> Option<(u32, u32)> {
    let side = i64::from(side);
    let from = if from < 0 { from.saturating_add(side) } else { from };
    let to = match extent {
        Extent::Pixels(length) => from.saturating_add(i64::from(length)).min(side),
        Extent::All => side,
    };
    let from = from.clamp(0, side);
    // Both lie within the image.
    (to > from).then(|| (from as u32, (to - from) as u32))
}
