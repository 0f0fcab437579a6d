//! Measures the digital phantom of the IBSI and compares every feature with its reference value: a table in Markdown,
//! which stands in `results/regions.md`.
//!
//! `cargo run --release --example ibsi_phantom`

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;

use sauva::radiomics::{Discretisation, Settings, features, measure};
use sauva::volume::Volume;

const SIZE: [usize; 3] = [5, 4, 4];
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data_sample/ibsi");

/// What became of the reference values of a family.
#[derive(Default)]
struct Family {
    values: usize,
    agreed: usize,
    told: Vec<String>,
}

fn phantom() -> Result<(Volume<f64>, Volume<bool>), Box<dyn Error>> {
    let (mut image, mut mask) = (Volume::filled(SIZE, 0.0), Volume::filled(SIZE, false));
    for row in csv::Reader::from_path(format!("{FOLDER}/digital_phantom.csv"))?.deserialize() {
        let (x, y, z, intensity, in_roi): (usize, usize, usize, f64, u8) = row?;
        let at = image.place([x, y, z]);
        image.values_mut()[at] = intensity;
        mask.values_mut()[at] = in_roi == 1;
    }
    Ok((image, mask))
}

/// A value in three significant digits, as the reference values are.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (image, mask) = phantom()?;
    let settings = Settings { discretisation: Discretisation::AsIs, ..Settings::default() };
    let measured = measure(&image, &mask, [2.0; 3], &settings)?;
    let mut ours: BTreeMap<&str, Option<f64>> =
        features().iter().map(|feature| feature.name).zip(measured.values).collect();
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let table = format!("{FOLDER}/reference_digital_phantom.csv");
    for row in csv::Reader::from_path(table)?.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let aggregation = row["aggregation"].replace('.', "_");
        let name = match aggregation.as_str() {
            "" => row["feature"].clone(),
            aggregation => format!("{}_{aggregation}", row["feature"]),
        };
        let (value, tolerance): (f64, f64) = (row["value"].parse()?, row["tolerance"].parse()?);
        let family = families.entry(row["family"].clone()).or_default();
        family.values += 1;
        match ours.remove(name.as_str()) {
            None => family.told.push(format!("{name}: left out")),
            Some(None) => family.told.push(format!("{name}: undefined")),
            Some(Some(found)) if (rounded(found) - value).abs() <= tolerance * (1.0 + 1e-9) => {
                family.agreed += 1;
            }
            Some(Some(found)) => family.told.push(format!("{name}: {found}, not {value}")),
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "| family | reference values | agreed | left out or deviating |")?;
    writeln!(out, "|---|---:|---:|---|")?;
    for (name, Family { values, agreed, told }) in &families {
        let told = if told.is_empty() { "none".to_owned() } else { told.join("; ") };
        writeln!(out, "| {name} | {values} | {agreed} | {told} |")?;
    }
    let sum = |of: fn(&Family) -> usize| families.values().map(of).sum::<usize>();
    writeln!(out, "| all | {} | {} | |", sum(|it| it.values), sum(|it| it.agreed))?;
    writeln!(
        out,
        "\nWithout a reference value: {}.",
        ours.into_keys().collect::<Vec<_>>().join(", ")
    )?;
    Ok(())
}
