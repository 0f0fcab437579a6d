//! The statistics of float pixels: their bytes in, exact numbers out.

use dicom::dictionary_std::tags;

use super::{ImageMeasurement, MOST_FRAMES, Values};
use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::stats::{
    Distribution, Group, Measured, RealFrame, RealHistogram, RealPadding, RealSamples, RealTexture,
    measure_reals,
};

/// Measures float pixel data (PS3.3 section C.7.6.24), little endian. What is no finite number is left out.
pub fn measure_floats(
    data_set: &DataSet,
    image: &ImagePixel,
    bytes: &[u8],
    group: Group,
) -> Option<ImageMeasurement> {
    if image.sample_type != SampleType::Float || image.samples_per_pixel != 1 {
        return None;
    }
    let width = usize::from(image.bits_allocated / 8);
    let length = (image.rows as usize * image.columns as usize * width).max(1);
    let padding = real_padding(data_set, image);
    let mut parts = Vec::new();
    let mut frames = Vec::new();
    for frame in bytes.chunks_exact(length).take(image.frames as usize) {
        let part = RealPart::of(frame, image, padding);
        let measures = part.measures();
        parts.push(part);
        frames.push(measures.as_ref().map(|measured| measured.measures.clone()));
    }
    if frames.len() == 1 || frames.len() > MOST_FRAMES {
        frames.clear();
    }
    let whole = RealPart::whole(parts)?;
    let measured = whole.measures();
    let mut spread = Distribution::default();
    spread.add_reals(&whole.histogram);
    Some(ImageMeasurement { group, values: Values::Rounded(spread), measured, frames })
}

/// A frame of floats, or the whole, as it was counted.
struct RealPart {
    histogram: RealHistogram,
    texture: RealTexture,
    dhash64: Option<u64>,
}

impl RealPart {
    fn of(bytes: &[u8], image: &ImagePixel, padding: Option<RealPadding>) -> Self {
        let (rows, columns) = (image.rows as usize, image.columns as usize);
        let (histogram, texture, dhash64) = if image.bits_allocated == 32 {
            let (words, _) = bytes.as_chunks::<4>();
            let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
            let samples = RealSamples::Single(&values);
            let frame = RealFrame { samples, rows, columns, padding };
            let histogram = RealHistogram::from_f32(&values, padding);
            (histogram, RealTexture::of(&frame), frame.dhash64())
        } else {
            let (words, _) = bytes.as_chunks::<8>();
            let values: Vec<f64> = words.iter().map(|word| f64::from_le_bytes(*word)).collect();
            let samples = RealSamples::Double(&values);
            let frame = RealFrame { samples, rows, columns, padding };
            let histogram = RealHistogram::from_f64(&values, padding);
            (histogram, RealTexture::of(&frame), frame.dhash64())
        };
        Self { histogram, texture, dhash64: Some(dhash64) }
    }

    /// All frames as one.
    fn whole(mut parts: Vec<Self>) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let histogram = RealHistogram::merged(parts.iter().map(|part| &part.histogram));
        let mut texture = RealTexture::default();
        for part in &parts {
            texture.append(&part.texture);
        }
        Some(Self { histogram, texture, dhash64: None })
    }

    fn measures(&self) -> Option<Measured> {
        let mut measured = measure_reals(&self.histogram)?;
        measured.measures.noise_imk = self.texture.noise_imk();
        measured.measures.sharpness = self.texture.sharpness();
        measured.measures.dhash64 = self.dhash64;
        Some(measured)
    }
}

/// Float Pixel Padding Value (0028,0122) or Double Float Pixel Padding Value (0028,0123), to their limits
/// (0028,0124) and (0028,0125) where those are given.
pub fn real_padding(data_set: &DataSet, image: &ImagePixel) -> Option<RealPadding> {
    let single = |tag: Tag| Some(f32::from_le_bytes(*data_set.bytes(tag)?.first_chunk()?).into());
    let double = |tag: Tag| Some(f64::from_le_bytes(*data_set.bytes(tag)?.first_chunk()?));
    let (value, limit): (f64, Option<f64>) = if image.bits_allocated == 32 {
        (single(tags::FLOAT_PIXEL_PADDING_VALUE)?, single(tags::FLOAT_PIXEL_PADDING_RANGE_LIMIT))
    } else {
        (
            double(tags::DOUBLE_FLOAT_PIXEL_PADDING_VALUE)?,
            double(tags::DOUBLE_FLOAT_PIXEL_PADDING_RANGE_LIMIT),
        )
    };
    Some(RealPadding::new(value, limit.unwrap_or(value)))
}
