//! Cohorts: fences by numpy's quantiles, reasons in words.

use proptest::prelude::*;

use super::super::{CohortSpreads, CohortValues, reasons};
use crate::stats::Cohort;

fn key(kernel: &str) -> Cohort {
    Cohort { modality: "CT".to_owned(), manufacturer: "ACME".to_owned(), kernel: kernel.to_owned() }
}

fn one_cohort(values: &[f64]) -> CohortSpreads {
    let mut gathered = CohortValues::default();
    for &value in values {
        gathered.add(&key("B30f"), &[("noise", Some(value))]);
    }
    gathered.into_spreads().remove(0)
}

#[test]
fn quartiles_are_those_of_numpy() {
    let cohort = one_cohort(&[12.0, 3.5, 7.25, 30.0, 9.0, 11.0, 4.0, 8.5, 10.0, 6.0]);
    let spread = &cohort.spreads[0];
    // numpy.percentile(values, [0, 25, 50, 75, 100])
    assert_eq!((spread.min, spread.p25, spread.median), (3.5, 6.3125, 8.75));
    assert_eq!((spread.p75, spread.max, spread.n), (10.75, 30.0, 10));
    // 1.5 times 4.4375 beyond, and a millionth of 10.75.
    let [lower, upper] = spread.fences.unwrap();
    assert!((lower - (-0.343_75 - 1.075e-5)).abs() < 1e-12);
    assert!((upper - (17.406_25 + 1.075e-5)).abs() < 1e-12);
}

#[test]
fn an_outlier_says_metric_value_side_and_fences() {
    let values: Vec<f64> = (0..57).map(|step| 20.0 + f64::from(step % 8)).collect();
    let cohort = one_cohort(&values);
    let found = cohort.outliers(&[("noise", Some(41.2)), ("other", Some(1e9))]);
    let reason = "noise 41.2 above 15..31 of 57 series";
    assert_eq!(reasons(&found).as_deref(), Some(reason));
    let found = cohort.outliers(&[("noise", Some(-1e-7))]);
    let reason = "noise -1e-7 below 15..31 of 57 series";
    assert_eq!(reasons(&found).as_deref(), Some(reason));
    assert_eq!(reasons(&cohort.outliers(&[("noise", Some(27.0))])), None);
    assert_eq!(reasons(&cohort.outliers(&[("noise", None)])), None);
}

#[test]
fn fewer_than_eight_series_have_no_fences() {
    assert_eq!(one_cohort(&[1.0; 7]).spreads[0].fences, None);
    let of_eight = one_cohort(&[1.0; 8]);
    assert_eq!(of_eight.outliers(&[("noise", Some(2.0))]).len(), 1);
    // What differs by rounding alone is no outlier.
    assert!(of_eight.outliers(&[("noise", Some(1.0 + 1e-12))]).is_empty());
}

#[test]
fn cohorts_are_apart() {
    let mut gathered = CohortValues::default();
    for step in 0..20 {
        gathered.add(&key("B70f"), &[("noise", Some(80.0 + f64::from(step)))]);
        gathered.add(&key("B30f"), &[("noise", Some(f64::from(step)))]);
    }
    gathered.add(&key(""), &[("noise", None)]);
    let cohorts = gathered.into_spreads();
    let kernels: Vec<_> = cohorts.iter().map(|c| c.cohort.kernel.as_str()).collect();
    assert_eq!(kernels, ["", "B30f", "B70f"]);
    let usual = [("noise", Some(90.0))];
    assert_eq!(cohorts[1].outliers(&usual).len(), 1);
    assert!(cohorts[2].outliers(&usual).is_empty());
    // A series without the number counts as a series.
    assert_eq!((cohorts[0].series, cohorts[0].spreads.len()), (1, 0));
}

#[test]
fn absurd_numbers_are_left_out_or_harmless() {
    let absurd =
        [f64::NAN, f64::INFINITY, f64::MAX, f64::MIN, 1e300, -1e300, 0.0, -0.0, 1.0, 5e-324];
    let cohort = one_cohort(&absurd);
    let spread = &cohort.spreads[0];
    assert_eq!(spread.n, 8);
    let numbers = [spread.min, spread.p25, spread.median, spread.p75, spread.max];
    assert!(numbers.iter().all(|number| number.is_finite()), "{numbers:?}");
    assert!(cohort.outliers(&[("noise", Some(f64::NAN))]).is_empty());
}

proptest! {
    #[test]
    fn cohorts_do_not_depend_on_order_or_on_ranks(
        series in prop::collection::vec((0..3u8, prop::option::of(-1e3..1e3f64)), 0..60),
        rank_of in prop::collection::vec(0..3usize, 60),
    ) {
        let add = |to: &mut CohortValues, (kernel, value): &(u8, Option<f64>)| {
            to.add(&key(&kernel.to_string()), &[("noise", *value), ("spacing", value.map(f64::abs))]);
        };
        let mut at_once = CohortValues::default();
        for one in &series {
            add(&mut at_once, one);
        }
        let mut ranks = vec![CohortValues::default(); 3];
        for (one, &rank) in series.iter().zip(&rank_of).rev() {
            add(&mut ranks[rank], one);
        }
        let mut merged = CohortValues::default();
        for rank in ranks {
            merged.merge(rank);
        }
        prop_assert_eq!(merged.into_spreads(), at_once.into_spreads());
    }
}

#[test]
fn equal_numbers_are_their_own_quartiles() {
    for tenths in 1..200 {
        let value = f64::from(tenths) * 0.1;
        let spread = one_cohort(&[value; 8]).spreads.remove(0);
        let quartiles = [spread.min, spread.p25, spread.median, spread.p75, spread.max];
        assert_eq!(quartiles.map(f64::to_bits), [value.to_bits(); 5], "{value}");
    }
}
