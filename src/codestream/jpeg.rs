//! JPEG (ITU-T T.81 section B.2) and JPEG-LS (T.87 section C.2): marker segments up to the frame
//! header, the components that it names, EOI at the end.

use super::entropy::check_complete;
use super::{CUT, CodestreamError, Frame, OTHER_KIND, reaches_its_end};
use crate::image::ImagePixel;
use crate::numbers::be16;

pub(super) fn check(
    stream: &[u8],
    image: &ImagePixel,
    is_jpeg_ls: bool,
) -> Result<(), CodestreamError> {
    let (marker, segment) = frame_header(stream)?;
    // SOF55 is that of JPEG-LS.
    if (marker == 0xF7) != is_jpeg_ls {
        return Err(OTHER_KIND);
    }
    let frame = Frame {
        precision: u16::from(segment[0]),
        rows: u32::from(be16(segment, 1)),
        columns: u32::from(be16(segment, 3)),
        components: u16::from(segment[5]),
    };
    frame.agrees_with(image)?;
    components(&segment[6..], usize::from(frame.components), is_jpeg_ls)?;
    if !reaches_its_end(stream) {
        return Err(CUT);
    }
    // JPEG-LS decoders notice a cut themselves; JPEG decoders invent what is missing.
    if is_jpeg_ls { Ok(()) } else { check_complete(stream) }
}

/// The marker of the first frame header and its segment, at least 6 bytes of it.
fn frame_header(stream: &[u8]) -> Result<(u8, &[u8]), CodestreamError> {
    let mut at = 2;
    loop {
        let segment = stream.get(at..).filter(|rest| rest.len() >= 10).ok_or(CUT)?;
        let marker = match segment {
            [0xFF, 0xFF, ..] => {
                at += 1;
                continue;
            }
            [0xFF, marker, ..] => *marker,
            _ => return Err(CodestreamError::Unsound("a codestream breaks off between markers")),
        };
        let length = usize::from(be16(segment, 2));
        // SOF0 to SOF15 without DHT, JPG and DAC; SOF55 of JPEG-LS.
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame || marker == 0xF7 {
            let segment = segment.get(4..2 + length).filter(|segment| segment.len() >= 6);
            return Ok((marker, segment.ok_or(CUT)?));
        }
        if length < 2 || marker == 0xDA {
            return Err(CodestreamError::Unsound("a codestream has no frame header"));
        }
        at += 2 + length;
    }
}

/// Identifier, sampling factors and table of each component. Those of JPEG-LS are not sub-sampled in
/// DICOM (PS3.5 section 8.2.3), and an identifier that stands twice names none.
fn components(entries: &[u8], count: usize, is_jpeg_ls: bool) -> Result<(), CodestreamError> {
    let contradiction =
        Err(CodestreamError::Unsound("the codestream's components contradict themselves"));
    if entries.len() != 3 * count {
        return contradiction;
    }
    for (at, entry) in entries.chunks_exact(3).enumerate() {
        let (horizontal, vertical) = (entry[1] >> 4, entry[1] & 15);
        let sampled = if is_jpeg_ls {
            (horizontal, vertical) == (1, 1)
        } else {
            (1..=4).contains(&horizontal) && (1..=4).contains(&vertical)
        };
        let is_named_before = entries.chunks_exact(3).take(at).any(|other| other[0] == entry[0]);
        if !sampled || is_named_before {
            return contradiction;
        }
    }
    Ok(())
}
