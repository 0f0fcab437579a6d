//! The bits of entropy-coded data (ITU-T T.81 annexes C and F): Huffman codes and the bits behind them.

use super::entropy::Definition;
use super::{CUT, CodestreamError, UNUSUAL};

/// A Huffman table as (symbol, length) by the next 16 bits.
pub(super) struct Huffman {
    by_bits: Vec<(u8, u8)>,
    /// A bit for each symbol that was met.
    pub(super) seen: [u64; 4],
}

impl Huffman {
    pub(super) fn new(definition: Definition<'_>) -> Result<Self, CodestreamError> {
        let Definition { lengths, symbols, .. } = definition;
        // More codes than bits can tell apart; before anything is filled in.
        let room: u32 =
            (1_u32..).zip(lengths).map(|(n, count)| u32::from(*count) << (16 - n)).sum();
        if room > 1 << 16 {
            return Err(UNUSUAL);
        }
        let mut by_bits = Vec::with_capacity(1 << 16);
        let mut symbols = symbols.iter();
        for (length, count) in (1_u8..).zip(lengths) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                by_bits.extend(std::iter::repeat_n((*symbol, length), 1 << (16 - length)));
            }
        }
        // Length 0: no code begins so.
        by_bits.resize(1 << 16, (0, 0));
        Ok(Self { by_bits, seen: [0; 4] })
    }
}

/// Entropy-coded data bit by bit, without the zeros stuffed behind FF; it ends at a marker.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// Where the restart interval begins.
    interval: usize,
    at: usize,
    buffer: u64,
    available: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, interval: 0, at: 0, buffer: 0, available: 0 }
    }

    fn fill(&mut self) {
        while self.available <= 48 {
            let byte = match self.data.get(self.at..) {
                Some([0xFF, 0x00, ..]) => {
                    self.at += 2;
                    0xFF
                }
                Some([0xFF, ..] | []) | None => return,
                Some([byte, ..]) => {
                    self.at += 1;
                    *byte
                }
            };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.available += 8;
        }
    }

    pub(super) fn symbol(&mut self, table: &mut Huffman) -> Result<u8, CodestreamError> {
        self.symbol_and_length(table).map(|(symbol, _)| symbol)
    }

    /// The next symbol, and how many bits its code has.
    pub(super) fn symbol_and_length(
        &mut self,
        table: &mut Huffman,
    ) -> Result<(u8, u8), CodestreamError> {
        if self.available < 16 {
            self.fill();
        }
        // Behind the last bit the table is asked with zeros; a code that needs them is a cut.
        let next = if self.available >= 16 {
            self.buffer >> (self.available - 16)
        } else {
            self.buffer << (16 - self.available)
        };
        let (symbol, length) = table.by_bits[(next & 0xFFFF) as usize];
        if length == 0 {
            return Err(CUT);
        }
        self.skip(length)?;
        table.seen[usize::from(symbol >> 6)] |= 1 << (symbol & 63);
        Ok((symbol, length))
    }

    /// The bits that were stepped over last, 16 at most.
    pub(super) fn passed(&self, count: u8) -> u32 {
        (self.buffer >> self.available) as u32 & ((1 << count) - 1)
    }

    pub(super) fn skip(&mut self, count: u8) -> Result<(), CodestreamError> {
        let count = u32::from(count);
        if self.available < count {
            self.fill();
        }
        self.available = self.available.checked_sub(count).ok_or(CUT)?;
        Ok(())
    }

    /// Steps over a restart marker and returns it.
    pub(super) fn restart(&mut self) -> Result<u8, CodestreamError> {
        self.available = 0;
        match self.data.get(self.at..self.at + 2) {
            Some([0xFF, marker @ 0xD0..=0xD7]) => {
                self.at += 2;
                self.interval = self.at;
                Ok(*marker)
            }
            _ => Err(CUT),
        }
    }

    /// The data of the restart interval up to the byte of the last bit that was asked for.
    pub(super) fn used(&self) -> &'a [u8] {
        let data = &self.data[self.interval..self.at];
        // Whole bytes that were taken up and not asked for.
        (0..self.available / 8).fold(data, |data, _| match data {
            [used @ .., 0xFF, 0x00] | [used @ .., _] => used,
            [] => data,
        })
    }

    /// Bytes up to the marker that ends the data; what is left before it is padding.
    pub(super) fn consumed(&self) -> usize {
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF);
        let rest = &self.data[self.at..];
        self.at + rest.windows(2).position(is_marker).unwrap_or(rest.len())
    }
}
