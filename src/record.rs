//! What became of a file: one record for each input, whatever happened to it.

use serde::{Deserialize, Serialize};

use crate::area::Redaction;
use crate::attributes::Attributes;
use crate::crop::Crop;
use crate::deident::Treatments;
use crate::image::ImagePixel;
use crate::instance::KeptNative;
use crate::manifest::FileEntry;
use crate::series::Member;
use crate::stage::Stage;
use crate::stats::{Cohort, ImageMeasurement, Measured, Measures};

/// The one state in which every input ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its de-identified form stands in the output.
    Written,
    /// The same SOP Instance with the same content was written from another file.
    Duplicate,
    /// Not let through, for the reason given.
    Quarantined,
    /// Not a DICOM file, or one that describes files and holds no instance.
    NotDicom,
}

impl Outcome {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Duplicate => "duplicate",
            Self::Quarantined => "quarantined",
            Self::NotDicom => "not-dicom",
        }
    }
}

/// Why a file was not written. Holds tags and rules, never a value or a path of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Where it happened; `None` where that is not known, or before the pipeline.
    pub stage: Option<Stage>,
    /// A short name of the kind of error.
    pub class: String,
    /// What and where, in words.
    pub message: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl Failure {
    /// A failure at the first attempt.
    pub fn new(stage: Option<Stage>, class: &str, message: impl Into<String>) -> Self {
        Self { stage, class: class.to_owned(), message: message.into(), attempts: 1 }
    }
}

/// The keyed name of an input file in little memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PathId(u128);

impl PathId {
    /// Of its 32 hex digits.
    pub fn of(text: &str) -> Self {
        Self(u128::from_str_radix(text, 16).unwrap_or_else(|_| {
            let digest = blake3::hash(text.as_bytes());
            digest.as_bytes().first_chunk().map_or(0, |start| u128::from_be_bytes(*start))
        }))
    }

    /// As a number, for sums over many.
    pub fn number(self) -> u128 {
        self.0
    }
}

/// A file of the input and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    /// The keyed name of the input file.
    pub path_id: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was last modified, in nanoseconds since 1970, as the scan saw it.
    pub modified_ns: i64,
    /// The state in which it ended.
    pub outcome: Outcome,
    /// Why it was not written.
    pub failure: Option<Failure>,
    /// What was written, or would have been for a duplicate.
    pub instance: Option<Box<InstanceRecord>>,
}

impl FileRecord {
    /// The record of a file that was not written.
    pub fn failed(entry: &FileEntry, outcome: Outcome, failure: Failure) -> Self {
        Self {
            path_id: entry.path_id.clone(),
            size_bytes: entry.size_bytes,
            modified_ns: entry.modified_ns,
            outcome,
            failure: Some(failure),
            instance: None,
        }
    }

    /// Whether the file may fare better without having changed.
    pub fn is_passing(&self) -> bool {
        let class = self.failure.as_ref().map_or("", |failure| &failure.class);
        matches!(class, "unreadable" | "input-error" | "not-regular" | "changed" | "missing")
    }

    /// Whether the file was not let through.
    pub fn is_quarantined(&self) -> bool {
        self.outcome == Outcome::Quarantined
    }
}

