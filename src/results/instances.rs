//! `index.parquet`: a row for each instance that was written, with the attributes that the profile keeps and
//! all that was measured. `frames.parquet`: a row for each frame of those that have several.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::crop::{CROP, crop_cells};
use crate::attributes;
use crate::image::SampleType;
use crate::record::{FileRecord, InstanceRecord};
use crate::stats::{MEASURES, Measures};
use crate::table::{Cell, Column, Kind, Layout};

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

const IDENTITY: [Column; 9] = [
    column("path", Kind::Text, "the file below the output folder"),
    column("PatientID", Kind::Text, "the pseudonym of the patient"),
    column("StudyInstanceUID", Kind::Text, "Study Instance UID (0020,000D)"),
    column("SeriesInstanceUID", Kind::Text, "Series Instance UID (0020,000E)"),
    column("SOPInstanceUID", Kind::Text, "SOP Instance UID (0008,0018)"),
    column("SOPClassUID", Kind::Text, "SOP Class UID (0008,0016)"),
    column("TransferSyntaxUID", Kind::Text, "transfer syntax as written (0002,0010)"),
    column("source_transfer_syntax", Kind::Text, "transfer syntax of the input"),
    column("Modality", Kind::Text, "Modality (0008,0060), OTHER where it is no defined term"),
];

const IMAGE: [Column; 8] = [
    column("PhotometricInterpretation", Kind::Text, "Photometric Interpretation (0028,0004)"),
    column("SamplesPerPixel", Kind::Int32, "Samples per Pixel (0028,0002)"),
    column("Rows", Kind::Int32, "Rows (0028,0010)"),
    column("Columns", Kind::Int32, "Columns (0028,0011)"),
    column("NumberOfFrames", Kind::Int32, "Number of Frames (0028,0008)"),
    column("BitsAllocated", Kind::Int32, "Bits Allocated (0028,0100)"),
    column("BitsStored", Kind::Int32, "Bits Stored (0028,0101)"),
    column("PixelRepresentation", Kind::Int32, "Pixel Representation (0028,0103), null of floats"),
];

const FILE: [Column; 6] = [
    Column { name: "bytes_in", kind: Kind::UInt64, unit: "byte", meaning: "size of the input" },
    Column { name: "bytes_out", kind: Kind::UInt64, unit: "byte", meaning: "size of the file" },
    column("ratio", Kind::Real, "how many times smaller the pixel data became"),
    column("pixel_blake3", Kind::Bytes(32), "keyed BLAKE3 of the samples: equal for equal pixels"),
    column("status", Kind::Text, "what became of the instance: written, or measured where it lies"),
    column("error_class", Kind::Text, "why an image has no numbers: not-measured"),
];

/// The columns of `index.parquet`.
static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let measures = MEASURES.iter().map(|measure| measure.column);
    let parts = [&IDENTITY[..], &attributes::COLUMNS, &IMAGE, &FILE, &CROP];
    parts.concat().into_iter().chain(measures).collect()
});

const FRAME: [Column; 3] = [
    column("path", Kind::Text, "the file, as in index.parquet"),
    column("SOPInstanceUID", Kind::Text, "SOP Instance UID (0008,0018)"),
    column("frame", Kind::Int32, "number of the frame, from 1"),
];

/// The columns of `frames.parquet`.
static FRAME_COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let measures = MEASURES.iter();
    FRAME.into_iter().chain(measures.map(|measure| measure.column)).collect()
});

/// How `index.parquet` is laid out.
pub fn instances_layout() -> Layout {
    Layout {
        columns: &COLUMNS,
        sorted_by: &["StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber", "SOPInstanceUID"],
        bloom: &["SOPInstanceUID", "SeriesInstanceUID"],
    }
}

/// How `frames.parquet` is laid out: in the order of the index.
pub fn frames_layout() -> Layout {
    Layout { columns: &FRAME_COLUMNS, sorted_by: &[], bloom: &["SOPInstanceUID"] }
}

/// An instance that was written, as a row of `index.parquet`.
pub fn instance_row<'a>(record: &'a FileRecord, row: &'a InstanceRecord) -> Vec<Cell<'a>> {
    let mut cells: Vec<Cell<'a>> = vec![
        text(&row.path),
        text(&row.patient_id),
        text(&row.study_uid),
        text(&row.series_uid),
        text(&row.sop_instance_uid),
        text(&row.sop_class_uid),
        text(&row.transfer_syntax),
        text(&row.source_transfer_syntax),
        text(&row.modality),
    ];
    cells.extend(row.attributes.0.iter().cloned());
    match &row.image {
        None => cells.extend(IMAGE.map(|_| Cell::Null)),
        Some(image) => cells.extend([
            text(&image.photometric_interpretation),
            Cell::Int(image.samples_per_pixel.into()),
            Cell::Int(image.rows.into()),
            Cell::Int(image.columns.into()),
            Cell::Int(image.frames.into()),
            Cell::Int(image.bits_allocated.into()),
            Cell::Int(image.bits_stored.into()),
            match image.sample_type {
                SampleType::Unsigned => Cell::Int(0),
                SampleType::Signed => Cell::Int(1),
                SampleType::Float => Cell::Null,
            },
        ]),
    }
    let ratio = row.pixel_bytes_native as f64 / row.pixel_bytes_encoded as f64;
    let digest = row.pixel_blake3.as_deref().and_then(unhex);
    cells.extend([
        Cell::Natural(record.size_bytes),
        Cell::Natural(row.bytes_out),
        if ratio.is_finite() { Cell::Real(ratio) } else { Cell::Null },
        digest.map_or(Cell::Null, |digest| Cell::Bytes(Cow::Owned(digest))),
        text(if row.in_place { "measured" } else { record.outcome.name() }),
        text(if row.image.is_some() && row.measured.is_none() { "not-measured" } else { "" }),
    ]);
    cells.extend(crop_cells(row.crop));
    let measures = row.measured.as_ref().map(|measured| &measured.measures);
    cells.extend(MEASURES.iter().map(|measure| measures.map_or(Cell::Null, measure.cell)));
    cells
}

/// The rows of `frames.parquet` of an instance.
pub fn frame_rows(row: &InstanceRecord) -> Vec<Vec<Cell<'_>>> {
    let of_frame = |(number, measures): (i64, &Option<Measures>)| {
        let mut cells = vec![text(&row.path), text(&row.sop_instance_uid), Cell::Int(number)];
        let of_frames = MEASURES.iter();
        cells.extend(of_frames.map(|measure| measures.as_ref().map_or(Cell::Null, measure.cell)));
        cells
    };
    (1..).zip(&row.frames).map(of_frame).collect()
}

fn text(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Null } else { Cell::Text(text.into()) }
}

/// The bytes of hex digits.
fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
