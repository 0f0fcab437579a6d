//! Codes in, bits out, without the stuffed ones: those come in a second pass (`stuffing`).

/// Bits that do not fill a byte: from the highest down, and how many, at most 7.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rest {
    pub(super) bits: u64,
    pub(super) count: u32,
}

/// Writes the bits of a line into memory that has room for them.
#[derive(Debug)]
pub(super) struct BitWriter<'a> {
    bytes: &'a mut [u8],
    /// Whole bytes that were written.
    length: usize,
    /// The bits behind them.
    rest: Rest,
}

impl<'a> BitWriter<'a> {
    /// The longest code that `put` takes, in bits.
    pub(super) const LONGEST: u32 = 56;

    /// Memory for so many bits.
    pub(super) fn room(bits: usize) -> Vec<u8> {
        vec![0; bits / 8 + 16]
    }

    /// Begins with the bits that the line before left.
    pub(super) fn new(bytes: &'a mut [u8], rest: Rest) -> Self {
        Self { bytes, length: 0, rest }
    }

    /// How many whole bytes were written, and the bits behind them.
    pub(super) fn finish(self) -> (usize, Rest) {
        (self.length, self.rest)
    }

    /// Appends a code of 1 to `LONGEST` bits, given in the lowest.
    #[inline(always)]
    pub(super) fn put(&mut self, code: u64, length: u32) {
        debug_assert!((1..=Self::LONGEST).contains(&length) && code >> length == 0);
        let count = self.rest.count + length;
        let bits = self.rest.bits | code << (64 - count);
        // Eight bytes are written and as many kept as are whole: no branch depends on the length.
        self.bytes[self.length..self.length + 8].copy_from_slice(&bits.to_be_bytes());
        let whole = count >> 3;
        self.length += whole as usize;
        self.rest = Rest { bits: bits << (whole * 8), count: count & 7 };
    }

    /// Appends a limited Golomb code (T.87 section A.5.3) of a number below 2^32.
    #[inline(always)]
    pub(super) fn put_golomb(&mut self, number: u32, k: u32, limit: u32, qbpp: u32) {
        let zeros = number >> k;
        if zeros < (limit - qbpp - 1).min(32) {
            // The usual case.
            let low = u64::from(number) & ((1 << k) - 1);
            self.put(1 << k | low, zeros + 1 + k);
        } else {
            self.put_long(number, k, limit, qbpp);
        }
    }

    #[inline(always)]
    fn put_long(&mut self, number: u32, k: u32, limit: u32, qbpp: u32) {
        let (zeros, escape) = (number >> k, limit - qbpp - 1);
        if zeros < escape {
            self.put(0, zeros);
            self.put(1 << k | u64::from(number) & ((1 << k) - 1), k + 1);
        } else {
            self.put(0, escape);
            self.put(1 << qbpp | u64::from(number - 1), qbpp + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_one_behind_the_other() {
        let mut room = BitWriter::room(400);
        let mut bits = BitWriter::new(&mut room, Rest::default());
        bits.put(0b101, 3);
        bits.put(0, 56);
        bits.put(0b11, 6);
        let (length, rest) = bits.finish();
        assert_eq!((length, rest), (8, Rest { bits: 1 << 63, count: 1 }));
        assert_eq!(room[..length], [0b1010_0000, 0, 0, 0, 0, 0, 0, 1]);
        let mut bits = BitWriter::new(&mut room, rest);
        bits.put(0b101_0101, 7);
        assert_eq!(bits.finish(), (1, Rest::default()));
        assert_eq!(room[0], 0b1101_0101);
    }

    #[test]
    fn golomb_codes_are_those_of_section_a_5_3() {
        let mut room = BitWriter::room(400);
        let mut bits = BitWriter::new(&mut room, Rest::default());
        bits.put_golomb(5, 1, 32, 8); // 00 1 1
        bits.put_golomb(0, 0, 32, 8); // 1
        bits.put_golomb(200, 0, 32, 8); // 23 zeros, 1, 199 in 8 bits
        let (length, rest) = bits.finish();
        assert_eq!(room[..length], [0b0011_1000, 0, 0, 0b0000_1110]);
        assert_eq!(rest, Rest { bits: 0b0011_1 << 59, count: 5 });
    }
}
