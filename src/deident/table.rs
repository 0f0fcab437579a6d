//! Table E.1-1 of PS3.15: the data file in, a rule for a tag out.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::dataset::Tag;

/// An action code of Table E.1-1a, composites included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ActionCode {
    /// D: a dummy value that is not empty.
    D,
    /// Z: empty, or a dummy.
    Z,
    /// X: remove.
    X,
    /// U: a new UID, consistent over the set.
    U,
    /// Z unless D keeps the IOD valid.
    ZOrD,
    /// X unless Z keeps the IOD valid.
    XOrZ,
    /// X unless D keeps the IOD valid.
    XOrD,
    /// X unless Z or D keeps the IOD valid.
    XOrZOrD,
    /// X unless Z, or replaced UIDs inside a sequence, keep the IOD valid.
    XOrZOrU,
}

/// Edition of the standard that the table is taken from.
pub const EDITION: &str = "2026d";

const TABLE: &str = include_str!("tables/ps3.15-2026d-e1-1.csv");

/// The column of the Clean Descriptors Option.
const CLEAN_DESCRIPTORS: usize = 10;

/// Rules by tag; repeating groups and private attributes are rules of their own.
#[derive(Debug)]
pub(super) struct Table {
    by_tag: HashMap<Tag, ActionCode>,
    descriptors: HashSet<Tag>,
}

/// The table of this edition.
pub(super) fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| Table::parse(TABLE).expect("the table is checked by a test"))
}

impl Table {
    /// The Basic Profile's action for a tag; `None` where the table does not name it.
    pub(super) fn basic(&self, tag: Tag) -> Option<ActionCode> {
        self.by_tag.get(&tag).copied()
    }

    /// Whether the Clean Descriptors Option has a rule for the tag: the attribute describes, and
    /// identifies only where someone wrote an identity into it (PS3.15 section E.3.5).
    pub(super) fn is_descriptor(&self, tag: Tag) -> bool {
        self.descriptors.contains(&tag)
    }

    fn parse(csv: &str) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
        let mut by_tag = HashMap::new();
        let mut descriptors = HashSet::new();
        for row in reader.records() {
            let row = row.ok()?;
            let code = action_code(&row[2])?;
            // 50XX, 60XX and PRIVATE are no tags: `clean` removes those groups whole.
            if let Some(tag) = parse_tag(&row[0]) {
                by_tag.insert(tag, code);
                if &row[CLEAN_DESCRIPTORS] == "C" {
                    descriptors.insert(tag);
                }
            } else if !matches!(&row[0], "50XXXXXX" | "60XX3000" | "60XX4000" | "PRIVATE") {
                return None;
            }
        }
        Some(Self { by_tag, descriptors })
    }
}

fn parse_tag(text: &str) -> Option<Tag> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8)?;
    Some(Tag((number >> 16) as u16, number as u16))
}

fn action_code(text: &str) -> Option<ActionCode> {
    Some(match text {
        "D" => ActionCode::D,
        "Z" => ActionCode::Z,
        "X" => ActionCode::X,
        "U" => ActionCode::U,
        "Z/D" => ActionCode::ZOrD,
        "X/Z" => ActionCode::XOrZ,
        "X/D" => ActionCode::XOrD,
        "X/Z/D" => ActionCode::XOrZOrD,
        "X/Z/U*" => ActionCode::XOrZOrU,
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// All rules, for tests that go through them.
    pub(in crate::deident) fn rules() -> impl Iterator<Item = (Tag, ActionCode)> {
        table().by_tag.iter().map(|(tag, code)| (*tag, *code))
    }

    #[test]
    fn the_table_is_whole() {
        // 657 rules, four of which are no single tag (PS3.15 2026d).
        let mut counts = HashMap::new();
        for (_, code) in rules() {
            *counts.entry(code).or_insert(0) += 1;
        }
        assert_eq!(counts.values().sum::<i32>(), 653);
        assert_eq!(counts[&ActionCode::X], 417 - 4);
        assert_eq!(counts[&ActionCode::D], 93);
        assert_eq!(counts[&ActionCode::U], 55);
        assert_eq!(counts[&ActionCode::Z], 42);
        assert_eq!(counts[&ActionCode::XOrD], 23);
        assert_eq!(counts[&ActionCode::XOrZ], 11);
        assert_eq!(counts[&ActionCode::XOrZOrD], 8);
        assert_eq!(counts[&ActionCode::ZOrD], 6);
        assert_eq!(counts[&ActionCode::XOrZOrU], 2);
    }
}
