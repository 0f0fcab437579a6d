//! The key figures of a run: the summary in, tiles out.

use super::summary::Summary;
use crate::html::numbers::{bytes, count, counted, duration};
use crate::html::verdict::Tile;
use crate::plot::short;

/// In the order in which they stand.
pub(super) fn tiles(summary: &Summary) -> Vec<Tile> {
    let Summary { outcome, compression, performance, input, run, .. } = summary;
    let tile = |label, value, note: &str| Tile { label, value, note: note.to_owned() };
    let done = if summary.names_patients { "Measured" } else { "Written" };
    let share = |of: u64| match outcome.total() {
        0 => String::new(),
        total => format!("{:.1} % of inputs", of as f64 / total as f64 * 100.0),
    };
    let mut tiles = vec![
        tile("Inputs", count(outcome.total()), &bytes(input.bytes)),
        tile(done, count(outcome.written), &share(outcome.written)),
        tile("Quarantined", count(outcome.quarantined), &share(outcome.quarantined)),
        tile("Duplicates", count(outcome.duplicate), "same instance, same content"),
        tile("Not DICOM", count(outcome.not_dicom), "left where they are"),
    ];
    if compression.bytes_out > 0 && !summary.names_patients {
        let verified = match compression.unverified {
            0 => "every frame verified".to_owned(),
            some => format!("{} not verified", count(some)),
        };
        tiles.push(tile(
            "Pixel data",
            format!("{}×", short(compression.ratio)),
            &format!("smaller, {verified}"),
        ));
    }
    let on = format!(
        "{}, {}",
        counted(run.ranks, "rank", "ranks"),
        counted(run.threads, "thread", "threads")
    );
    tiles.push(tile("Time", duration(performance.wall_s), &on));
    let rate = format!("{} MB/s read", short(performance.mb_in_per_s));
    tiles.push(tile("Files a second", short(performance.files_per_s), &rate));
    tiles
}
