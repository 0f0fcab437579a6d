//! Regions and doses whose histograms are known.

mod analytic;
mod limits;

use std::f64::consts::TAU;

use super::DoseGrid;
use crate::contours::{Contour, Planes};
use crate::volume::{Triple, Volume, dot};

/// A polygon at a height, turned into a contour by axes of the patient.
pub(super) fn contour(points: &[[f64; 2]], z: f64) -> Contour {
    Contour { points: points.iter().map(|&[x, y]| [x, y, z]).collect() }
}

/// A circle of as much area as it should have, as a polygon.
pub(super) fn circle(radius: f64, [x, y]: [f64; 2]) -> Vec<[f64; 2]> {
    let corners = 180;
    let step = TAU / f64::from(corners);
    let radius = radius * (step / step.sin()).sqrt();
    (0..corners)
        .map(|corner| (f64::from(corner) * step).sin_cos())
        .map(|(sin, cos)| [x + radius * cos, y + radius * sin])
        .collect()
}

pub(super) fn rectangle([x, y]: [f64; 2]) -> Vec<[f64; 2]> {
    vec![[-x, -y], [x, -y], [x, y], [-x, y]]
}

/// Planes at `phase + i * distance` within 12 mm, where there is a section.
pub(super) fn planes(
    distance: f64,
    phase: f64,
    section: impl Fn(f64) -> Option<Vec<[f64; 2]>>,
) -> Planes {
    let count = (12.0 / distance).ceil() as i32 + 1;
    let contours: Vec<Contour> = (-count..=count)
        .map(|plane| phase + f64::from(plane) * distance)
        .filter_map(|z| section(z).map(|points| contour(&points, z)))
        .collect();
    let (planes, remarks) = Planes::of(&contours).unwrap();
    assert_eq!(remarks, []);
    planes
}

/// A dose of `middle` Gy at the origin that rises along a direction, Gy/mm, on a grid of about 48
/// mm whose voxels are nowhere in particular.
pub(super) fn linear(middle: f64, rise: Triple, spacing: f64) -> DoseGrid {
    let count = (48.0 / spacing).ceil() as usize;
    let origin = [-23.7, -24.1, -23.6];
    let value = |x: usize, y: usize, z: usize| {
        let place = [x, y, z].map(|at| at as f64 * spacing);
        let position: Triple = std::array::from_fn(|axis| origin[axis] + place[axis]);
        (middle + dot(rise, position)).max(0.0) as f32
    };
    let mut doses = Vec::new();
    for z in 0..count {
        for y in 0..count {
            doses.extend((0..count).map(|x| value(x, y, z)));
        }
    }
    let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let offsets = (0..count).map(|plane| plane as f64 * spacing).collect();
    let doses = Volume::new([count; 3], doses).unwrap();
    DoseGrid::new(origin, axes, [spacing; 2], offsets, doses).unwrap()
}
