//! The lengths of runs (T.87 section A.7.1).

/// J: a run segment has 2^J samples (T.87 section A.2.1).
const J: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];

use super::bit_reader::BitReader;

/// `RUNindex`: how long the next run segment is expected to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RunIndex(usize);

impl RunIndex {
    /// J of the index.
    pub(super) fn order(self) -> u32 {
        J[self.0]
    }

    /// Pixels of a whole run segment.
    pub(super) fn segment(self) -> usize {
        1 << self.order()
    }

    /// Reads the length of a run of so many pixels at most, all that is left of the line; so many, or more, where
    /// nothing ends it there.
    #[inline(always)]
    pub(super) fn read(&mut self, bits: &mut BitReader<'_>, pixels: usize) -> usize {
        let mut length = 0;
        while length < pixels && bits.read(1) == 1 {
            length += self.segment();
            if length <= pixels {
                self.lengthen();
            }
        }
        if length < pixels {
            length += bits.read(self.order()) as usize;
            if length >= pixels {
                bits.set_broken();
            }
        }
        length
    }

    /// After a whole segment.
    pub(super) fn lengthen(&mut self) {
        self.0 = (self.0 + 1).min(J.len() - 1);
    }

    /// After a run that something else ended than the line.
    pub(super) fn shorten(&mut self) {
        self.0 = self.0.saturating_sub(1);
    }
}
