//! `sauva stats`: a file in, its row and its numbers out. Nothing is de-identified and nothing is written: the
//! record speaks of the input where it lies.

use bytes::Bytes;
use dicom::dictionary_std::tags;
use sha2::{Digest, Sha256};

use super::{Pipeline, Processed, StageError};
use crate::area::Redaction;
use crate::attributes::{self, Attributes, modality};
use crate::dataset::Tag;
use crate::deident::Treatments;
use crate::encode;
use crate::image::SampleType;
use crate::instance::{Original, SourcePixels};
use crate::manifest::FileEntry;
use crate::record::{FileRecord, InstanceRecord, Outcome};
use crate::stage::{Stage, StageClock};
use crate::stats::{ImageMeasurement, body_of_samples, measure_floats, measure_samples};
use crate::write::hex;

impl Pipeline {
    /// Takes one file through the stages that change nothing.
    pub(super) fn measure_in_place(&self, entry: &FileEntry) -> Result<Processed, StageError> {
        let Some(path) = entry.path.to_str() else { return Err(StageError::Name) };
        let (bytes, original) = StageClock::time(Stage::Read, || {
            let bytes = self.read(entry)?;
            let original = self.parse(&bytes)?;
            Ok((bytes, original))
        })?;
        let mut instance = describe(&original, path, &bytes);
        let group = attributes::group(&original.data_set);
        let (native, floats) = StageClock::time(Stage::Measure, || match &original.image {
            Some((image, SourcePixels::Native(bytes))) => {
                let is_float = image.sample_type == SampleType::Float;
                let measure = || measure_floats(&original.data_set, image, bytes, group.clone());
                (Some(bytes.clone()), is_float.then(measure).flatten())
            }
            _ => (None, None),
        });
        // What the header says stands in the row, whatever the pixels are like.
        let decoded =
            StageClock::time(Stage::Decode, || encode::decode(original)).unwrap_or_else(|error| {
                tracing::debug!(path_id = entry.path_id, class = error.class(), "not measured");
                None
            });
        let measurement = StageClock::time(Stage::Measure, || match (&decoded, &native) {
            (Some((data_set, image, samples)), _) => {
                instance.pixel_blake3 = Some(self.pixel_digest.of_samples(samples));
                instance.crop = self.crop(|| body_of_samples(data_set, image, samples));
                measure_samples(data_set, image, samples, group)
            }
            (None, Some(native)) => {
                instance.pixel_blake3 = Some(self.pixel_digest.of_bytes(native));
                floats
            }
            (None, None) => None,
        });
        Ok(processed(entry, instance, measurement))
    }
}

/// A record, and what was measured.
fn processed(
    entry: &FileEntry,
    mut instance: InstanceRecord,
    mut measurement: Option<ImageMeasurement>,
) -> Processed {
    instance.take_measured(measurement.as_mut());
    let record = FileRecord {
        path_id: entry.path_id.clone(),
        size_bytes: entry.size_bytes,
        modified_ns: entry.modified_ns,
        outcome: Outcome::Written,
        failure: None,
        instance: Some(Box::new(instance)),
    };
    Processed { record, measurement }
}

/// The record of an input, but for its numbers.
fn describe(original: &Original, path: &str, file: &Bytes) -> InstanceRecord {
    let data_set = &original.data_set;
    let text = |tag: Tag| attributes::text_of(data_set, tag);
    let pixels = original.image.as_ref();
    let encoded = pixels.map(|(_, pixels)| match pixels {
        SourcePixels::Native(bytes) => bytes.len() as u64,
        SourcePixels::Encapsulated(frames) => frames.iter().map(|frame| frame.len() as u64).sum(),
    });
    InstanceRecord {
        path: path.to_owned(),
        in_place: true,
        sha256: hex(&Sha256::digest(file)),
        bytes_out: file.len() as u64,
        patient_id: text(tags::PATIENT_ID),
        study_uid: text(tags::STUDY_INSTANCE_UID),
        series_uid: text(tags::SERIES_INSTANCE_UID),
        sop_instance_uid: text(tags::SOP_INSTANCE_UID),
        sop_class_uid: text(tags::SOP_CLASS_UID),
        modality: modality(data_set),
        attributes: Attributes::of(data_set),
        source_transfer_syntax: original.transfer_syntax.clone(),
        transfer_syntax: original.transfer_syntax.clone(),
        passed_on: false,
        kept_native: None,
        treatments: Treatments::default(),
        redaction: Redaction::default(),
        image: pixels.map(|(image, _)| image.clone()),
        pixel_bytes_native: pixels.and_then(|(image, _)| image.native_length()).unwrap_or(0),
        pixel_bytes_encoded: encoded.unwrap_or(0),
        pixel_blake3: None,
        pixel_blake3_written: None,
        uncovered_blake3: None,
        outside_blake3: None,
        header_blake3: String::new(),
        crop: None,
        contested: false,
        counted: false,
        measured: None,
        frames: Vec::new(),
    }
}
