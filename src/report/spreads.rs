//! Series among their like: `cohort_metrics.parquet` and the series in, strips of their numbers and those beyond Tukey's
//! fences out.

use super::Source;
use super::cohorts::{Cohort, name};
use super::series::AllSeries;
use super::tables::rows;
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridCell, GridRow, number, words};
use crate::html::numbers::{count, real};
use crate::html::trouble::Trouble;
use crate::plot::{Strip, Strips};
use crate::results::METRICS;

const SPREADS: &str = "cohort_metrics.parquet";

/// Cohorts whose series are compared, those with most series.
const STRIPS_SHOWN: usize = 6;
/// Of fewer series there is nothing to compare.
const LEAST_SERIES: u64 = 5;
const OUTLIERS_SHOWN: usize = 200;

/// How a number of a cohort's series spreads.
#[derive(Debug, Clone)]
struct Spread {
    metric: usize,
    n: u64,
    quartiles: [f64; 5],
    fences: Option<[f64; 2]>,
}

/// A plot for each cohort.
pub(super) fn strips(
    source: &Source<'_>,
    cohorts: &[Cohort],
    series: &AllSeries,
    troubles: &mut Vec<Trouble>,
) -> anyhow::Result<Vec<Figure>> {
    let mut shown: Vec<&Cohort> = cohorts.iter().filter(|it| it.series >= LEAST_SERIES).collect();
    shown.sort_by_key(|cohort| std::cmp::Reverse(cohort.series));
    shown.truncate(STRIPS_SHOWN);
    let mut spreads: Vec<Vec<Spread>> = vec![Vec::new(); shown.len()];
    let columns = [
        "Modality",
        "Manufacturer",
        "ConvolutionKernel",
        "metric",
        "n",
        "min",
        "p25",
        "median",
        "p75",
        "max",
        "fence_low",
        "fence_high",
    ];
    let read = rows(source.output, SPREADS, &columns, |row| {
        let is_it = |cohort: &&Cohort| (0..3).all(|part| cohort.key[part] == row.text(part));
        let metric = METRICS.iter().position(|metric| *metric == row.text(3));
        let (Some(place), Some(metric)) = (shown.iter().position(is_it), metric) else { return };
        let quartiles = [5, 6, 7, 8, 9].map(|at| row.number(at).unwrap_or(0.0));
        let fences = row.number(10).zip(row.number(11)).map(|(low, high)| [low, high]);
        spreads[place].push(Spread { metric, n: row.natural(4), quartiles, fences });
    });
    if let Err(trouble) = read {
        troubles.push(trouble);
        return Ok(Vec::new());
    }
    let mut figures = Vec::new();
    for (n, (cohort, mut spreads)) in shown.into_iter().zip(spreads).enumerate() {
        spreads.sort_by_key(|spread| spread.metric);
        if !spreads.is_empty() {
            figures.push(strip_figure(n, cohort, &spreads, series)?);
        }
    }
    Ok(figures)
}

fn strip_figure(
    n: usize,
    cohort: &Cohort,
    spreads: &[Spread],
    series: &AllSeries,
) -> anyhow::Result<Figure> {
    let known = series.cohorts.get(&cohort.key);
    let strip = |spread: &Spread| Strip {
        label: METRICS[spread.metric].to_owned(),
        quartiles: spread.quartiles,
        fences: spread.fences,
        points: known.map(|known| known.points[spread.metric].clone()).unwrap_or_default(),
    };
    let title = format!("{}: {} series", name(&cohort.key), count(cohort.series));
    let chart = Strips { title, strips: spreads.iter().map(strip).collect() };
    let heads = vec![
        words("Number"),
        number("Series"),
        number("Least"),
        number("1st quartile"),
        number("Median"),
        number("3rd quartile"),
        number("Greatest"),
        number("Lower fence"),
        number("Upper fence"),
    ];
    let row = |spread: &Spread| {
        let fences = spread.fences.map_or([String::new(), String::new()], |it| it.map(real));
        let name = METRICS[spread.metric].to_owned();
        GridRow::new(
            [name, count(spread.n)].into_iter().chain(spread.quartiles.map(real)).chain(fences),
        )
    };
    let data = Grid::new(&format!("strips-{n}"), chart.title.clone(), heads);
    let data = data.with(spreads.iter().map(row));
    Ok(Figure::new(&chart, "", data)?)
}

/// The series beyond a fence, with links to their rows.
pub(super) fn outliers(series: &AllSeries) -> Option<Grid> {
    let heads = vec![words("Series"), words("Cohort"), words("What stands out")];
    let beyond = series.listed.iter().filter(|series| !series.outlier.is_empty());
    let rows: Vec<GridRow> = beyond
        .take(OUTLIERS_SHOWN)
        .map(|series| {
            GridRow::new([
                GridCell::link(&format!("series {}", count(series.number)), &series.anchor()),
                name(&series.key).into(),
                series.outlier.clone().into(),
            ])
        })
        .collect();
    let caption =
        format!("Series beyond Tukey's fences of their cohort, the first {OUTLIERS_SHOWN} at most");
    (!rows.is_empty()).then(|| Grid::new("outliers", caption, heads).with(rows))
}
