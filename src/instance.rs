//! A SOP Instance on its way through the pipeline: as read, de-identified, encoded. Each stage takes
//! the one before by value, so that nothing half made is ever seen.

use bytes::Bytes;

use crate::area::Redaction;
use crate::dataset::DataSet;
use crate::image::ImagePixel;

/// The pixels as they came, apart from the data set.
#[derive(Debug, Clone)]
pub enum SourcePixels {
    /// Native pixel data, little endian, cut to the length that the geometry gives.
    Native(Bytes),
    /// One codestream a frame, fragments joined.
    Encapsulated(Vec<Bytes>),
}

/// An instance as it was read.
#[derive(Debug)]
pub struct Original {
    /// All elements but those of the pixel data.
    pub data_set: DataSet,
    /// The transfer syntax UID of the file.
    pub transfer_syntax: String,
    /// The Image Pixel Module and the pixels, where there are any.
    pub image: Option<(ImagePixel, SourcePixels)>,
}

/// The new identity of an instance: where it is written and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The pseudonym that stands as Patient ID (0010,0020).
    pub patient_id: String,
    /// The new Study Instance UID (0020,000D).
    pub study_uid: String,
    /// The new Series Instance UID (0020,000E).
    pub series_uid: String,
    /// The new SOP Instance UID (0008,0018).
    pub sop_instance_uid: String,
    /// The SOP Class UID (0008,0016), never changed.
    pub sop_class_uid: String,
}

/// An instance from which the profile has removed what identifies.
#[derive(Debug)]
pub struct Deidentified {
    cleaned: Original,
    identity: Identity,
    embedded_overlay: bool,
}

impl Deidentified {
    /// Only `deident` may call this (clippy.toml holds it): it is the claim that the profile ran.
    /// `embedded_overlay` says that an overlay stood in the bits above Bits Stored, which are to be
    /// cleared.
    pub(crate) fn new(cleaned: Original, identity: Identity, embedded_overlay: bool) -> Self {
        Self { cleaned, identity, embedded_overlay }
    }

    /// The attributes that were kept.
    pub fn data_set(&self) -> &DataSet {
        &self.cleaned.data_set
    }

    /// Who it is now.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The parts: the cleaned instance, its identity, and whether an overlay is to be cleared.
    pub fn into_parts(self) -> (Original, Identity, bool) {
        (self.cleaned, self.identity, self.embedded_overlay)
    }
}

/// An instance from which the profile has removed what identifies, with its pixels decoded.
#[derive(Debug)]
pub struct Decoded {
    /// The attributes that were kept.
    pub data_set: DataSet,
    /// Who it is now.
    pub identity: Identity,
    /// The pixels, where there are any.
    pub pixels: Option<DecodedPixels>,
    /// Private, so that none is made without [`Decoded::new`].
    transfer_syntax: String,
}

impl Decoded {
    /// Only `encode::decoded` may call this (clippy.toml holds it): it takes what the profile has cleaned.
    pub(crate) fn new(
        data_set: DataSet,
        transfer_syntax: String,
        identity: Identity,
        pixels: Option<DecodedPixels>,
    ) -> Self {
        Self { data_set, identity, pixels, transfer_syntax }
    }

    /// The transfer syntax UID of the input.
    pub fn transfer_syntax(&self) -> &str {
        &self.transfer_syntax
    }
}

/// Pixels as they came, as native pixel data and as samples.
#[derive(Debug)]
pub struct DecodedPixels {
    /// As they came.
    pub source: SourcePixels,
    /// The Image Pixel Module that came.
    pub source_image: ImagePixel,
    /// The Image Pixel Module of the samples.
    pub image: ImagePixel,
    /// The native pixel data.
    pub native: Bytes,
    /// The samples; `None` where they are no integers of their own: float pixels, shared chroma.
    pub samples: Option<Samples>,
    /// The native pixel data without the overlay that stood in unused bits, where there was one.
    pub without_overlay: Option<Bytes>,
}

/// Pixel samples of all frames: masked to Bits Stored, the samples of a pixel side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Samples {
    /// Up to 8 bits stored.
    Eight(Vec<u8>),
    /// 9 to 16 bits stored.
    Sixteen(Vec<u16>),
    /// 17 to 32 bits stored.
    ThirtyTwo(Vec<u32>),
}

impl Samples {
    /// The number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Eight(samples) => samples.len(),
            Self::Sixteen(samples) => samples.len(),
            Self::ThirtyTwo(samples) => samples.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An instance as it will be written.
#[derive(Debug)]
pub struct Encoded {
    /// All elements, pixel data included.
    pub data_set: DataSet,
    /// The transfer syntax UID to write.
    pub transfer_syntax: String,
    /// Who it is now.
    pub identity: Identity,
    /// The Image Pixel Module as written; `None` where there are no pixels.
    pub image: Option<ImagePixel>,
    /// What was done about text in the pixels.
    pub redaction: Redaction,
    /// The samples to measure; `None` where they are no integers of their own.
    pub samples: Option<Samples>,
    /// The Image Pixel Module of the samples, where decoding gives another one than is written.
    pub decoded: Option<ImagePixel>,
    /// Why pixels that came stay native; `None` where they were compressed or where there are none.
    pub kept_native: Option<KeptNative>,
    /// Length of the native pixel data and of their encoded form, in bytes.
    pub pixel_bytes: PixelBytes,
    /// Whether the pixels are passed on as they came compressed.
    pub is_passed_on: bool,
    /// The data set as it is written, where that is deflated.
    pub deflated: Option<Vec<u8>>,
    /// Whether it is known that the samples of what is written are those that came: they were decoded and
    /// compared, or nothing was coded.
    pub is_verified: bool,
}

/// Lengths of the pixel data in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PixelBytes {
    /// As native pixel data.
    pub native: u64,
    /// As written; where all of a data set is deflated, no more than that takes.
    pub encoded: u64,
}

/// Why pixel data are written native and not in the chosen codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptNative {
    /// Float or double float pixel data.
    FloatPixels,
    /// One bit a sample.
    OneBit,
    /// More than 16 bits a sample.
    WideSamples,
    /// Palette indices: their neighbourhood means nothing.
    Palette,
    /// Native chroma sub-sampling, or a photometric interpretation that the codec cannot carry.
    Photometric,
    /// The samples do not start at the lowest bit.
    HighBit,
    /// Signed samples of fewer bits than the codec can carry with their sign.
    NarrowSigned,
    /// More rows or columns than readers of the codec take.
    LongSides,
    /// The encoded form would be larger.
    WouldGrow,
    /// The encoded form would be so small that readers take it for an attack.
    TooSmall,
}

impl KeptNative {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::FloatPixels => "float-pixels",
            Self::OneBit => "one-bit",
            Self::WideSamples => "wide-samples",
            Self::Palette => "palette",
            Self::Photometric => "photometric",
            Self::HighBit => "high-bit",
            Self::NarrowSigned => "narrow-signed",
            Self::LongSides => "long-sides",
            Self::WouldGrow => "would-grow",
            Self::TooSmall => "too-small",
        }
    }
}
