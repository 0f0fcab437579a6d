//! The keys of directory records by their types (PS3.3 section F.5), with what stands in for one that
//! the instance does not have.

use dicom::dictionary_std::tags;

use crate::dataset::{Tag, VR};

/// What the standard asks of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Type 1: where it is empty, this text.
    One(&'static str),
    /// Type 1: where it is empty, the record's number among its siblings.
    Number,
    /// Type 2: may be empty.
    Two,
    /// Type 1C: where the instance has it.
    Conditional,
    /// Type 1C: the items that modify the concept name, where there are any.
    Modifiers,
}

/// A key of a directory record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key(pub(super) Tag, pub(super) VR, pub(super) Need);

use Need::{Conditional, Modifiers, Number, One, Two};

/// What stands for a day, a time, and both, that the instance does not tell: what the profile puts.
const NO_DATE: Need = One("19000101");
const NO_TIME: Need = One("000000");

const INSTANCE_NUMBER: Key = Key(tags::INSTANCE_NUMBER, VR::IS, Number);
const CONTENT_DATE: Key = Key(tags::CONTENT_DATE, VR::DA, NO_DATE);
const CONTENT_TIME: Key = Key(tags::CONTENT_TIME, VR::TM, NO_TIME);
/// Content Identification Macro (PS3.3 table 10-12), the number aside.
const LABEL: Key = Key(tags::CONTENT_LABEL, VR::CS, One("UNKNOWN"));
const DESCRIPTION: Key = Key(tags::CONTENT_DESCRIPTION, VR::LO, Two);
const CREATOR: Key = Key(tags::CONTENT_CREATOR_NAME, VR::PN, Two);
const CONCEPT: Key = Key(tags::CONCEPT_NAME_CODE_SEQUENCE, VR::SQ, Two);
const CONCEPT_MODIFIERS: Key = Key(tags::CONTENT_SEQUENCE, VR::SQ, Modifiers);

/// PS3.3 table F.5-1.
pub(super) const PATIENT: &[Key] =
    &[Key(tags::PATIENT_NAME, VR::PN, Two), Key(tags::PATIENT_ID, VR::LO, One("UNKNOWN"))];
/// PS3.3 table F.5-2.
pub(super) const STUDY: &[Key] = &[
    Key(tags::STUDY_DATE, VR::DA, NO_DATE),
    Key(tags::STUDY_TIME, VR::TM, NO_TIME),
    Key(tags::STUDY_DESCRIPTION, VR::LO, Two),
    Key(tags::STUDY_INSTANCE_UID, VR::UI, Conditional),
    Key(tags::STUDY_ID, VR::SH, Number),
    Key(tags::ACCESSION_NUMBER, VR::SH, Two),
];
/// PS3.3 table F.5-3.
pub(super) const SERIES: &[Key] = &[
    Key(tags::MODALITY, VR::CS, One("OT")),
    Key(tags::SERIES_INSTANCE_UID, VR::UI, Conditional),
    Key(tags::SERIES_NUMBER, VR::IS, Number),
];

