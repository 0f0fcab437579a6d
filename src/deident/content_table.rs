//! Table E.3.4-1 of PS3.15: the data file in, what is done with a concept out.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::options::{Options, ProfileOption};
use super::table::{ActionCode, Cell, action_code, cells, option_columns};

const TABLE: &str = include_str!("tables/ps3.15-2026d-e3-4-1.csv");

/// What is done with a content item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemAction {
    /// It is left out with all below it.
    Remove,
    /// Its value says nothing; references and UIDs are replaced.
    Dummy,
    Keep,
    Clean,
    Shift,
    /// No row names it: its value type decides.
    Unlisted,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct ItemRow {
    pub(super) meaning: String,
    pub(super) value_type: String,
    pub(super) basic: ActionCode,
    cells: Vec<(ProfileOption, Cell)>,
}

/// By scheme and code; one concept may have rows of several value types.
type Rows = HashMap<(String, String), Vec<ItemRow>>;

/// Concepts of SNOMED CT that reports of before 2020 name by the code of SNOMED RT (PS3.16 annex O
/// maps them). The designators SRT, SNM3 and 99SDM stand for the same codes (PS3.16 section 8.1).
const RETIRED: [(&str, &str); 10] = [
    ("DD-60002", "116224001"),
    ("F-02455", "160476009"),
    ("F-00033", "271921002"),
    ("G-C0E3", "363698007"),
    ("R-42B89", "371524004"),
    ("G-D320", "397898000"),
    ("DF-0070B", "398164008"),
    ("G-D321", "398201009"),
    ("DF-0068E", "398325003"),
    ("PA-30029", "440252007"),
];

pub(super) fn rows() -> &'static Rows {
    static PARSED: OnceLock<Rows> = OnceLock::new();
    PARSED.get_or_init(|| parse(TABLE).expect("the table is checked by a test"))
}

fn parse(csv: &str) -> Option<Rows> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
    let columns = option_columns(reader.headers().ok()?)?;
    let mut rows = Rows::new();
    for record in reader.records() {
        let record = record.ok()?;
        let row = ItemRow {
            meaning: record[2].to_owned(),
            value_type: record[3].to_owned(),
            basic: action_code(&record[4])?,
            cells: cells(&record, &columns)?,
        };
        rows.entry((record[1].to_owned(), record[0].to_owned())).or_default().push(row);
    }
    Some(rows)
}

/// What is done with an item of this concept and value type under these options.
pub(super) fn item_action(
    scheme: &str,
    code: &str,
    value_type: &str,
    options: &Options,
) -> ItemAction {
    let (scheme, code) = match scheme {
        "SRT" | "SNM3" | "99SDM" => {
            let current = RETIRED.iter().find(|(retired, _)| *retired == code);
            ("SCT", current.map_or(code, |(_, current)| *current))
        }
        _ => (scheme, code),
    };
    let Some(of_concept) = rows().get(&(scheme.to_owned(), code.to_owned())) else {
        return ItemAction::Unlisted;
    };
    let row = of_concept.iter().find(|row| row.value_type == value_type);
    // Text of another value type than the table's names the same thing; other types have their rules.
    let is_text = matches!(value_type, "TEXT" | "PNAME" | "");
    let Some(row) = row.or_else(|| of_concept.first().filter(|_| is_text)) else {
        return ItemAction::Unlisted;
    };
    let says = |cell: Cell| options.iter().find(|option| row.cells.contains(&(*option, cell)));
    match (says(Cell::Clean), says(Cell::Keep)) {
        (Some(ProfileOption::RetainModifiedDates), _) => ItemAction::Shift,
        (Some(_), _) => ItemAction::Clean,
        (None, Some(_)) => ItemAction::Keep,
        // A template may ask for items whose code is X/D: they stand and say nothing.
        (None, None) if row.basic == ActionCode::X => ItemAction::Remove,
        (None, None) => ItemAction::Dummy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(options: &[ProfileOption]) -> Options {
        Options::new(options.iter().copied()).unwrap()
    }

    #[test]
    fn the_table_is_whole() {
        let all: Vec<&ItemRow> = rows().values().flatten().collect();
        let count = |code| all.iter().filter(|row| row.basic == code).count();
        assert_eq!(all.len(), 214);
        assert_eq!(
            (count(ActionCode::D), count(ActionCode::X), count(ActionCode::XOrD)),
            (60, 135, 19)
        );
    }

    #[test]
    fn every_code_is_carried_out_under_every_option() {
        for ((scheme, code), of_concept) in rows() {
            for row in of_concept {
                let action = |options: &[ProfileOption]| {
                    item_action(scheme, code, &row.value_type, &with(options))
                };
                let expected =
                    if row.basic == ActionCode::X { ItemAction::Remove } else { ItemAction::Dummy };
                assert_eq!(action(&[]), expected, "{code} {scheme}");
                for (option, cell) in &row.cells {
                    let expected = match (cell, option) {
                        (Cell::Keep, _) => ItemAction::Keep,
                        (Cell::Clean, ProfileOption::RetainModifiedDates) => ItemAction::Shift,
                        (Cell::Clean, _) => ItemAction::Clean,
                    };
                    assert_eq!(action(&[*option]), expected, "{code} {scheme} {option:?}");
                }
            }
        }
    }

    #[test]
    fn retired_designators_name_the_same_concepts() {
        for scheme in ["SRT", "SNM3", "99SDM"] {
            for (retired, current) in RETIRED {
                let action = |scheme, code| item_action(scheme, code, "TEXT", &with(&[]));
                assert_eq!(action(scheme, retired), action("SCT", current), "{retired}");
                assert_ne!(action(scheme, retired), ItemAction::Unlisted, "{retired}");
            }
        }
    }
}
