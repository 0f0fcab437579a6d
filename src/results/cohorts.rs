//! What is told of cohorts, images of one Modality, Manufacturer and Convolution Kernel. `cohorts.parquet`: the
//! statistics of all their pixels; `cohort_histograms.parquet`: how often each value occurs; and
//! `cohort_metrics.parquet`: how numbers of series spread.

use std::sync::LazyLock;

use super::series::SUMMARY;
use crate::series::Spread;
use crate::stats::{self, Cohort, Distribution};
use crate::table::{Cell, Column, Kind, Layout};

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

const COHORT: [Column; 3] = [
    column("Modality", Kind::Text, "Modality (0008,0060), OTHER where it is no defined term"),
    column("Manufacturer", Kind::Text, "Manufacturer (0008,0070)"),
    column("ConvolutionKernel", Kind::Text, "Convolution Kernel (0018,1210)"),
];

const SERIES: Column = column("series", Kind::UInt64, "series that begin with an image of it");

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let summary = SUMMARY.iter().map(|(column, _)| *column);
    COHORT.into_iter().chain([SERIES]).chain(summary).collect()
});

static HISTOGRAM_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let own = [
        column("value", Kind::Real, "output value, to 17 significant bits"),
        column("pixels", Kind::UInt64, "pixels that have it"),
    ];
    COHORT.into_iter().chain(own).collect()
});

static METRIC_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let own = [
        column("metric", Kind::Text, "a column of series.parquet"),
        column("n", Kind::UInt64, "series that have it"),
        column("min", Kind::Real, "the least"),
        column("p25", Kind::Real, "first quartile"),
        column("median", Kind::Real, "median"),
        column("p75", Kind::Real, "third quartile"),
        column("max", Kind::Real, "the greatest"),
        column("fence_low", Kind::Real, "series below are outliers; null of fewer than 8 series"),
        column("fence_high", Kind::Real, "series above are outliers; null of fewer than 8 series"),
    ];
    COHORT.into_iter().chain(own).collect()
});

const SORTED_BY: [&str; 3] = ["Modality", "Manufacturer", "ConvolutionKernel"];

/// How `cohorts.parquet` is laid out.
pub fn cohorts_layout() -> Layout {
    Layout { columns: &COLUMNS, sorted_by: &SORTED_BY, bloom: &[] }
}

/// How `cohort_histograms.parquet` is laid out.
pub fn histograms_layout() -> Layout {
    Layout { columns: &HISTOGRAM_COLUMNS, sorted_by: &SORTED_BY, bloom: &[] }
}

/// How `cohort_metrics.parquet` is laid out.
pub fn metrics_layout() -> Layout {
    Layout { columns: &METRIC_COLUMNS, sorted_by: &SORTED_BY, bloom: &[] }
}

/// The row of a cohort.
pub fn cohort_row<'a>(cohort: &'a Cohort, series: u64, summary: &stats::Summary) -> Vec<Cell<'a>> {
    let summary = SUMMARY.iter().map(|(_, cell)| cell(summary));
    key(cohort).into_iter().chain([Cell::Natural(series)]).chain(summary).collect()
}

/// The rows of the values of a cohort, ascending.
pub fn histogram_rows<'a>(
    cohort: &'a Cohort,
    distribution: &Distribution,
) -> impl Iterator<Item = Vec<Cell<'a>>> {
    distribution.bins().into_iter().map(move |(value, pixels)| {
        let own = [Cell::Real(value), Cell::Natural(pixels)];
        key(cohort).into_iter().chain(own).collect()
    })
}

/// The row of a number of the series of a cohort.
pub fn metric_row<'a>(cohort: &'a Cohort, spread: &'a Spread) -> Vec<Cell<'a>> {
    let Spread { metric, n, min, p25, median, p75, max, fences } = spread;
    let own = [
        Cell::Text(metric.into()),
        Cell::Natural(*n),
        Cell::Real(*min),
        Cell::Real(*p25),
        Cell::Real(*median),
        Cell::Real(*p75),
        Cell::Real(*max),
        fences.map_or(Cell::Null, |[low, _]| Cell::Real(low)),
        fences.map_or(Cell::Null, |[_, high]| Cell::Real(high)),
    ];
    key(cohort).into_iter().chain(own).collect()
}

fn key(cohort: &Cohort) -> [Cell<'_>; 3] {
    let Cohort { modality, manufacturer, kernel } = cohort;
    [modality, manufacturer, kernel]
        .map(|text| if text.is_empty() { Cell::Null } else { Cell::Text(text.as_str().into()) })
}