/// The types of the records that refer to instances, with their keys (PS3.3 tables F.5-4 and on).
const LEAVES: &[(&str, &[Key])] = &[
    ("IMAGE", &[INSTANCE_NUMBER]),
    ("RT DOSE", &[INSTANCE_NUMBER, Key(tags::DOSE_SUMMATION_TYPE, VR::CS, One("UNKNOWN"))]),
    (
        "RT STRUCTURE SET",
        &[
            INSTANCE_NUMBER,
            Key(tags::STRUCTURE_SET_LABEL, VR::SH, One("UNKNOWN")),
            Key(tags::STRUCTURE_SET_DATE, VR::DA, Two),
            Key(tags::STRUCTURE_SET_TIME, VR::TM, Two),
        ],
    ),
    (
        "RT PLAN",
        &[
            INSTANCE_NUMBER,
            Key(tags::RT_PLAN_LABEL, VR::SH, One("UNKNOWN")),
            Key(tags::RT_PLAN_DATE, VR::DA, Two),
            Key(tags::RT_PLAN_TIME, VR::TM, Two),
        ],
    ),
    (
        "RT TREAT RECORD",
        &[
            INSTANCE_NUMBER,
            Key(tags::TREATMENT_DATE, VR::DA, Two),
            Key(tags::TREATMENT_TIME, VR::TM, Two),
        ],
    ),
    (
        "PRESENTATION",
        &[
            Key(tags::PRESENTATION_CREATION_DATE, VR::DA, NO_DATE),
            Key(tags::PRESENTATION_CREATION_TIME, VR::TM, NO_TIME),
            INSTANCE_NUMBER,
            LABEL,
            DESCRIPTION,
            CREATOR,
            Key(tags::REFERENCED_SERIES_SEQUENCE, VR::SQ, Conditional),
            Key(tags::BLENDING_SEQUENCE, VR::SQ, Conditional),
        ],
    ),
    ("WAVEFORM", &[INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME]),
    (
        "SR DOCUMENT",
        &[
            INSTANCE_NUMBER,
            Key(tags::COMPLETION_FLAG, VR::CS, One("PARTIAL")),
            Key(tags::VERIFICATION_FLAG, VR::CS, One("UNVERIFIED")),
            CONTENT_DATE,
            CONTENT_TIME,
            // Of the Verifying Observer Sequence (0040,A073): the last, where there are several.
            Key(tags::VERIFICATION_DATE_TIME, VR::DT, Conditional),
            CONCEPT,
            CONCEPT_MODIFIERS,
        ],
    ),
    ("KEY OBJECT DOC", &[INSTANCE_NUMBER, CONTENT_DATE, CONTENT_TIME, CONCEPT, CONCEPT_MODIFIERS]),
    (
        "SPECTROSCOPY",
        &[
            Key(tags::IMAGE_TYPE, VR::CS, One(r"DERIVED\SECONDARY")),
            CONTENT_DATE,
            CONTENT_TIME,
            INSTANCE_NUMBER,
            Key(tags::REFERENCED_IMAGE_EVIDENCE_SEQUENCE, VR::SQ, Conditional),
            Key(tags::NUMBER_OF_FRAMES, VR::IS, One("1")),
            Key(tags::ROWS, VR::US, Conditional),
            Key(tags::COLUMNS, VR::US, Conditional),
            Key(tags::DATA_POINT_ROWS, VR::UL, Conditional),
            Key(tags::DATA_POINT_COLUMNS, VR::UL, Conditional),
        ],
    ),
    ("RAW DATA", &[CONTENT_DATE, CONTENT_TIME, INSTANCE_NUMBER]),
    ("REGISTRATION", CONTENT),
    ("FIDUCIAL", CONTENT),
    (
        "ENCAP DOC",
        &[
            Key(tags::CONTENT_DATE, VR::DA, Two),
            Key(tags::CONTENT_TIME, VR::TM, Two),
            INSTANCE_NUMBER,
            Key(tags::DOCUMENT_TITLE, VR::ST, Two),
            Key(tags::HL7_INSTANCE_IDENTIFIER, VR::ST, Conditional),
            CONCEPT,
            Key(tags::MIME_TYPE_OF_ENCAPSULATED_DOCUMENT, VR::LO, One("application/octet-stream")),
        ],
    ),
    ("VALUE MAP", CONTENT),
    ("STEREOMETRIC", &[]),
    ("PLAN", &[]),
    ("MEASUREMENT", CONTENT),
    ("SURFACE", CONTENT),
    ("SURFACE SCAN", &[CONTENT_DATE, CONTENT_TIME]),
    ("TRACT", CONTENT),
    (
        "ASSESSMENT",
        &[
            INSTANCE_NUMBER,
            Key(tags::INSTANCE_CREATION_DATE, VR::DA, NO_DATE),
            Key(tags::INSTANCE_CREATION_TIME, VR::TM, Two),
        ],
    ),
    ("ANNOTATION", CONTENT),
    (
        "RADIOTHERAPY",
        &[
            INSTANCE_NUMBER,
            Key(tags::USER_CONTENT_LABEL, VR::SH, Conditional),
            Key(tags::USER_CONTENT_LONG_LABEL, VR::LO, Conditional),
            DESCRIPTION,
            CREATOR,
        ],
    ),
    (PRIVATE, &[]),
];

const CONTENT: &[Key] = &[CONTENT_DATE, CONTENT_TIME, INSTANCE_NUMBER, LABEL, DESCRIPTION, CREATOR];

/// The type of a record for an instance that no other type is for.
pub(super) const PRIVATE: &str = "PRIVATE";

/// The keys of a type.
pub(super) fn keys(record_type: &str) -> &'static [Key] {
    LEAVES.iter().find(|(name, _)| *name == record_type).map_or(&[], |(_, keys)| keys)
}

#[cfg(test)]
pub(super) fn is_known(record_type: &str) -> bool {
    LEAVES.iter().any(|(name, _)| *name == record_type)
}

/// The last attribute of an instance that a record of this type needs.
pub(super) fn last_tag(record_type: &str) -> Tag {
    let keys = [PATIENT, STUDY, SERIES, keys(record_type)];
    let last = keys.into_iter().flatten().map(|key| key.0).max();
    last.unwrap_or(tags::SERIES_NUMBER)
}
