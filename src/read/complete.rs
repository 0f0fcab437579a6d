//! A file may end between two elements and look whole. What an instance of its class cannot do without
//! must be there, the last of it in tag order where there are several.

use dicom::core::dictionary::UidDictionary;
use dicom::dictionary_std::{StandardSopClassDictionary, tags};

use super::ReadError;
use crate::dataset::{DataSet, Tag};
use crate::image::PIXEL_TAGS;

/// Words in the name of a SOP Class (PS3.6 table A-1), and an attribute that PS3.3 demands of it; the first
/// row that fits counts. The profile keeps each of them: what was written must be readable again.
const DEMANDED: [(&str, Tag); 11] = [
    (" SR Storage", tags::CONTENT_SEQUENCE),
    ("Key Object Selection Document", tags::CONTENT_SEQUENCE),
    ("Waveform Storage", tags::WAVEFORM_SEQUENCE),
    ("RT Structure Set Storage", tags::RTROI_OBSERVATIONS_SEQUENCE),
    ("Softcopy Presentation State", tags::DISPLAYED_AREA_SELECTION_SEQUENCE),
    ("Real World Value Mapping", tags::REFERENCED_IMAGE_REAL_WORLD_VALUE_MAPPING_SEQUENCE),
    ("Deformable Spatial Registration", tags::DEFORMABLE_REGISTRATION_SEQUENCE),
    ("Spatial Registration", tags::REGISTRATION_SEQUENCE),
    ("Spatial Fiducials", tags::FIDUCIAL_SET_SEQUENCE),
    ("Surface Segmentation", tags::SURFACE_SEQUENCE),
    ("Microscopy Bulk Simple Annotations", tags::ANNOTATION_GROUP_SEQUENCE),
];

/// Whether what the SOP Class demands is there. Of what may stand behind it nobody can say whether it
/// is missing.
pub(super) fn check(data_set: &DataSet) -> Result<(), ReadError> {
    let has_pixels = PIXEL_TAGS.into_iter().any(|tag| data_set.get(tag).is_some());
    let class =
        data_set.text(tags::SOP_CLASS_UID).and_then(|uid| StandardSopClassDictionary.by_uid(uid));
    let name = class.map_or("", |class| class.name);
    let is_image = name.contains("Image Storage") || name == "Segmentation Storage";
    if !has_pixels && (is_image || data_set.get(tags::ROWS).is_some()) {
        return Err(ReadError::Pixels("an image without pixel data, perhaps cut off"));
    }
    match DEMANDED.into_iter().find(|(words, _)| name.contains(words)) {
        Some((_, tag)) if data_set.get(tag).is_none() => {
            Err(ReadError::DamagedAt("absent where its class demands it, perhaps cut off", tag))
        }
        _ => Ok(()),
    }
}
