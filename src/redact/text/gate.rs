//! Where it is worth looking: responses in, the blocks with stroke-like structure and their thresholds
//! out.
//!
//! Letters are written in one ink: most of what stands out at all stands out nearly as far as the
//! farthest. In noise and speckle it is the other way round, few pixels come near the farthest. That is
//! counted block by block, and nearly every block of an image without text is left here.

use super::strokes::{BLOCK, Strokes};

/// Responses below this are no text.
pub(super) const FAINTEST: u8 = 20;

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
        for y in 0..down {
            for x in 0..across {
                if self.largest[y * across + x] >= FAINTEST && self.passes(x, y, across, down) {
                    self.open(x, y, across, down);
                }
            }
        }
    }

    /// The largest response of a block and the eight around it.
    fn widen(&mut self, strokes: &Strokes) {
        let across = strokes.across;
        self.largest.clear();
        self.largest.resize(across * strokes.down, 0);
        for y in 0..strokes.down {
            self.row.clear();
            self.row.resize(across, 0);
            for near in y.saturating_sub(1)..(y + 2).min(strokes.down) {
                let from = &strokes.largest[near * across..][..across];
                for (to, largest) in self.row.iter_mut().zip(from) {
                    *to = (*to).max(*largest);
                }
            }
            for (x, to) in self.largest[y * across..][..across].iter_mut().enumerate() {
                let near = &self.row[x.saturating_sub(1)..(x + 2).min(across)];
                *to = near.iter().fold(0, |all, one| all.max(*one));
            }
        }
    }

    fn count(&mut self, strokes: &Strokes) {
        let (across, columns) = (strokes.across, strokes.columns);
        self.counts.clear();
        self.counts.resize(across * strokes.down, [0; 2]);
        for (y, rows) in strokes.responses.chunks(columns * BLOCK).enumerate() {
            for x in 0..across {
                let at = y * across + x;
                let largest = self.largest[at];
                // A block without ink has nothing to count.
                if largest < FAINTEST || strokes.largest[at] <= largest / 2 {
                    continue;
                }
                let (half, most) = (largest / 2, largest - largest / 4);
                let left = x * BLOCK;
                let width = BLOCK.min(columns - left);
                let (mut above_half, mut above_most) = (0, 0);
                for row in rows.chunks_exact(columns) {
                    for response in &row[left..left + width] {
                        above_half += u16::from(*response > half);
                        above_most += u16::from(*response > most);
                    }
                }
                self.counts[at] = [above_half, above_most];
            }
        }
    }

    fn passes(&self, x: usize, y: usize, across: usize, down: usize) -> bool {
        let (mut half, mut most) = (0, 0);
        for near in y.saturating_sub(1)..(y + 2).min(down) {
            for counts in &self.counts[near * across..][x.saturating_sub(1)..(x + 2).min(across)] {
                half += counts[0];
                most += counts[1];
            }
        }
        most >= 5 && most * 3 >= half
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
