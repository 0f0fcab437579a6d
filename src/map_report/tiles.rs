//! The key figures of a map: the summary and what units taken in, tiles out.

use super::units::Taken;
use crate::html::numbers::{bytes, count, counted, duration, percent};
use crate::html::verdict::Tile;
use crate::results::{MapSummary, What};

/// In the order in which they stand.
pub(super) fn tiles(summary: &MapSummary, taken: Option<Taken>) -> Vec<Tile> {
    let MapSummary { units, attempts, performance, run, .. } = summary;
    let tile = |label, value, note: String| Tile { label, value, note };
    let on = format!(
        "{} on {}",
        counted(run.slots, "slot", "slots"),
        counted(run.nodes, "node", "nodes")
    );
    let time = tile("Time", duration(performance.wall_s), on);
    if run.what == What::Chain {
        let stages = summary.chain.as_ref().map_or(&[][..], |chain| &chain.stages);
        let copies = stages.iter().map(|stage| stage.copies).fold(0, u64::saturating_add);
        let ranks = counted(run.mpi_ranks, "MPI rank", "MPI ranks");
        return vec![
            tile("Stages", count(stages.len() as u64), String::new()),
            tile("Copies", count(copies), ranks),
            Tile { note: counted(run.nodes, "node", "nodes"), ..time },
            tile("Processor time", duration(performance.cpu_s), "of all programs".to_owned()),
        ];
    }
    let share = |of: u64| match units.total {
        0 => String::new(),
        total => format!("{} % of units", percent(of as f64 / total as f64)),
    };
    let by = match (&run.by, run.what) {
        (Some(by), _) => format!("by {by}"),
        (None, What::Gang) => "that ran together".to_owned(),
        (None, _) => "repetitions".to_owned(),
    };
    let mut tiles = vec![
        tile("Units", count(units.total), by),
        tile("Done", count(units.done), share(units.done)),
        tile("Failed", count(units.failed), share(units.failed)),
        tile("Open", count(units.open), share(units.open)),
        tile("Attempts", count(attempts.all), format!("in {}", counted(run.tries, "try", "tries"))),
        time,
        tile(
            "Efficiency",
            format!("{} %", percent(performance.efficiency)),
            "busy share of the slots".to_owned(),
        ),
    ];
    if let Some(taken) = taken.filter(|taken| taken.files > 0) {
        tiles.push(tile("Input", bytes(taken.bytes), counted(taken.files, "file", "files")));
    }
    tiles
}
