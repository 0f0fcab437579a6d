//! Dose-volume histograms: `dvh.parquet` and `dvh_curves.parquet` in, curves and doses out.

use std::collections::BTreeMap;

use askama::Template;

use super::Source;
use super::tables::rows;
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{maybe, real};
use crate::html::trouble::Trouble;
use crate::plot::Curves;

const DOSES: &str = "dvh.parquet";
const CURVES: &str = "dvh_curves.parquet";

/// Regions and doses that are listed, plots, and lines of a plot.
const LISTED: usize = 200;
const PLOTS: usize = 4;
const LINES: usize = 6;
/// Points of a line.
const POINTS: usize = 120;
/// The width of a bin of the curves, Gy.
const BIN_GY: f64 = 0.01;
/// Points of a curve that are held: those of 1,000 Gy. No treatment has as much.
const MOST_BINS: usize = 100_000;

/// The object of a region, the number of the region, and the dose.
type Key = (String, u64, String);

/// What a plot is of: the object and the dose.
type Plan = (String, String);

#[derive(Debug, Clone, Default)]
struct Dose {
    key: Key,
    label: String,
    kind: String,
    /// Volume in cm3; mean, greatest and least dose, D95, D50, D2 in Gy.
    numbers: [Option<f64>; 7],
}

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "doses.html", config = "src/report/askama.toml")]
pub(super) struct Doses {
    figures: Vec<Figure>,
    table: Option<Grid>,
    left_out: u64,
}

impl Doses {
    /// `None` where the run measured no doses.
    pub(super) fn new(
        source: &Source<'_>,
        troubles: &mut Vec<Trouble>,
    ) -> anyhow::Result<Option<Self>> {
        if source.summary.regions.is_none() {
            return Ok(None);
        }
        let mut doses = Vec::new();
        let mut all = 0;
        match read(source, &mut doses) {
            Ok(count) => all = count,
            Err(trouble) => troubles.push(trouble),
        }
        let mut lines = BTreeMap::new();
        if !doses.is_empty()
            && let Err(trouble) = curves(source, &chosen(&doses), &mut lines)
        {
            troubles.push(trouble);
        }
        let figures = lines.into_values().enumerate().map(|(n, lines)| figure(n, lines));
        Ok(Some(Self {
            figures: figures.collect::<anyhow::Result<_>>()?,
            left_out: all.saturating_sub(doses.len() as u64),
            table: (!doses.is_empty()).then(|| table(&doses)),
        }))
    }
}

fn read(source: &Source<'_>, doses: &mut Vec<Dose>) -> Result<u64, Trouble> {
    let columns = [
        "region_SOPInstanceUID",
        "region_number",
        "dose_SOPInstanceUID",
        "region_label",
        "region_type",
        "volume_cm3",
        "d_mean",
        "d_max",
        "d_min",
        "d95",
        "d50",
        "d2",
    ];
    rows(source.output, DOSES, &columns, |row| {
        if doses.len() < LISTED {
            let text = |at: usize| row.text(at).to_owned();
            doses.push(Dose {
                key: (text(0), row.natural(1), text(2)),
                label: text(3),
                kind: text(4),
                numbers: std::array::from_fn(|at| row.number(5 + at)),
            });
        }
    })
}

/// The plots and their lines: the first objects, with the largest regions of each.
fn chosen(doses: &[Dose]) -> BTreeMap<Key, (Plan, String)> {
    let mut plans: Vec<(Plan, Vec<&Dose>)> = Vec::new();
    for dose in doses {
        let plan = (dose.key.0.clone(), dose.key.2.clone());
        match plans.iter().position(|(known, _)| *known == plan) {
            Some(place) => plans[place].1.push(dose),
            None if plans.len() < PLOTS => plans.push((plan, vec![dose])),
            None => {}
        }
    }
    let mut chosen = BTreeMap::new();
    for (plan, mut regions) in plans {
        let volume = |dose: &Dose| dose.numbers[0].unwrap_or(0.0);
        regions.sort_by(|a, b| volume(b).total_cmp(&volume(a)));
        for dose in regions.into_iter().take(LINES) {
            chosen.insert(dose.key.clone(), (plan.clone(), name(dose)));
        }
    }
    chosen
}

