//! A frame's samples in, a hash out that is near where images look alike.

use crate::codec::cpu::{self, Work};

use super::Frame;
use super::levels::{Order, Sample, with_samples};

/// Boxes across and down.
pub(super) const ACROSS: usize = 9;
pub(super) const DOWN: usize = 8;
/// Samples added up at a time: of 32 bits, 2^32 of them fit 64.
const PIECE: usize = 4096;

/// The difference hash ("dHash", after Krawetz, "Kind of Like That", 2013): bit 63 first, row by row,
/// whether the mean of a box is above that of the next to its right, of 9 x 8 boxes whose edges are at
/// `floor(k W / 9)` and `floor(k H / 8)`. Padding counts as the value that it is. By exact integers:
/// the same for all machines, and for values that are all shifted or scaled alike.
///
/// Frames of fewer columns or rows have empty boxes, which are above nothing. One whose samples are
/// not `rows * columns` has the hash 0, as has a constant one.
pub fn dhash64(frame: &Frame<'_>) -> u64 {
    if !frame.is_sound() || frame.columns == 0 {
        return 0;
    }
    let order_and_sum = with_samples!(frame, samples => {
        cpu::run(Boxes { samples, columns: frame.columns, rows: frame.rows, order: Order::of(frame) })
    });
    let edge = |k: usize| k * frame.columns / ACROSS;
    let width = |k: usize| (edge(k + 1) - edge(k)) as u128;
    let mut hash = 0;
    for sums in order_and_sum {
        for x in 0..ACROSS - 1 {
            // Boxes of a row are equally high: the means compare as the sums over the widths.
            let is_above = u128::from(sums[x]) * width(x + 1) > u128::from(sums[x + 1]) * width(x);
            hash = hash << 1 | u64::from(is_above);
        }
    }
    hash
}

struct Boxes<'a, S> {
    samples: &'a [S],
    rows: usize,
    columns: usize,
    order: Order<S>,
}

impl<S: Sample> Work for Boxes<'_, S> {
    type Output = [[u64; ACROSS]; DOWN];

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut boxes = [[0; ACROSS]; DOWN];
        for (k, sums) in boxes.iter_mut().enumerate() {
            let rows = k * self.rows / DOWN..(k + 1) * self.rows / DOWN;
            let band = &self.samples[rows.start * self.columns..rows.end * self.columns];
            for row in band.chunks_exact(self.columns) {
                for (k, sum) in sums.iter_mut().enumerate() {
                    let cells = &row[k * self.columns / ACROSS..(k + 1) * self.columns / ACROSS];
                    *sum += cells.chunks(PIECE).map(|cells| self.sum(cells)).sum::<u64>();
                }
            }
        }
        boxes
    }
}

impl<S: Sample> Boxes<'_, S> {
    #[inline(always)]
    fn sum(&self, cells: &[S]) -> u64 {
        if size_of::<S>() == 4 {
            return cells.iter().map(|&s| u64::from(self.order.level(s).into())).sum();
        }
        // 2^12 of 16 bits fit 28.
        u64::from(cells.iter().map(|&s| -> u32 { self.order.level(s).into() }).sum::<u32>())
    }
}
