//! The statistics of an instance: its samples and its attributes in, what was measured out, of the whole and of
//! each of its frames. The one place here that knows of attributes.

mod body;
mod floats;
mod output;
mod part;
mod plane;
mod scale;

use dicom::dictionary_std::{tags, uids};
use serde::{Deserialize, Serialize};

pub use self::body::{body_of, body_of_samples, shows_hounsfield_units};
pub use self::floats::{measure_floats, real_padding};
pub use self::output::{FrameValues, OutputValues};
use self::part::{Ruler, whole};
use self::plane::planes;
use self::scale::Scale;
use super::measures::{Flag, Measures};
use super::quality::Quality;
use super::{Distribution, Distributions, Group, Histogram, Measured, Padding, PowerSums, Rescale};
use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{Encoded, Samples};

/// Images of more frames have no rows of their frames: they would be longer than the images.
const MOST_FRAMES: usize = 1 << 14;

/// An image, measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImageMeasurement {
    /// What it is counted with.
    pub group: Group,
    values: Values,
    /// Its numbers; `None` where all of it is padding. They stand in the file's record too and do not travel
    /// twice.
    #[serde(skip)]
    pub measured: Option<Measured>,
    /// Those of each frame, where there are several.
    #[serde(skip)]
    pub frames: Vec<Option<Measures>>,
}

/// The values of an image, as they come to the totals.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Values {
    /// Of one scale.
    Integers(Histogram, Rescale),
    /// Of several, or no integers: as they are counted in the totals.
    Rounded(Distribution),
}

impl ImageMeasurement {
    /// Adds the image to the distribution of its group.
    pub fn add_to(&self, totals: &mut Distributions) {
        let distribution = totals.of(&self.group);
        match &self.values {
            Values::Integers(histogram, rescale) => distribution.add(histogram, rescale),
            Values::Rounded(image) => distribution.merge(image),
        }
    }

    /// Takes the image back out of the distribution of its group.
    pub fn subtract_from(&self, totals: &mut Distributions) {
        let distribution = totals.of(&self.group);
        match &self.values {
            Values::Integers(histogram, rescale) => distribution.subtract(histogram, rescale),
            Values::Rounded(image) => distribution.take_away(image),
        }
    }
}

/// Measures an instance that is to be written; `None` where it has no numbers to measure.
pub fn measure_image(instance: &Encoded, group: Group) -> Option<ImageMeasurement> {
    let image = instance.decoded.as_ref().or(instance.image.as_ref())?;
    let data_set = &instance.data_set;
    if let Some(samples) = &instance.samples {
        return measure_samples(data_set, image, samples, group);
    }
    let floats = [tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA];
    let bytes = floats.into_iter().find_map(|tag| data_set.bytes(tag))?;
    measure_floats(data_set, image, bytes, group)
}

/// Measures the samples of an instance, colour by its luminance. `None` where they are no intensities.
pub fn measure_samples(
    data_set: &DataSet,
    image: &ImagePixel,
    samples: &Samples,
    group: Group,
) -> Option<ImageMeasurement> {
    let scale = Scale::of(data_set, image);
    let is_ct = is_ct_image(data_set) && image.samples_per_pixel == 1;
    let ruler = Ruler { image, padding: padding(data_set, image), is_ct };
    let planes = planes(image, samples)?;
    let mut parts = ruler.parts(&planes, &scale)?;
    let mut flags = if image.samples_per_pixel > 1 { Flag::Luminance as u32 } else { 0 };
    flags |= match scale {
        Scale::Same(_) => 0,
        Scale::ByFrame(_) => Flag::FrameRescale as u32,
        Scale::Lut(_) => Flag::ModalityLut as u32,
        Scale::Unusable => Flag::StoredValues as u32,
    };
    let frames = if (2..=MOST_FRAMES).contains(&planes.len()) {
        parts.iter().map(|part| ruler.measures(part, flags).map(|it| it.measures)).collect()
    } else {
        Vec::new()
    };
    if scale == Scale::Unusable {
        let whole = whole(&parts, &mut flags)?;
        let mut measured = ruler.measures(&whole, flags);
        // The totals are in output units, which nobody knows.
        if let Some(measured) = &mut measured {
            measured.sums = PowerSums::default();
        }
        let values = Values::Rounded(Distribution::default());
        return Some(ImageMeasurement { group, values, measured, frames });
    }
    if parts.len() == 1 {
        let part = parts.remove(0);
        let measured = ruler.measures(&part, flags);
        let values = Values::Integers(part.histogram, part.rescale);
        return Some(ImageMeasurement { group, values, measured, frames });
    }
    let whole = whole(&parts, &mut flags)?;
    let mut measured = ruler.measures(&whole, flags);
    let mut values = Values::Integers(whole.histogram, whole.rescale);
    if flags & Flag::StoredValues as u32 != 0 {
        // The totals are in output units whatever the row says.
        let mut spread = Distribution::default();
        for (number, part) in parts.iter().enumerate() {
            spread.add_frame(number == 0, &part.histogram, &part.rescale);
        }
        values = Values::Rounded(spread);
        if let Some(measured) = &mut measured {
            measured.sums = PowerSums::default();
            for part in &parts {
                measured.sums.merge(&part.sums());
            }
            let clip = (measured.measures.quality.clip_lo, measured.measures.quality.clip_hi);
            measured.measures.quality =
                Quality { clip_lo: clip.0, clip_hi: clip.1, ..Quality::default() };
            measured.measures.binned = None;
        }
    }
    if let Some(measured) = &mut measured
        && flags & Flag::FrameRescale as u32 != 0
    {
        // What frames of several scales have stored has no sum that says anything.
        measured.measures.stored_sums = None;
    }
    Some(ImageMeasurement { group, values, measured, frames })
}

/// Whether output values are Hounsfield units: CT Image Storage and its enhanced forms, and no picture that a CT
/// made of something else.
pub fn is_ct_image(data_set: &DataSet) -> bool {
    let class = data_set.text(tags::SOP_CLASS_UID).unwrap_or_default();
    let classes = [
        uids::CT_IMAGE_STORAGE,
        uids::ENHANCED_CT_IMAGE_STORAGE,
        uids::LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE,
    ];
    classes.contains(&class)
}

/// Pixel Padding Value (0028,0120), to Pixel Padding Range Limit (0028,0121) where that is given.
pub fn padding(data_set: &DataSet, image: &ImagePixel) -> Option<Padding> {
    let value = |tag: Tag| {
        let stored = data_set.u16(tag)?;
        let is_signed = image.sample_type == SampleType::Signed;
        Some(if is_signed { i64::from(stored as i16) } else { i64::from(stored) })
    };
    let first = value(tags::PIXEL_PADDING_VALUE)?;
    Some(Padding::new(first, value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(first)))
}

#[cfg(test)]
mod tests;
