//! The segments of a Segmentation and its frames (PS3.3 sections C.8.20.4 and C.8.20.3.1).

use std::collections::BTreeSet;

use dicom::dictionary_std::tags;

use super::elements::{Texts, first, items, references};
use super::frames::Frames;
use super::plane::Plane;
use super::reason::{MISSING_REFERENCE, REPEATED_NUMBER, Reason, SEGMENTATION_TYPE};
use crate::dataset::{DataSet, Tag};

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Segment Number (0062,0004).
    pub number: u16,
    /// Segment Label (0062,0005), empty where it is absent.
    pub label: String,
    /// Code Meaning of Segmented Property Category Code Sequence (0062,0003).
    pub category: String,
    /// Code Meaning of Segmented Property Type Code Sequence (0062,000F).
    pub property_type: String,
}

/// A frame of a segmentation.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentFrame {
    /// The segment whose pixels it has; `None` of a label map, whose frames have those of all segments.
    pub segment: Option<u16>,
    /// Where it lies.
    pub plane: Plane,
    /// The images that it was made from.
    pub sources: Vec<SourceImage>,
}

/// An image that a frame was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceImage {
    /// Referenced SOP Instance UID (0008,1155).
    pub sop_instance_uid: String,
    /// Referenced Frame Number (0008,1160), from 1; empty where all frames are meant.
    pub frames: Vec<u32>,
}

/// The code of a background: (125040, DCM, "Background").
const BACKGROUND: [&str; 2] = ["125040", "DCM"];

/// The segments of Segment Sequence (0062,0002) but the background, which is no region.
pub(super) fn segments(data_set: &DataSet) -> Result<Vec<Segment>, Reason> {
    let texts = Texts::of(data_set);
    let mut segments = Vec::new();
    let mut numbers = BTreeSet::new();
    for item in items(data_set, tags::SEGMENT_SEQUENCE) {
        let number = item.u16(tags::SEGMENT_NUMBER).ok_or_else(|| {
            let message = "Segment Number (0062,0004) is absent";
            Reason::new(SEGMENTATION_TYPE, message)
        })?;
        if !numbers.insert(number) {
            let message = "Segment Number (0062,0004) stands in two items";
            return Err(Reason::new(REPEATED_NUMBER, message));
        }
        let property_type = tags::SEGMENTED_PROPERTY_TYPE_CODE_SEQUENCE;
        let code = first(item, property_type).map(|code| {
            [tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR].map(|tag| code.text(tag))
        });
        if code == Some(BACKGROUND.map(Some)) {
            continue;
        }
        let category = tags::SEGMENTED_PROPERTY_CATEGORY_CODE_SEQUENCE;
        segments.push(Segment {
            number,
            label: texts.text(item, tags::SEGMENT_LABEL),
            category: texts.code_meaning(item, category),
            property_type: texts.code_meaning(item, property_type),
        });
    }
    Ok(segments)
}

/// The frame of this number, counted from 0, with its segment unless it is one of a label map.
pub(super) fn frame(
    frames: &Frames<'_>,
    number: usize,
    is_label_map: bool,
) -> Result<SegmentFrame, Reason> {
    let identification = frames.group(number, tags::SEGMENT_IDENTIFICATION_SEQUENCE);
    let segment = identification.and_then(|item| item.u16(tags::REFERENCED_SEGMENT_NUMBER));
    if segment.is_none() && !is_label_map {
        let message = "Referenced Segment Number (0062,000B) of a frame is absent";
        return Err(Reason::new(MISSING_REFERENCE, message));
    }
    let derivation = frames.group(number, tags::DERIVATION_IMAGE_SEQUENCE);
    let sources = derivation.map(sources).unwrap_or_default();
    let segment = segment.filter(|_| !is_label_map);
    Ok(SegmentFrame { segment, plane: frames.plane(number)?, sources })
}

/// Source Image Sequence (0008,2112).
fn sources(derivation: &DataSet) -> Vec<SourceImage> {
    let items = items(derivation, tags::SOURCE_IMAGE_SEQUENCE).iter();
    let source = |item: &DataSet| {
        let sop_instance_uid = item.text(tags::REFERENCED_SOP_INSTANCE_UID)?.to_owned();
        let frames = item.text(tags::REFERENCED_FRAME_NUMBER).unwrap_or_default();
        let frames = frames.split('\\').filter_map(|number| number.trim().parse().ok()).collect();
        Some(SourceImage { sop_instance_uid, frames })
    };
    items.filter_map(source).collect()
}

/// All images that a segmentation refers to, of which its frames have some, and their series.
pub(super) fn references_of(
    data_set: &DataSet,
    frames: &[SegmentFrame],
) -> (BTreeSet<String>, Vec<String>) {
    let of_frames = frames.iter().flat_map(|frame| &frame.sources);
    let mut images: BTreeSet<String> =
        of_frames.map(|source| source.sop_instance_uid.clone()).collect();
    images.extend(references(data_set, tags::SOURCE_IMAGE_SEQUENCE));
    let mut series: Vec<String> = Vec::new();
    let of_other_studies = items(data_set, OTHER_STUDIES).iter();
    for item in std::iter::once(data_set).chain(of_other_studies) {
        for item in items(item, tags::REFERENCED_SERIES_SEQUENCE) {
            images.extend(references(item, tags::REFERENCED_INSTANCE_SEQUENCE));
            let uid = item.text(tags::SERIES_INSTANCE_UID).unwrap_or_default();
            if !uid.is_empty() && !series.iter().any(|other| other == uid) {
                series.push(uid.to_owned());
            }
        }
    }
    images.remove("");
    (images, series)
}

/// Studies Containing Other Referenced Instances Sequence (0008,1200).
const OTHER_STUDIES: Tag = Tag(0x0008, 0x1200);
