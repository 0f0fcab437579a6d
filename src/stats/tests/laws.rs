//! Laws that hold for any image: agreement with a plain computation, and order-free merging.

use super::*;

/// Some rescale, with up to 3 decimals.
fn any_rescale() -> impl Strategy<Value = Rescale> {
    let slope = (-5000i64..5000).prop_filter("an image", |slope| *slope != 0);
    (slope, -2_000_000i64..2_000_000).prop_map(|(slope, intercept)| Rescale {
        slope: Decimal::new(slope, -3),
        intercept: Decimal::new(intercept, -3),
    })
}

/// A few images with few different rescales, so that groups are shared, left and met again.
fn any_images() -> impl Strategy<Value = Vec<(String, Histogram, Rescale)>> {
    let rescales = [("1", "-1024"), ("0.25", "0"), ("-3.3333", "7"), ("1E-40", "0")];
    let rescale = prop::sample::select(rescales.map(|(a, b)| super::rescale(a, b)).to_vec());
    let values = prop_oneof![
        prop::collection::vec(-3000i64..3000, 0..60),
        prop::collection::vec(i64::from(i32::MIN)..i64::from(i32::MAX), 0..20),
    ];
    let name = prop::sample::select(vec!["CT".to_owned(), "MR".to_owned()]);
    let image =
        (name, values, rescale).prop_map(|(name, values, to)| (name, histogram_of(&values), to));
    prop::collection::vec(image, 0..12)
}

fn add(totals: &mut Totals<String>, (name, histogram, rescale): &(String, Histogram, Rescale)) {
    totals.distribution(name).add(histogram, rescale);
    totals.add_sums(name, &PowerSums::of(histogram, rescale));
}

fn json(totals: &Totals<String>) -> String {
    serde_json::to_string(&(totals, totals.summaries())).unwrap()
}

/// Percentiles, moments and deviations of sorted output values as a textbook has them.
struct Plain(Vec<f64>);

impl Plain {
    fn mean_of(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.0.iter().map(|&value| of(value)).sum::<f64>() / self.0.len() as f64
    }

    fn percentile(&self, q: f64) -> f64 {
        let rank = (self.0.len() - 1) as f64 * q;
        let above = self.0[(rank.floor() as usize + 1).min(self.0.len() - 1)];
        let below = self.0[rank.floor() as usize];
        below + (above - below) * rank.fract()
    }
}

