//! The neighbouring grey level dependence matrix (IBSI REK0): how many voxels of each grey level have how many
//! neighbours that depend on them. Chebyshev distance 1, coarseness 0: a neighbour depends on a voxel if it has
//! the same grey level.

use std::ops::Range;

use rayon::prelude::*;

use super::Values;
use super::aggregate::mean;
use super::counts::Counts;
use super::emphasis::{self, SHARED};
use super::region::Region;

/// Features of the family.
pub(super) const N: usize = SHARED;

/// The features: 2D, 2.5D and 3D.
pub(super) fn measure(region: &Region) -> [Values<N>; 3] {
    let slices: Vec<usize> = region.slices().collect();
    let jobs = slices.len().div_ceil(32).max(4);
    let parts: Vec<_> = slices.par_chunks(jobs).map(|some| part(region, some)).collect();
    let (mut plane, mut space) = (Table::new(region), Table::new(region));
    for (_, in_plane, in_space) in &parts {
        plane.merge(in_plane);
        space.merge(in_space);
    }
    [mean(parts.iter().flat_map(|(each, ..)| each)), plane.features(region), space.features(region)]
}

/// Of some slices: the features of each, their matrix in 2D and in 3D.
fn part(region: &Region, slices: &[usize]) -> (Vec<Values<N>>, Table, Table) {
    let (mut plane, mut space) = (Table::new(region), Table::new(region));
    let mut each = Vec::with_capacity(slices.len());
    let mut equal = Vec::new();
    for &z in slices {
        let mut table = Table::new(region);
        for y in region.rows() {
            let span = region.span(y, z);
            equal.clear();
            equal.resize(span.len(), 0_u16);
            neighbours(region, y, z, z..z + 1, &mut equal);
            table.add(&region.row(y, z)[span.clone()], &equal);
            neighbours(region, y, z, z - 1..z, &mut equal);
            neighbours(region, y, z, z + 1..z + 2, &mut equal);
            space.add(&region.row(y, z)[span], &equal);
        }
        plane.merge(&table);
        each.push(table.features(region));
    }
    (each, plane, space)
}

/// Adds, for each voxel of a row's span, its neighbours of the same grey level in these slices. The voxel itself
/// is counted too, in its own slice: the manual counts `k + 1`.
fn neighbours(region: &Region, y: usize, z: usize, slices: Range<usize>, equal: &mut [u16]) {
    let span = region.span(y, z);
    if span.is_empty() {
        return;
    }
    let levels = &region.row(y, z)[span.clone()];
    for slice in slices {
        for y in y - 1..y + 2 {
            let row = region.row(y, slice);
            for from in span.start - 1..span.start + 2 {
                let others = &row[from..from + span.len()];
                for ((count, level), other) in equal.iter_mut().zip(levels).zip(others) {
                    *count += u16::from(level == other);
                }
            }
        }
    }
}

/// The matrix.
struct Table {
    counts: Counts,
    n_voxels: u64,
}

impl Table {
    fn new(region: &Region) -> Self {
        Self { counts: emphasis::empty(region), n_voxels: 0 }
    }

    fn add(&mut self, levels: &[u16], dependences: &[u16]) {
        for (&level, &dependence) in levels.iter().zip(dependences) {
            self.counts.add(usize::from(level), usize::from(dependence), 1);
            self.n_voxels += u64::from(level > 0);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.n_voxels += other.n_voxels;
    }

    fn features(&mut self, region: &Region) -> Values<N> {
        emphasis::features(&mut self.counts, region, Some(self.n_voxels))
    }
}
