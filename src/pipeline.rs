//! The pipeline: one `FileEntry` in, one `FileRecord` out. The only place that knows the order of
//! the stages. Whatever a file does, it ends as a record; only the storage can stop the run.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::area::{Rectangle, outside};
use crate::attributes::{self, Attributes, modality};
use crate::crop::{By, Crop};
use crate::deident::{DeidentError, Deidentifier, Treatments, admit_text, claim_clean_pixels};
use crate::encode::{self, EncodeError, Encoder};
use crate::image::{PIXEL_TAGS, SampleType};
use crate::instance::{Encoded, Original, SourcePixels};
use crate::manifest::FileEntry;
use crate::read::{self, Limits, ReadError};
use crate::record::{Failure, FileRecord, InstanceRecord, Outcome};
use crate::redact::{RedactError, Redactor};
use crate::stage::{Stage, StageClock};
use crate::stats::{
    ImageMeasurement, PixelDigest, body_of, measure_floats, measure_image, measure_samples,
};
use crate::storage::SharedStorage;
use crate::write::{self, Staged, WriteError};

/// What the stages need; shared by all threads of a rank.
#[derive(Debug)]
pub struct Pipeline {
    /// The folder of the input tree.
    pub input: PathBuf,
    /// Whether inputs are measured as they are, and nothing else is done.
    pub measures_only: bool,
    /// The folder of the output.
    pub output: PathBuf,
    /// Bounds on what a file may ask for.
    pub limits: Limits,
    /// The profile under its key.
    pub deidentifier: Deidentifier,
    /// What looks for text in pixels.
    pub redactor: Redactor,
    /// The codec.
    pub encoder: Encoder,
    /// The digest of the samples.
    pub pixel_digest: PixelDigest,
    /// What of interest is looked for in images.
    pub crop: Option<By>,
    /// Where it is written.
    pub storage: SharedStorage,
}

/// A file that was taken through; what is to be written stands under its temporary name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Processed {
    /// What became of it.
    pub record: FileRecord,
    /// What it would add to the totals.
    pub measurement: Option<ImageMeasurement>,
}

mod in_place;

/// What stops a run: the storage of the output, and no file of the input.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Stop(#[from] WriteError);

/// The class of a file that the input's storage cannot read. One such file is its own affair; several in
/// a row mean that the input is gone.
pub const INPUT_ERROR: &str = "input-error";

/// A file may be forbidden or gone, which is its own affair; every other error in reading one, such
/// as a bad disk or a lost mount, will meet the next file too.
fn is_the_storages(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    !matches!(kind, InvalidFilename | NotADirectory | NotFound | PermissionDenied)
}

/// An error of a stage, on its way to a record.
enum StageError {
    Read(ReadError),
    OtherSize,
    Name,
    Deidentify(DeidentError),
    Redact(RedactError),
    Decode(EncodeError),
    Encode(EncodeError),
    Write(WriteError),
}

impl Pipeline {
    /// The box of interest, where it is looked for in each image: `body` finds it.
    fn crop(&self, body: impl FnOnce() -> Option<Rectangle>) -> Option<Crop> {
        let by = self.crop.filter(|by| *by == By::Body)?;
        body().map(|rectangle| Crop { by, rectangle })
    }

    /// Takes one file through all stages. An error is never the file's, and stops the run.
    pub fn process(&self, entry: &FileEntry) -> Result<Processed, Stop> {
        match catch_unwind(AssertUnwindSafe(|| self.stages(entry))) {
            Ok(Ok(processed)) => Ok(processed),
            Ok(Err(StageError::Write(error))) => Err(error.into()),
            Ok(Err(error)) => Ok(Processed::failed(entry, &error)),
            Err(_) => Ok(Processed::panicked(entry)),
        }
    }

    /// The file of an entry. One of another size than the scan or a list gave is another file: its record would
    /// not be true of it.
    fn read(&self, entry: &FileEntry) -> Result<Bytes, StageError> {
        let path = self.input.join(&entry.path);
        let bytes = read::read_whole(&path, &self.limits);
        let size_bytes = match &bytes {
            Ok(bytes) => Some(bytes.len() as u64),
            // What is no DICOM file is not read to its end, and one that was cut short may seem none.
            Err(ReadError::NotDicom(_)) => path.symlink_metadata().ok().map(|meta| meta.len()),
            Err(_) => None,
        };
        if size_bytes.is_some_and(|size_bytes| size_bytes != entry.size_bytes) {
            return Err(StageError::OtherSize);
        }
        bytes.map_err(StageError::Read)
    }

    fn parse(&self, bytes: &Bytes) -> Result<Original, StageError> {
        read::parse(bytes, &self.limits).map_err(StageError::Read)
    }

