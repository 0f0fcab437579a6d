//! Cylinders, cones and spheres of 24 mm in constant and linear dose, as in Nelms et al., Med Phys
//! 42:4435 (2015): contours every 1 to 3 mm, dose grids of 1 to 3 mm.

use std::f64::consts::PI;

use super::super::{Dvh, dvh};
use super::{circle, linear, planes, rectangle};
use crate::contours::Planes;

const RADIUS: f64 = 12.0;
/// Dose at the middle of the shapes, Gy; it changes by 1 Gy/mm.
const MIDDLE: f64 = 20.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Along z.
    Cylinder,
    /// A cylinder along x.
    Across,
    /// A cylinder in the plane of x and y, half-way between them.
    Diagonal,
    /// Its tip at z = 12, its base at z = -12.
    Cone,
    Sphere,
}

/// The part of a disc beyond a chord at this distance from its middle.
fn segment(radius: f64, from: f64) -> f64 {
    let from = from.clamp(-radius, radius);
    radius * radius * (from / radius).acos() - from * (radius * radius - from * from).sqrt()
}

impl Shape {
    fn section(self, z: f64) -> Option<Vec<[f64; 2]>> {
        if z.abs() >= RADIUS {
            return None;
        }
        let half = (RADIUS * RADIUS - z * z).sqrt();
        Some(match self {
            Self::Cylinder => circle(RADIUS, [0.0; 2]),
            Self::Across => rectangle([RADIUS, half]),
            Self::Diagonal => {
                let turn = |[x, y]: [f64; 2]| [(x - y) / 2.0_f64.sqrt(), (x + y) / 2.0_f64.sqrt()];
                rectangle([RADIUS, half]).into_iter().map(turn).collect()
            }
            Self::Cone => circle((RADIUS - z) / 2.0, [0.0; 2]),
            Self::Sphere => circle(half, [0.0; 2]),
        })
    }

    /// The volume, cubic mm, that lies further along an axis than this.
    fn beyond(self, axis: usize, from: f64) -> f64 {
        let from = from.clamp(-RADIUS, RADIUS);
        match (self, axis) {
            (Self::Sphere, _) => PI * (RADIUS - from).powi(2) * (2.0 * RADIUS + from) / 3.0,
            (Self::Cone, 2) => PI / 12.0 * (RADIUS - from).powi(3),
            (Self::Cone, _) => {
                let steps = 4000;
                let step = RADIUS / f64::from(steps);
                let radii = (0..steps).map(|i| (f64::from(i) + 0.5) * step);
                radii.map(|radius| segment(radius, from) * 2.0 * step).sum()
            }
            (Self::Cylinder, 2) | (Self::Across, 0) => PI * RADIUS * RADIUS * (RADIUS - from),
            _ => 2.0 * RADIUS * segment(RADIUS, from),
        }
    }

    /// The dose that this share of the volume receives at least.
    fn dose_at(self, axis: usize, share: f64) -> f64 {
        let whole = self.beyond(axis, -RADIUS);
        let (mut low, mut high) = (-RADIUS, RADIUS);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.beyond(axis, middle) > share * whole { low = middle } else { high = middle }
        }
        MIDDLE + low
    }
}

/// The largest errors of a histogram in dose rising along an axis: volumes over all doses, doses at
/// shares and volumes, and the least and the largest dose; each as a share of what it should be,
/// the volumes as one of the whole.
fn errors(shape: Shape, axis: usize, found: &Dvh) -> [f64; 4] {
    let whole = shape.beyond(axis, -RADIUS);
    let size = (found.volume_cm3 * 1000.0 / whole - 1.0).abs();
    let every = 20;
    let curve = found.cumulative().into_iter().enumerate().step_by(every);
    let volumes = curve.map(|(bin, cm3)| {
        (cm3 * 1000.0 - shape.beyond(axis, bin as f64 * 0.01 - MIDDLE)).abs() / whole
    });
    let off = |found: Option<f64>, truth: f64| (found.unwrap() / truth - 1.0).abs();
    let doses = [98.0, 95.0, 50.0, 2.0]
        .map(|percent| off(found.dose_at_share(percent), shape.dose_at(axis, percent / 100.0)));
    let one = off(found.dose_at_volume(1.0), shape.dose_at(axis, 1000.0 / whole));
    let [least, most] = [found.d_min / (MIDDLE - RADIUS), found.d_max / (MIDDLE + RADIUS)];
    [
        size,
        volumes.fold(0.0, f64::max),
        doses.into_iter().fold(one, f64::max),
        (least - 1.0).abs().max((most - 1.0).abs()),
    ]
}

fn cases() -> Vec<(Shape, f64, f64)> {
    let mut cases = Vec::new();
    for distance in [1.0, 2.0, 3.0] {
        let half = distance / 2.0;
        for shape in [Shape::Cylinder, Shape::Across, Shape::Diagonal, Shape::Cone, Shape::Sphere] {
            cases.push((shape, distance, half));
        }
    }
    cases
}

fn of(shape: Shape, distance: f64, phase: f64) -> Planes {
    planes(distance, phase, |z| shape.section(z))
}

#[test]
fn shapes_in_linear_dose_have_the_known_histograms() {
    for (shape, distance, phase) in cases() {
        let planes = of(shape, distance, phase);
        for axis in 0..3 {
            if shape == Shape::Diagonal && axis < 2 {
                continue;
            }
            for spacing in [1.0, 2.0, 3.0] {
                let mut rise = [0.0; 3];
                rise[axis] = 1.0;
                let found = dvh(&planes, &linear(MIDDLE, rise, spacing)).unwrap();
                let errors = errors(shape, axis, &found);
                assert!(
                    errors.iter().all(|&error| error < 0.005),
                    "{shape:?} every {distance} mm from {phase}, axis {axis}, doses every {spacing} \
                     mm: {errors:.5?}"
                );
                assert!(found.share_outside_grid <= 0.0);
            }
        }
    }
}

#[test]
fn shapes_that_end_anywhere_between_planes_lose_no_more_than_their_ends() {
    for distance in [1.0, 2.0, 3.0] {
        for phase in [0.0, 0.2, 0.4, 0.7, 0.9] {
            let planes = of(Shape::Sphere, distance, distance * phase);
            let found = dvh(&planes, &linear(MIDDLE, [0.0; 3], 2.0)).unwrap();
            let whole = Shape::Sphere.beyond(2, -RADIUS);
            // What is cut off is thinner than half a distance at each end.
            let ends = 2.0 * Shape::Sphere.beyond(2, RADIUS - distance / 2.0);
            let lost = whole - found.volume_cm3 * 1000.0;
            assert!((-0.001 * whole..=ends + 0.001 * whole).contains(&lost), "{distance} {phase}");
        }
    }
}
