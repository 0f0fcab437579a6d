//! The profile on data sets made by hand. `tests/it/privacy.rs` greps whole outputs.

use bytes::Bytes;
use dicom::dictionary_std::uids;

use super::*;
use crate::dataset::{Element, Value, encode_data_set};

fn deidentifier() -> Deidentifier {
    Deidentifier::new(&Key::from_bytes(&[3; 32]).unwrap(), Profile::basic())
}

/// The least that has an identity.
fn instance() -> DataSet {
    let mut data_set = DataSet::new();
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.4");
    data_set.put_text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3");
    data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3.5");
    data_set.put_text(tags::PATIENT_ID, VR::LO, "MRN7");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, "Doe^Jane");
    data_set
}

fn apply(data_set: DataSet) -> Result<Deidentified, DeidentError> {
    let transfer_syntax = uids::EXPLICIT_VR_LITTLE_ENDIAN.to_owned();
    deidentifier().apply(Original { data_set, transfer_syntax, image: None })
}

fn cleaned(data_set: DataSet) -> DataSet {
    apply(data_set).unwrap().data_set().clone()
}

fn bytes_of(data_set: &DataSet) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_data_set(data_set, &mut bytes);
    bytes
}

fn contains(data_set: &DataSet, text: &str) -> bool {
    bytes_of(data_set).windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn identity_is_replaced_and_the_profile_is_recorded() {
    let deidentified = apply(instance()).unwrap();
    let data_set = deidentified.data_set();
    assert_eq!(data_set.text(tags::PATIENT_ID), Some(deidentified.identity().patient_id.as_str()));
    assert!(!contains(data_set, "MRN7") && !contains(data_set, "Doe"));
    let sop = &deidentified.identity().sop_instance_uid;
    assert_eq!(data_set.text(tags::SOP_INSTANCE_UID), Some(sop.as_str()));
    assert_eq!(data_set.text(tags::SOP_CLASS_UID), Some(uids::CT_IMAGE_STORAGE));
    assert_eq!(data_set.text(tags::PATIENT_IDENTITY_REMOVED), Some("YES"));
    assert_eq!(data_set.text(tags::DEIDENTIFICATION_METHOD), Some(METHOD));
    let codes = data_set.sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap();
    assert_eq!(codes[0].text(tags::CODE_VALUE), Some("113100"));
    let times = data_set.text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED);
    assert_eq!(times, Some("REMOVED"));
}

#[test]
fn what_earlier_tools_recorded_stays_and_a_second_pass_adds_nothing() {
    let mut data_set = instance();
    data_set.put_text(tags::DEIDENTIFICATION_METHOD, VR::LO, "Tool 1");
    let once = cleaned(data_set);
    let method = format!("Tool 1\\{METHOD}");
    assert_eq!(once.text(tags::DEIDENTIFICATION_METHOD), Some(method.as_str()));
    let twice = cleaned(once);
    assert_eq!(twice.text(tags::DEIDENTIFICATION_METHOD), Some(method.as_str()));
    assert_eq!(twice.sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap().len(), 1);
}

#[test]
fn every_attribute_of_the_table_is_cleaned_at_every_depth() {
    const SECRET: &str = "QXZSECRET";
    for (tag, _) in table::table().rows() {
        let mut item = DataSet::new();
        item.put_text(tag, VR::LO, SECRET);
        let mut middle = DataSet::new();
        middle.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item.clone()]);
        let mut data_set = instance();
        data_set.put_sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![middle]);
        for element in item {
            if ![tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID].contains(&element.tag) {
                data_set.put(element);
            }
        }
        // Refusing the instance is allowed; letting the value through is not.
        if let Ok(deidentified) = apply(data_set) {
            assert!(!contains(deidentified.data_set(), SECRET), "{tag}");
        }
    }
}

#[test]
fn private_and_unknown_attributes_go_at_every_depth() {
    let mut item = DataSet::new();
    for tag in [Tag(0x0009, 0x0010), Tag(0x0009, 0x1001), Tag(0x0018, 0xFFFE), Tag(0x6000, 0x22)] {
        item.put_text(tag, VR::LO, "SECRET");
    }
    item.put_sequence(Tag(0x0029, 0x1010), vec![instance()]);
    let mut data_set = instance();
    for element in item.clone() {
        data_set.put(element);
    }
    data_set.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item]);
    let cleaned = cleaned(data_set);
    assert!(!contains(&cleaned, "SECRET") && !contains(&cleaned, "MRN7"));
    let items = cleaned.sequence(tags::REFERENCED_IMAGE_SEQUENCE).unwrap();
    assert!(items[0].is_empty());
}

