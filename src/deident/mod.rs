//! De-identification (PS3.15 annex E): an `Original` in, a `Deidentified` out, or the reason why the
//! instance is not let through. Fails closed: what is unclear is refused, never passed on.

mod charset;
mod clean;
mod codes;
mod concern;
mod conformance;
mod content;
mod content_table;
mod dates;
mod dummy;
mod fold;
mod forms;
mod harvest;
mod icc;
mod identifiers;
mod iod;
mod keep_private;
mod key;
mod needles;
mod options;
mod phrase;
mod preview;
mod private;
mod profile;
mod profile_file;
mod pseudonym;
mod record;
mod rules;
mod table;
mod text;
mod tidy;
mod treatments;
mod uids;
mod values;
mod weakest;
mod words;

use std::cell::RefCell;
use std::sync::Arc;

use dicom::dictionary_std::tags;

pub(crate) use charset::CharacterSet;
pub use concern::Concern;
pub use conformance::conformance_statement;
pub use key::{KEY_LENGTH, Key, KeyError};
pub use options::{Exclusive, Options, ProfileOption};
pub use preview::{Path, keyword};
pub use profile::{
    Deed, Override, Profile, ProfileError, Selector, ShiftUnit, TemporalInformation,
};
pub use pseudonym::Pseudonyms;
use pseudonym::normalised;
pub use record::{METHOD, admit_text, claim_clean_pixels};
pub use table::EDITION;
pub use treatments::{Origin, Outcome, Treatments};

use crate::dataset::{DataSet, Tag, VR};
use crate::image::has_embedded_overlay;
use crate::instance::{Deidentified, Identity, Original};
pub use clean::patient_name;
use clean::{Cleaner, is_blank};
use dates::DateShift;
pub use forms::{names_nobody, says_nothing};
use identifiers::Identifiers;
pub use rules::Rules;
use uids::{is_valid_uid, is_well_known_frame, trimmed};
pub use words::is_term_of;

/// Why an instance is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeidentError {
    /// Without these UIDs an instance has no place in the output.
    #[error("{0} is absent, empty or not one UID")]
    NoIdentity(Tag),
    /// The profile asks for a dummy, and none can be made for this VR.
    #[error("no dummy can be made for {0}")]
    NoDummy(Tag),
    /// Text cannot be searched for all of them.
    #[error("holds more identifying values than text can be searched for")]
    TooManyIdentifiers,
}

impl DeidentError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::NoIdentity(_) => "no-identity",
            Self::NoDummy(_) => "no-dummy",
            Self::TooManyIdentifiers => "too-many-identifiers",
        }
    }
}

/// Carries out a profile under one key.
#[derive(Debug, Clone)]
pub struct Deidentifier {
    pseudonyms: Pseudonyms,
    rules: Arc<Rules>,
}

impl Deidentifier {
    /// This profile under this key.
    pub fn new(key: &Key, profile: Profile) -> Self {
        Self { pseudonyms: Pseudonyms::new(key), rules: Arc::new(Rules::new(profile)) }
    }

    /// De-identifies one instance.
    pub fn apply(&self, original: Original) -> Result<Deidentified, DeidentError> {
        Ok(self.treat(original)?.0)
    }

