//! Bits in, differences out. The stuffed bytes were taken out before (`stuffing`).

use super::codes::{Code, Codes};
use super::difference::{LAST_CATEGORY, extra_bits, from_extra};
use super::lookup::{Codewords, Lookup};

/// Reads the coded data of a scan or of a restart interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct BitReader<'a> {
    /// The data, and zeros behind them.
    bytes: &'a [u8],
    /// The byte that comes next into the window.
    next: usize,
    /// Bits that were not read yet, from the highest down, and how many of them count. Those behind
    /// are the right ones as well, or zeros.
    window: u64,
    filled: u32,
    /// Whether a code was met that the table does not have.
    is_broken: bool,
}

impl<'a> BitReader<'a> {
    /// Zero bytes that must stand behind the data: as many as are looked at at once.
    pub(super) const BEHIND: usize = 8;

    /// Lookups that one filling of the window is enough for.
    const LOOKUPS: u32 = Code::MOST / Lookup::BITS;

    /// Reads data that have `BEHIND` zero bytes at their end.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        debug_assert!(bytes.ends_with(&[0; Self::BEHIND]));
        Self { bytes, next: 0, window: 0, filled: 0, is_broken: false }
    }

    /// Fills the window up to 56 bits or more; with zeros behind the end, which `is_overrun` tells.
    #[inline(always)]
    fn fill(&mut self) {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        let word = rest.first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight));
        self.window |= word >> self.filled;
        let whole = (63 - self.filled) / 8;
        self.next += whole as usize;
        self.filled += whole * 8;
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.window <<= count;
        self.filled -= count;
    }

    /// Reads differences that all have the same table: two by one lookup where they are short.
    #[inline(always)]
    pub(super) fn read_all(mut self, table: &Lookup, differences: &mut [u16]) -> Self {
        let mut at = 0;
        'windows: loop {
            self.fill();
            for _ in 0..Self::LOOKUPS {
                let Some(pair) = differences[at..].first_chunk_mut() else { break 'windows };
                let found = table.find(self.window);
                if found.count == 0 {
                    (self, differences[at]) = self.read(table);
                    at += 1;
                    continue 'windows;
                }
                *pair = found.differences;
                at += usize::from(found.count);
                self.skip(found.bits.into());
            }
        }
        if let Some(last) = differences.get_mut(at) {
            (self, *last) = self.read(table);
        }
        self
    }

    /// Reads one difference.
    #[inline(always)]
    pub(super) fn read(mut self, table: &Lookup) -> (Self, u16) {
        self.fill();
        let found = table.find(self.window);
        if found.count > 0 {
            self.skip(found.first_bits.into());
            return (self, found.differences[0]);
        }
        self.read_long(&table.codewords)
    }

    /// Reads one difference, first the code of its category.
    #[inline(never)]
    fn read_long(mut self, codewords: &Codewords) -> (Self, u16) {
        self.fill();
        let (category, length) = codewords.category(self.window);
        if length == 0 || category > LAST_CATEGORY {
            self.is_broken = true;
            return (self, 0);
        }
        self.skip(length);
        let count = extra_bits(category);
        let extra = (self.window >> 1 >> (63 - count)) as u32;
        self.skip(count);
        (self, from_extra(category, extra))
    }

    /// Whether these differences come next, all of the same table; behind those that do not, nothing is
    /// told.
    #[inline(always)]
    pub(super) fn has_all(mut self, codes: &Codes, differences: &[u16]) -> (Self, bool) {
        let (fours, others) = differences.as_chunks::<4>();
        let mut is_equal = true;
        for four in fours {
            if let Some(code) = codes.joined(*four) {
                is_equal &= self.has_code(code);
            } else {
                for difference in four {
                    is_equal &= self.has(codes, *difference);
                }
            }
        }
        for difference in others {
            is_equal &= self.has(codes, *difference);
        }
        (self, is_equal)
    }

    /// Whether this difference comes next.
    #[inline(always)]
    pub(super) fn has(&mut self, codes: &Codes, difference: u16) -> bool {
        codes.of(difference).is_some_and(|code| self.has_code(code))
    }

    #[inline(always)]
    fn has_code(&mut self, Code { bits, length }: Code) -> bool {
        self.fill();
        let found = self.window >> (64 - length);
        self.skip(length);
        found == bits
    }

    /// Whether the data contradict themselves.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Bits that were read.
    fn position(&self) -> usize {
        self.next * 8 - self.filled as usize
    }

    /// Whether more than so many bits were read.
    pub(super) fn is_overrun(&self, bits: usize) -> bool {
        self.position() > bits
    }
}
