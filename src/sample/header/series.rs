//! The modules of PS3.3 sections C.7.3 to C.7.5: general series, frame of reference, equipment.

use dicom::dictionary_std::{tags, uids};

use super::{code, patient::other_ids, private, reference, rows};
use crate::dataset::{DataSet, VR};
use crate::sample::identity::{Patient, Series, Study};

/// General Series and Frame of Reference Modules; `number` counts from 1 in the study.
pub(super) fn put_series(data_set: &mut DataSet, study: &Study, series: &Series, number: u32) {
    let time = format!("{:02}{:02}30.250000", study.hour, 10 + number);
    rows(
        data_set,
        &[
            (tags::MODALITY, VR::CS, "CT"),
            (tags::SERIES_INSTANCE_UID, VR::UI, &series.uid),
            (tags::SERIES_NUMBER, VR::IS, &number.to_string()),
            (tags::SERIES_DATE, VR::DA, &study.date),
            (tags::SERIES_TIME, VR::TM, &time),
            (tags::SERIES_DESCRIPTION, VR::LO, &series.description),
            (tags::PERFORMING_PHYSICIAN_NAME, VR::PN, &study.performing),
            (tags::OPERATORS_NAME, VR::PN, &study.operators.join("\\")),
            (tags::PROTOCOL_NAME, VR::LO, &series.protocol),
            (tags::BODY_PART_EXAMINED, VR::CS, "CHEST"),
            (tags::PATIENT_POSITION, VR::CS, "HFS"),
            (tags::FRAME_OF_REFERENCE_UID, VR::UI, &series.frame_of_reference_uid),
            (tags::POSITION_REFERENCE_INDICATOR, VR::LO, "SN"),
            (tags::PERFORMED_PROCEDURE_STEP_START_DATE, VR::DA, &study.date),
            (tags::PERFORMED_PROCEDURE_STEP_START_TIME, VR::TM, &time),
            (tags::PERFORMED_PROCEDURE_STEP_ID, VR::SH, &series.step_id),
            (tags::PERFORMED_PROCEDURE_STEP_DESCRIPTION, VR::LO, &study.description),
            (tags::COMMENTS_ON_THE_PERFORMED_PROCEDURE_STEP, VR::ST, &series.step_comments),
        ],
    );
    let step = reference(uids::MODALITY_PERFORMED_PROCEDURE_STEP, &series.step_uid);
    data_set.put_sequence(tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE, vec![step]);
}

/// General Equipment Module.
pub(super) fn put_equipment(data_set: &mut DataSet, study: &Study) {
    rows(
        data_set,
        &[
            (tags::MANUFACTURER, VR::LO, "Synthetic"),
            (tags::MANUFACTURER_MODEL_NAME, VR::LO, "Phantom 512"),
            (tags::SOFTWARE_VERSIONS, VR::LO, "1.0"),
            (tags::INSTITUTION_NAME, VR::LO, &study.institution),
            (tags::INSTITUTION_ADDRESS, VR::ST, &study.institution_address),
            (tags::INSTITUTIONAL_DEPARTMENT_NAME, VR::LO, &study.department),
            (tags::STATION_NAME, VR::SH, &study.station),
            (tags::DEVICE_SERIAL_NUMBER, VR::LO, &study.serial),
            (tags::DEVICE_UID, VR::UI, &study.device_uid),
            (tags::GANTRY_ID, VR::LO, &study.gantry),
            (tags::DATE_OF_LAST_CALIBRATION, VR::DA, &study.date),
            (tags::RETRIEVE_AE_TITLE, VR::AE, &study.ae_title),
        ],
    );
}

/// Request Attributes Sequence (0040,0275), four levels deep: request, protocol, context, concept.
pub(super) fn put_request(data_set: &mut DataSet, patient: &Patient, study: &Study) {
    let mut context = DataSet::new();
    context.put_text(tags::VALUE_TYPE, VR::CS, "PNAME");
    let concept = code("121029", "DCM", "Subject Name");
    context.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]);
    context.put_text(tags::PERSON_NAME, VR::PN, &patient.name);
    let mut protocol = code("THORAX-1", "99QUIX", "Thorax, native");
    protocol.put_sequence(tags::PROTOCOL_CONTEXT_SEQUENCE, vec![context]);
    let mut request = private::person(patient);
    rows(
        &mut request,
        &[
            (tags::STUDY_INSTANCE_UID, VR::UI, &study.uid),
            (tags::ACCESSION_NUMBER, VR::SH, &study.accession),
            (tags::REQUESTED_PROCEDURE_ID, VR::SH, &study.id),
            (tags::REQUESTED_PROCEDURE_DESCRIPTION, VR::LO, &study.description),
            (tags::REASON_FOR_THE_REQUESTED_PROCEDURE, VR::LO, &study.reason),
            (tags::REQUESTED_PROCEDURE_COMMENTS, VR::LT, &study.request_comments),
            (tags::PLACER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST, VR::LO, &study.order_number),
            (tags::SCHEDULED_PROCEDURE_STEP_ID, VR::SH, &study.id),
            (tags::SCHEDULED_PROCEDURE_STEP_DESCRIPTION, VR::LO, &study.description),
        ],
    );
    request.put_sequence(tags::SCHEDULED_PROTOCOL_CODE_SEQUENCE, vec![protocol]);
    data_set.put_sequence(tags::REQUEST_ATTRIBUTES_SEQUENCE, vec![request]);
}

/// Original Attributes Sequence (0400,0561), three levels deep: what a coercion has replaced.
pub(super) fn put_history(data_set: &mut DataSet, patient: &Patient, study: &Study) {
    let mut modified = DataSet::new();
    rows(
        &mut modified,
        &[
            (tags::PATIENT_NAME, VR::PN, &patient.birth_name),
            (tags::PATIENT_ID, VR::LO, &patient.other_ids[0]),
            (tags::PATIENT_BIRTH_DATE, VR::DA, &patient.birth_date),
        ],
    );
    modified.put_sequence(tags::OTHER_PATIENT_I_DS_SEQUENCE, other_ids(patient));
    let mut original = DataSet::new();
    rows(
        &mut original,
        &[
            (tags::SOURCE_OF_PREVIOUS_VALUES, VR::LO, &study.institution),
            (tags::ATTRIBUTE_MODIFICATION_DATE_TIME, VR::DT, &format!("{}190000", study.date)),
            (tags::MODIFYING_SYSTEM, VR::LO, &study.station),
            (tags::REASON_FOR_THE_ATTRIBUTE_MODIFICATION, VR::CS, "COERCE"),
        ],
    );
    original.put_sequence(tags::MODIFIED_ATTRIBUTES_SEQUENCE, vec![modified]);
    data_set.put_sequence(tags::ORIGINAL_ATTRIBUTES_SEQUENCE, vec![original]);
}
