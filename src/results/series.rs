//! `series.parquet`: a row for each series, with what its images have in common, where its slices lie, the
//! statistics of all its pixels, and why it stands out in its cohort.

use std::sync::LazyLock;

use super::crop::{CROP, crop_cells};
use super::instances::instances_layout;
use crate::crop::Crop;
use crate::series::{Outlier, SeriesFindings, reasons};
use crate::stats::{Summary, SummaryValues};
use crate::table::{Cell, Column, Kind, Layout};

/// What a series has of its first instance.
pub const OF_INSTANCE: [&str; 14] = [
    "PatientID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPClassUID",
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "BodyPartExamined",
    "StudyDescription",
    "SeriesDescription",
    "ConvolutionKernel",
    "FrameOfReferenceUID",
    "StudyDate",
    "unit",
];

type FindingCell = fn(&SeriesFindings) -> Cell<'static>;

const fn finding(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    cell: FindingCell,
) -> (Column, FindingCell) {
    (Column { name, kind, unit, meaning }, cell)
}

fn check(check: Option<bool>) -> Cell<'static> {
    check.map_or(Cell::Null, Cell::Bool)
}

fn real(number: Option<f64>) -> Cell<'static> {
    number.map_or(Cell::Null, Cell::Real)
}

fn count(count: Option<u32>) -> Cell<'static> {
    count.map_or(Cell::Null, |count| Cell::Natural(count.into()))
}

const FINDINGS: [(Column, FindingCell); 25] = [
    finding("instances", Kind::UInt32, "", "instances", |f| Cell::Natural(f.instances.into())),
    finding("frames", Kind::UInt64, "", "frames of all images", |f| Cell::Natural(f.frames)),
    finding(
        "single_orientation",
        Kind::Bool,
        "",
        "all have one Image Orientation (Patient)",
        |f| check(f.single_orientation),
    ),
    finding("orthogonal_orientation", Kind::Bool, "", "rows and columns are orthogonal", |f| {
        check(f.orthogonal_orientation)
    }),
    finding("unique_slice_positions", Kind::Bool, "", "no two slices lie at one place", |f| {
        check(f.unique_slice_positions)
    }),
    finding("consistent_in_plane_row", Kind::Bool, "", "positions agree along the rows", |f| {
        check(f.consistent_in_plane_row)
    }),
    finding("consistent_in_plane_col", Kind::Bool, "", "positions agree along the columns", |f| {
        check(f.consistent_in_plane_col)
    }),
    finding("consistent_pixel_spacing", Kind::Bool, "", "all have one Pixel Spacing", |f| {
        check(f.consistent_pixel_spacing)
    }),
    finding(
        "consistent_image_dimensions",
        Kind::Bool,
        "",
        "all have the same Rows and Columns",
        |f| check(f.consistent_image_dimensions),
    ),
    finding("uniform_slice_spacing", Kind::Bool, "", "all intervals are alike", |f| {
        check(f.uniform_slice_spacing)
    }),
    finding("regularly_spaced_3d_volume", Kind::Bool, "", "all of these checks hold", |f| {
        check(f.regularly_spaced_3d_volume)
    }),
    finding(
        "obliquity_degrees",
        Kind::Real,
        "degree",
        "from the normal to the nearest axis of the patient",
        |f| real(f.obliquity_degrees),
    ),
    finding("slice_spacing_mean_mm", Kind::Real, "mm", "mean interval", |f| {
        real(f.slice_spacing_mean_mm)
    }),
    finding("slice_spacing_sd_mm", Kind::Real, "mm", "standard deviation of intervals", |f| {
        real(f.slice_spacing_sd_mm)
    }),
    finding("slice_spacing_mode_mm", Kind::Real, "mm", "the interval of most", |f| {
        real(f.slice_spacing_mode_mm)
    }),
    finding("gap_max_mm", Kind::Real, "mm", "greatest interval", |f| real(f.gap_max_mm)),
    finding("slice_thickness_mm", Kind::Real, "mm", "Slice Thickness where all agree", |f| {
        real(f.slice_thickness_mm)
    }),
    finding("missing_slices", Kind::UInt32, "", "slices that gaps have room for", |f| {
        count(f.missing_slices)
    }),
    finding("duplicate_slices", Kind::UInt32, "", "slices at the place of one before", |f| {
        count(f.duplicate_slices)
    }),
    finding(
        "missing_instance_numbers",
        Kind::UInt32,
        "",
        "numbers that lack between the first and the last",
        |f| count(f.missing_instance_numbers),
    ),
    finding(
        "duplicate_instance_numbers",
        Kind::UInt32,
        "",
        "instances with the number of another",
        |f| count(f.duplicate_instance_numbers),
    ),
    finding("identical_slices", Kind::UInt32, "", "instances with the samples of another", |f| {
        Cell::Natural(f.identical_slices.into())
    }),
    finding(
        "alike_slices",
        Kind::UInt32,
        "",
        "slices whose difference hash is that of the one before to 4 bits",
        |f| count(f.alike_slices),
    ),
    finding(
        "mean_jumps",
        Kind::UInt32,
        "",
        "steps of the mean between slices beyond 5 median absolute deviations",
        |f| count(f.mean_jumps),
    ),
    finding("noise_median", Kind::Real, "output", "median of noise_imk", |f| real(f.median_noise)),
];

pub(super) type SummaryCell = fn(&Summary) -> Cell<'static>;

