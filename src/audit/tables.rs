//! The Parquet tables of an output: whether they are those that the summary speaks of, and the rows of instances
//! and frames by their paths and UIDs, to be compared with what the instances give.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::finding::Findings;
use super::reports::Reports;
use crate::area::Rectangle;
use crate::crop::{By, Crop, SeriesBox};
use crate::record::{FileRecord, InstanceRecord};
use crate::results::{
    OF_INSTANCE, Row, cohorts_layout, histogram_rows, histograms_layout, series_layout,
};
use crate::results::{cohort_row, frame_rows, frames_layout, instance_row, instances_layout};
use crate::stats::{Cohort, Totals};
use crate::table::{Cell, Layout, TableReader};
use crate::write::hex;

/// Every table, and what the summary calls its digest.
const TABLES: [(&str, &str); 6] = [
    ("index.parquet", "/digests/instances"),
    ("frames.parquet", "/digests/frames"),
    ("series.parquet", "/digests/series"),
    ("cohorts.parquet", "/digests/cohorts"),
    ("cohort_histograms.parquet", "/digests/cohort_histograms"),
    ("cohort_metrics.parquet", "/digests/cohort_metrics"),
];

/// Tables that stand there where regions were measured.
const OF_REGIONS: [(&str, &str, &str); 3] = [
    ("regions.parquet", "/digests/regions", "/regions/rows"),
    ("dvh.parquet", "/digests/dvh", "/regions/histograms"),
    ("dvh_curves.parquet", "/digests/dvh_curves", ""),
];

/// A digest of rows.
type RowDigest = [u8; 16];

/// What the tables say, in little memory.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The row of each instance, by its path.
    instances: HashMap<String, RowDigest>,
    /// The rows of the frames of each instance that has several, by its path.
    frames: HashMap<String, RowDigest>,
    /// The box of interest of each series, by its study and its series.
    boxes: HashMap<String, SeriesBox>,
    /// Paths of instances that have one themselves.
    with_box: HashSet<String>,
}

impl Tables {
    /// Reads the tables; what is wrong with a whole one is told.
    pub(super) fn read(output: &Path, reports: &Reports, findings: &Findings) -> Self {
        for (name, pointer) in TABLES {
            let digest = digest_of(&output.join(name));
            if digest.is_err() || reports.text(pointer) != digest.ok().as_deref() {
                findings.report("missing, or another digest than in summary.json", name);
            }
        }
        check_regions(output, reports, findings);
        let mut tables = Self::default();
        let mut series: HashMap<RowDigest, RowDigest> = HashMap::new();
        let told = |name: &str, layout: &Layout, see: &mut dyn FnMut(Vec<Cell<'_>>)| {
            if let Err(error) = each_row(&output.join(name), layout, see) {
                findings.report(format!("cannot be read: {error}"), name);
            }
        };
        told("index.parquet", &instances_layout(), &mut |row| {
            let digest = digest(std::slice::from_ref(&row));
            // The first of a series gives it its attributes.
            let (key, attributes) = of_series(&instances_layout(), &row);
            series.entry(key).or_insert(attributes);
            let size = ["Columns", "Rows"].map(|it| number(&instances_layout(), &row, it));
            let crop = crop_of(&instances_layout(), &row);
            let uids = series_key(&instances_layout(), &row);
            tables.boxes.entry(uids).or_default().add((size[0], size[1]), crop);
            if let (Some(Cell::Text(path)), Some(_)) = (row.first(), crop) {
                tables.with_box.insert(path.to_string());
            }
            if let Some(Cell::Text(path)) = row.first()
                && tables.instances.insert(path.to_string(), digest).is_some()
            {
                findings.report("its path stands in index.parquet twice", path);
            }
        });
        let (mut path, mut rows) = (String::new(), Vec::new());
        told("frames.parquet", &frames_layout(), &mut |row| {
            let Some(Cell::Text(of)) = row.first() else { return };
            if *of != path && !rows.is_empty() {
                tables.frames.insert(std::mem::take(&mut path), digest(&rows));
                rows.clear();
            }
            path = of.to_string();
            rows.push(row.into_iter().map(Cell::into_owned).collect());
        });
        if !rows.is_empty() {
            tables.frames.insert(path, digest(&rows));
        }
        let mut rows = 0;
        let mut differ = 0;
        told("series.parquet", &series_layout(), &mut |row| {
            let (key, attributes) = of_series(&series_layout(), &row);
            rows += 1;
            differ += usize::from(series.get(&key) != Some(&attributes));
            let crop = crop_of(&series_layout(), &row);
            let found = tables.boxes.get(&series_key(&series_layout(), &row));
            differ += usize::from(found.and_then(SeriesBox::crop) != crop);
        });
        if rows != series.len() || differ > 0 {
            findings.report(
                "not the series of index.parquet, with what they have of it",
                "series.parquet",
            );
        }
        if tables.instances.len() != reports.index.len() {
            findings.report("does not have the rows of index.csv", "index.parquet");
        }
        tables
    }

    /// The box to which an instance of this row is cropped, where it is.
    pub(super) fn crop_of(&self, row: Row<'_>, by: By) -> Option<Rectangle> {
        let [study, series] =
            ["study_instance_uid", "series_instance_uid"].map(|name| row.cell(name));
        let found = self.boxes.get(&format!("{study}/{series}"))?;
        let size = ["columns", "rows"].map(|name| row.cell(name).parse().unwrap_or(0));
        let is_in_it = match by {
            By::Body => found.fits((size[0], size[1])),
            By::Regions => self.with_box.contains(row.cell("path")),
        };
        found.crop().filter(|_| is_in_it).map(|crop| crop.rectangle)
    }

