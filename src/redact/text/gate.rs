//! Where it is worth looking: responses in, the blocks with stroke-like structure and their thresholds
//! out.
//!
//! Letters are written in one ink: most of what stands out at all stands out nearly as far as the
//! farthest. In noise and speckle it is the other way round, few pixels come near the farthest. That is
//! counted block by block, and nearly every block of an image without text is left here.

use super::strokes::{BLOCK, Strokes};
use crate::codec::cpu::{self, Work};

/// Responses below this are no text.
pub(super) const FAINTEST: u8 = 20;

/// Blocks that look like ink, and those that may be a part of it.
const STRONG: u8 = 2;
const WEAK: u8 = 1;

/// What is looked at more closely.
#[derive(Debug, Default)]
pub(super) struct Gate {
    /// For each block the response from which a pixel counts as ink; 0 where nothing is looked for.
    pub(super) thresholds: Vec<u8>,
    /// Whether any block is open.
    pub(super) is_open: bool,
    largest: Vec<u8>,
    row: Vec<u8>,
    /// Pixels at half and at three quarters of the largest response around.
    counts: Vec<[u16; 2]>,
    sums: Vec<[u16; 2]>,
    classes: Vec<u8>,
    /// The two levels for each column, and how many pixels of a column exceed them.
    levels: [Vec<u8>; 2],
    columns: [Vec<u8>; 2],
}

impl Gate {
    /// Looks at the blocks of a plane.
    pub(super) fn look(&mut self, strokes: &Strokes) {
        let (across, down) = (strokes.across, strokes.down);
        self.is_open = false;
        self.thresholds.clear();
        self.thresholds.resize(across * down, 0);
        if across * down == 0 || strokes.largest.iter().all(|largest| *largest < FAINTEST) {
            return;
        }
        self.widen(strokes);
        self.count(strokes);
        self.classify(across, down);
        for y in 0..down {
            for x in 0..across {
                let class = self.classes[y * across + x];
                if class == STRONG || class == WEAK && self.has_strong(x, y, across, down) {
                    self.open(x, y, across, down);
                }
            }
        }
    }

    /// Tells blocks that look like ink from those that may be a part of it, each seen with the eight around
    /// it.
    fn classify(&mut self, across: usize, down: usize) {
        self.classes.clear();
        self.classes.resize(across * down, 0);
        for y in 0..down {
            // One more at both ends, so that each block has neighbours.
            self.sums.clear();
            self.sums.resize(across + 2, [0; 2]);
            for near in y.saturating_sub(1)..(y + 2).min(down) {
                let counts = &self.counts[near * across..][..across];
                for (sum, count) in self.sums[1..].iter_mut().zip(counts) {
                    *sum = [sum[0] + count[0], sum[1] + count[1]];
                }
            }
            let classes = &mut self.classes[y * across..][..across];
            for (class, sums) in classes.iter_mut().zip(self.sums.windows(3)) {
                let [half, most] =
                    sums.iter().fold([0; 2], |[half, most], sum| [half + sum[0], most + sum[1]]);
                *class = match most {
                    0..5 => 0,
                    _ if most * 5 >= half * 2 => STRONG,
                    _ if most * 3 >= half => WEAK,
                    _ => 0,
                };
            }
        }
    }

    /// Whether a block that looks like ink is at most two away.
    fn has_strong(&self, x: usize, y: usize, across: usize, down: usize) -> bool {
        (y.saturating_sub(2)..(y + 3).min(down)).any(|near| {
            let row = &self.classes[near * across..][..across];
            row[x.saturating_sub(2)..(x + 3).min(across)].contains(&STRONG)
        })
    }

    /// The largest response of a block and the eight around it.
    fn widen(&mut self, strokes: &Strokes) {
        let across = strokes.across;
        self.largest.clear();
        self.largest.resize(across * strokes.down, 0);
        for (y, to) in self.largest.chunks_exact_mut(across).enumerate() {
            // One more at both ends, so that each block has neighbours.
            self.row.clear();
            self.row.resize(across + 2, 0);
            for near in y.saturating_sub(1)..(y + 2).min(strokes.down) {
                let from = &strokes.largest[near * across..][..across];
                for (to, largest) in self.row[1..].iter_mut().zip(from) {
                    *to = (*to).max(*largest);
                }
            }
            let near = self.row.iter().zip(&self.row[1..]).zip(&self.row[2..]);
            for (to, ((left, middle), right)) in to.iter_mut().zip(near) {
                *to = (*left).max(*middle).max(*right);
            }
        }
    }

    fn count(&mut self, strokes: &Strokes) {
        let across = strokes.across;
        self.counts.clear();
        self.counts.resize(across * strokes.down, [0; 2]);
        for plane in self.levels.iter_mut().chain(&mut self.columns) {
            plane.resize(across * BLOCK, 0);
        }
        for (y, rows) in strokes.responses.chunks(strokes.columns * BLOCK).enumerate() {
            let blocks = y * across..(y + 1) * across;
            let counts = &mut self.counts[blocks.clone()];
            let mut is_worthwhile = false;
            let ends = self.largest[blocks.clone()].iter().zip(&strokes.largest[blocks]);
            let [half, most] = &mut self.levels;
            let levels = half.chunks_exact_mut(BLOCK).zip(most.chunks_exact_mut(BLOCK));
            for ((around, own), (half, most)) in ends.zip(levels) {
                // A block without ink has nothing to count.
                let has_ink = *around >= FAINTEST && *own > around / 2;
                is_worthwhile |= has_ink;
                half.fill(if has_ink { around / 2 } else { u8::MAX });
                most.fill(if has_ink { around - around / 4 } else { u8::MAX });
            }
            if is_worthwhile {
                let (levels, sums) = (&self.levels, &mut self.columns);
                cpu::run(Count { rows, columns: strokes.columns, levels, sums, counts });
            }
        }
    }

    /// Opens a block and those around it, in which the ends of its strokes may lie.
    fn open(&mut self, x: usize, y: usize, across: usize, down: usize) {
        self.is_open = true;
        for near in y.saturating_sub(1)..(y + 2).min(down) {
            for x in x.saturating_sub(1)..(x + 2).min(across) {
                let at = near * across + x;
                self.thresholds[at] = (self.largest[at] / 2).max(FAINTEST / 2);
            }
        }
    }
}

/// Counts the pixels of a row of blocks that exceed two levels.
struct Count<'a> {
    rows: &'a [u8],
    columns: usize,
    levels: &'a [Vec<u8>; 2],
    sums: &'a mut [Vec<u8>; 2],
    counts: &'a mut [[u16; 2]],
}

impl Work for Count<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, columns, levels, sums, counts } = self;
        for (which, (sums, levels)) in sums.iter_mut().zip(levels).enumerate() {
            sums.fill(0);
            for row in rows.chunks_exact(columns) {
                for ((sum, level), response) in sums.iter_mut().zip(levels).zip(row) {
                    *sum += u8::from(*response > *level);
                }
            }
            for (count, sums) in counts.iter_mut().zip(sums.as_chunks::<BLOCK>().0) {
                count[which] = sums.iter().map(|sum| u16::from(*sum)).sum();
            }
        }
    }
}
