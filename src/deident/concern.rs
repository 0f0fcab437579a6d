//! Looking at the profile from outside, to check what it has done: a tag in, what its value may
//! reveal out; an element of an output in, whether the profile put its value there out.

use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::METHOD;
use super::clean::{is_blank, is_well_known_frame, trimmed};
use super::dummy;
use super::profile::{Action, basic, dictionary_vr};
use super::table::table;
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

/// What the value of an attribute with this tag may reveal.
pub fn concern(tag: Tag) -> Concern {
    if basic(tag) == Action::Keep {
        return Concern::None;
    }
    let is_free_text = matches!(
        dictionary_vr(tag),
        None | Some(VirtualVr::Exact(VR::LT | VR::ST | VR::UT | VR::UR | VR::OB | VR::UN))
    );
    let is_listed = table().basic(tag).is_some();
    if table().is_descriptor(tag) || (is_free_text && !is_listed) {
        Concern::Descriptor
    } else {
        Concern::Identifier
    }
}

/// Whether the element may stand in an output: `None` where the profile keeps the attribute as it
/// came, else whether the value is one that the profile puts in its place.
pub fn is_stand_in(element: &Element) -> Option<bool> {
    let tag = element.tag;
    let action = basic(tag);
    let value = match &element.value {
        Value::Bytes(bytes) if tag == tags::DEIDENTIFICATION_METHOD => {
            let text = String::from_utf8_lossy(bytes);
            // What earlier tools wrote there stays and is looked at as anything that is kept.
            return (text.trim() == METHOD).then_some(true);
        }
        Value::Bytes(bytes) => bytes,
        Value::Sequence(items) => match action {
            Action::Keep | Action::Dummy => return None,
            Action::Empty => return Some(items.is_empty()),
            _ => return Some(false),
        },
        Value::Encapsulated(_) => return (action != Action::Keep).then_some(false),
    };
    let text = || trimmed(&String::from_utf8_lossy(value)).to_owned();
    match action {
        Action::Keep => None,
        Action::Remove => Some(false),
        Action::Empty => Some(is_blank(value)),
        Action::Dummy => Some(
            dummy::value(dictionary_vr(tag), element.vr, value)
                .is_some_and(|(_, dummy)| dummy == *value),
        ),
        Action::ReplaceUid => Some(text().split('\\').all(is_stand_in_uid)),
        Action::PatientId => Some(is_hex(&text(), 32)),
        Action::PatientName => {
            Some(text().strip_prefix("Anonymous^").is_some_and(|short| is_hex(short, 12)))
        }
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

    #[test]
    fn names_identify_descriptions_describe_and_rows_do_neither() {
        assert_eq!(concern(tags::PATIENT_NAME), Concern::Identifier);
        assert_eq!(concern(tags::STUDY_INSTANCE_UID), Concern::Identifier);
        assert_eq!(concern(tags::EVALUATOR_NAME), Concern::Identifier);
        assert_eq!(concern(tags::STUDY_DESCRIPTION), Concern::Descriptor);
        assert_eq!(concern(Tag(0x0009, 0x1001)), Concern::Descriptor);
        assert_eq!(concern(tags::ROWS), Concern::None);
    }

    #[test]
    fn what_the_profile_puts_is_told_from_what_came() {
        let element = |tag, vr, text| is_stand_in(&Element::text(tag, vr, text));
        assert_eq!(element(tags::PATIENT_NAME, VR::PN, "Anonymous^0123456789ab"), Some(true));
        assert_eq!(element(tags::PATIENT_NAME, VR::PN, "Doe^Jane"), Some(false));
        assert_eq!(element(tags::STUDY_DATE, VR::DA, ""), Some(true));
        assert_eq!(element(tags::STUDY_INSTANCE_UID, VR::UI, "1.2.3"), Some(false));
        assert_eq!(element(tags::STUDY_DESCRIPTION, VR::LO, "CHEST"), Some(false));
        assert_eq!(element(tags::MODALITY, VR::CS, "CT"), None);
    }
}
