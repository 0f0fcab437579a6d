//! The neighbourhood grey tone difference matrix (IBSI IPET; Amadasun and King 1989): for each grey level, how
//! far its voxels differ from the mean of their neighbours at Chebyshev distance 1.

use rayon::prelude::*;

use super::Values;
use super::aggregate::mean;
use super::region::Region;

/// Features of the family.
pub(super) const N: usize = 5;

/// The manual's value of the coarseness where voxels do not differ at all (IBSI QCDE).
const COARSEST: f64 = 1e6;

/// A neighbourhood has at most 27 voxels.
const NEIGHBOURS: usize = 32;

/// Where a voxel is counted in a sum, above the bits of the sum of 27 grey levels.
const ONE: u32 = 1 << 24;

/// Sums that run side by side.
const LANES: usize = 8;

/// The features: 2D, 2.5D and 3D.
pub(super) fn measure(region: &Region) -> [Values<N>; 3] {
    let slices: Vec<usize> = region.slices().collect();
    let boxes: Vec<Vec<u32>> = (0..region.size()[2])
        .into_par_iter()
        .map(|z| if slices.contains(&z) { box_sums(region, z) } else { Vec::new() })
        .collect();
    let jobs = slices.len().div_ceil(32).max(4);
    let parts: Vec<_> = slices.par_chunks(jobs).map(|some| part(region, &boxes, some)).collect();
    let (mut plane, mut space) = (Table::new(region), Table::new(region));
    for (_, in_plane, in_space) in &parts {
        plane.merge(in_plane);
        space.merge(in_space);
    }
    [mean(parts.iter().flat_map(|(each, ..)| each)), plane.features(region), space.features(region)]
}

/// Of some slices: the features of each, their matrix in 2D and in 3D.
fn part(region: &Region, boxes: &[Vec<u32>], slices: &[usize]) -> (Vec<Values<N>>, Table, Table) {
    let (mut plane, mut space) = (Table::new(region), Table::new(region));
    let mut each = Vec::with_capacity(slices.len());
    for &z in slices {
        let mut table = Table::new(region);
        for y in region.rows() {
            let (row, start) = (region.row(y, z), y * region.size()[0]);
            for x in region.span(y, z) {
                let sum = |z: usize| boxes[z].get(start + x).copied().unwrap_or(0);
                let own = boxes[z][start + x];
                table.add(region, row[x], own);
                space.add(region, row[x], own + sum(z - 1) + sum(z + 1));
            }
        }
        plane.merge(&table);
        each.push(table.features(region));
    }
    (each, plane, space)
}

/// Of each voxel of a slice: the grey levels of the 3 x 3 voxels around it added up, and their number above.
fn box_sums(region: &Region, z: usize) -> Vec<u32> {
    let [width, height, _] = region.size();
    let value = |place: u16| {
        let grey = u32::from(region.grey()[usize::from(place)]);
        if place > 0 { grey + ONE } else { 0 }
    };
    let values: Vec<u32> =
        (0..height).flat_map(|y| region.row(y, z)).map(|&place| value(place)).collect();
    let mut sums = vec![0; width * height];
    let mut columns = vec![0; width];
    for y in region.rows() {
        let [above, here, below] = [y - 1, y, y + 1].map(|y| &values[y * width..][..width]);
        for (x, column) in columns.iter_mut().enumerate() {
            *column = above[x] + here[x] + below[x];
        }
        for (sum, three) in sums[y * width + 1..][..width - 2].iter_mut().zip(columns.windows(3)) {
            *sum = three[0] + three[1] + three[2];
        }
    }
    sums
}

/// The matrix. Sums are kept in whole numbers, apart for each number of neighbours, so that they do not depend
/// on the order of voxels.
struct Table {
    /// Voxels with a neighbour, of each place of a grey level.
    voxels: Vec<u64>,
    /// Of each place of a grey level and number of neighbours `W`: sum of `|W i - sum of neighbours|`.
    differences: Vec<u64>,
}

/// A grey level of the matrix.
struct Level {
    /// The grey level `i`.
    grey: f64,
    /// Its share of voxels `p_i`.
    share: f64,
    /// Its difference `s_i`.
    difference: f64,
}

impl Table {
    fn new(region: &Region) -> Self {
        let rows = region.n_occurring() + 1;
        Self { voxels: vec![0; rows], differences: vec![0; rows * NEIGHBOURS] }
    }

    /// Counts a voxel by the sum over its box, itself included.
    fn add(&mut self, region: &Region, place: u16, sum: u32) {
        let place = usize::from(place);
        if place == 0 || sum < 2 * ONE {
            return;
        }
        let grey = u32::from(region.grey()[place]);
        let others = sum - grey - ONE;
        let (number, total) = (others / ONE, others % ONE);
        self.voxels[place] += 1;
        self.differences[place * NEIGHBOURS + number as usize % NEIGHBOURS] +=
            u64::from((grey * number).abs_diff(total));
    }

