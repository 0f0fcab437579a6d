//! What is done with an attribute: a profile in, a rule for every tag of the standard out. The rules
//! follow Table E.1-1 where it names the attribute, and the value representation where it does not.

use std::collections::HashMap;

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, TagRange, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};

use super::options::{Options, ProfileOption};
use super::profile::{Deed, Profile};
use super::table::{ActionCode, Cell, table};
use crate::dataset::{Tag, VR};

/// What is done with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// What its code says, once the attribute's type in the IOD is known.
    Code,
    /// It stays, tidied; a sequence is cleaned item by item.
    Keep,
    /// Its text is reduced to words that say nothing of a person; a sequence, item by item.
    Clean,
    /// Its dates are moved by the patient's shift.
    Shift,
    /// Its content items are cleaned one by one.
    Content,
    /// Its text objects are cleaned, its shapes stay.
    Graphics,
    /// Only what describes colours stays.
    ColourProfile,
    /// Its UIDs are replaced.
    ReplaceUid,
    /// It gets the patient's pseudonym.
    PatientId,
    /// It gets a name made of the patient's pseudonym.
    PatientName,
}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The column of the Basic Profile.
    Basic,
    /// The column of an option.
    Option(ProfileOption),
    /// The table does not name it: its VR and its name decide.
    Unlisted,
    /// The profile file, by the number of the override.
    Override(usize),
    /// Nobody knows what it holds, or it belongs to another kind of file.
    Unknown,
}

/// The rule for one tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// The VR that the dictionary gives; `None` where it knows no such attribute.
    pub(super) vr: Option<VirtualVr>,
    pub(super) action: Action,
    /// What is done where the action cannot be carried out on a value.
    pub(super) code: ActionCode,
    pub(super) source: Source,
}

/// The rules of one profile.
#[derive(Debug)]
pub struct Rules {
    /// Those of the table, made ahead.
    listed: HashMap<Tag, Rule>,
    pub(super) profile: Profile,
}

