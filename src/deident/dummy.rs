//! Dummy values: a VR in, a value that is valid for it and says nothing out (PS3.15 table E.1-1a, D).

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag, VR};

/// The word that stands where text was.
pub(super) const REMOVED: &str = "REMOVED";

/// The dummy of a date, a moment or a time.
pub(super) fn date(vr: VR) -> &'static str {
    match vr {
        VR::DA => "19000101",
        VR::TM => "000000",
        _ => "19000101000000",
    }
}

/// A dummy for an attribute, with its VR from the dictionary; `None` where none can be made.
/// Numbers keep their count, so that the multiplicity stays valid.
pub(super) fn value(
    tag: Tag,
    standard: Option<VirtualVr>,
    found: VR,
    original: &[u8],
) -> Option<(VR, Bytes)> {
    let vr = match standard {
        Some(VirtualVr::Exact(vr)) => vr,
        _ => found,
    };
    let text = match vr {
        VR::DA | VR::DT | VR::TM => date(vr),
        VR::AS => "000Y",
        VR::DS | VR::IS => "0",
        VR::UR => "http://removed.invalid/",
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => REMOVED,
        // Zeros are no document.
        VR::OB if tag == tags::ENCAPSULATED_DOCUMENT => return None,
        VR::AT
        | VR::FD
        | VR::FL
        | VR::SL
        | VR::SS
        | VR::SV
        | VR::UL
        | VR::US
        | VR::UV
        | VR::OB
        | VR::UN
        | VR::OD
        | VR::OF
        | VR::OL
        | VR::OV
        | VR::OW => return Some((vr, vec![0; original.len().next_multiple_of(2)].into())),
        _ => return None,
    };
    let padding = if text.len() % 2 == 1 { " " } else { "" };
    Some((vr, format!("{text}{padding}").into()))
}

/// Ages (PS3.5 table 6.2-1: AS); above 89 years they are told as 90: few people reach them (45 CFR
/// 164.514(b)(2)(i)(C)). `None` where a value is no age: it might be anything.
pub(super) fn youngest_old_age(bytes: &[u8]) -> Option<String> {
    let aged = |age: &str| {
        let age = age.trim_matches([' ', '\0']);
        let Some(unit) = age.chars().last() else {
            return Some(String::new());
        };
        // Some write no zeros in front.
        let digits = age[..age.len() - unit.len_utf8()].trim_end();
        let is_number =
            (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u32 = digits.parse().ok().filter(|_| is_number)?;
        match unit {
            'Y' => Some(format!("{:03}Y", if number > 89 { 90 } else { number })),
            // 999 months are 83 years.
            'M' | 'W' | 'D' => Some(format!("{number:03}{unit}")),
            _ => None,
        }
    };
    let text = String::from_utf8_lossy(bytes);
    let ages: Option<Vec<String>> = text.split('\\').map(aged).collect();
    ages.map(|ages| ages.join("\\"))
}

/// A code that means nothing, in a scheme of our own (PS3.3 section 8.2: 99 begins private schemes).
pub(super) fn code_item() -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, REMOVED);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "99SAUVA");
    item.put_text(tags::CODE_MEANING, VR::LO, REMOVED);
    item
}

/// A content item for a Content Sequence, which must hold one: the text "REMOVED" under the concept
/// (121106, DCM, "Comment").
pub(super) fn content_item() -> DataSet {
    let mut concept = DataSet::new();
    concept.put_text(tags::CODE_VALUE, VR::SH, "121106");
    concept.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM");
    concept.put_text(tags::CODE_MEANING, VR::LO, "Comment");
    let mut item = DataSet::new();
    item.put_text(tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS");
    item.put_text(tags::VALUE_TYPE, VR::CS, "TEXT");
    item.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]);
    item.put_text(tags::TEXT_VALUE, VR::UT, REMOVED);
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_above_89_are_told_as_90() {
        let age = |text: &str| youngest_old_age(text.as_bytes());
        for (given, told) in [
            ("089Y", "089Y"),
            ("090Y", "090Y"),
            ("095Y", "090Y"),
            ("011M", "011M"),
            ("", ""),
            ("45Y ", "045Y"),
            ("95 Y", "090Y"),
            ("024D\\95Y", "024D\\090Y"),
        ] {
            assert_eq!(age(given).as_deref(), Some(told), "{given}");
        }
        for given in ["1095", "24", "Y", "-1Y", "1234Y", "Doe"] {
            assert_eq!(age(given), None, "{given}");
        }
    }
}
