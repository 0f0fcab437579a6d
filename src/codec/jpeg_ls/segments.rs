//! Marker segments: their markers, and those of what is encoded (T.87 section C.2).

use super::parameters::Parameters;
use super::{Frame, Interleave};

/// Start of image.
pub(super) const SOI: u8 = 0xD8;
/// End of image.
pub(super) const EOI: u8 = 0xD9;
/// Start of scan.
pub(super) const SOS: u8 = 0xDA;
/// Define restart interval.
pub(super) const DRI: u8 = 0xDD;
/// Start of a JPEG-LS frame: SOF55.
pub(super) const SOF: u8 = 0xF7;
/// JPEG-LS preset parameters.
pub(super) const LSE: u8 = 0xF8;
/// The first of the eight restart markers.
pub(super) const RST: u8 = 0xD0;
/// The first of the sixteen application segments.
pub(super) const APP: u8 = 0xE0;
/// Comment.
pub(super) const COM: u8 = 0xFE;

/// The kind of an LSE segment that gives preset parameters (T.87 section C.2.4.1.1).
pub(super) const PRESET: u8 = 1;

/// Up to here the thresholds depend on the number of bits; some readers take them for larger ones.
const BITS_WITH_KNOWN_DEFAULTS: u32 = 12;

/// A marker with nothing behind it.
pub(super) fn put_marker(marker: u8, stream: &mut Vec<u8>) {
    stream.extend([0xFF, marker]);
}

fn put_segment(marker: u8, content: &[u8], stream: &mut Vec<u8>) {
    put_marker(marker, stream);
    stream.extend((content.len() as u16 + 2).to_be_bytes());
    stream.extend(content);
}

/// What stands ahead of the first scan.
pub(super) fn put_header(frame: Frame, parameters: &Parameters, stream: &mut Vec<u8>) {
    put_marker(SOI, stream);
    let [h1, h2] = (frame.height as u16).to_be_bytes();
    let [w1, w2] = (frame.width as u16).to_be_bytes();
    let mut content = vec![frame.bits as u8, h1, h2, w1, w2, frame.components as u8];
    for component in 1..=frame.components as u8 {
        content.extend([component, 0x11, 0]);
    }
    put_segment(SOF, &content, stream);
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
