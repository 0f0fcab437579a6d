//! Text where none belongs: other VRs, unknown tags, numbers with letters, UIDs that are none, bytes
//! behind a NUL.

use dicom::dictionary_std::{tags, uids};

use super::picture;
use super::scene::{Scene, binary, instance, item, unknown_sequence};
use super::token::Planter;
use super::wire::implicit;
use crate::dataset::{DataSet, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    planter.enter("disguise");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    put_other_vrs(planter, &mut data_set);
    put_words_for_numbers(planter, &mut data_set);
    put_words_for_codes(planter, &mut data_set);
    put_behind_nul(planter, &mut data_set);
    put_uids(planter, &mut data_set);
    vec![Scene::new("disguise", data_set)]
}

fn put_other_vrs(planter: &mut Planter, data_set: &mut DataSet) {
    let token = planter.word(16, "Other Patient IDs as UN");
    data_set.put(binary(Tag(0x0010, 0x1000), VR::UN, token.as_bytes()));
    let token = planter.word(16, "Other Patient IDs Sequence as UN");
    let ids = item(&[(tags::PATIENT_ID, VR::LO, &token)]);
    data_set.put(unknown_sequence(tags::OTHER_PATIENT_I_DS_SEQUENCE, ids));
    let token = planter.word(16, "Referenced Image Sequence as UN of defined length");
    let mut sequence = DataSet::new();
    let note = item(&[(tags::PATIENT_COMMENTS, VR::LT, &token)]);
    sequence.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![note]);
    // Without tag and length of the sequence, and without its delimiter.
    let encoded = implicit(&sequence);
    let items = &encoded[8..encoded.len() - 8];
    data_set.put(binary(tags::REFERENCED_IMAGE_SEQUENCE, VR::UN, items));
    for (tag, vr, place) in [
        (tags::PATIENT_NAME, VR::LO, "Patient's Name as LO"),
        (tags::PATIENT_BIRTH_NAME, VR::UN, "Patient's Birth Name as UN"),
        (tags::PATIENT_ADDRESS, VR::OB, "Patient's Address as OB"),
        (tags::SLICE_THICKNESS, VR::LO, "Slice Thickness as LO"),
        (Tag(0x0018, 0x9087), VR::UT, "Diffusion b-value as UT"),
        (Tag(0x0018, 0x9089), VR::LT, "Diffusion Gradient Orientation as LT"),
        (tags::SMALLEST_IMAGE_PIXEL_VALUE, VR::SH, "Smallest Image Pixel Value as SH"),
        (tags::PATIENT_POSITION, VR::UT, "Patient Position as UT"),
    ] {
        let token = planter.word(17, place);
        data_set.put_text(tag, vr, &format!("of Dr {token}"));
    }
    for (tag, vr) in [
        (Tag(0x0010, 0x9999), VR::LO),
        (Tag(0x0018, 0xFFF1), VR::UN),
        (Tag(0x0034, 0x0F01), VR::UT),
        (Tag(0x7776, 0x0010), VR::PN),
    ] {
        let token = planter.word(18, &format!("unknown attribute {tag}"));
        data_set.put_text(tag, vr, &token);
    }
}

fn put_words_for_numbers(planter: &mut Planter, data_set: &mut DataSet) {
    for (tag, vr, place) in [
        (tags::KVP, VR::DS, "KVP"),
        (tags::WINDOW_CENTER, VR::DS, "Window Center"),
        (tags::SLICE_LOCATION, VR::DS, "Slice Location"),
        (tags::EXPOSURE_TIME, VR::IS, "Exposure Time"),
        (tags::SERIES_NUMBER, VR::IS, "Series Number"),
        (tags::PATIENT_AGE, VR::AS, "Patient's Age"),
    ] {
        let token = planter.word(26, place);
        data_set.put_text(tag, vr, &token);
    }
    let token = planter.word(26, "Image Position, third value");
    data_set.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("1\\2\\{token}"));
}

