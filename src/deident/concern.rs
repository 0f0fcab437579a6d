//! Looking at the rules from outside, to check what they have done: a tag in, what its value may reveal
//! out; an element of an output in, whether the profile put its value there out.

use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::clean::is_blank;
use super::content::VALUES as CONTENT_VALUES;
use super::dummy;
use super::options::ProfileOption;
use super::profile::TemporalInformation;
use super::record::is_method;
use super::rules::{Action, Rules, Source};
use super::table::{ActionCode, table};
use super::uids::{is_well_known_frame, trimmed};
use crate::dataset::{Element, Tag, VR, Value};

/// What an attribute's value may reveal, as the profile takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// The profile keeps it.
    None,
    /// It describes, or nobody knows what it holds: it goes because an identity may be written in.
    Descriptor,
    /// It names a person, a place, a moment or an instance.
    Identifier,
}

impl Rules {
    /// What the value of an attribute with this tag may reveal.
    pub fn concern(&self, tag: Tag) -> Concern {
        // Creators that stay are looked at when they are kept.
        let is_creator = !tag.0.is_multiple_of(2) && (0x10..=0xFF).contains(&tag.1);
        if is_creator && self.may_keep_private() {
            return Concern::None;
        }
        let rule = self.rule(tag);
        if matches!(rule.action, Action::Keep | Action::ColourProfile) {
            return Concern::None;
        }
        // What of a content item stays goes by its concept; a name never stays.
        if CONTENT_VALUES.contains(&tag)
            && tag != tags::PERSON_NAME
            && self.options().has(ProfileOption::CleanStructured)
        {
            return Concern::Descriptor;
        }
        let is_clock =
            rule.vr == Some(VirtualVr::Exact(VR::TM)) || tag == tags::TIMEZONE_OFFSET_FROM_UTC;
        match rule.action {
            // Times of day are moved by whole days: they stay.
            Action::Shift | Action::Code if is_clock && self.keeps_times() => return Concern::None,
            // Known words of it stay.
            Action::Clean | Action::Content | Action::Graphics => return Concern::Descriptor,
            _ => {}
        }
        let row = table().row(tag);
        let is_free_text = matches!(
            rule.vr,
            None | Some(VirtualVr::Exact(VR::LT | VR::ST | VR::UT | VR::UR | VR::OB | VR::UN))
        );
        let is_descriptor =
            row.is_some_and(|row| row.cell(ProfileOption::CleanDescriptors).is_some());
        let is_override = matches!(rule.source, Source::Override(_)) && row.is_none();
        if is_descriptor || is_override || (is_free_text && row.is_none()) {
            Concern::Descriptor
        } else {
            Concern::Identifier
        }
    }

    /// Whether the element may stand in an output: `None` where the profile keeps or cleans what came,
    /// else whether the value is one that the profile puts in its place.
    pub fn is_stand_in(&self, element: &Element) -> Option<bool> {
        let tag = element.tag;
        let rule = self.rule(tag);
        if !tag.0.is_multiple_of(2) && self.may_keep_private() {
            return None;
        }
        // The values of content items go by the item's concept.
        if CONTENT_VALUES.contains(&tag) && self.options().has(ProfileOption::CleanStructured) {
            return None;
        }
        let value = match &element.value {
            Value::Bytes(bytes) if tag == tags::DEIDENTIFICATION_METHOD => {
                let text = String::from_utf8_lossy(bytes);
                // What earlier tools wrote there stays and is looked at as anything that is kept.
                return is_method(text.trim()).then_some(true);
            }
            Value::Bytes(bytes) => bytes,
            Value::Sequence(items) => {
                return match (rule.action, rule.code) {
                    (Action::Code, ActionCode::X) => Some(items.is_empty()),
                    (Action::Code | Action::ReplaceUid, _) if items.is_empty() => Some(true),
                    (Action::ReplaceUid | Action::PatientId | Action::PatientName, _) => {
                        Some(false)
                    }
                    _ => None,
                };
            }
            Value::Encapsulated(_) => return (rule.action != Action::Keep).then_some(false),
        };
        let text = || trimmed(&String::from_utf8_lossy(value)).to_owned();
        let is_dummy = || {
            is_blank(value)
                || dummy::value(tag, rule.vr, element.vr, value)
                    .is_some_and(|(_, dummy)| dummy == *value)
        };
        match rule.action {
            Action::Code => Some(is_dummy()),
            Action::ReplaceUid => Some(text().split('\\').all(is_stand_in_uid)),
            Action::PatientId => Some(is_hex(&text(), 32)),
            Action::PatientName => {
                Some(text().strip_prefix("Anonymous^").is_some_and(|short| is_hex(short, 12)))
            }
            _ => None,
        }
    }

    /// Whether UIDs of instances stay.
    pub fn keeps_uids(&self) -> bool {
        self.options().has(ProfileOption::RetainUids)
    }

    fn keeps_times(&self) -> bool {
        self.profile.temporal_information() != TemporalInformation::Removed
    }

    fn may_keep_private(&self) -> bool {
        self.options().has(ProfileOption::RetainSafePrivate) || self.profile.has_private_overrides()
    }
}

fn is_stand_in_uid(uid: &str) -> bool {
    let uid = trimmed(uid);
    let is_number = |n: &str| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit());
    uid.is_empty() || is_well_known_frame(uid) || uid.strip_prefix("2.25.").is_some_and(is_number)
}

fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == length && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deident::profile::Profile;

    #[test]
    fn names_identify_descriptions_describe_and_rows_do_neither() {
        let rules = Rules::new(Profile::basic());
        assert_eq!(rules.concern(tags::PATIENT_NAME), Concern::Identifier);
        assert_eq!(rules.concern(tags::STUDY_INSTANCE_UID), Concern::Identifier);
        assert_eq!(rules.concern(tags::EVALUATOR_NAME), Concern::Identifier);
        assert_eq!(rules.concern(tags::STUDY_DESCRIPTION), Concern::Descriptor);
        assert_eq!(rules.concern(Tag(0x0009, 0x1001)), Concern::Descriptor);
        assert_eq!(rules.concern(tags::ROWS), Concern::None);
    }

    #[test]
    fn what_the_profile_puts_is_told_from_what_came() {
        let rules = Rules::new(Profile::basic());
        let element = |tag, vr, text| rules.is_stand_in(&Element::text(tag, vr, text));
        assert_eq!(element(tags::PATIENT_NAME, VR::PN, "Anonymous^0123456789ab"), Some(true));
        assert_eq!(element(tags::PATIENT_NAME, VR::PN, "Doe^Jane"), Some(false));
        assert_eq!(element(tags::STUDY_DATE, VR::DA, ""), Some(true));
        assert_eq!(element(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3"), Some(false));
        assert_eq!(element(tags::STUDY_DESCRIPTION, VR::LO, "CHEST"), Some(false));
        assert_eq!(element(tags::MODALITY, VR::CS, "CT"), None);
    }
}
