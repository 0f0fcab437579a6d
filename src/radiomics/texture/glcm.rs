//! The grey level co-occurrence matrix (IBSI LFYI): how often two grey levels are neighbours.

use std::ops::Range;

use super::Values;
use super::aggregate::Directional;
use super::counts::Counts;
use super::entropy::{entropy, n_log2_n};
use super::region::Region;

/// Features of the family.
pub(super) const N: usize = 25;

/// With more grey levels than this that occur, the matrix of a slice is nearly empty: a list is cheaper.
const MANY_LEVELS: usize = 255;

/// The family. A matrix holds unordered pairs: the lower grey level is the row.
pub(super) struct Glcm;

impl Directional<N> for Glcm {
    fn empty(region: &Region) -> Counts {
        let rows = region.n_occurring() + 1;
        Counts::new(rows, if rows > MANY_LEVELS { 0 } else { rows })
    }

    fn count(region: &Region, slices: Range<usize>, [dx, dy, dz]: [isize; 3], counts: &mut Counts) {
        for z in slices {
            for y in region.rows() {
                let span = region.span(y, z);
                let other = region.row(y.wrapping_add_signed(dy), z.wrapping_add_signed(dz));
                let from = span.start.wrapping_add_signed(dx);
                let others = &other[from..from + span.len()];
                for (&a, &b) in region.row(y, z)[span].iter().zip(others) {
                    counts.add(usize::from(a.min(b)), usize::from(a.max(b)), 1);
                }
            }
        }
    }

    fn features(counts: &mut Counts, region: &Region) -> Values<N> {
        Marginals::new(counts, region).map_or([None; N], |sums| sums.features(region))
    }
}

/// What the features need of the matrix `p_ij`, in counts of ordered pairs: each pair counts both ways, which
/// makes the matrix symmetric.
struct Marginals {
    /// Ordered pairs.
    total: f64,
    /// The fullest cell.
    most: u64,
    /// `sum n_ij^2`.
    squares: f64,
    /// `sum n_ij log2 n_ij`.
    weighted: f64,
    /// `sum i j n_ij`.
    products: f64,
    /// Of each place of a grey level: `sum_j n_ij`.
    levels: Vec<u64>,
    /// Of each difference `k` of grey levels: pairs with `|i - j| = k`.
    differences: Vec<u64>,
    /// Of each sum of grey levels, less twice the lowest one that occurs: pairs.
    sums: Vec<u64>,
}

impl Marginals {
    /// `None` where there are no pairs.
    fn new(counts: &mut Counts, region: &Region) -> Option<Self> {
        let grey = region.grey();
        let (low, high) = (usize::from(grey[1]), usize::from(grey[grey.len() - 1]));
        let mut sums = Self {
            total: 0.0,
            most: 0,
            squares: 0.0,
            weighted: 0.0,
            products: 0.0,
            levels: vec![0; grey.len()],
            differences: vec![0; high - low + 1],
            sums: vec![0; 2 * (high - low) + 1],
        };
        let mut pairs = 0;
        counts.each(|row, column, count| {
            // A pair of one level counts twice in its cell, one of two levels once in each of two.
            let (cell, cells) = if row == column { (2 * count, 1.0) } else { (count, 2.0) };
            let (i, j) = (usize::from(grey[row]), usize::from(grey[column]));
            pairs += count;
            sums.most = sums.most.max(cell);
            sums.squares += cells * (cell as f64 * cell as f64);
            sums.weighted += cells * n_log2_n(cell);
            sums.products += 2.0 * count as f64 * (i * j) as f64;
            sums.levels[row] += count;
            sums.levels[column] += count;
            sums.differences[j - i] += 2 * count;
            sums.sums[i + j - 2 * low] += 2 * count;
        });
        sums.total = 2.0 * pairs as f64;
        (pairs > 0).then_some(sums)
    }

