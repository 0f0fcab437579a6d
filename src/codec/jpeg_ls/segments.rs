//! The marker segments that JPEG-LS has of its own (T.87 section C.2), and those of what is encoded.

use super::super::segments::{SOS, put_frame_header, put_segment};
use super::parameters::Parameters;
use super::{Frame, Interleave};

/// Start of a JPEG-LS frame: SOF55.
pub(super) const SOF: u8 = 0xF7;
/// JPEG-LS preset parameters.
pub(super) const LSE: u8 = 0xF8;

/// The kind of an LSE segment that gives preset parameters (T.87 section C.2.4.1.1).
pub(super) const PRESET: u8 = 1;

/// Up to here the thresholds depend on the number of bits; some readers take them for larger ones.
const BITS_WITH_KNOWN_DEFAULTS: u32 = 12;

/// What stands ahead of the first scan.
pub(super) fn put_header(frame: Frame, parameters: &Parameters, stream: &mut Vec<u8>) {
    put_frame_header(SOF, frame, stream);
    if frame.bits > BITS_WITH_KNOWN_DEFAULTS {
        let [t1, t2, t3] = parameters.thresholds;
        let mut content = vec![PRESET];
        for value in [parameters.maxval, t1, t2, t3, parameters.reset] {
            content.extend((value as u16).to_be_bytes());
        }
        put_segment(LSE, &content, stream);
    }
}

/// The header of a lossless scan of these components, which count from 1.
pub(super) fn put_scan_header(
    components: std::ops::RangeInclusive<u32>,
    interleave: Interleave,
    stream: &mut Vec<u8>,
) {
    let mut content = vec![components.clone().count() as u8];
    for component in components {
        content.extend([component as u8, 0]);
    }
    let near = 0;
    content.extend([near, interleave as u8, 0]);
    put_segment(SOS, &content, stream);
}
