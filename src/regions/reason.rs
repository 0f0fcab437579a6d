//! Why a region, an image or a dose cannot be used.

use std::fmt;

use crate::contours::ContourFault;
use crate::dose::DoseFault;
use crate::radiomics::Unmeasurable;

/// What stands in the way of a result. The message names tags and rules, never a value or a name from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// One of [`CLASSES`].
    pub class: &'static str,
    /// A sentence for the reader of a report.
    pub message: String,
}

pub(super) const MISSING_REFERENCE: &str = "missing-reference";
pub(super) const OTHER_FRAME_OF_REFERENCE: &str = "other-frame-of-reference";
pub(super) const EMPTY_CONTOUR: &str = "empty-contour";
pub(super) const CONTOUR_DATA: &str = "contour-data";
pub(super) const NO_VOLUME: &str = "no-volume";
pub(super) const REPEATED_NUMBER: &str = "repeated-number";
pub(super) const WRONG_OBJECT: &str = "wrong-object";
pub(super) const EMPTY_SEGMENT: &str = "empty-segment";
pub(super) const SEGMENTATION_TYPE: &str = "segmentation-type";
pub(super) const TILED_SEGMENTATION: &str = "tiled-segmentation";
pub(super) const OUTSIDE_IMAGE: &str = "outside-image";
pub(super) const PIXEL_DATA: &str = "pixel-data";
pub(super) const COLOUR: &str = "colour";
pub(super) const OUTPUT_VALUES: &str = "output-values";
pub(super) const NO_GEOMETRY: &str = "no-geometry";
pub(super) const SHEARED: &str = "sheared";
pub(super) const UNEQUAL_SLICES: &str = "unequal-slices";
pub(super) const UNEVEN_SLICES: &str = "uneven-slices";
pub(super) const DUPLICATE_SLICES: &str = "duplicate-slices";
pub(super) const UNREADABLE: &str = "unreadable";
pub(super) const SELF_CROSSING: &str = "self-crossing-contour";
pub(super) const REPEATED_CONTOUR: &str = "repeated-contour";
pub(super) const GAP: &str = "gap";
pub(super) const NOT_MEASURED: &str = "not-measured";
pub(super) const DOSE_GRID: &str = "dose-grid";
pub(super) const INTERNAL: &str = "internal";
pub(super) const RELATIVE_DOSE: &str = "relative-dose";
pub(super) const DOSE_TYPE: &str = "dose-type";
pub(super) const PARTIAL_DOSE: &str = "partial-dose";

/// The classes of reasons, each with what it means.
pub const CLASSES: [(&str, &str); 29] = [
    (MISSING_REFERENCE, "an object or an item that is referred to is not there"),
    (OTHER_FRAME_OF_REFERENCE, "Frame of Reference UID (0020,0052) of the two differs"),
    (EMPTY_CONTOUR, "a region without a contour, or a contour without points"),
    (CONTOUR_DATA, "Contour Data (3006,0050) cannot be used"),
    (NO_VOLUME, "points and open contours enclose nothing"),
    (REPEATED_NUMBER, "an ROI Number or a Segment Number stands twice"),
    (WRONG_OBJECT, "the object is not of the kind that its place asks for"),
    (EMPTY_SEGMENT, "a segment without a frame, or without a pixel"),
    (SEGMENTATION_TYPE, "Segmentation Type (0062,0001) and its attributes cannot be used"),
    (TILED_SEGMENTATION, "a segmentation of a slide, which is no volume in mm"),
    (OUTSIDE_IMAGE, "the region lies outside the image"),
    (PIXEL_DATA, "there are no pixels, or not as many as the attributes say"),
    (COLOUR, "the pixels are colours, not intensities"),
    (OUTPUT_VALUES, "the rescaling of stored values cannot be used"),
    (NO_GEOMETRY, "position, orientation or pixel spacing is absent or cannot be used"),
    (SHEARED, "rows, columns and slices do not stand at right angles"),
    (UNEQUAL_SLICES, "slices differ in size, spacing or orientation"),
    (UNEVEN_SLICES, "slices are not equally far apart"),
    (DUPLICATE_SLICES, "two slices lie at one position"),
    (UNREADABLE, "an instance cannot be read or decoded"),
    (SELF_CROSSING, "a contour crosses itself"),
    (REPEATED_CONTOUR, "a contour stands twice"),
    (GAP, "planes are missing between contours"),
    (NOT_MEASURED, "the region has no features with these settings"),
    (DOSE_GRID, "the doses or their grid cannot be used for the region"),
    (INTERNAL, "an error in the program"),
    (RELATIVE_DOSE, "Dose Units (3004,0002) is not GY"),
    (DOSE_TYPE, "Dose Type (3004,0004) is neither PHYSICAL nor EFFECTIVE"),
    (PARTIAL_DOSE, "Dose Summation Type (3004,000A) is not that of a whole plan"),
];

