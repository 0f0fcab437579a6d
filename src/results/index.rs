//! The data files: `index.csv`, a row an instance; `failures.csv`, a row for every input that was
//! not written; `manifest.sha256`, which `sha256sum --check` reads.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde::Serialize;
use serde_json::Value;

use crate::area;
use crate::instance::KeptNative;
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::results::safe_cell;
use crate::stats::FirstOrder;

/// Bytes of a row, as a rule.
const ROW_BYTES: usize = 1 << 10;

/// A row of the index, as far as it is not statistics.
#[derive(Debug, Default, Serialize)]
struct IndexRow<'a> {
    path: &'a str,
    sha256: &'a str,
    path_id: &'a str,
    patient_id: Cow<'a, str>,
    study_instance_uid: Cow<'a, str>,
    series_instance_uid: Cow<'a, str>,
    sop_instance_uid: Cow<'a, str>,
    sop_class_uid: Cow<'a, str>,
    modality: Cow<'a, str>,
    source_transfer_syntax: Cow<'a, str>,
    transfer_syntax: Cow<'a, str>,
    passed_on: bool,
    kept_native: Option<KeptNative>,
    rows: Option<u32>,
    columns: Option<u32>,
    frames: Option<u32>,
    samples_per_pixel: Option<u16>,
    bits_allocated: Option<u16>,
    bits_stored: Option<u16>,
    photometric_interpretation: Option<Cow<'a, str>>,
    bytes_in: u64,
    bytes_out: u64,
    pixel_bytes_native: u64,
    pixel_bytes_encoded: u64,
    pixel_blake3: Option<&'a str>,
    pixel_blake3_written: Option<&'a str>,
    pixel_text: &'static str,
    covered_areas: String,
    outside_blake3: Option<&'a str>,
    may_show_face: bool,
}

/// The instances that were written, sorted by study, series and instance.
pub fn index_csv(records: &[FileRecord]) -> anyhow::Result<Vec<u8>> {
    let mut rows: Vec<(&FileRecord, &InstanceRecord)> = written(records).collect();
    rows.sort_by_key(|(_, row)| (&row.study_uid, &row.series_uid, &row.sop_instance_uid));
    let mut table = index_header()?;
    for (record, row) in rows {
        table.extend(index_row(record, row)?);
    }
    Ok(table)
}

/// The names of the columns of the index, as a line.
pub fn index_header() -> anyhow::Result<Vec<u8>> {
    line(columns(&IndexRow::default())?.into_iter().chain(statistics_columns()?))
}

