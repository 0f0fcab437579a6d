//! The contours of an ROI on their planes, and the images that they were drawn on.

use std::collections::BTreeSet;

use super::images::SeriesVolume;
use crate::contours::{Contour, Planes, Remark};
use crate::regions::{Reason, StructureRoi};

/// The planes of an ROI.
pub(super) fn planes(roi: &StructureRoi) -> Result<(Planes, Vec<Remark>), Reason> {
    let contours: Vec<Contour> =
        roi.closed()?.into_iter().map(|it| Contour { points: it.points.clone() }).collect();
    Planes::of(&contours).map_err(Reason::of_contour)
}

/// Each remark once, as a sentence.
pub(super) fn texts(remarks: &[Remark]) -> Vec<String> {
    let texts: BTreeSet<String> = remarks.iter().map(|remark| remark.fault.to_string()).collect();
    texts.into_iter().collect()
}

/// The volumes that an ROI was drawn on: those of its frame of reference that hold all images which its contours
/// name.
pub(super) fn drawn_on<'a>(
    roi: &StructureRoi,
    images: &'a [SeriesVolume],
    is_remade: bool,
) -> Result<Vec<&'a SeriesVolume>, Reason> {
    let differs = |image: &SeriesVolume| {
        Reason::of_frames_of_reference(&roi.frame_of_reference, &image.volume.frame_of_reference)
    };
    let (same, others): (Vec<_>, Vec<_>) =
        images.iter().partition(|image| differs(image).is_none());
    if same.is_empty() {
        return Err(others
            .first()
            .and_then(|it| differs(it))
            .unwrap_or_else(Reason::missing_reference));
    }
    let named: BTreeSet<&str> =
        roi.closed()?.into_iter().flat_map(|it| &it.images).map(String::as_str).collect();
    let holds = |image: &&SeriesVolume| {
        let slices: BTreeSet<&str> =
            image.volume.slices.iter().map(|slice| &*slice.sop_instance_uid).collect();
        is_remade || named.is_subset(&slices)
    };
    let drawn_on: Vec<&SeriesVolume> = same.into_iter().filter(holds).collect();
    if drawn_on.is_empty() { Err(Reason::missing_reference()) } else { Ok(drawn_on) }
}
