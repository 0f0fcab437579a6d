//! Samples in, an exact histogram of stored values out.

use serde::{Deserialize, Serialize};

use super::levels;
use crate::codec::cpu::{self, Work};

/// Samples counted at a time, so that no counter of 32 bits overflows.
const BLOCK_SAMPLES: usize = 1 << 30;

/// Why samples cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HistogramError {
    /// Bits Stored is 0 or above 32.
    #[error("bits stored of {0}, not 1 to 32")]
    BitsStored(u32),
    /// Bits Stored is more than the samples have.
    #[error("bits stored of {bits_stored} in samples of {sample_bits} bits")]
    TooNarrow {
        /// Bits Stored.
        bits_stored: u32,
        /// The width of the samples given.
        sample_bits: u32,
    },
}

/// How to read a stored sample (PS3.3 section C.7.6.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleFormat {
    bits_stored: u32,
    signed: bool,
}

impl SampleFormat {
    /// Bits Stored (0028,0101), and whether Pixel Representation (0028,0103) is two's complement.
    pub fn new(bits_stored: u32, signed: bool) -> Result<Self, HistogramError> {
        if !(1..=32).contains(&bits_stored) {
            return Err(HistogramError::BitsStored(bits_stored));
        }
        Ok(Self { bits_stored, signed })
    }

    /// What a sample means.
    pub fn value(self, sample: u32) -> i64 {
        i64::from((sample & self.mask()) ^ self.bias()) - i64::from(self.bias())
    }

    /// The least and the greatest value that can be stored.
    pub(super) fn ends(self) -> (i64, i64) {
        let bias = i64::from(self.bias());
        (-bias, i64::from(self.mask()) - bias)
    }

    /// The bits of a sample that are stored.
    pub(super) fn mask(self) -> u32 {
        u32::MAX >> (32 - self.bits_stored)
    }

    /// The sign bit. Flipped, it puts two's complement in ascending order, this much too high.
    pub(super) fn bias(self) -> u32 {
        if self.signed { 1 << (self.bits_stored - 1) } else { 0 }
    }

    pub(super) fn check_width(self, sample_bits: u32) -> Result<(), HistogramError> {
        if self.bits_stored > sample_bits {
            return Err(HistogramError::TooNarrow { bits_stored: self.bits_stored, sample_bits });
        }
        Ok(())
    }
}

/// The stored values that stand for "no pixel here", both ends included (PS3.3 section C.7.5.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Padding {
    low: i64,
    high: i64,
}

impl Padding {
    /// From Pixel Padding Value (0028,0120) to Pixel Padding Range Limit (0028,0121), in either
    /// order; for a single value, that value twice.
    pub fn new(value: i64, limit: i64) -> Self {
        Self { low: value.min(limit), high: value.max(limit) }
    }

    /// The least and the greatest of them.
    pub(super) fn ends(self) -> (i64, i64) {
        (self.low, self.high)
    }

    /// Whether it is one of them.
    pub fn contains(self, value: i64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// How often each stored value occurs, and how many pixels were padding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram {
    bins: Vec<(i64, u64)>,
    n_padding: u64,
}

impl Histogram {
    /// Counts samples of one byte. Bits above Bits Stored are ignored.
    pub fn from_u8(
        samples: &[u8],
        format: SampleFormat,
        padding: Option<Padding>,
    ) -> Result<Self, HistogramError> {
        format.check_width(u8::BITS)?;
        Ok(in_blocks(samples, |block| count_u8(block, format, padding)))
    }

    /// Counts samples of two bytes. Bits above Bits Stored are ignored.
    pub fn from_u16(
        samples: &[u16],
        format: SampleFormat,
        padding: Option<Padding>,
    ) -> Result<Self, HistogramError> {
        format.check_width(u16::BITS)?;
        Ok(in_blocks(samples, |block| count_u16(block, format, padding)))
    }

