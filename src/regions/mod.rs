//! Regions of interest and doses as DICOM objects tell of them: data sets and decoded pixels in; contours, masks and
//! volumes in the patient coordinate system (PS3.3 section C.7.6.2.1.1) out.
//!
//! `structure_set` reads an RT Structure Set, `segmentation` a Segmentation, which `mask` lays on the grid of an
//! image; `image_volume` makes a volume of the slices of a series; `dose_object` reads an RT Dose. What cannot be used
//! has a [`Reason`], and the rest goes on.

mod dose_object;
mod elements;
mod frames;
mod image_volume;
mod mask;
mod pixels;
mod plane;
mod reason;
mod references;
mod segment;
mod segmentation;
mod stack;
mod structure_roi;
mod structure_set;

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests;

pub use dose_object::{DoseObject, DosePlanes, Summation, plan_references};
pub use image_volume::{ImageInstance, ImagePart, ImageVolume, Slice};
pub use mask::segment_region;
pub use pixels::Pixels;
pub use plane::Plane;
pub use reason::{CLASSES, Reason};
pub use references::{dose_references, segmentation_references, structure_references};
pub use segment::{Segment, SegmentFrame, SourceImage};
pub use segmentation::{Segmentation, SegmentationKind};
pub use stack::SliceSpacing;
pub use structure_roi::{ContourKind, StructureContour, StructureRoi};
pub use structure_set::StructureSet;
