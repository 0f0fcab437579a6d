//! Table E.1-1 of PS3.15: the data file in, a row for a tag out.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::options::ProfileOption;
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

/// What an option's cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// K: keep.
    Keep,
    /// C: clean.
    Clean,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// The name of the attribute.
    pub(super) name: String,
    /// The Basic Profile's action.
    pub(super) basic: ActionCode,
    cells: Vec<(ProfileOption, Cell)>,
}

impl Row {
    /// What the option says of the attribute.
    pub(super) fn cell(&self, option: ProfileOption) -> Option<Cell> {
        self.cells.iter().find(|(of, _)| *of == option).map(|(_, cell)| *cell)
    }

    /// All that the options say.
    pub(super) fn cells(&self) -> impl Iterator<Item = (ProfileOption, Cell)> {
        self.cells.iter().copied()
    }
}

/// Edition of the standard that the table is taken from.
pub const EDITION: &str = "2026d";

const TABLE: &str = include_str!("tables/ps3.15-2026d-e1-1.csv");

/// The rows by tag.
#[derive(Debug)]
pub(super) struct Table {
    by_tag: HashMap<Tag, Row>,
    /// 50XX, 60XX3000, 60XX4000 and PRIVATE, which are no tags: their groups are removed whole.
    groups: Vec<(String, Row)>,
}

/// The table of this edition.
pub(super) fn table() -> &'static Table {
    static PARSED: OnceLock<Table> = OnceLock::new();
    PARSED.get_or_init(|| Table::parse(TABLE).expect("the table is checked by a test"))
}

impl Table {
    /// The row of a tag; `None` where the table does not name it.
    pub(super) fn row(&self, tag: Tag) -> Option<&Row> {
        self.by_tag.get(&tag)
    }

    /// All rows of single tags.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Tag, &Row)> {
        self.by_tag.iter().map(|(tag, row)| (*tag, row))
    }

    /// The rows of groups of tags, with the group as the table writes it.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.groups.iter().map(|(group, row)| (group.as_str(), row))
    }

    fn parse(csv: &str) -> Option<Self> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
        let columns = option_columns(reader.headers().ok()?)?;
        let mut table = Self { by_tag: HashMap::new(), groups: Vec::new() };
        for record in reader.records() {
            let record = record.ok()?;
            let row = Row {
                name: record[1].to_owned(),
                basic: action_code(&record[2])?,
                cells: cells(&record, &columns)?,
            };
            if let Some(tag) = parse_tag(&record[0]) {
                table.by_tag.insert(tag, row);
            } else if matches!(&record[0], "50XXXXXX" | "60XX3000" | "60XX4000" | "PRIVATE") {
                table.groups.push((record[0].to_owned(), row));
            } else {
                return None;
            }
        }
        Some(table)
    }
}

/// The options with the number of their column; those that a table has no column for are left out.
pub(super) fn option_columns(headers: &csv::StringRecord) -> Option<Vec<(ProfileOption, usize)>> {
    let known = |name: &str| ProfileOption::all().find(|option| option.column() == name);
    let columns: Vec<_> = headers
        .iter()
        .enumerate()
        .filter_map(|(at, name)| known(name).map(|option| (option, at)))
        .collect();
    (!columns.is_empty()).then_some(columns)
}

/// What the cells of a row say.
pub(super) fn cells(
    record: &csv::StringRecord,
    columns: &[(ProfileOption, usize)],
) -> Option<Vec<(ProfileOption, Cell)>> {
    let mut cells = Vec::new();
    for (option, at) in columns {
        match &record[*at] {
            "" => {}
            "K" => cells.push((*option, Cell::Keep)),
            "C" => cells.push((*option, Cell::Clean)),
            _ => return None,
        }
    }
    Some(cells)
}

/// A tag as eight hex digits.
pub(super) fn parse_tag(text: &str) -> Option<Tag> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8)?;
    Some(Tag((number >> 16) as u16, number as u16))
}

const CODES: [(&str, ActionCode); 9] = [
    ("D", ActionCode::D),
    ("Z", ActionCode::Z),
    ("X", ActionCode::X),
    ("U", ActionCode::U),
    ("Z/D", ActionCode::ZOrD),
    ("X/Z", ActionCode::XOrZ),
    ("X/D", ActionCode::XOrD),
    ("X/Z/D", ActionCode::XOrZOrD),
    ("X/Z/U*", ActionCode::XOrZOrU),
];

/// The code as the table writes it.
pub(super) fn action_code(text: &str) -> Option<ActionCode> {
    CODES.iter().find(|(name, _)| *name == text).map(|(_, code)| *code)
}

impl std::fmt::Display for ActionCode {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = CODES.iter().find(|(_, code)| code == self).map_or("", |(name, _)| name);
        to.write_str(name)
    }
}

impl std::fmt::Display for Cell {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::Keep => "K",
            Self::Clean => "C",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        // 657 rows, four of which are no single tag (PS3.15 2026d).
        let rows: Vec<&Row> = table()
            .rows()
            .map(|(_, row)| row)
            .chain(table().groups().map(|(_, row)| row))
            .collect();
        let count = |code: &str| rows.iter().filter(|row| row.basic.to_string() == code).count();
        assert_eq!(rows.len(), 657);
        let counts = CODES.map(|(name, _)| (name, count(name)));
        let expected = [
            ("D", 93),
            ("Z", 42),
            ("X", 417),
            ("U", 55),
            ("Z/D", 6),
            ("X/Z", 11),
            ("X/D", 23),
            ("X/Z/D", 8),
            ("X/Z/U*", 2),
        ];
        assert_eq!(counts, expected);
        let cells: usize = rows.iter().map(|row| row.cells().count()).sum();
        assert_eq!(rows.len() + cells, 1293, "cells that say something");
    }
}
