//! Values as their VR has them: the dictionary's VR holds, text ends at its first NUL, numbers hold digits,
//! and binary numbers are no text. What is none of its VR is nothing.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;

use crate::dataset::layout::is_text;
use crate::dataset::{Element, Tag, VR, Value};

/// The element with the dictionary's VR, or nothing where the value is none of that VR.
pub(super) fn tidy(tag: Tag, vr: VR, standard: Option<VirtualVr>, bytes: Bytes) -> Option<Element> {
    let standard = match standard? {
        VirtualVr::Exact(standard) => standard,
        // "US or SS" and the like: one of the family.
        _ if is_characters(vr) => return None,
        _ => vr,
    };
    if is_characters(vr) != is_characters(standard) || width(vr) != width(standard) {
        return None;
    }
    if !bytes.len().is_multiple_of(width(standard)) {
        return None;
    }
    if is_binary_text(standard, &bytes) {
        return None;
    }
    let bytes = if is_characters(standard) { cut_at_nul(bytes) } else { bytes };
    if !is_valid_number(standard, &bytes) {
        return None;
    }
    Some(Element { tag, vr: standard, value: Value::Bytes(bytes) })
}

/// Bytes of one number (PS3.5 table 6.2-1); 1 for text and bytes.
fn width(vr: VR) -> usize {
    match vr {
        VR::US | VR::SS | VR::OW => 2,
        VR::UL | VR::SL | VR::FL | VR::OF | VR::OL | VR::AT => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => 1,
    }
}

/// Whether numbers are characters from end to end. Words of tables may look so by chance in short.
fn is_binary_text(vr: VR, bytes: &[u8]) -> bool {
    use VR::{AT, FD, FL, OD, OF, OL, OV, OW, SL, SS, SV, UL, US, UV};
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = &bytes[..end];
    match vr {
        AT | FD | FL | SL | SS | SV | UL | US | UV => reads_as_text(text),
        OD | OF | OL | OV | OW => text.len() >= 16 && reads_as_text(text),
        _ => false,
    }
}

/// Whether six printable characters stand in a row in these bytes.
pub(super) fn holds_text(bytes: &[u8]) -> bool {
    bytes.windows(6).any(reads_as_text)
}

/// Whether bytes where numbers belong are printable characters from end to end: chance hardly makes
/// six of them.
fn reads_as_text(bytes: &[u8]) -> bool {
    bytes.len() >= 6 && bytes.iter().all(|byte| (b' '..=b'~').contains(byte))
}

fn is_characters(vr: VR) -> bool {
    is_text(vr) || vr == VR::UI
}

fn cut_at_nul(bytes: Bytes) -> Bytes {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => bytes.slice(..at),
        None => bytes,
    }
}

/// DS, IS, AS and UI have few characters (PS3.5 table 6.2-1); letters there are text in disguise.
fn is_valid_number(vr: VR, bytes: &[u8]) -> bool {
    let allowed: &[u8] = match vr {
        VR::DS => b"0123456789+-eE.\\ ",
        VR::IS => b"0123456789+-\\ ",
        VR::AS => b"0123456789DWMY\\ ",
        VR::UI => b"0123456789.\\ ",
        _ => return true,
    };
    bytes.iter().all(|byte| allowed.contains(byte))
}
