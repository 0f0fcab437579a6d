//! Numbers that the kernels of 3 x 3 calculate with: as narrow as the range of levels allows.

use std::ops::{AddAssign, BitAnd};

/// A level as a signed number that is wide enough for what the kernels make of it.
pub(super) trait Cell: Copy + Default + BitAnd<Output = Self> {
    /// All bits set.
    const ALL: Self;
    /// Holds the magnitudes of a lane of a piece.
    type Sum: Copy + Default + AddAssign + Into<u128>;
    /// Holds the squares of a lane of a group.
    type Squares: Copy + Default + AddAssign + Into<Self::Energy>;
    /// Holds the squares of a lane of a piece.
    type Energy: Copy + Default + AddAssign + Into<u128>;

    fn of(level: u32) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn magnitude(self) -> Self::Sum;
    fn squares(across: Self, along: Self) -> Self::Squares;
    fn bit(&self) -> u32;
}

macro_rules! cell {
    ($cell:ty, $sum:ty, $wider:ty, $squares:ty, $energy:ty) => {
        impl Cell for $cell {
            const ALL: Self = -1;
            type Sum = $sum;
            type Squares = $squares;
            type Energy = $energy;

            #[allow(clippy::cast_lossless, reason = "to the widest of them it is")]
            #[inline(always)]
            fn of(level: u32) -> Self {
                level as Self
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn magnitude(self) -> $sum {
                self.unsigned_abs().into()
            }
            #[inline(always)]
            fn squares(across: Self, along: Self) -> $squares {
                let (x, y) = (<$wider>::from(across), <$wider>::from(along));
                (x * x + y * y) as $squares
            }
            #[inline(always)]
            fn bit(&self) -> u32 {
                (*self & 1) as u32
            }
        }
    };
}
// Levels below r give second differences up to 8 r and gradients up to 4 r either way. A lane of a
// group adds 4 of them, one of a piece 512.
// r = 2^12: 8 r = 2^15, of which -2^15 to 2^15 - 8 occur; 512 * 2^15 = 2^24; 4 * 2 * 2^28 = 2^31.
cell!(i16, u32, i32, u32, u64);
// r = 2^16: 512 * 2^19 = 2^28; 512 * 2 * 2^36 = 2^46.
cell!(i32, u32, i64, u64, u64);
// r = 2^32: 512 * 2^35 = 2^44; 512 * 2 * 2^68 = 2^78.
cell!(i64, u64, i128, u128, u128);
