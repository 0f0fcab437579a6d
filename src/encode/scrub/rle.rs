//! RLE (PS3.5 annex G): what of each segment is unpacked stays; header and padding are made anew.

use super::UNCLEAR;
use crate::codestream::{CodestreamError, rle_segments};
use crate::image::ImagePixel;

const HEADER: usize = 64;

pub(super) fn scrub(stream: &[u8], image: &ImagePixel) -> Result<Vec<u8>, CodestreamError> {
    let segments = rle_segments(stream, image)?;
    let mut out = Vec::with_capacity(stream.len());
    out.extend((segments.len() as u32).to_le_bytes());
    out.resize(HEADER, 0);
    for (number, segment) in (1..).zip(&segments) {
        if segment.overruns {
            return Err(UNCLEAR);
        }
        let offset = u32::try_from(out.len()).map_err(|_| UNCLEAR)?;
        out[4 * number..][..4].copy_from_slice(&offset.to_le_bytes());
        out.extend(segment.packed);
        out.resize(out.len().next_multiple_of(2), 0);
    }
    Ok(out)
}