    fn merge(&mut self, other: &Self) {
        self.voxels.iter_mut().zip(&other.voxels).for_each(|(sum, n)| *sum += n);
        self.differences.iter_mut().zip(&other.differences).for_each(|(sum, n)| *sum += n);
    }

    /// Coarseness, contrast, busyness, complexity and strength.
    fn features(&self, region: &Region) -> Values<N> {
        let n = self.voxels.iter().sum::<u64>() as f64;
        if n == 0.0 {
            return [None; N];
        }
        let rows = self.voxels.iter().zip(self.differences.chunks(NEIGHBOURS)).zip(region.grey());
        let levels: Vec<Level> = rows
            .filter(|((voxels, _), _)| **voxels > 0)
            .map(|((&voxels, sums), &grey)| Level {
                grey: f64::from(grey),
                share: voxels as f64 / n,
                difference: (1..NEIGHBOURS).map(|number| sums[number] as f64 / number as f64).sum(),
            })
            .collect();
        let total: f64 = levels.iter().map(|level| level.difference).sum();
        let weighted: f64 = levels.iter().map(|level| level.share * level.difference).sum();
        let coarseness = if weighted > 0.0 { (1.0 / weighted).min(COARSEST) } else { COARSEST };
        let pairs = Pairs::new(&levels);
        let several = levels.len() as f64 * (levels.len() as f64 - 1.0);
        // One grey level alone has no pairs: there is no contrast, no busyness and no strength.
        let or_0 = |value: f64, divisor: f64| if divisor > 0.0 { value / divisor } else { 0.0 };
        [
            Some(coarseness),
            Some(or_0(pairs.contrast * total / n, several)),
            Some(or_0(weighted, pairs.busyness)),
            Some(pairs.complexity / n),
            Some(or_0(pairs.strength, total)),
        ]
    }
}

/// Sums over all ordered pairs of grey levels that occur.
struct Pairs {
    /// `sum p_i p_j (i - j)^2`.
    contrast: f64,
    /// `sum |i p_i - j p_j|`.
    busyness: f64,
    /// `sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)`.
    complexity: f64,
    /// `sum (p_i + p_j) (i - j)^2`.
    strength: f64,
}

impl Pairs {
    fn new(levels: &[Level]) -> Self {
        let n = levels.len() as f64;
        let mean: f64 = levels.iter().map(|level| level.share * level.grey).sum();
        let middle = levels.iter().map(|level| level.grey).sum::<f64>() / n;
        let off = |level: &Level, from: f64| (level.grey - from) * (level.grey - from);
        // Squares of differences follow from those about a mean; only the complexity needs every pair.
        let about_middle: f64 = levels.iter().map(|level| off(level, middle)).sum();
        let contrast = levels.iter().map(|level| level.share * off(level, mean)).sum::<f64>();
        let strength =
            levels.iter().map(|level| level.share * (n * off(level, middle) + about_middle));
        Self {
            contrast: 2.0 * contrast,
            busyness: busyness(levels),
            complexity: complexity(levels),
            strength: 2.0 * strength.sum::<f64>(),
        }
    }
}

/// `sum |i p_i - j p_j|`: each gap between neighbours in order lies between as many pairs as there are below it
/// times as many as there are above it.
fn busyness(levels: &[Level]) -> f64 {
    let mut weights: Vec<f64> = levels.iter().map(|level| level.grey * level.share).collect();
    weights.sort_by(f64::total_cmp);
    let gaps = weights.windows(2).enumerate().map(|(at, two)| {
        let (below, above) = (at + 1, weights.len() - at - 1);
        (two[1] - two[0]) * below as f64 * above as f64
    });
    2.0 * gaps.sum::<f64>()
}

/// `sum |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)`.
fn complexity(levels: &[Level]) -> f64 {
    let greys: Vec<f64> = levels.iter().map(|level| level.grey).collect();
    let shares: Vec<f64> = levels.iter().map(|level| level.share).collect();
    let weighted: Vec<f64> = levels.iter().map(|level| level.share * level.difference).collect();
    let term = |one: usize, other: usize| {
        let off = greys[other] - greys[one];
        off * (weighted[one] + weighted[other]) / (shares[one] + shares[other])
    };
    // Several sums side by side, always the same ones, so that divisions do not wait for each other.
    let mut sums = [0.0; LANES];
    for one in 0..levels.len() {
        let rest = one + 1..levels.len();
        let whole = rest.start + rest.len() / LANES * LANES;
        for first in (rest.start..whole).step_by(LANES) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum += term(one, first + lane);
            }
        }
        for other in whole..rest.end {
            sums[0] += term(one, other);
        }
    }
    2.0 * sums.iter().sum::<f64>()
}
