//! Codes to bytes: from the highest bit down, the last byte filled up with ones (T.81 section F.1.2.3),
//! a byte 0 put in behind each FF.

use super::codes::{Code, Codes};
use super::stuffing::put_stuffed;

/// Bytes that are written at once.
const WORD: usize = 8;
/// The longest code in bytes.
const LONGEST: usize = 4;

/// Writes the data of a scan.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    /// The bytes of one line, before stuffing.
    bytes: Vec<u8>,
    /// Bits that do not fill a byte, from the highest down, and how many: at most 7.
    pending: u64,
    filled: u32,
}

impl BitWriter {
    /// Appends the codes of a line of differences to the stream.
    #[inline(always)]
    pub(super) fn put(&mut self, differences: &[u16], codes: &Codes, stream: &mut Vec<u8>) {
        self.bytes.resize(differences.len() * LONGEST + 2 * WORD, 0);
        let mut packer =
            Packer { bytes: &mut self.bytes, at: 0, pending: self.pending, filled: self.filled };
        let (fours, others) = differences.as_chunks::<4>();
        for four in fours {
            if let Some(code) = codes.joined(*four) {
                packer.put(code);
            } else {
                for difference in four {
                    packer.put_difference(*difference, codes);
                }
            }
        }
        for difference in others {
            packer.put_difference(*difference, codes);
        }
        let Packer { at, pending, filled, .. } = packer;
        (self.pending, self.filled) = (pending, filled);
        put_stuffed(&self.bytes[..at], stream);
    }

    /// Appends the last bits.
    pub(super) fn finish(self, stream: &mut Vec<u8>) {
        if self.filled > 0 {
            let ones = 0xFF >> self.filled;
            put_stuffed(&[(self.pending >> 56) as u8 | ones], stream);
        }
    }
}

/// Packs bits into bytes that have room for them.
struct Packer<'b> {
    bytes: &'b mut [u8],
    at: usize,
    pending: u64,
    filled: u32,
}

impl Packer<'_> {
    /// Puts a difference, whose category has a code.
    #[inline(always)]
    fn put_difference(&mut self, difference: u16, codes: &Codes) {
        if let Some(code) = codes.of(difference) {
            self.put(code);
        }
    }

    /// Always writes a whole word: what is not filled is written again.
    #[inline(always)]
    fn put(&mut self, Code { bits, length }: Code) {
        self.filled += length;
        self.pending |= bits << (64 - self.filled);
        self.bytes[self.at..self.at + WORD].copy_from_slice(&self.pending.to_be_bytes());
        let whole = self.filled & !7;
        self.at += whole as usize / 8;
        self.pending <<= whole;
        self.filled &= 7;
    }
}
