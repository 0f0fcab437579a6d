//! Private attributes that are safe to keep (PS3.15 section E.3.10): by creator, from Table E.3.10-1 and
//! the list of The Cancer Imaging Archive, and where an instance itself says so in its Private Data
//! Element Characteristics Sequence (0008,0300).

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use dicom::dictionary_std::tags;

use super::profile::{Deed, Profile};
use super::text;
use crate::dataset::{DataSet, Element, Tag, VR};

const OF_THE_STANDARD: &str = include_str!("tables/ps3.15-2026d-e3-10-1.csv");
const OF_TCIA: &str = include_str!("tables/tcia-private.csv");

/// A private attribute, wherever its block stands: creator, group, last two digits of the element.
type Name<'a> = (&'a str, u16, u8);

/// What a list says of a private attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Safe {
    /// The VR of the list, `None` where it has none or the instance vouches for the attribute.
    pub(super) vr: Option<VR>,
    pub(super) deed: Deed,
    /// Whether the profile itself names it, with a reason.
    pub(super) is_demanded: bool,
}

/// Attributes of the list that name a house, a person or a moment: an option of their own would have to
/// keep them.
const NOT_SAFE: [Name<'static>; 8] = [
    ("CTP", 0x0013, 0x12),                       // Site Name
    ("CTP", 0x0013, 0x13),                       // Site Id
    ("INTELERAD MEDICAL SYSTEMS", 0x3F01, 0x01), // Institution Code
    ("SIEMENS MR SDS 01", 0x0021, 0x22),         // Sequence File Owner
    ("SIEMENS CM VA0  CMS", 0x0013, 0x35),       // Patient Sex
    ("GEMS_GENIE_1", 0x0011, 0x14),              // Completion Time, as text
    ("GEMS_GENIE_1", 0x0013, 0x26),              // Study Comments
    ("TOSHIBA_MEC_CT3", 0x7005, 0x11),           // Series Comment
];

fn lists() -> &'static HashMap<Name<'static>, Safe> {
    static READ: OnceLock<HashMap<Name<'static>, Safe>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut safe = HashMap::new();
        let rows = |csv: &'static str| {
            csv.lines().filter(|line| !line.starts_with('#')).skip(1).map(cells)
        };
        for row in rows(OF_TCIA).chain(rows(OF_THE_STANDARD)) {
            // creator,group,element,vr,vm and in one list an action
            let number = |at: usize| u16::from_str_radix(row.get(at)?, 16).ok();
            let (Some(creator), Some(group), Some(element)) = (row.first(), number(1), number(2))
            else {
                continue;
            };
            let vr = row.get(3).and_then(|vr| vr.parse().ok());
            let deed = match row.get(5).copied() {
                Some("uid") => Deed::ReplaceUid,
                Some("shift") => Deed::Shift,
                _ => Deed::Keep,
            };
            let name = (*creator, group, element as u8);
            if !NOT_SAFE.contains(&name) {
                safe.insert(name, Safe { vr, deed, is_demanded: false });
            }
        }
        safe
    })
}

/// All creators of the lists.
fn creators() -> &'static HashSet<&'static str> {
    static READ: OnceLock<HashSet<&'static str>> = OnceLock::new();
    READ.get_or_init(|| lists().keys().map(|(creator, ..)| *creator).collect())
}

/// The first cells of a row; a creator may stand in quotes.
fn cells(line: &'static str) -> Vec<&'static str> {
    match line.strip_prefix('"').and_then(|rest| rest.split_once("\",")) {
        Some((creator, rest)) => std::iter::once(creator).chain(rest.split(',')).collect(),
        None => line.split(',').collect(),
    }
}

/// Reading the blocks of one data set or item.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Creators by group and block.
    creators: HashMap<(u16, u8), String>,
    declared: HashMap<(u16, String), Declared>,
}

/// What an item of (0008,0300) says of a block.
#[derive(Debug, Default)]
struct Declared {
    is_safe: bool,
    is_unsafe: bool,
    nonidentifying: HashSet<u16>,
    /// By element, what is to be done with it (0008,0307).
    deeds: HashMap<u16, Deed>,
}

impl Blocks {
    /// The blocks that a data set reserves, and what it says of them.
    pub(super) fn of(data_set: &DataSet) -> Self {
        let mut blocks = Self::default();
        for element in data_set.iter() {
            let Tag(group, number) = element.tag;
            if !group.is_multiple_of(2)
                && (0x10..=0xFF).contains(&number)
                && let Some(creator) = data_set.text(element.tag)
            {
                blocks.creators.insert((group, number as u8), creator.to_owned());
            }
        }
        let items = data_set.sequence(tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE);
        for item in items.unwrap_or_default() {
            let group = item.u16(tags::PRIVATE_GROUP_REFERENCE);
            let creator = item.text(tags::PRIVATE_CREATOR_REFERENCE);
            if let (Some(group), Some(creator)) = (group, creator) {
                blocks.declared.insert((group, creator.to_owned()), declared(item));
            }
        }
        blocks
    }

    /// Forgets the blocks of creators that are not in the lists and that may not be named.
    pub(super) fn forget(&mut self, may_be_named: impl Fn(&str) -> bool) {
        self.creators
            .retain(|_, creator| creators().contains(creator.as_str()) || may_be_named(creator));
    }

    /// The creator of a private attribute.
    pub(super) fn creator(&self, tag: Tag) -> Option<&str> {
        self.creators.get(&(tag.0, (tag.1 >> 8) as u8)).map(String::as_str)
    }