/// UI attributes that name a class, a syntax or a registry and no instance: they are never replaced
/// (PS3.15 section E.3.9 speaks of instances only).
pub(super) const STRUCTURAL_UIDS: [Tag; 19] = [
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
pub(super) const BESIDE_THE_TABLE: [(Tag, ActionCode); 9] = [
    (tags::PATIENT_BIRTH_DATE_IN_ALTERNATIVE_CALENDAR, ActionCode::X),
    (tags::PATIENT_DEATH_DATE_IN_ALTERNATIVE_CALENDAR, ActionCode::X),
    (tags::DEVICE_ID, ActionCode::X),
    (Tag(0x2100, 0x0160), ActionCode::X), // Owner ID
    (Tag(0x0040, 0x1006), ActionCode::X), // Placer Order Number / Procedure
    (Tag(0x0040, 0x1007), ActionCode::X), // Filler Order Number / Procedure
    (Tag(0x0040, 0x2006), ActionCode::X), // .. / Imaging Service Request, retired
    (Tag(0x0040, 0x2007), ActionCode::X),
    (tags::DOCUMENT_TITLE, ActionCode::Z),
];

/// The VR that the dictionary gives; `None` where the standard knows no such attribute, or only as
/// one of a retired family of repeating tags.
pub(super) fn dictionary_vr(tag: Tag) -> Option<VirtualVr> {
    let entry = StandardDataDictionary.by_tag(tag)?;
    matches!(entry.tag_range(), TagRange::Single(_)).then(|| entry.vr())
}

impl Rules {
    /// The rules of this profile.
    pub fn new(profile: Profile) -> Self {
        let listed = table().rows().map(|(tag, _)| (tag, rule(tag, &profile))).collect();
        Self { listed, profile }
    }

    /// The rule for a tag. Tags that no dictionary knows are removed.
    pub(super) fn rule(&self, tag: Tag) -> Rule {
        self.listed.get(&tag).copied().unwrap_or_else(|| rule(tag, &self.profile))
    }

    /// The chosen options.
    pub fn options(&self) -> &Options {
        &self.profile.options
    }
}

fn rule(tag: Tag, profile: &Profile) -> Rule {
    let vr = dictionary_vr(tag);
    let rule = |action, code, source| Rule { vr, action, code, source };
    let row = table().row(tag);
    let basic = row.map(|row| row.basic);
    match tag {
        tags::PATIENT_ID => return rule(Action::PatientId, ActionCode::D, Source::Basic),
        tags::PATIENT_NAME => return rule(Action::PatientName, ActionCode::D, Source::Basic),
        _ if is_removed_whole(tag) => return rule(Action::Code, ActionCode::X, Source::Unknown),
        _ => {}
    }
    if let Some((at, deed)) = profile.override_of(tag) {
        // Text of which nothing can stay leaves a dummy, where no table says to remove it.
        let unlisted = if deed == Deed::Clean { ActionCode::D } else { ActionCode::X };
        let (action, code) = carried_out(deed, basic.unwrap_or(unlisted));
        return rule(action, code, Source::Override(at));
    }
    let options = &profile.options;
    let Some(standard) = vr else {
        return rule(Action::Code, ActionCode::X, Source::Unknown);
    };
    if let Some((_, code)) = BESIDE_THE_TABLE.iter().find(|(named, _)| *named == tag) {
        return rule(Action::Code, *code, Source::Unlisted);
    }
    let Some(row) = row else {
        let (action, code) = unlisted(tag, standard, options);
        return rule(action, code, Source::Unlisted);
    };
    // Where several options speak of an attribute, cleaning goes before keeping.
    let says = |cell: Cell| options.iter().find(|option| row.cell(*option) == Some(cell));
    if let Some(option) = says(Cell::Clean) {
        if let Some(action) = cleaning(option, tag, standard) {
            return rule(action, row.basic, Source::Option(option));
        }
    } else if let Some(option) = says(Cell::Keep) {
        return rule(Action::Keep, row.basic, Source::Option(option));
    }
    let action = match row.basic {
        ActionCode::U => Action::ReplaceUid,
        // A new UID is the dummy of a UID, and keeps what refers to it together.
        ActionCode::D if standard == VirtualVr::Exact(VR::UI) => Action::ReplaceUid,
        // UIDs inside are replaced by their own rule, so that references still resolve.
        ActionCode::XOrZOrU => Action::Keep,
        _ => Action::Code,
    };
    rule(action, row.basic, Source::Basic)
}

/// What a C in the column of an option asks for; `None` where only the basic code is safe.
fn cleaning(option: ProfileOption, tag: Tag, vr: VirtualVr) -> Option<Action> {
    let VirtualVr::Exact(vr) = vr else {
        return None;
    };
    match (option, vr) {
        (ProfileOption::RetainModifiedDates, VR::DA | VR::DT | VR::TM) => Some(Action::Shift),
        // An offset from UTC names no one, and intervals need it.
        (ProfileOption::RetainModifiedDates, VR::SH) => Some(Action::Shift),
        (ProfileOption::CleanGraphics, VR::SQ) => Some(Action::Graphics),
        (ProfileOption::CleanStructured, VR::SQ) => Some(Action::Content),
        (_, VR::LO | VR::SH | VR::ST | VR::LT | VR::UT | VR::UC | VR::CS | VR::SQ) => {
            debug_assert!(tag.0 >= 8, "no text in the file meta is cleaned");
            Some(Action::Clean)
        }
        _ => None,
    }
}

fn carried_out(deed: Deed, code: ActionCode) -> (Action, ActionCode) {
    match deed {
        Deed::Keep => (Action::Keep, code),
        Deed::Clean => (Action::Clean, code),
        Deed::Shift => (Action::Shift, code),
        Deed::ReplaceUid => (Action::ReplaceUid, code),
        Deed::Remove => (Action::Code, ActionCode::X),
        Deed::Empty => (Action::Code, ActionCode::Z),
        Deed::Dummy => (Action::Code, ActionCode::D),
    }
}

/// Groups and elements that are removed whatever the dictionary says of them. Private attributes
/// have rules of their own (`private`).
pub(super) fn is_removed_whole(tag: Tag) -> bool {
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

/// What the keyword of an attribute ends in when people write it in words of their own.
pub(super) const BY_HAND: [&str; 8] =
    ["Description", "Comment", "Comments", "Notes", "Explanation", "Label", "Trial", "Text"];

/// Attributes of short text in which people describe, by their name or by use.
fn is_written_by_hand(tag: Tag) -> bool {
    let by_use = [
        tags::POSITION_REFERENCE_INDICATOR,
        tags::TARGET_POSITION_REFERENCE_INDICATOR,
        tags::HANGING_PROTOCOL_CREATOR,
        tags::HANGING_PROTOCOL_USER_GROUP_NAME,
    ];
    let keyword = StandardDataDictionary.by_tag(tag).map_or("", DataDictionaryEntry::alias);
    by_use.contains(&tag) || BY_HAND.iter().any(|end| keyword.ends_with(end))
}

/// The rule for attributes of this VR that the table does not name, names of their own aside.
pub(super) fn of_vr(vr: VR, options: &Options) -> Rule {
    let standard = VirtualVr::Exact(vr);
    let (action, code) = unlisted(Tag(0x0008, 0xFFFF), standard, options);
    Rule { vr: Some(standard), action, code, source: Source::Unlisted }
}

/// Attributes of the standard that the table does not name are kept, save those whose VR alone says
/// that they name a person, a moment, an instance or a place, or hold free text.
fn unlisted(tag: Tag, vr: VirtualVr, options: &Options) -> (Action, ActionCode) {
    let VirtualVr::Exact(vr) = vr else {
        return (Action::Keep, ActionCode::X);
    };
    let has = |option| options.has(option);
    match vr {
        VR::DA | VR::DT | VR::TM if has(ProfileOption::RetainFullDates) => {
            (Action::Keep, ActionCode::D)
        }
        VR::DA | VR::DT | VR::TM if has(ProfileOption::RetainModifiedDates) => {
            (Action::Shift, ActionCode::D)
        }
        VR::PN | VR::DA | VR::DT | VR::TM | VR::AE => (Action::Code, ActionCode::D),
        // Free text: the table names what is known to identify, a person can write anything.
        VR::LT | VR::ST | VR::UT if has(ProfileOption::CleanDescriptors) => {
            (Action::Clean, ActionCode::D)
        }
        VR::LT | VR::ST | VR::UT => (Action::Code, ActionCode::D),
        VR::OB if tag == tags::ICC_PROFILE => (Action::ColourProfile, ActionCode::X),
        VR::LO | VR::SH | VR::UC if is_written_by_hand(tag) => (Action::Clean, ActionCode::D),
        // Places, and bytes that nobody can look into: signatures, encrypted content.
        VR::UR | VR::OB | VR::UN => (Action::Code, ActionCode::X),
        VR::UI if !STRUCTURAL_UIDS.contains(&tag) && !has(ProfileOption::RetainUids) => {
            (Action::ReplaceUid, ActionCode::U)
        }
        _ => (Action::Keep, ActionCode::X),
    }
}
