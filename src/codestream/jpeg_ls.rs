//! A walk over a JPEG-LS codestream (ITU-T T.87 annex C). Its scans are not decoded: they end at the first
//! marker, as the decoder sees to it that nothing is left between the last sample and the marker.

use super::parts::{Part, Visit, marker_at, segment_at};
use super::{CUT, CodestreamError};

/// Walks a codestream from SOI to EOI and shows its parts to `visit`.
pub(crate) fn walk<'a>(stream: &'a [u8], visit: Visit<'a, '_>) -> Result<(), CodestreamError> {
    let mut at = 2;
    loop {
        let (marker, next) = marker_at(stream, at)?;
        at = next;
        match marker {
            0xD9 => return Ok(()),
            0xD0..=0xD7 | 0x01 => {}
            _ => {
                let content = segment_at(stream, at)?;
                at += 2 + content.len();
                visit(Part::Segment { marker, content })?;
                if marker == 0xDA {
                    // Behind FF a bit 0 is stuffed (section A.1), so that FF and a byte from 80 on
                    // is a marker.
                    let is_marker = |pair: &[u8]| pair[0] == 0xFF && pair[1] >= 0x80;
                    let length = stream[at..].windows(2).position(is_marker).ok_or(CUT)?;
                    visit(Part::Data(&stream[at..at + length]))?;
                    at += length;
                }
            }
        }
    }
}