    fn stages(&self, entry: &FileEntry) -> Result<Processed, StageError> {
        if self.measures_only {
            return self.measure_in_place(entry);
        }
        let original = StageClock::time(Stage::Read, || {
            self.read(entry).and_then(|bytes| self.parse(&bytes))
        })?;
        let source_transfer_syntax = original.transfer_syntax.clone();
        // Who made the image, and with what, is known only before that is removed.
        let suspicion = StageClock::time(Stage::Redact, || self.redactor.suspect(&original));
        if let Some(refusal) = self.redactor.refuses(&suspicion) {
            return Err(StageError::Redact(refusal));
        }
        let (deidentified, treatments) =
            StageClock::time(Stage::Deidentify, || self.deidentifier.treat(original))
                .map_err(StageError::Deidentify)?;
        let mut decoded = StageClock::time(Stage::Decode, || encode::decoded(deidentified))
            .map_err(StageError::Decode)?;
        let redaction = StageClock::time(Stage::Redact, || self.redactor.find(suspicion, &decoded))
            .map_err(StageError::Redact)?;
        if self.redactor.may_claim(&redaction) {
            claim_clean_pixels(&mut decoded.data_set);
        } else if redaction.shows_text {
            admit_text(&mut decoded.data_set);
        }
        let uncovered = decoded.pixels.as_ref().filter(|_| !redaction.areas.is_empty());
        let uncovered = uncovered.map(|pixels| {
            StageClock::time(Stage::Measure, || match &pixels.samples {
                Some(samples) => self.pixel_digest.of_samples(samples),
                None => self.pixel_digest.of_bytes(&pixels.native),
            })
        });
        let encoded = StageClock::time(Stage::Encode, || self.encoder.encode(decoded, redaction))
            .map_err(StageError::Encode)?;
        let (mut measurement, digests, crop) = StageClock::time(Stage::Measure, || {
            let group = attributes::group(&encoded.data_set);
            let digests = Digests::of(&self.pixel_digest, &encoded);
            (measure_image(&encoded, group), digests, self.crop(|| body_of(&encoded)))
        });
        let (storage, path_id) = (self.storage.as_ref(), &entry.path_id);
        let staged = StageClock::time(Stage::Write, || {
            write::stage(storage, &self.output, path_id, &encoded)
        })
        .map_err(StageError::Write)?;
        let mut instance = instance_record(encoded, staged, source_transfer_syntax);
        instance.take_measured(measurement.as_mut());
        instance.treatments = treatments;
        (instance.pixel_blake3, instance.pixel_blake3_written) = (digests.came, digests.written);
        instance.outside_blake3 = digests.outside;
        instance.uncovered_blake3 = uncovered;
        instance.crop = crop;
        let record = FileRecord {
            path_id: path_id.clone(),
            size_bytes: entry.size_bytes,
            modified_ns: entry.modified_ns,
            outcome: Outcome::Written,
            failure: None,
            instance: Some(Box::new(instance)),
        };
        Ok(Processed { record, measurement })
    }
}

/// The digests of an instance's samples.
struct Digests {
    /// As they came, or with areas covered.
    came: Option<String>,
    /// As they are written.
    written: Option<String>,
    /// Of those that no area covers.
    outside: Option<String>,
}

impl Digests {
    fn of(digest: &PixelDigest, encoded: &Encoded) -> Self {
        let mut elements = PIXEL_TAGS.into_iter().filter_map(|tag| encoded.data_set.bytes(tag));
        let native = elements.next();
        let came = match &encoded.samples {
            Some(samples) => Some(digest.of_samples(samples)),
            None => native.map(|bytes| digest.of_bytes(bytes)),
        };
        let image = encoded.decoded.as_ref().or(encoded.image.as_ref());
        let outside = image.filter(|_| !encoded.redaction.areas.is_empty()).map(|image| {
            let margin = image.blend(encoded.is_passed_on);
            let pixels = outside(&encoded.redaction.areas, image.extent(), margin);
            match &encoded.samples {
                Some(samples) => digest.of_pixels(samples, image.samples_per_pixel.into(), pixels),
                None => digest.of_shared(native.map_or(&[], |bytes| bytes), pixels),
            }
        });
        let written = came.clone().filter(|_| encoded.is_verified);
        Self { came, written, outside }
    }
}

/// Measures a file that was written, from the file itself; `None` where nothing is to be measured.
pub fn measure_written(path: &Path, limits: &Limits) -> io::Result<Option<ImageMeasurement>> {
    let original = read::read(path, limits).map_err(io::Error::other)?;
    let group = attributes::group(&original.data_set);
    if let Some((image, SourcePixels::Native(bytes))) = &original.image
        && image.sample_type == SampleType::Float
    {
        return Ok(measure_floats(&original.data_set, image, bytes, group));
    }
    let decoded = encode::decode(original).map_err(io::Error::other)?;
    Ok(decoded
        .and_then(|(data_set, image, samples)| measure_samples(&data_set, &image, &samples, group)))
}

