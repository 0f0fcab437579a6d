//! What leaves the program: the file, its row of a table; and the whole way of a file there.

use std::rc::Rc;
use std::sync::Arc;

use sauva::encode::{Encoder, Verify};
use sauva::manifest::FileEntry;
use sauva::pipeline::Pipeline;
use sauva::record::FileRecord;
use sauva::redact::Redactor;
use sauva::results::{instance_row, instances_layout};
use sauva::stats::PixelDigest;
use sauva::storage::Disk;
use sauva::table::TableWriter;
use sauva::write::stage;

use super::{Prepare, Slice, each};

/// The name that the file has in the records.
const PATH_ID: &str = "0123456789abcdef0123456789abcdef";
/// Rows of the table.
const ROWS: u64 = 256;

/// The file as bytes, its digests, and both on their way to the disk.
pub(super) fn write(slice: &Rc<Slice>) -> Prepare {
    let (encoded, output) = (slice.encoded("jpeg-ls"), slice.output.clone());
    let storage = Disk::below(&output);
    each(|| (), move |()| stage(&storage, &output, PATH_ID, &encoded).expect("a folder of ours"))
}

fn stages(slice: &Slice, codec: &str) -> (Pipeline, FileEntry) {
    let pipeline = Pipeline {
        input: slice.input.clone(),
        measures_only: false,
        output: slice.output.clone(),
        limits: slice.limits,
        deidentifier: slice.deidentifier.clone(),
        redactor: Redactor::default(),
        encoder: Encoder::by_name(codec, Verify::Full).expect("a codec"),
        pixel_digest: PixelDigest::new([7; 32]),
        crop: None,
        storage: Arc::new(Disk::below(&slice.output)),
    };
    let entry = FileEntry {
        path: slice.path.clone(),
        size_bytes: slice.file.len() as u64,
        modified_ns: 0,
        path_id: PATH_ID.to_owned(),
    };
    (pipeline, entry)
}

/// All stages, from the file to the file under its temporary name, with verification.
pub(super) fn pipeline(slice: &Rc<Slice>, codec: &str) -> Prepare {
    let (pipeline, entry) = stages(slice, codec);
    let process = move |()| {
        let processed = pipeline.process(&entry).expect("a folder of ours");
        assert!(processed.record.instance.is_some(), "the slice is written");
        processed
    };
    each(|| (), process)
}

/// The rows of an index of so many instances of one series, as Parquet.
pub(super) fn table(slice: &Rc<Slice>) -> Prepare {
    let (pipeline, entry) = stages(slice, "native");
    let record = pipeline.process(&entry).expect("a folder of ours").record;
    let records: Vec<FileRecord> = (0..ROWS).map(|number| numbered(&record, number)).collect();
    let write = move |()| {
        let mut table = TableWriter::new(Vec::new(), &instances_layout(), &[]).expect("a layout");
        for record in &records {
            let instance = record.instance.as_deref().expect("the slice is written");
            table.row(&instance_row(record, instance)).expect("a cell for each column");
        }
        table.finish().expect("memory takes it")
    };
    each(|| (), write)
}

/// The record of another instance, whose UID is as random as real ones.
fn numbered(record: &FileRecord, number: u64) -> FileRecord {
    let mut record = record.clone();
    if let Some(instance) = &mut record.instance {
        // The golden ratio's bits: multiples of it spread over all numbers (Knuth, TAOCP 3, section 6.4).
        let random = u128::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        instance.sop_instance_uid = format!("2.25.{random}");
        instance.path = format!("dicom/{}.dcm", instance.sop_instance_uid);
    }
    record
}
