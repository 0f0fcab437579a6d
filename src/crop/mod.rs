//! Cropping: which part of an image is of interest, and derived images of that part alone.

mod data_set;
mod decimal_string;
mod derived;
mod position;
mod references;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::area::Rectangle;
use crate::instance::Original;
use crate::stats::shows_hounsfield_units;

pub use derived::{CropError, Target, can_be_derived, derived, is_as_derived};
pub use references::{derived_of, is_own_text};

/// What is of interest in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The patient's body, in images of CT.
    Body,
    /// All regions that segmentations and structure sets have on it.
    Regions,
}

impl By {
    /// Whether an image that lies on the grid of a box belongs to what was looked at.
    pub fn may_crop(self, instance: &Original) -> bool {
        match (self, &instance.image) {
            (Self::Body, Some((image, _))) => shows_hounsfield_units(&instance.data_set, image),
            (Self::Regions, Some(_)) => true,
            (_, None) => false,
        }
    }

    /// The name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Regions => "regions",
        }
    }
}

/// A part of an image, and what of interest is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crop {
    /// What.
    pub by: By,
    /// Where.
    pub rectangle: Rectangle,
}

/// All regions of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionBox {
    /// A box around them in each image.
    pub rectangle: Option<Rectangle>,
    /// New SOP Instance UIDs of the images that have some.
    pub slices: BTreeSet<String>,
}

/// The regions of all series that have some, by new Series Instance UID.
pub type RegionBoxes = BTreeMap<String, RegionBox>;

/// The box of a series: around the boxes of all its images. Images of several sizes have no box together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeriesBox {
    /// Columns and rows of the images.
    size: Option<(u32, u32)>,
    crop: Option<Crop>,
    is_mixed: bool,
}

impl SeriesBox {
    /// Takes in the box of an image of so many columns and rows.
    pub fn add(&mut self, size: (u32, u32), crop: Option<Crop>) {
        let Some(crop) = crop else { return };
        self.is_mixed |= self.size.is_some_and(|others| others != size);
        self.size = Some(size);
        let around = |other: Crop| other.rectangle.around(crop.rectangle);
        let rectangle = self.crop.map_or(crop.rectangle, around);
        self.crop = Some(Crop { rectangle, ..crop });
    }

    /// The box.
    pub fn crop(&self) -> Option<Crop> {
        self.crop.filter(|_| !self.is_mixed)
    }

    /// Whether an image of so many columns and rows lies on the grid of the box.
    pub fn fits(&self, size: (u32, u32)) -> bool {
        self.size == Some(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crop(x: u32, width: u32) -> Crop {
        Crop { by: By::Body, rectangle: Rectangle { x, y: 1, width, height: 2 } }
    }

    #[test]
    fn a_series_has_a_box_around_those_of_its_images() {
        let mut series = SeriesBox::default();
        assert_eq!(series.crop(), None);
        series.add((50, 40), Some(crop(9, 3)));
        series.add((64, 64), None);
        series.add((50, 40), Some(crop(4, 2)));
        assert_eq!(series.crop(), Some(crop(4, 8)));
        assert!(series.fits((50, 40)) && !series.fits((64, 64)));
        series.add((64, 64), Some(crop(4, 2)));
        assert_eq!(series.crop(), None, "their pixels cannot be compared");
    }
}
