//! The Basic Application Level Confidentiality Profile (PS3.15 section E.3.2): a tag in, what is
//! done with the attribute out.

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, TagRange, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};

use super::table::{ActionCode, table};
use crate::dataset::{Tag, VR};

/// What is done with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// It is left out.
    Remove,
    /// It stands with no value.
    Empty,
    /// It gets a value that says nothing; a sequence, such items.
    Dummy,
    /// Its UIDs are replaced.
    ReplaceUid,
    /// It gets the patient's pseudonym.
    PatientId,
    /// It gets a name made of the patient's pseudonym.
    PatientName,
    /// It stays; a sequence is cleaned item by item.
    Keep,
}

/// UI attributes that name a class, a syntax or a registry and no instance: they are never replaced
/// (PS3.15 section E.3.9 speaks of instances only).
const STRUCTURAL_UIDS: [Tag; 19] = [
    tags::SOP_CLASS_UID,
    tags::AFFECTED_SOP_CLASS_UID,
    tags::REQUESTED_SOP_CLASS_UID,
    tags::RELATED_GENERAL_SOP_CLASS_UID,
    tags::ORIGINAL_SPECIALIZED_SOP_CLASS_UID,
    tags::SOP_CLASSES_IN_STUDY,
    tags::SOP_CLASSES_SUPPORTED,
    tags::REFERENCED_SOP_CLASS_UID,
    tags::CODING_SCHEME_UID,
    tags::CONTEXT_GROUP_EXTENSION_CREATOR_UID,
    tags::CONTEXT_UID,
    tags::MAPPING_RESOURCE_UID,
    tags::STORED_INSTANCE_TRANSFER_SYNTAX_UID,
    tags::AVAILABLE_TRANSFER_SYNTAX_UID,
    tags::FLOW_TRANSFER_SYNTAX_UID,
    tags::MAC_CALCULATION_TRANSFER_SYNTAX_UID,
    tags::ENCRYPTED_CONTENT_TRANSFER_SYNTAX_UID,
    tags::PERTINENT_SOP_CLASSES_IN_STUDY,
    tags::PERTINENT_SOP_CLASSES_IN_SERIES,
];

/// Attributes that name a person or a visit and that the table does not list.
const BESIDE_THE_TABLE: [(Tag, Action); 9] = [
    (tags::PATIENT_BIRTH_DATE_IN_ALTERNATIVE_CALENDAR, Action::Remove),
    (tags::PATIENT_DEATH_DATE_IN_ALTERNATIVE_CALENDAR, Action::Remove),
    (tags::DEVICE_ID, Action::Remove),
    (Tag(0x2100, 0x0160), Action::Remove), // Owner ID
    (Tag(0x0040, 0x1006), Action::Remove), // Placer Order Number / Procedure
    (Tag(0x0040, 0x1007), Action::Remove), // Filler Order Number / Procedure
    (Tag(0x0040, 0x2006), Action::Remove), // .. / Imaging Service Request, retired
    (Tag(0x0040, 0x2007), Action::Remove),
    (tags::DOCUMENT_TITLE, Action::Empty),
];

/// The VR that the dictionary gives; `None` where the standard knows no such attribute, or only as
/// one of a retired family of repeating tags.
pub(super) fn dictionary_vr(tag: Tag) -> Option<VirtualVr> {
    let entry = StandardDataDictionary.by_tag(tag)?;
    matches!(entry.tag_range(), TagRange::Single(_)).then(|| entry.vr())
}

/// The Basic Profile's action for an attribute with this tag.
pub(super) fn basic(tag: Tag) -> Action {
    match tag {
        tags::PATIENT_ID => return Action::PatientId,
        tags::PATIENT_NAME => return Action::PatientName,
        _ if is_removed_whole(tag) => return Action::Remove,
        _ => {}
    }
    if let Some((_, action)) = BESIDE_THE_TABLE.iter().find(|(named, _)| *named == tag) {
        return *action;
    }
    let Some(vr) = dictionary_vr(tag) else {
        return Action::Remove;
    };
    match table().basic(tag) {
        // A new UID is the dummy of a UID, and keeps what refers to it together.
        Some(ActionCode::D) if vr == VirtualVr::Exact(VR::UI) => Action::ReplaceUid,
        Some(code) => resolve(code, tag, vr == VirtualVr::Exact(VR::SQ)),
        None => unlisted(tag, vr),
    }
}

/// Groups and elements that are removed whatever the dictionary says of them.
fn is_removed_whole(tag: Tag) -> bool {
    let is_private = !tag.0.is_multiple_of(2);
    let is_group_length = tag.1 == 0;
    // Command, file meta and directory groups have no place in a data set.
    let is_foreign = tag.0 < 0x0008;
    // Curves are all X. Of overlays the data and comments are X; without its data a plane has no
    // meaning, so the whole repeating group goes.
    let is_graphics = matches!(tag.0 & 0xFF00, 0x5000 | 0x6000);
    // The pixels were taken out when the file was read; what is left of the groups, in an item or
    // beside them, retired variable pixel data too, has been looked at by nobody.
    let is_stray_pixels = tag.0 & 0xFF00 == 0x7F00;
    // Tables of retired compressions, whose tags repeat within the group.
    let is_retired_table = matches!(tag, Tag(0x1000 | 0x1010, _) | Tag(0x0028, 0x0400..=0x08FF));
    is_private
        || is_group_length
        || is_foreign
        || is_graphics
        || is_stray_pixels
        || is_retired_table
}

