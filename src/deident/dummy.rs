//! Dummy values: a VR in, a value that is valid for it and says nothing out (PS3.15 table E.1-1a, D).

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, VR};

/// The word that stands where text was.
pub(super) const REMOVED: &str = "REMOVED";

/// A dummy for an attribute, with its VR from the dictionary; `None` where none can be made.
/// Numbers keep their count, so that the multiplicity stays valid.
pub(super) fn value(
    standard: Option<VirtualVr>,
    found: VR,
    original: &[u8],
) -> Option<(VR, Bytes)> {
    let vr = match standard {
        Some(VirtualVr::Exact(vr)) => vr,
        _ => found,
    };
    let text = match vr {
        VR::DA => "19000101",
        VR::DT => "19000101000000",
        VR::TM => "000000",
        VR::AS => "000Y",
        VR::DS | VR::IS => "0",
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => REMOVED,
        VR::AT | VR::FD | VR::FL | VR::SL | VR::SS | VR::SV | VR::UL | VR::US | VR::UV => {
            return Some((vr, vec![0; original.len()].into()));
        }
        _ => return None,
    };
    let padding = if text.len() % 2 == 1 { " " } else { "" };
    Some((vr, format!("{text}{padding}").into()))
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
