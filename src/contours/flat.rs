//! The plane of a contour.

use super::{Contour, ContourFault, FARTHEST_MM};
use crate::volume::{Triple, cross, dot, sub};

/// How far points may lie off their contour's plane, mm: coordinates are often written with one
/// or two decimals.
pub(crate) const FLAT_MM: f64 = 0.1;
/// A contour whose points share a coordinate to within this takes that axis as its normal, mm.
const ALONG_AXIS_MM: f64 = 0.01;
/// The smallest area of a contour, square mm. Far below any voxel, and above the rounding of
/// coordinates on a line.
pub(super) const SMALLEST_MM2: f64 = 1e-6;

/// The area vector of a polygon: along its normal, as long as its area (M. E. Newell's method).
///
/// The points are taken from the first one, so that far ones lose no digits.
pub(super) fn area_vector(points: &[Triple]) -> Triple {
    let mut sum = [0.0; 3];
    let Some(&first) = points.first() else { return sum };
    for pair in points.windows(2) {
        let turn = cross(sub(pair[0], first), sub(pair[1], first));
        for (total, part) in sum.iter_mut().zip(turn) {
            *total += part / 2.0;
        }
    }
    sum
}

/// The unit normal of a contour, its largest component positive.
pub(super) fn normal(contour: &Contour) -> Result<Triple, ContourFault> {
    let points = &contour.points;
    if points.iter().flatten().any(|value| value.is_nan() || value.abs() > FARTHEST_MM) {
        return Err(ContourFault::OutOfRange);
    }
    if points.len() < 3 {
        return Err(ContourFault::Empty);
    }
    let vector = area_vector(points);
    let area = dot(vector, vector).sqrt();
    if area < SMALLEST_MM2 {
        // A figure of eight may have no area by its sign, but has one by the even-odd rule.
        return along_axis(points).filter(|_| !on_a_line(points)).ok_or(ContourFault::Empty);
    }
    if let Some(axis) = along_axis(points) {
        return Ok(axis);
    }
    let mut largest = 0;
    for axis in 1..3 {
        if vector[axis].abs() > vector[largest].abs() {
            largest = axis;
        }
    }
    let length = area * vector[largest].signum();
    let normal = vector.map(|component| component / length);
    if depth(points, normal) > FLAT_MM { Err(ContourFault::NotPlanar) } else { Ok(normal) }
}

/// How far the points reach along a direction, mm.
pub(super) fn depth(points: &[Triple], direction: Triple) -> f64 {
    let (low, high) = reach(points, direction);
    high - low
}

/// The first and the last place of the points along a direction.
pub(super) fn reach(points: &[Triple], direction: Triple) -> (f64, f64) {
    points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &point| {
        let place = dot(point, direction);
        (low.min(place), high.max(place))
    })
}

/// The coordinate axis along which the points do not differ, exact for axial, coronal and sagittal
/// contours. The last one first, as most contours are axial.
fn along_axis(points: &[Triple]) -> Option<Triple> {
    let axes = [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    axes.into_iter().find(|&axis| depth(points, axis) <= ALONG_AXIS_MM)
}

/// Whether all points lie on one line.
fn on_a_line(points: &[Triple]) -> bool {
    let from = |point: Triple| sub(point, points[0]);
    let far = points
        .iter()
        .map(|&point| from(point))
        .fold([0.0; 3], |far, point| if dot(point, point) > dot(far, far) { point } else { far });
    points.iter().all(|&point| {
        let off = cross(far, from(point));
        dot(off, off).sqrt() < SMALLEST_MM2
    })
}
