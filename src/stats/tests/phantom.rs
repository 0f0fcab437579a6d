//! The digital phantom of the Image Biomarker Standardisation Initiative and its reference values.
//!
//! Phantom: `theibsi/data_sets` on GitHub, `ibsi_1_digital_phantom`, CC BY 4.0 (design Alex
//! Zwanenburg). Values: the IBSI reference manual (arXiv:1612.07003, CC BY 4.0) and Zwanenburg et al.,
//! Radiology 295:328-338, 2020.

use std::path::Path;

use super::*;

/// Grey levels by z, y and x; 0 is outside of the region of interest.
const PHANTOM: [[[u16; 5]; 4]; 4] = [
    [[1, 4, 4, 1, 1], [1, 4, 6, 1, 1], [4, 1, 6, 4, 1], [4, 4, 6, 4, 1]],
    [[1, 4, 4, 1, 1], [1, 1, 6, 1, 1], [0, 1, 3, 1, 1], [4, 4, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 1, 6, 1, 1]],
    [[1, 4, 4, 0, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 6, 1, 1]],
];

/// The families "intensity-based statistics" and "intensity histogram": to three significant digits,
/// tolerance 0. The names are those of MIRP.
const REFERENCE: [(&str, &str); 41] = [
    ("stat_mean", "2.15"),
    ("stat_var", "3.05"),
    ("stat_skew", "1.08"),
    ("stat_kurt", "-0.355"),
    ("stat_median", "1"),
    ("stat_min", "1"),
    ("stat_p10", "1"),
    ("stat_p90", "4"),
    ("stat_max", "6"),
    ("stat_iqr", "3"),
    ("stat_range", "5"),
    ("stat_mad", "1.55"),
    ("stat_rmad", "1.11"),
    ("stat_medad", "1.15"),
    ("stat_cov", "0.812"),
    ("stat_qcod", "0.6"),
    ("stat_energy", "567"),
    ("stat_rms", "2.77"),
    ("ih_mean", "2.15"),
    ("ih_var", "3.05"),
    ("ih_skew", "1.08"),
    ("ih_kurt", "-0.355"),
    ("ih_median", "1"),
    ("ih_min", "1"),
    ("ih_p10", "1"),
    ("ih_p90", "4"),
    ("ih_max", "6"),
    ("ih_mode", "1"),
    ("ih_iqr", "3"),
    ("ih_range", "5"),
    ("ih_mad", "1.55"),
    ("ih_rmad", "1.11"),
    ("ih_medad", "1.15"),
    ("ih_cov", "0.812"),
    ("ih_qcod", "0.6"),
    ("ih_entropy", "1.27"),
    ("ih_uniformity", "0.512"),
    ("ih_max_grad", "8"),
    ("ih_max_grad_g", "3"),
    ("ih_min_grad", "-50"),
    ("ih_min_grad_g", "1"),
];

fn histogram() -> Histogram {
    let voxels = PHANTOM.as_flattened().as_flattened();
    Histogram::from_u16(voxels, format(16, false), Some(Padding::new(0, 0))).unwrap()
}

fn first_order() -> FirstOrder {
    measure(&histogram(), &Rescale::default(), ImageKind::Other).unwrap().measures.first_order
}

