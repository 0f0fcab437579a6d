//! An image in, a codestream out: how often each category occurs first, then the codes.

use super::super::cpu::{self, Work};
use super::super::segments::{EOI, put_marker};
use super::bit_writer::BitWriter;
use super::codes::Codes;
use super::difference::{CATEGORIES, count_categories};
use super::huffman::Table;
use super::segments::put_header;
use super::{CodecError, Frame, Sample};

/// Of an image with more lines than these, one in so many is counted: what that costs is less than a
/// thousandth of the result.
const COUNTED_WHOLE: usize = 64;
const COUNTED_OF: usize = 8;

/// Encodes an image with predictor 1. The samples of a pixel stand side by side.
///
/// # Errors
///
/// `Frame` where JPEG Lossless does not hold such an image or there are not as many samples, `Sample`
/// where one has more bits than the frame says.
pub fn encode<S: Sample>(samples: &[S], frame: Frame) -> Result<Vec<u8>, CodecError> {
    frame.check(samples)?;
    frame.check_bits(samples)?;
    cpu::run(Image { samples, frame })
}

/// An image that is encoded.
struct Image<'s, S> {
    samples: &'s [S],
    frame: Frame,
}

impl<S: Sample> Work for Image<'_, S> {
    type Output = Result<Vec<u8>, CodecError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut lines = Lines::new(self.samples, self.frame);
        let table = Table::best(&lines.frequencies());
        // A guess: half of what comes in.
        let mut stream = Vec::with_capacity(size_of_val(self.samples) / 2 + 256);
        put_header(self.frame, &table, &mut stream);
        let codes = Codes::new(&table)?;
        let mut writer = BitWriter::default();
        for line in 0..self.frame.height as usize {
            writer.put(lines.differences(line), &codes, &mut stream);
        }
        writer.finish(&mut stream);
        put_marker(EOI, &mut stream);
        Ok(stream)
    }
}

/// The lines of an image as differences.
struct Lines<'s, S> {
    samples: &'s [S],
    frame: Frame,
    differences: Vec<u16>,
}

impl<'s, S: Sample> Lines<'s, S> {
    fn new(samples: &'s [S], frame: Frame) -> Self {
        let differences = vec![0; (frame.width * frame.components) as usize];
        Self { samples, frame, differences }
    }

    /// The differences of a line to the pixel on the left; those of the first pixel to the one above,
    /// of the very first to the middle of the range (T.81 section H.1.2.1).
    #[inline(always)]
    fn differences(&mut self, line: usize) -> &[u16] {
        let (length, components) = (self.differences.len(), self.frame.components as usize);
        let from = line * length;
        let samples = &self.samples[from..from + length];
        let pairs = samples.iter().zip(&samples[components..]);
        for (difference, (left, sample)) in self.differences[components..].iter_mut().zip(pairs) {
            *difference = (*sample).into().wrapping_sub((*left).into());
        }
        let middle = 1 << (self.frame.bits - 1);
        let above = from.checked_sub(length).map(|above| &self.samples[above..]);
        for (component, sample) in samples.iter().take(components).enumerate() {
            let prediction = above.map_or(middle, |above| above[component].into());
            self.differences[component] = (*sample).into().wrapping_sub(prediction);
        }
        &self.differences
    }

    /// How often each category occurs, about. All that may occur do, so that each has a code.
    #[inline(always)]
    fn frequencies(&mut self) -> [u64; CATEGORIES] {
        let height = self.frame.height as usize;
        let step = if height > COUNTED_WHOLE { COUNTED_OF } else { 1 };
        let mut counts = [0_u64; CATEGORIES];
        for line in (0..height).step_by(step) {
            let bits = self.frame.bits;
            let of_line = count_categories(self.differences(line), bits);
            counts.iter_mut().zip(of_line).for_each(|(count, of_line)| *count += of_line);
        }
        let most = self.frame.bits as usize;
        std::array::from_fn(|at| {
            // What was seen weighs so much more that nothing else becomes longer by the others.
            counts[at] * 16 + u64::from(at <= most)
        })
    }
}
