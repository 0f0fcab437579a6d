//! The attributes of a cropped image: those of its source in, those of the part out. What the crop would make wrong is
//! moved, or goes; where neither can be, there is no cropped image.

use bytes::Bytes;
use dicom::dictionary_std::tags;

use super::position::{self, each_item};
use super::references::{self, Instance};
use super::{CropError, Target};
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// What speaks of pixels by their columns and rows in ways that are not moved here, or of an instance as part of a larger
/// whole: an image that has one of these is not cropped.
const NOT_MOVED: [Tag; 7] = [
    tags::SHUTTER_SHAPE,
    tags::COLLIMATOR_SHAPE,
    tags::SEQUENCE_OF_ULTRASOUND_REGIONS,
    tags::PIXEL_INTENSITY_RELATIONSHIP_LUT_SEQUENCE,
    tags::CONCATENATION_UID,
    tags::TOTAL_PIXEL_MATRIX_COLUMNS,
    tags::PLANE_POSITION_VOLUME_SEQUENCE,
];

/// What the crop makes wrong, and need not be there: extremes of all pixels, small pictures of the whole, signatures.
const REMOVED: [Tag; 11] = [
    tags::SMALLEST_IMAGE_PIXEL_VALUE,
    tags::LARGEST_IMAGE_PIXEL_VALUE,
    tags::SMALLEST_PIXEL_VALUE_IN_SERIES,
    tags::LARGEST_PIXEL_VALUE_IN_SERIES,
    // Retired: of the plane.
    Tag(0x0028, 0x0110),
    Tag(0x0028, 0x0111),
    // Retired: where the image lies in another coordinate system.
    Tag(0x0020, 0x0030),
    tags::ICON_IMAGE_SEQUENCE,
    tags::MAC_PARAMETERS_SEQUENCE,
    tags::EXTENDED_OFFSET_TABLE,
    tags::EXTENDED_OFFSET_TABLE_LENGTHS,
];

/// Digital Signatures Sequence.
const DIGITAL_SIGNATURES: Tag = Tag(0xFFFA, 0xFFFA);

/// Makes the attributes of a source those of its part.
pub(super) fn crop(data_set: &mut DataSet, target: &Target<'_>) -> Result<(), CropError> {
    let is_in_group = |group: &DataSet| group.get(tags::PLANE_POSITION_SLIDE_SEQUENCE).is_some();
    let frames = data_set.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap_or_default();
    let is_not_moved = NOT_MOVED.iter().any(|tag| data_set.get(*tag).is_some());
    if is_not_moved || frames.iter().any(is_in_group) {
        return Err(CropError::PixelCoordinates);
    }
    let source = Instance::of(data_set);
    position::move_to(data_set, target.rectangle)?;
    move_overlays(data_set, target);
    for tag in REMOVED.into_iter().chain([DIGITAL_SIGNATURES]) {
        data_set.remove(tag);
    }
    put_derived(data_set, tags::IMAGE_TYPE);
    let groups =
        [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    for tag in groups {
        each_item(data_set, tag, &mut put_derived_frames)?;
    }
    references::put(data_set, &source, target.rectangle);
    data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, target.series_uid);
    data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, target.sop_instance_uid);
    Ok(())
}

/// Says in Image Type (0008,0008) or Frame Type (0008,9007) that the pixels are derived (PS3.3 section
/// C.7.6.1.1.2). The second value, of the examination, stays.
fn put_derived(data_set: &mut DataSet, tag: Tag) {
    let text = data_set.text(tag).unwrap_or_default();
    let mut values: Vec<&str> = text.split('\\').collect();
    values[0] = "DERIVED";
    if values.len() < 2 {
        values.push("PRIMARY");
    }
    let values = values.join("\\");
    data_set.put_text(tag, VR::CS, &values);
}

/// The same of the frame types of a functional group, of whatever modality.
fn put_derived_frames(group: &mut DataSet) -> Result<(), CropError> {
    let of_types = |element: &&Element| match &element.value {
        Value::Sequence(items) => items.iter().any(|item| item.get(tags::FRAME_TYPE).is_some()),
        _ => false,
    };
    let found: Vec<Tag> = group.iter().filter(of_types).map(|element| element.tag).collect();
    for tag in found {
        each_item(group, tag, &mut |item| {
            put_derived(item, tags::FRAME_TYPE);
            Ok::<_, CropError>(())
        })?;
    }
    Ok(())
}