impl AsRef<Self> for FileRecord {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// An instance in the output: a row of the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct InstanceRecord {
    /// Path below the output folder; below the input folder of what was measured where it lies.
    pub path: String,
    /// Whether it is the input itself, measured where it lies.
    pub in_place: bool,
    /// SHA-256 of the file, lowercase hex.
    pub sha256: String,
    /// Size of the file in bytes.
    pub bytes_out: u64,
    /// Pseudonym of the patient.
    pub patient_id: String,
    /// New Study Instance UID.
    pub study_uid: String,
    /// New Series Instance UID.
    pub series_uid: String,
    /// New SOP Instance UID.
    pub sop_instance_uid: String,
    /// SOP Class UID.
    pub sop_class_uid: String,
    /// Modality (0008,0060), or "OTHER".
    pub modality: String,
    /// The attributes of the index.
    pub attributes: Attributes,
    /// Transfer syntax of the input.
    pub source_transfer_syntax: String,
    /// Transfer syntax of the output.
    pub transfer_syntax: String,
    /// Whether the pixels were passed on as they came compressed.
    pub passed_on: bool,
    /// Why the pixels stayed native.
    pub kept_native: Option<KeptNative>,
    /// What became of its attributes.
    pub treatments: Treatments,
    /// What was done about text in the pixels.
    pub redaction: Redaction,
    /// The Image Pixel Module as written.
    pub image: Option<ImagePixel>,
    /// Native length of the pixel data in bytes.
    pub pixel_bytes_native: u64,
    /// Length of the pixel data as written.
    pub pixel_bytes_encoded: u64,
    /// The digest of the samples that came, covered areas as they were covered (see [`PixelDigest`](crate::stats::PixelDigest)).
    pub pixel_blake3: Option<String>,
    /// The digest of the samples that are written; none where it is not known, since nothing was decoded
    /// again.
    pub pixel_blake3_written: Option<String>,
    /// The digest of the samples before areas were covered, where some were.
    pub uncovered_blake3: Option<String>,
    /// The digest of the samples that no area covers, where areas were covered.
    pub outside_blake3: Option<String>,
    /// A digest of the data set but for the pixel data.
    pub header_blake3: String,
    /// Where something of interest is in the image, where it was looked for.
    pub crop: Option<Crop>,
    /// Whether it waits beside its final name, which other content had taken.
    pub contested: bool,
    /// Whether the totals hold its samples: of files with the same content one does.
    pub counted: bool,
    /// Statistics of the samples, where they are numbers with a meaning.
    pub measured: Option<Measured>,
    /// Statistics of each frame, where there are several.
    pub frames: Vec<Option<Measures>>,
}

impl InstanceRecord {
    /// Takes over what was measured.
    pub fn take_measured(&mut self, measurement: Option<&mut ImageMeasurement>) {
        if let Some(measurement) = measurement {
            self.measured = measurement.measured.take();
            self.frames = std::mem::take(&mut measurement.frames);
        }
    }

    /// What only one instance may have: in an output the SOP Instance UID, among inputs their place.
    pub fn claimed(&self) -> &str {
        if self.in_place { &self.path } else { &self.sop_instance_uid }
    }

    /// What it is counted with.
    pub fn cohort(&self) -> Cohort {
        Cohort {
            modality: self.modality.clone(),
            manufacturer: self.attributes.text("Manufacturer").to_owned(),
            kernel: self.attributes.text("ConvolutionKernel").to_owned(),
        }
    }

    /// What its series needs to know of it.
    pub fn member(&self) -> Member {
        let image = self.image.as_ref();
        let measures = self.measured.as_ref().map(|measured| &measured.measures);
        let digest = self.pixel_blake3.as_deref().and_then(|digits| digits.get(..16));
        let kinds = self.attributes.texts("ImageType");
        let is_no_slice = |kind: &str| kind == "LOCALIZER" || kind.contains("MIP");
        Member {
            sop_instance_uid: self.sop_instance_uid.clone(),
            instance_number: self.attributes.integer("InstanceNumber"),
            rows: image.map_or(0, |image| image.rows),
            columns: image.map_or(0, |image| image.columns),
            frames: image.map_or(0, |image| image.frames),
            is_localizer: kinds.iter().any(|kind| is_no_slice(kind)),
            geometry: self.attributes.geometry(),
            slice_thickness_mm: self.attributes.real("SliceThickness_mm"),
            mean: measures.map(|measures| measures.first_order.mean),
            noise: measures.and_then(|measures| measures.noise_imk),
            pixel_digest: digest.and_then(|digits| u64::from_str_radix(digits, 16).ok()),
            dhash64: measures.and_then(|measures| measures.dhash64),
        }
    }

    /// Whether both say the same of the same samples, in whatever transfer syntax, and however far areas reach
    /// that were covered in them.
    pub fn has_content_of(&self, other: &Self) -> bool {
        let samples = |it: &Self| it.uncovered_blake3.clone().or_else(|| it.pixel_blake3.clone());
        self.sha256 == other.sha256
            || (&self.header_blake3, samples(self)) == (&other.header_blake3, samples(other))
    }
}

/// Exit codes: a promise to scripts, listed in the README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    /// All done.
    Done = 0,
    /// Usage, configuration or environment.
    Usage = 1,
    /// Done, some inputs quarantined.
    Quarantined = 2,
    /// Another run holds the output.
    Locked = 4,
    /// An internal check failed.
    Check = 70,
    /// Stopped before the end; the same command goes on.
    Stopped = 75,
}

impl ExitStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::Usage, Self::Quarantined, Self::Locked, Self::Check, Self::Stopped];
}
