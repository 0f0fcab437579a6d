//! Units by the values of their parameters: `runs.csv` in, a table for each parameter out.

use askama::Template;

use super::units::{Parameter, Units, VALUES};
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, count};
use crate::results::UnitState;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "parameters.html", config = "src/map_report/askama.toml")]
pub(super) struct Parameters {
    tables: Vec<Grid>,
    /// Parameters with too many values.
    many: String,
    most: usize,
    more: usize,
}

impl Parameters {
    pub(super) fn new(units: &Units) -> Self {
        let parameters = || units.parameters.iter();
        let tables = parameters().enumerate().filter_map(|(n, it)| table(n, it, units));
        let many = parameters().filter(|it| it.values.is_none());
        let many: Vec<String> = many.map(|it| super::shown(&it.name)).collect();
        Self {
            tables: tables.collect(),
            many: many.join(", "),
            most: VALUES,
            more: units.more_parameters,
        }
    }
}

/// Units by the values of a parameter; nothing where it has too many.
fn table(n: usize, parameter: &Parameter, units: &Units) -> Option<Grid> {
    let values = parameter.values.as_ref()?;
    let mut order: Vec<usize> = (0..values.len()).collect();
    let as_number = |at: usize| values[at].trim().parse().ok().filter(|it: &f64| it.is_finite());
    if order.iter().all(|at| as_number(*at).is_some()) {
        order.sort_by(|a, b| as_number(*a).unwrap_or(0.0).total_cmp(&as_number(*b).unwrap_or(0.0)));
    } else {
        order.sort_by(|a, b| values[*a].cmp(&values[*b]));
    }
    let row = |code: usize| {
        let has_it = |at: usize| parameter.codes.get(at).is_some_and(|it| usize::from(*it) == code);
        let of = |state: UnitState| {
            let units = units.rows.iter().enumerate();
            units.filter(|(at, unit)| unit.state == state && has_it(*at)).count() as u64
        };
        let walls = units.walls(|at, _| has_it(at));
        let quartiles = super::quartiles(&walls);
        let seconds = |at: usize| quartiles.map_or_else(String::new, |it| amount(it[at]));
        let [done, failed, open] = [UnitState::Done, UnitState::Failed, UnitState::Open].map(of);
        GridRow::new([
            super::shown(&values[code]),
            count(done + failed + open),
            count(failed),
            count(open),
            seconds(2),
            seconds(4),
        ])
    };
    let heads = vec![
        words(&super::shown(&parameter.name)),
        number("Units"),
        number("Failed"),
        number("Open"),
        number("Median, s"),
        number("Greatest, s"),
    ];
    let caption = format!("Units by {}", super::shown(&parameter.name));
    let grid = Grid::new(&format!("parameter-{n}"), caption, heads);
    let grid = grid.with(order.into_iter().map(row));
    Some(if values.len() > 8 { grid.long() } else { grid })
}
