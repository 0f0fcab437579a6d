//! How matrices of directions and slices become one value of a feature (IBSI manual, section on the aggregation
//! of directional matrices: BTW3, SUJT, JJUI, ZW7Z, ITBB and IAZD).

use std::ops::Range;

use rayon::prelude::*;

use super::Values;
use super::counts::Counts;
use super::region::{ACROSS, IN_PLANE, Region};

/// Slices that one job takes: matrices of whole directions are kept for each job, so jobs must not be too many.
const FEWEST_SLICES: usize = 4;

/// At most about this many jobs over slices.
const MOST_JOBS: usize = 32;

/// A family whose matrices are counted along directions.
pub(super) trait Directional<const N: usize>: Sync {
    /// An empty matrix.
    fn empty(region: &Region) -> Counts;
    /// Counts the voxels of these slices in a direction.
    fn count(region: &Region, slices: Range<usize>, direction: [isize; 3], counts: &mut Counts);
    /// The features of a matrix; all `None` where nothing was counted.
    fn features(counts: &mut Counts, region: &Region) -> Values<N>;
}

/// What a job over some slices found.
struct Part<const N: usize> {
    /// Features of each slice and direction.
    each: Vec<Values<N>>,
    /// Features of each slice, its directions merged.
    merged: Vec<Values<N>>,
    /// The matrix of each direction, the slices merged.
    directions: Vec<Counts>,
}

/// The features by aggregation: each slice and direction averaged, each slice with merged directions averaged,
/// each direction with merged slices averaged, all merged; then in 3D directions averaged and merged.
pub(super) fn measure<const N: usize, F: Directional<N>>(region: &Region) -> [Values<N>; 6] {
    let slices: Vec<usize> = region.slices().collect();
    let jobs = slices.len().div_ceil(MOST_JOBS).max(FEWEST_SLICES);
    let (parts, mut across) = rayon::join(
        || slices.par_chunks(jobs).map(|some| part::<N, F>(region, some)).collect::<Vec<_>>(),
        || ACROSS.par_iter().map(|&way| whole::<N, F>(region, way)).collect::<Vec<_>>(),
    );
    let mut in_plane: Vec<Counts> = IN_PLANE.iter().map(|_| F::empty(region)).collect();
    for part in &parts {
        for (all, some) in in_plane.iter_mut().zip(&part.directions) {
            all.merge(some);
        }
    }
    let mut merged = F::empty(region);
    for counts in &in_plane {
        merged.merge(counts);
    }
    let merged_plane = F::features(&mut merged, region);
    for (counts, _) in &across {
        merged.merge(counts);
    }
    let planes: Vec<_> = in_plane.iter_mut().map(|counts| F::features(counts, region)).collect();
    let spaces = across.iter_mut().map(|(_, features)| &*features);
    [
        mean(parts.iter().flat_map(|part| &part.each)),
        mean(parts.iter().flat_map(|part| &part.merged)),
        mean(planes.iter()),
        merged_plane,
        mean(planes.iter().chain(spaces)),
        F::features(&mut merged, region),
    ]
}

/// The mean of each feature over the matrices that define it.
pub(super) fn mean<'a, const N: usize>(values: impl Iterator<Item = &'a Values<N>>) -> Values<N> {
    let (mut sums, mut numbers) = ([0.0; N], [0_u64; N]);
    for values in values {
        for (at, value) in values.iter().enumerate() {
            if let Some(value) = value {
                sums[at] += value;
                numbers[at] += 1;
            }
        }
    }
    std::array::from_fn(|at| (numbers[at] > 0).then(|| sums[at] / numbers[at] as f64))
}

fn part<const N: usize, F: Directional<N>>(region: &Region, slices: &[usize]) -> Part<N> {
    let mut directions: Vec<Counts> = IN_PLANE.iter().map(|_| F::empty(region)).collect();
    let (mut each, mut merged) = (Vec::new(), Vec::new());
    let (mut all, mut counts) = (F::empty(region), F::empty(region));
    for &z in slices {
        all.clear();
        for (sum, way) in directions.iter_mut().zip(IN_PLANE) {
            counts.clear();
            F::count(region, z..z + 1, way, &mut counts);
            each.push(F::features(&mut counts, region));
            sum.merge(&counts);
            all.merge(&counts);
        }
        merged.push(F::features(&mut all, region));
    }
    Part { each, merged, directions }
}

fn whole<const N: usize, F: Directional<N>>(
    region: &Region,
    way: [isize; 3],
) -> (Counts, Values<N>) {
    let mut counts = F::empty(region);
    F::count(region, region.slices(), way, &mut counts);
    let features = F::features(&mut counts, region);
    (counts, features)
}
