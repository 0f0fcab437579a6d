//! Intensity-based statistics (IBSI manual section 3.3, family UHIW): of the intensities of a region as they are.

use super::distribution::Distribution;
use super::feature::{Family, Feature};

const FAMILY: Family = Family("intensity statistics");

/// The features, in the order of `measure`.
pub(super) const FEATURES: [Feature; 18] = [
    FAMILY.feature("stat_mean", "Q4LE", "intensity", "mean"),
    FAMILY.feature("stat_var", "ECT3", "intensity2", "variance of the population"),
    FAMILY.feature("stat_skew", "KE2A", "", "skewness"),
    FAMILY.feature("stat_kurt", "IPH6", "", "excess kurtosis"),
    FAMILY.feature("stat_median", "Y12H", "intensity", "median"),
    FAMILY.feature("stat_min", "1GSF", "intensity", "minimum"),
    FAMILY.feature("stat_p10", "QG58", "intensity", "10th percentile"),
    FAMILY.feature("stat_p90", "8DWT", "intensity", "90th percentile"),
    FAMILY.feature("stat_max", "84IY", "intensity", "maximum"),
    FAMILY.feature("stat_iqr", "SALO", "intensity", "75th less the 25th percentile"),
    FAMILY.feature("stat_range", "2OJQ", "intensity", "maximum less minimum"),
    FAMILY.feature("stat_mad", "4FUA", "intensity", "mean absolute deviation from the mean"),
    FAMILY.feature("stat_rmad", "1128", "intensity", "the same of the 10th to the 90th percentile"),
    FAMILY.feature("stat_medad", "N72L", "intensity", "mean absolute deviation from the median"),
    FAMILY.feature("stat_cov", "7TET", "", "standard deviation by mean"),
    FAMILY.feature("stat_qcod", "9S40", "", "quartile coefficient of dispersion"),
    FAMILY.feature("stat_energy", "N8CA", "intensity2", "sum of the squares"),
    FAMILY.feature("stat_rms", "5ZWQ", "intensity", "root of the mean square"),
];

/// The features of the intensities of a region.
pub(super) fn measure(intensities: &Distribution) -> [Option<f64>; FEATURES.len()] {
    let of = intensities.measures();
    let mean_square = intensities.mean(|v| v * v);
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
        Some(of.interquartile_range),
        Some(of.max - of.min),
        Some(of.mean_absolute_deviation),
        of.robust_mean_absolute_deviation,
        Some(of.median_absolute_deviation),
        of.coefficient_of_variation,
        of.quartile_coefficient,
        Some(mean_square * intensities.n() as f64),
        Some(mean_square.sqrt()),
    ]
}
