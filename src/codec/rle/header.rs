//! The header of a frame (PS3.5 section G.5): how many segments there are, and where each begins.

use super::CodecError;
use crate::numbers::le32;

/// Sixteen numbers of 32 bits.
pub(super) const HEADER: usize = 64;

/// Makes room for the header ahead of the segments.
pub(super) fn reserve(segments: usize, stream: &mut Vec<u8>) {
    stream.extend((segments as u32).to_le_bytes());
    stream.resize(HEADER, 0);
}

/// Notes that a segment, counted from 0, begins at the end of the stream.
pub(super) fn put_offset(segment: usize, stream: &mut [u8]) -> Result<(), CodecError> {
    let offset = u32::try_from(stream.len()).map_err(|_| CodecError::Frame)?;
    stream[4 * (segment + 1)..][..4].copy_from_slice(&offset.to_le_bytes());
    Ok(())
}

/// The segments of a frame, which must be as many as are wanted, at most 15.
pub(super) fn segments(stream: &[u8], wanted: usize) -> Result<Vec<&[u8]>, CodecError> {
    let header = stream.get(..HEADER).ok_or(CodecError::Cut)?;
    if le32(header, 0) as usize != wanted {
        return Err(CodecError::OtherFrame);
    }
    let mut bounds: Vec<usize> = (1..=wanted).map(|at| le32(header, 4 * at) as usize).collect();
    if bounds.iter().any(|offset| *offset > stream.len()) {
        return Err(CodecError::Cut);
    }
    bounds.push(stream.len());
    if bounds[0] < HEADER || !bounds.is_sorted() {
        return Err(CodecError::Damaged);
    }
    Ok(bounds.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect())
}
