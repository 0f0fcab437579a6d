//! RLE (PS3.5 annex G): header and segments walked, nothing unpacked.

use super::CodestreamError;
use crate::image::ImagePixel;
use crate::numbers::le32;

/// RLE: a segment a byte plane, each of which must unpack to Rows x Columns bytes
/// (PS3.5 sections G.3 to G.5).
pub(super) fn check(stream: &[u8], image: &ImagePixel) -> Result<(), CodestreamError> {
    let segments = segments(stream, image)?;
    // What stands behind the last segment is padding, unless a whole frame does.
    let last = le32(stream, 4 * segments.len()) as usize;
    let used = segments.last().map_or(0, |segment| segment.packed.len());
    let rest = stream.get(last + used..).unwrap_or_default();
    let is_frame = |rest: &[u8]| rest.len() > 64 && le32(rest, 0) as usize == segments.len();
    if is_frame(rest) || rest.get(1..).is_some_and(is_frame) {
        return Err(CodestreamError::Unsound("a second RLE frame behind the first"));
    }
    Ok(())
}

/// A segment up to the last byte that is unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    pub(crate) packed: &'a [u8],
    /// It unpacks to more than Rows x Columns bytes.
    pub(crate) overruns: bool,
}

/// The segments of a frame.
pub(crate) fn segments<'a>(
    stream: &'a [u8],
    image: &ImagePixel,
) -> Result<Vec<Segment<'a>>, CodestreamError> {
    let header = stream.get(..64).ok_or(CodestreamError::Unsound("an RLE header is cut off"))?;
    let segments =
        usize::from(image.samples_per_pixel) * usize::from(image.bits_allocated.div_ceil(8));
    if le32(header, 0) as usize != segments || segments > 15 {
        return Err(CodestreamError::Unsound("RLE segments do not match the samples"));
    }
    let mut bounds: Vec<usize> = (1..=segments).map(|n| le32(header, 4 * n) as usize).collect();
    bounds.push(stream.len());
    if bounds[0] < 64 || !bounds.is_sorted_by(|a, b| a < b) {
        return Err(CodestreamError::Unsound("RLE offsets are out of order"));
    }
    let plane = u64::from(image.rows) * u64::from(image.columns);
    let pixels = if image.bits_allocated == 1 { plane.div_ceil(8) } else { plane };
    let segments = bounds.windows(2).map(|pair| unpacked(stream.get(pair[0]..pair[1])?, pixels));
    let complete = segments.collect::<Option<Vec<_>>>();
    complete.ok_or(CodestreamError::Unsound("an RLE segment is cut off"))
}

/// What of a segment unpacks to so many bytes; `None` where it does not.
fn unpacked(segment: &[u8], wanted: u64) -> Option<Segment<'_>> {
    let (mut at, mut unpacked) = (0, 0);
    while unpacked < wanted {
        let control = *segment.get(at)?;
        at += 1;
        match control as i8 {
            -128 => {}
            run @ ..0 => {
                at += 1;
                unpacked += 1 + u64::from(run.unsigned_abs());
            }
            literal => {
                at += literal as usize + 1;
                unpacked += literal as u64 + 1;
            }
        }
    }
    Some(Segment { packed: segment.get(..at)?, overruns: unpacked > wanted })
}
