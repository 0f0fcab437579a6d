//! The Image Pixel Module (PS3.3 section C.7.6.3): what the pixel data are, read from a data set.

use dicom::dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::area::Extent;
use crate::dataset::{DataSet, Tag, VR};

/// How the bits of the pixel data are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SampleType {
    /// Pixel Data (7FE0,0010): unsigned integers.
    Unsigned,
    /// Pixel Data (7FE0,0010): integers in two's complement.
    Signed,
    /// Float Pixel Data (7FE0,0008) or Double Float Pixel Data (7FE0,0009).
    Float,
}

/// The attributes that say how to read the pixel data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImagePixel {
    /// Rows (0028,0010).
    pub rows: u32,
    /// Columns (0028,0011).
    pub columns: u32,
    /// Number of Frames (0028,0008), 1 where absent.
    pub frames: u32,
    /// Samples per Pixel (0028,0002).
    pub samples_per_pixel: u16,
    /// Bits Allocated (0028,0100).
    pub bits_allocated: u16,
    /// Bits Stored (0028,0101).
    pub bits_stored: u16,
    /// High Bit (0028,0102).
    pub high_bit: u16,
    /// Pixel Representation (0028,0103), or float.
    pub sample_type: SampleType,
    /// Planar Configuration (0028,0006), 0 where absent.
    pub planar_configuration: u16,
    /// Photometric Interpretation (0028,0004).
    pub photometric_interpretation: String,
}

/// Why the Image Pixel Module cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImagePixelError {
    /// A type 1 attribute is absent or empty.
    #[error("{0} is absent or empty")]
    Missing(Tag),
    /// An attribute holds a value outside what the standard allows.
    #[error("{0} holds a value that cannot be used")]
    Unusable(Tag),
}

/// Tags that hold the pixels of an instance, of which one may stand in a data set.
pub const PIXEL_TAGS: [Tag; 3] =
    [tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA, tags::PIXEL_DATA];

impl ImagePixel {
    /// Reads the module; `None` where the data set holds no pixels.
    pub fn of(data_set: &DataSet) -> Result<Option<Self>, ImagePixelError> {
        let Some(pixel_tag) = PIXEL_TAGS.into_iter().find(|tag| data_set.get(*tag).is_some())
        else {
            return Ok(None);
        };
        let number =
            |tag: Tag| data_set.u16(tag).filter(|n| *n > 0).ok_or(ImagePixelError::Missing(tag));
        let bits_allocated = number(tags::BITS_ALLOCATED)?;
        let is_float = pixel_tag != tags::PIXEL_DATA;
        let (bits_stored, high_bit, sample_type) = if is_float {
            (bits_allocated, bits_allocated - 1, SampleType::Float)
        } else {
            let stored = number(tags::BITS_STORED)?;
            let high_bit = data_set.u16(tags::HIGH_BIT).unwrap_or(stored - 1);
            (stored, high_bit, integer_type(data_set)?)
        };
        let image = Self {
            rows: u32::from(number(tags::ROWS)?),
            columns: u32::from(number(tags::COLUMNS)?),
            frames: number_of_frames(data_set)?,
            samples_per_pixel: number(tags::SAMPLES_PER_PIXEL)?,
            bits_allocated,
            bits_stored,
            high_bit,
            sample_type,
            planar_configuration: data_set.u16(tags::PLANAR_CONFIGURATION).unwrap_or(0),
            photometric_interpretation: data_set
                .text(tags::PHOTOMETRIC_INTERPRETATION)
                .filter(|text| !text.is_empty())
                .ok_or(ImagePixelError::Missing(tags::PHOTOMETRIC_INTERPRETATION))
                .and_then(photometric_term)?,
        };
        image.check(pixel_tag)?;
        Ok(Some(image))
    }