/// Moves Overlay Origin (60xx,0050), row and column of the image at which an overlay begins, counted from 1 (PS3.3
/// section C.9.2.1.1): it may lie above and to the left. An overlay without one goes.
fn move_overlays(data_set: &mut DataSet, target: &Target<'_>) {
    for group in (0x6000..=0x601E).step_by(2) {
        let tag = Tag(group, 0x0050);
        let moved = data_set.bytes(tag).and_then(|bytes| {
            let part = target.rectangle;
            let (values, []) = bytes.as_chunks::<2>() else { return None };
            let [row, column] = values else { return None };
            let shifted = |value: [u8; 2], by: u32| {
                i16::try_from(i64::from(i16::from_le_bytes(value)) - i64::from(by)).ok()
            };
            Some([shifted(*row, part.y)?.to_le_bytes(), shifted(*column, part.x)?.to_le_bytes()])
        });
        if let Some(origin) = moved {
            let value = Value::Bytes(Bytes::copy_from_slice(origin.as_flattened()));
            data_set.put(Element { tag, vr: VR::SS, value });
        } else {
            let of_group = |element: &&Element| element.tag.group() == group;
            let gone: Vec<Tag> = data_set.iter().filter(of_group).map(|it| it.tag).collect();
            for tag in gone {
                data_set.remove(tag);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Rectangle;

    const TARGET: Target<'static> = Target {
        rectangle: Rectangle { x: 5, y: 300, width: 10, height: 20 },
        series_uid: "2.25.1",
        sop_instance_uid: "2.25.2",
    };

    fn put(data_set: &mut DataSet, tag: Tag, vr: VR, bytes: &'static [u8]) {
        data_set.put(Element { tag, vr, value: Value::Bytes(Bytes::from_static(bytes)) });
    }

    #[test]
    fn types_say_that_the_image_is_derived() {
        for (before, after) in [
            ("ORIGINAL\\PRIMARY\\AXIAL", "DERIVED\\PRIMARY\\AXIAL"),
            ("DERIVED\\SECONDARY", "DERIVED\\SECONDARY"),
            ("", "DERIVED\\PRIMARY"),
        ] {
            let mut of_frame = DataSet::new();
            of_frame.put_text(tags::FRAME_TYPE, VR::CS, before);
            let mut group = DataSet::new();
            group.put_sequence(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, vec![of_frame]);
            let mut image = DataSet::new();
            image.put_text(tags::IMAGE_TYPE, VR::CS, before);
            image.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![group]);
            crop(&mut image, &TARGET).unwrap();
            assert_eq!(image.text(tags::IMAGE_TYPE), Some(after));
            let groups = image.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
            let types = groups[0].sequence(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE).unwrap();
            assert_eq!(types[0].text(tags::FRAME_TYPE), Some(after));
            assert_eq!(image.text(tags::SOP_INSTANCE_UID), Some("2.25.2"));
        }
    }

    #[test]
    fn overlays_stay_where_they_are_on_the_patient_and_extremes_go() {
        let mut image = DataSet::new();
        put(&mut image, Tag(0x6000, 0x0050), VR::SS, &[1, 0, 7, 0]);
        put(&mut image, Tag(0x6002, 0x0010), VR::US, &[1, 0]);
        image.put_u16(tags::LARGEST_IMAGE_PIXEL_VALUE, 9);
        crop(&mut image, &TARGET).unwrap();
        let origin: Vec<u8> = [1_i16 - 300, 7 - 5].iter().flat_map(|it| it.to_le_bytes()).collect();
        assert_eq!(image.bytes(Tag(0x6000, 0x0050)).unwrap().as_ref(), origin);
        assert_eq!(image.get(Tag(0x6002, 0x0010)), None);
        assert_eq!(image.get(tags::LARGEST_IMAGE_PIXEL_VALUE), None);
    }

    #[test]
    fn what_speaks_of_pixels_by_their_columns_is_not_cropped() {
        let mut image = DataSet::new();
        image.put_text(tags::SHUTTER_SHAPE, VR::CS, "CIRCULAR");
        assert_eq!(crop(&mut image, &TARGET), Err(CropError::PixelCoordinates));
    }
}
