//! Bits in, codes out. The stuffed bits were taken out before (`stuffing`), so that a code is found
//! by one load and one shift.

use super::codes::{Codes, MOST, joined};

/// Reads the coded data of a scan or of a restart interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct BitReader<'a> {
    /// The data, and zeros behind them.
    bytes: &'a [u8],
    /// Bits that were read. Behind the end zeros are read, which `is_overrun` tells later.
    position: usize,
    /// Whether a code was met that no encoder writes.
    is_broken: bool,
}

impl<'a> BitReader<'a> {
    /// Zero bytes that must stand behind the data: as many as are looked at for one code.
    pub(super) const BEHIND: usize = 8;

    /// Reads data that have `BEHIND` zero bytes at their end.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        debug_assert!(bytes.ends_with(&[0; Self::BEHIND]));
        Self { bytes, position: 0, is_broken: false }
    }

    /// The next 57 bits or more, from the highest down; zeros behind the end.
    #[inline(always)]
    fn peek(&self) -> u64 {
        let rest = self.bytes.get(self.position >> 3..).unwrap_or_default();
        let window = rest.first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight));
        window << (self.position & 7)
    }

    /// Reads up to 32 bits.
    #[inline(always)]
    pub(super) fn read(&mut self, count: u32) -> u32 {
        let bits = self.peek() >> 1 >> (63 - count);
        self.position += count as usize;
        bits as u32
    }

    /// Reads a limited Golomb code (T.87 section A.5.3). No number is above `most`: a damaged code
    /// gives 0.
    #[inline(always)]
    pub(super) fn read_golomb(&mut self, k: u32, limit: u32, qbpp: u32, most: u32) -> u32 {
        let window = self.peek();
        let zeros = window.leading_zeros();
        let escape = limit - qbpp - 1;
        let number = if zeros < escape.min(32) {
            // The usual case.
            self.position += (zeros + 1 + k) as usize;
            let behind = window << (zeros + 1);
            (zeros << k) | (behind >> 1 >> (63 - k)) as u32
        } else {
            self.read_long(zeros, k, escape, qbpp)
        };
        if number > most {
            self.is_broken = true;
            return 0;
        }
        number
    }

    /// Goes behind codes that are known, and returns in which bits they differ from those that stand here: 0
    /// where it is these. Faster than to read, as where one ends does not wait for its bits.
    #[inline(always)]
    pub(super) fn pass(&mut self, codes: &mut Codes) -> u64 {
        let (bits, lengths) = codes.take();
        let ((fours, others), (four_lengths, lengths)) = (bits.as_chunks(), lengths.as_chunks());
        let mut differences = 0;
        for (bits @ [one, two, three, four], lengths @ [l1, l2, l3, l4]) in
            fours.iter().zip(four_lengths)
        {
            let length = l1 + l2 + l3 + l4;
            if length <= MOST {
                let (first, second) = (joined(*one, *two, *l2), joined(*three, *four, *l4));
                differences |= self.pass_bits(first << (l3 + l4) | second, length);
            } else {
                for (bits, length) in bits.iter().zip(lengths) {
                    differences |= self.pass_code(*bits, *length);
                }
            }
        }
        for (bits, length) in others.iter().zip(lengths) {
            differences |= self.pass_code(*bits, *length);
        }
        differences
    }

    #[inline(always)]
    fn pass_code(&mut self, bits: u32, length: u32) -> u64 {
        let zeros = length.saturating_sub(32);
        let differences = if zeros > 0 { self.pass_bits(0, zeros) } else { 0 };
        differences | self.pass_bits(bits.into(), length - zeros)
    }

    /// Goes behind 1 to 57 bits.
    #[inline(always)]
    fn pass_bits(&mut self, bits: u64, length: u32) -> u64 {
        let found = self.peek() >> (64 - length);
        self.position += length as usize;
        found ^ bits
    }

    #[inline(always)]
    fn read_long(&mut self, zeros: u32, k: u32, escape: u32, qbpp: u32) -> u32 {
        self.position += (zeros + 1) as usize;
        if zeros < escape {
            (zeros << k) | self.read(k)
        } else {
            self.is_broken |= zeros > escape;
            self.read(qbpp) + 1
        }
    }

    /// Notes that the data contradict themselves.
    #[inline(always)]
    pub(super) fn set_broken(&mut self) {
        self.is_broken = true;
    }

    /// Whether the data contradict themselves.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Whether more than so many bits were read.
    pub(super) fn is_overrun(&self, bits: usize) -> bool {
        self.position > bits
    }

    /// Whether of so many bits nothing is left but the zeros that fill the last byte.
    pub(super) fn is_at_end(&self, bits: usize) -> bool {
        !self.is_overrun(bits) && bits - self.position < 8 && self.peek() == 0
    }
}
