//! The distances between slices: positions along the normal in, spacing, gaps and duplicates out.

use super::order::{ascending, median};

/// Slices nearer than this lie at one place, mm: below any voxel, above what is lost when positions
/// are written as decimal strings and projected. IDC asks for equal numbers, which a rounded position
/// in an oblique plane does not give. Our choice.
pub const SAME_POSITION_MM: f64 = 1e-4;

/// How far an interval may lie from the expected one in a uniform stack, as a share of it
/// (`relativeSliceTolerance` of IDC, which took it from highdicom).
pub const SPACING_TOLERANCE: f64 = 0.01;

/// Intervals within this share above the least of them count as one when the commonest is sought:
/// twice [`SPACING_TOLERANCE`], which is to both sides. Our choice.
pub const MODE_TOLERANCE: f64 = 0.02;

/// How far a gap may lie from a multiple of the commonest interval for the slices between to count as
/// missing, as a share of that interval. Our choice.
pub const GAP_TOLERANCE: f64 = 0.2;

/// The distances between the slices of a stack.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Spacing {
    /// Slices at the place of one before.
    pub(super) duplicates: usize,
    /// All intervals are as expected, those of duplicates included.
    pub(super) is_uniform: bool,
    /// Between neighbouring places, mm; the standard deviation over all intervals.
    pub(super) mean: Option<f64>,
    pub(super) sd: Option<f64>,
    pub(super) mode: Option<f64>,
    pub(super) max: Option<f64>,
    /// Places of slices in gaps of several times the mode; `None` where there is no mode.
    pub(super) missing: Option<f64>,
}

impl Spacing {
    /// The spacing of slices at `positions`, mm, ascending; `None` of fewer than two.
    pub(super) fn of(positions: &[f64]) -> Option<Self> {
        let [first, .., last] = positions else { return None };
        let intervals = positions.windows(2).map(|pair| pair[1] - pair[0]);
        let expected = (last - first) / (positions.len() as f64 - 1.0);
        let uniform = |interval: f64| (interval - expected).abs() < SPACING_TOLERANCE * expected;
        let gaps = ascending(intervals.clone().filter(|&interval| interval > SAME_POSITION_MM));
        let duplicates = positions.len() - 1 - gaps.len();
        let is_uniform = intervals.clone().all(uniform);
        let Some(&max) = gaps.last() else {
            return Some(Self { duplicates, is_uniform, ..Self::default() });
        };
        let n = gaps.len() as f64;
        let mean = gaps.iter().sum::<f64>() / n;
        let var = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / n;
        let mode = mode(&gaps);
        Some(Self {
            duplicates,
            is_uniform,
            mean: Some(mean),
            sd: Some(var.sqrt()),
            mode,
            max: Some(max),
            missing: mode.map(|mode| gaps.iter().map(|gap| missing(gap / mode)).sum()),
        })
    }
}

/// The commonest of ascending gaps, the median of those that are like it; `None` where most gaps are
/// not: a stack of two spacings lacks nothing.
fn mode(gaps: &[f64]) -> Option<f64> {
    let like = |start: usize| {
        let most = gaps[start] * (1.0 + MODE_TOLERANCE);
        &gaps[start..gaps.partition_point(|&gap| gap <= most)]
    };
    let mut best: &[f64] = &[];
    for start in 0..gaps.len() {
        let found = like(start);
        // Of two as common the smaller.
        if found.len() > best.len() {
            best = found;
        }
    }
    if best.len() * 2 > gaps.len() { median(best) } else { None }
}

/// The slices that lack in a gap of `ratio` intervals: about k of them leave place for k - 1.
fn missing(ratio: f64) -> f64 {
    let whole = ratio.round();
    if whole >= 2.0 && (ratio - whole).abs() <= GAP_TOLERANCE { whole - 1.0 } else { 0.0 }
}