/// An instance that was written, as a line of the index.
pub fn index_row(record: &FileRecord, row: &InstanceRecord) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new();
    // More would be cleared for each row.
    let out = out.has_headers(false).buffer_capacity(ROW_BYTES);
    let mut out = out.from_writer(Vec::with_capacity(ROW_BYTES));
    let identity = IndexRow::new(record, row);
    match &row.measured {
        Some(measured) => out.serialize((identity, &measured.measures.first_order))?,
        None => out.serialize((identity, vec![""; statistics_columns()?.len()]))?,
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn statistics_columns() -> anyhow::Result<Vec<String>> {
    static COLUMNS: OnceLock<Vec<String>> = OnceLock::new();
    if let Some(columns) = COLUMNS.get() {
        return Ok(columns.clone());
    }
    let columns = columns(&FirstOrder::default())?;
    Ok(COLUMNS.get_or_init(|| columns).clone())
}

/// The names of the fields of a flat structure, in their order.
fn columns(row: &impl Serialize) -> anyhow::Result<Vec<String>> {
    let Value::Object(fields) = serde_json::to_value(row)? else {
        anyhow::bail!("a row is a structure");
    };
    Ok(fields.into_iter().map(|(name, _)| name).collect())
}

fn line(cells: impl Iterator<Item = impl AsRef<[u8]>>) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(cells)?;
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

impl<'a> IndexRow<'a> {
    fn new(record: &'a FileRecord, row: &'a InstanceRecord) -> Self {
        let image = row.image.as_ref();
        Self {
            path: &row.path,
            sha256: &row.sha256,
            path_id: &record.path_id,
            patient_id: safe_cell(&row.patient_id),
            study_instance_uid: safe_cell(&row.study_uid),
            series_instance_uid: safe_cell(&row.series_uid),
            sop_instance_uid: safe_cell(&row.sop_instance_uid),
            sop_class_uid: safe_cell(&row.sop_class_uid),
            modality: safe_cell(&row.modality),
            source_transfer_syntax: safe_cell(&row.source_transfer_syntax),
            transfer_syntax: safe_cell(&row.transfer_syntax),
            passed_on: row.passed_on,
            kept_native: row.kept_native,
            rows: image.map(|image| image.rows),
            columns: image.map(|image| image.columns),
            frames: image.map(|image| image.frames),
            samples_per_pixel: image.map(|image| image.samples_per_pixel),
            bits_allocated: image.map(|image| image.bits_allocated),
            bits_stored: image.map(|image| image.bits_stored),
            photometric_interpretation: image.map(|i| safe_cell(&i.photometric_interpretation)),
            bytes_in: record.size_bytes,
            bytes_out: row.bytes_out,
            pixel_bytes_native: row.pixel_bytes_native,
            pixel_bytes_encoded: row.pixel_bytes_encoded,
            pixel_blake3: row.pixel_blake3.as_deref(),
            pixel_blake3_written: row.pixel_blake3_written.as_deref(),
            pixel_text: row.redaction.text.name(),
            covered_areas: area::cell(&row.redaction.areas),
            outside_blake3: row.outside_blake3.as_deref(),
            may_show_face: row.redaction.may_show_face,
        }
    }
}

/// The inputs that were not written and why, sorted by path ID.
pub fn failures_csv(records: &[FileRecord]) -> anyhow::Result<Vec<u8>> {
    let mut rows: Vec<&FileRecord> =
        records.iter().filter(|record| record.outcome != Outcome::Written).collect();
    rows.sort_by_key(|record| &record.path_id);
    let mut table = failures_header()?;
    for record in rows {
        table.extend(failures_row(record)?);
    }
    Ok(table)
}

/// The names of the columns of `failures.csv`, as a line.
pub fn failures_header() -> anyhow::Result<Vec<u8>> {
    line(["path_id", "outcome", "stage", "class", "message", "attempts"].into_iter())
}

/// An input that was not written, as a line of `failures.csv`.
pub fn failures_row(record: &FileRecord) -> anyhow::Result<Vec<u8>> {
    let failure = record.failure.as_ref();
    let stage = failure.and_then(|failure| failure.stage).map_or("", |stage| stage.name());
    let cells = [
        record.path_id.as_str(),
        record.outcome.name(),
        stage,
        failure.map_or("", |failure| &failure.class),
        &safe_cell(failure.map_or("", |failure| &failure.message)),
        &failure.map_or(1, |failure| failure.attempts).to_string(),
    ];
    line(cells.into_iter())
}

/// The outcome of what was written, and has a region that could not be measured.
pub const UNMEASURED: &str = "region";

/// A region that could not be measured, as a line of `failures.csv`: the input that holds it, and why.
pub fn unmeasured_row(path_id: &str, class: &str, message: &str) -> anyhow::Result<Vec<u8>> {
    line([path_id, UNMEASURED, "regions", class, &safe_cell(message), "1"].into_iter())
}

/// A file that was written, as a line of `manifest.sha256`.
pub fn manifest_line(path: &str, sha256: &str) -> String {
    format!("{sha256}  {path}\n")
}

fn written(records: &[FileRecord]) -> impl Iterator<Item = (&FileRecord, &InstanceRecord)> {
    records.iter().filter(|record| record.outcome == Outcome::Written).filter_map(|record| {
        let row = record.instance.as_deref()?;
        Some((record, row))
    })
}
