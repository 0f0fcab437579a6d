//! Pictures for the eye: decoded pixels in, a small JPEG out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libjpeg_turbo_rs::{Encoder, PixelFormat};

use crate::area::Area;
use crate::dataset::DataSet;
use crate::image::{ImagePixel, SampleType};
use crate::instance::{DecodedPixels, Samples};
use crate::palette::Palette;
use crate::redact::text::Gray;

/// A picture of a frame.
#[derive(Debug)]
pub(super) struct Picture {
    /// The JPEG, as a `data:` URI.
    pub(super) uri: String,
    /// Columns of the image that it shows.
    pub(super) columns: u32,
    /// Rows of the image.
    pub(super) rows: u32,
    /// The frame, counted from 1, where there are several.
    pub(super) frame: Option<(u32, u32)>,
}

/// Quality of the JPEG: text that is left stays readable.
const QUALITY: u8 = 80;

/// The picture of a frame in the middle, or of the first that an area is on.
pub(super) fn picture(
    pixels: &DecodedPixels,
    data_set: &DataSet,
    side: u32,
    areas: &[Area],
) -> Option<Picture> {
    let image = &pixels.image;
    let middle = image.frames / 2;
    let shown = |frame: &u32| areas.iter().all(|area| area.frames.have(*frame));
    let frame =
        if shown(&middle) { middle } else { (0..image.frames).find(shown).unwrap_or(middle) };
    let plane = plane(pixels, data_set, frame)?;
    let small = plane.reduced(side);
    let (width, height) = (small.columns, small.rows);
    let format = if small.components == 3 { PixelFormat::Rgb } else { PixelFormat::Grayscale };
    let jpeg =
        Encoder::new(&small.samples, width, height, format).quality(QUALITY).encode().ok()?;
    Some(Picture {
        uri: format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg)),
        columns: image.columns,
        rows: image.rows,
        frame: (image.frames > 1).then_some((frame + 1, image.frames)),
    })
}

/// Samples of 8 bits, those of a pixel side by side.
struct Plane {
    columns: usize,
    rows: usize,
    components: usize,
    samples: Vec<u8>,
}

fn plane(pixels: &DecodedPixels, data_set: &DataSet, frame: u32) -> Option<Plane> {
    let image = &pixels.image;
    let (columns, rows) = (image.columns as usize, image.rows as usize);
    let photometric = image.photometric_interpretation.as_str();
    if let (Some(samples), "RGB" | "YBR_FULL") = (&pixels.samples, photometric) {
        let samples = colours(samples, image, frame)?;
        return Some(Plane { columns, rows, components: 3, samples });
    }
    let mut samples = match &pixels.samples {
        Some(samples) if photometric.starts_with("MONOCHROME") => windowed(samples, image, frame)?,
        Some(samples) => {
            let palette = (photometric == "PALETTE COLOR").then(|| Palette::of(data_set)).flatten();
            Gray::of(samples, image, frame, palette.as_ref()).samples().to_vec()
        }
        None if photometric.ends_with("_422") => {
            Gray::of_422(&pixels.native, image, frame).samples().to_vec()
        }
        None => return None,
    };
    if photometric == "MONOCHROME1" {
        for sample in &mut samples {
            *sample = 255 - *sample;
        }
    }
    (samples.len() == columns * rows).then_some(Plane { columns, rows, components: 1, samples })
}

/// A frame from its darkest to its brightest values, but for a few at both ends.
fn windowed(samples: &Samples, image: &ImagePixel, frame: u32) -> Option<Vec<u8>> {
    let length = image.samples_per_frame() as usize;
    let range = length * frame as usize..length * (frame as usize + 1);
    // With the sign bit turned over, signed numbers stand in the order of unsigned ones.
    let is_signed = image.sample_type == SampleType::Signed;
    let flip = if is_signed { 1_u32 << (image.bits_stored - 1) } else { 0 };
    let values: Vec<u32> = match samples {
        Samples::Eight(all) => all.get(range)?.iter().map(|n| u32::from(*n) ^ flip).collect(),
        Samples::Sixteen(all) => all.get(range)?.iter().map(|n| u32::from(*n) ^ flip).collect(),
        Samples::ThirtyTwo(all) => all.get(range)?.iter().map(|n| n ^ flip).collect(),
    };
    let mut sorted: Vec<u32> = values.iter().copied().step_by(1 + length / 100_000).collect();
    sorted.sort_unstable();
    let at = |part: usize| sorted.get(sorted.len().saturating_sub(1) * part / 1000).copied();
    let (low, high) = (at(2)?, at(998)?);
    let span = u64::from(high.saturating_sub(low).max(1));
    let shown = |value: &u32| (u64::from(value.saturating_sub(low)) * 255 / span).min(255) as u8;
    Some(values.iter().map(shown).collect())
}

/// Red, green and blue of a frame.
fn colours(samples: &Samples, image: &ImagePixel, frame: u32) -> Option<Vec<u8>> {
    let length = image.samples_per_frame() as usize;
    let range = length * frame as usize..length * (frame as usize + 1);
    let shift = u32::from(image.bits_stored.saturating_sub(8));
    let eight: Vec<u8> = match samples {
        Samples::Eight(all) => all.get(range)?.to_vec(),
        Samples::Sixteen(all) => all.get(range)?.iter().map(|n| (n >> shift) as u8).collect(),
        Samples::ThirtyTwo(_) => return None,
    };
    if image.photometric_interpretation == "RGB" {
        return Some(eight);
    }
    // ITU-R BT.601, as PS3.3 section C.7.6.3.1.2 has it, in 16 fractional bits.
    let rgb = |pixel: &[u8]| {
        let [y, blue, red] = [pixel[0], pixel[1], pixel[2]].map(i32::from);
        let (blue, red) = (blue - 128, red - 128);
        let value = |sum: i32| (((y << 16) + sum + (1 << 15)) >> 16).clamp(0, 255) as u8;
        [value(91_881 * red), value(-22_554 * blue - 46_802 * red), value(116_130 * blue)]
    };
    Some(eight.chunks_exact(3).flat_map(rgb).collect())
}

impl Plane {
    /// Made smaller by means of whole blocks, so that its longer side is at most `side`.
    fn reduced(self, side: u32) -> Self {
        let step = self.columns.max(self.rows).div_ceil(side.max(1) as usize);
        if step <= 1 {
            return self;
        }
        let Self { columns, rows, components, samples } = self;
        let (small_columns, small_rows) = (columns.div_ceil(step), rows.div_ceil(step));
        let mut small = Vec::with_capacity(small_columns * small_rows * components);
        for row in 0..small_rows {
            for column in 0..small_columns {
                let across = column * step..((column + 1) * step).min(columns);
                let down = row * step..((row + 1) * step).min(rows);
                let count = (across.len() * down.len()) as u32;
                for component in 0..components {
                    let at = |y: usize, x: usize| {
                        u32::from(samples[(y * columns + x) * components + component])
                    };
                    let sum: u32 = down
                        .clone()
                        .flat_map(|y| across.clone().map(move |x| (y, x)))
                        .map(|(y, x)| at(y, x))
                        .sum();
                    small.push((sum / count) as u8);
                }
            }
        }
        Self { columns: small_columns, rows: small_rows, components, samples: small }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_reduced_by_means() {
        let plane =
            Plane { columns: 4, rows: 2, components: 1, samples: vec![1, 3, 9, 9, 5, 7, 9, 9] };
        let small = plane.reduced(2);
        assert_eq!((small.columns, small.rows, small.samples), (2, 1, vec![4, 9]));
    }
}
