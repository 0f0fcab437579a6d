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
    pub(super) fn put(&mut self, differences: &[u16], codes: &Codes, stream: &mut Vec<u8>) {
        self.bytes.resize(differences.len() * LONGEST + 2 * WORD, 0);
        let mut packer =
            Packer { bytes: &mut self.bytes, at: 0, pending: self.pending, filled: self.filled };
        let (pairs, last) = differences.as_chunks();
        for [one, other] in pairs {
            let (one, other) = (codes.of(*one), codes.of(*other));
            let length = one.length + other.length;
            if length <= Packer::MOST {
                packer.put(u64::from(one.bits) << other.length | u64::from(other.bits), length);
            } else {
                packer.put_code(one);
                packer.put_code(other);
            }
        }
        for one in last {
            packer.put_code(codes.of(*one));
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
    /// Bits that can be put at once.
    const MOST: u32 = 56;

    #[inline]
    fn put_code(&mut self, code: Code) {
        self.put(code.bits.into(), code.length);
    }

    /// Puts 1 to `MOST` bits. Always writes a whole word: what is not filled is written again.
    #[inline]
    fn put(&mut self, bits: u64, length: u32) {
        self.filled += length;
        self.pending |= bits << (64 - self.filled);
        if let Some(word) = self.bytes[self.at..].first_chunk_mut::<WORD>() {
            *word = self.pending.to_be_bytes();
        }
        let whole = self.filled & !7;
        self.at += whole as usize / 8;
        self.pending <<= whole;
        self.filled &= 7;
    }
}
