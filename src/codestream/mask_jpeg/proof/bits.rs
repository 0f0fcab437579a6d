//! Coefficients of blocks from entropy-coded data, by the procedures of ITU-T T.81 section F.2.2.

use super::UNREADABLE;
use crate::codestream::CodestreamError;

/// Quantised coefficients in the order of the zig-zag.
pub(super) type Block = [i32; 64];

/// A Huffman table: first code, number of codes and place of the first symbol, for each length.
pub(super) struct Table {
    by_length: [(u32, u32, usize); 16],
    symbols: Vec<u8>,
}

impl Table {
    pub(super) fn new(lengths: &[u8; 16], symbols: &[u8]) -> Self {
        let mut by_length = [(0, 0, 0); 16];
        let (mut code, mut place) = (0, 0);
        for (entry, count) in by_length.iter_mut().zip(lengths) {
            *entry = (code, u32::from(*count), place);
            code = (code + u32::from(*count)) << 1;
            place += usize::from(*count);
        }
        Self { by_length, symbols: symbols.to_vec() }
    }
}

/// The bits of a scan.
pub(super) struct Reader<'a> {
    data: &'a [u8],
    at: usize,
    byte: u8,
    left: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0, byte: 0, left: 0 }
    }

    fn bit(&mut self) -> Result<u32, CodestreamError> {
        if self.left == 0 {
            self.byte = *self.data.get(self.at).ok_or(UNREADABLE)?;
            self.at += 1;
            if self.byte == 0xFF {
                // Anything but a stuffed zero is a marker.
                if self.data.get(self.at) != Some(&0) {
                    return Err(UNREADABLE);
                }
                self.at += 1;
            }
            self.left = 8;
        }
        self.left -= 1;
        Ok(u32::from(self.byte >> self.left) & 1)
    }

    fn bits(&mut self, count: u8) -> Result<i32, CodestreamError> {
        (0..count).try_fold(0, |bits, _| Ok(bits << 1 | self.bit()? as i32))
    }

    fn symbol(&mut self, table: &Table) -> Result<u8, CodestreamError> {
        let mut code = 0;
        for (first, count, place) in table.by_length {
            code = code << 1 | self.bit()?;
            if let Some(at) = code.checked_sub(first).filter(|at| *at < count) {
                return table.symbols.get(place + at as usize).copied().ok_or(UNREADABLE);
            }
        }
        Err(UNREADABLE)
    }

    /// A value of a category: the upper half of its bits are positive.
    fn value(&mut self, category: u8) -> Result<i32, CodestreamError> {
        let bits = self.bits(category)?;
        let is_negative = category > 0 && bits >> (category - 1) == 0;
        Ok(if is_negative { bits + 1 - (1 << category) } else { bits })
    }

    /// The coefficients of the next block. `previous` is the DC coefficient before it.
    pub(super) fn block(
        &mut self,
        dc: &Table,
        ac: &Table,
        previous: &mut i32,
    ) -> Result<Block, CodestreamError> {
        let mut block = [0; 64];
        let category = self.symbol(dc)?;
        if category > 15 {
            return Err(UNREADABLE);
        }
        *previous = previous.checked_add(self.value(category)?).ok_or(UNREADABLE)?;
        block[0] = *previous;
        let mut at = 1;
        while at < 64 {
            let symbol = self.symbol(ac)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            match (run, size) {
                (15, 0) => at += 16,
                (_, 0) => break,
                _ => {
                    *block.get_mut(at + run).ok_or(UNREADABLE)? = self.value(size)?;
                    at += run + 1;
                }
            }
        }
        Ok(block)
    }

    /// Steps over a restart marker; returns its number.
    pub(super) fn restart(&mut self) -> Result<u8, CodestreamError> {
        self.left = 0;
        while let Some(pair) = self.data.get(self.at..self.at + 2) {
            self.at += 1;
            if let [0xFF, marker @ 0xD0..=0xD7] = pair {
                self.at += 1;
                return Ok(*marker);
            }
        }
        Err(UNREADABLE)
    }

    /// Whether nothing but ones is left up to the end of the byte.
    fn is_padded(&self) -> bool {
        let mask = (1_u32 << self.left) - 1;
        u32::from(self.byte) & mask == mask
    }

    /// Whether a marker comes next.
    pub(super) fn is_at_marker(&self) -> bool {
        self.is_padded()
            && self.data.get(self.at) == Some(&0xFF)
            && self.data.get(self.at + 1) != Some(&0)
    }

    /// Whether the data are read up to their end.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_padded() && self.at == self.data.len()
    }
}
