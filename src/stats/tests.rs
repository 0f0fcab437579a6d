//! Tests that cross the files of this module: reference values, edges, and laws on random data.

#![expect(clippy::float_cmp, reason = "results are exact, or exact values rounded once")]

use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;

mod counting;
mod discrete;
mod laws;
mod numbers;
mod phantom;
mod quality;
mod reals;
mod wholes;

fn format(bits_stored: u32, signed: bool) -> SampleFormat {
    SampleFormat::new(bits_stored, signed).unwrap()
}

fn rescale(slope: &str, intercept: &str) -> Rescale {
    Rescale::from_ds(slope, intercept).unwrap()
}

fn histogram_of(values: &[i64]) -> Histogram {
    let samples: Vec<u32> = values.iter().map(|&value| value as u32).collect();
    Histogram::from_u32(&samples, format(32, true), None)
}

fn measure_values(values: &[i64], rescale: &Rescale) -> FirstOrder {
    measure(&histogram_of(values), rescale, ImageKind::Other).unwrap().measures.first_order
}

#[track_caller]
fn assert_near(actual: f64, expected: f64, relative: f64) {
    let error = (actual - expected).abs();
    assert!(error <= relative * expected.abs(), "{actual} is not {expected}");
}

#[test]
fn a_constant_image_has_no_spread_and_no_shape() {
    let s = measure_values(&[7; 1001], &rescale("0.1", "-1000"));
    let spreads = [s.var, s.sd, s.skew, s.kurt, s.iqr, s.range, s.mad, s.medad, s.entropy];
    assert!(spreads.iter().all(|&spread| spread.to_bits() == 0), "{spreads:?}");
    let places = [s.min, s.max, s.mean, s.median, s.mode, s.p01, s.p99];
    assert!(places.iter().all(|&place| place.to_bits() == (-999.3f64).to_bits()), "{places:?}");
    assert_eq!((s.uniformity, s.rmad, s.cov), (1.0, Some(0.0), Some(-0.0)));
}

#[test]
fn a_single_pixel_is_a_constant_image() {
    let s = measure_values(&[-3], &Rescale::default());
    assert_eq!(
        (s.n_pixels, s.min, s.mean, s.p99, s.energy, s.rms),
        (1, -3.0, -3.0, -3.0, 9.0, 3.0)
    );
    assert_eq!((s.sd, s.kurt, s.entropy), (0.0, 0.0, 0.0));
}

#[test]
fn an_image_of_padding_has_no_statistics() {
    let padding = Some(Padding::new(-2000, -2000));
    let stored = (-2000i16) as u16;
    let histogram = Histogram::from_u16(&[stored; 9], format(16, true), padding).unwrap();
    assert_eq!((histogram.n_pixels(), histogram.n_padding()), (0, 9));
    assert!(measure(&histogram, &Rescale::default(), ImageKind::Other).is_none());
    let mut totals = Totals::default();
    totals.distribution(&"CT").add(&histogram, &Rescale::default());
    let summary = &totals.summaries()["CT"];
    assert_eq!((summary.images, summary.pixels, summary.padding), (1, 0, 9));
    assert_eq!(summary.values, None);
}

#[test]
fn undefined_values_are_null_in_json() {
    let s = measure_values(&[-1, 1], &Rescale::default());
    assert_eq!((s.cov, s.qcod, s.rmad), (None, None, None));
    let json = serde_json::to_value(&s).unwrap();
    assert!(json["cov"].is_null() && json["qcod"].is_null() && json["rmad"].is_null());
    assert!(json.as_object().unwrap().values().filter(|value| value.is_null()).count() == 3);
}

#[test]
fn the_mean_is_zero_exactly_when_it_is() {
    // In f64, 0.1 * 3 - 0.3 is not 0.
    let s = measure_values(&[2, 3, 4], &rescale("0.1", "-0.3"));
    assert_eq!((s.mean, s.median, s.min, s.max), (0.0, 0.0, -0.1, 0.1));
    assert_eq!(s.cov, None);
}

