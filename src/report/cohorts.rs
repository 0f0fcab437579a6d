//! The cohorts, images of one Modality, Manufacturer and Convolution Kernel: their tables in, how often values occur and
//! how their series spread out.

use std::collections::BTreeMap;

use askama::Template;

use super::Source;
use super::series::{AllSeries, Key};
use super::spreads;
use super::tables::{Row, rows};
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{count, percent, real};
use crate::html::trouble::Trouble;
use crate::plot::Histogram;

const COHORTS: &str = "cohorts.parquet";
const HISTOGRAMS: &str = "cohort_histograms.parquet";

/// Cohorts whose histogram is shown.
const HISTOGRAMS_SHOWN: usize = 18;
const BINS: usize = 48;
const LISTED: usize = 200;

/// What is known of a cohort.
#[derive(Debug, Clone, Default)]
pub(super) struct Cohort {
    pub(super) key: Key,
    pub(super) series: u64,
    images: u64,
    pixels: u64,
    /// Mean, standard deviation, entropy.
    numbers: [Option<f64>; 3],
    /// The 1st and the 99th percentile, between which the histogram lies.
    range: [f64; 2],
}

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "cohorts.html", config = "src/report/askama.toml")]
pub(super) struct Cohorts {
    table: Option<Grid>,
    histograms: Vec<Figure>,
    left_out: usize,
    strips: Vec<Figure>,
    outliers: Option<Grid>,
}

impl Cohorts {
    pub(super) fn new(
        source: &mut Source<'_>,
        troubles: &mut Vec<Trouble>,
    ) -> anyhow::Result<(Self, AllSeries)> {
        let mut cohorts = Vec::new();
        if let Err(trouble) = read(source, &mut cohorts) {
            troubles.push(trouble);
        }
        let sizes: BTreeMap<Key, u64> =
            cohorts.iter().map(|cohort| (cohort.key.clone(), cohort.series)).collect();
        let series = AllSeries::read(source, &sizes, troubles);
        cohorts.sort_by_key(|cohort| std::cmp::Reverse(cohort.pixels));
        let histograms = histograms(source, &cohorts, &series, troubles)?;
        let strips = spreads::strips(source, &cohorts, &series, troubles)?;
        let with_pixels = cohorts.iter().filter(|cohort| cohort.pixels > 0).count();
        let section = Self {
            table: (!cohorts.is_empty()).then(|| table(&cohorts)),
            left_out: with_pixels.saturating_sub(HISTOGRAMS_SHOWN),
            histograms,
            strips,
            outliers: spreads::outliers(&series),
        };
        Ok((section, series))
    }
}

fn key(row: &Row<'_>) -> Key {
    [0, 1, 2].map(|at| row.text(at).to_owned())
}

/// A cohort in a few words.
pub(super) fn name(key: &Key) -> String {
    let parts: Vec<&str> = key.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "no modality".to_owned() } else { parts.join(" · ") }
}

fn read(source: &Source<'_>, cohorts: &mut Vec<Cohort>) -> Result<(), Trouble> {
    let columns = [
        "Modality",
        "Manufacturer",
        "ConvolutionKernel",
        "series",
        "images",
        "n_pixels",
        "mean",
        "sd",
        "entropy",
        "p01",
        "p99",
    ];
    rows(source.output, COHORTS, &columns, |row| {
        let range = [row.number(9), row.number(10)].map(|end| end.unwrap_or(0.0));
        cohorts.push(Cohort {
            key: key(row),
            series: row.natural(3),
            images: row.natural(4),
            pixels: row.natural(5),
            numbers: [6, 7, 8].map(|at| row.number(at)),
            range,
        });
    })?;
    Ok(())
}