    /// Counts samples of four bytes, by sorting them. Bits above Bits Stored are ignored.
    pub fn from_u32(samples: &[u32], format: SampleFormat, padding: Option<Padding>) -> Self {
        let (mask, bias) = (format.mask(), format.bias());
        let mut sorted: Vec<u32> = samples.iter().map(|sample| (sample & mask) ^ bias).collect();
        sorted.sort_unstable();
        let runs = sorted
            .chunk_by(PartialEq::eq)
            .map(|run| (i64::from(run[0]) - i64::from(bias), run.len() as u64));
        Self::from_ascending(runs, padding)
    }

    /// Pixels by their values, which ascend.
    pub(super) fn from_bins(bins: Vec<(i64, u64)>, n_padding: u64) -> Self {
        Self { bins, n_padding }
    }

    /// The same pixels after a map of their values, such as a Modality LUT. Values of up to 33 bits
    /// keep all statistics exact.
    #[must_use]
    pub fn mapped(&self, map: impl Fn(i64) -> i64) -> Self {
        let mut bins: Vec<_> = self.bins.iter().map(|&(value, n)| (map(value), n)).collect();
        levels::settle(&mut bins);
        Self { bins, n_padding: self.n_padding }
    }

    /// The pixels of several frames of one image.
    pub(super) fn merged<'a>(frames: impl Iterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        for frame in frames {
            all.bins.extend_from_slice(&frame.bins);
            all.n_padding += frame.n_padding;
        }
        levels::settle(&mut all.bins);
        all
    }

    /// Adds the pixels of another frame of the same image.
    pub fn merge(&mut self, other: &Self) {
        self.bins.extend_from_slice(&other.bins);
        levels::settle(&mut self.bins);
        self.n_padding += other.n_padding;
    }

    /// The values that occur, ascending, each with its count.
    pub fn bins(&self) -> &[(i64, u64)] {
        &self.bins
    }

    /// Pixels counted, padding left out.
    pub fn n_pixels(&self) -> u64 {
        self.bins.iter().map(|&(_, count)| count).sum()
    }

    /// Pixels left out as padding.
    pub fn n_padding(&self) -> u64 {
        self.n_padding
    }

    fn from_ascending(bins: impl Iterator<Item = (i64, u64)>, padding: Option<Padding>) -> Self {
        let mut histogram = Self::default();
        for (value, count) in bins {
            if padding.is_some_and(|padding| padding.contains(value)) {
                histogram.n_padding += count;
            } else {
                histogram.bins.push((value, count));
            }
        }
        histogram
    }
}

fn in_blocks<T>(samples: &[T], count: impl Fn(&[T]) -> Histogram) -> Histogram {
    let mut blocks = samples.chunks(BLOCK_SAMPLES).map(count);
    let mut histogram = blocks.next().unwrap_or_default();
    blocks.for_each(|block| histogram.merge(&block));
    histogram
}

/// Counts into tables that just hold the samples' range: clearing tables of the full 16 bits, and
/// missing the cache in them, would cost more than finding the range first.
fn count_u16(samples: &[u16], format: SampleFormat, padding: Option<Padding>) -> Histogram {
    if format.bits_stored <= 12 {
        return count_words::<4, 0x1000>(samples, 0, format, padding);
    }
    let (low, high) = range(samples, format);
    match high.saturating_sub(low) {
        0..0x1000 => count_words::<4, 0x1000>(samples, low, format, padding),
        0x1000..0x4000 => count_words::<4, 0x4000>(samples, low, format, padding),
        // Equal neighbours are rare where values are spread so far, and two tables fit the cache.
        _ => count_words::<2, 0x1_0000>(samples, low, format, padding),
    }
}

/// The least and the greatest sample, in ascending order of value.
fn range(samples: &[u16], format: SampleFormat) -> (u16, u16) {
    cpu::run(Range { samples, mask: format.mask() as u16, bias: format.bias() as u16 })
}

