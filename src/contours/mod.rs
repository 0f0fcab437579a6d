//! Contours of regions of interest (PS3.3 section C.8.8.6), and the voxels inside of them.
//!
//! - [`Planes::of`] puts the closed planar contours of a region on the planes they were drawn on,
//!   and tells of those that cannot be used.
//! - [`rasterise`] finds the voxels of a grid that belong to the region.
//!
//! A voxel belongs to a region if its centre is inside by the even-odd rule over all contours of
//! its plane: an odd number of borders lies between it and the outside. So a contour inside of
//! another is a hole, a key-hole's two coinciding edges cancel each other, and where two contours
//! overlap the region is what only one of them holds.

mod crossing;
pub(crate) mod edges;
mod flat;
mod oblique;
mod planes;
mod rasterise;
pub(crate) mod scanline;
#[cfg(test)]
mod tests;

pub(crate) use flat::FLAT_MM;
pub use planes::{Plane, Planes};
pub use rasterise::{Region, rasterise};

use crate::volume::Triple;

/// Coordinates beyond this are of no patient, mm. It keeps all sums and squares finite.
pub const FARTHEST_MM: f64 = 1e6;

/// A closed planar contour (Contour Geometric Type `CLOSED_PLANAR`, PS3.3 section C.8.8.6.1).
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// The corners in order, mm, patient coordinates; the last is joined to the first.
    pub points: Vec<Triple>,
}

/// Why a contour, or a region, cannot be used as it was meant. No values: they may be a patient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ContourFault {
    /// Fewer than three points, or no area.
    #[error("a contour has fewer than three points or no area")]
    Empty,
    /// A coordinate is not a number, or infinite, or beyond [`FARTHEST_MM`].
    #[error("a coordinate is not a number or out of range")]
    OutOfRange,
    /// The points do not lie in a plane.
    #[error("the points of a contour do not lie in a plane")]
    NotPlanar,
    /// The contour's plane is not parallel to that of the region's largest contour.
    #[error("a contour is not parallel to the region's largest contour")]
    NotParallel,
    /// The contour crosses itself; it is used by the even-odd rule.
    #[error("a contour crosses itself")]
    SelfCrossing,
    /// So many edges lie so close together that it was not searched to the end for crossings.
    #[error("a contour is too tangled to be searched for crossings of itself")]
    Tangled,
    /// The contour is an exact copy of another one of its plane, and was left out.
    #[error("a contour is an exact copy of another one")]
    Repeated,
    /// Planes are missing before the plane of this contour; nothing is filled in.
    #[error("planes are missing between the contours of a region")]
    Gap,
    /// The region has no usable contour.
    #[error("the region has no usable contour")]
    NoContour,
    /// No voxel's centre lies inside of the region.
    #[error("no voxel of the image lies inside of the region")]
    NoVoxel,
    /// The grid has no voxels, or its distances or axes are not finite.
    #[error("the grid of the image cannot be used")]
    Grid,
}

impl ContourFault {
    /// Whether a contour that has this fault is used all the same.
    pub fn is_used(self) -> bool {
        matches!(self, Self::SelfCrossing | Self::Tangled | Self::Gap)
    }
}

/// What is to be told of a contour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remark {
    /// Which of the contours that were given, from 0.
    pub contour: usize,
    /// What is the matter with it.
    pub fault: ContourFault,
}
