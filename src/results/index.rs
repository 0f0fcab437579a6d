//! The data files: `index.csv`, a row an instance; `failures.csv`, a row for every input that was
//! not written; `manifest.sha256`, which `sha256sum --check` reads.

use serde::Serialize;
use serde_json::Value;

use crate::area;
use crate::instance::KeptNative;
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::results::safe_cell;
use crate::stats::FirstOrder;

/// A row of the index, as far as it is not statistics.
#[derive(Debug, Default, Serialize)]
struct IndexRow<'a> {
    path: &'a str,
    sha256: &'a str,
    path_id: &'a str,
    patient_id: &'a str,
    study_instance_uid: &'a str,
    series_instance_uid: &'a str,
    sop_instance_uid: &'a str,
    sop_class_uid: &'a str,
    modality: &'a str,
    source_transfer_syntax: &'a str,
    transfer_syntax: &'a str,
    passed_on: bool,
    kept_native: Option<KeptNative>,
    rows: Option<u32>,
    columns: Option<u32>,
    frames: Option<u32>,
    samples_per_pixel: Option<u16>,
    bits_allocated: Option<u16>,
    bits_stored: Option<u16>,
    photometric_interpretation: Option<&'a str>,
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
    let no_statistics = cells(&FirstOrder::default())?;
    let header: Vec<String> = cells(&IndexRow::default())?
        .into_iter()
        .chain(no_statistics.clone())
        .map(|(column, _)| column)
        .collect();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(header)?;
    for (record, row) in rows {
        let statistics = match &row.measured {
            Some(measured) => cells(&measured.first_order)?,
            None => no_statistics.iter().map(|(name, _)| (name.clone(), String::new())).collect(),
        };
        let identity = cells(&IndexRow::new(record, row))?;
        let identity = identity.into_iter().map(|(_, cell)| safe_cell(&cell));
        out.write_record(identity.chain(statistics.into_iter().map(|(_, cell)| cell)))?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// The fields of a flat structure, in their order: names and cells.
fn cells(row: &impl Serialize) -> anyhow::Result<Vec<(String, String)>> {
    let Value::Object(fields) = serde_json::to_value(row)? else {
        anyhow::bail!("a row is a structure");
    };
    let cell = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(fields.into_iter().map(|(name, value)| (name, cell(value))).collect())
}

impl<'a> IndexRow<'a> {
    fn new(record: &'a FileRecord, row: &'a InstanceRecord) -> Self {
        let image = row.image.as_ref();
        Self {
            path: &row.path,
            sha256: &row.sha256,
            path_id: &record.path_id,
            patient_id: &row.patient_id,
            study_instance_uid: &row.study_uid,
            series_instance_uid: &row.series_uid,
            sop_instance_uid: &row.sop_instance_uid,
            sop_class_uid: &row.sop_class_uid,
            modality: &row.modality,
            source_transfer_syntax: &row.source_transfer_syntax,
            transfer_syntax: &row.transfer_syntax,
            passed_on: row.passed_on,
            kept_native: row.kept_native,
            rows: image.map(|image| image.rows),
            columns: image.map(|image| image.columns),
            frames: image.map(|image| image.frames),
            samples_per_pixel: image.map(|image| image.samples_per_pixel),
            bits_allocated: image.map(|image| image.bits_allocated),
            bits_stored: image.map(|image| image.bits_stored),
            photometric_interpretation: image.map(|i| i.photometric_interpretation.as_str()),
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
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["path_id", "outcome", "stage", "class", "message", "attempts"])?;
    for record in rows {
        let failure = record.failure.as_ref();
        let stage = failure.and_then(|failure| failure.stage).map_or("", |stage| stage.name());
        out.write_record([
            record.path_id.as_str(),
            record.outcome.name(),
            stage,
            failure.map_or("", |failure| &failure.class),
            &safe_cell(failure.map_or("", |failure| &failure.message)),
            &failure.map_or(1, |failure| failure.attempts).to_string(),
        ])?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// The digest and path of every file that was written, sorted by path.
pub fn manifest(records: &[FileRecord]) -> Vec<u8> {
    let mut lines: Vec<(&str, &str)> =
        written(records).map(|(_, row)| (row.path.as_str(), row.sha256.as_str())).collect();
    lines.sort_unstable();
    let mut text = String::new();
    for (path, sha256) in lines {
        text.extend([sha256, "  ", path, "\n"]);
    }
    text.into_bytes()
}

fn written(records: &[FileRecord]) -> impl Iterator<Item = (&FileRecord, &InstanceRecord)> {
    records.iter().filter(|record| record.outcome == Outcome::Written).filter_map(|record| {
        let row = record.instance.as_deref()?;
        Some((record, row))
    })
}
