//! Neighbourhoods of 7 x 7 in soft tissue: a frame's samples in, how many have which standard
//! deviation out.
//!
//! Counts, sums and sums of squares of the last seven rows run along for each column; seven columns
//! of those are a neighbourhood. Its variance is an exact integer over 49^2.

use std::ops::{Add, Mul, Sub};

use crate::codec::cpu::{self, Work};

use super::levels::{Order, Sample, Span, span, with_samples};
use super::{Frame, SPREAD_BIN};

/// Rows and columns of a neighbourhood, and its pixels.
const SIDE: usize = 7;
const PIXELS: u32 = (SIDE * SIDE) as u32;
/// Neighbourhoods looked at together: where none is of soft tissue, nothing more is done.
const GROUP: usize = 32;
/// The widest range of soft tissue whose numbers fit 32 bits: `49^2 * 1337^2 < 2^32`.
const MAX_NARROW: u32 = 1337;
/// The widest range at all: `49^2 * (2^26)^2 < 2^64`. 200 HU would be steps of 0.000003 HU.
const MAX_WIDE: u32 = 1 << 26;
/// Bins of standard deviations, for ranges below 1024 HU; a power of two.
const BINS: usize = 1024;
/// Counters of a bin: equal neighbours would wait for each other's store to one.
const LANES: usize = 4;
/// Added to a number below it, it leaves the nearest integer in the lowest bits of the mantissa.
const TO_INTEGER: f32 = 8_388_608.0;

/// Where soft tissue lies, in stored values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftTissue {
    /// The least stored value, such as that of -60 HU.
    pub low: i64,
    /// The greatest stored value, such as that of 140 HU.
    pub high: i64,
    /// HU per stored unit, above 0.
    pub unit: f64,
}

/// How many neighbourhoods of soft tissue there are by their standard deviation, in bins of
/// [`SPREAD_BIN`]; nothing after the last that occurs. None where a range is beyond all sense.
pub(super) fn spreads(frame: &Frame<'_>, tissue: &SoftTissue) -> Vec<u64> {
    if frame.rows < SIDE || frame.columns < SIDE || !(tissue.unit.is_finite() && tissue.unit > 0.0)
    {
        return Vec::new();
    }
    with_samples!(frame, samples => of_samples(frame, samples, tissue))
}

fn of_samples<S: Sample>(frame: &Frame<'_>, samples: &[S], tissue: &SoftTissue) -> Vec<u64> {
    let Some(tissue_levels) = span::<S>(frame.format, tissue.low, tissue.high) else {
        return Vec::new();
    };
    let order = Order::of(frame);
    let Some(bins) = Bins::new(tissue, tissue_levels.len.into()) else {
        return Vec::new();
    };
    let columns = frame.columns;
    let mut counts = match tissue_levels.len.into() {
        len if len <= MAX_NARROW => {
            cpu::run(Windows::<S, u32>::new(samples, columns, order, tissue_levels, bins))
        }
        len if len <= MAX_WIDE => {
            cpu::run(Windows::<S, u64>::new(samples, columns, order, tissue_levels, bins))
        }
        _ => return Vec::new(),
    };
    let used = counts.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
    counts.truncate(used);
    counts
}

/// Finds the bin of a variance: `k = floor(sd / width)`, with `sd = unit sqrt(num) / 49`.
struct Bins {
    /// `(unit / (49 width))^2`, so that `k = floor(sqrt(num * factor))`.
    factor: f32,
    /// The least `num` of each bin.
    least: Box<[u64; BINS]>,
}

impl Bins {
    /// `None` where there are too few: half of a range at either end deviates most, by its half.
    fn new(tissue: &SoftTissue, range: u32) -> Option<Self> {
        let scale = f64::from(PIXELS) * SPREAD_BIN / tissue.unit;
        let highest = f64::from(range) / 2.0 * tissue.unit / SPREAD_BIN;
        let least = std::array::from_fn(|k| (k as f64 * k as f64 * scale * scale).ceil() as u64);
        let bins = Self { factor: (1.0 / (scale * scale)) as f32, least: Box::new(least) };
        (highest < (BINS - 1) as f64).then_some(bins)
    }

    /// The bin, or the next one, in the lowest bits: the root of 24 bits is rounded to the nearest
    /// integer.
    #[inline(always)]
    fn guess(&self, num: f32) -> u16 {
        ((num * self.factor).sqrt() + TO_INTEGER).to_bits() as u16
    }

    /// The bin of `num`, from its guess.
    #[inline(always)]
    fn settle(&self, guess: u16, num: u64) -> usize {
        let guess = usize::from(guess) % BINS;
        guess.wrapping_sub(usize::from(num < self.least[guess])) % BINS
    }
}

/// Holds 49 times the sum of squares of a neighbourhood, and the square of its sum.
trait Number:
    Copy + Default + Into<u64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// Holds the sum of a neighbourhood.
    type Cell: Sample + Default + Add<Output = Self::Cell> + Sub<Output = Self::Cell>;

    fn of(cell: Self::Cell) -> Self;
    fn as_f32(self) -> f32;
}

// 49 * 1337 < 2^16, and its square < 2^32; the sum of squares times 49 is at most as much.
impl Number for u32 {
    type Cell = u16;

    #[inline(always)]
    fn of(cell: u16) -> Self {
        cell.into()
    }

    #[inline(always)]
    fn as_f32(self) -> f32 {
        // Vectors convert signed numbers, and 49^2 times a variance is a quarter of 2^32 at most.
        self as i32 as f32
    }
}

// 49 * 2^26 < 2^32, and its square < 2^64.
impl Number for u64 {
    type Cell = u32;

