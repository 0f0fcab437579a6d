//! The distribution of the intensities of a region, and what the intensity features and the histogram features
//! both ask of it.

/// The different values of a region in ascending order, each with the number of its voxels. Never empty.
///
/// Sums run over the sorted values, so that they do not depend on where the voxels lie.
#[derive(Debug, Clone)]
pub(super) struct Distribution {
    /// Values with their numbers of voxels.
    counted: Vec<(f64, f64)>,
    /// Voxels up to and with each value.
    up_to: Vec<u64>,
}

/// The measures of a distribution that the IBSI manual defines for intensities (section 3.3) and again for
/// grey levels (section 3.4). All are of the population, none of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measures {
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// None where the variance is 0.
    pub(super) skewness: Option<f64>,
    /// The excess over that of a normal distribution, 3. None where the variance is 0.
    pub(super) kurtosis: Option<f64>,
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) p10: f64,
    pub(super) p90: f64,
    pub(super) max: f64,
    pub(super) interquartile_range: f64,
    pub(super) mean_absolute_deviation: f64,
    /// Of the values from the 10th to the 90th percentile.
    pub(super) robust_mean_absolute_deviation: Option<f64>,
    /// The mean distance from the median.
    pub(super) median_absolute_deviation: f64,
    /// None where the mean is 0.
    pub(super) coefficient_of_variation: Option<f64>,
    /// None where the quartiles sum to 0.
    pub(super) quartile_coefficient: Option<f64>,
}

impl Distribution {
    /// Of values in any order; `None` where there are none.
    pub(super) fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let equals = values.chunk_by(|a, b| a.total_cmp(b).is_eq());
        Self::counted(equals.map(|equal| (equal[0], equal.len() as u64)))
    }

    /// Of grey levels, of which `counts` gives the voxels of 1, 2 and so on; `None` where there are none.
    pub(super) fn of_levels(counts: &[u64]) -> Option<Self> {
        let levels = counts.iter().zip(1_u32..).filter(|(count, _)| **count > 0);
        Self::counted(levels.map(|(&count, level)| (f64::from(level), count)))
    }

    fn counted(ascending: impl Iterator<Item = (f64, u64)>) -> Option<Self> {
        let (mut counted, mut up_to, mut n) = (vec![], vec![], 0);
        for (value, count) in ascending {
            n += count;
            counted.push((value, count as f64));
            up_to.push(n);
        }
        (n > 0).then_some(Self { counted, up_to })
    }

    /// The distribution of a function of the values, which must not fall where they rise.
    pub(super) fn mapped(&self, f: impl Fn(f64) -> f64) -> Self {
        let (mut counted, mut up_to): (Vec<(f64, f64)>, Vec<u64>) = (vec![], vec![]);
        for (&(value, count), &n) in self.counted.iter().zip(&self.up_to) {
            let value = f(value);
            match (counted.last_mut(), up_to.last_mut()) {
                (Some(last), Some(up_to)) if last.0.total_cmp(&value).is_eq() => {
                    last.1 += count;
                    *up_to = n;
                }
                _ => {
                    counted.push((value, count));
                    up_to.push(n);
                }
            }
        }
        Self { counted, up_to }
    }

    /// The different values in ascending order, with their numbers of voxels.
    pub(super) fn values(&self) -> &[(f64, f64)] {
        &self.counted
    }

    /// Voxels.
    pub(super) fn n(&self) -> u64 {
        self.up_to.last().copied().unwrap_or(0)
    }

    /// The smallest value.
    pub(super) fn min(&self) -> f64 {
        self.counted[0].0
    }

    /// The greatest value.
    pub(super) fn max(&self) -> f64 {
        self.counted[self.counted.len() - 1].0
    }

    /// Voxels of at least this value.
    pub(super) fn at_least(&self, value: f64) -> u64 {
        let below = self.counted.partition_point(|(v, _)| *v < value);
        self.n() - if below == 0 { 0 } else { self.up_to[below - 1] }
    }

    /// The smallest value above which lie at most `limit` voxels.
    pub(super) fn at_most_above(&self, limit: f64) -> f64 {
        let n = self.n();
        let place = self.up_to.partition_point(|&up_to| (n - up_to) as f64 > limit);
        self.counted[place.min(self.counted.len() - 1)].0
    }

    /// The mean of a function of the values.
    pub(super) fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        sum(&self.counted, &f) / self.n() as f64
    }

    /// The percentile, linear between the two nearest ranks (as numpy's default, and Hyndman and Fan's type 7).
    pub(super) fn percentile(&self, percent: f64) -> f64 {
        let rank = percent / 100.0 * (self.n() - 1) as f64;
        let (below, part) = (rank.floor(), rank.fract());
        let (a, b) = (self.ranked(below as u64), self.ranked(rank.ceil() as u64));
        a + (b - a) * part
    }

    /// The value of a rank from 0.
    fn ranked(&self, rank: u64) -> f64 {
        self.counted[self.up_to.partition_point(|&up_to| up_to <= rank)].0
    }

    /// All measures.
    pub(super) fn measures(&self) -> Measures {
        let rough = self.mean(|v| v);
        // What rounding left of the mean is taken off, as all that follows is measured from it.
        let mean = rough + self.mean(|v| v - rough);
        let moment = |power: i32| self.mean(|v| (v - mean).powi(power));
        let variance = if self.counted.len() == 1 { 0.0 } else { moment(2) };
        let varies = variance > 0.0;
        let [p10, p25, p50, p75, p90] = [10.0, 25.0, 50.0, 75.0, 90.0].map(|p| self.percentile(p));
        Measures {
            mean,
            variance,
            skewness: varies.then(|| moment(3) / (variance * variance.sqrt())),
            kurtosis: varies.then(|| moment(4) / (variance * variance) - 3.0),
            median: p50,
            min: self.min(),
            p10,
            p90,
            max: self.max(),
            interquartile_range: p75 - p25,
            mean_absolute_deviation: self.mean(|v| (v - mean).abs()),
            robust_mean_absolute_deviation: self.deviation_within(p10, p90),
            median_absolute_deviation: self.mean(|v| (v - p50).abs()),
            coefficient_of_variation: (mean != 0.0).then(|| variance.sqrt() / mean),
            quartile_coefficient: (p75 + p25 != 0.0).then(|| (p75 - p25) / (p75 + p25)),
        }
    }

    /// The mean absolute deviation of the values of a range, both ends of it included, from their mean.
    fn deviation_within(&self, from: f64, to: f64) -> Option<f64> {
        let first = self.counted.partition_point(|(v, _)| *v < from);
        let end = self.counted.partition_point(|(v, _)| *v <= to);
        let within = self.counted.get(first..end).filter(|within| !within.is_empty())?;
        let n = sum(within, &|_| 1.0);
        let mean = sum(within, &|v| v) / n;
        Some(sum(within, &|v| (v - mean).abs()) / n)
    }
}

