//! The frames of an image as planes of one number a pixel: as they are stored, the luminance of colours, or what
//! a Modality LUT gives.

use super::scale::Lut;
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::stats::{Frame, FrameSamples, Padding, SampleFormat};

/// What a Modality LUT leaves free, for padding.
const NO_PIXEL: u32 = 1 << 16;

/// The numbers of one frame.
pub(super) enum Plane<'a> {
    Eight(&'a [u8]),
    Sixteen(&'a [u16]),
    ThirtyTwo(&'a [u32]),
    LuminanceEight(Vec<u8>),
    LuminanceSixteen(Vec<u16>),
    Mapped(Vec<u32>),
}

/// The planes of an image, frame by frame. `None` where its numbers are no intensities.
pub(super) fn planes<'a>(image: &ImagePixel, samples: &'a Samples) -> Option<Vec<Plane<'a>>> {
    let pixels = image.rows as usize * image.columns as usize;
    let length = pixels * usize::from(image.samples_per_pixel);
    if length == 0 || samples.len() != length * image.frames as usize {
        return None;
    }
    let luminance = match image.photometric_interpretation.as_str() {
        // A palette index is a name, not an intensity.
        "PALETTE COLOR" => return None,
        "RGB" => |[r, g, b]: [u32; 3]| luminance(r, g, b),
        // The first component of YBR is the luminance.
        _ => |[y, _, _]: [u32; 3]| y,
    };
    let planes = match (samples, image.samples_per_pixel) {
        (Samples::Eight(samples), 1) => samples.chunks(length).map(Plane::Eight).collect(),
        (Samples::Sixteen(samples), 1) => samples.chunks(length).map(Plane::Sixteen).collect(),
        (Samples::ThirtyTwo(samples), 1) => samples.chunks(length).map(Plane::ThirtyTwo).collect(),
        (Samples::Eight(samples), 3) => samples
            .chunks(length)
            .map(|frame| triples(frame).map(|pixel| luminance(pixel) as u8).collect())
            .map(Plane::LuminanceEight)
            .collect(),
        (Samples::Sixteen(samples), 3) => samples
            .chunks(length)
            .map(|frame| triples(frame).map(|pixel| luminance(pixel) as u16).collect())
            .map(Plane::LuminanceSixteen)
            .collect(),
        _ => return None,
    };
    Some(planes)
}

impl Plane<'_> {
    /// As a frame that is measured.
    pub(super) fn frame(&self, image: &ImagePixel, padding: Option<Padding>) -> Option<Frame<'_>> {
        let is_signed = image.sample_type == SampleType::Signed;
        let stored = SampleFormat::new(image.bits_stored.into(), is_signed).ok()?;
        let (samples, format, padding) = match self {
            Self::Eight(samples) => (FrameSamples::Eight(samples), stored, padding),
            Self::Sixteen(samples) => (FrameSamples::Sixteen(samples), stored, padding),
            Self::ThirtyTwo(samples) => (FrameSamples::ThirtyTwo(samples), stored, padding),
            // Padding is one number, and colours have three.
            Self::LuminanceEight(samples) => (FrameSamples::Eight(samples), stored, None),
            Self::LuminanceSixteen(samples) => (FrameSamples::Sixteen(samples), stored, None),
            Self::Mapped(samples) => {
                let no_pixel = Padding::new(NO_PIXEL.into(), NO_PIXEL.into());
                let format = SampleFormat::new(17, false).ok()?;
                (FrameSamples::ThirtyTwo(samples), format, Some(no_pixel))
            }
        };
        let (rows, columns) = (image.rows as usize, image.columns as usize);
        Some(Frame { samples, rows, columns, format, padding })
    }

    /// What the table gives for the pixels of a frame.
    pub(super) fn mapped(frame: &Frame<'_>, lut: &Lut) -> Plane<'static> {
        let output = |word: u32| {
            let stored = frame.format.value(word);
            if frame.padding.is_some_and(|padding| padding.contains(stored)) {
                NO_PIXEL
            } else {
                lut.output(stored).into()
            }
        };
        Plane::Mapped(match frame.samples {
            FrameSamples::Eight(samples) => {
                samples.iter().map(|&sample| output(sample.into())).collect()
            }
            FrameSamples::Sixteen(samples) => {
                samples.iter().map(|&sample| output(sample.into())).collect()
            }
            FrameSamples::ThirtyTwo(samples) => samples.iter().map(|&it| output(it)).collect(),
        })
    }
}

fn triples<T: Copy + Into<u32>>(samples: &[T]) -> impl Iterator<Item = [u32; 3]> {
    let (triples, _) = samples.as_chunks::<3>();
    triples.iter().map(|pixel| pixel.map(Into::into))
}

/// Luminance by the weights of ITU-R BT.601, which PS3.3 section C.7.6.3.1.2 uses for `YBR_FULL`,
/// rounded to an integer.
fn luminance(red: u32, green: u32, blue: u32) -> u32 {
    (299 * red + 587 * green + 114 * blue + 500) / 1000
}
