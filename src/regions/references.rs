//! What objects refer to, by UIDs, without their pixels.

use std::collections::BTreeSet;

use dicom::dictionary_std::tags;

use super::elements::{items, references};
use super::segment::references_of;
use super::structure_set::referenced_images;
use crate::dataset::DataSet;

/// The images that a structure set refers to, by SOP Instance UID, and their series.
pub fn structure_references(data_set: &DataSet) -> (BTreeSet<String>, Vec<String>) {
    referenced_images(data_set)
}

/// The images that a segmentation refers to, by SOP Instance UID, and their series.
pub fn segmentation_references(data_set: &DataSet) -> (BTreeSet<String>, Vec<String>) {
    let (mut images, series) = references_of(data_set, &[]);
    let groups =
        [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    let derivations = groups
        .into_iter()
        .flat_map(|tag| items(data_set, tag))
        .flat_map(|group| items(group, tags::DERIVATION_IMAGE_SEQUENCE));
    images.extend(derivations.flat_map(|item| references(item, tags::SOURCE_IMAGE_SEQUENCE)));
    (images, series)
}

/// The plans and the structure sets that a dose refers to, by SOP Instance UID.
pub fn dose_references(data_set: &DataSet) -> (Vec<String>, Vec<String>) {
    let uids = |tag| references(data_set, tag).collect();
    (uids(tags::REFERENCED_RT_PLAN_SEQUENCE), uids(tags::REFERENCED_STRUCTURE_SET_SEQUENCE))
}