/// The sum of a function of counted values, by halves, so that rounding errors hardly grow with their number.
fn sum(counted: &[(f64, f64)], f: &impl Fn(f64) -> f64) -> f64 {
    if counted.len() > 128 {
        let (left, right) = counted.split_at(counted.len() / 2);
        return sum(left, f) + sum(right, f);
    }
    counted.iter().map(|&(value, count)| f(value) * count).sum()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_the_nearest_ranks() {
        let all = Distribution::new(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!(all.percentile(50.0), 2.5);
        assert_eq!(all.percentile(0.0), 1.0);
        assert_eq!(all.percentile(100.0), 4.0);
        assert!((all.percentile(10.0) - 1.3).abs() < 1e-15);
    }

    #[test]
    fn measures_keep_their_digits_far_from_zero() {
        let values = [1.0, 2.0, 4.0, 8.0, 8.0, 3.0, 3.0, 3.0];
        let near = Distribution::new(values.to_vec()).unwrap().measures();
        let far = values.iter().map(|v| v + 1e8).collect();
        let far = Distribution::new(far).unwrap().measures();
        assert_eq!(near.variance, 6.0);
        assert!((far.variance / near.variance - 1.0).abs() < 1e-12);
        let (a, b) = (near.skewness.unwrap(), far.skewness.unwrap());
        assert!((a / b - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_a_constant_does_not_have_is_missing() {
        let measures = Distribution::new(vec![0.1; 7]).unwrap().measures();
        assert_eq!((measures.variance, measures.skewness, measures.kurtosis), (0.0, None, None));
        let measures = Distribution::new(vec![-1.0, 1.0]).unwrap().measures();
        assert_eq!(measures.coefficient_of_variation, None);
        assert_eq!(measures.quartile_coefficient, None);
        assert!(Distribution::new(vec![]).is_none());
    }

    #[test]
    fn voxels_from_a_value_up_are_counted() {
        let all = Distribution::of_levels(&[50, 0, 1, 16, 0, 7]).unwrap();
        assert_eq!([0.0, 1.0, 1.5, 6.0, 6.5].map(|v| all.at_least(v)), [74, 74, 24, 7, 0]);
        assert_eq!(
            [73.0, 66.6, 7.4, 0.0].map(|limit| all.at_most_above(limit)),
            [1.0, 1.0, 4.0, 6.0]
        );
    }
}
