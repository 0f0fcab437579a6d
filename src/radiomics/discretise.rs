//! From intensities to grey levels (IBSI manual section 2.7).

use super::settings::{Discretisation, Settings};
use super::unmeasurable::Unmeasurable;

/// The grey levels of intensities, in their order, from 1.
///
/// # Errors
/// Where there are no whole levels from 1 to 65535.
pub(super) fn levels(values: &[f64], settings: &Settings) -> Result<Vec<u16>, Unmeasurable> {
    let (min, max) = range(values);
    match settings.discretisation {
        Discretisation::FixedBinNumber(n) => {
            let (n, width) = (f64::from(n), max - min);
            if width <= 0.0 {
                return Ok(vec![1; values.len()]);
            }
            // The greatest intensity belongs to the last bin.
            Ok(values.iter().map(|v| (n * (v - min) / width).min(n - 1.0) as u16 + 1).collect())
        }
        Discretisation::FixedBinSize { width, from } => {
            let lower = settings.resegment.map(|[from, _]| from).filter(|from| from.is_finite());
            let from = from.or(lower).unwrap_or(min);
            let level = |v: f64| ((v - from) / width).floor().max(0.0) + 1.0;
            within(level(max))?;
            Ok(values.iter().map(|&v| level(v) as u16).collect())
        }
        Discretisation::AsIs => {
            within(max)?;
            match values.iter().find(|v| **v < 1.0 || v.fract() != 0.0) {
                Some(&value) => Err(Unmeasurable::NoLevel { value }),
                None => Ok(values.iter().map(|&v| v as u16).collect()),
            }
        }
    }
}

fn within(highest: f64) -> Result<(), Unmeasurable> {
    let possible = highest <= f64::from(u16::MAX);
    possible.then_some(()).ok_or(Unmeasurable::TooManyLevels { levels: highest })
}

/// The smallest and the greatest value.
pub(super) fn range(values: &[f64]) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(ends, |(min, max), &v| (min.min(v), max.max(v)))
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    fn of(values: &[f64], settings: &str) -> Result<Vec<u16>, Unmeasurable> {
        levels(values, &settings.parse().unwrap())
    }

    #[test]
    fn a_number_of_bins_closes_the_last_one() {
        let values = [0.0, 0.9, 1.0, 7.999, 8.0, 9.999, 10.0];
        assert_eq!(of(&values, "discretisation=fbn:10").unwrap(), [1, 1, 2, 8, 9, 10, 10]);
        assert_eq!(of(&[3.0, 3.0], "discretisation=fbn:10").unwrap(), [1, 1]);
        assert_eq!(of(&[-1.0, 3.0], "discretisation=fbn:1").unwrap(), [1, 1]);
        let most = of(&[0.0, 1.0], "discretisation=fbn:65535").unwrap();
        assert_eq!(most, [1, u16::MAX]);
    }

    #[test]
    fn bins_of_a_size_begin_at_what_is_given_at_the_range_or_at_the_minimum() {
        let values = [-10.0, 0.0, 24.9, 25.0, 50.0];
        assert_eq!(of(&values, "discretisation=fbs:25").unwrap(), [1, 1, 2, 2, 3]);
        assert_eq!(of(&values, "resegment=-50:90 discretisation=fbs:25").unwrap(), [2, 3, 3, 4, 5]);
        let open = of(&values, "resegment=-50:90 discretisation=fbs:25:0").unwrap();
        assert_eq!(open, [1, 1, 1, 2, 3]);
        let open = of(&values, "resegment=-inf:90 discretisation=fbs:25").unwrap();
        assert_eq!(open, [1, 1, 2, 2, 3]);
    }

    #[test]
    fn what_are_no_levels_is_said() {
        assert_eq!(of(&[1.0, 3.0], "discretisation=none").unwrap(), [1, 3]);
        let zero = of(&[1.0, 0.0], "discretisation=none");
        assert_eq!(zero.unwrap_err(), Unmeasurable::NoLevel { value: 0.0 });
        assert!(of(&[1.5], "discretisation=none").is_err());
        assert!(of(&[65_536.0], "discretisation=none").is_err());
        let many = of(&[0.0, 65_535.0], "discretisation=fbs:1");
        assert_eq!(many.unwrap_err(), Unmeasurable::TooManyLevels { levels: 65_536.0 });
    }
}
