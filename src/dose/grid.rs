//! Doses on a grid.

use super::{DoseFault, HIGHEST_GY};
use crate::volume::{Triple, Volume, dot, sub};

/// Doses in Gy at the voxels of parallel planes, which may lie at uneven offsets (PS3.3 section
/// C.8.8.3.2, Grid Frame Offset Vector).
///
/// Between the centres of the voxels doses are trilinear. The outermost voxels reach half a
/// distance beyond their centres, with the dose of the centre; beyond them there is no dose.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseGrid {
    origin: Triple,
    axes: [Triple; 3],
    spacing: [f64; 2],
    offsets: Vec<f64>,
    doses: Volume<f32>,
}

/// Two neighbouring places along an axis, and the share of the second one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Between {
    pub(super) low: usize,
    pub(super) high: usize,
    pub(super) share: f64,
}

impl DoseGrid {
    /// A grid of doses.
    ///
    /// - `origin`: the centre of the first voxel of the plane at offset 0, mm, patient coordinates.
    /// - `axes`: unit vectors along the rows (x), down the columns (y) and from plane to plane, at
    ///   right angles.
    /// - `spacing`: the distances of voxels along x and y, mm (Pixel Spacing has them the other way
    ///   round).
    /// - `offsets`: where each plane lies from the origin along the third axis, mm, ascending.
    /// - `doses`: Gy.
    ///
    /// # Errors
    /// [`DoseFault::Grid`] where these do not make a grid, and [`DoseFault::NotFinite`],
    /// [`DoseFault::Negative`] or [`DoseFault::TooHigh`] for doses that are none.
    pub fn new(
        origin: Triple,
        axes: [Triple; 3],
        spacing: [f64; 2],
        offsets: Vec<f64>,
        doses: Volume<f32>,
    ) -> Result<Self, DoseFault> {
        let size = doses.size();
        let right_angles = (0..3).all(|a| {
            (a..3).all(|b| {
                let product = dot(axes[a], axes[b]);
                (product - if a == b { 1.0 } else { 0.0 }).abs() < 1e-3
            })
        });
        let good = right_angles
            && size.iter().all(|&size| size > 0)
            && offsets.len() == size[2]
            && origin.iter().chain(&offsets).all(|place| place.abs() < 1e6)
            && offsets.windows(2).all(|pair| pair[1] - pair[0] > 1e-3)
            && spacing.iter().all(|distance| (1e-3..1e4).contains(distance));
        if !good {
            return Err(DoseFault::Grid);
        }
        if doses.values().iter().any(|dose| !dose.is_finite()) {
            return Err(DoseFault::NotFinite);
        }
        if doses.values().iter().any(|&dose| dose < 0.0) {
            return Err(DoseFault::Negative);
        }
        if doses.values().iter().any(|&dose| dose > HIGHEST_GY) {
            return Err(DoseFault::TooHigh);
        }
        Ok(Self { origin, axes, spacing, offsets, doses })
    }

    /// The dose at a position, mm, patient coordinates; `None` outside of the grid.
    pub fn at(&self, position: Triple) -> Option<f64> {
        self.at_place(self.place(position))
    }

    /// The place of a position: in voxels along x and y, and the offset in mm along z.
    pub(super) fn place(&self, position: Triple) -> Triple {
        let from = sub(position, self.origin);
        [
            dot(from, self.axes[0]) / self.spacing[0],
            dot(from, self.axes[1]) / self.spacing[1],
            dot(from, self.axes[2]),
        ]
    }

    /// The dose at a place.
    pub(super) fn at_place(&self, place: Triple) -> Option<f64> {
        let x = self.between(place[0], 0)?;
        let y = self.between(place[1], 1)?;
        let z = self.between_planes(place[2])?;
        let line = |y: usize, z: usize| {
            let row = self.row(y, z);
            mix(f64::from(row[x.low]), f64::from(row[x.high]), x.share)
        };
        let plane = |z: usize| mix(line(y.low, z), line(y.high, z), y.share);
        Some(mix(plane(z.low), plane(z.high), z.share))
    }

    /// The voxels beside a place along x or y.
    pub(super) fn between(&self, place: f64, axis: usize) -> Option<Between> {
        let last = self.doses.size()[axis] - 1;
        if !(-0.5..=last as f64 + 0.5).contains(&place) {
            return None;
        }
        let low = (place.max(0.0) as usize).min(last);
        let share = (place - low as f64).clamp(0.0, 1.0);
        Some(Between { low, high: (low + 1).min(last), share })
    }

    /// The planes beside an offset.
    pub(super) fn between_planes(&self, offset: f64) -> Option<Between> {
        let [first, last] = self.reach();
        if !(first..=last).contains(&offset) {
            return None;
        }
        let behind = self.offsets.partition_point(|&plane| plane <= offset);
        let low = behind.saturating_sub(1);
        let high = behind.min(self.offsets.len() - 1);
        let distance = self.offsets[high] - self.offsets[low];
        let share = if distance > 0.0 { (offset - self.offsets[low]) / distance } else { 0.0 };
        Some(Between { low, high, share })
    }

    /// Where the outermost planes' voxels begin and end, mm along z. A single plane is as thick as
    /// its voxels are long.
    pub(super) fn reach(&self) -> [f64; 2] {
        let count = self.offsets.len();
        let [first, last] = [self.offsets[0], self.offsets[count - 1]];
        if count == 1 {
            let half = self.spacing[0] / 2.0;
            return [first - half, last + half];
        }
        let below = (self.offsets[1] - first) / 2.0;
        let above = (last - self.offsets[count - 2]) / 2.0;
        [first - below, last + above]
    }

    /// The doses along x.
    pub(super) fn row(&self, y: usize, z: usize) -> &[f32] {
        let start = self.doses.place([0, y, z]);
        &self.doses.values()[start..start + self.doses.size()[0]]
    }

    /// Voxels along x, y and z.
    pub fn size(&self) -> [usize; 3] {
        self.doses.size()
    }

    /// Unit vectors along x, y and z.
    pub fn axes(&self) -> [Triple; 3] {
        self.axes
    }

    /// The distances of voxels along x and y, mm.
    pub fn spacing(&self) -> [f64; 2] {
        self.spacing
    }

    /// The offsets of the planes, mm.
    pub fn offsets(&self) -> &[f64] {
        &self.offsets
    }

    /// The mean distance of planes, mm; of a single one its thickness.
    pub(super) fn plane_distance(&self) -> f64 {
        let [first, last] = self.reach();
        (last - first) / self.offsets.len() as f64
    }

    /// The position of the corner of the grid's box that is first or last along each axis.
    pub(super) fn corner(&self, last: [bool; 3]) -> Triple {
        let size = self.size();
        let across = |axis: usize| {
            let place = if last[axis] { size[axis] as f64 - 0.5 } else { -0.5 };
            place * self.spacing[axis]
        };
        let along = [across(0), across(1), self.reach()[usize::from(last[2])]];
        std::array::from_fn(|of| {
            self.origin[of] + (0..3).map(|axis| along[axis] * self.axes[axis][of]).sum::<f64>()
        })
    }
}

/// The value between two.
pub(super) fn mix(low: f64, high: f64, share: f64) -> f64 {
    low + (high - low) * share
}
