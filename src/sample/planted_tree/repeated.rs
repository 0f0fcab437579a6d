//! An identity once where it belongs and once more where nobody looks: in attributes that a profile
//! keeps. Character sets, patients without or with two identifiers, dates as people write them.

use dicom::dictionary_std::{tags, uids};

use super::picture;
use super::scene::{Scene, binary, instance, item};
use super::token::Planter;
use crate::dataset::{DataSet, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    let mut scenes = vec![repeated(planter), dates(planter)];
    scenes.extend(patients(planter));
    scenes
}

fn image(planter: &mut Planter, name: &'static str) -> DataSet {
    planter.enter(name);
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    data_set
}

/// Attributes that identify, and the attributes that are kept into which their words are written too.
const TWICE: [(Tag, VR, Tag, VR); 10] = [
    (tags::PATIENT_ID, VR::LO, tags::MANUFACTURER_MODEL_NAME, VR::LO),
    (tags::ACCESSION_NUMBER, VR::SH, tags::FILTER_TYPE, VR::SH),
    (tags::STUDY_ID, VR::SH, tags::CONVOLUTION_KERNEL, VR::SH),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN, tags::CONTRAST_BOLUS_ROUTE, VR::LO),
    (tags::OPERATORS_NAME, VR::PN, tags::SCAN_OPTIONS, VR::CS),
    (tags::INSTITUTION_NAME, VR::LO, tags::MANUFACTURER, VR::LO),
    (tags::STATION_NAME, VR::SH, tags::RESCALE_TYPE, VR::LO),
    (tags::OTHER_PATIENT_NAMES, VR::PN, tags::DEIDENTIFICATION_METHOD, VR::LO),
    (tags::PATIENT_BIRTH_NAME, VR::PN, tags::WINDOW_CENTER_WIDTH_EXPLANATION, VR::LO),
    (tags::PATIENT_ADDRESS, VR::LO, tags::RECEIVE_COIL_NAME, VR::SH),
];

/// Words of the patient's and the physicians' names and identifiers in attributes that are kept.
fn repeated(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "repeated");
    let mut word = |place: &str| planter.word(38, place);
    let [family, given, middle] = ["Software Versions", "Sequence Name", "Image Type"]
        .map(|kept| word(&format!("a part of Patient's Name, and in {kept}")));
    let name = format!("{family}^{given}^{middle}");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &name);
    data_set.put_text(tags::SOFTWARE_VERSIONS, VR::LO, &format!("VB17 {family}"));
    data_set.put_text(tags::SEQUENCE_NAME, VR::SH, &given);
    data_set.put_text(tags::IMAGE_TYPE, VR::CS, &format!("ORIGINAL\\PRIMARY\\AXIAL\\{middle}"));
    for (source, source_vr, kept, kept_vr) in TWICE {
        let token = planter.word(38, &format!("{source}, and in {kept}"));
        data_set.put_text(source, source_vr, &token);
        data_set.put_text(kept, kept_vr, &token);
    }
    for (tag, vr, place) in [
        (tags::STUDY_DESCRIPTION, VR::LO, "Study Description"),
        (tags::SERIES_DESCRIPTION, VR::LO, "Series Description"),
        (tags::PROTOCOL_NAME, VR::LO, "Protocol Name"),
        (tags::IMAGE_COMMENTS, VR::LT, "Image Comments"),
    ] {
        let token = planter.word(37, place);
        data_set.put_text(tag, vr, &format!("CT Chest Dr {token} 55F"));
    }
    let uid = planter.uid(36, "Frame of Reference UID, and in LUT Explanation");
    data_set.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &uid);
    let mut lut = item(&[(tags::LUT_EXPLANATION, VR::LO, &format!("of {uid}"))]);
    lut.put(binary(tags::LUT_DESCRIPTOR, VR::US, &[2, 0, 0, 0, 8, 0]));
    lut.put(binary(tags::LUT_DATA, VR::OW, &[0, 0, 1, 0]));
    data_set.put_sequence(tags::VOILUT_SEQUENCE, vec![lut]);
    Scene::new("repeated", data_set)
}

/// A date of birth in the spellings that writers leave.
fn dates(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "dates");
    for (tag, vr, item, spelled, place) in [
        (tags::PATIENT_BIRTH_DATE, VR::DA, 28, "19310704", "Patient's Birth Date"),
        (tags::STUDY_DATE, VR::DA, 27, "1931.07.04", "Study Date"),
        (tags::SERIES_DATE, VR::DA, 28, "19310704-19310705", "Series Date, a range"),
        (tags::CONTENT_DATE, VR::DA, 27, "1931-07-04", "Content Date, with dashes"),
        (tags::ACQUISITION_DATE, VR::LO, 27, "04 Jul 1931", "Acquisition Date as LO"),
        (
            tags::ACQUISITION_DATE_TIME,
            VR::DT,
            28,
            "19310704101112.123456+0930",
            "Acquisition DateTime",
        ),
        (tags::FRAME_ACQUISITION_DATE_TIME, VR::DT, 28, "19310704", "Frame Acquisition DateTime"),
        (tags::DATE_OF_SECONDARY_CAPTURE, VR::DA, 27, "07/04/1931", "Date of Secondary Capture"),
    ] {
        data_set.put_text(tag, vr, planter.date(item, place, spelled));
    }
    data_set.put_text(tags::SERIES_TIME, VR::TM, "");
    data_set.put_text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "+0930");
    Scene::new("dates", data_set)
}

/// Patients whose identifiers are missing, of one study with another, and in three writings.
fn patients(planter: &mut Planter) -> Vec<Scene> {
    let mut without = image(planter, "no-patient-id");
    without.remove(tags::PATIENT_ID);
    let name = planter.word(29, "Patient's Name of a patient without ID");
    without.put_text(tags::PATIENT_NAME, VR::PN, &name);
    let mut empty = image(planter, "empty-patient-id");
    empty.put_text(tags::PATIENT_ID, VR::LO, "");
    let name = planter.word(29, "Patient's Name of a patient with an empty ID");
    empty.put_text(tags::PATIENT_NAME, VR::PN, &name);
    let mut second = image(planter, "second-patient");
    let id = planter.word(31, "another Patient ID in the same study");
    second.put_text(tags::PATIENT_ID, VR::LO, &id);
    let mut groups = image(planter, "three-groups");
    let names = ["alphabetic", "ideographic", "phonetic"]
        .map(|group| planter.word(40, &format!("Patient's Name, {group} group")));
    groups.put_text(tags::PATIENT_NAME, VR::PN, &names.join("="));
    let names = ["alphabetic", "ideographic", "phonetic"].map(|group| {
        planter.word(40, &format!("Person Name in a private sequence, {group} group"))
    });
    let person = item(&[(tags::PERSON_NAME, VR::PN, &names.join("="))]);
    groups.put_text(Tag(0x0009, 0x0010), VR::LO, "FIRST MAKER");
    groups.put_sequence(Tag(0x0009, 0x1001), vec![person]);
    vec![
        Scene::new("no-patient-id", without),
        Scene::new("empty-patient-id", empty),
        Scene::new("second-patient", second),
        Scene::new("three-groups", groups),
    ]
}
