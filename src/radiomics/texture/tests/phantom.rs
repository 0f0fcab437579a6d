//! The digital phantom of the IBSI and its reference values.

use super::super::{features, measure};
use crate::volume::Volume;

/// Columns of a small table without quotes in what is read here.
fn table(text: &str) -> Vec<Vec<String>> {
    csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

/// Levels and mask: 5 x 4 x 4 voxels, 74 of them in the region.
fn phantom() -> (Volume<u16>, Volume<bool>) {
    let rows = table(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data_sample/ibsi/digital_phantom.csv"
    )));
    let mut levels = Volume::filled([5, 4, 4], 0);
    let mut mask = Volume::filled([5, 4, 4], false);
    for row in rows {
        let number = |at: usize| row[at].parse::<usize>().unwrap();
        let place = levels.place([number(0), number(1), number(2)]);
        mask.values_mut()[place] = number(4) == 1;
        levels.values_mut()[place] = if number(4) == 1 { number(3) as u16 } else { 0 };
    }
    (levels, mask)
}

/// The value to 3 significant digits, as the reference values are given.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap()
}

#[test]
fn every_reference_value_of_the_digital_phantom_is_met() {
    let (levels, mask) = phantom();
    assert_eq!(mask.values().iter().filter(|&&inside| inside).count(), 74);
    let values = measure(&levels, 6, &mask);
    let rows = table(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data_sample/ibsi/reference_digital_phantom.csv"
    )));
    let mut seen = 0;
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| !row[6].is_empty()) {
        let name = format!("{}_{}", row[3], row[6].replace('.', "_"));
        let (expected, tolerance): (f64, f64) = (row[9].parse().unwrap(), row[10].parse().unwrap());
        let at = features().iter().position(|feature| feature.name == name).unwrap();
        let feature = &features()[at];
        assert_eq!([feature.code, feature.family], [&row[4], &row[1]], "{name}");
        assert_eq!(feature.aggregation, row[6], "{name}");
        let value = values[at].unwrap();
        if (rounded(value) - expected).abs() > tolerance + 1e-9 * expected.abs() {
            wrong.push(format!("{name}: {value} is not {expected} +- {tolerance}"));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen, 408);
}
