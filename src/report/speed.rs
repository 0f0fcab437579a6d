//! Files and their time: the summary in, the slowest files and how time goes with size out.

use askama::Template;

use super::summary::{Slow, Summary};
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{count, real};
use crate::plot::Cells;

/// Files that are listed.
const LISTED: usize = 20;
/// Cells of the grid that are drawn: some 30 half octaves of sizes times as many of durations.
const CELLS: usize = 2_000;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "speed.html", config = "src/report/askama.toml")]
pub(super) struct Speed {
    slowest: Option<Grid>,
    durations: Option<Figure>,
}

impl Speed {
    pub(super) fn new(summary: &Summary) -> anyhow::Result<Self> {
        let performance = &summary.performance;
        let row = |file: &Slow| {
            GridRow::new([
                file.path_id.clone(),
                real(file.seconds),
                real(file.bytes as f64 / 1e6),
                file.outcome.clone(),
            ])
        };
        let heads = vec![words("Path ID"), number("Time, s"), number("Size, MB"), words("Outcome")];
        let slowest = (!performance.slowest.is_empty()).then(|| {
            Grid::new("slowest", "The files that took longest", heads)
                .with(performance.slowest.iter().take(LISTED).map(row))
        });
        let durations = if performance.durations.is_empty() { None } else { Some(plot(summary)?) };
        Ok(Self { slowest, durations })
    }
}

fn plot(summary: &Summary) -> anyhow::Result<Figure> {
    let mut cells = summary.performance.durations.clone();
    cells.truncate(CELLS);
    let chart = Cells {
        title: "Time and size of files".to_owned(),
        axes: ["size of the input, bytes".to_owned(), "time, s".to_owned()],
        factor: std::f64::consts::SQRT_2,
        cells: cells.iter().map(|it| ([it.bytes_from as f64, it.seconds_from], it.files)).collect(),
    };
    let heads = vec![number("Size from, kB"), number("Time from, s"), number("Files")];
    let data =
        Grid::new("durations", "Files by size and time; each cell reaches to 1.41 times", heads);
    let data = data.with(cells.iter().map(|cell| {
        let size = real(cell.bytes_from as f64 / 1e3);
        GridRow::new([size, real(cell.seconds_from), count(cell.files)])
    }));
    let caption = "Each square is the files of a size and a time; a stronger colour is more of them. Files far above \
                   the others of their size are worth a look.";
    Ok(Figure::new(&chart, caption, data.long())?)
}
