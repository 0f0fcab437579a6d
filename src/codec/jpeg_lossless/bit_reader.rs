//! Bits in, differences out. The stuffed bytes were taken out before (`stuffing`).

use super::difference::{LAST_CATEGORY, extra_bits, from_extra};
use super::lookup::Lookup;

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
    const LOOKUPS: u32 = 56 / Lookup::BITS;

    /// Reads data that have `BEHIND` zero bytes at their end.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        debug_assert!(bytes.ends_with(&[0; Self::BEHIND]));
        Self { bytes, next: 0, window: 0, filled: 0, is_broken: false }
    }

    /// Fills the window up to 56 bits or more; with zeros behind the end, which `is_overrun` tells.
    #[inline]
    fn fill(&mut self) {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        let word = rest.first_chunk().map_or(0, |eight| u64::from_be_bytes(*eight));
        self.window |= word >> self.filled;
        let whole = (63 - self.filled) / 8;
        self.next += whole as usize;
        self.filled += whole * 8;
    }

    #[inline]
    fn skip(&mut self, count: u32) {
        self.window <<= count;
        self.filled -= count;
    }

    /// Reads differences that all have the same table: two by one lookup where they are short.
    pub(super) fn read_all(mut self, table: &Lookup, differences: &mut [u16]) -> Self {
        let mut at = 0;
        'windows: loop {
            self.fill();
            for _ in 0..Self::LOOKUPS {
                let Some(pair) = differences[at..].first_chunk_mut() else { break 'windows };
                let found = table.find(self.window);
                if found.count == 0 {
                    differences[at] = self.read(table);
                    at += 1;
                    continue 'windows;
                }
                *pair = found.differences;
                at += usize::from(found.count);
                self.skip(found.bits.into());
            }
        }
        if let Some(last) = differences.get_mut(at) {
            *last = self.read(table);
        }
        self
    }

    /// Reads one difference.
    #[inline]
    pub(super) fn read(&mut self, table: &Lookup) -> u16 {
        self.fill();
        let found = table.find(self.window);
        if found.count > 0 {
            self.skip(found.first_bits.into());
            return found.differences[0];
        }
        let (category, length) = table.category(self.window);
        if length == 0 || category > LAST_CATEGORY {
            self.is_broken = true;
            return 0;
        }
        self.skip(length);
        let count = extra_bits(category);
        let extra = (self.window >> 1 >> (63 - count)) as u32;
        self.skip(count);
        from_extra(category, extra)
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
