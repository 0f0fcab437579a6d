//! Planes that make a volume: their order and their grid.
//!
//! The rule: all have the same orientation, each cosine within 1e-4, and the same pixel spacing, within 1e-4 of it;
//! their first pixels lie on a line along the normal within [`IN_PLANE_TOLERANCE_MM`]; and along the normal each lies
//! within 1 % of the mean distance, or 0.01 mm where that is more, of where it would lie if all were equally far apart.

use super::plane::Plane;
use super::reason::{
    DUPLICATE_SLICES, NO_GEOMETRY, Reason, SHEARED, UNEQUAL_SLICES, UNEVEN_SLICES,
};
use crate::series::{IN_PLANE_TOLERANCE_MM, SAME_POSITION_MM};
use crate::volume::{Grid, Triple, dot, sub};

/// How far direction cosines of two slices may differ: 0.05 mm on 500 mm.
const COSINE_TOLERANCE: f64 = 1e-4;

/// How far pixel spacings of two slices may differ, as a part of them.
const PIXEL_SPACING_TOLERANCE: f64 = 1e-4;

/// How far a slice may lie from its place along the normal, as a part of the mean distance.
const SLICE_TOLERANCE: f64 = 0.01;

/// The same in mm, where that is more: positions are rounded to hundredths.
const SLICE_TOLERANCE_MM: f64 = 0.01;

/// Where the distance between slices comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SliceSpacing {
    /// The positions of the slices.
    Positions,
    /// Spacing Between Slices (0018,0088) of the only slice.
    BetweenSlices,
    /// Slice Thickness (0018,0050) of the only slice.
    Thickness,
    /// Nothing: 1 mm.
    Assumed,
}

/// Planes in their order.
#[derive(Debug)]
pub(super) struct Stack {
    /// The numbers of the planes, in ascending order along the normal.
    pub(super) order: Vec<usize>,
    /// Where their voxels lie; the third axis is the normal.
    pub(super) grid: Grid,
    pub(super) slice_spacing: SliceSpacing,
}

impl Stack {
    /// The stack of planes of so many columns and rows.
    ///
    /// # Errors
    ///
    /// `unequal-slices`, `sheared`, `duplicate-slices` and `uneven-slices`.
    pub(super) fn of(planes: &[Plane], [columns, rows]: [usize; 2]) -> Result<Self, Reason> {
        let none = || Reason::new(NO_GEOMETRY, "there is no slice");
        let first = planes.first().ok_or_else(none)?;
        if !planes.iter().all(|plane| is_equal(plane, first)) {
            let message =
                "Image Orientation (Patient) (0020,0037) or Pixel Spacing (0028,0030) differs";
            return Err(Reason::new(UNEQUAL_SLICES, message));
        }
        let normal = first.normal();
        let along = |plane: &Plane| dot(sub(plane.position, first.position), normal);
        let mut order: Vec<usize> = (0..planes.len()).collect();
        order.sort_by(|a, b| along(&planes[*a]).total_cmp(&along(&planes[*b])));
        let positions: Vec<f64> = order.iter().map(|plane| along(&planes[*plane])).collect();
        if positions.windows(2).any(|pair| pair[1] - pair[0] <= SAME_POSITION_MM) {
            let message = "Image Position (Patient) (0020,0032) of two slices is the same";
            return Err(Reason::new(DUPLICATE_SLICES, message));
        }
        let lowest = &planes[order[0]];
        if !planes.iter().all(|plane| is_above(plane, lowest)) {
            let message = "Image Position (Patient) (0020,0032) leaves the line along the normal";
            return Err(Reason::new(SHEARED, message));
        }
        let (between, slice_spacing) = between(&positions, first)?;
        let [row, column] = first.axes;
        let grid = Grid {
            size: [columns, rows, planes.len()],
            origin: lowest.position,
            axes: [row, column, normal],
            spacing: [first.spacing[0], first.spacing[1], between],
        };
        Ok(Self { order, grid, slice_spacing })
    }
}

fn is_equal(one: &Plane, other: &Plane) -> bool {
    let cosines = |plane: &Plane| plane.axes.concat();
    let mut cosines = cosines(one).into_iter().zip(cosines(other));
    let mut spacings = one.spacing.iter().zip(other.spacing);
    cosines.all(|(a, b)| (a - b).abs() <= COSINE_TOLERANCE)
        && spacings.all(|(a, b)| (a - b).abs() <= PIXEL_SPACING_TOLERANCE * b)
}

/// Whether the first pixel of a slice lies above that of the lowest one.
fn is_above(plane: &Plane, lowest: &Plane) -> bool {
    let from: Triple = sub(plane.position, lowest.position);
    lowest.axes.iter().all(|axis| dot(from, *axis).abs() < IN_PLANE_TOLERANCE_MM)
}

