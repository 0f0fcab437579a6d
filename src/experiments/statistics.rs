//! Repeated measurements in, their statistics and what follows for speed-up out.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Statistics of repeated measurements of one thing, in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// How many there are; at least one.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation with n - 1; none of a single one.
    pub sd: Option<f64>,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Sample {
    /// Of these values; none where there is no value.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let mean = values.iter().sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (n > 1).then(|| (squares / (n - 1) as f64).sqrt());
        let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
        Some(Self { n, mean, sd, median, min, max })
    }

    /// Coefficient of variation, sd / mean.
    pub fn cv(&self) -> Option<f64> {
        self.sd.filter(|_| self.mean > 0.0).map(|sd| sd / self.mean)
    }

    /// Half of the 95 % confidence interval of the mean by Student's t; none of a single value.
    pub fn ci95_half(&self) -> Option<f64> {
        Some(t_975(self.n - 1)? * self.sd? / (self.n as f64).sqrt())
    }

    /// The 95 % confidence interval of the mean.
    pub fn ci95(&self) -> Option<(f64, f64)> {
        self.ci95_half().map(|half| (self.mean - half, self.mean + half))
    }
}

/// The 0.975 quantile of Student's t with so many degrees of freedom; none with 0.
pub fn t_975(degrees: usize) -> Option<f64> {
    let t = StudentsT::new(0.0, 1.0, degrees as f64).ok().filter(|_| degrees > 0)?;
    Some(t.inverse_cdf(0.975))
}

/// How much faster `time` is than `base`: S = T1 / Tp.
pub fn speedup(base: &Sample, time: &Sample) -> f64 {
    base.mean / time.mean
}

/// Its standard deviation where the two are independent, to first order: S sqrt(cv1^2 + cvp^2).
pub fn speedup_sd(base: &Sample, time: &Sample) -> Option<f64> {
    Some(speedup(base, time) * base.cv()?.hypot(time.cv()?))
}

/// The serial part that was measured: (1/S - 1/p) / (1 - 1/p) (Karp and Flatt, CACM 33(5), 1990); none for one
/// processor.
pub fn karp_flatt(speedup: f64, processors: usize) -> Option<f64> {
    let p = processors as f64;
    (processors > 1 && speedup > 0.0).then(|| (1.0 / speedup - 1.0 / p) / (1.0 - 1.0 / p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-6 * b.abs().max(1.0)
    }

    #[test]
    fn statistics_are_those_worked_by_hand() {
        let sample = Sample::of(&[4.0, 2.0, 6.0]).unwrap();
        assert_eq!((sample.n, sample.mean, sample.sd), (3, 4.0, Some(2.0)));
        assert_eq!((sample.median, sample.min, sample.max), (4.0, 2.0, 6.0));
        assert_eq!(sample.cv(), Some(0.5));
        // The half-width at n = 3 is 2.484 sd.
        assert!(near(sample.ci95_half().unwrap(), 2.484_137_712 * 2.0));
        assert!(near(Sample::of(&[1.0, 2.0]).unwrap().median, 1.5));
    }

    #[test]
    fn one_value_has_no_spread_and_none_has_nothing() {
        let one = Sample::of(&[3.0]).unwrap();
        assert_eq!((one.sd, one.cv(), one.ci95()), (None, None, None));
        assert_eq!(Sample::of(&[]), None);
    }

    /// Quantiles as printed in tables of Student's t (NIST/SEMATECH e-Handbook, 1.3.6.7.2).
    #[test]
    fn quantiles_of_t_are_those_of_the_tables() {
        let known = [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (29, 2.045), (100, 1.984)];
        for (degrees, expected) in known {
            let t = t_975(degrees).unwrap();
            assert!((t - expected).abs() < 5.1e-4, "{degrees}: {t}");
        }
        assert_eq!(t_975(0), None);
    }

    #[test]
    fn speedup_and_its_spread_are_those_worked_by_hand() {
        let base = Sample { n: 3, mean: 10.0, sd: Some(0.3), median: 10.0, min: 9.7, max: 10.3 };
        let time = Sample { n: 3, mean: 4.0, sd: Some(0.16), median: 4.0, min: 3.8, max: 4.2 };
        assert!(near(speedup(&base, &time), 2.5));
        // cv 0.03 and 0.04: together 0.05.
        assert!(near(speedup_sd(&base, &time).unwrap(), 0.125));
        // (0.4 - 0.25) / (1 - 0.25)
        assert!(near(karp_flatt(2.5, 4).unwrap(), 0.2));
        assert_eq!(karp_flatt(1.0, 1), None);
    }
}
