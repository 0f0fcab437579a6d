//! The statistics of an instance: its samples and its attributes in, what was measured out, of the whole and of
//! each of its frames. The one place here that knows of attributes.

mod body;
mod floats;
mod output;
mod plane;
mod scale;

use dicom::dictionary_std::{tags, uids};
use serde::{Deserialize, Serialize};

pub use self::body::{body_of, body_of_samples, shows_hounsfield_units};
pub use self::floats::{measure_floats, real_padding};
pub use self::output::{FrameValues, OutputValues};
use self::plane::{Plane, planes};
use self::scale::Scale;
use super::measures::{Flag, Measures};
use super::quality::{Kind, Quality};
use super::texture::{Frame, FrameSamples, SoftTissue, Texture, dhash64};
use super::{
    Distribution, Distributions, Group, Histogram, Measured, Padding, PowerSums, Rescale,
    SampleFormat, measure, whole as on_common_grid,
};
use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{Encoded, Samples};

/// Of soft tissue, in HU.
const SOFT_TISSUE_HU: [i64; 2] = [-60, 140];

/// More than this share of pixels at the greatest value that can be stored tells that there was more.
const SATURATED: f64 = 1e-3;

/// Images of more frames have no rows of their frames: they would be longer than the images.
const MOST_FRAMES: usize = 1 << 14;

/// Of such an image so many frames are held at once.
const MERGED_AT_ONCE: usize = 1 << 10;

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

/// A frame, or the whole, as it was counted.
struct Part {
    histogram: Histogram,
    /// The values as they are stored, where those of the histogram are others.
    stored: Option<Histogram>,
    rescale: Rescale,
    texture: Option<Texture>,
    dhash64: Option<u64>,
}

impl Part {
    fn sums(&self) -> PowerSums {
        PowerSums::of(&self.histogram, &self.rescale)
    }
}

/// What frames are measured with.
struct Ruler<'a> {
    image: &'a ImagePixel,
    padding: Option<Padding>,
    is_ct: bool,
}

impl Ruler<'_> {
    /// How samples are stored.
    fn format(&self) -> Option<SampleFormat> {
        let is_signed = self.image.sample_type == SampleType::Signed;
        SampleFormat::new(self.image.bits_stored.into(), is_signed).ok()
    }

    /// The frames; those of an image of very many, which are as many small ones, come merged.
    fn parts(&self, planes: &[Plane<'_>], scale: &Scale) -> Option<Vec<Part>> {
        let merges = planes.len() > MOST_FRAMES && !matches!(scale, Scale::ByFrame(_));
        let mut parts = Vec::new();
        for (number, plane) in planes.iter().enumerate() {
            parts.push(self.part(plane, scale, number)?);
            if merges && parts.len() == MERGED_AT_ONCE {
                // Of one rescale they have no flags.
                parts = vec![whole(&parts, &mut 0)?];
            }
        }
        Some(parts)
    }

    fn part(&self, plane: &Plane<'_>, scale: &Scale, number: usize) -> Option<Part> {
        let frame = plane.frame(self.image, self.padding)?;
        match scale {
            Scale::Same(rescale) => self.measured_part(&frame, rescale),
            Scale::ByFrame(rescales) => self.measured_part(&frame, rescales.get(number)?),
            Scale::Unusable => self.measured_part(&frame, &Rescale::default()),
            Scale::Lut(lut) => {
                let mapped = Plane::mapped(&frame, lut);
                let mapped = mapped.frame(self.image, None)?;
                let part = self.measured_part(&mapped, &Rescale::default())?;
                Some(Part { stored: Some(histogram(&frame)?), ..part })
            }
        }
    }

    fn measured_part(&self, frame: &Frame<'_>, rescale: &Rescale) -> Option<Part> {
        let soft_tissue = self.is_ct.then(|| soft_tissue(rescale)).flatten();
        Some(Part {
            histogram: histogram(frame)?,
            stored: None,
            rescale: rescale.clone(),
            texture: Some(Texture::of(frame, soft_tissue.as_ref())),
            dhash64: Some(dhash64(frame)),
        })
    }

    fn measures(&self, part: &Part, flags: u32) -> Option<Measured> {
        let kind = if self.is_ct { Kind::Ct } else { Kind::Other };
        let mut measured = measure(&part.histogram, &part.rescale, kind)?;
        let measures = &mut measured.measures;
        let unit = part.rescale.slope.to_f64().abs();
        if let Some(texture) = &part.texture {
            measures.noise_imk = texture.noise_imk(unit);
            measures.noise_gnl = texture.noise_gnl();
            measures.sharpness = texture.sharpness(unit);
        }
        let stored = part.stored.as_ref().unwrap_or(&part.histogram);
        if let Some(format) = self.format() {
            let quality = std::mem::take(&mut measures.quality);
            measures.quality = quality.with_clipping(stored, format);
        }
        if measures.quality.clip_hi.is_some_and(|share| share > SATURATED) {
            measures.flags |= Flag::Saturated as u32;
        }
        measures.dhash64 = part.dhash64;
        measures.flags |= flags;
        Some(measured)
    }
}