    /// What may be done with a private attribute other than removing it.
    pub(super) fn safe(
        &self,
        Element { tag, vr, .. }: &Element,
        profile: &Profile,
        by_option: bool,
    ) -> Option<Safe> {
        let (tag, vr) = (*tag, *vr);
        let creator = self.creator(tag)?;
        let element = tag.1 as u8;
        let listed = lists().get(&(creator, tag.0, element)).copied();
        if let Some(deed) = profile.override_of_private(creator, tag.0, element) {
            let vr = listed.and_then(|safe| safe.vr);
            return (deed != Deed::Remove).then_some(Safe { vr, deed, is_demanded: true });
        }
        if !by_option {
            return None;
        }
        match self.declared.get(&(tag.0, creator.to_owned())) {
            Some(declared) => declared.says(u16::from(element), vr, listed),
            None => listed,
        }
    }
}

impl Declared {
    fn says(&self, element: u16, vr: VR, listed: Option<Safe>) -> Option<Safe> {
        if let Some(deed) = self.deeds.get(&element) {
            let vr = listed.and_then(|safe| safe.vr);
            let safe = Safe { vr, deed: *deed, is_demanded: false };
            return (*deed != Deed::Remove).then_some(safe);
        }
        if self.is_unsafe {
            return None;
        }
        if self.is_safe || self.nonidentifying.contains(&element) {
            // Nobody but the file says so: of text, known words stay.
            let deed = if text::has_words(vr) { Deed::Clean } else { Deed::Keep };
            return Some(listed.unwrap_or(Safe { vr: None, deed, is_demanded: false }));
        }
        listed
    }
}

fn declared(item: &DataSet) -> Declared {
    let status = item.text(tags::BLOCK_IDENTIFYING_INFORMATION_STATUS);
    let numbers = |item: &DataSet, tag: Tag| -> Vec<u16> {
        let bytes = item.bytes(tag).map_or(&[][..], |bytes| bytes);
        bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]) & 0xFF).collect()
    };
    let mut deeds = HashMap::new();
    for action in item.sequence(tags::DEIDENTIFICATION_ACTION_SEQUENCE).unwrap_or_default() {
        let deed = match action.text(tags::DEIDENTIFICATION_ACTION) {
            Some("D") => Deed::Dummy,
            Some("Z") => Deed::Empty,
            Some("U") => Deed::ReplaceUid,
            // X, and whatever the standard does not define.
            _ => Deed::Remove,
        };
        let named = numbers(action, tags::IDENTIFYING_PRIVATE_ELEMENTS);
        deeds.extend(named.into_iter().map(|element| (element, deed)));
    }
    Declared {
        is_safe: status == Some("SAFE"),
        is_unsafe: status == Some("UNSAFE"),
        nonidentifying: numbers(item, tags::NONIDENTIFYING_PRIVATE_ELEMENTS).into_iter().collect(),
        deeds,
    }
}

/// The safe attributes by creator, for the conformance statement.
pub(super) fn safe_attributes() -> Vec<(Name<'static>, Safe)> {
    let mut all: Vec<_> = lists().iter().map(|(name, safe)| (*name, *safe)).collect();
    all.sort_by_key(|(name, _)| *name);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_the_lists_stood_there() {
        for (creator, group, element) in NOT_SAFE {
            let row = format!("{creator},{group:04X},{element:02X},");
            assert!(OF_TCIA.contains(&row), "{row}");
            assert!(!lists().contains_key(&(creator, group, element)));
        }
    }

    fn element(tag: Tag) -> Element {
        Element::text(tag, VR::IS, "7")
    }

    fn block() -> DataSet {
        let mut data_set = DataSet::new();
        data_set.put_text(Tag(0x0019, 0x0011), VR::LO, "SIEMENS MR HEADER");
        data_set.put_text(Tag(0x0019, 0x0010), VR::LO, "SOMEBODY");
        data_set
    }

    #[test]
    fn the_lists_are_whole() {
        assert!(lists().len() > 2400);
        let diffusion = lists()[&("SIEMENS MR HEADER", 0x0019, 0x0C)];
        assert_eq!((diffusion.vr, diffusion.deed), (Some(VR::IS), Deed::Keep));
    }

    #[test]
    fn an_attribute_is_known_by_its_creator_and_not_by_its_block() {
        let blocks = Blocks::of(&block());
        let safe = |tag| blocks.safe(&element(tag), &Profile::basic(), true);
        assert!(safe(Tag(0x0019, 0x110C)).is_some());
        assert!(safe(Tag(0x0019, 0x100C)).is_none(), "somebody else's block");
        assert!(safe(Tag(0x0019, 0x120C)).is_none(), "nobody's block");
        assert!(blocks.safe(&element(Tag(0x0019, 0x110C)), &Profile::basic(), false).is_none());
    }

    #[test]
    fn an_instance_may_vouch_for_its_blocks_or_warn_of_them() {
        let said = |status: &str, creator: &str| {
            let mut item = DataSet::new();
            item.put_u16(tags::PRIVATE_GROUP_REFERENCE, 0x0019);
            item.put_text(tags::PRIVATE_CREATOR_REFERENCE, VR::LO, creator);
            item.put_text(tags::BLOCK_IDENTIFYING_INFORMATION_STATUS, VR::CS, status);
            let mut data_set = block();
            data_set.put_sequence(tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE, vec![item]);
            Blocks::of(&data_set)
        };
        let basic = Profile::basic();
        assert!(
            said("SAFE", "SOMEBODY").safe(&element(Tag(0x0019, 0x1001)), &basic, true).is_some()
        );
        assert!(
            said("MIXED", "SOMEBODY").safe(&element(Tag(0x0019, 0x1001)), &basic, true).is_none()
        );
        let blocks = said("UNSAFE", "SIEMENS MR HEADER");
        assert!(blocks.safe(&element(Tag(0x0019, 0x110C)), &basic, true).is_none());
    }
}