fn histograms(
    source: &Source<'_>,
    cohorts: &[Cohort],
    series: &AllSeries,
    troubles: &mut Vec<Trouble>,
) -> anyhow::Result<Vec<Figure>> {
    let shown: Vec<&Cohort> =
        cohorts.iter().filter(|cohort| cohort.pixels > 0).take(HISTOGRAMS_SHOWN).collect();
    let mut bins = vec![[0_u64; BINS]; shown.len()];
    // Rows of one cohort follow each other.
    let mut at: (Key, Option<usize>) = Default::default();
    let columns = ["Modality", "Manufacturer", "ConvolutionKernel", "value", "pixels"];
    let read = rows(source.output, HISTOGRAMS, &columns, |row| {
        if (0..3).any(|part| at.0[part] != row.text(part)) || at.1.is_none() {
            let key = key(row);
            let place = shown.iter().position(|cohort| cohort.key == key);
            at = (key, place);
        }
        let (Some(place), Some(value)) = (at.1, row.number(3)) else { return };
        if let Some(bin) = bin(value, shown[place].range) {
            bins[place][bin] += row.natural(4);
        }
    });
    if let Err(trouble) = read {
        troubles.push(trouble);
        return Ok(Vec::new());
    }
    let figure = |(n, (cohort, bins)): (usize, (&&Cohort, &[u64; BINS]))| {
        let unit = series.cohorts.get(&cohort.key).map_or("", |it| it.unit.as_str());
        histogram(n, cohort, unit, bins)
    };
    shown.iter().zip(&bins).enumerate().map(figure).collect()
}

/// The bin of a value between the ends of a range; `None` beyond.
fn bin(value: f64, [low, high]: [f64; 2]) -> Option<usize> {
    if value < low || value > high {
        return None;
    }
    let share = if high > low { (value - low) / (high - low) } else { 0.0 };
    Some(((share * BINS as f64) as usize).min(BINS - 1))
}

fn histogram(n: usize, cohort: &Cohort, unit: &str, bins: &[u64; BINS]) -> anyhow::Result<Figure> {
    let [low, high] = cohort.range;
    let share = |pixels: u64| pixels as f64 / cohort.pixels as f64;
    let chart = Histogram {
        title: name(&cohort.key),
        unit: unit.to_owned(),
        range: cohort.range,
        shares: bins.iter().map(|pixels| share(*pixels)).collect(),
    };
    let heads = vec![number("From"), number("Pixels"), number("%")];
    let data =
        Grid::new(&format!("histogram-{n}"), format!("{}: pixels by value", chart.title), heads);
    let data =
        data.with(bins.iter().enumerate().filter(|(_, pixels)| **pixels > 0).map(|(n, pixels)| {
            let from = low + (high - low) * n as f64 / BINS as f64;
            GridRow::new([real(from), count(*pixels), percent(share(*pixels))])
        }));
    let beyond = 1.0 - share(bins.iter().sum());
    let caption = format!(
        "{}, {} % of pixels beyond.",
        crate::html::numbers::counted(cohort.images, "image", "images"),
        percent(beyond.max(0.0))
    );
    Ok(Figure::new(&chart, caption, data)?)
}

fn table(cohorts: &[Cohort]) -> Grid {
    let heads = vec![
        words("Modality"),
        words("Manufacturer"),
        words("Kernel"),
        number("Series"),
        number("Images"),
        number("Pixels, M"),
        number("Mean"),
        number("SD"),
        number("Entropy, bit"),
    ];
    let row = |cohort: &Cohort| {
        let [mean, sd, entropy] = cohort.numbers.map(crate::html::numbers::maybe);
        let [modality, manufacturer, kernel] = cohort.key.clone();
        let counts = [count(cohort.series), count(cohort.images), real(cohort.pixels as f64 / 1e6)];
        GridRow::new(
            [modality, manufacturer, kernel].into_iter().chain(counts).chain([mean, sd, entropy]),
        )
    };
    Grid::new("cohorts-table", "Cohorts, those with most pixels first", heads)
        .with(cohorts.iter().take(LISTED).map(row))
        .long()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_reach_from_end_to_end() {
        let range = [-10.0, 10.0];
        assert_eq!(
            [-10.0, 10.0, 10.1, -10.1].map(|value| bin(value, range)),
            [Some(0), Some(BINS - 1), None, None]
        );
        assert_eq!(bin(5.0, [5.0, 5.0]), Some(0));
    }

    #[test]
    fn a_cohort_is_named_by_what_it_has() {
        assert_eq!(name(&["CT".into(), String::new(), "B30f".into()]), "CT · B30f");
        assert_eq!(name(&Key::default()), "no modality");
    }
}