/// The exact histogram of a frame.
fn histogram(frame: &Frame<'_>) -> Option<Histogram> {
    match frame.samples {
        FrameSamples::Eight(samples) => {
            Histogram::from_u8(samples, frame.format, frame.padding).ok()
        }
        FrameSamples::Sixteen(samples) => {
            Histogram::from_u16(samples, frame.format, frame.padding).ok()
        }
        FrameSamples::ThirtyTwo(samples) => {
            Some(Histogram::from_u32(samples, frame.format, frame.padding))
        }
    }
}

/// All frames as one.
fn whole(parts: &[Part], flags: &mut u32) -> Option<Part> {
    let (first, others) = parts.split_first()?;
    let merged = |of: fn(&Part) -> &Histogram| {
        Histogram::merged(std::iter::once(first).chain(others).map(of))
    };
    let stored = first.stored.is_some();
    let stored = stored.then(|| merged(|part| part.stored.as_ref().unwrap_or(&part.histogram)));
    let histogram = merged(|part| &part.histogram);
    if others.iter().all(|part| part.rescale == first.rescale) {
        let mut texture = first.texture.clone()?;
        others.iter().filter_map(|part| part.texture.as_ref()).for_each(|it| texture.merge(it));
        let (rescale, texture) = (first.rescale.clone(), Some(texture));
        return Some(Part { histogram, stored, rescale, texture, dhash64: None });
    }
    // Neighbourhoods of different units have no sum.
    let of_frame = |part: &Part| (part.histogram.clone(), part.rescale.clone());
    let of_frames: Vec<_> = parts.iter().map(of_frame).collect();
    let Some((on_grid, rescale)) = on_common_grid(&of_frames) else {
        *flags |= Flag::StoredValues as u32;
        let rescale = Rescale::default();
        return Some(Part { histogram, stored, rescale, texture: None, dhash64: None });
    };
    let stored = Some(histogram);
    Some(Part { histogram: on_grid, stored, rescale, texture: None, dhash64: None })
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

/// The stored values that soft tissue has. `None` where the scale is none.
fn soft_tissue(rescale: &Rescale) -> Option<SoftTissue> {
    let unit = rescale.slope.to_f64();
    let [low, high] = SOFT_TISSUE_HU.map(|hu| (hu as f64 - rescale.intercept.to_f64()) / unit);
    let (low, high) = if unit < 0.0 { (high, low) } else { (low, high) };
    let is_sound = unit != 0.0 && low.abs() < 1e12 && high.abs() < 1e12;
    is_sound.then(|| SoftTissue {
        low: low.ceil() as i64,
        high: high.floor() as i64,
        unit: unit.abs(),
    })
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
