//! What is kept is tidied: text ends at its first NUL, numbers hold digits, and an element whose VR
//! contradicts the dictionary does not carry text where a number belongs.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;

use super::dummy::REMOVED;
use super::profile::dictionary_vr;
use crate::dataset::layout::is_text;
use crate::dataset::{Element, Tag, VR, Value};

/// The element as it may be kept, or nothing. Where the file's VR contradicts the dictionary, the
/// dictionary's counts.
pub(super) fn tidy(tag: Tag, vr: VR, bytes: Bytes) -> Option<Element> {
    let standard = match dictionary_vr(tag)? {
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
    let bytes = if is_characters(standard) { cut_at_nul(bytes) } else { bytes };
    let bytes = if standard == VR::CS { code_strings(bytes) } else { bytes };
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

/// Code strings are short words. The standard has capitals, digits, space and underscore; writers
/// add a few signs and small letters. A value that is no such word is text in disguise.
fn code_strings(bytes: Bytes) -> Bytes {
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-+./&()".contains(byte);
    let is_code = |value: &[u8]| value.trim_ascii().len() <= 16 && value.iter().all(is_sign);
    if bytes.split(|byte| *byte == b'\\').all(is_code) {
        return bytes;
    }
    let values = bytes.split(|byte| *byte == b'\\');
    let values: Vec<&[u8]> =
        values.map(|v| if is_code(v) { v } else { REMOVED.as_bytes() }).collect();
    values.join(&b'\\').into()
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
    fn a_code_string_that_is_no_code_is_replaced() {
        let kept_code = |bytes| kept(tags::IMAGE_TYPE, VR::CS, bytes).unwrap();
        assert_eq!(kept_code(b"ORIGINAL\\PRIMARY"), b"ORIGINAL\\PRIMARY");
        assert_eq!(kept_code(b"ORIGINAL\\DOE^JANE"), b"ORIGINAL\\REMOVED");
        assert_eq!(kept_code(b"a text that is too long for a code"), b"REMOVED");
        assert_eq!(kept(tags::MODALITY, VR::UT, b"DOE^JANE").unwrap(), b"REMOVED");
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
        assert_eq!(kept(tags::ROWS, VR::OB, b"DOE^JANE"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"odd"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"\x10\0").unwrap(), b"\x10\0");
    }
}
