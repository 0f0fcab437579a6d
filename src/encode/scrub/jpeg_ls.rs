//! JPEG-LS (ITU-T T.87): frame and scan headers, coding parameters and the coded data stay. The decoder sees to it that nothing stands between a scan's last sample and its end.

use std::collections::BTreeSet;

use super::{UNCLEAR, put_segment};
use crate::codestream::{CodestreamError, Part, walk_jpeg_ls};

const SOS: u8 = 0xDA;

pub(super) fn scrub(stream: &[u8]) -> Result<Vec<u8>, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0xD8]) {
        return Err(UNCLEAR);
    }
    let mut out = Vec::with_capacity(stream.len());
    let mut met = BTreeSet::new();
    out.extend([0xFF, 0xD8]);
    walk_jpeg_ls(stream, &mut |part| match part {
        Part::Segment { marker, content } if stays(marker, content)? => {
            if marker != SOS && !met.insert(marker) {
                return Err(UNCLEAR);
            }
            put_segment(&mut out, marker, content)
        }
        Part::Segment { .. } => Ok(()),
        Part::Data(data) => {
            out.extend(data);
            Ok(())
        }
        Part::Uses { .. }
        | Part::Symbols { .. }
        | Part::Coefficients { .. }
        | Part::Restart { .. } => Err(UNCLEAR),
    })?;
    out.extend([0xFF, 0xD9]);
    Ok(out)
}

fn stays(marker: u8, content: &[u8]) -> Result<bool, CodestreamError> {
    match (marker, content) {
        // SOF55.
        (0xF7, [_, _, _, _, _, count, components @ ..])
            if components.len() == 3 * usize::from(*count) =>
        {
            Ok(true)
        }
        // Without mapping tables.
        (SOS, [count, rest @ ..])
            if rest.len() == 2 * usize::from(*count) + 3
                && rest.chunks_exact(2).take(usize::from(*count)).all(|entry| entry[1] == 0) =>
        {
            Ok(true)
        }
        // LSE: the preset coding parameters alone (section C.2.4.1.1); mapping tables may hold anything.
        (0xF8, [1, parameters @ ..]) if parameters.len() == 10 => Ok(true),
        // APP8 of a colour transform, which a decoder would have to undo.
        (0xE8, [b'm', b'r', b'f', b'x', transform, ..]) if *transform != 0 => Err(UNCLEAR),
        // APPn and COM.
        (0xE0..=0xEF | 0xFE, _) => Ok(false),
        _ => Err(UNCLEAR),
    }
}