/// The distance between slices that lie at ascending positions.
fn between(positions: &[f64], plane: &Plane) -> Result<(f64, SliceSpacing), Reason> {
    let &[first, .., last] = positions else {
        let told = plane.between.map(|it| (it, SliceSpacing::BetweenSlices));
        let thick = plane.thickness.map(|it| (it, SliceSpacing::Thickness));
        return Ok(told.or(thick).unwrap_or((1.0, SliceSpacing::Assumed)));
    };
    let mean = (last - first) / (positions.len() - 1) as f64;
    let tolerance = (SLICE_TOLERANCE * mean).max(SLICE_TOLERANCE_MM);
    let places = positions.iter().enumerate();
    let mut offsets = places.map(|(number, position)| position - first - number as f64 * mean);
    if offsets.any(|offset| offset.abs() > tolerance) {
        let message = "slices are not equally far apart along the normal, within 1 % of the mean distance or 0.01 mm";
        return Err(Reason::new(UNEVEN_SLICES, message));
    }
    Ok((mean, SliceSpacing::Positions))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

    fn stack(positions: &[Triple]) -> Result<Stack, Reason> {
        let plane = |position: &Triple| Plane::new(*position, AXIAL, [0.5, 0.75]).unwrap();
        Stack::of(&positions.iter().map(plane).collect::<Vec<_>>(), [4, 3])
    }

    fn along_z(places: &[f64]) -> Vec<Triple> {
        places.iter().map(|z| [10.0, -20.0, *z]).collect()
    }

    #[test]
    fn slices_in_any_order_make_a_grid() {
        let stack = stack(&along_z(&[8.0, 2.0, 5.01])).unwrap();
        assert_eq!(stack.order, [1, 2, 0]);
        assert_eq!(stack.slice_spacing, SliceSpacing::Positions);
        let grid = stack.grid;
        assert_eq!((grid.size, grid.origin), ([4, 3, 3], [10.0, -20.0, 2.0]));
        assert_eq!(grid.spacing, [0.75, 0.5, 3.0]);
    }

    #[test]
    fn sagittal_slices_rise_along_their_normal() {
        // Rows to the back, columns to the feet: the normal points to the right, which is -x.
        let sagittal = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];
        let plane = |x: f64| Plane::new([x, 0.0, 0.0], sagittal, [1.0; 2]).unwrap();
        let stack = Stack::of(&[plane(-4.0), plane(0.0), plane(4.0)], [2, 2]).unwrap();
        assert_eq!(stack.order, [2, 1, 0]);
        assert_eq!(stack.grid.origin, [4.0, 0.0, 0.0]);
        assert_eq!(stack.grid.position([0.0, 0.0, 2.0]), [-4.0, 0.0, 0.0]);
    }

    #[test]
    fn what_is_no_volume_has_its_reason() {
        let class = |positions: &[Triple]| stack(positions).unwrap_err().class;
        assert_eq!(class(&along_z(&[0.0, 1.0, 3.0])), UNEVEN_SLICES);
        assert_eq!(class(&along_z(&[0.0, 1.02, 2.0])), UNEVEN_SLICES);
        assert_eq!(class(&along_z(&[0.0, 1.0, 1.0])), DUPLICATE_SLICES);
        assert_eq!(class(&[[0.0; 3], [0.2, 0.0, 3.0], [0.4, 0.0, 6.0]]), SHEARED);
        assert_eq!(class(&[]), NO_GEOMETRY);
        let one = Plane::new([0.0; 3], AXIAL, [1.0; 2]).unwrap();
        let wide = Plane::new([0.0, 0.0, 1.0], AXIAL, [1.001, 1.0]).unwrap();
        assert_eq!(Stack::of(&[one, wide], [1, 1]).unwrap_err().class, UNEQUAL_SLICES);
    }

    #[test]
    fn a_single_slice_is_as_thick_as_it_says() {
        let plane = Plane::new([0.0; 3], AXIAL, [1.0; 2]).unwrap();
        let of = |thickness, between| {
            let stack = Stack::of(&[plane.with_slices(thickness, between)], [1, 1]).unwrap();
            (stack.grid.spacing[2], stack.slice_spacing)
        };
        assert_eq!(of(Some(2.0), Some(3.0)), (3.0, SliceSpacing::BetweenSlices));
        assert_eq!(of(Some(2.0), Some(0.0)), (2.0, SliceSpacing::Thickness));
        assert_eq!(of(None, None), (1.0, SliceSpacing::Assumed));
    }
}
