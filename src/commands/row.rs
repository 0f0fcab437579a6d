//! A row of the index on its way from who settled its instance to who owns its series, and on to rank 0.

use std::io;

use serde::{Deserialize, Serialize};

use super::parcel::{decode, encode};
use super::values::series_key;
use crate::crop::Crop;
use crate::record::{FileRecord, InstanceRecord};
use crate::results::{frame_rows, index_row, instance_row};
use crate::series::Member;
use crate::stats::{Cohort, PowerSums};
use crate::table::Cell;

/// A row of the index, and what is asked of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row<'a> {
    pub(super) study_uid: &'a str,
    pub(super) series_uid: &'a str,
    pub(super) sop_instance_uid: &'a str,
    /// The keyed name of the input.
    pub(super) path_id: &'a str,
    instance_number: Option<i64>,
    pub(super) patient_id: &'a str,
    pub(super) path: &'a str,
    pub(super) sha256: &'a str,
    pub(super) may_show_face: bool,
    /// A digest of what the instance says and shows, whatever form its pixels are written in.
    pub(super) content: [u8; 32],
    /// The line of `index.csv`.
    pub(super) line: &'a [u8],
    /// The row of `index.parquet`.
    pub(super) cells: Vec<Cell<'a>>,
    /// The rows of `frames.parquet`.
    pub(super) frames: Vec<Vec<Cell<'a>>>,
    /// What the statistics of its series need.
    pub(super) image: Image,
    /// The whole record as a message, where more is made of the instances than the results; else nothing.
    record: &'a [u8],
}

impl<'a> Row<'a> {
    /// The row of a record that was written, as a message.
    pub(super) fn message(record: &FileRecord, is_whole: bool) -> io::Result<Vec<u8>> {
        let instance = record.instance.as_ref().ok_or(io::ErrorKind::InvalidData)?;
        let line = index_row(record, instance).map_err(io::Error::other)?;
        let whole = if is_whole { encode(record) } else { Vec::new() };
        Ok(encode(&Row {
            study_uid: &instance.study_uid,
            series_uid: &instance.series_uid,
            sop_instance_uid: &instance.sop_instance_uid,
            path_id: &record.path_id,
            instance_number: instance.attributes.integer("InstanceNumber"),
            patient_id: &instance.patient_id,
            path: &instance.path,
            sha256: &instance.sha256,
            may_show_face: instance.redaction.may_show_face,
            content: content(instance),
            line: &line,
            cells: instance_row(record, instance),
            frames: frame_rows(instance),
            image: Image::of(instance),
            record: &whole,
        }))
    }

    pub(super) fn of(message: &'a [u8]) -> io::Result<Self> {
        postcard::from_bytes(message).map_err(io::Error::other)
    }

    /// The whole record, where it is there.
    pub(super) fn record(&self) -> Option<FileRecord> {
        (!self.record.is_empty()).then(|| decode(self.record))
    }

    /// The order of the index: study, series, Instance Number, instance.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = series_key(self.study_uid, self.series_uid);
        // Numbers in this form have the order of their digits; who has none comes first.
        let number = self.instance_number.map(|number| number.cast_unsigned() ^ (1 << 63));
        let number = number.map_or_else(String::new, |number| format!("{number:016x}"));
        key.extend(["\0", &number, "\0", self.sop_instance_uid].concat().into_bytes());
        key
    }
}

/// What the statistics of a series need of an instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Image {
    pub(super) member: Member,
    pub(super) cohort: Cohort,
    pub(super) sums: Option<PowerSums>,
    /// Where something of interest is in it.
    pub(super) crop: Option<Crop>,
}

impl Image {
    fn of(instance: &InstanceRecord) -> Self {
        let measured = instance.measured.as_ref();
        let sums = measured.map(|measured| measured.sums.clone());
        let (member, cohort) = (instance.member(), instance.cohort());
        Self { member, cohort, sums, crop: instance.crop }
    }
}

fn content(instance: &InstanceRecord) -> [u8; 32] {
    let samples = instance.pixel_blake3.as_deref().unwrap_or_default();
    let header = &instance.header_blake3;
    blake3::hash([header, "\0", samples].concat().as_bytes()).into()
}
