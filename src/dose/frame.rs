//! Lines through a dose grid, in the planes of contours.

use super::grid::{DoseGrid, mix};
use crate::contours::{FLAT_MM, Plane, Planes};
use crate::volume::{Triple, dot};

/// The most nodes along a line where the grid is not parallel to the planes.
const MOST_NODES: f64 = 4096.0;

/// Plane coordinates (x, y) in which dose is known along lines of one y: between nodes, at whole
/// numbers of x, it is linear.
///
/// Where the planes of the doses are parallel to those of the contours, x and y are places among
/// the voxels, and the doses along a line are exactly so. Where they are not, the nodes lie along
/// the first axis of the contours' planes, half of the least distance of voxels apart.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    grid: &'a DoseGrid,
    normal: Triple,
    oblique: Option<Oblique>,
    /// The area of a unit square, square mm.
    pub(super) unit_mm2: f64,
    /// Where x and y lie in the grid, at most.
    pub(super) reach: [[f64; 2]; 2],
    /// The least distance of voxels along the normal, mm.
    pub(super) level_mm: f64,
}

#[derive(Debug)]
struct Oblique {
    axes: [Triple; 2],
    start: [f64; 2],
    step: f64,
}

/// The doses at the nodes of a line.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Which node is the first one of this row.
    first: i64,
    /// The dose at each, Gy; not a number outside of the grid.
    doses: Vec<f64>,
    /// The square of the half range of doses across the line's strip and sub-slice, Gy^2.
    spreads: Vec<f64>,
    /// The middle and the half range of the doses from each node to the next one.
    pieces: Vec<[f64; 2]>,
}

impl Row {
    /// The place of a node among the pieces.
    pub(super) fn piece(&self, node: f64) -> usize {
        (node as i64 - self.first) as usize
    }

    /// The whole pieces between nodes.
    pub(super) fn pieces(&self) -> &[[f64; 2]] {
        &self.pieces
    }

    /// The doses at both ends of a part of a piece, and the middle and the half range in it.
    pub(super) fn part(&self, piece: usize, [from, to]: [f64; 2]) -> ([f64; 2], [f64; 2]) {
        let [low, high] = [self.doses[piece], self.doses[piece + 1]];
        let [low, high] = [mix(low, high, from), mix(low, high, to)];
        let spread = f64::midpoint(self.spreads[piece], self.spreads[piece + 1]);
        ([low, high], middle_and_half(low, high, spread))
    }

    /// The least and the largest dose at the nodes between two pieces.
    pub(super) fn range(&self, nodes: std::ops::Range<usize>) -> [f64; 2] {
        self.doses[nodes].iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &dose| {
            [low.min(dose), high.max(dose)]
        })
    }

    /// Works out the pieces from the nodes.
    fn join(&mut self) {
        self.pieces.clear();
        let doses = self.doses.windows(2);
        let spreads = self.spreads.windows(2);
        self.pieces.extend(doses.zip(spreads).map(|(dose, spread)| {
            middle_and_half(dose[0], dose[1], f64::midpoint(spread[0], spread[1]))
        }));
    }
}

/// The middle and the half range of doses that go from one to another along a line, and across it
/// by a half range whose square is `spread`: independent even spreads add up their variances.
fn middle_and_half(low: f64, high: f64, spread: f64) -> [f64; 2] {
    let along = (high - low) / 2.0;
    [f64::midpoint(low, high), (along * along + spread).sqrt()]
}

/// A line's strip: its middle, and how far it reaches in all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip {
    /// The middle, and the height along y, in units of the frame.
    pub(super) y: [f64; 2],
    /// The level of the middle, and the height along the normal, mm.
    pub(super) level: [f64; 2],
}

impl<'a> Frame<'a> {
    pub(super) fn of(planes: &Planes, grid: &'a DoseGrid) -> Self {
        let normal = planes.normal;
        let is_level = |plane: &Plane| {
            let range = plane.outlines.iter().flatten().fold(
                [f64::INFINITY, f64::NEG_INFINITY],
                |range, &point| {
                    let offset = grid.place(point)[2];
                    [range[0].min(offset), range[1].max(offset)]
                },
            );
            range[1] - range[0] <= 2.0 * FLAT_MM
        };
        let spacing = grid.spacing();
        if dot(normal, grid.axes()[2]).abs() > 0.999 && planes.planes.iter().all(is_level) {
            let [columns, rows, _] = grid.size();
            let reach = [columns, rows].map(|count| [-0.5, count as f64 - 0.5]);
            let unit_mm2 = spacing[0] * spacing[1];
            let level_mm = grid.plane_distance();
            return Self { grid, normal, oblique: None, unit_mm2, reach, level_mm };
        }
        let corners = (0..8).map(|bits| grid.corner([bits & 1 > 0, bits & 2 > 0, bits & 4 > 0]));
        let mut box_mm = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
        for corner in corners {
            for (range, axis) in box_mm.iter_mut().zip(planes.axes) {
                let place = dot(corner, axis);
                *range = [range[0].min(place), range[1].max(place)];
            }
        }
        let least = spacing[0].min(spacing[1]).min(grid.plane_distance());
        let longest = box_mm.iter().map(|range| range[1] - range[0]).fold(0.0, f64::max);
        let step = (least / 2.0).max(longest / MOST_NODES);
        let start = box_mm.map(|range| range[0]);
        let reach = box_mm.map(|range| [0.0, (range[1] - range[0]) / step]);
        let oblique = Some(Oblique { axes: planes.axes, start, step });
        Self { grid, normal, oblique, unit_mm2: step * step, reach, level_mm: least }
    }

