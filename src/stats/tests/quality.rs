//! Quality against the formulae done plainly over the pixels.

use super::*;

/// MRIQC's formulae over pixels, with the foreground as it is told here; a number that it would not
/// give is none.
struct Mriqc {
    snr: Option<f64>,
    snrd: Option<f64>,
    fber: Option<f64>,
    efc: Option<f64>,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

fn mriqc(pixels: &[f64], is_background: impl Fn(f64) -> bool) -> Mriqc {
    let (background, foreground): (Vec<f64>, Vec<f64>) =
        pixels.iter().partition(|&&pixel| is_background(pixel));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let sd = |values: &[f64]| {
        let centre = mean(values);
        mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>()).sqrt()
    };
    let finite = |number: f64| Some(number).filter(|number| number.is_finite());
    let n = foreground.len() as f64;
    let energy = |values: &[f64]| {
        (!values.is_empty()).then(|| median(values.iter().map(|value| value * value).collect()))
    };
    let fber = energy(&foreground)
        .zip(energy(&background))
        .filter(|&(_, background)| background >= 1e-3)
        .map(|(foreground, background)| foreground / background);
    let voxels = pixels.len() as f64;
    let efc_max = voxels * (1.0 / voxels.sqrt()) * (1.0 / voxels.sqrt()).ln();
    let b = pixels.iter().map(|pixel| pixel * pixel).sum::<f64>().sqrt();
    let entropy: f64 = pixels.iter().map(|pixel| pixel / b * ((pixel + 1e-16) / b).ln()).sum();
    Mriqc {
        snr: finite(mean(&foreground) / (sd(&foreground) * (n / (n - 1.0)).sqrt())),
        snrd: finite(0.655_136_4 * mean(&foreground) / sd(&background))
            .filter(|_| sd(&background) > 1e-3),
        fber,
        efc: finite(entropy / efc_max).filter(|_| pixels.iter().all(|&pixel| pixel >= 0.0)),
    }
}

/// The threshold by trying each value, in `f64`.
fn otsu(values: &[i64]) -> i64 {
    let variance = |threshold: i64| {
        let (low, high): (Vec<i64>, Vec<i64>) = values.iter().partition(|&&v| v <= threshold);
        let mean = |part: &[i64]| part.iter().sum::<i64>() as f64 / part.len() as f64;
        let weight = low.len() as f64 * high.len() as f64;
        weight * (mean(&low) - mean(&high)).powi(2)
    };
    let mut candidates = values.to_vec();
    candidates.sort_unstable();
    candidates.dedup();
    candidates.pop();
    let best = candidates.iter().map(|&v| variance(v)).fold(0.0, f64::max);
    *candidates.iter().find(|&&v| variance(v) >= best * (1.0 - 1e-12)).unwrap()
}

#[track_caller]
fn assert_alike(actual: Option<f64>, expected: Option<f64>, name: &str) {
    match (actual, expected) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{name}: {a} {b}"),
        _ => assert_eq!(actual.is_some(), expected.is_some(), "{name}: {actual:?} {expected:?}"),
    }
}

fn assert_is(quality: &Quality, expected: &Mriqc) {
    assert_alike(quality.snr, expected.snr, "snr");
    assert_alike(quality.snrd, expected.snrd, "snrd");
    assert_alike(quality.fber, expected.fber, "fber");
    assert_alike(quality.efc, expected.efc, "efc");
}

#[test]
fn air_is_what_is_at_most_minus_900() {
    let to = rescale("0.1", "-1000");
    let quality = Quality::of(&histogram_of(&[0, 999, 1000, 1001, 9000]), &to, ImageKind::Ct);
    assert_eq!((quality.air_frac, quality.bg_frac, quality.efc), (Some(0.6), None, None));
}

