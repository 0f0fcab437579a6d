//! The standard data dictionary (PS3.6): a tag in, its value representation out.

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::StandardDataDictionary;

use crate::dataset::{Tag, VR};

/// What the dictionary says of a standard tag; `None` for private and unknown tags.
pub(super) fn standard_vr(tag: Tag) -> Option<VirtualVr> {
    if !tag.0.is_multiple_of(2) {
        return None;
    }
    StandardDataDictionary.by_tag(tag).map(DataDictionaryEntry::vr)
}

/// The VR of an element that came without one (PS3.5 section 6.2.2 and annex A.1).
pub(super) fn implicit_vr(tag: Tag, signed_pixels: bool) -> VR {
    match standard_vr(tag) {
        Some(VirtualVr::Exact(vr)) => vr,
        Some(VirtualVr::Xs) if signed_pixels => VR::SS,
        Some(VirtualVr::Xs) => VR::US,
        Some(VirtualVr::Ox | VirtualVr::Px | VirtualVr::Lt) => VR::OW,
        Some(_) | None => VR::UN,
    }
}
