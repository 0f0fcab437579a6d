//! Grids of which no axis is at right angles to the planes of the contours.

use rayon::prelude::*;

use super::edges::{Edge, bounds, rising};
use super::rasterise::{Region, clip};
use super::{Plane, Planes};
use crate::volume::{Grid, Triple, Volume, dot, sub};

/// The voxels whose centres are inside of the plane in whose slab they lie; the box may be larger
/// than it need be.
pub(super) fn test(planes: &Planes, grid: &Grid) -> Option<Region> {
    let [low, high] = corners(planes, grid);
    let mut first = [0; 3];
    let mut size = [0; 3];
    for axis in 0..3 {
        [first[axis], size[axis]] = clip([low[axis], high[axis]], grid.size[axis])?;
    }
    let sections: Vec<Section> = planes.planes.par_iter().map(Section::of).collect();
    let mut mask = Volume::filled(size, false);
    mask.values_mut().par_chunks_mut(size[0]).enumerate().for_each(|(line, voxels)| {
        let start = [first[0], first[1] + line % size[1], first[2] + line / size[1]];
        for (x, voxel) in voxels.iter_mut().enumerate() {
            let place = [(start[0] + x) as f64, start[1] as f64, start[2] as f64];
            let centre = grid.position(place);
            if let Some(plane) = planes.at(dot(centre, planes.normal)) {
                *voxel = sections[plane].holds(planes.axes.map(|axis| dot(centre, axis)));
            }
        }
    });
    Some(Region { first, mask, is_cut: false })
}

/// The box of all slabs, as places among the voxels.
fn corners(planes: &Planes, grid: &Grid) -> [Triple; 2] {
    let mut all = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
    // A direction has no origin: the place of the normal's end less that of its start.
    let up = sub(grid.place(planes.normal), grid.place([0.0; 3]));
    for plane in &planes.planes {
        for &point in plane.outlines.iter().flatten() {
            let place = grid.place(point);
            for end in plane.slab {
                for axis in 0..3 {
                    let moved = place[axis] + (end - plane.position) * up[axis];
                    // Points may lie off their plane by what is allowed for planarity.
                    all[0][axis] = all[0][axis].min(moved - 1.0);
                    all[1][axis] = all[1][axis].max(moved + 1.0);
                }
            }
        }
    }
    all
}

/// The rising edges of a plane in strips of one height, each strip with all that pass through it.
struct Section {
    low: f64,
    height: f64,
    /// Where the edges of each strip begin in `edges`, and at last where they end.
    starts: Vec<usize>,
    edges: Vec<Edge>,
}

impl Section {
    fn of(plane: &Plane) -> Self {
        let edges: Vec<Edge> = plane.polygons.iter().flat_map(|polygon| rising(polygon)).collect();
        let [low, high] = bounds(&plane.polygons).map_or([0.0; 2], |[low, high]| [low[1], high[1]]);
        // Strips so high that an edge passes through about four at the mean, or less.
        let count = edges.len().max(1) as f64;
        let climbed: f64 = edges.iter().map(|edge| edge.high[1] - edge.low[1]).sum();
        let height = ((high - low) / count).max(climbed / (4.0 * count)).max(f64::MIN_POSITIVE);
        let strips = ((high - low) / height).ceil().max(1.0) as usize;
        let strips_of = |edge: &Edge| {
            let strip = |y: f64| (((y - low) / height) as usize).min(strips - 1);
            strip(edge.low[1])..=strip(edge.high[1])
        };
        let mut starts = vec![0; strips + 1];
        for edge in &edges {
            strips_of(edge).for_each(|strip| starts[strip + 1] += 1);
        }
        for strip in 0..strips {
            starts[strip + 1] += starts[strip];
        }
        let mut next = starts.clone();
        let mut sorted = vec![Edge { low: [0.0; 2], high: [0.0; 2] }; starts[strips]];
        for edge in &edges {
            for strip in strips_of(edge) {
                sorted[next[strip]] = *edge;
                next[strip] += 1;
            }
        }
        Self { low, height, starts, edges: sorted }
    }

    /// Whether an odd number of borders lies before the point.
    fn holds(&self, [x, y]: [f64; 2]) -> bool {
        if y < self.low {
            return false;
        }
        let strip = (((y - self.low) / self.height) as usize).min(self.starts.len() - 2);
        let edges = &self.edges[self.starts[strip]..self.starts[strip + 1]];
        let passes = |edge: &&Edge| edge.low[1] <= y && y < edge.high[1] && edge.x_at(y) <= x;
        edges.iter().filter(passes).count() % 2 == 1
    }
}
