//! Frames as grey of 8 bits: samples of any depth, colour or palette in, a plane of bytes out in which
//! what the eye tells apart differs.

use super::stretch::Stretch;
use crate::codec::cpu::{self, Work};
use crate::image::{ImagePixel, SampleType};
use crate::instance::Samples;
use crate::palette::Palette;

/// A grey image of 8 bits, row by row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gray {
    columns: u32,
    rows: u32,
    samples: Vec<u8>,
}

impl Gray {
    /// A plane of bytes; `None` where their number is not that of the pixels.
    pub fn new(columns: u32, rows: u32, samples: Vec<u8>) -> Option<Self> {
        let pixels = u64::from(columns) * u64::from(rows);
        (pixels == samples.len() as u64).then_some(Self { columns, rows, samples })
    }

    /// A frame, counted from 0, of samples that lie side by side for each pixel, all frames in one buffer.
    /// Empty where the samples do not reach so far.
    pub fn of(
        samples: &Samples,
        image: &ImagePixel,
        frame: u32,
        palette: Option<&Palette>,
    ) -> Self {
        let gray = match samples {
            Samples::Eight(all) => plane(all, image, frame, palette),
            Samples::Sixteen(all) => plane(all, image, frame, palette),
            Samples::ThirtyTwo(all) => plane(all, image, frame, palette),
        };
        Self::new(image.columns, image.rows, gray.unwrap_or_default()).unwrap_or_default()
    }

    /// A frame, counted from 0, of native `YBR_FULL_422` pixel data of 8 bits: Y1 Y2 Cb Cr for two pixels.
    /// Empty where the data do not reach so far.
    pub fn of_422(native: &[u8], image: &ImagePixel, frame: u32) -> Self {
        let pixels = image.columns as usize * image.rows as usize;
        let start = (pixels * 2).checked_mul(frame as usize);
        let Some(all) = start.and_then(|start| native.get(start..)?.get(..pixels * 2)) else {
            return Self::default();
        };
        let luma = all.as_chunks::<4>().0.iter().flat_map(|[first, second, ..]| [*first, *second]);
        Self::new(image.columns, image.rows, luma.collect()).unwrap_or_default()
    }

    /// Columns.
    pub fn columns(&self) -> u32 {
        self.columns
    }

    /// Rows.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The samples, row by row.
    pub fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// The image at half its size: means of four pixels. Odd last rows and columns are left out.
    pub(super) fn halved(&self) -> Self {
        let (columns, rows) = (self.columns / 2, self.rows / 2);
        if columns == 0 || rows == 0 {
            return Self::default();
        }
        let mut samples = vec![0; columns as usize * rows as usize];
        cpu::run(Halves { from: &self.samples, wide: self.columns as usize, to: &mut samples });
        Self { columns, rows, samples }
    }
}

/// Makes an image of half the size.
struct Halves<'a> {
    from: &'a [u8],
    wide: usize,
    to: &'a mut [u8],
}

impl Work for Halves<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { from, wide, to } = self;
        for (to, pair) in to.chunks_exact_mut(wide / 2).zip(from.chunks_exact(2 * wide)) {
            let (upper, lower) = pair.split_at(wide);
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            for (to, ([a, b], [c, d])) in to.iter_mut().zip(pairs) {
                let sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
                *to = ((sum + 2) >> 2) as u8;
            }
        }
    }
}

fn plane<S: Copy + Into<u32>>(
    all: &[S],
    image: &ImagePixel,
    frame: u32,
    palette: Option<&Palette>,
) -> Option<Vec<u8>> {
    let pixels = image.columns as usize * image.rows as usize;
    let components = usize::from(image.samples_per_pixel);
    let length = pixels.checked_mul(components)?;
    let samples = all.get(length.checked_mul(frame as usize)?..)?.get(..length)?;
    // The order of signed samples is that of unsigned ones once the sign is turned over.
    let sign = match image.sample_type {
        SampleType::Signed => 1_u32.checked_shl(u32::from(image.bits_stored).saturating_sub(1))?,
        _ => 0,
    };
    if components >= 3 {
        let is_luma = image.photometric_interpretation.starts_with("YBR");
        // Of more than 8 bits the highest ones that are used are taken: colour is not windowed.
        let shift = if image.bits_stored > 8 {
            let most = samples.iter().map(|one| (*one).into()).max().unwrap_or(0);
            (32 - u32::leading_zeros(most)).saturating_sub(8)
        } else {
            0
        };
        let pixels = samples.chunks_exact(components);
        return Some(if is_luma {
            pixels.map(|pixel| (pixel[0].into() >> shift) as u8).collect()
        } else {
            pixels.map(|pixel| luma(pixel, shift)).collect()
        });
    }
    if let Some(palette) = palette.filter(|_| image.photometric_interpretation == "PALETTE COLOR") {
        let signed = image.sample_type == SampleType::Signed;
        let extend =
            |value: u32| if signed { (value ^ sign) as i32 - sign as i32 } else { value as i32 };
        return Some(samples.iter().map(|sample| palette.gray(extend((*sample).into()))).collect());
    }
    if (image.bits_stored, sign) == (8, 0) {
        return Some(samples.iter().map(|sample| (*sample).into() as u8).collect());
    }
    Some(Stretch::of(samples, sign).apply(samples))
}

/// The luminance of red, green and blue. The eight pure colours are at least 26 apart.
fn luma<S: Copy + Into<u32>>(pixel: &[S], shift: u32) -> u8 {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(|one| one.into() >> shift);
    ((77 * red + 150 * green + 29 * blue) >> 8) as u8
}