struct Range<'a> {
    samples: &'a [u16],
    mask: u16,
    bias: u16,
}

impl Work for Range<'_> {
    type Output = (u16, u16);

    #[expect(clippy::inline_always, reason = "compiled twice, with all that it calls")]
    #[inline(always)]
    fn run(self) -> (u16, u16) {
        self.samples.iter().fold((u16::MAX, 0), |(low, high), sample| {
            let level = (sample & self.mask) ^ self.bias;
            (low.min(level), high.max(level))
        })
    }
}

/// Counts samples of one byte.
fn count_u8(samples: &[u8], format: SampleFormat, padding: Option<Padding>) -> Histogram {
    let (mask, bias) = (format.mask() as u8, format.bias() as u8);
    let index = |sample: u8| usize::from((sample & mask) ^ bias);
    let mut tables = [[0u32; 256]; 4];
    let (groups, rest) = samples.as_chunks::<4>();
    for group in groups {
        for (table, &sample) in tables.iter_mut().zip(group) {
            table[index(sample)] += 1;
        }
    }
    for &sample in rest {
        tables[0][index(sample)] += 1;
    }
    collect(&mut tables, -i64::from(bias), padding)
}

/// Counts samples that lie less than `N`, a power of two, above `low`, in ascending order of value,
/// into tables in turn: runs of equal samples would else wait for their own last store.
fn count_words<const TABLES: usize, const N: usize>(
    samples: &[u16],
    low: u16,
    format: SampleFormat,
    padding: Option<Padding>,
) -> Histogram {
    // Four samples are read and brought to levels at a time. None is below `low`, so that no
    // difference borrows from the next.
    const EACH: u64 = 0x0001_0001_0001_0001;
    let (mask, bias) = (format.mask() as u16, format.bias() as u16);
    let [masks, biases, lows] = [mask, bias, low].map(|number| u64::from(number) * EACH);
    // The mask changes nothing; it shows the compiler that the index is in range.
    let index = |level: u64| level as usize & (N - 1);
    let mut memory = vec![[0u32; N]; TABLES];
    let Some(tables) = memory.first_chunk_mut::<TABLES>() else {
        return Histogram::default();
    };
    let word = |[a, b, c, d]: [u16; 4]| {
        u64::from(a) | u64::from(b) << 16 | u64::from(c) << 32 | u64::from(d) << 48
    };
    let (pairs, rest) = samples.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in pairs {
        for samples in [[a, b, c, d], [e, f, g, h]] {
            let levels = ((word(samples) & masks) ^ biases) - lows;
            tables[0][index(levels)] += 1;
            tables[1 % TABLES][index(levels >> 16)] += 1;
            tables[2 % TABLES][index(levels >> 32)] += 1;
            tables[3 % TABLES][index(levels >> 48)] += 1;
        }
    }
    for &sample in rest {
        tables[0][index((((sample & mask) ^ bias) - low).into())] += 1;
    }
    collect(tables, i64::from(low) - i64::from(bias), padding)
}

/// What tables hold together, of values from `lowest` on.
fn collect<const N: usize>(
    tables: &mut [[u32; N]],
    lowest: i64,
    padding: Option<Padding>,
) -> Histogram {
    let Some((counts, others)) = tables.split_first_mut() else {
        return Histogram::default();
    };
    for other in others {
        for (count, other) in counts.iter_mut().zip(other) {
            *count += *other;
        }
    }
    let distinct = counts.iter().filter(|&&count| count > 0).count();
    let mut histogram = Histogram { bins: Vec::with_capacity(distinct), n_padding: 0 };
    let counted = (lowest..).zip(counts.iter()).filter(|&(_, &count)| count > 0);
    for (value, &count) in counted {
        if padding.is_some_and(|padding| padding.contains(value)) {
            histogram.n_padding += u64::from(count);
        } else {
            histogram.bins.push((value, count.into()));
        }
    }
    histogram
}