#[test]
fn a_negative_slope_turns_the_order_round() {
    let values = [0, 0, 1, 5, 9, 9, 20];
    let turned = measure_values(&values, &rescale("-2", "3"));
    let direct: Vec<i64> = values.iter().map(|value| 3 - 2 * value).collect();
    assert_eq!(turned, measure_values(&direct, &Rescale::default()));
}

#[test]
fn a_slope_of_zero_makes_the_image_constant() {
    let s = measure_values(&[1, 2, 3], &rescale("0", "4.5"));
    assert_eq!((s.n_distinct, s.min, s.max, s.mean, s.p90), (1, 4.5, 4.5, 4.5, 4.5));
    assert_eq!((s.mad, s.entropy, s.kurt), (0.0, 0.0, 0.0));
}

#[test]
fn the_mode_of_several_is_the_one_nearest_the_mean() {
    assert_eq!(measure_values(&[0, 0, 7, 7, 8], &Rescale::default()).mode, 7.0);
    assert_eq!(measure_values(&[0, 0, 8, 8], &Rescale::default()).mode, 0.0);
    assert_eq!(measure_values(&[0, 0, 8, 8], &rescale("-1", "0")).mode, -8.0);
}

#[test]
fn the_extremes_of_32_bits_do_not_overflow() {
    let (low, high) = (i64::from(i32::MIN), i64::from(i32::MAX));
    let s = measure_values(&[low, high], &Rescale::default());
    assert_eq!((s.min, s.max, s.range), (low as f64, high as f64, 4_294_967_295.0));
    assert_eq!((s.mean, s.sd, s.mad), (-0.5, 2_147_483_647.5, 2_147_483_647.5));
    assert_eq!((s.skew, s.kurt), (0.0, -2.0));
    let samples = vec![u32::MAX; 1000];
    let histogram = Histogram::from_u32(&samples, format(32, false), None);
    let sums = PowerSums::of(&histogram, &Rescale::default());
    assert_eq!(sums.s4.mantissa(), &(BigInt::from(u32::MAX).pow(4) / 1u32));
    assert_eq!(sums.s4.exponent(), 3);
}

#[test]
fn the_widest_rescale_gives_finite_numbers() {
    let wide = rescale("999999999999E100", "-1E-100");
    let s = measure_values(&[i64::from(i32::MIN), 0, i64::from(i32::MAX)], &wide);
    let json = serde_json::to_value(&s).unwrap();
    let nulls = json.as_object().unwrap().values().filter(|value| value.is_null()).count();
    assert_eq!(nulls, 0, "{json}");
}

#[test]
fn a_summary_of_integers_is_the_image_of_all_pixels() {
    let hounsfield = rescale("1", "-1024");
    let (first, second) = ([0, 24, 1024, 1064, 1064], [1024, 2000, 4095]);
    let mut totals = Totals::default();
    for values in [&first[..], &second] {
        let histogram = histogram_of(values);
        totals.distribution(&"CT").add(&histogram, &hounsfield);
        totals.add_sums(&"CT", &PowerSums::of(&histogram, &hounsfield));
    }
    let whole = measure_values(&[&first[..], &second].concat(), &hounsfield);
    let summary = &totals.summaries()["CT"];
    let values = summary.values.clone().unwrap();
    assert_eq!((summary.images, summary.pixels), (2, 8));
    assert_eq!((values.min, values.max, values.mean), (whole.min, whole.max, whole.mean));
    assert_eq!((values.sd, values.skew, values.kurt), (whole.sd, whole.skew, whole.kurt));
    assert_eq!((values.entropy, values.uniformity), (whole.entropy, whole.uniformity));
    assert_eq!((values.p01, values.median, values.p95), (whole.p01, whole.median, whole.p95));
    let json = serde_json::to_value(summary).unwrap();
    assert_eq!((&json["exact"]["n"], &json["mean"]), (&"8".into(), &whole.mean.into()));
    assert_eq!(serde_json::from_value::<Summary>(json).unwrap(), *summary);
}
