//! Float pixels: exact sums, order, and agreement with integers.

use super::*;

fn any_float() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<f32>(),
        (-4000i32..4000).prop_map(|value| value as f32 / 8.0),
        prop::sample::select(vec![0.0, -0.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE, -1e-40]),
    ]
}

#[test]
fn what_is_no_number_is_left_out_and_counted() {
    let padding = Some(RealPadding::new(-1.0, -2.0));
    let values = [0.0, -0.0, 3.5, f64::NAN, f64::INFINITY, f64::MIN, -1.5, -2.0, 1e100];
    let histogram = RealHistogram::from_f64(&values, padding);
    assert_eq!(histogram.bins(), [(0.0, 2), (3.5, 1), (1e100, 1)]);
    assert!(histogram.bins()[0].0.is_sign_positive());
    assert_eq!((histogram.n_padding(), histogram.n_not_finite(), histogram.n_pixels()), (2, 3, 4));
    assert!(measure_reals(&RealHistogram::from_f64(&[f64::NAN], None)).is_none());
}

#[test]
fn sums_of_floats_do_not_round() {
    // In f64, 1e16 + 1 - 1e16 is 0.
    let sums = PowerSums::of_reals(&RealHistogram::from_f64(&[1e16, 1.0, -1e16], None));
    assert_eq!(sums.s1.to_string(), "1");
    let sums = PowerSums::of_reals(&RealHistogram::from_f32(&[0.5, -0.25, 3.0], None));
    assert_eq!([&sums.s1, &sums.s2].map(ToString::to_string), ["3.25", "9.3125"]);
    assert_eq!(sums.s4.to_string(), "81.06640625");
    assert_eq!((sums.min.unwrap().to_f64(), sums.max.unwrap().to_f64()), (-0.25, 3.0));
}

#[test]
fn the_widest_floats_give_finite_numbers() {
    let values = [f64::from_bits(1), 1e100, -1e100, 0.1, f64::MIN_POSITIVE];
    let measured = measure_reals(&RealHistogram::from_f64(&values, None)).unwrap();
    let json = serde_json::to_string(&measured).unwrap();
    assert_eq!(serde_json::from_str::<Measured>(&json).unwrap(), measured);
    assert!(
        measured.measures.first_order.kurt.is_finite()
            && measured.measures.first_order.energy.is_finite()
    );
}

proptest! {
    #[test]
    fn floats_that_are_integers_are_measured_as_integers(
        values in prop::collection::vec(-5000i64..5000, 1..100),
    ) {
        let floats: Vec<f32> = values.iter().map(|&value| value as f32).collect();
        let reals = measure_reals(&RealHistogram::from_f32(&floats, None)).unwrap();
        let integers = measure(&histogram_of(&values), &Rescale::default(), ImageKind::Other).unwrap();
        prop_assert_eq!(&reals.sums, &integers.sums);
        let (s, t) = (reals.measures.first_order, integers.measures.first_order);
        // Deviations are rounded sums.
        for (a, b) in [(s.mad, t.mad), (s.medad, t.medad)] {
            prop_assert!((a - b).abs() <= 1e-12 * b.abs());
        }
        prop_assert!((s.rmad.unwrap_or(-1.0) - t.rmad.unwrap_or(-1.0)).abs() <= 1e-10);
        let same = FirstOrder { mad: t.mad, rmad: t.rmad, medad: t.medad, ..s };
        // Of two modes as near the mean, rounding may choose the other.
        prop_assert_eq!(FirstOrder { mode: t.mode, ..same }, t);
    }

    #[test]
    fn order_and_frames_make_no_difference(
        (values, shuffled) in prop::collection::vec(any_float(), 1..60)
            .prop_flat_map(|values| (Just(values.clone()), Just(values).prop_shuffle())),
        cut in 0usize..60,
    ) {
        let histogram = RealHistogram::from_f32(&values, None);
        let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
        let frames = [right, left].map(|part| RealHistogram::from_f32(part, None));
        let merged = RealHistogram::merged(frames.iter());
        prop_assert_eq!(&histogram, &merged);
        let mut sums = PowerSums::of_reals(&RealHistogram::from_f32(left, None));
        sums.merge(&PowerSums::of_reals(&RealHistogram::from_f32(right, None)));
        prop_assert_eq!(&PowerSums::of_reals(&histogram), &sums);
        let json = |distribution: &Distribution| serde_json::to_string(distribution).unwrap();
        let (mut one, mut parts) = (Distribution::default(), Distribution::default());
        one.add_reals(&histogram);
        parts.add_reals(&merged);
        prop_assert_eq!(json(&one), json(&parts));
        one.subtract_reals(&merged);
        prop_assert_eq!(json(&one), json(&Distribution::default()));
    }

    #[test]
    fn sums_are_those_of_exact_decimals(values in prop::collection::vec(any::<f64>(), 1..12)) {
        let histogram = RealHistogram::from_f64(&values, None);
        let sums = PowerSums::of_reals(&histogram);
        let decimal = |value: f64| {
            // Rust prints all digits of a float where it is asked for enough.
            format!("{value:.1080}").parse::<Decimal>().unwrap()
        };
        for (k, actual) in [(1, &sums.s1), (2, &sums.s2), (4, &sums.s4)] {
            let mut expected = Decimal::default();
            for &(value, count) in histogram.bins() {
                expected += &(&decimal(value).pow(k) * &Decimal::from(count as i64));
            }
            prop_assert_eq!(actual, &expected);
        }
    }
}