impl Reason {
    /// A reason of one of [`CLASSES`].
    pub(super) fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self { class, message: message.into() }
    }

    /// The reason of objects that lie in two frames of reference; `None` where they share one. Without one nobody
    /// can say that they do.
    pub fn of_frames_of_reference(one: &str, other: &str) -> Option<Self> {
        if one.is_empty() || other.is_empty() {
            let message = "Frame of Reference UID (0020,0052) is absent";
            return Some(Self::new(OTHER_FRAME_OF_REFERENCE, message));
        }
        let message = "Frame of Reference UID (0020,0052) differs from that of the image or dose";
        (one != other).then(|| Self::new(OTHER_FRAME_OF_REFERENCE, message))
    }

    /// The reason of an instance that cannot be read or decoded.
    pub fn unreadable(error: impl fmt::Display) -> Self {
        Self::new(UNREADABLE, format!("an instance cannot be read: {error}"))
    }

    /// The reason of an instance that has no pixels.
    pub fn no_pixels() -> Self {
        Self::new(PIXEL_DATA, "an instance has no pixels that are numbers")
    }

    /// The reason of a fault of contours.
    pub fn of_contour(fault: ContourFault) -> Self {
        let class = match fault {
            ContourFault::Empty | ContourFault::NoContour => EMPTY_CONTOUR,
            ContourFault::SelfCrossing | ContourFault::Tangled => SELF_CROSSING,
            ContourFault::Repeated => REPEATED_CONTOUR,
            ContourFault::Gap => GAP,
            ContourFault::NoVoxel => OUTSIDE_IMAGE,
            ContourFault::Grid => NO_GEOMETRY,
            ContourFault::OutOfRange | ContourFault::NotPlanar | ContourFault::NotParallel => {
                CONTOUR_DATA
            }
        };
        Self::new(class, fault.to_string())
    }

    /// The reason of a fault of doses.
    pub fn of_dose(fault: DoseFault) -> Self {
        Self::new(DOSE_GRID, fault.to_string())
    }

    /// The reason of a region that has no features.
    pub fn unmeasurable(why: &Unmeasurable) -> Self {
        Self::new(NOT_MEASURED, why.to_string())
    }

    /// The reason of what was not begun since somebody asked to stop; it is in no report.
    pub fn stopped() -> Self {
        Self::new(NOT_MEASURED, "the run was asked to stop")
    }

    /// The reason where the program failed.
    pub fn panicked() -> Self {
        Self::new(INTERNAL, "an internal check failed at this object: please report it")
    }

    /// The reason of an object that is referred to and not there.
    pub fn missing_reference() -> Self {
        let message = "an instance that Referenced SOP Instance UID (0008,1155) names is not there";
        Self::new(MISSING_REFERENCE, message)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.message)
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_one_name() {
        let names: std::collections::BTreeSet<_> = CLASSES.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CLASSES.len());
    }

    #[test]
    fn frames_of_reference_are_compared_where_both_are_told() {
        assert_eq!(Reason::of_frames_of_reference("1.2", "1.2"), None);
        for (one, other) in [("1.2", "1.3"), ("", "1.2"), ("", "")] {
            let reason = Reason::of_frames_of_reference(one, other).unwrap();
            assert_eq!(reason.class, OTHER_FRAME_OF_REFERENCE);
        }
    }
}
