//! Areas of an image whose samples are replaced: a rectangle, the frames it is on, why; and what was
//! done with them.

mod cover;
mod form;

use serde::{Deserialize, Serialize};

pub use cover::{Extent, inside, outside, shrunk};
pub use form::{cell, parse_cell};

/// Whole pixels, counted from the upper left corner of the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rectangle {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rectangle {
    /// The column behind the last.
    pub fn right(self) -> u32 {
        self.x + self.width
    }

    /// The row below the last.
    pub fn bottom(self) -> u32 {
        self.y + self.height
    }

    /// Pixels in it.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// What lies in both; `None` where nothing does.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let width = self.right().min(other.right()).checked_sub(x).filter(|n| *n > 0)?;
        let height = self.bottom().min(other.bottom()).checked_sub(y).filter(|n| *n > 0)?;
        Some(Self { x, y, width, height })
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = self.right().max(other.right()) - x;
        let height = self.bottom().max(other.bottom()) - y;
        Self { x, y, width, height }
    }

    /// Grown by so many pixels on each side, as far as an image of this size goes.
    #[must_use]
    pub fn grown(self, margin: u32, columns: u32, rows: u32) -> Self {
        let (x, y) = (self.x.saturating_sub(margin), self.y.saturating_sub(margin));
        let width = (self.right() + margin).min(columns) - x;
        let height = (self.bottom() + margin).min(rows) - y;
        Self { x, y, width, height }
    }
}

/// Why an area is replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It lies outside the regions that the ultrasound device has told of.
    OutsideRegions,
    /// A rule for the device, by its name.
    Rule(String),
    /// Text was found there.
    Text,
}

impl Reason {
    /// As it stands in reports.
    pub fn name(&self) -> String {
        match self {
            Self::OutsideRegions => "outside-regions".to_owned(),
            Self::Rule(name) => format!("rule {name}"),
            Self::Text => "text".to_owned(),
        }
    }
}

/// The frames that an area is on, counted from 1 as PS3.3 does.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frames {
    /// All of them.
    #[default]
    All,
    /// These, sorted.
    These(Vec<u32>),
}

impl Frames {
    /// Whether a frame, counted from 0, is among them.
    pub fn have(&self, frame: u32) -> bool {
        match self {
            Self::All => true,
            Self::These(frames) => frames.binary_search(&(frame + 1)).is_ok(),
        }
    }
}

/// A rectangle whose samples are replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Area {
    /// Where.
    pub rectangle: Rectangle,
    /// On which frames.
    pub frames: Frames,
    /// Why.
    pub reason: Reason,
}

impl Area {
    /// The part of it that an image of this extent has; `None` where it has none.
    pub fn within(self, extent: Extent) -> Option<Self> {
        let whole = Rectangle { x: 0, y: 0, width: extent.columns, height: extent.rows };
        let rectangle = self.rectangle.intersection(whole)?;
        let is_there = (0..extent.frames).any(|frame| self.frames.have(frame));
        is_there.then_some(Self { rectangle, ..self })
    }
}

/// What is known of text in the pixels of an instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PixelText {
    /// Nobody looked: it has no pixels, or its kind shows no text.
    #[default]
    NotLooked,
    /// A rule for the device says that there is none.
    RuledOut,
    /// None was found.
    NothingFound,
    /// Something may be text that is not covered, in an image of a kind that rarely shows any; or areas that
    /// somebody told of were covered, and nobody could search the rest.
    Doubtful,
    /// Areas were replaced.
    Cleaned,
    /// What stands there stays, since the operator accepts it.
    Accepted,
}

impl PixelText {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotLooked => "not-looked",
            Self::RuledOut => "ruled-out",
            Self::NothingFound => "nothing-found",
            Self::Doubtful => "doubtful",
            Self::Cleaned => "cleaned",
            Self::Accepted => "accepted",
        }
    }
}

/// What was done about text in the pixels of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// What is known.
    pub text: PixelText,
    /// The areas that were replaced, sorted.
    pub areas: Vec<Area>,
    /// Whether text was found and stays.
    pub shows_text: bool,
    /// Whether a face could be made of it: nothing is done about that.
    pub may_show_face: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Rectangle = Rectangle { x: 2, y: 3, width: 4, height: 5 };

    #[test]
    fn rectangles_meet_join_and_grow() {
        let b = Rectangle { x: 5, y: 0, width: 9, height: 4 };
        assert_eq!(A.intersection(b), Some(Rectangle { x: 5, y: 3, width: 1, height: 1 }));
        assert_eq!(A.intersection(Rectangle { x: 6, ..b }), None);
        assert_eq!(A.around(b), Rectangle { x: 2, y: 0, width: 12, height: 8 });
        assert_eq!(A.grown(3, 8, 100), Rectangle { x: 0, y: 0, width: 8, height: 11 });
        assert_eq!((A.pixels(), A.right(), A.bottom()), (20, 6, 8));
    }

    #[test]
    fn frames_are_counted_from_one() {
        assert!(Frames::All.have(7));
        assert!(Frames::These(vec![1, 3]).have(2));
        assert!(!Frames::These(vec![1, 3]).have(1));
    }
}
