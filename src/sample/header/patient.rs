//! The modules of PS3.3 sections C.7.1 and C.7.2: patient, general study, patient study.

use dicom::dictionary_std::tags;

use super::{reference, rows};
use crate::dataset::{DataSet, VR};
use crate::sample::identity::{Patient, Study};

/// Patient Module and what the patient brings to the visit.
pub(super) fn put_patient(data_set: &mut DataSet, patient: &Patient, study: &Study) {
    let age = format!("{:03}Y", study.year - patient.birth_year);
    rows(
        data_set,
        &[
            (tags::PATIENT_NAME, VR::PN, &patient.name),
            (tags::PATIENT_ID, VR::LO, &patient.id),
            (tags::ISSUER_OF_PATIENT_ID, VR::LO, &patient.issuer),
            (tags::PATIENT_BIRTH_DATE, VR::DA, &patient.birth_date),
            (tags::PATIENT_SEX, VR::CS, patient.sex),
            (tags::OTHER_PATIENT_NAMES, VR::PN, &patient.other_name),
            (tags::PATIENT_BIRTH_NAME, VR::PN, &patient.birth_name),
            (tags::PATIENT_MOTHER_BIRTH_NAME, VR::PN, &patient.mother_birth_name),
            (tags::PATIENT_AGE, VR::AS, &age),
            (tags::PATIENT_SIZE, VR::DS, "1.74"),
            (tags::PATIENT_WEIGHT, VR::DS, "71.5"),
            (tags::PATIENT_ADDRESS, VR::LO, &patient.address),
            (tags::REGION_OF_RESIDENCE, VR::LO, &patient.town),
            (tags::PATIENT_TELEPHONE_NUMBERS, VR::SH, &patient.telephone),
            (tags::OCCUPATION, VR::SH, &patient.occupation),
            (tags::ALLERGIES, VR::LO, &patient.allergy),
            (tags::ADDITIONAL_PATIENT_HISTORY, VR::LT, &patient.history),
            (tags::RESPONSIBLE_PERSON, VR::PN, &patient.responsible_person),
            (tags::RESPONSIBLE_PERSON_ROLE, VR::CS, "GUARDIAN"),
            (tags::PATIENT_COMMENTS, VR::LT, &patient.comments),
        ],
    );
    data_set.put_sequence(tags::OTHER_PATIENT_I_DS_SEQUENCE, other_ids(patient));
}

/// Items of Other Patient IDs Sequence (0010,1002).
pub(super) fn other_ids(patient: &Patient) -> Vec<DataSet> {
    let item = |id: &String| {
        let mut item = DataSet::new();
        rows(
            &mut item,
            &[
                (tags::PATIENT_ID, VR::LO, id),
                (tags::ISSUER_OF_PATIENT_ID, VR::LO, &patient.issuer),
                (tags::TYPE_OF_PATIENT_ID, VR::CS, "TEXT"),
            ],
        );
        item
    };
    patient.other_ids.iter().map(item).collect()
}

/// Detached Study Management SOP Class, retired, as many systems still write it.
const DETACHED_STUDY: &str = "1.2.840.10008.3.1.2.3.1";

/// General Study Module, and the request behind the study.
pub(super) fn put_study(data_set: &mut DataSet, study: &Study) {
    let time = format!("{:02}0500.000000", study.hour);
    rows(
        data_set,
        &[
            (tags::STUDY_INSTANCE_UID, VR::UI, &study.uid),
            (tags::STUDY_DATE, VR::DA, &study.date),
            (tags::STUDY_TIME, VR::TM, &time),
            (tags::STUDY_ID, VR::SH, &study.id),
            (tags::ACCESSION_NUMBER, VR::SH, &study.accession),
            (tags::STUDY_DESCRIPTION, VR::LO, &study.description),
            (tags::REFERRING_PHYSICIAN_NAME, VR::PN, &study.referring),
            (tags::PHYSICIANS_OF_RECORD, VR::PN, &study.requesting),
            (tags::NAME_OF_PHYSICIANS_READING_STUDY, VR::PN, &study.reading),
            (tags::ADMITTING_DIAGNOSES_DESCRIPTION, VR::LO, &study.reason),
            (tags::ADMISSION_ID, VR::LO, &study.admission_id),
            (tags::REQUESTING_PHYSICIAN, VR::PN, &study.requesting),
            (tags::REQUESTING_SERVICE, VR::LO, &study.service),
        ],
    );
    data_set
        .put_sequence(tags::REFERRING_PHYSICIAN_IDENTIFICATION_SEQUENCE, vec![physician(study)]);
    let earlier = reference(DETACHED_STUDY, &study.earlier_uid);
    data_set.put_sequence(tags::REFERENCED_STUDY_SEQUENCE, vec![earlier]);
}

/// Person Identification Macro (PS3.3 table 10-1): a code inside an item inside a sequence.
fn physician(study: &Study) -> DataSet {
    let mut code = DataSet::new();
    rows(
        &mut code,
        &[
            (tags::CODE_VALUE, VR::SH, &study.physician_id),
            (tags::CODING_SCHEME_DESIGNATOR, VR::SH, "99QUIX"),
            (tags::CODE_MEANING, VR::LO, &study.referring.replace('^', " ")),
        ],
    );
    let mut item = DataSet::new();
    rows(
        &mut item,
        &[
            (tags::INSTITUTION_NAME, VR::LO, &study.institution),
            (tags::PERSON_TELEPHONE_NUMBERS, VR::LO, &study.physician_telephone),
        ],
    );
    item.put_sequence(tags::PERSON_IDENTIFICATION_CODE_SEQUENCE, vec![code]);
    item
}