    /// Writes the attributes of the module.
    pub fn put_into(&self, data_set: &mut DataSet) {
        data_set.put_u16(tags::SAMPLES_PER_PIXEL, self.samples_per_pixel);
        let photometric = &self.photometric_interpretation;
        data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric);
        if self.samples_per_pixel > 1 {
            data_set.put_u16(tags::PLANAR_CONFIGURATION, self.planar_configuration);
        }
        if data_set.get(tags::NUMBER_OF_FRAMES).is_some() || self.frames > 1 {
            data_set.put_text(tags::NUMBER_OF_FRAMES, VR::IS, &self.frames.to_string());
        }
        // Both came as 16-bit numbers.
        data_set.put_u16(tags::ROWS, self.rows as u16);
        data_set.put_u16(tags::COLUMNS, self.columns as u16);
        data_set.put_u16(tags::BITS_ALLOCATED, self.bits_allocated);
        if self.sample_type != SampleType::Float {
            data_set.put_u16(tags::BITS_STORED, self.bits_stored);
            data_set.put_u16(tags::HIGH_BIT, self.high_bit);
            let is_signed = self.sample_type == SampleType::Signed;
            data_set.put_u16(tags::PIXEL_REPRESENTATION, is_signed.into());
        }
    }

    fn check(&self, pixel_tag: Tag) -> Result<(), ImagePixelError> {
        let allowed_bits: &[u16] = match pixel_tag {
            tags::FLOAT_PIXEL_DATA => &[32],
            tags::DOUBLE_FLOAT_PIXEL_DATA => &[64],
            _ => &[1, 8, 16, 32],
        };
        if !allowed_bits.contains(&self.bits_allocated) {
            return Err(ImagePixelError::Unusable(tags::BITS_ALLOCATED));
        }
        if self.bits_stored > self.bits_allocated {
            return Err(ImagePixelError::Unusable(tags::BITS_STORED));
        }
        if self.high_bit >= self.bits_allocated || self.high_bit + 1 < self.bits_stored {
            return Err(ImagePixelError::Unusable(tags::HIGH_BIT));
        }
        if !matches!(self.samples_per_pixel, 1 | 3 | 4) {
            return Err(ImagePixelError::Unusable(tags::SAMPLES_PER_PIXEL));
        }
        if self.planar_configuration > 1 {
            return Err(ImagePixelError::Unusable(tags::PLANAR_CONFIGURATION));
        }
        Ok(())
    }

    /// How many pixels around an area that was replaced may differ from those that came: pixels that share
    /// chroma, or whose chroma decoders of a coded stream (`is_coded`) blend with that of their neighbours.
    pub fn blend(&self, is_coded: bool) -> u32 {
        match (is_coded, self.samples_per_pixel) {
            (true, 2..) => 2,
            _ => self.is_subsampled().into(),
        }
    }

    /// The extent in pixels.
    pub fn extent(&self) -> Extent {
        Extent { columns: self.columns, rows: self.rows, frames: self.frames }
    }

    /// Samples of one frame, all components counted.
    pub fn samples_per_frame(&self) -> u64 {
        u64::from(self.rows) * u64::from(self.columns) * u64::from(self.samples_per_pixel)
    }

    /// Samples of all frames; `None` past 64 bits.
    pub fn samples(&self) -> Option<u64> {
        self.samples_per_frame().checked_mul(u64::from(self.frames))
    }

    /// The length of native pixel data in bytes without padding (PS3.5 section 8.1.1); `None` past
    /// 64 bits. Chroma may be sub-sampled in native data too (PS3.3 section C.7.6.3.1.2).
    pub fn native_length(&self) -> Option<u64> {
        let bits = self.samples()?.checked_mul(u64::from(self.bits_allocated))?;
        match self.photometric_interpretation.as_str() {
            "YBR_FULL_422" | "YBR_PARTIAL_422" => Some(bits / 8 * 2 / 3),
            "YBR_PARTIAL_420" => Some(bits / 8 / 2),
            _ => Some(bits.div_ceil(8)),
        }
    }

    /// Whether chroma samples are shared between pixels in native pixel data.
    pub fn is_subsampled(&self) -> bool {
        matches!(
            self.photometric_interpretation.as_str(),
            "YBR_FULL_422" | "YBR_PARTIAL_422" | "YBR_PARTIAL_420"
        )
    }
}

/// Overlay Bit Position (60xx,0102) above 0: a retired way to keep an overlay in the unused bits of
/// the pixel data.
pub fn has_embedded_overlay(data_set: &DataSet) -> bool {
    (0..16).any(|plane| data_set.u16(Tag(0x6000 + 2 * plane, 0x0102)).is_some_and(|bit| bit > 0))
}

/// Defined terms of Photometric Interpretation (PS3.3 section C.7.6.3.1.2), retired ones included:
/// the value goes to reports, so nothing else may stand there.
const PHOTOMETRIC_TERMS: [&str; 15] = [
    "MONOCHROME1",
    "MONOCHROME2",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_PARTIAL_422",
    "YBR_PARTIAL_420",
    "YBR_ICT",
    "YBR_RCT",
    "XYB",
    "HSV",
    "ARGB",
    "CMYK",
    "YBR_PARTIAL_444",
];

fn photometric_term(text: &str) -> Result<String, ImagePixelError> {
    let unusable = ImagePixelError::Unusable(tags::PHOTOMETRIC_INTERPRETATION);
    PHOTOMETRIC_TERMS.contains(&text).then(|| text.to_owned()).ok_or(unusable)
}

fn integer_type(data_set: &DataSet) -> Result<SampleType, ImagePixelError> {
    match data_set.u16(tags::PIXEL_REPRESENTATION) {
        Some(0) => Ok(SampleType::Unsigned),
        Some(1) => Ok(SampleType::Signed),
        Some(_) => Err(ImagePixelError::Unusable(tags::PIXEL_REPRESENTATION)),
        None => Err(ImagePixelError::Missing(tags::PIXEL_REPRESENTATION)),
    }
}

fn number_of_frames(data_set: &DataSet) -> Result<u32, ImagePixelError> {
    let unusable = ImagePixelError::Unusable(tags::NUMBER_OF_FRAMES);
    if data_set.get(tags::NUMBER_OF_FRAMES).is_none() {
        return Ok(1);
    }
    match data_set.text(tags::NUMBER_OF_FRAMES) {
        Some("") => Ok(1),
        Some(text) => text.parse().ok().filter(|frames| *frames > 0).ok_or(unusable),
        None => Err(unusable),
    }
}