    /// The table in which an instance stands otherwise than it gives.
    pub(super) fn difference(
        &self,
        record: &FileRecord,
        instance: &InstanceRecord,
    ) -> Option<&'static str> {
        let row = digest(&[instance_row(record, instance)]);
        if self.instances.get(&instance.path) != Some(&row) {
            return Some("index.parquet");
        }
        let frames = frame_rows(instance);
        let told = self.frames.get(&instance.path);
        let found = (!frames.is_empty()).then(|| digest(&frames));
        (told != found.as_ref()).then_some("frames.parquet")
    }
}

/// The tables of regions are there where the summary tells of them, and only there, as many rows as it says.
fn check_regions(output: &Path, reports: &Reports, findings: &Findings) {
    for (name, digest, rows) in OF_REGIONS {
        let path = output.join(name);
        let Some(told) = reports.text(digest) else {
            if path.symlink_metadata().is_ok() {
                findings.report("summary.json does not tell of it", name);
            }
            continue;
        };
        if digest_of(&path).ok().as_deref() != Some(told) {
            findings.report("missing, or another digest than in summary.json", name);
        }
        let counted = TableReader::open(&path).map(|table| table.rows()).ok();
        if !rows.is_empty() && counted != reports.number(rows) {
            findings.report("does not have as many rows as summary.json says", name);
        }
    }
}

/// The statistics of cohorts are those of all instances, measured anew.
pub(super) fn check_cohorts(output: &Path, anew: &Totals<Cohort>, findings: &Findings) {
    // Which series a cohort has is not measured.
    let series = cohorts_layout().position("series");
    let without = |mut row: Vec<Cell<'_>>| {
        if let Some(cell) = series.and_then(|at| row.get_mut(at)) {
            *cell = Cell::Null;
        }
        digest(&[row])
    };
    let summaries = anew.summaries();
    let cohorts = summaries.iter().map(|(cohort, of)| without(cohort_row(cohort, 0, of)));
    let values = anew.distributions().flat_map(|(cohort, of)| histogram_rows(cohort, of));
    let told = |name: &str, layout: &Layout, of: &dyn Fn(Vec<Cell<'_>>) -> RowDigest| {
        let mut rows = Vec::new();
        each_row(&output.join(name), layout, &mut |row| rows.push(of(row))).ok().map(|()| rows)
    };
    let whole = |row: Vec<Cell<'_>>| digest(&[row]);
    for (name, layout, of, anew) in [
        (
            "cohorts.parquet",
            cohorts_layout(),
            &without as &dyn Fn(Vec<Cell<'_>>) -> RowDigest,
            cohorts.collect::<Vec<_>>(),
        ),
        ("cohort_histograms.parquet", histograms_layout(), &whole, values.map(whole).collect()),
    ] {
        if told(name, &layout, of).as_ref() != Some(&anew) {
            findings.report("not what the instances measure", name);
        }
    }
}

/// Study and series of a row.
fn series_key(layout: &Layout, row: &[Cell<'_>]) -> String {
    let text = |column: &str| match layout.position(column).and_then(|at| row.get(at)) {
        Some(Cell::Text(text)) => text.to_string(),
        _ => String::new(),
    };
    format!("{}/{}", text("StudyInstanceUID"), text("SeriesInstanceUID"))
}

/// A number of a row, 0 where there is none.
fn number(layout: &Layout, row: &[Cell<'_>], column: &str) -> u32 {
    match layout.position(column).and_then(|at| row.get(at)) {
        Some(Cell::Int(number)) => u32::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}

/// The box of interest of a row.
fn crop_of(layout: &Layout, row: &[Cell<'_>]) -> Option<Crop> {
    let by = match layout.position("crop_by").and_then(|at| row.get(at))? {
        Cell::Text(by) => [By::Body, By::Regions].into_iter().find(|it| it.name() == *by)?,
        _ => return None,
    };
    let of = |column| number(layout, row, column);
    let rectangle = Rectangle {
        x: of("crop_column"),
        y: of("crop_row"),
        width: of("crop_columns"),
        height: of("crop_rows"),
    };
    Some(Crop { by, rectangle })
}

/// What tells a series apart, and what it has of its first instance.
fn of_series(layout: &Layout, row: &[Cell<'_>]) -> (RowDigest, RowDigest) {
    let cells = |names: &[&str]| {
        let cell = |name: &&str| Some(row.get(layout.position(name)?)?.clone());
        digest(&[names.iter().filter_map(cell).collect()])
    };
    (cells(&["StudyInstanceUID", "SeriesInstanceUID"]), cells(&OF_INSTANCE))
}

fn each_row(path: &Path, layout: &Layout, see: &mut dyn FnMut(Vec<Cell<'_>>)) -> io::Result<()> {
    let table = TableReader::open(path)?;
    let names = table.columns().iter().map(|column| column.name.as_str());
    if !names.eq(layout.columns.iter().map(|column| column.name)) {
        return Err(io::Error::other("its columns are not those of this version of sauva"));
    }
    let columns: Vec<usize> = (0..layout.columns.len()).collect();
    let mut scan = table.scan();
    while scan.advance()? {
        see(scan.cells(&columns)?);
    }
    Ok(())
}

fn digest(rows: &[Vec<Cell<'_>>]) -> RowDigest {
    let rows = postcard::to_stdvec(rows).expect("cells can be written");
    let digest = blake3::hash(&rows);
    *digest.as_bytes().first_chunk().expect("a digest has 32 bytes")
}

/// SHA-256 of a file; a link or a special file in its place is none.
fn digest_of(path: &Path) -> io::Result<String> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut hasher = Sha256::new();
    io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
    Ok(hex(&hasher.finalize()))
}