proptest! {
    #[test]
    fn first_order_agrees_with_two_passes_in_f64(
        values in prop::collection::vec(-2000i64..5000, 1..400), to in any_rescale(),
    ) {
        let (slope, intercept) = (to.slope.to_f64(), to.intercept.to_f64());
        let s = measure_values(&values, &to);
        let mut y: Vec<f64> =
            values.iter().map(|&value| slope * value as f64 + intercept).collect();
        y.sort_by(f64::total_cmp);
        let plain = Plain(y);
        let mean = plain.mean_of(|y| y);
        let moment = |k: i32| plain.mean_of(|y| (y - mean).powi(k));
        let median = plain.percentile(0.5);
        // What cancels is exact to the size of the values, not to that of the result.
        let size = plain.mean_of(f64::abs) + plain.0[plain.0.len() - 1].abs() + 1.0;
        let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= 1e-9 * scale;
        prop_assert!(near(s.mean, mean, size));
        prop_assert!(near(s.var, moment(2), size * size));
        prop_assert!(near(s.energy, plain.mean_of(|y| y * y) * values.len() as f64, s.energy));
        prop_assert!(near(s.mad, plain.mean_of(|y| (y - mean).abs()), size));
        prop_assert!(near(s.medad, plain.mean_of(|y| (y - median).abs()), size));
        prop_assert!(near(s.rms * s.rms, s.energy / values.len() as f64, size * size));
        for (actual, q) in [(s.p01, 0.01), (s.p10, 0.1), (s.p25, 0.25), (s.median, 0.5),
            (s.p75, 0.75), (s.p90, 0.9), (s.p99, 0.99)] {
            prop_assert!(near(actual, plain.percentile(q), size), "{actual} at {q}");
        }
        if moment(2) > 1e-3 * size * size {
            prop_assert!(near(s.skew, moment(3) / moment(2).powf(1.5), 1e3));
            prop_assert!(near(s.kurt, moment(4) / moment(2).powi(2) - 3.0, 1e3));
        }
    }

    #[test]
    fn robust_deviation_agrees_with_a_filter(
        values in prop::collection::vec(-300i64..300, 1..200),
    ) {
        let mut sorted = values.clone();
        sorted.sort_unstable();
        // Ten times the percentiles, in integers: the rank (n-1)/10 has one decimal.
        let ten_times = |tenths: usize| {
            let rank = (sorted.len() - 1) * tenths;
            let above = sorted[(rank / 10 + 1).min(sorted.len() - 1)];
            10 * sorted[rank / 10] + (above - sorted[rank / 10]) * (rank % 10) as i64
        };
        let (low, high) = (ten_times(1), ten_times(9));
        let inner: Vec<f64> = sorted
            .iter()
            .filter(|&&value| (low..=high).contains(&(10 * value)))
            .map(|&value| value as f64)
            .collect();
        let rmad = measure_values(&values, &Rescale::default()).rmad;
        prop_assert_eq!(rmad.is_none(), inner.is_empty());
        if let Some(rmad) = rmad {
            let plain = Plain(inner);
            let mean = plain.mean_of(|y| y);
            prop_assert!((rmad - plain.mean_of(|y| (y - mean).abs())).abs() < 1e-9);
        }
    }

    #[test]
    fn tables_and_sorting_count_alike(
        samples in prop::collection::vec(any::<u16>(), 0..500),
        shift in 0u32..16, bits in 1u32..=16, signed: bool, ends: Option<(i16, i16)>,
    ) {
        let samples: Vec<u16> = samples.iter().map(|sample| sample >> shift).collect();
        let words: Vec<u32> = samples.iter().copied().map(u32::from).collect();
        let padding = ends.map(|(a, b)| Padding::new(a.into(), b.into()));
        let format = format(bits, signed);
        let counted = Histogram::from_u16(&samples, format, padding).unwrap();
        prop_assert_eq!(&counted, &Histogram::from_u32(&words, format, padding));
        prop_assert_eq!(counted.n_pixels() + counted.n_padding(), samples.len() as u64);
        let (left, right) = samples.split_at(samples.len() / 3);
        let mut merged = Histogram::from_u16(left, format, padding).unwrap();
        merged.merge(&Histogram::from_u16(right, format, padding).unwrap());
        prop_assert_eq!(counted, merged);
    }

    #[test]
    fn totals_do_not_depend_on_order_or_partition(
        images in any_images(), ranks in prop::collection::vec(0usize..4, 12), first in 0usize..4,
    ) {
        let mut alone = Totals::default();
        for image in &images {
            add(&mut alone, image);
        }
        let mut team: [Totals<String>; 4] = Default::default();
        for (image, &rank) in images.iter().zip(&ranks).rev() {
            add(&mut team[rank], image);
        }
        team.rotate_left(first);
        let mut merged = Totals::default();
        for totals in &team {
            // As it goes between ranks.
            let bytes = serde_json::to_vec(totals).unwrap();
            merged.merge(&serde_json::from_slice(&bytes).unwrap());
        }
        prop_assert_eq!(json(&alone), json(&merged));
        let [a, b, c, d] = &mut team;
        a.merge(b);
        c.merge(d);
        c.merge(a);
        prop_assert_eq!(json(&alone), json(c));
    }

    #[test]
    fn what_is_added_and_taken_back_is_gone(images in any_images(), extra in any_images()) {
        let mut kept = Distribution::default();
        let mut totals = Distribution::default();
        for (_, histogram, rescale) in &images {
            kept.add(histogram, rescale);
            totals.add(histogram, rescale);
        }
        let mut elsewhere = Distribution::default();
        for (_, histogram, rescale) in &extra {
            totals.add(histogram, rescale);
            elsewhere.subtract(histogram, rescale);
        }
        totals.merge(&elsewhere);
        let json = |distribution| serde_json::to_string(&distribution).unwrap();
        prop_assert_eq!(json(kept), json(totals));
    }
}
