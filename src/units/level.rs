//! What a unit is in a tree of DICOM files: the head of an instance in, the label of the unit that it belongs to out.
//! Instances with one label are one unit.

use dicom::dictionary_std::tags;

use super::name::safe_name;
use crate::dataset::DataSet;
use crate::deident::CharacterSet;

/// The level of the information model (PS3.3, section 7.2) that is one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Level {
    /// Each file.
    Instance,
    /// All files of one Series Instance UID.
    Series,
    /// All files of one Study Instance UID.
    Study,
    /// All files of one Patient ID; where there is none, of one study.
    Patient,
}

impl Level {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Series => "series",
            Self::Study => "study",
            Self::Patient => "patient",
        }
    }
}

/// The label of an instance; `Err` tells in a word what it lacks. `None` where each file is a unit of its own.
pub fn label(head: &DataSet, level: Level) -> Result<Option<String>, &'static str> {
    let value = |tag| head.text(tag).map(str::trim).filter(|text| !text.is_empty());
    match level {
        Level::Instance => Ok(None),
        Level::Series => value(tags::SERIES_INSTANCE_UID)
            .map(|uid| Some(uid.to_owned()))
            .ok_or("no-series-instance-uid"),
        Level::Study => value(tags::STUDY_INSTANCE_UID)
            .map(|uid| Some(uid.to_owned()))
            .ok_or("no-study-instance-uid"),
        Level::Patient => match (patient_id(head), value(tags::STUDY_INSTANCE_UID)) {
            (Some(id), _) => Ok(Some(id)),
            // Files of different patients must not come together because neither has a name.
            (None, Some(study)) => Ok(Some(format!("no patient ID, study {study}"))),
            (None, None) => Err("no-patient-id"),
        },
    }
}

/// The Patient ID as text, whatever its character set; one that cannot be decoded by its bytes.
fn patient_id(head: &DataSet) -> Option<String> {
    let bytes = head.bytes(tags::PATIENT_ID)?;
    let charset = CharacterSet::declared(head).unwrap_or_default();
    let decoded = charset.decode_identifier(bytes);
    let text = String::from_utf8(decoded.to_vec()).unwrap_or_else(|_| safe_name(bytes));
    let text = text.trim_matches([' ', '\0']);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Element, VR, Value};

    #[test]
    fn a_label_is_that_of_the_level_and_nameless_patients_stay_apart() {
        let mut head = DataSet::new();
        assert_eq!(label(&head, Level::Instance), Ok(None));
        assert_eq!(label(&head, Level::Series), Err("no-series-instance-uid"));
        assert_eq!(label(&head, Level::Patient), Err("no-patient-id"));
        head.put_text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2");
        head.put_text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3");
        head.put_text(tags::PATIENT_ID, VR::LO, " ");
        assert_eq!(label(&head, Level::Series), Ok(Some("1.2.3".into())));
        assert_eq!(label(&head, Level::Patient), Ok(Some("no patient ID, study 1.2".into())));
        head.put_text(tags::PATIENT_ID, VR::LO, "P7 ");
        assert_eq!(label(&head, Level::Patient), Ok(Some("P7".into())));
        // ISO_IR 100 and UTF-8: one patient.
        for (charset, id) in [("ISO_IR 100", &b"M\xFCl"[..]), ("ISO_IR 192", "Mül".as_bytes())] {
            head.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, charset);
            let value = Value::Bytes(id.to_vec().into());
            head.put(Element { tag: tags::PATIENT_ID, vr: VR::LO, value });
            assert_eq!(label(&head, Level::Patient), Ok(Some("Mül".into())), "{charset}");
        }
    }
}
