//! The profile carried out: a data set in, what may be kept of it out, at every nesting level.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::DeidentError;
use super::dummy;
use super::profile::{Action, basic, dictionary_vr};
use super::pseudonym::{Pseudonyms, normalised};
use super::text::tidy;
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// What cleaning needs to know of the instance.
#[derive(Debug)]
pub(super) struct Cleaner<'a> {
    pub(super) pseudonyms: &'a Pseudonyms,
    /// The pseudonym of the instance's patient.
    pub(super) patient_id: &'a str,
}

/// How attributes without a rule of their own are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unlisted {
    /// As the profile says.
    Profile,
    /// As dummies: inside a sequence whose code is D.
    Dummy,
}

impl Cleaner<'_> {
    pub(super) fn clean(&self, data_set: DataSet) -> Result<DataSet, DeidentError> {
        self.level(data_set, Unlisted::Profile)
    }

    fn level(&self, data_set: DataSet, unlisted: Unlisted) -> Result<DataSet, DeidentError> {
        let issuer = data_set.bytes(tags::ISSUER_OF_PATIENT_ID).cloned().unwrap_or_default();
        let mut cleaned = DataSet::new();
        for element in data_set {
            if let Some(element) = self.element(element, &issuer, unlisted)? {
                cleaned.put(element);
            }
        }
        Ok(cleaned)
    }

    fn element(
        &self,
        element: Element,
        issuer: &[u8],
        unlisted: Unlisted,
    ) -> Result<Option<Element>, DeidentError> {
        let tag = element.tag;
        let mut action = basic(tag);
        if unlisted == Unlisted::Dummy && action == Action::Keep && says_something(element.vr) {
            action = Action::Dummy;
        }
        match action {
            Action::Remove => Ok(None),
            Action::Keep => self.keep(element, unlisted),
            Action::Empty => Ok(Some(empty(&element))),
            Action::Dummy => self.dummy(element),
            Action::ReplaceUid => Ok(self.replace_uids(element)),
            Action::PatientId => Ok(Some(self.patient_id(&element, issuer))),
            Action::PatientName => {
                Ok(Some(Element::text(tag, VR::PN, &patient_name(self.patient_id))))
            }
        }
    }

    fn keep(&self, element: Element, unlisted: Unlisted) -> Result<Option<Element>, DeidentError> {
        let Element { tag, vr, value } = element;
        let is_sequence = dictionary_vr(tag) == Some(VirtualVr::Exact(VR::SQ));
        match value {
            Value::Sequence(items) if is_sequence => {
                let items = items.into_iter().map(|item| self.level(item, unlisted));
                let value = Value::Sequence(items.collect::<Result<_, _>>()?);
                Ok(Some(Element { tag, vr, value }))
            }
            Value::Bytes(bytes) if !is_sequence => Ok(tidy(tag, vr, bytes)),
            // A value that is not what the dictionary says it is: nobody knows what it holds.
            Value::Sequence(_) | Value::Bytes(_) | Value::Encapsulated(_) => Ok(None),
        }
    }

    fn dummy(&self, element: Element) -> Result<Option<Element>, DeidentError> {
        let tag = element.tag;
        match element.value {
            Value::Sequence(_) if tag == tags::CONTENT_SEQUENCE => {
                Ok(Some(sequence(tag, vec![dummy::content_item()])))
            }
            Value::Sequence(items) => {
                let items = items.into_iter().map(|item| self.dummy_item(item));
                Ok(Some(sequence(tag, items.collect::<Result<_, _>>()?)))
            }
            Value::Bytes(bytes) => match dummy::value(dictionary_vr(tag), element.vr, &bytes) {
                Some((vr, value)) => Ok(Some(Element { tag, vr, value: Value::Bytes(value) })),
                None => Err(DeidentError::NoDummy(tag)),
            },
            Value::Encapsulated(_) => Err(DeidentError::NoDummy(tag)),
        }
    }

    /// An item of a sequence whose code is D: a code says what it means, so it is replaced whole.
    fn dummy_item(&self, item: DataSet) -> Result<DataSet, DeidentError> {
        let code_values = [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE];
        if code_values.into_iter().any(|tag| item.get(tag).is_some()) {
            return Ok(dummy::code_item());
        }
        self.level(item, Unlisted::Dummy)
    }

    fn replace_uids(&self, element: Element) -> Option<Element> {
        let Value::Bytes(bytes) = element.value else {
            return None;
        };
        // Bytes that are no text at all map as well: what matters is that they do not stay.
        let uids = String::from_utf8_lossy(&bytes);
        let mapped: Vec<String> = uids.split('\\').map(|uid| self.replace_uid(uid)).collect();
        Some(Element::text(element.tag, VR::UI, &mapped.join("\\")))
    }

    fn replace_uid(&self, uid: &str) -> String {
        let uid = trimmed(uid);
        if uid.is_empty() || is_well_known_frame(uid) {
            uid.to_owned()
        } else {
            self.pseudonyms.uid(uid)
        }
    }

    fn patient_id(&self, element: &Element, issuer: &[u8]) -> Element {
        let pseudonym = match &element.value {
            Value::Bytes(id) if !normalised(id).is_empty() => self.pseudonyms.patient(id, issuer),
            _ => self.patient_id.to_owned(),
        };
        Element::text(element.tag, VR::LO, &pseudonym)
    }
}

/// The well-known frames of reference (PS3.6 table A-2) name an atlas, not an instance.
pub(super) fn is_well_known_frame(uid: &str) -> bool {
    let atlas = uid.strip_prefix("1.2.840.10008.1.4.1.").and_then(|n| n.parse::<u8>().ok());
    let is_written_so = |n: u8| uid == format!("1.2.840.10008.1.4.1.{n}");
    matches!(uid, "1.2.840.10008.1.4.2.1" | "1.2.840.10008.1.4.2.2")
        || atlas.is_some_and(|n| (1..=18).contains(&n) && is_written_so(n))
}

/// A person name made of a patient pseudonym; short, so that it fits every list.
pub(super) fn patient_name(patient_id: &str) -> String {
    let short: String = patient_id.chars().take(12).collect();
    format!("Anonymous^{short}")
}

/// A UID without its padding.
pub(super) fn trimmed(uid: &str) -> &str {
    uid.trim_matches([' ', '\0'])
}

/// Whether nothing but padding is there.
pub(super) fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, 0 | b' '))
}

/// VRs in which a person can write; CS, DS and IS hold defined terms and numbers.
fn says_something(vr: VR) -> bool {
    is_text(vr) && !matches!(vr, VR::CS | VR::DS | VR::IS)
}

fn empty(element: &Element) -> Element {
    let value = match element.value {
        Value::Sequence(_) => Value::Sequence(Vec::new()),
        Value::Bytes(_) | Value::Encapsulated(_) => Value::Bytes(Bytes::new()),
    };
    Element { tag: element.tag, vr: element.vr, value }
}

fn sequence(tag: Tag, items: Vec<DataSet>) -> Element {
    Element { tag, vr: VR::SQ, value: Value::Sequence(items) }
}
