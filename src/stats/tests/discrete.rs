//! Bins of a fixed size against plain arithmetic.

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn bins_are_aligned_at_multiples_of_the_width() {
    let to = rescale("1", "-1024");
    let histogram = histogram_of(&[1024, 1048, 1049, 1023, 999, 998, 0]);
    let bins = Bins::of(&histogram, &to, &Decimal::from(Bins::DEFAULT_WIDTH)).unwrap();
    // 0 and 24, 25, -1 and -25, -26, -1024
    assert_eq!(bins.counts(), [(-41, 1), (-2, 1), (-1, 2), (0, 2), (1, 1)]);
    let features = HistogramFeatures::of(&bins).unwrap();
    assert_eq!((features.first, features.numbers.min, features.numbers.max), (-41, 1.0, 43.0));
}

#[test]
fn a_tenth_is_in_its_own_bin() {
    // In f64, 3 * 0.1 is above 0.3 and 0.3 / 0.1 below 3.
    let bins = Bins::of(&histogram_of(&[1, 2, 3, 4]), &rescale("0.1", "0"), &decimal("0.1"));
    assert_eq!(bins.unwrap().counts(), [(1, 1), (2, 1), (3, 1), (4, 1)]);
    let reals = RealHistogram::from_f64(&[0.3, 0.300_000_000_000_000_04, 0.25], None);
    // The f64 nearest 0.3 is below it, the next one above.
    assert_eq!(Bins::of_reals(&reals, &decimal("0.1")).unwrap().counts(), [(2, 2), (3, 1)]);
}

#[test]
fn bins_without_sense_are_none() {
    let histogram = histogram_of(&[0, 1, 4000]);
    let to = Rescale::default();
    assert_eq!(Bins::of(&histogram, &to, &decimal("0")), None);
    assert_eq!(Bins::of(&histogram, &to, &decimal("-25")), None);
    assert_eq!(Bins::of(&histogram, &to, &decimal("1E-9")), None);
    assert_eq!(Bins::of(&histogram, &rescale("1E90", "0"), &decimal("25")), None);
    let reals = RealHistogram::from_f32(&[1e30], None);
    assert_eq!(Bins::of_reals(&reals, &decimal("25")), None);
    assert_eq!(
        HistogramFeatures::of(&Bins::of(&histogram_of(&[]), &to, &decimal("1")).unwrap()),
        None
    );
}

#[test]
fn a_slope_of_zero_is_one_bin() {
    let bins = Bins::of(&histogram_of(&[1, 2, 3]), &rescale("0", "30"), &decimal("25")).unwrap();
    assert_eq!(bins.counts(), [(1, 3)]);
    let features = HistogramFeatures::of(&bins).unwrap();
    assert_eq!((features.max_gradient, features.max_gradient_number), (0.0, 1));
}

proptest! {
    #[test]
    fn each_value_lies_in_its_bin(
        values in prop::collection::vec(-3000i64..3000, 1..60),
        (slope, intercept) in (-5000i64..5000, -2_000_000i64..2_000_000),
        width in 1i64..100_000, places in 0i32..40,
    ) {
        // With many places the numbers are too long for the short way.
        let to = Rescale {
            slope: Decimal::new(slope, -3), intercept: &Decimal::new(intercept, -3) + &Decimal::new(slope, -places),
        };
        let width = Decimal::new(width, -3);
        let bins = Bins::of(&histogram_of(&values), &to, &width);
        let mut expected = std::collections::BTreeMap::new();
        for &value in &values {
            let y = to.apply(value);
            let mut index = (y.to_f64() / width.to_f64()).floor() as i64;
            while &width * &Decimal::from(index) > y { index -= 1; }
            while &width * &Decimal::from(index + 1) <= y { index += 1; }
            *expected.entry(index).or_insert(0) += 1;
        }
        if expected.keys().all(|index| i32::try_from(*index).is_ok()) {
            let expected: Vec<(i64, u64)> = expected.into_iter().collect();
            prop_assert_eq!(bins.as_ref().map(Bins::counts), Some(&*expected));
        } else {
            prop_assert_eq!(bins, None);
        }
    }

    #[test]
    fn bins_merge_as_their_images(
        a in prop::collection::vec(-300i64..300, 1..40), b in prop::collection::vec(-300i64..300, 1..40),
    ) {
        let bins = |values: &[i64]| {
            Bins::of(&histogram_of(values), &rescale("0.5", "1"), &decimal("7")).unwrap()
        };
        let (mut ab, mut ba) = (bins(&a), bins(&b));
        ab.merge(&bins(&b));
        ba.merge(&bins(&a));
        prop_assert_eq!(&ab, &ba);
        prop_assert_eq!(ab, bins(&[a, b].concat()));
    }
}
