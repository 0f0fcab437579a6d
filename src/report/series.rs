//! The series: `series.parquet` in, what the page shows of them out. Series that stand out come first; of many the
//! rest is left out.

use std::collections::{BTreeMap, HashMap};

use super::Source;
use super::tables::{Row, rows};
use crate::html::grid::{Grid, GridCell, GridRow, number, words};
use crate::html::numbers::{count, maybe};
use crate::html::trouble::Trouble;
use crate::results::METRICS;

const FILE: &str = "series.parquet";

/// Modality, manufacturer and kernel.
pub(super) type Key = [String; 3];

/// Checks of the geometry, as NCI Imaging Data Commons names them, with what a failure means.
pub(super) const CHECKS: [(&str, &str); 9] = [
    ("single_orientation", "slices have several orientations"),
    ("orthogonal_orientation", "rows and columns are not orthogonal"),
    ("unique_slice_positions", "several slices lie at one place"),
    ("consistent_in_plane_row", "positions differ along the rows"),
    ("consistent_in_plane_col", "positions differ along the columns"),
    ("consistent_pixel_spacing", "slices differ in Pixel Spacing"),
    ("consistent_image_dimensions", "slices differ in Rows or Columns"),
    ("uniform_slice_spacing", "intervals between slices differ"),
    ("regularly_spaced_3d_volume", "one of the checks fails"),
];

const OTHERS: [&str; 12] = [
    "SeriesInstanceUID",
    "Modality",
    "Manufacturer",
    "ConvolutionKernel",
    "BodyPartExamined",
    "SeriesDescription",
    "unit",
    "outlier",
    "missing_slices",
    "duplicate_slices",
    "images",
    "PatientID",
];

/// Series that the page lists, those among them that stand out.
const LISTED: usize = 1_000;
/// Points of a cohort, and cohorts of which points are kept.
const POINTS: u64 = 100;
const BEYOND: usize = 60;
const COHORTS: usize = 10_000;

/// A series on the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Series {
    /// Its number in the table, from 1; what links lead to.
    pub(super) number: u64,
    pub(super) uid: String,
    pub(super) key: Key,
    patient: String,
    body_part: String,
    description: String,
    pub(super) unit: String,
    /// Why it stands out; empty where it does not.
    pub(super) outlier: String,
    failed: Vec<&'static str>,
    missing: u64,
    duplicate: u64,
    metrics: [Option<f64>; METRICS.len()],
}

impl Series {
    fn stands_out(&self) -> bool {
        !self.outlier.is_empty() || !self.failed.is_empty() || self.missing + self.duplicate > 0
    }

    /// The checks that fail, without the one that fails with any other.
    fn failed_checks(&self) -> Vec<&'static str> {
        let every = CHECKS[CHECKS.len() - 1].0;
        let is_told = |check: &&&str| **check != every || self.failed.len() == 1;
        self.failed.iter().filter(is_told).copied().collect()
    }

    /// The numbers that lie beyond the fences: each reason begins with the name of one.
    fn metrics_beyond(&self) -> Vec<&str> {
        let reasons = self.outlier.split("; ");
        reasons.filter_map(|reason| reason.split_whitespace().next()).collect()
    }

    /// What links lead to.
    pub(super) fn anchor(&self) -> String {
        format!("series-{}", self.number)
    }
}

/// What was kept of a cohort's series.
#[derive(Debug, Clone, Default)]
pub(super) struct CohortSeries {
    pub(super) unit: String,
    /// Values of each of [`METRICS`]: those of every nth series, and those beyond the fences.
    pub(super) points: [Vec<f64>; METRICS.len()],
    seen: u64,
    beyond: usize,
}

/// What the page shows of all series.
#[derive(Debug, Default)]
pub(super) struct AllSeries {
    /// By number.
    pub(super) listed: Vec<Series>,
    pub(super) cohorts: HashMap<Key, CohortSeries>,
    pub(super) count: u64,
}

