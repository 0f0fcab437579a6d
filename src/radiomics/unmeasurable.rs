//! Why a region has no features.

use super::settings::BadSetting;

/// Why a region has no features.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Unmeasurable {
    /// The mask is empty.
    #[error("the region has no voxel")]
    Empty,
    /// The mask is empty once interpolated.
    #[error("the region has no voxel after interpolation")]
    EmptyAfterInterpolation,
    /// All voxels left the intensity mask.
    #[error("the region has no voxel after resegmentation")]
    EmptyAfterResegmentation,
    /// The image and the mask have not one grid.
    #[error("the image has {image:?} voxels and the mask {mask:?}")]
    SizesDiffer {
        /// Voxels of the image along x, y and z.
        image: [usize; 3],
        /// Voxels of the mask along x, y and z.
        mask: [usize; 3],
    },
    /// The part of the image lies not within the image.
    #[error("the part of the image lies outside it")]
    OutsideImage,
    /// The distances of voxels are no such.
    #[error("voxels of {0:?} mm are none")]
    BadSpacing([f64; 3]),
    /// An intensity of the region is infinite or not a number.
    #[error("an intensity of the region is {0}")]
    NotFinite(f64),
    /// The volume is too large to be worked on, be it once interpolated.
    #[error("{0:?} voxels are too many")]
    TooLarge([usize; 3]),
    /// Without discretisation an intensity is no whole number from 1.
    #[error("the intensity {value} is no grey level, a whole number from 1")]
    NoLevel {
        /// The intensity.
        value: f64,
    },
    /// There are more than 65535 levels.
    #[error("{levels} grey levels are more than 65535")]
    TooManyLevels {
        /// The highest level.
        levels: f64,
    },
    /// The settings cannot be.
    #[error(transparent)]
    Settings(#[from] BadSetting),
}
