//! How long units took: `runs.csv` in, boxes by node and the slowest units out.

use askama::Template;

use super::nodes::{extremes, label};
use super::units::Units;
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, count};
use crate::plot::{BoxRow, Boxes};
use crate::results::{RunRow, UnitState};

/// Nodes that are drawn.
const DRAWN: usize = 32;
/// Of fewer units a median tells little of a node.
const MANY: usize = 5;

/// How long the units of a node took which are done.
#[derive(Debug, Clone)]
pub(super) struct Median {
    pub(super) host: String,
    pub(super) units: usize,
    /// The least, the quartiles and the greatest, s.
    pub(super) quartiles: [f64; 5],
}

impl Median {
    pub(super) fn median(&self) -> f64 {
        self.quartiles[2]
    }

    pub(super) fn is_of_many(&self) -> bool {
        self.units >= MANY
    }
}

/// By node, in the order of their names.
pub(super) fn medians(units: &Units) -> Vec<Median> {
    let mut walls: Vec<Vec<f64>> = vec![Vec::new(); units.hosts.len()];
    let done = units.rows.iter().filter(|unit| unit.state == UnitState::Done);
    for unit in done.filter(|unit| unit.wall_s.is_finite()) {
        walls[unit.host as usize].push(unit.wall_s);
    }
    let median = |(host, mut walls): (&String, Vec<f64>)| {
        walls.sort_by(f64::total_cmp);
        let quartiles = super::quartiles(&walls)?;
        Some(Median { host: host.clone(), units: walls.len(), quartiles })
    };
    let mut medians: Vec<Median> = units.hosts.iter().zip(walls).filter_map(median).collect();
    medians.sort_by(|a, b| a.host.cmp(&b.host));
    medians
}

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "durations.html", config = "src/map_report/askama.toml")]
pub(super) struct Durations {
    figure: Option<Figure>,
    left_out: usize,
    slowest: Option<Grid>,
}

impl Durations {
    pub(super) fn new(units: &Units, medians: &[Median]) -> anyhow::Result<Self> {
        let drawn = extremes(medians, Median::median, DRAWN);
        let slowest = (!units.slowest.is_empty()).then(|| slowest(&units.slowest));
        Ok(Self {
            figure: if drawn.is_empty() { None } else { Some(figure(&drawn)?) },
            left_out: medians.len() - drawn.len(),
            slowest,
        })
    }
}

fn figure(medians: &[&Median]) -> anyhow::Result<Figure> {
    let row = |median: &&Median| BoxRow { label: label(&median.host), quartiles: median.quartiles };
    let chart = Boxes {
        title: "How long units took by node".to_owned(),
        axis: "time of the last attempt, s".to_owned(),
        rows: medians.iter().map(row).collect(),
    };
    let heads = vec![
        words("Node"),
        number("Units"),
        number("Least, s"),
        number("1st quartile, s"),
        number("Median, s"),
        number("3rd quartile, s"),
        number("Greatest, s"),
    ];
    let row = |median: &&Median| {
        let name = [super::shown(&median.host), count(median.units as u64)];
        GridRow::new(name.into_iter().chain(median.quartiles.map(amount)))
    };
    let data = Grid::new("durations-nodes", "How long units that are done took, by node", heads);
    let note = "Units that are done. A box reaches from the first to the third quartile, its line from the least to the \
                greatest time; the number is the median.";
    Ok(Figure::new(&chart, note, data.with(medians.iter().map(row)))?)
}

fn slowest(rows: &[RunRow]) -> Grid {
    let heads = vec![
        words("Unit"),
        number("Rank"),
        words("State"),
        number("Time, s"),
        number("CPU, s"),
        number("Peak memory, MB"),
        number("Attempts"),
        words("Node"),
    ];
    let row = |row: &RunRow| {
        let state = match row.state {
            UnitState::Done => "done",
            UnitState::Failed => "failed",
            UnitState::Open => "open",
        };
        GridRow::new([
            super::shown(&row.unit),
            count(row.rank),
            state.to_owned(),
            row.wall_s.map_or_else(String::new, amount),
            row.cpu_s.map_or_else(String::new, amount),
            row.peak_memory_bytes.map_or_else(String::new, crate::html::numbers::megabytes),
            count(u64::from(row.attempts)),
            super::shown(&row.host),
        ])
    };
    let grid = Grid::new("slowest", "The units that took longest", heads);
    grid.with(rows.iter().map(row)).long()
}