/// A feature by its name. A grey level of the phantom is a bin of the histogram.
fn feature(name: &str) -> Option<f64> {
    let one = Decimal::from(1);
    let bins = Bins::of(&histogram(), &Rescale::default(), &one).unwrap();
    let histogram = HistogramFeatures::of(&bins).unwrap();
    let (family, name) = name.split_once('_')?;
    let s = if family == "ih" { histogram.numbers } else { first_order() };
    Some(match name {
        "mean" => s.mean,
        "var" => s.var,
        "skew" => s.skew,
        "kurt" => s.kurt,
        "median" => s.median,
        "min" => s.min,
        "p10" => s.p10,
        "p90" => s.p90,
        "max" => s.max,
        "mode" => s.mode,
        "iqr" => s.iqr,
        "range" => s.range,
        "mad" => s.mad,
        "rmad" => s.rmad?,
        "medad" => s.medad,
        "cov" => s.cov?,
        "qcod" => s.qcod?,
        "energy" => s.energy,
        "rms" => s.rms,
        "entropy" => s.entropy,
        "uniformity" => s.uniformity,
        "max_grad" => histogram.max_gradient,
        "max_grad_g" => histogram.max_gradient_number as f64,
        "min_grad" => histogram.min_gradient,
        "min_grad_g" => histogram.min_gradient_number as f64,
        _ => return None,
    })
}

/// The value to three significant digits.
fn rounded(name: &str) -> f64 {
    let value = feature(name).unwrap_or_else(|| panic!("{name} is not measured"));
    format!("{value:.2e}").parse().unwrap()
}

#[test]
fn the_phantom_has_74_voxels() {
    assert_eq!(histogram().bins(), [(1, 50), (3, 1), (4, 16), (6, 7)]);
    assert_eq!(histogram().n_padding(), 6);
}

#[test]
fn the_phantom_has_the_reference_values() {
    for (name, expected) in REFERENCE {
        assert_eq!(rounded(name), expected.parse::<f64>().unwrap(), "{name}");
    }
}

#[test]
fn the_published_table_is_met_where_it_is_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ibsi");
    let Ok(table) = std::fs::read_to_string(folder.join("reference_digital_phantom.csv")) else {
        return;
    };
    let mut met = 0;
    for line in table.lines() {
        // The last three columns: value, tolerance, name.
        let mut last = line.rsplitn(4, ',');
        let (Some(name), Some(tolerance), Some(value)) = (last.next(), last.next(), last.next())
        else {
            continue;
        };
        if name.starts_with("stat_") || name.starts_with("ih_") {
            let [value, tolerance]: [f64; 2] = [value, tolerance].map(|x| x.parse().unwrap());
            assert!((rounded(name) - value).abs() <= tolerance, "{name}");
            met += 1;
        }
    }
    assert_eq!(met, REFERENCE.len());
}

#[test]
fn the_phantom_has_the_values_to_full_precision() {
    let s = first_order();
    assert_eq!(s.mean.to_bits(), (159.0f64 / 74.0).to_bits());
    assert_eq!(s.var.to_bits(), (16677.0f64 / 5476.0).to_bits());
    let table = [
        (s.skew, 1.083_820_722_56),
        (s.kurt, -0.354_620_480_688),
        (s.mad, 1.552_227_903_58),
        (s.rmad.unwrap(), 1.113_833_815_99),
        (s.entropy, 1.265_611_555_59),
        (s.uniformity, 0.512_417_823_229),
    ];
    // The expected values have 12 digits.
    for (actual, expected) in table {
        assert_near(actual, expected, 5e-12);
    }
    assert_eq!((s.n_pixels, s.n_distinct, s.n_padding), (74, 4, 6));
}

#[test]
fn the_phantom_as_floats_has_the_same_values() {
    let voxels: Vec<f32> =
        PHANTOM.as_flattened().as_flattened().iter().map(|&level| level.into()).collect();
    let reals = RealHistogram::from_f32(&voxels, Some(RealPadding::new(0.0, 0.0)));
    let s = measure_reals(&reals).unwrap().measures.first_order;
    let t = first_order();
    assert_near(s.mad, t.mad, 1e-15);
    assert_near(s.rmad.unwrap(), t.rmad.unwrap(), 1e-15);
    assert_eq!(FirstOrder { mad: t.mad, rmad: t.rmad, ..s }, t);
    let one = Decimal::from(1);
    assert_eq!(Bins::of_reals(&reals, &one), Bins::of(&histogram(), &Rescale::default(), &one));
}
