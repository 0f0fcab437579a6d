//! The intensity histogram (IBSI manual section 3.4, family ZVCW): of the grey levels of a region.

use super::distribution::Distribution;
use super::feature::{Family, Feature};

const FAMILY: Family = Family("intensity histogram");

/// The features, in the order of `measure`.
pub(super) const FEATURES: [Feature; 23] = [
    FAMILY.feature("ih_mean", "X6K6", "level", "mean"),
    FAMILY.feature("ih_var", "CH89", "level2", "variance of the population"),
    FAMILY.feature("ih_skew", "88K1", "", "skewness"),
    FAMILY.feature("ih_kurt", "C3I7", "", "excess kurtosis"),
    FAMILY.feature("ih_median", "WIFQ", "level", "median"),
    FAMILY.feature("ih_min", "1PR8", "level", "minimum"),
    FAMILY.feature("ih_p10", "GPMT", "level", "10th percentile"),
    FAMILY.feature("ih_p90", "OZ0C", "level", "90th percentile"),
    FAMILY.feature("ih_max", "3NCY", "level", "maximum"),
    FAMILY.feature(
        "ih_mode",
        "AMMC",
        "level",
        "the commonest level, of several that nearest to the mean",
    ),
    FAMILY.feature("ih_iqr", "WR0O", "level", "75th less the 25th percentile"),
    FAMILY.feature("ih_range", "5Z3W", "level", "maximum less minimum"),
    FAMILY.feature("ih_mad", "D2ZX", "level", "mean absolute deviation from the mean"),
    FAMILY.feature("ih_rmad", "WRZB", "level", "the same of the 10th to the 90th percentile"),
    FAMILY.feature("ih_medad", "4RNL", "level", "mean absolute deviation from the median"),
    FAMILY.feature("ih_cov", "CWYJ", "", "standard deviation by mean"),
    FAMILY.feature("ih_qcod", "SLWD", "", "quartile coefficient of dispersion"),
    FAMILY.feature("ih_entropy", "TLU2", "bit", "entropy"),
    FAMILY.feature("ih_uniformity", "BJ5W", "", "sum of the squared probabilities"),
    FAMILY.feature("ih_max_grad", "12CE", "voxels/level", "steepest rise of the histogram"),
    FAMILY.feature("ih_max_grad_g", "8E6O", "level", "where it rises steepest"),
    FAMILY.feature("ih_min_grad", "VQB3", "voxels/level", "steepest fall of the histogram"),
    FAMILY.feature("ih_min_grad_g", "RHQZ", "level", "where it falls steepest"),
];

/// The features of a histogram, `counts` being the voxels of the levels 1, 2 and so on, to the highest of the
/// region. All are missing where there is no voxel.
pub(super) fn measure(counts: &[u64]) -> [Option<f64>; FEATURES.len()] {
    let Some(levels) = Distribution::of_levels(counts) else { return [None; FEATURES.len()] };
    let of = levels.measures();
    let n = levels.n() as f64;
    let probabilities = || levels.values().iter().map(|(_, count)| count / n);
    let (rise, fall) = steepest(counts).unzip();
    [
        Some(of.mean),
        Some(of.variance),
        of.skewness,
        of.kurtosis,
        Some(of.median),
        Some(of.min),
        Some(of.p10),
        Some(of.p90),
        Some(of.max),
        mode(&levels, of.mean),
        Some(of.interquartile_range),
        Some(of.max - of.min),
        Some(of.mean_absolute_deviation),
        of.robust_mean_absolute_deviation,
        Some(of.median_absolute_deviation),
        of.coefficient_of_variation,
        of.quartile_coefficient,
        // Adding 0 turns the -0 of a single level into 0.
        Some(0.0 - probabilities().map(|p| p * libm::log2(p)).sum::<f64>()),
        Some(probabilities().map(|p| p * p).sum()),
        rise.map(|(gradient, _)| gradient),
        rise.map(|(_, level)| level),
        fall.map(|(gradient, _)| gradient),
        fall.map(|(_, level)| level),
    ]
}

/// The level of most voxels; of several that nearest to the mean, of two as near the lower.
fn mode(levels: &Distribution, mean: f64) -> Option<f64> {
    let most = levels.values().iter().map(|(_, count)| *count).max_by(f64::total_cmp)?;
    let modes = levels.values().iter().filter(|(_, count)| *count >= most).map(|(level, _)| *level);
    modes.min_by(|a, b| (a - mean).abs().total_cmp(&(b - mean).abs()))
}

/// The greatest and the smallest gradient of the histogram, each with the first level that has it. The gradient is
/// half the difference of the neighbours, at both ends the difference to the one neighbour.
fn steepest(counts: &[u64]) -> Option<((f64, f64), (f64, f64))> {
    let last = counts.len().checked_sub(1).filter(|last| *last > 0)?;
    let (mut rise, mut fall) = ((f64::NEG_INFINITY, 0.0), (f64::INFINITY, 0.0));
    for place in 0..=last {
        let (below, above) = (place.saturating_sub(1), (place + 1).min(last));
        let gradient = (counts[above] as f64 - counts[below] as f64) / (above - below) as f64;
        let level = (place + 1) as f64;
        if gradient > rise.0 {
            rise = (gradient, level);
        }
        if gradient < fall.0 {
            fall = (gradient, level);
        }
    }
    Some((rise, fall))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_central_within_and_one_sided_at_the_ends() {
        assert_eq!(steepest(&[50, 0, 1, 16, 0, 7]), Some(((8.0, 3.0), (-50.0, 1.0))));
        assert_eq!(steepest(&[1, 4]), Some(((3.0, 1.0), (3.0, 1.0))));
        assert_eq!(steepest(&[9]), None);
    }

    #[test]
    fn of_several_modes_the_one_nearest_to_the_mean_counts() {
        let levels = Distribution::of_levels(&[5, 0, 5, 0, 5, 1]).unwrap();
        assert_eq!(mode(&levels, levels.measures().mean), Some(3.0));
        let levels = Distribution::of_levels(&[5, 0, 5]).unwrap();
        assert_eq!(mode(&levels, 2.0), Some(1.0));
    }

    #[test]
    fn a_single_level_has_no_entropy_and_no_gradient() {
        let values = measure(&[8]);
        assert_eq!(values[17].map(f64::to_bits), Some(0));
        assert_eq!((values[18], values[19]), (Some(1.0), None));
        assert_eq!(measure(&[]), [None; 23]);
    }
}
