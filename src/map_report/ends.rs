//! How attempts ended, and what trying again was good for: the summary and `runs.csv` in, a sentence and a table out.

use askama::Template;

use super::units::Units;
use crate::html::grid::Grid;
use crate::html::numbers::{count, counted};
use crate::results::MapSummary;

/// Ends that are told apart; the statuses of a program may be 256.
const LISTED: usize = 100;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "ends.html", config = "src/map_report/askama.toml")]
pub(super) struct Ends {
    sentence: String,
    table: Grid,
}

impl Ends {
    pub(super) fn new(summary: &MapSummary, units: Option<&Units>) -> Self {
        let by_end = &summary.attempts.by_end;
        let heads = ["How it ended", "Attempts"];
        let shown: Vec<(String, u64)> =
            by_end.iter().map(|(end, count)| (super::shown(end), *count)).collect();
        let rows = shown.iter().take(LISTED).map(|(end, count)| (end, count));
        Self {
            sentence: sentence(units.map_or([0, 0], |units| units.retried)),
            table: Grid::of_counts("by-end", "Attempts of all tries by their end", heads, rows),
        }
    }
}

/// What became of units that were tried more than once, and how many of them were done.
fn sentence([retried, done]: [u64; 2]) -> String {
    if retried == 0 {
        return "No unit was tried more than once.".to_owned();
    }
    let units = counted(retried, "unit was", "units were");
    let was = if done == 1 { "was" } else { "were" };
    format!("{units} tried more than once; {} of them {was} done in the end.", count(done))
}
