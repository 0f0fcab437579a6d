//! Stuffed bits: behind a byte FF a bit 0 is put in, so that coded data hold no marker (T.87 section
//! A.1).

use super::CodecError;
use super::bit_reader::BitReader;
use super::codes::Rest;

/// Bytes that are looked at at once.
const CHUNK: usize = 8;

/// Puts stuffed bits in.
#[derive(Debug, Default)]
pub(super) struct Stuffer {
    /// Bits that have not been given out, from the highest down, and how many: at most 7.
    pending: u64,
    filled: u32,
    is_behind_ff: bool,
}

impl Stuffer {
    /// Appends bytes to the stream.
    pub(super) fn put(&mut self, bytes: &[u8], stream: &mut Vec<u8>) {
        stream.reserve(bytes.len() + bytes.len() / 7 + CHUNK);
        let (chunks, rest) = bytes.as_chunks::<CHUNK>();
        for chunk in chunks {
            let next = u64::from_be_bytes(*chunk);
            let ready = self.pending | next >> self.filled;
            if !self.is_behind_ff && !has_ff(ready) {
                stream.extend_from_slice(&ready.to_be_bytes());
                self.pending = next << 1 << (63 - self.filled);
                continue;
            }
            for half in [next >> 32, next & 0xFFFF_FFFF] {
                self.pending |= half << (32 - self.filled);
                self.filled += 32;
                self.give_bytes(stream);
            }
        }
        for byte in rest {
            self.pending |= u64::from(*byte) << (56 - self.filled);
            self.filled += 8;
            self.give_bytes(stream);
        }
    }

    /// Appends the last bits and fills the last byte up with zeros. Behind a last FF stands a byte 0.
    pub(super) fn finish(mut self, rest: Rest, stream: &mut Vec<u8>) {
        self.pending |= rest.bits >> self.filled;
        self.filled += rest.count;
        self.give_bytes(stream);
        if self.filled > 0 || self.is_behind_ff {
            stream.push((self.pending >> if self.is_behind_ff { 57 } else { 56 }) as u8);
        }
    }

    /// Gives all bits that fill a byte, one byte after the other.
    fn give_bytes(&mut self, stream: &mut Vec<u8>) {
        loop {
            let bits = if self.is_behind_ff { 7 } else { 8 };
            if self.filled < bits {
                return;
            }
            let byte = (self.pending >> (64 - bits)) as u8;
            self.pending <<= bits;
            self.filled -= bits;
            self.is_behind_ff = byte == 0xFF;
            stream.push(byte);
        }
    }
}

/// Whether one of the eight bytes is FF.
#[inline(always)]
fn has_ff(bytes: u64) -> bool {
    let zeros = !bytes;
    zeros.wrapping_sub(u64::from_be_bytes([1; 8])) & !zeros & u64::from_be_bytes([0x80; 8]) != 0
}

/// Coded data without the stuffed bits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unstuffed<'a> {
    /// The bits, from the highest of each byte down, with zeros behind as `BitReader` wants them.
    pub(super) bytes: Vec<u8>,
    /// How many bits there are.
    pub(super) bits: usize,
    /// The stream from the next marker on.
    pub(super) rest: &'a [u8],
}

/// Takes the stuffed bits out of coded data, which go up to the next marker.
pub(super) fn unstuffed(stream: &[u8]) -> Result<Unstuffed<'_>, CodecError> {
    let mut bytes = Vec::with_capacity(stream.len() + CHUNK + BitReader::BEHIND);
    // Bits that do not fill a byte are the lowest `filled` of `pending`; those above are done with.
    let (mut pending, mut filled) = (0_u64, 0);
    let mut is_behind_ff = false;
    let mut rest = stream;
    loop {
        if let Some((chunk, behind)) = rest.split_first_chunk::<CHUNK>()
            && let next = u64::from_be_bytes(*chunk)
            && !has_ff(next)
            && !is_behind_ff
        {
            let ready = pending << 1 << (63 - filled) | next >> filled;
            bytes.extend_from_slice(&ready.to_be_bytes());
            pending = next;
            rest = behind;
            continue;
        }
        match rest {
            [0xFF, 0x80..=0xFF, ..] => break,
            [] | [0xFF] => return Err(CodecError::Cut),
            [byte, behind @ ..] => {
                let bits = if is_behind_ff { 7 } else { 8 };
                is_behind_ff = *byte == 0xFF;
                pending = pending << bits | u64::from(*byte);
                filled += bits;
                if filled >= 8 {
                    filled -= 8;
                    bytes.push((pending >> filled) as u8);
                }
                rest = behind;
            }
        }
    }
    let bits = bytes.len() * 8 + filled as usize;
    bytes.push((pending << (8 - filled)) as u8);
    bytes.resize(bytes.len() + BitReader::BEHIND, 0);
    Ok(Unstuffed { bytes, bits, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stuffed(bytes: &[u8], last: u8, count: u32) -> Vec<u8> {
        let mut stream = Vec::new();
        let mut stuffer = Stuffer::default();
        for piece in bytes.chunks(11) {
            stuffer.put(piece, &mut stream);
        }
        stuffer.finish(Rest { bits: u64::from(last) << 56, count }, &mut stream);
        stream
    }

    #[test]
    fn a_bit_is_stuffed_behind_ff() {
        assert_eq!(stuffed(&[0xFF], 0, 0), [0xFF, 0]);
        assert_eq!(stuffed(&[0xFF, 0xFF], 0, 0), [0xFF, 0x7F, 0x80]);
        assert_eq!(stuffed(&[1, 2, 3, 4, 5], 0b1010_0000, 3), [1, 2, 3, 4, 5, 0xA0]);
    }

    #[test]
    fn stuffed_bits_come_out_again() {
        let patterns: [fn(usize) -> u8; 4] = [
            |_| 0xFF,
            |n| if n % 3 == 0 { 0xFF } else { 0x7F },
            |n| (n * 37) as u8,
            |n| if n % 11 == 0 { 0xFF } else { n as u8 },
        ];
        for pattern in patterns {
            for length in 0..40 {
                for count in 0..8 {
                    let bytes: Vec<u8> = (0..length).map(pattern).collect();
                    let last = !(0xFF >> count);
                    let mut stream = stuffed(&bytes, last, count);
                    stream.extend([0xFF, 0xD9]);
                    let found = unstuffed(&stream).unwrap();
                    assert_eq!(found.rest, [0xFF, 0xD9]);
                    assert_eq!(found.bytes[..length], bytes);
                    assert_eq!(found.bytes.get(length).copied().unwrap_or(0), last);
                    let bits = length * 8 + count as usize;
                    assert!(
                        (bits..bits + 8).contains(&found.bits),
                        "less than a byte is filled up"
                    );
                }
            }
        }
    }

    #[test]
    fn data_without_a_marker_are_cut() {
        for data in [&[][..], &[1, 2, 3, 4, 5], &[1, 0xFF]] {
            assert_eq!(unstuffed(data), Err(CodecError::Cut));
        }
    }
}
