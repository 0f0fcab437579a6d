//! The pixels of an instance as numbers: stored integers with their rescaling, or floats.

use bytes::Bytes;

use super::reason::{COLOUR, OUTPUT_VALUES, PIXEL_DATA, Reason};
use crate::dataset::DataSet;
use crate::image::{ImagePixel, SampleType};
use crate::instance::{DecodedPixels, Samples};
use crate::stats::{
    FrameValues, OutputValues, Padding, RealPadding, SampleFormat, padding, real_padding,
};

/// The pixels of all frames of an instance.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// Pixel Data (7FE0,0010), decoded.
    Integers(Samples),
    /// Float Pixel Data (7FE0,0008) or Double Float Pixel Data (7FE0,0009), little endian.
    Reals(Bytes),
}

impl Pixels {
    /// Those of decoded pixels, with what they are. `None` where chroma is shared: such pixels are no numbers.
    pub fn of(decoded: DecodedPixels) -> Option<(ImagePixel, Self)> {
        let DecodedPixels { image, native, samples, .. } = decoded;
        let pixels = match samples {
            Some(samples) => Self::Integers(samples),
            None if image.sample_type == SampleType::Float => Self::Reals(native),
            None => return None,
        };
        Some((image, pixels))
    }
}

/// The pixels of an instance and what they mean. The stored values are kept as they came: those of many slices of
/// 16 bits take a quarter of what output values would take.
#[derive(Debug)]
pub(super) struct PixelValues {
    frame_length: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Integers {
        samples: Samples,
        format: SampleFormat,
        padding: Option<Padding>,
        values: OutputValues,
    },
    Reals {
        bytes: Bytes,
        is_double: bool,
        padding: Option<RealPadding>,
    },
}

impl PixelValues {
    /// Those of an instance.
    ///
    /// # Errors
    ///
    /// `colour`, `pixel-data` and `output-values`.
    pub(super) fn new(
        data_set: &DataSet,
        image: &ImagePixel,
        pixels: Pixels,
    ) -> Result<Self, Reason> {
        let is_grey = image.photometric_interpretation.starts_with("MONOCHROME");
        if image.samples_per_pixel != 1 || !is_grey {
            let message =
                "Photometric Interpretation (0028,0004) is not MONOCHROME1 or MONOCHROME2";
            return Err(Reason::new(COLOUR, message));
        }
        let mismatch = || {
            Reason::new(
                PIXEL_DATA,
                "the pixels are not those that Rows, Columns and Number of Frames say",
            )
        };
        let count = image.samples().and_then(|count| usize::try_from(count).ok());
        let count = count.filter(|count| *count > 0).ok_or_else(mismatch)?;
        let form = match pixels {
            Pixels::Integers(samples) => {
                let is_signed = image.sample_type == SampleType::Signed;
                let format = SampleFormat::new(image.bits_stored.into(), is_signed);
                let values = OutputValues::of(data_set, image).ok_or_else(|| {
                    let message = "Rescale Slope (0028,1053), Rescale Intercept (0028,1052) or the Modality LUT cannot be used";
                    Reason::new(OUTPUT_VALUES, message)
                })?;
                if samples.len() != count {
                    return Err(mismatch());
                }
                let format = format.map_err(|_| mismatch())?;
                if (0..image.frames as usize).any(|frame| values.frame(frame).is_none()) {
                    return Err(mismatch());
                }
                Form::Integers { samples, format, padding: padding(data_set, image), values }
            }
            Pixels::Reals(bytes) => {
                let is_double = image.bits_allocated == 64;
                let width = if is_double { 8 } else { 4 };
                if count.checked_mul(width) != Some(bytes.len()) {
                    return Err(mismatch());
                }
                Form::Reals { bytes, is_double, padding: real_padding(data_set, image) }
            }
        };
        Ok(Self { frame_length: count / image.frames.max(1) as usize, form })
    }

    /// Appends the output values of a run of pixels of a frame, and whether each is padding or no number at all.
    pub(super) fn append(
        &self,
        frame: usize,
        from: usize,
        length: usize,
        values: &mut Vec<f64>,
        is_padding: &mut Vec<bool>,
    ) {
        let start = frame * self.frame_length + from;
        let range = start..start + length;
        match &self.form {
            Form::Integers { samples, format, padding, values: scale } => {
                let Some(scale) = scale.frame(frame) else { return };
                let meaning = Meaning { scale, format: *format, padding: *padding };
                match samples {
                    Samples::Eight(samples) => meaning.append(&samples[range], values, is_padding),
                    Samples::Sixteen(samples) => {
                        meaning.append(&samples[range], values, is_padding);
                    }
                    Samples::ThirtyTwo(samples) => {
                        meaning.append(&samples[range], values, is_padding);
                    }
                }
            }
            Form::Reals { bytes, is_double, padding } => {
                let mut append = |value: f64| {
                    let is_pad = padding.is_some_and(|padding| padding.contains(value));
                    is_padding.push(is_pad || !value.is_finite());
                    values.push(value);
                };
                if *is_double {
                    let words = bytes.as_chunks::<8>().0[range].iter();
                    words.for_each(|word| append(f64::from_le_bytes(*word)));
                } else {
                    let words = bytes.as_chunks::<4>().0[range].iter();
                    words.for_each(|word| append(f32::from_le_bytes(*word).into()));
                }
            }
        }
    }
}

/// What the samples of a frame mean.
struct Meaning<'a> {
    scale: &'a FrameValues,
    format: SampleFormat,
    padding: Option<Padding>,
}

impl Meaning<'_> {
    fn append<T: Copy + Into<u32>>(
        &self,
        samples: &[T],
        values: &mut Vec<f64>,
        is_padding: &mut Vec<bool>,
    ) {
        for sample in samples {
            let stored = self.format.value((*sample).into());
            is_padding.push(self.padding.is_some_and(|padding| padding.contains(stored)));
            values.push(self.scale.output(stored));
        }
    }
}