    #[inline(always)]
    fn of(cell: u32) -> Self {
        cell.into()
    }

    #[inline(always)]
    fn as_f32(self) -> f32 {
        self as f32
    }
}

struct Windows<'a, S, N: Number> {
    samples: &'a [S],
    columns: usize,
    order: Order<S>,
    tissue: Span<S>,
    bins: Bins,
    /// The last seven rows above the range's least level, 0 outside of it; the row `y` at `y % 7`.
    rows: [Vec<N::Cell>; SIDE],
    /// 1 where a pixel is outside.
    outside: [Vec<u8>; SIDE],
    /// Of each column of those rows: how many are outside, sum, sum of squares. Beyond the last
    /// column all is outside, to whole groups.
    column_outside: Vec<u8>,
    column_sum: Vec<N::Cell>,
    column_squares: Vec<N>,
}

impl<'a, S: Sample, N: Number> Windows<'a, S, N> {
    fn new(samples: &'a [S], columns: usize, order: Order<S>, tissue: Span<S>, bins: Bins) -> Self {
        let len = (columns + 1 - SIDE).next_multiple_of(GROUP) + SIDE - 1;
        let mut column_outside = vec![0; len];
        column_outside[columns..].fill(1);
        Self {
            samples,
            columns,
            order,
            tissue,
            bins,
            rows: std::array::from_fn(|_| vec![N::Cell::default(); columns]),
            outside: std::array::from_fn(|_| vec![0; columns]),
            column_outside,
            column_sum: vec![N::Cell::default(); len],
            column_squares: vec![N::default(); len],
        }
    }

    /// Takes in the row `y`, in the place of the row seven before it. Loops of one width each.
    #[inline(always)]
    fn read(&mut self, y: usize, row: &[S]) {
        let (order, tissue) = (self.order, self.tissue);
        let cells = &mut self.rows[y % SIDE];
        for ((cell, square), sum) in
            cells.iter().zip(&mut self.column_squares).zip(&mut self.column_sum)
        {
            *sum = *sum - *cell;
            *square = *square - N::of(*cell) * N::of(*cell);
        }
        let outside = &mut self.outside[y % SIDE];
        for (column, outside) in self.column_outside.iter_mut().zip(&*outside) {
            *column -= outside;
        }
        for ((cell, outside), &sample) in cells.iter_mut().zip(&mut *outside).zip(row) {
            let level = order.level(sample);
            let above = level.minus(tissue.first);
            let is_inside = above <= tissue.len;
            *outside = u8::from(!is_inside);
            *cell = if is_inside { N::Cell::truncated(above.into()) } else { N::Cell::default() };
        }
        if let Some(padding) = order.padding() {
            // The value of a padding pixel does not count where the pixel is outside.
            for (outside, &sample) in outside.iter_mut().zip(row) {
                *outside |= u8::from(padding.holds(order.level(sample)));
            }
        }
        for (column, outside) in self.column_outside.iter_mut().zip(&*outside) {
            *column += outside;
        }
        for ((cell, square), sum) in
            cells.iter().zip(&mut self.column_squares).zip(&mut self.column_sum)
        {
            *sum = *sum + *cell;
            *square = *square + N::of(*cell) * N::of(*cell);
        }
    }

    /// Counts the neighbourhoods of the seven rows at hand.
    #[inline(always)]
    fn count(&self, counts: &mut [[u64; LANES]; BINS]) {
        for start in (0..self.columns + 1 - SIDE).step_by(GROUP) {
            let outside = columns(&self.column_outside, start);
            let mut is_outside = [0u8; GROUP];
            for x in 0..GROUP {
                is_outside[x] = (1..SIDE).fold(outside[x], |sum, k| sum | outside[x + k]);
            }
            if is_outside.iter().all(|&flag| flag > 0) {
                continue;
            }
            let (sums, squares) =
                (columns(&self.column_sum, start), columns(&self.column_squares, start));
            let mut nums = [N::default(); GROUP];
            let mut guesses = [0u16; GROUP];
            for x in 0..GROUP {
                let sum = N::of((1..SIDE).fold(sums[x], |sum, k| sum + sums[x + k]));
                let squares = (1..SIDE).fold(squares[x], |sum, k| sum + squares[x + k]);
                // n sum v^2 - (sum v)^2 is n^2 times the variance.
                nums[x] = N::of(N::Cell::truncated(PIXELS)) * squares - sum * sum;
            }
            for x in 0..GROUP {
                guesses[x] = self.bins.guess(nums[x].as_f32());
            }
            for x in (0..GROUP).step_by(LANES) {
                for lane in 0..LANES {
                    let bin = self.bins.settle(guesses[x + lane], nums[x + lane].into());
                    counts[bin][lane] += u64::from(is_outside[x + lane] == 0);
                }
            }
        }
    }
}

/// The columns that a group needs.
#[inline(always)]
fn columns<T>(row: &[T], start: usize) -> &[T; GROUP + SIDE - 1] {
    row[start..].first_chunk().expect("rows have whole groups")
}

impl<S: Sample, N: Number> Work for Windows<'_, S, N> {
    type Output = Vec<u64>;

    #[inline(always)]
    fn run(mut self) -> Vec<u64> {
        let mut memory = vec![[0; LANES]; BINS];
        let Some(counts) = memory.first_chunk_mut::<BINS>() else {
            return Vec::new();
        };
        for (y, row) in self.samples.chunks_exact(self.columns).enumerate() {
            self.read(y, row);
            if y + 1 >= SIDE {
                self.count(counts);
            }
        }
        counts.iter().map(|lanes| lanes.iter().sum()).collect()
    }
}
