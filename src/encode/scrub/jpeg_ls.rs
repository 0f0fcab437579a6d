//! JPEG-LS (ITU-T T.87): frame and scan headers, coding parameters, restart intervals and the coded
//! data stay. The decoder sees to it that nothing stands between a scan's last sample and its end.

use super::{UNCLEAR, put_segment};
use crate::codestream::{CodestreamError, Part, walk_jpeg_ls};

pub(super) fn scrub(stream: &[u8]) -> Result<Vec<u8>, CodestreamError> {
    if !stream.starts_with(&[0xFF, 0xD8]) {
        return Err(UNCLEAR);
    }
    let mut out = Vec::with_capacity(stream.len());
    out.extend([0xFF, 0xD8]);
    walk_jpeg_ls(stream, &mut |part| match part {
        Part::Segment { marker, content } if stays(marker, content)? => {
            put_segment(&mut out, marker, content)
        }
        Part::Segment { .. } | Part::Uses { .. } => Ok(()),
        Part::Data(data) => {
            out.extend(data);
            Ok(())
        }
        Part::Restart { marker } => {
            out.extend([0xFF, marker]);
            Ok(())
        }
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
        // SOS without mapping tables.
        (0xDA, [count, rest @ ..])
            if rest.len() == 2 * usize::from(*count) + 3
                && rest.chunks_exact(2).take(usize::from(*count)).all(|entry| entry[1] == 0) =>
        {
            Ok(true)
        }
        // LSE: the preset coding parameters alone (section C.2.4.1.1); mapping tables may hold anything.
        (0xF8, [1, parameters @ ..]) if parameters.len() == 10 => Ok(true),
        // DRI.
        (0xDD, [_, _] | [_, _, _] | [_, _, _, _]) => Ok(true),
        // APP8 of a colour transform, which a decoder would have to undo.
        (0xE8, [b'm', b'r', b'f', b'x', transform, ..]) if *transform != 0 => Err(UNCLEAR),
        // APPn and COM.
        (0xE0..=0xEF | 0xFE, _) => Ok(false),
        _ => Err(UNCLEAR),
    }
}
