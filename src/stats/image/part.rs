//! Frames as they are measured, one by one or several at once, and the whole that they make.

use rayon::prelude::*;

use super::super::measures::Flag;
use super::super::quality::Kind;
use super::super::texture::{Frame, FrameSamples, SoftTissue, Texture, dhash64};
use super::super::{
    Histogram, Measured, Padding, PowerSums, Rescale, SampleFormat, measure,
    whole as on_common_grid,
};
use super::MOST_FRAMES;
use super::plane::Plane;
use super::scale::Scale;
use crate::image::{ImagePixel, SampleType};
use crate::stage::StageClock;

/// Of soft tissue, in HU.
const SOFT_TISSUE_HU: [i64; 2] = [-60, 140];

/// More than this share of pixels at the greatest value that can be stored tells that there was more.
const SATURATED: f64 = 1e-3;

/// So many frames are measured at once, and of such an image as many are held.
const MEASURED_AT_ONCE: usize = 1 << 10;

/// A frame, or the whole, as it was counted.
pub(super) struct Part {
    pub(super) histogram: Histogram,
    /// The values as they are stored, where those of the histogram are others.
    stored: Option<Histogram>,
    pub(super) rescale: Rescale,
    texture: Option<Texture>,
    dhash64: Option<u64>,
}

impl Part {
    pub(super) fn sums(&self) -> PowerSums {
        PowerSums::of(&self.histogram, &self.rescale)
    }
}

/// What frames are measured with.
pub(super) struct Ruler<'a> {
    pub(super) image: &'a ImagePixel,
    pub(super) padding: Option<Padding>,
    pub(super) is_ct: bool,
}

impl Ruler<'_> {
    /// How samples are stored.
    fn format(&self) -> Option<SampleFormat> {
        let is_signed = self.image.sample_type == SampleType::Signed;
        SampleFormat::new(self.image.bits_stored.into(), is_signed).ok()
    }

    /// The frames; those of an image of very many, which are as many small ones, come merged.
    pub(super) fn parts(&self, planes: &[Plane<'_>], scale: &Scale) -> Option<Vec<Part>> {
        let merges = planes.len() > MOST_FRAMES && !matches!(scale, Scale::ByFrame(_));
        let mut parts = Vec::new();
        for (number, planes) in planes.chunks(MEASURED_AT_ONCE).enumerate() {
            let first = number * MEASURED_AT_ONCE;
            parts.extend(self.some_parts(planes, scale, first)?);
            if merges {
                // Of one rescale they have no flags.
                parts = vec![whole(&parts, &mut 0)?];
            }
        }
        Some(parts)
    }

    /// Some frames, of which this is the first.
    fn some_parts(&self, planes: &[Plane<'_>], scale: &Scale, first: usize) -> Option<Vec<Part>> {
        match planes {
            // A thread of its own for one frame would only cost.
            [plane] => Some(vec![self.part(plane, scale, first)?]),
            many => {
                let helped = StageClock::helped();
                let part = |(at, plane)| helped.help(|| self.part(plane, scale, first + at));
                many.par_iter().enumerate().map(part).collect()
            }
        }
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

    pub(super) fn measures(&self, part: &Part, flags: u32) -> Option<Measured> {
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
pub(super) fn whole(parts: &[Part], flags: &mut u32) -> Option<Part> {
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

/// The stored values that soft tissue has. `None` where the scale is none.
pub(super) fn soft_tissue(rescale: &Rescale) -> Option<SoftTissue> {
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