    /// De-identifies one instance, and tells what became of its attributes.
    pub fn treat(
        &self,
        mut original: Original,
    ) -> Result<(Deidentified, Treatments), DeidentError> {
        let identity = self.identity(&original.data_set)?;
        let embedded_overlay = has_embedded_overlay(&original.data_set);
        let profile = &self.rules.profile;
        let cleaner = Cleaner {
            pseudonyms: &self.pseudonyms,
            rules: &self.rules,
            patient_id: &identity.patient_id,
            own_id: normalised(&patient_of(&original.data_set).0),
            shift: if self.has_moved(&original.data_set) {
                DateShift::NONE
            } else {
                self.shift(&identity)
            },
            identifiers: Identifiers::of(&original.data_set, &self.rules)?,
            needs: iod::needs(&identity.sop_class_uid),
            treatments: RefCell::default(),
        };
        original.data_set = cleaner.clean(original.data_set)?;
        let treatments = cleaner.treatments.into_inner();
        let data_set = &mut original.data_set;
        data_set.put_text(tags::PATIENT_ID, VR::LO, &identity.patient_id);
        data_set.put_text(tags::PATIENT_NAME, VR::PN, &patient_name(&identity.patient_id));
        // Where UIDs are kept, one that is no valid UID is replaced all the same.
        for (tag, uid) in [
            (tags::SOP_CLASS_UID, &identity.sop_class_uid),
            (tags::SOP_INSTANCE_UID, &identity.sop_instance_uid),
            (tags::STUDY_INSTANCE_UID, &identity.study_uid),
            (tags::SERIES_INSTANCE_UID, &identity.series_uid),
        ] {
            data_set.put_text(tag, VR::UI, uid);
        }
        record::record(data_set, profile);
        #[expect(clippy::disallowed_methods, reason = "the profile has just run")]
        let deidentified = Deidentified::new(original, identity, embedded_overlay);
        Ok((deidentified, treatments))
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
        let (id, issuer) = patient_of(data_set);
        let patient_id = if normalised(&id).is_empty() {
            self.pseudonyms.patient_of_study(&study_uid)
        } else {
            self.pseudonyms.patient(&id, &issuer)
        };
        let sop_class_uid = uid(tags::SOP_CLASS_UID)?;
        if !sop_class_uid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(DeidentError::NoIdentity(tags::SOP_CLASS_UID));
        }
        let keeps_uids = self.rules.options().has(ProfileOption::RetainUids);
        let new = |uid: &str| {
            if keeps_uids && is_valid_uid(uid) { uid.to_owned() } else { self.pseudonyms.uid(uid) }
        };
        Ok(Identity {
            patient_id,
            study_uid: new(&study_uid),
            series_uid: new(&uid(tags::SERIES_INSTANCE_UID)?),
            sop_instance_uid: new(&uid(tags::SOP_INSTANCE_UID)?),
            sop_class_uid,
        })
    }

    /// The days by which the dates of a patient move, where the profile moves them.
    pub fn date_shift_days(&self, data_set: &DataSet, identity: &Identity) -> Option<i64> {
        let moves = self.rules.profile.temporal_information() == TemporalInformation::Modified;
        let has_moved = self.has_moved(data_set);
        moves.then(|| if has_moved { 0 } else { self.shift(identity).days() })
    }

    /// Whether the dates of an instance were moved under this key before.
    pub fn has_moved(&self, data_set: &DataSet) -> bool {
        let id = data_set.bytes(tags::PATIENT_ID);
        // What was made of outputs later has a UID, and dates, of its own.
        let uid = data_set.text(tags::SOP_INSTANCE_UID);
        data_set.text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED) == Some("MODIFIED")
            && id.is_some_and(|id| self.pseudonyms.own_patient(id).is_some())
            && uid.is_some_and(|uid| self.pseudonyms.is_own_uid(uid))
    }

    /// The pseudonyms of the key.
    pub fn pseudonyms(&self) -> &Pseudonyms {
        &self.pseudonyms
    }

    /// The rules of the profile, to look at what they do.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    fn shift(&self, identity: &Identity) -> DateShift {
        DateShift::of(&self.pseudonyms, &identity.patient_id, self.rules.profile.date_shift)
    }
}

/// Patient ID and its issuer at the root of a data set, whatever their character set.
fn patient_of(data_set: &DataSet) -> (Vec<u8>, Vec<u8>) {
    let charset = CharacterSet::declared(data_set).unwrap_or_default();
    let value = |tag| {
        data_set.bytes(tag).map_or_else(Vec::new, |bytes| charset.decode_identifier(bytes).into())
    };
    (value(tags::PATIENT_ID), value(tags::ISSUER_OF_PATIENT_ID))
}

#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
