//! Codes in, bits out, without the stuffed ones: those come in a second pass (`stuffing`).

/// The bits of a line. What does not fill a byte waits for the next line.
#[derive(Debug)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Whole bytes in `bytes`.
    length: usize,
    /// The bits behind them, from the highest down.
    pending: u64,
    /// How many there are: at most 7 between two calls.
    filled: u32,
}

impl BitWriter {
    /// The longest code that `put` takes, in bits.
    pub(super) const LONGEST: u32 = 56;

    /// For lines of so many bits at most.
    pub(super) fn new(bits: usize) -> Self {
        Self { bytes: vec![0; bits / 8 + 16], length: 0, pending: 0, filled: 0 }
    }

    /// Appends a code of 1 to `LONGEST` bits, given in the lowest.
    #[inline(always)]
    pub(super) fn put(&mut self, code: u64, length: u32) {
        debug_assert!((1..=Self::LONGEST).contains(&length) && code >> length == 0);
        self.filled += length;
        self.pending |= code << (64 - self.filled);
        // Eight bytes are written and as many kept as are whole: no branch depends on the length.
        self.bytes[self.length..self.length + 8].copy_from_slice(&self.pending.to_be_bytes());
        let whole = self.filled >> 3;
        self.length += whole as usize;
        self.pending <<= whole * 8;
        self.filled &= 7;
    }

    /// Appends a limited Golomb code (T.87 section A.5.3) of a number below 2^32.
    #[inline(always)]
    pub(super) fn put_golomb(&mut self, number: u32, k: u32, limit: u32, qbpp: u32) {
        let zeros = number >> k;
        if zeros < (limit - qbpp - 1).min(32) {
            let low = u64::from(number) & ((1 << k) - 1);
            self.put(1 << k | low, zeros + 1 + k);
        } else {
            self.put_long(number, k, limit, qbpp);
        }
    }

    #[cold]
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

    /// The whole bytes since the last call.
    pub(super) fn take(&mut self) -> &[u8] {
        let length = std::mem::take(&mut self.length);
        &self.bytes[..length]
    }

    /// The bits behind the whole bytes, from the highest down, and their number.
    pub(super) fn rest(&self) -> (u8, u32) {
        ((self.pending >> 56) as u8, self.filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_one_behind_the_other() {
        let mut bits = BitWriter::new(400);
        bits.put(0b101, 3);
        bits.put(0, 56);
        bits.put(1, 5);
        assert_eq!(bits.take(), [0b1010_0000, 0, 0, 0, 0, 0, 0, 1]);
        bits.put(1, 1);
        assert!(bits.take().is_empty());
        assert_eq!(bits.rest(), (0x80, 1));
    }

    #[test]
    fn golomb_codes_are_those_of_section_a_5_3() {
        let mut bits = BitWriter::new(400);
        bits.put_golomb(5, 1, 32, 8); // 00 1 1
        bits.put_golomb(0, 0, 32, 8); // 1
        bits.put_golomb(200, 0, 32, 8); // 23 zeros, 1, 199 in 8 bits
        assert_eq!(bits.take(), [0b0011_1000, 0, 0, 0b0000_1110]);
        assert_eq!(bits.rest(), (0b0011_1000, 5));
    }
}