impl AllSeries {
    /// Goes through the table. `sizes` tells how many series a cohort has.
    pub(super) fn read(
        source: &mut Source<'_>,
        sizes: &BTreeMap<Key, u64>,
        troubles: &mut Vec<Trouble>,
    ) -> Self {
        let columns = OTHERS.into_iter().chain(METRICS).chain(CHECKS.map(|(name, _)| name));
        let columns: Vec<&str> = columns.collect();
        let mut all = Self::default();
        let mut rest: Vec<Series> = Vec::new();
        let each = |row: &Row<'_>| {
            all.count += 1;
            let series = series(row, all.count);
            all.keep_points(&series, sizes);
            let to = if series.stands_out() { &mut all.listed } else { &mut rest };
            if to.len() < LISTED {
                to.push(series);
            }
        };
        match rows(source.output, FILE, &columns, each) {
            Ok(count) => source.seen.series = Some(count),
            Err(trouble) => troubles.push(trouble),
        }
        rest.truncate(LISTED - all.listed.len());
        all.listed.append(&mut rest);
        all
    }

    fn keep_points(&mut self, series: &Series, sizes: &BTreeMap<Key, u64>) {
        if self.cohorts.len() >= COHORTS && !self.cohorts.contains_key(&series.key) {
            return;
        }
        let cohort = self.cohorts.entry(series.key.clone()).or_default();
        if cohort.unit.is_empty() {
            cohort.unit.clone_from(&series.unit);
        }
        let every = sizes.get(&series.key).copied().unwrap_or(0).div_ceil(POINTS).max(1);
        let is_one_of_many = cohort.seen.is_multiple_of(every) && cohort.seen / every < POINTS;
        let is_beyond = !series.outlier.is_empty() && cohort.beyond < BEYOND;
        cohort.seen += 1;
        if is_one_of_many || is_beyond {
            cohort.beyond += usize::from(!is_one_of_many);
            for (points, value) in cohort.points.iter_mut().zip(series.metrics) {
                points.extend(value);
            }
        }
    }

    /// The table of series.
    pub(super) fn grid(&self) -> Grid {
        let heads = vec![
            number("No."),
            words("Series Instance UID"),
            words("Modality"),
            words("Kernel"),
            words("Body part"),
            words("Description"),
            number("Instances"),
            number("Mean"),
            number("SD"),
            words("Unit"),
            number("Noise"),
            number("Spacing, mm"),
            number("Missing"),
            words("Failed checks"),
            words("Beyond its cohort"),
            words("Patient"),
        ];
        let metric = |series: &Series, at: usize| maybe(series.metrics[at]);
        let row = |series: &Series| {
            let mut row = GridRow::new([
                count(series.number),
                series.uid.clone(),
                series.key[0].clone(),
                series.key[2].clone(),
                series.body_part.clone(),
                series.description.clone(),
                metric(series, 0),
                metric(series, 1),
                metric(series, 2),
                series.unit.clone(),
                metric(series, 6),
                metric(series, 7),
                count(series.missing),
                series.failed_checks().join(", "),
                series.metrics_beyond().join(", "),
                series.patient.clone(),
            ]);
            row.id = series.anchor();
            row
        };
        let mut listed: Vec<&Series> = self.listed.iter().collect();
        listed.sort_by_key(|series| (!series.stands_out(), series.number));
        Grid::new("series-table", "Series, those first that stand out", heads)
            .with(listed.into_iter().map(row))
            .without_empty()
            .long()
    }

    /// The series that fail a check or lack slices, with links to their rows.
    pub(super) fn geometry(&self) -> Option<Grid> {
        const SHOWN: usize = 50;
        let heads = vec![
            words("Series"),
            words("Modality"),
            words("What is wrong"),
            number("Slices missing"),
            number("Slices twice"),
        ];
        let is_wrong = |it: &&Series| !it.failed.is_empty() || it.missing + it.duplicate > 0;
        let row = |series: &Series| {
            let meaning = |check: &&str| CHECKS.iter().find(|(name, _)| name == check);
            let failed = series.failed_checks();
            let meanings: Vec<&str> =
                failed.iter().filter_map(meaning).map(|(_, what)| *what).collect();
            GridRow::new([
                GridCell::link(&format!("series {}", count(series.number)), &series.anchor()),
                series.key[0].clone().into(),
                meanings.join("; ").into(),
                count(series.missing).into(),
                count(series.duplicate).into(),
            ])
        };
        let rows: Vec<GridRow> = self.listed.iter().filter(is_wrong).take(SHOWN).map(row).collect();
        let caption = format!("Series whose geometry is not regular, the first {SHOWN} at most");
        (!rows.is_empty()).then(|| Grid::new("geometry", caption, heads).with(rows))
    }
}

fn series(row: &Row<'_>, number: u64) -> Series {
    let text = |at: usize| row.text(at).to_owned();
    let first_check = OTHERS.len() + METRICS.len();
    let checks = CHECKS.iter().enumerate();
    let failed = checks.filter(|(n, _)| row.flag(first_check + n) == Some(false));
    Series {
        number,
        uid: text(0),
        key: [text(1), text(2), text(3)],
        body_part: text(4),
        description: text(5),
        unit: text(6),
        outlier: text(7),
        missing: row.natural(8),
        duplicate: row.natural(9),
        patient: text(11),
        failed: failed.map(|(_, (name, _))| *name).collect(),
        metrics: std::array::from_fn(|at| row.number(OTHERS.len() + at)),
    }
}
