//! What is kept is tidied: text ends at its first NUL, numbers hold digits, and an element whose VR
//! contradicts the dictionary does not carry text where a number belongs.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;

use super::profile::dictionary_vr;
use crate::dataset::layout::is_text;
use crate::dataset::{Element, Tag, VR, Value};

/// The element as it may be kept, or nothing.
pub(super) fn tidy(tag: Tag, vr: VR, bytes: Bytes) -> Option<Element> {
    let standard = match dictionary_vr(tag)? {
        VirtualVr::Exact(standard) => standard,
        _ => vr,
    };
    if is_characters(vr) != is_characters(standard) {
        return None;
    }
    let bytes = if is_characters(vr) { cut_at_nul(bytes) } else { bytes };
    if !is_valid_number(standard, &bytes) {
        return None;
    }
    Some(Element { tag, vr, value: Value::Bytes(bytes) })
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

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;

    fn kept(tag: Tag, vr: VR, bytes: &'static [u8]) -> Option<Vec<u8>> {
        match tidy(tag, vr, Bytes::from_static(bytes))?.value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            Value::Sequence(_) | Value::Encapsulated(_) => None,
        }
    }

    #[test]
    fn text_behind_a_nul_is_cut() {
        assert_eq!(kept(tags::MODALITY, VR::CS, b"CT\0DOE").unwrap(), b"CT");
    }

    #[test]
    fn numbers_with_letters_are_removed() {
        assert_eq!(kept(tags::SLICE_THICKNESS, VR::DS, b"DOE^JANE"), None);
        assert_eq!(kept(tags::SLICE_THICKNESS, VR::DS, b"1.5e-1").unwrap(), b"1.5e-1");
        assert_eq!(kept(tags::SERIES_NUMBER, VR::IS, b"12 ").unwrap(), b"12 ");
    }

    #[test]
    fn text_where_a_number_belongs_is_removed() {
        assert_eq!(kept(tags::ROWS, VR::LO, b"DOE^JANE"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"\x10\0").unwrap(), b"\x10\0");
    }
}