    /// The features in the order of the manual's section (IBSI LFYI).
    fn features(&self, region: &Region) -> Values<N> {
        let grey = region.grey();
        let n = self.total;
        let levels = || self.levels.iter().zip(grey).map(|(&c, &i)| (f64::from(i), c as f64 / n));
        let mean: f64 = levels().map(|(i, p)| i * p).sum();
        let variance: f64 = levels().map(|(i, p)| p * (i - mean) * (i - mean)).sum();
        let [difference, sum] = [moments(&self.differences, n, 0.0), {
            moments(&self.sums, n, 2.0 * f64::from(grey[1]))
        }];
        let closeness = Closeness::new(&self.differences, n, region.n_levels());
        let [mut tendency, mut shade, mut prominence] = [0.0; 3];
        for (at, &count) in self.sums.iter().enumerate() {
            let off = (at as f64 + 2.0 * f64::from(grey[1])) - 2.0 * mean;
            let square = off * off;
            let p = count as f64 / n;
            tendency += p * square;
            shade += p * square * off;
            prominence += p * square * square;
        }
        let several = self.levels.iter().filter(|&&count| count > 0).count() > 1;
        // The matrix is symmetric, so HXY1 = HXY2 = 2 HX.
        let joint = entropy(self.weighted, n);
        let marginal = entropy(self.levels.iter().map(|&count| n_log2_n(count)).sum(), n);
        let independent = 2.0 * marginal;
        let second = (1.0 - libm::exp(-2.0 * (independent - joint).max(0.0))).max(0.0).sqrt();
        [
            Some(self.most as f64 / n),
            Some(mean),
            Some(variance),
            Some(joint),
            Some(difference.mean),
            Some(difference.variance),
            Some(difference.entropy),
            Some(sum.mean),
            Some(sum.variance),
            Some(sum.entropy),
            Some(self.squares / (n * n)),
            Some(closeness.contrast),
            Some(difference.mean),
            Some(closeness.inverse),
            Some(closeness.inverse_normalised),
            Some(closeness.moment),
            Some(closeness.moment_normalised),
            Some(closeness.inverse_variance),
            // With s = i + j - 2 mean and d = i - j: (i - mean)(j - mean) = (s^2 - d^2) / 4, and both levels
            // have the variance (E s^2 + E d^2) / 4.
            several.then(|| (tendency - closeness.contrast) / (tendency + closeness.contrast)),
            Some(self.products / n),
            Some(tendency),
            Some(shade),
            Some(prominence),
            several.then(|| (joint - independent) / marginal),
            Some(second),
        ]
    }
}

/// Mean, variance and entropy of a histogram.
struct Moments {
    mean: f64,
    variance: f64,
    entropy: f64,
}

/// Of a histogram whose first value is `from`.
fn moments(histogram: &[u64], n: f64, from: f64) -> Moments {
    let values = || histogram.iter().enumerate().map(|(k, &c)| (k as f64 + from, c as f64 / n));
    let mean: f64 = values().map(|(k, p)| k * p).sum();
    let variance = values().map(|(k, p)| p * (k - mean) * (k - mean)).sum();
    Moments { mean, variance, entropy: entropy(histogram.iter().map(|&c| n_log2_n(c)).sum(), n) }
}

/// The features that weigh pairs by how far their grey levels lie apart.
#[derive(Default)]
struct Closeness {
    contrast: f64,
    inverse: f64,
    inverse_normalised: f64,
    moment: f64,
    moment_normalised: f64,
    inverse_variance: f64,
}

impl Closeness {
    /// From the pairs of each difference.
    fn new(differences: &[u64], n: f64, n_levels: f64) -> Self {
        let mut sums = Self::default();
        for (k, &count) in differences.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (k, p) = (k as f64, count as f64 / n);
            let square = k * k;
            sums.contrast += p * square;
            sums.inverse += p / (1.0 + k);
            sums.inverse_normalised += p / (1.0 + k / n_levels);
            sums.moment += p / (1.0 + square);
            sums.moment_normalised += p / (1.0 + square / (n_levels * n_levels));
            if square > 0.0 {
                sums.inverse_variance += p / square;
            }
        }
        sums
    }
}