#[test]
fn references_keep_pointing_at_the_same_instance() {
    let mut item = DataSet::new();
    item.put_text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    item.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3.4");
    let mut data_set = instance();
    data_set.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item]);
    let cleaned = cleaned(data_set);
    let item = &cleaned.sequence(tags::REFERENCED_IMAGE_SEQUENCE).unwrap()[0];
    let referenced = item.text(tags::REFERENCED_SOP_INSTANCE_UID);
    assert_eq!(referenced, cleaned.text(tags::SOP_INSTANCE_UID));
    assert_eq!(item.text(tags::REFERENCED_SOP_CLASS_UID), Some(uids::CT_IMAGE_STORAGE));
}

#[test]
fn several_uids_in_one_value_are_each_replaced_and_well_known_frames_are_not() {
    let mut data_set = instance();
    data_set.put_text(tags::FAILED_SOP_INSTANCE_UID_LIST, VR::UI, "1.2.3.4\\1.2.9");
    data_set.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "1.2.840.10008.1.4.1.1");
    let cleaned = cleaned(data_set);
    let list = cleaned.text(tags::FAILED_SOP_INSTANCE_UID_LIST).unwrap();
    let mapped: Vec<&str> = list.split('\\').collect();
    assert_eq!(mapped[0], cleaned.text(tags::SOP_INSTANCE_UID).unwrap());
    assert!(mapped[1].starts_with("2.25."));
    assert_eq!(cleaned.text(tags::FRAME_OF_REFERENCE_UID), Some("1.2.840.10008.1.4.1.1"));
}

#[test]
fn a_content_sequence_becomes_one_item_that_says_nothing() {
    let mut item = DataSet::new();
    item.put_text(tags::TEXT_VALUE, VR::UT, "Jane Doe, 55, of Springfield");
    let mut data_set = instance();
    data_set.put_sequence(tags::CONTENT_SEQUENCE, vec![item.clone(), item]);
    let cleaned = cleaned(data_set);
    assert!(!contains(&cleaned, "Springfield"));
    let items = cleaned.sequence(tags::CONTENT_SEQUENCE).unwrap();
    assert_eq!((items.len(), items[0].text(tags::TEXT_VALUE)), (1, Some("REMOVED")));
}

#[test]
fn inside_a_dummied_sequence_codes_and_text_are_dummies_too() {
    let mut code = DataSet::new();
    code.put_text(tags::CODE_VALUE, VR::SH, "DRSMITH");
    code.put_text(tags::CODE_MEANING, VR::LO, "Doctor Smith");
    let mut data_set = instance();
    data_set.put_sequence(tags::PERSON_IDENTIFICATION_CODE_SEQUENCE, vec![code]);
    let cleaned = cleaned(data_set);
    assert!(!contains(&cleaned, "DRSMITH") && !contains(&cleaned, "Smith"));
    assert_eq!(cleaned.sequence(tags::PERSON_IDENTIFICATION_CODE_SEQUENCE).unwrap().len(), 1);
}

#[test]
fn without_a_patient_id_each_study_is_a_patient_of_its_own() {
    let mut one = instance();
    one.put_text(tags::PATIENT_ID, VR::LO, "  ");
    let mut other = one.clone();
    other.put_text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.99");
    let (one, other) =
        (apply(one).unwrap().identity().clone(), apply(other).unwrap().identity().clone());
    assert_ne!(one.patient_id, other.patient_id);
    assert_ne!(one.patient_id, apply(instance()).unwrap().identity().patient_id);
}

#[test]
fn what_is_unclear_is_refused() {
    let mut document = instance();
    let value = Value::Bytes(Bytes::from_static(b"%PDF-1.7 Jane Doe"));
    document.put(Element { tag: tags::ENCAPSULATED_DOCUMENT, vr: VR::OB, value });
    assert_eq!(apply(document).unwrap_err(), DeidentError::NoDummy(tags::ENCAPSULATED_DOCUMENT));
    for tag in [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID] {
        let mut without = instance();
        without.remove(tag);
        assert_eq!(apply(without).unwrap_err(), DeidentError::NoIdentity(tag));
    }
}

#[test]
fn dates_times_and_names_that_no_rule_names_are_dummies() {
    let mut data_set = instance();
    data_set.put_text(tags::EXPIRY_DATE, VR::DA, "19310704");
    data_set.put_text(tags::EVALUATOR_NAME, VR::PN, "Smith");
    let cleaned = cleaned(data_set);
    assert!(!contains(&cleaned, "19310704") && !contains(&cleaned, "Smith"));
}
