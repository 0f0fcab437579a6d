//! Volumes of images.

use bytes::Bytes;
use dicom::dictionary_std::{tags, uids};

use super::objects::{image, item, triple, within};
use crate::dataset::VR;
use crate::image::SampleType;
use crate::instance::Samples;
use crate::regions::{ImageInstance, ImageVolume, Pixels, SliceSpacing};

fn slice(z: f64, slope: &str, samples: Vec<u16>) -> ImageInstance {
    let mut data_set = item(&[
        (tags::SOP_INSTANCE_UID, &format!("1.{z}")),
        (tags::IMAGE_POSITION_PATIENT, &triple([0.0, 0.0, z])),
        (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\1\\0"),
        (tags::PIXEL_SPACING, "1\\2"),
        (tags::FRAME_OF_REFERENCE_UID, "1.9"),
        (tags::RESCALE_SLOPE, slope),
        (tags::RESCALE_INTERCEPT, "-10"),
        (tags::UNITS, "BQML"),
    ]);
    data_set.put_u16(tags::PIXEL_PADDING_VALUE, 7);
    let pixels = Pixels::Integers(Samples::Sixteen(samples));
    ImageInstance { data_set, image: image([2, 2, 1], 16), pixels }
}

#[test]
fn each_slice_has_its_own_scale() {
    let slices = vec![
        slice(9.0, "0.5", vec![1, 2, 3, 4]),
        slice(3.0, "2", vec![5, 6, 7, 8]),
        slice(6.0, "1", vec![9, 10, 11, 12]),
    ];
    let volume = ImageVolume::of(slices).unwrap();
    assert_eq!((volume.grid.size, volume.grid.spacing), ([2, 2, 3], [2.0, 1.0, 3.0]));
    let uids: Vec<_> = volume.slices.iter().map(|it| it.sop_instance_uid.as_str()).collect();
    assert_eq!(uids, ["1.3", "1.6", "1.9"]);
    assert_eq!((volume.unit.as_str(), volume.frame_of_reference.as_str()), ("BQML", "1.9"));
    assert_eq!(volume.slice_spacing, SliceSpacing::Positions);
    let whole = volume.whole();
    let expected = [0.0, 2.0, 4.0, 6.0, -1.0, 0.0, 1.0, 2.0, -9.5, -9.0, -8.5, -8.0];
    assert_eq!(whole.values.values(), expected);
    let padding: Vec<usize> = (0..12).filter(|at| whole.is_padding.values()[*at]).collect();
    assert_eq!(padding, [2]);
    let part = volume.part([1, 0, 1], [1, 2, 2]);
    assert_eq!(part.values.values(), [0.0, 2.0, -9.0, -8.0]);
}

#[test]
fn signed_samples_keep_their_sign() {
    let mut one = slice(0.0, "1", vec![0x0FFF, 0, 0x0800, 0x07FF]);
    (one.image.bits_stored, one.image.high_bit) = (12, 11);
    one.image.sample_type = SampleType::Signed;
    let values = ImageVolume::of(vec![one]).unwrap().whole().values;
    assert_eq!(values.values(), [-11.0, -10.0, -2058.0, 2037.0]);
}

#[test]
fn floats_are_taken_as_they_are() {
    let mut one = slice(0.0, "1", vec![]);
    one.image = image([2, 2, 1], 32);
    one.image.sample_type = SampleType::Float;
    let value = crate::dataset::Value::Bytes(Bytes::copy_from_slice(&4.0_f32.to_le_bytes()));
    let tag = tags::FLOAT_PIXEL_PADDING_VALUE;
    one.data_set.put(crate::dataset::Element { tag, vr: VR::FL, value });
    let floats = [0.1_f32, f32::NAN, 4.0, -3.5];
    one.pixels = Pixels::Reals(floats.iter().flat_map(|it| it.to_le_bytes()).collect());
    let whole = ImageVolume::of(vec![one]).unwrap().whole();
    assert_eq!(whole.is_padding.values(), [false, true, true, false]);
    assert_eq!(whole.values.values()[0], f64::from(0.1_f32));
}

#[test]
fn frames_of_one_instance_are_slices() {
    let group = |z: f64, slope: &str| {
        let position = item(&[(tags::IMAGE_POSITION_PATIENT, &triple([0.0, 0.0, z]))]);
        let mut group = within(tags::PLANE_POSITION_SEQUENCE, position);
        let scale = [(tags::RESCALE_SLOPE, slope), (tags::RESCALE_TYPE, "HU")];
        group.put_sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![item(&scale)]);
        group
    };
    let mut data_set = item(&[
        (tags::SOP_CLASS_UID, uids::ENHANCED_CT_IMAGE_STORAGE),
        (tags::SOP_INSTANCE_UID, "1.5"),
        (tags::IMAGE_ORIENTATION_PATIENT, "1\\0\\0\\0\\1\\0"),
        (tags::PIXEL_SPACING, "1\\1"),
    ]);
    let groups = vec![group(5.0, "10"), group(0.0, "1")];
    data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups);
    let pixels = Pixels::Integers(Samples::Eight(vec![1, 2, 3, 4]));
    let instance = ImageInstance { data_set, image: image([2, 1, 2], 8), pixels };
    let volume = ImageVolume::of(vec![instance]).unwrap();
    assert_eq!(volume.whole().values.values(), [3.0, 4.0, 10.0, 20.0]);
    assert_eq!(volume.slices.iter().map(|it| it.frame).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((volume.unit.as_str(), volume.frame_of_reference.as_str()), ("HU", ""));
}

#[test]
fn what_is_no_volume_has_its_reason() {
    let class = |change: fn(&mut ImageInstance)| {
        let mut second = slice(1.0, "1", vec![0; 4]);
        change(&mut second);
        ImageVolume::of(vec![slice(0.0, "1", vec![0; 4]), second]).unwrap_err().class
    };
    assert_eq!(class(|it| it.data_set.put_text(tags::UNITS, VR::CS, "CNTS")), "unequal-slices");
    assert_eq!(
        class(|it| it.data_set.put_text(tags::PIXEL_SPACING, VR::DS, "1\\1")),
        "unequal-slices"
    );
    assert_eq!(
        class(|it| it.data_set.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.8")),
        "other-frame-of-reference"
    );
    assert_eq!(class(|it| *it = slice(0.0, "1", vec![0; 4])), "duplicate-slices");
    assert_eq!(class(|it| *it = slice(1.0, "x", vec![0; 4])), "output-values");
    assert_eq!(class(|it| *it = slice(1.0, "1", vec![0; 5])), "pixel-data");
    assert_eq!(class(|it| it.image.photometric_interpretation = "RGB".into()), "colour");
    let without = |it: &mut ImageInstance| drop(it.data_set.remove(tags::PIXEL_SPACING));
    assert_eq!(class(without), "no-geometry");
    assert_eq!(ImageVolume::of(vec![]).unwrap_err().class, "no-geometry");
}