fn name(dose: &Dose) -> String {
    match dose.label.as_str() {
        "" => format!("region {}", dose.key.1),
        label => label.chars().take(40).collect(),
    }
}

type Lines = Vec<(String, Vec<[f64; 2]>)>;

fn curves(
    source: &Source<'_>,
    chosen: &BTreeMap<Key, (Plan, String)>,
    lines: &mut BTreeMap<Plan, Lines>,
) -> Result<(), Trouble> {
    let columns = ["region_SOPInstanceUID", "region_number", "dose_SOPInstanceUID", "volume_cm3"];
    // Rows of one curve follow each other, from no dose up.
    let mut at = Key::default();
    let mut volumes: Vec<f64> = Vec::new();
    let mut keep = |key: &Key, volumes: &[f64]| {
        if let Some((plan, name)) = chosen.get(key).filter(|_| !volumes.is_empty()) {
            lines.entry(plan.clone()).or_default().push((name.clone(), thinned(volumes)));
        }
    };
    rows(source.output, CURVES, &columns, |row| {
        let is_same = at.0 == row.text(0) && at.1 == row.natural(1) && at.2 == row.text(2);
        if !is_same {
            keep(&at, &volumes);
            volumes.clear();
            at = (row.text(0).to_owned(), row.natural(1), row.text(2).to_owned());
        }
        if volumes.len() < MOST_BINS && chosen.contains_key(&at) {
            volumes.push(row.number(3).unwrap_or(0.0));
        }
    })?;
    keep(&at, &volumes);
    Ok(())
}

/// Doses in Gy and shares of the volume in percent, of as many points as a line needs.
fn thinned(volumes: &[f64]) -> Vec<[f64; 2]> {
    let whole = volumes.first().copied().filter(|whole| *whole > 0.0).unwrap_or(1.0);
    let every = volumes.len().div_ceil(POINTS).max(1);
    let last = volumes.len() - 1;
    let places = (0..volumes.len()).filter(|bin| bin % every == 0 || *bin == last);
    places.map(|bin| [bin as f64 * BIN_GY, volumes[bin] / whole * 100.0]).collect()
}

fn figure(n: usize, lines: Lines) -> anyhow::Result<Figure> {
    let chart = Curves {
        title: format!("Dose-volume histograms of plan {}", n + 1),
        axes: ["dose, Gy".to_owned(), "volume, %".to_owned()],
        lines,
    };
    let heads = vec![words("Region"), number("Dose, Gy"), number("Volume, %")];
    let all = chart.lines.iter().flat_map(|(name, points)| {
        points
            .iter()
            .map(move |[dose, share]| GridRow::new([name.clone(), real(*dose), real(*share)]))
    });
    let data = Grid::new(&format!("dvh-{n}"), chart.title.clone(), heads).with(all).long();
    let caption =
        "The share of each region that has a dose at least; the largest regions of the plan.";
    Ok(Figure::new(&chart, caption, data)?)
}

fn table(doses: &[Dose]) -> Grid {
    let heads = vec![
        words("Region"),
        words("Type"),
        number("Volume, cm3"),
        number("Mean, Gy"),
        number("Greatest, Gy"),
        number("Least, Gy"),
        number("D95, Gy"),
        number("D50, Gy"),
        number("D2, Gy"),
    ];
    let row = |dose: &Dose| {
        let numbers = dose.numbers.map(maybe);
        GridRow::new([name(dose), dose.kind.clone()].into_iter().chain(numbers))
    };
    Grid::new("doses-table", "Doses of regions", heads).with(doses.iter().map(row)).long()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_keeps_its_ends() {
        let volumes: Vec<f64> = (0..5001).map(|bin| 10.0 - f64::from(bin) / 500.0).collect();
        let points = thinned(&volumes);
        assert!(points.len() <= POINTS + 1);
        let [dose, share] = points[0];
        assert!(dose.abs() < 1e-9 && (share - 100.0).abs() < 1e-9, "{dose} {share}");
        let [dose, share] = points[points.len() - 1];
        assert!((dose - 50.0).abs() < 1e-9 && share.abs() < 0.1, "{dose} {share}");
    }
}
