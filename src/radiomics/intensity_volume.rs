//! The intensity-volume histogram (IBSI manual section 3.5, family P88C): which part of a region has at least an
//! intensity.

use super::distribution::Distribution;
use super::feature::{Family, Feature};
use super::settings::{Discretisation, Settings};

const FAMILY: Family = Family("intensity-volume histogram");

/// The features, in the order of `measure`. Intensities are in the unit of the image, but bin numbers where the
/// histogram is of a fixed number of bins.
pub(super) const FEATURES: [Feature; 7] = [
    FAMILY.feature(
        "ivh_v10",
        "BC2M",
        "",
        "volume fraction of at least 10 % of the intensity range",
    ),
    FAMILY.feature(
        "ivh_v90",
        "BC2M",
        "",
        "volume fraction of at least 90 % of the intensity range",
    ),
    FAMILY.feature(
        "ivh_i10",
        "GBPN",
        "intensity",
        "least intensity that at most 10 % of the volume has",
    ),
    FAMILY.feature(
        "ivh_i90",
        "GBPN",
        "intensity",
        "least intensity that at most 90 % of the volume has",
    ),
    FAMILY.feature("ivh_diff_v10_v90", "DDTU", "", "ivh_v10 less ivh_v90"),
    FAMILY.feature("ivh_diff_i10_i90", "CNV2", "intensity", "ivh_i10 less ivh_i90"),
    FAMILY.feature("ivh_auc", "9CMM", "", "area under the curve, by the trapezoidal rule"),
];

/// The bins that the manual advises where intensities have no natural step.
const BINS: u32 = 1000;

/// The intensities on steps of 1 from `first` to `last`; step `s` has the intensity `start + s * width`.
struct Steps {
    values: Distribution,
    first: f64,
    last: f64,
    start: f64,
    width: f64,
}

impl Steps {
    /// The range is that of the resegmentation, as far as it is finite, else that of the intensities.
    fn new(intensities: &Distribution, settings: &Settings) -> Self {
        let (min, max) = (intensities.min(), intensities.max());
        let end = |of: usize, else_at: f64| {
            let end = settings.resegment.map(|range| range[of]);
            end.filter(|end| end.is_finite()).unwrap_or(else_at)
        };
        let (from, to) = (end(0, min), end(1, max));
        let whole = || intensities.values().iter().all(|(v, _)| v.fract() == 0.0);
        match settings.ivh {
            Some(Discretisation::FixedBinSize { width, from: start }) => {
                let start = start.unwrap_or(from);
                let bin = |v: f64| (((v - start) / width).floor() + 1.0).max(1.0);
                let values = intensities.mapped(bin);
                // The intensity of a bin is that of its centre.
                Self { values, first: 1.0, last: bin(to), start: start - 0.5 * width, width }
            }
            None if !whole() => Self::numbered(intensities, BINS),
            Some(Discretisation::FixedBinNumber(n)) => Self::numbered(intensities, n),
            Some(Discretisation::AsIs) | None => {
                let last = from + (to - from).floor();
                Self { values: intensities.clone(), first: from, last, start: 0.0, width: 1.0 }
            }
        }
    }

    fn numbered(intensities: &Distribution, n: u32) -> Self {
        let (min, max) = (intensities.min(), intensities.max());
        // A constant has one bin.
        let (n, range) = if max > min { (f64::from(n), max - min) } else { (1.0, 1.0) };
        let bin = |v: f64| ((n * (v - min) / range).floor() + 1.0).min(n);
        Self { values: intensities.mapped(bin), first: 1.0, last: n, start: 0.0, width: 1.0 }
    }

    /// The part of the volume with at least so many percent of the range; `None` where the range is a point.
    fn volume_at(&self, percent: f64) -> Option<f64> {
        let steps = (percent * (self.last - self.first) / 100.0).ceil();
        let voxels = self.values.at_least(self.first + steps);
        (self.last > self.first).then(|| voxels as f64 / self.values.n() as f64)
    }

    /// The least intensity that at most so many percent of the volume have.
    fn intensity_at(&self, percent: f64) -> f64 {
        let below = self.values.at_most_above(percent * self.values.n() as f64 / 100.0);
        self.start + (self.first + (below - self.first).floor() + 1.0) * self.width
    }

    /// The area under the curve of volume fraction over intensity fraction.
    fn area(&self) -> Option<f64> {
        // Each voxel counts at every step up to its own.
        let all = self.values.mean(|v| (v.min(self.last) - self.first).floor() + 1.0);
        let at_last = self.values.at_least(self.last) as f64 / self.values.n() as f64;
        let range = self.last - self.first;
        (range > 0.0).then(|| (all - 0.5 * (1.0 + at_last)) / range)
    }
}

/// The features of the intensities of a region.
pub(super) fn measure(
    intensities: &Distribution,
    settings: &Settings,
) -> [Option<f64>; FEATURES.len()] {
    let steps = Steps::new(intensities, settings);
    let (v10, v90) = (steps.volume_at(10.0), steps.volume_at(90.0));
    let (i10, i90) = (steps.intensity_at(10.0), steps.intensity_at(90.0));
    let volumes = v10.zip(v90).map(|(v10, v90)| v10 - v90);
    [v10, v90, Some(i10), Some(i90), volumes, Some(i10 - i90), steps.area()]
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    fn of(values: &[f64], settings: &str) -> [Option<f64>; 7] {
        let intensities = Distribution::new(values.to_vec()).unwrap();
        measure(&intensities, &settings.parse().unwrap())
    }

    #[test]
    fn the_range_is_that_of_the_resegmentation() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let [v10, v90, i10, i90, ..] = of(&values, "");
        assert_eq!([v10, v90, i10, i90], [0.9, 0.1, 90.0, 10.0].map(Some));
        let [v10, v90, ..] = of(&values, "resegment=-100:100");
        assert_eq!([v10, v90], [1.0, 0.2].map(Some));
    }

    #[test]
    fn bins_of_a_size_stand_for_their_centres() {
        let [_, _, i10, i90, ..] = of(&[0.0, 0.1, 0.6, 1.2, 9.9], "ivh=fbs:0.5");
        assert_eq!([i10, i90], [10.25, 0.75].map(Some));
    }

    #[test]
    fn the_area_is_that_of_the_trapezoids() {
        // Fractions at the steps 1 to 4: 1, 0.6, 0.4, 0.4.
        let area = of(&[1.0, 1.0, 2.0, 4.0, 4.0], "")[6].unwrap();
        assert!((area - (0.5 + 0.6 + 0.4 + 0.2) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_constant_has_no_fractions() {
        assert_eq!(of(&[3.0, 3.0], ""), [None, None, Some(4.0), Some(4.0), None, Some(0.0), None]);
        assert_eq!(of(&[0.5, 0.5], "")[..4], [None, None, Some(2.0), Some(2.0)]);
    }
}