#[test]
fn two_peaks_are_parted_between_them() {
    let values = [0, 0, 1, 1, 2, 100, 101, 101];
    let quality = Quality::of(&histogram_of(&values), &rescale("2", "1"), ImageKind::Other);
    assert_eq!((quality.otsu, quality.bg_frac, quality.air_frac), (Some(5.0), Some(0.625), None));
    // Turned round, the other part is the background.
    let turned = Quality::of(&histogram_of(&values), &rescale("-2", "300"), ImageKind::Other);
    assert_eq!((turned.otsu, turned.bg_frac), (Some(100.0), Some(0.375)));
}

#[test]
fn what_is_undefined_is_none() {
    let none = Quality::default();
    assert_eq!(Quality::of(&histogram_of(&[]), &Rescale::default(), ImageKind::Other), none);
    let empty = Quality::of(&histogram_of(&[]), &Rescale::default(), ImageKind::Ct);
    assert_eq!(empty.with_clipping(&histogram_of(&[]), format(8, false)), none);
    // Constant: of equal pixels the entropy is the greatest.
    let constant = Quality::of(&histogram_of(&[7; 9]), &Rescale::default(), ImageKind::Other);
    assert_alike(constant.efc, Some(1.0), "efc");
    assert_eq!(Quality { efc: None, ..constant }, none);
    // All 0: no energy.
    assert_eq!(Quality::of(&histogram_of(&[0; 9]), &Rescale::default(), ImageKind::Other), none);
    // One pixel has it all.
    let one = Quality::of(&histogram_of(&[0, 0, 0, 5]), &Rescale::default(), ImageKind::Other);
    assert_eq!((one.efc.map(f64::abs), one.snr, one.fber), (Some(0.0), None, None));
    // CT without air has no background.
    let inside = Quality::of(&histogram_of(&[0, 40, 80]), &Rescale::default(), ImageKind::Ct);
    assert_eq!((inside.air_frac, inside.snrd, inside.fber), (Some(0.0), None, None));
    assert!(inside.snr.is_some());
}

#[test]
fn clipping_is_at_the_ends_of_the_stored_range() {
    let clipped = |values: &[i64], format| {
        let quality = Quality::default().with_clipping(&histogram_of(values), format);
        (quality.clip_lo, quality.clip_hi)
    };
    assert_eq!(clipped(&[0, 0, 4095, 7], format(12, false)), (Some(0.5), Some(0.25)));
    assert_eq!(clipped(&[-2048, 2047, 2047, 0], format(12, true)), (Some(0.25), Some(0.5)));
    assert_eq!(clipped(&[1, 4094], format(12, false)), (Some(0.0), Some(0.0)));
}

proptest! {
    #[test]
    fn quality_is_that_of_the_formulae(
        values in prop::collection::vec(prop_oneof![0i64..30, 0i64..3000], 2..120),
        (slope, intercept) in prop::sample::select(vec![("1", "-1024"), ("0.25", "0"), ("-0.5", "100"), ("3", "2")]),
        ct: bool,
    ) {
        let to = rescale(slope, intercept);
        let pixels: Vec<f64> = values.iter().map(|&value| to.apply(value).to_f64()).collect();
        let kind = if ct { ImageKind::Ct } else { ImageKind::Other };
        let quality = Quality::of(&histogram_of(&values), &to, kind);
        let reals = Quality::of_reals(&RealHistogram::from_f64(&pixels, None), kind);
        prop_assume!(values.iter().any(|value| *value != values[0]));
        let sign = if slope.starts_with('-') { -1 } else { 1 };
        let threshold = sign * otsu(&values.iter().map(|value| sign * value).collect::<Vec<_>>());
        let threshold = to.apply(threshold).to_f64();
        prop_assert_eq!(quality.otsu, Some(threshold));
        let limit = if ct { -900.0 } else { threshold };
        let expected = mriqc(&pixels, |pixel| pixel <= limit);
        assert_is(&quality, &expected);
        if reals.otsu == quality.otsu {
            assert_is(&reals, &expected);
        }
    }
}