    /// The contours of a plane.
    pub(super) fn polygons(&self, plane: &Plane) -> Vec<Vec<[f64; 2]>> {
        let flat = |&point: &Triple| match &self.oblique {
            None => {
                let [x, y, _] = self.grid.place(point);
                [x, y]
            }
            Some(oblique) => std::array::from_fn(|axis| {
                (dot(point, oblique.axes[axis]) - oblique.start[axis]) / oblique.step
            }),
        };
        plane.outlines.iter().map(|outline| outline.iter().map(flat).collect()).collect()
    }

    /// The level of a plane: its offset among the planes of doses, or its place along the normal.
    pub(super) fn level(&self, plane: &Plane, distance: f64) -> f64 {
        match (&self.oblique, plane.outlines.first().and_then(|outline| outline.first())) {
            (None, Some(&point)) => {
                let off = plane.position + distance - dot(point, self.normal);
                self.grid.place(point)[2] + off * dot(self.normal, self.grid.axes()[2]).signum()
            }
            _ => plane.position + distance,
        }
    }

    /// The dose at a point of a level; `None` outside of the grid.
    pub(super) fn at(&self, [x, y]: [f64; 2], level: f64) -> Option<f64> {
        let Some(oblique) = &self.oblique else { return self.grid.at_place([x, y, level]) };
        let along: [f64; 2] =
            std::array::from_fn(|axis| oblique.start[axis] + [x, y][axis] * oblique.step);
        self.grid.at(std::array::from_fn(|of| {
            along[0] * oblique.axes[0][of]
                + along[1] * oblique.axes[1][of]
                + level * self.normal[of]
        }))
    }

    /// Fills a row with the doses of a strip at all nodes beside `range` of x; `false` where the
    /// line is outside of the grid.
    pub(super) fn fill(&self, strip: Strip, range: [f64; 2], row: &mut Row) -> bool {
        row.first = range[0].floor() as i64;
        let nodes = row.first..=range[1].floor() as i64 + 1;
        row.doses.clear();
        row.spreads.clear();
        let [y, height] = strip.y;
        let [level, thickness] = strip.level;
        if self.oblique.is_some() {
            for node in nodes {
                let at = |y, level| self.at([node as f64, y], level).unwrap_or(f64::NAN);
                let across = at(y + height / 2.0, level) - at(y - height / 2.0, level);
                let up = at(y, level + thickness / 2.0) - at(y, level - thickness / 2.0);
                let spread = (across * across + up * up) / 4.0;
                row.doses.push(at(y, level));
                row.spreads.push(if spread.is_nan() { 0.0 } else { spread });
            }
            row.join();
            return true;
        }
        let (Some(beside), Some(planes)) =
            (self.grid.between(y, 1), self.grid.between_planes(level))
        else {
            return false;
        };
        let last = self.grid.size()[0] as i64 - 1;
        let [start, end] = [*nodes.start(), *nodes.end()].map(|node| node.clamp(0, last) as usize);
        let line = |y, z| self.grid.row(y, z)[start..=end].iter().copied().map(f64::from);
        let distance = self.grid.offsets()[planes.high] - self.grid.offsets()[planes.low];
        let thin = if distance > 0.0 { thickness / distance } else { 0.0 };
        // Beyond the outermost centres doses stay as they are.
        let before = (start as i64 - nodes.start()) as usize;
        row.doses.resize(before, 0.0);
        row.spreads.resize(before, 0.0);
        let low = line(beside.low, planes.low).zip(line(beside.high, planes.low));
        let high = line(beside.low, planes.high).zip(line(beside.high, planes.high));
        for (low, high) in low.zip(high) {
            let across = mix(low.1 - low.0, high.1 - high.0, planes.share) * height;
            let [low, high] = [low, high].map(|beside_y| mix(beside_y.0, beside_y.1, beside.share));
            let up = (high - low) * thin;
            row.doses.push(mix(low, high, planes.share));
            row.spreads.push((across * across + up * up) / 4.0);
        }
        for values in [&mut row.doses, &mut row.spreads] {
            let [first, last] = [values[before], values[values.len() - 1]];
            values[..before].fill(first);
            values.resize((nodes.end() - nodes.start() + 1) as usize, last);
        }
        row.join();
        true
    }
}
