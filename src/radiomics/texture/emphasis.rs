//! The features that four families share: run lengths, zone sizes, zone distances and dependence counts are
//! all matrices of a grey level `i` against a whole number `j`, and their features have the same formulae.

use std::collections::BTreeMap;

use super::Values;
use super::counts::Counts;
use super::entropy::{entropy, n_log2_n};
use super::region::Region;

/// Features of such a matrix; the last one, the energy, only dependence counts have.
pub(super) const SHARED: usize = 17;

/// Below this a sum over `j` stands in an array, above it in a tree.
const SMALL: usize = 4096;

/// Columns of such a matrix that are an array. Most runs and zones are small.
const COLUMNS: usize = 32;

/// With more grey levels than this the array would cost more than it saves.
const MANY_LEVELS: usize = 4096;

/// An empty matrix of grey levels against whole numbers.
pub(super) fn empty(region: &Region) -> Counts {
    let rows = region.n_occurring() + 1;
    Counts::new(rows, if rows > MANY_LEVELS { 0 } else { COLUMNS })
}

/// Sums over one row of the matrix, one grey level.
#[derive(Clone, Default)]
struct Row {
    /// `sum n_ij`.
    count: u64,
    /// `sum n_ij / j^2`.
    short: f64,
    /// `sum n_ij j^2`.
    long: f64,
}

/// Sums over the columns of the matrix.
struct Columns {
    small: Vec<u64>,
    large: BTreeMap<usize, u64>,
}

impl Columns {
    fn add(&mut self, j: usize, count: u64) {
        if j >= SMALL {
            *self.large.entry(j).or_default() += count;
            return;
        }
        if j >= self.small.len() {
            self.small.resize(j + 1, 0);
        }
        self.small[j] += count;
    }

    fn each(&self) -> impl Iterator<Item = (f64, f64)> {
        let small = self.small.iter().enumerate().filter(|(_, count)| **count > 0);
        small.chain(self.large.iter().map(|(j, n)| (*j, n))).map(|(j, &n)| (j as f64, n as f64))
    }
}

/// The features of a matrix `n_ij` with `N = sum n_ij` entries over `n_voxels` voxels (`None`: as many as
/// `sum j n_ij`), in this order: short and
/// long emphasis, low and high grey level emphasis, short low, short high, long low and long high emphasis,
/// grey level non-uniformity and the normalised one, non-uniformity of `j` and the normalised one, percentage,
/// variance of the grey levels, variance of `j`, entropy (bits), energy. Formulae: IBSI manual, sections on the
/// run length (TP0I), size zone (9SAK), distance zone (VMDZ) and dependence (REK0) matrices.
pub(super) fn features(
    counts: &mut Counts,
    region: &Region,
    n_voxels: Option<u64>,
) -> Values<SHARED> {
    let mut rows = vec![Row::default(); region.grey().len()];
    let mut columns = Columns { small: Vec::new(), large: BTreeMap::new() };
    let (mut total, mut weighted, mut squares) = (0, 0.0, 0.0);
    counts.each(|level, j, count| {
        let (row, square, n) = (&mut rows[level], (j * j) as f64, count as f64);
        row.count += count;
        row.short += n / square;
        row.long += n * square;
        columns.add(j, count);
        total += count;
        weighted += n_log2_n(count);
        squares += n * n;
    });
    if total == 0 {
        return [None; SHARED];
    }
    let n = total as f64;
    let mut sums = [0.0; 10];
    let mut level_mean = 0.0;
    for (row, &grey) in rows.iter().zip(region.grey()).filter(|(row, _)| row.count > 0) {
        let (grey, count) = (f64::from(grey), row.count as f64);
        let square = grey * grey;
        let terms = [
            row.short,
            row.long,
            count / square,
            count * square,
            row.short / square,
            row.short * square,
            row.long / square,
            row.long * square,
            count * count,
        ];
        sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        level_mean += count * grey;
    }
    level_mean /= n;
    let level_variance = rows.iter().zip(region.grey()).map(|(row, &grey)| {
        let off = f64::from(grey) - level_mean;
        row.count as f64 * off * off
    });
    let j_mean = columns.each().map(|(j, count)| j * count).sum::<f64>() / n;
    let j_variance = columns.each().map(|(j, count)| count * (j - j_mean) * (j - j_mean));
    let j_squares: f64 = columns.each().map(|(_, count)| count * count).sum();
    let mut values = [0.0; SHARED];
    for (value, sum) in values.iter_mut().zip(&sums[..9]) {
        *value = sum / n;
    }
    values[9] = sums[8] / (n * n);
    values[10] = j_squares / n;
    values[11] = j_squares / (n * n);
    values[12] = n / n_voxels.map_or(j_mean * n, |voxels| voxels as f64);
    values[13] = level_variance.sum::<f64>() / n;
    values[14] = j_variance.sum::<f64>() / n;
    values[15] = entropy(weighted, n);
    values[16] = squares / (n * n);
    values.map(Some)
}
