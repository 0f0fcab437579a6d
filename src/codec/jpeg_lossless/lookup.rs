//! A Huffman table for decoding (T.81 section F.2.2.3): the next bits in, what they stand for out.

use super::CodecError;
use super::difference::{LAST_CATEGORY, extra_bits, from_extra};
use super::huffman::Table;

/// What the next bits begin with.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    /// The differences.
    pub(super) differences: [u16; 2],
    /// How many of them there are: none where the first one is too long to be found here.
    pub(super) count: u8,
    /// The bits of the first, and of all.
    pub(super) first_bits: u8,
    pub(super) bits: u8,
}

/// All codes of a table, in their order.
#[derive(Debug)]
pub(super) struct Codewords {
    /// Each code at the top of its 16 bits, what it stands for and its length.
    codes: Vec<(u16, u8, u32)>,
}

impl Codewords {
    /// # Errors
    ///
    /// `Damaged` where there are more codes than their lengths have room for.
    pub(super) fn new(table: &Table) -> Result<Self, CodecError> {
        let codes = table.codes().ok_or(CodecError::Damaged)?.into_iter();
        let codes = codes.map(|(symbol, code, length)| (code << (16 - length), symbol, length));
        Ok(Self { codes: codes.collect() })
    }

    /// Each code, its category and its length; without those of no category.
    pub(super) fn all(&self) -> impl Iterator<Item = (u16, u32, u32)> {
        let all = self
            .codes
            .iter()
            .map(|(top, symbol, length)| (top >> (16 - length), u32::from(*symbol), *length));
        all.filter(|(_, category, _)| *category <= LAST_CATEGORY)
    }

    /// The category at the top of a window and the length of its code, which is 0 where no code stands.
    pub(super) fn category(&self, window: u64) -> (u32, u32) {
        let top = (window >> 48) as u16;
        // Codes grow with their place: the last one that is not beyond is the only one it may be.
        let behind = self.codes.partition_point(|(code, ..)| *code <= top);
        match self.codes[..behind].last() {
            Some((code, symbol, length)) if (top ^ code) >> (16 - length) == 0 => {
                (u32::from(*symbol), *length)
            }
            _ => (0, 0),
        }
    }
}

/// What all windows begin with.
#[derive(Debug)]
pub(super) struct Lookup {
    /// By the next `BITS` bits.
    found: Box<[Found; 1 << Self::BITS]>,
    pub(super) codewords: Codewords,
}

impl Lookup {
    /// Bits that are looked up at once: most pairs of differences are no longer.
    pub(super) const BITS: u32 = 12;

    /// # Errors
    ///
    /// As `Codewords::new`.
    pub(super) fn new(table: &Table) -> Result<Self, CodecError> {
        let codewords = Codewords::new(table)?;
        let mut found = vec![Found::default(); 1 << Self::BITS];
        for (code, category, length) in codewords.all() {
            let bits = length + extra_bits(category);
            if bits > Self::BITS {
                continue;
            }
            // All that begins with the code and the bits behind it.
            let unused = Self::BITS - bits;
            let first = usize::from(code) << (Self::BITS - length);
            for extra in 0..1 << extra_bits(category) {
                let from = first + (extra << unused);
                found[from..from + (1 << unused)].fill(Found {
                    differences: [from_extra(category, extra as u32), 0],
                    count: 1,
                    first_bits: bits as u8,
                    bits: bits as u8,
                });
            }
        }
        let firsts = found.clone();
        for (at, found) in found.iter_mut().enumerate().filter(|(_, found)| found.count > 0) {
            let second = firsts[at << found.bits & (firsts.len() - 1)];
            let bits = found.bits + second.bits;
            if second.count > 0 && u32::from(bits) <= Self::BITS {
                found.differences[1] = second.differences[0];
                (found.count, found.bits) = (2, bits);
            }
        }
        let found = found.try_into().map_err(|_| CodecError::Damaged)?;
        Ok(Self { found, codewords })
    }

    /// What the highest bits of a window begin with.
    #[inline(always)]
    pub(super) fn find(&self, window: u64) -> Found {
        self.found[(window >> (64 - Self::BITS)) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        // Codes 0, 10, 110, and one of 16 bits.
        let mut counts = [0; 16];
        (counts[0], counts[1], counts[2], counts[15]) = (1, 1, 1, 1);
        Table { counts, symbols: vec![0, 2, 1, 16] }
    }

    #[test]
    fn two_short_differences_are_found_at_once() {
        let lookup = Lookup::new(&table()).unwrap();
        // Category 2 with bits 11, category 1 with bit 0.
        let found = lookup.find(0b1011_1100 << 56);
        assert_eq!((found.differences, found.count), ([3, 0xFFFF], 2));
        assert_eq!((found.first_bits, found.bits), (4, 8));
    }

    #[test]
    fn long_codes_are_found_by_their_category() {
        let lookup = Lookup::new(&table()).unwrap();
        let window = 0b1110_0000_0000_0000 << 48;
        assert_eq!(lookup.find(window).count, 0);
        assert_eq!(lookup.codewords.category(window), (16, 16));
        assert_eq!(lookup.codewords.category(0b110 << 61), (1, 3));
        assert_eq!(lookup.codewords.category(u64::MAX).1, 0, "no code");
    }

    #[test]
    fn too_many_codes_are_damage() {
        let mut counts = [0; 16];
        counts[0] = 3;
        let table = Table { counts, symbols: vec![0, 1, 2] };
        assert_eq!(Lookup::new(&table).err(), Some(CodecError::Damaged));
    }
}
