//! Stuffed bytes: behind a byte FF a byte 0 is put in, so that coded data hold no marker (T.81 section
//! F.1.2.3).

use super::CodecError;
use super::bit_reader::BitReader;

/// Appends bytes to the stream.
pub(super) fn put_stuffed(bytes: &[u8], stream: &mut Vec<u8>) {
    let mut from = 0;
    for at in memchr::memchr_iter(0xFF, bytes) {
        stream.extend_from_slice(&bytes[from..=at]);
        stream.push(0);
        from = at + 1;
    }
    stream.extend_from_slice(&bytes[from..]);
}

/// Coded data without the stuffed bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unstuffed<'a> {
    /// The data, with zeros behind as `BitReader` wants them.
    pub(super) bytes: Vec<u8>,
    /// How many bits there are.
    pub(super) bits: usize,
    /// The stream from the next marker on.
    pub(super) rest: &'a [u8],
}

/// Takes the stuffed bytes out of coded data, which go up to the next marker.
pub(super) fn unstuffed(stream: &[u8]) -> Result<Unstuffed<'_>, CodecError> {
    let mut bytes = Vec::with_capacity(stream.len() + BitReader::BEHIND);
    let mut from = 0;
    for at in memchr::memchr_iter(0xFF, stream) {
        // The second of two belongs to a marker, where all ends.
        bytes.extend_from_slice(&stream[from..at]);
        if stream.get(at + 1) != Some(&0) {
            let bits = bytes.len() * 8;
            bytes.resize(bytes.len() + BitReader::BEHIND, 0);
            return Ok(Unstuffed { bytes, bits, rest: &stream[at..] });
        }
        bytes.push(0xFF);
        from = at + 2;
    }
    Err(CodecError::Cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_bytes_come_out_again() {
        for bytes in [&[][..], &[0xFF], &[0xFF, 0xFF, 0], &[1, 2, 0xFF, 0, 3, 0xFF, 0xD9]] {
            let mut stream = Vec::new();
            put_stuffed(bytes, &mut stream);
            assert!(!stream.windows(2).any(|pair| pair[0] == 0xFF && pair[1] != 0));
            stream.extend([0xFF, 0xD9]);
            let found = unstuffed(&stream).unwrap();
            assert_eq!(found.bytes.split_at(bytes.len()), (bytes, &[0; BitReader::BEHIND][..]));
            assert_eq!((found.bits, found.rest), (bytes.len() * 8, &[0xFF, 0xD9][..]));
        }
    }

    #[test]
    fn data_without_a_marker_are_cut() {
        for data in [&[][..], &[1, 2, 3], &[1, 0xFF, 0]] {
            assert_eq!(unstuffed(data), Err(CodecError::Cut));
        }
    }
}