/// Words that look like code strings and are not defined terms.
fn put_words_for_codes(planter: &mut Planter, data_set: &mut DataSet) {
    for (tag, place) in [
        (tags::BODY_PART_EXAMINED, "Body Part Examined"),
        (tags::LATERALITY, "Laterality"),
        (tags::ROTATION_DIRECTION, "Rotation Direction"),
    ] {
        let token = planter.word(25, place);
        data_set.put_text(tag, VR::CS, &token);
    }
    let token = planter.word(25, "Body Part Examined, with a sign that codes do not have");
    let shared = item(&[(tags::BODY_PART_EXAMINED, VR::CS, &format!("{token}^J"))]);
    data_set.put_sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![shared]);
}

fn put_behind_nul(planter: &mut Planter, data_set: &mut DataSet) {
    for (tag, vr, before, place) in [
        (tags::MODALITY, VR::CS, "CT", "Modality"),
        (tags::MANUFACTURER, VR::LO, "ACME", "Manufacturer"),
        (tags::CONVOLUTION_KERNEL, VR::SH, "B", "Convolution Kernel"),
        (tags::PATIENT_SEX, VR::CS, "O", "Patient's Sex"),
        (tags::RESCALE_TYPE, VR::LO, "HU", "Rescale Type"),
        (tags::PIXEL_SPACING, VR::DS, "1\\1", "Pixel Spacing"),
    ] {
        let token = planter.word(41, &format!("{place}, behind a NUL"));
        data_set.put(binary(tag, vr, format!("{before}\0{token}").as_bytes()));
    }
    let token = planter.word(41, "SOP Instance UID, behind a NUL");
    let uid = format!("{}\0{token}", planter.plain_uid());
    data_set.put(binary(tags::SOP_INSTANCE_UID, VR::UI, uid.as_bytes()));
}

fn put_uids(planter: &mut Planter, data_set: &mut DataSet) {
    let word = planter.word(33, "Frame of Reference UID, a word");
    data_set.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &word);
    let word = planter.word(33, "Series Instance UID, with a word");
    data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, &format!("1.2.3.{word}"));
    let word = planter.word(32, "Irradiation Event UID, second value");
    data_set.put_text(tags::IRRADIATION_EVENT_UID, VR::UI, &format!("1.2.3\\{word}\\1.2.4"));
    let word = planter.word(33, "Device UID, longer than 64");
    let long = format!("1.2.826.{}.{word}", "1234567890".repeat(6));
    data_set.put_text(tags::DEVICE_UID, VR::UI, &long);
    let word = planter.word(33, "Coding Scheme UID, a word");
    let scheme = item(&[(tags::CODING_SCHEME_UID, VR::UI, &word)]);
    data_set.put_sequence(tags::CODING_SCHEME_IDENTIFICATION_SEQUENCE, vec![scheme]);
    let word = planter.word(33, "Referenced SOP Class UID, a word");
    let reference = item(&[(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &word)]);
    data_set.put_sequence(tags::REFERENCED_STUDY_SEQUENCE, vec![reference]);
    let uid = planter.uid(32, "Failed SOP Instance UID List, second value");
    data_set.put_text(Tag(0x0008, 0x0058), VR::UI, &format!("1.2.3\\{uid}"));
    let uid = planter.uid(35, "Concatenation UID");
    data_set.put_text(tags::CONCATENATION_UID, VR::UI, &uid);
    let uid = planter.uid(35, "Synchronization Frame of Reference UID");
    data_set.put_text(tags::SYNCHRONIZATION_FRAME_OF_REFERENCE_UID, VR::UI, &uid);
    let uid = planter.uid(35, "Dimension Organization UID");
    let dimension = item(&[(tags::DIMENSION_ORGANIZATION_UID, VR::UI, &uid)]);
    data_set.put_sequence(tags::DIMENSION_ORGANIZATION_SEQUENCE, vec![dimension]);
    let uid = planter.uid(33, "Acquisition UID, leading zero");
    let uid_with_zero = format!("01.{uid}");
    data_set.put_text(Tag(0x0008, 0x0017), VR::UI, &uid_with_zero);
}
