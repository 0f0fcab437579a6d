//! Single values: what stays of one, once nothing in it names anybody.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::clean::{Cleaner, Mode, Outcome, Place, empty};
use super::pseudonym::normalised;
use super::rules::{Action, Rule, STRUCTURAL_UIDS};
use super::table::ActionCode;
use super::text::{self, Text};
use super::tidy::{holds_text, tidy};
use super::uids::{is_valid_uid, is_well_known_frame, trimmed};
use super::{charset, dates, dummy, icc};
use crate::dataset::layout::is_text;
use crate::dataset::{Element, VR, Value};

impl Cleaner<'_> {
    /// A value that stays, once nothing in it names anybody.
    pub(super) fn kept_value(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let Value::Bytes(bytes) = &element.value else {
            return Ok(Some(element));
        };
        match element.vr {
            // Bytes that nobody can look into: a certificate of a moment, say.
            VR::OB | VR::UN if holds_text(bytes) => self.coded(element, rule.code, place),
            VR::SH if element.tag == tags::TIMEZONE_OFFSET_FROM_UTC => {
                self.shifted(element, rule, place)
            }
            VR::DA | VR::DT | VR::TM => {
                let is_valid = dates::is_valid(element.vr, &String::from_utf8_lossy(bytes));
                if is_valid { Ok(Some(element)) } else { self.coded(element, rule.code, place) }
            }
            VR::AS => match dummy::youngest_old_age(bytes) {
                Some(ages) => Ok(Some(Element::text(element.tag, VR::AS, &ages))),
                None => self.coded(element, rule.code, place),
            },
            VR::CS if element.tag == tags::SPECIFIC_CHARACTER_SET => {
                Ok(Some(charset::valid(element)))
            }
            // An instance's own UID where the name of a class belongs.
            VR::UI if STRUCTURAL_UIDS.contains(&element.tag) => {
                let uid = String::from_utf8_lossy(bytes);
                let is_known = uid.starts_with("1.2.840.10008.");
                let is_ours = !is_known && self.identifiers.are_in(&uid);
                Ok(if is_ours { self.replace_uids(element) } else { Some(element) })
            }
            VR::UI => Ok(Some(self.repaired_uids(element))),
            VR::DS | VR::IS if self.names_somebody(bytes) => Ok(Some(empty(&element))),
            vr if is_text(vr) => {
                let text = Text { charset: place.charset, identifiers: &self.identifiers };
                Ok(Some(text.kept(element)))
            }
            _ => Ok(Some(element)),
        }
    }

    /// A number that is one of the identifiers, of a patient or of an examination.
    fn names_somebody(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        text.split('\\').any(|number| self.identifiers.has_number(number))
    }

    /// Text reduced to known words; other values have no words, and go by their code.
    pub(super) fn cleaned(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let tag = element.tag;
        match element.value {
            Value::Sequence(_) => self.items(element, place, Mode::Clean),
            Value::Bytes(bytes) => {
                let code = if rule.action == Action::Keep { ActionCode::D } else { rule.code };
                let original = Element { tag, vr: element.vr, value: Value::Bytes(Bytes::new()) };
                let element = tidy(tag, element.vr, rule.vr, bytes);
                let Some(element) = element.filter(|element| text::has_words(element.vr)) else {
                    return self.coded(original, code, place);
                };
                let text = Text { charset: place.charset, identifiers: &self.identifiers };
                match text.cleaned(element) {
                    Some(cleaned) => Ok(Some(cleaned)),
                    // Not a word of it may stay.
                    None => self.coded(original, code, place),
                }
            }
            Value::Encapsulated(_) => Ok(None),
        }
    }

    pub(super) fn shifted(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let vr = match rule.vr {
            Some(VirtualVr::Exact(vr)) => vr,
            _ => element.vr,
        };
        let moved = match &element.value {
            Value::Bytes(bytes) => self.shift.apply(vr, &String::from_utf8_lossy(bytes)),
            Value::Sequence(_) | Value::Encapsulated(_) => None,
        };
        match moved {
            Some(moved) => Ok(Some(Element::text(element.tag, vr, &moved))),
            None => self.coded(element, rule.code, place),
        }
    }

    pub(super) fn colour_profile(&self, element: Element, place: &Place<'_>) -> Outcome {
        let cleaned = match &element.value {
            Value::Bytes(bytes) => icc::cleaned(bytes),
            Value::Sequence(_) | Value::Encapsulated(_) => None,
        };
        match cleaned {
            Some(profile) => {
                let value = Value::Bytes(profile.into());
                Ok(Some(Element { tag: element.tag, vr: VR::OB, value }))
            }
            None => self.coded(element, ActionCode::X, place),
        }
    }

    pub(super) fn replace_uids(&self, element: Element) -> Option<Element> {
        let Value::Bytes(bytes) = element.value else {
            return None;
        };
        // Bytes that are no text at all map as well: what matters is that they do not stay.
        let uids = String::from_utf8_lossy(&bytes);
        let mapped: Vec<String> = uids.split('\\').map(|uid| self.replace_uid(uid)).collect();
        Some(Element::text(element.tag, VR::UI, &mapped.join("\\")))
    }

    /// UIDs that stay; what is no valid UID is replaced, wherever it stands, as in an identity.
    fn repaired_uids(&self, element: Element) -> Element {
        let are_valid = |bytes: &[u8]| {
            let uids = String::from_utf8_lossy(bytes);
            uids.split('\\').all(|uid| is_valid_uid(trimmed(uid)) || trimmed(uid).is_empty())
        };
        match &element.value {
            Value::Bytes(bytes) if !are_valid(bytes) => {
                let uids = String::from_utf8_lossy(bytes);
                let uids = uids.split('\\').map(trimmed).map(|uid| {
                    if is_valid_uid(uid) { uid.to_owned() } else { self.replace_uid(uid) }
                });
                let uids = uids.collect::<Vec<_>>().join("\\");
                Element::text(element.tag, VR::UI, &uids)
            }
            _ => element,
        }
    }

    fn replace_uid(&self, uid: &str) -> String {
        let uid = trimmed(uid);
        if uid.is_empty() || is_well_known_frame(uid) {
            uid.to_owned()
        } else {
            self.pseudonyms.uid(uid)
        }
    }

    pub(super) fn patient_id(&self, element: &Element, place: &Place<'_>) -> Element {
        let pseudonym = match &element.value {
            Value::Bytes(id) => {
                let id = place.charset.decode_identifier(id);
                // The patient of the instance, named again without the issuer.
                let is_same = place.issuer.is_empty() && normalised(&id) == self.own_id;
                if is_same || normalised(&id).is_empty() {
                    self.patient_id.to_owned()
                } else {
                    self.pseudonyms.patient(&id, &place.charset.decode_identifier(place.issuer))
                }
            }
            _ => self.patient_id.to_owned(),
        };
        Element::text(element.tag, VR::LO, &pseudonym)
    }
}
