//! What a run leaves beside the instances: records and timings in, files out. Data files hold no
//! time, rank or host; `summary.json` and `metrics.csv` hold those.

mod cohorts;
mod crop;
mod doses;
mod durations;
mod findings;
mod index;
mod instances;
mod map_rows;
mod map_summary;
mod metrics;
mod pixels;
mod regions;
mod runs;
mod series;
mod summary;
mod table;
mod tally;

use std::borrow::Cow;

use sha2::{Digest, Sha256};

pub use cohorts::{
    cohort_row, cohorts_layout, histogram_rows, histograms_layout, metric_row, metrics_layout,
};
pub use crop::{CropSummary, CroppedImages, crop_cells, put_crop};
pub use doses::{DoseName, curve_rows, curves_layout, dose_row, doses_layout};
pub use durations::{DurationCell, Durations, Slow};
pub use findings::{Findings, SeriesCounts};
pub use index::{
    UNMEASURED, failures_csv, failures_header, failures_row, index_csv, index_header, index_row,
    manifest_line, unmeasured_row,
};
pub use instances::{frame_rows, frames_layout, instance_row, instances_layout};
pub use map_rows::{MapRow, RowReader, RowWriter};
pub use map_summary::{
    ByEnd, ChainStages, MAP_SCHEMA, MapAttempts, MapInputs, MapNode, MapPerformance, MapRun,
    MapSummary, MapTool, MapUnits, StageFacts, What,
};
pub use metrics::{ACTIVITIES, METRICS_SCHEMA, RankMetrics, RunShape, metrics_csv};
pub use pixels::{Faces, PixelCleaning, is_of_pixels};
pub use regions::{Extent, RegionCounts, RegionName, region_row, regions_layout};
pub use runs::{AttemptRow, CopyRow, Ended, FailureRow, RunRow, SkippedRow, UnitState};
pub use series::{
    METRICS, Metrics, OF_INSTANCE, SeriesRow, outlier_cell, series_layout, series_row,
};
pub use summary::{Digests, Found, RunFacts, Statistics, Summary, summarize};
pub(crate) use table::{Row, Table};
pub use tally::{Accounts, Compression, Counts, Tally};

use crate::write::hex;

/// SHA-256 of a data file, lowercase hex.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A cell that no spreadsheet takes for a formula, with no control characters.
fn safe_cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.starts_with(['=', '+', '-', '@']);
    if !is_formula && !text.contains(char::is_control) {
        return text.into();
    }
    let mut cell: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if is_formula {
        cell.insert(0, '\'');
    }
    cell.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_starts_a_formula() {
        assert_eq!(safe_cell("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(safe_cell("a\tb\n"), "a b ");
        assert_eq!(safe_cell("CT"), "CT");
    }
}