impl Processed {
    fn failed(entry: &FileEntry, error: &StageError) -> Self {
        let (stage, class, message) = match error {
            StageError::Read(ReadError::Unreadable(kind)) if is_the_storages(*kind) => {
                let message = format!("the input's storage cannot read it: {kind}");
                (Stage::Read, INPUT_ERROR, message)
            }
            StageError::Read(error) => (Stage::Read, error.class(), error.to_string()),
            StageError::OtherSize => {
                let message = "its size is not the one that the scan found or --manifest gives";
                (Stage::Read, ReadError::Changed.class(), message.to_owned())
            }
            StageError::Name => {
                let message = "its name is no UTF-8, so that no row can tell it: rename it";
                (Stage::Read, "name", message.to_owned())
            }
            StageError::Deidentify(error) => (Stage::Deidentify, error.class(), error.to_string()),
            StageError::Redact(error) => (Stage::Redact, error.class(), error.to_string()),
            StageError::Decode(error) => (Stage::Decode, error.class(), error.to_string()),
            StageError::Encode(error @ EncodeError::Verify) => {
                (Stage::Verify, error.class(), error.to_string())
            }
            StageError::Encode(error) => (Stage::Encode, error.class(), error.to_string()),
            StageError::Write(error) => (Stage::Write, "storage", error.to_string()),
        };
        let outcome = match error {
            StageError::Read(ReadError::NotDicom(_) | ReadError::Dicomdir) => Outcome::NotDicom,
            _ => Outcome::Quarantined,
        };
        let failure = Failure::new(Some(stage), class, message);
        Self::unwritten(entry, outcome, failure)
    }

    fn panicked(entry: &FileEntry) -> Self {
        let message = "the program failed at this file, and only at this file";
        let failure = Failure::new(StageClock::current(), "panic", message);
        Self::unwritten(entry, Outcome::Quarantined, failure)
    }

    /// A file that is not written, for this reason.
    pub fn unwritten(entry: &FileEntry, outcome: Outcome, failure: Failure) -> Self {
        tracing::debug!(path_id = entry.path_id, class = failure.class, "not written");
        Self { record: FileRecord::failed(entry, outcome, failure), measurement: None }
    }
}

fn instance_record(
    encoded: Encoded,
    staged: Staged,
    source_transfer_syntax: String,
) -> InstanceRecord {
    InstanceRecord {
        path: staged.path,
        in_place: false,
        sha256: staged.sha256,
        bytes_out: staged.bytes,
        modality: modality(&encoded.data_set),
        attributes: Attributes::of(&encoded.data_set),
        patient_id: encoded.identity.patient_id,
        study_uid: encoded.identity.study_uid,
        series_uid: encoded.identity.series_uid,
        sop_instance_uid: encoded.identity.sop_instance_uid,
        sop_class_uid: encoded.identity.sop_class_uid,
        source_transfer_syntax,
        transfer_syntax: encoded.transfer_syntax,
        passed_on: encoded.is_passed_on,
        kept_native: encoded.kept_native,
        treatments: Treatments::default(),
        redaction: encoded.redaction,
        image: encoded.image,
        pixel_bytes_native: encoded.pixel_bytes.native,
        pixel_bytes_encoded: encoded.pixel_bytes.encoded,
        crop: None,
        contested: false,
        counted: false,
        measured: None,
        frames: Vec::new(),
        pixel_blake3: None,
        pixel_blake3_written: None,
        uncovered_blake3: None,
        outside_blake3: None,
        header_blake3: staged.header_blake3,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::deident::{Key, Profile};
    use crate::encode::Verify;
    use crate::storage::Disk;

    #[test]
    fn a_file_of_another_size_than_was_told_is_not_let_through() {
        let folder = tempfile::tempdir().unwrap();
        let (input, output) = (folder.path().join("input"), folder.path().join("output"));
        fs::create_dir(&input).unwrap();
        fs::create_dir(&output).unwrap();
        let sample =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("data_sample/dicom/objects/mr/MR_small.dcm");
        let image = fs::read(sample).unwrap();
        fs::write(input.join("image"), &image).unwrap();
        fs::write(input.join("text"), "no image").unwrap();
        fs::write(input.join("cut short"), "").unwrap();
        let key = Key::from_bytes(&[7; 32]).unwrap();
        let pipeline = Pipeline {
            input,
            measures_only: false,
            storage: Arc::new(Disk::below(&output)),
            output,
            limits: Limits::default(),
            deidentifier: Deidentifier::new(&key, Profile::basic()),
            redactor: Redactor::default(),
            encoder: Encoder::by_name("native", Verify::default()).unwrap(),
            pixel_digest: PixelDigest::new([7; 32]),
            crop: None,
        };
        let length = image.len() as u64;
        let changed = (Outcome::Quarantined, Some("changed"));
        for (path, size_bytes, expected) in [
            ("image", length, (Outcome::Written, None)),
            ("image", length + 1, changed),
            ("image", 0, changed),
            ("text", 8, (Outcome::NotDicom, Some("not-dicom"))),
            ("cut short", length, changed),
            ("gone", length, (Outcome::Quarantined, Some("unreadable"))),
        ] {
            let entry =
                FileEntry { path: path.into(), size_bytes, modified_ns: 0, path_id: "x".into() };
            let record = pipeline.process(&entry).unwrap().record;
            let class = record.failure.as_ref().map(|failure| failure.class.as_str());
            assert_eq!((record.outcome, class), expected, "{path}");
            assert_eq!(record.size_bytes, size_bytes);
        }
    }
}
