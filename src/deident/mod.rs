//! De-identification (PS3.15 annex E): an `Original` in, a `Deidentified` out, or the reason why the
//! instance is not let through. Fails closed: what is unclear is refused, never passed on.

mod clean;
mod concern;
mod dummy;
mod key;
mod profile;
mod pseudonym;
mod table;
mod text;

use dicom::dictionary_std::tags;

pub use concern::{Concern, concern, is_stand_in};
pub use key::{KEY_LENGTH, Key, KeyError};
pub use pseudonym::Pseudonyms;
use pseudonym::normalised;
pub use table::EDITION;

use crate::dataset::{DataSet, Tag, VR};
use crate::instance::{Deidentified, Identity, Original};
use clean::{Cleaner, is_blank, is_well_known_frame, patient_name, trimmed};

/// The profile as it is named in De-identification Method (0012,0063).
pub const METHOD: &str = "Sauva: PS3.15 Basic Application Level Confidentiality";

/// Why an instance is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeidentError {
    /// Without these UIDs an instance has no place in the output.
    #[error("{0} is absent, empty or not one UID")]
    NoIdentity(Tag),
    /// Burned In Annotation (0028,0301) is YES, or anything but NO.
    #[error("Burned In Annotation does not say that the pixels show no text")]
    BurnedIn,
    /// The profile asks for a dummy, and none can be made for this VR.
    #[error("no dummy can be made for {0}")]
    NoDummy(Tag),
}

impl DeidentError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::NoIdentity(_) => "no-identity",
            Self::BurnedIn => "burned-in-annotation",
            Self::NoDummy(_) => "no-dummy",
        }
    }
}

/// Carries out the Basic Application Level Confidentiality Profile under one key.
#[derive(Debug, Clone)]
pub struct Deidentifier {
    pseudonyms: Pseudonyms,
}

impl Deidentifier {
    /// The profile under this key.
    pub fn new(key: &Key) -> Self {
        Self { pseudonyms: Pseudonyms::new(key) }
    }

    /// De-identifies one instance.
    pub fn apply(&self, mut original: Original) -> Result<Deidentified, DeidentError> {
        let burned_in = original.data_set.get(tags::BURNED_IN_ANNOTATION);
        let says_no = |text: &str| matches!(text, "" | "NO");
        if burned_in.is_some()
            && !original.data_set.text(tags::BURNED_IN_ANNOTATION).is_some_and(says_no)
        {
            return Err(DeidentError::BurnedIn);
        }
        let identity = self.identity(&original.data_set)?;
        let embedded_overlay = has_embedded_overlay(&original.data_set);
        let cleaner = Cleaner { pseudonyms: &self.pseudonyms, patient_id: &identity.patient_id };
        original.data_set = cleaner.clean(original.data_set)?;
        mark(&mut original.data_set, &identity);
        #[expect(clippy::disallowed_methods, reason = "the profile has just run")]
        Ok(Deidentified::new(original, identity, embedded_overlay))
    }

    /// The new identity of an instance, or why it has none.
    pub fn identity(&self, data_set: &DataSet) -> Result<Identity, DeidentError> {
        let uid = |tag: Tag| {
            let bytes = data_set.bytes(tag).filter(|bytes| !is_blank(bytes));
            let bytes = bytes.ok_or(DeidentError::NoIdentity(tag))?;
            let uid = trimmed(&String::from_utf8_lossy(bytes)).to_owned();
            // Two values, or the name of an atlas: no one instance.
            let is_one = !uid.contains('\\') && !is_well_known_frame(&uid);
            if is_one { Ok(uid) } else { Err(DeidentError::NoIdentity(tag)) }
        };
        let study_uid = uid(tags::STUDY_INSTANCE_UID)?;
        let patient_id = data_set.bytes(tags::PATIENT_ID).filter(|id| !normalised(id).is_empty());
        let patient_id = match patient_id {
            Some(id) => {
                let issuer = data_set.bytes(tags::ISSUER_OF_PATIENT_ID);
                self.pseudonyms.patient(id, issuer.map_or(&[], |issuer| issuer))
            }
            None => self.pseudonyms.patient_of_study(&study_uid),
        };
        let sop_class_uid = uid(tags::SOP_CLASS_UID)?;
        if !sop_class_uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(DeidentError::NoIdentity(tags::SOP_CLASS_UID));
        }
        Ok(Identity {
            patient_id,
            study_uid: self.pseudonyms.uid(&study_uid),
            series_uid: self.pseudonyms.uid(&uid(tags::SERIES_INSTANCE_UID)?),
            sop_instance_uid: self.pseudonyms.uid(&uid(tags::SOP_INSTANCE_UID)?),
            sop_class_uid,
        })
    }
}

/// Overlay Bit Position (60xx,0102) above 0: a retired way to keep an overlay in the unused bits of
/// the pixel data.
fn has_embedded_overlay(data_set: &DataSet) -> bool {
    (0..16).any(|plane| data_set.u16(Tag(0x6000 + 2 * plane, 0x0102)).is_some_and(|bit| bit > 0))
}

/// Says that the profile ran (PS3.15 section E.1.1): only what really ran is claimed, and what
/// earlier tools claimed stays.
fn mark(data_set: &mut DataSet, identity: &Identity) {
    data_set.put_text(tags::PATIENT_ID, VR::LO, &identity.patient_id);
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &patient_name(&identity.patient_id));
    data_set.put_text(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES");
    let before = data_set.text(tags::DEIDENTIFICATION_METHOD).unwrap_or_default();
    let method = match before {
        "" => METHOD.to_owned(),
        before if before.split('\\').any(|method| method.trim() == METHOD) => before.to_owned(),
        before => format!("{before}\\{METHOD}"),
    };
    data_set.put_text(tags::DEIDENTIFICATION_METHOD, VR::LO, &method);
    let mut codes = data_set
        .sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)
        .map_or_else(Vec::new, <[DataSet]>::to_vec);
    if !codes.iter().any(|code| code.text(tags::CODE_VALUE) == Some(BASIC_PROFILE_CODE)) {
        codes.push(basic_profile_code());
    }
    data_set.put_sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, codes);
    data_set.put_text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "REMOVED");
}

/// CID 7050 "De-identification Method" (PS3.16).
const BASIC_PROFILE_CODE: &str = "113100";

fn basic_profile_code() -> DataSet {
    let mut code = DataSet::new();
    code.put_text(tags::CODE_VALUE, VR::SH, BASIC_PROFILE_CODE);
    code.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM");
    code.put_text(tags::CODE_MEANING, VR::LO, "Basic Application Confidentiality Profile");
    code
}

#[cfg(test)]
mod tests;