const fn summary(
    name: &'static str,
    kind: Kind,
    unit: &'static str,
    meaning: &'static str,
    cell: SummaryCell,
) -> (Column, SummaryCell) {
    (Column { name, kind, unit, meaning }, cell)
}

fn value(summary: &Summary, of: fn(&SummaryValues) -> f64) -> Cell<'static> {
    summary.values.as_ref().map_or(Cell::Null, |values| Cell::Real(of(values)))
}

/// The statistics of all pixels of a group of images.
pub(super) const SUMMARY: [(Column, SummaryCell); 20] = [
    summary("images", Kind::UInt64, "", "images measured", |s| Cell::Natural(s.images)),
    summary("n_pixels", Kind::UInt64, "", "pixels measured", |s| Cell::Natural(s.pixels)),
    summary("n_padding", Kind::UInt64, "", "pixels left out as padding", |s| {
        Cell::Natural(s.padding)
    }),
    summary("min", Kind::Real, "output", "the least value", |s| value(s, |v| v.min)),
    summary("max", Kind::Real, "output", "the greatest value", |s| value(s, |v| v.max)),
    summary("mean", Kind::Real, "output", "mean", |s| value(s, |v| v.mean)),
    summary("sd", Kind::Real, "output", "standard deviation", |s| value(s, |v| v.sd)),
    summary("skew", Kind::Real, "", "skewness", |s| value(s, |v| v.skew)),
    summary("kurt", Kind::Real, "", "excess kurtosis", |s| value(s, |v| v.kurt)),
    summary("entropy", Kind::Real, "bit", "entropy", |s| value(s, |v| v.entropy)),
    summary("uniformity", Kind::Real, "", "uniformity", |s| value(s, |v| v.uniformity)),
    summary("median", Kind::Real, "output", "median", |s| value(s, |v| v.median)),
    summary("p01", Kind::Real, "output", "1st percentile", |s| value(s, |v| v.p01)),
    summary("p05", Kind::Real, "output", "5th percentile", |s| value(s, |v| v.p05)),
    summary("p10", Kind::Real, "output", "10th percentile", |s| value(s, |v| v.p10)),
    summary("p25", Kind::Real, "output", "25th percentile", |s| value(s, |v| v.p25)),
    summary("p75", Kind::Real, "output", "75th percentile", |s| value(s, |v| v.p75)),
    summary("p90", Kind::Real, "output", "90th percentile", |s| value(s, |v| v.p90)),
    summary("p95", Kind::Real, "output", "95th percentile", |s| value(s, |v| v.p95)),
    summary("p99", Kind::Real, "output", "99th percentile", |s| value(s, |v| v.p99)),
];

const OUTLIER: Column = Column {
    name: "outlier",
    kind: Kind::Text,
    unit: "",
    meaning: "numbers beyond Tukey's fences of the cohort, null where there is none",
};

static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let instance = instances_layout().columns;
    let of_instance = instance.iter().filter(|column| OF_INSTANCE.contains(&column.name));
    let findings = FINDINGS.iter().map(|(column, _)| column);
    let summary = SUMMARY.iter().map(|(column, _)| column);
    let of_series = of_instance.chain(findings).chain(summary).chain(&CROP);
    of_series.copied().chain([OUTLIER]).collect()
});

/// How `series.parquet` is laid out.
pub fn series_layout() -> Layout {
    Layout {
        columns: &COLUMNS,
        sorted_by: &["StudyInstanceUID", "SeriesInstanceUID"],
        bloom: &["SeriesInstanceUID"],
    }
}

/// The numbers of a series that are compared within its cohort, in the order of [`METRICS`].
pub type Metrics = [Option<f64>; METRICS.len()];

/// The names of the numbers that are compared within a cohort.
pub const METRICS: [&str; 9] = [
    "instances",
    "mean",
    "sd",
    "min",
    "max",
    "entropy",
    "noise_median",
    "slice_spacing_mean_mm",
    "mean_jumps",
];

/// A series: its row but for the last cell, and what tells whether it stands out.
#[derive(Debug)]
pub struct SeriesRow {
    /// The cells but for `outlier`.
    pub cells: Vec<Cell<'static>>,
    /// What is compared.
    pub metrics: Metrics,
}

/// The row of a series, from the row of its first instance and what its images say together.
pub fn series_row(
    first: &[Cell<'static>],
    findings: &SeriesFindings,
    summary: &Summary,
    crop: Option<Crop>,
) -> SeriesRow {
    let columns = instances_layout().columns;
    let of_instance = columns.iter().zip(first);
    let of_instance = of_instance.filter(|(column, _)| OF_INSTANCE.contains(&column.name));
    let cells: Vec<Cell<'static>> = of_instance
        .map(|(_, cell)| cell.clone())
        .chain(FINDINGS.iter().map(|(_, cell)| cell(findings)))
        .chain(SUMMARY.iter().map(|(_, cell)| cell(summary)))
        .chain(crop_cells(crop))
        .collect();
    let number = |name: &str| {
        let at = COLUMNS.iter().position(|column| column.name == name)?;
        match cells.get(at)? {
            Cell::Real(number) => Some(*number),
            Cell::Natural(number) => Some(*number as f64),
            _ => None,
        }
    };
    let metrics = METRICS.map(number);
    SeriesRow { cells, metrics }
}

/// The last cell of a series.
pub fn outlier_cell(outliers: &[Outlier]) -> Cell<'static> {
    reasons(outliers).map_or(Cell::Null, |reasons| Cell::Text(reasons.into()))
}