/// Settles a composite code so that no IOD becomes invalid: the attribute's type may be 1.
fn resolve(code: ActionCode, tag: Tag, is_sequence: bool) -> Action {
    match code {
        ActionCode::X => Action::Remove,
        ActionCode::U => Action::ReplaceUid,
        ActionCode::D => Action::Dummy,
        ActionCode::Z => Action::Empty,
        // UIDs inside are replaced by their own rule, so that references still resolve.
        ActionCode::XOrZOrU => Action::Keep,
        ActionCode::XOrZOrD if tag == tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE => {
            Action::Keep
        }
        // Acquisition Context Sequence is type 2 (PS3.3 section C.7.6.14); the others are type 3.
        ActionCode::XOrZ if is_sequence && tag != tags::ACQUISITION_CONTEXT_SEQUENCE => {
            Action::Remove
        }
        ActionCode::XOrZ => Action::Empty,
        // Identification codes of persons and institutions: type 3 in every IOD with this code.
        ActionCode::XOrD | ActionCode::XOrZOrD if is_sequence => Action::Remove,
        ActionCode::ZOrD | ActionCode::XOrD | ActionCode::XOrZOrD => Action::Dummy,
    }
}

/// Attributes of the standard that the table does not name are kept, save those whose VR alone says
/// that they name a person, a moment, an instance or a place, or hold free text.
fn unlisted(tag: Tag, vr: VirtualVr) -> Action {
    match vr {
        VirtualVr::Exact(VR::PN | VR::DA | VR::DT | VR::TM | VR::AE) => Action::Dummy,
        // Free text: the table names what is known to identify, a person can write anything.
        VirtualVr::Exact(VR::LT | VR::ST | VR::UT) => Action::Dummy,
        // Places, and bytes that nobody can look into: ICC profiles, signatures, encrypted content.
        VirtualVr::Exact(VR::UR | VR::OB | VR::UN) => Action::Remove,
        VirtualVr::Exact(VR::UI) if !STRUCTURAL_UIDS.contains(&tag) => Action::ReplaceUid,
        _ => Action::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::rules;
    use super::*;

    #[test]
    fn every_rule_of_the_table_is_carried_out() {
        for (tag, code) in rules() {
            let action = basic(tag);
            let allowed: &[Action] = match code {
                _ if tag == tags::PATIENT_ID => &[Action::PatientId],
                _ if tag == tags::PATIENT_NAME => &[Action::PatientName],
                _ if tag.0 < 8 => &[Action::Remove],
                ActionCode::X => &[Action::Remove],
                ActionCode::D => &[Action::Dummy, Action::ReplaceUid],
                ActionCode::Z => &[Action::Empty],
                ActionCode::U => &[Action::ReplaceUid],
                ActionCode::ZOrD | ActionCode::XOrD => &[Action::Dummy, Action::Remove],
                ActionCode::XOrZ => &[Action::Empty, Action::Remove],
                ActionCode::XOrZOrD => &[Action::Dummy, Action::Remove, Action::Keep],
                ActionCode::XOrZOrU => &[Action::Keep],
            };
            // An attribute newer than the dictionary is removed, which every code allows.
            let unknown = dictionary_vr(tag).is_none() && action == Action::Remove;
            assert!(unknown || allowed.contains(&action), "{tag} {code:?} {action:?}");
        }
    }

    #[test]
    fn private_unknown_and_repeating_groups_are_removed() {
        for tag in [
            Tag(0x0009, 0x0010),
            Tag(0x0009, 0x1001),
            Tag(0x0010, 0x9999),
            Tag(0x5002, 0x3000),
            Tag(0x6002, 0x0010),
            Tag(0x6000, 0x3000),
            Tag(0x6020, 0x3000),
            Tag(0x60FE, 0x4000),
            Tag(0x50FE, 0x3000),
            Tag(0x7F02, 0x0010),
            Tag(0x1010, 0x0004),
            Tag(0x0028, 0x0402),
            tags::ICC_PROFILE,
            Tag(0x0008, 0x0000),
            Tag(0x0004, 0x1130),
            Tag(0xFFFC, 0xFFFC),
        ] {
            assert_eq!(basic(tag), Action::Remove, "{tag}");
        }
    }

    #[test]
    fn what_names_no_one_is_kept() {
        for tag in [tags::MODALITY, tags::ROWS, tags::SOP_CLASS_UID, tags::PIXEL_SPACING] {
            assert_eq!(basic(tag), Action::Keep, "{tag}");
        }
    }
}
