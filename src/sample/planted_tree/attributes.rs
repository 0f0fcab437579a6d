//! The rows of PS3.15 Table E.1-1 that hold text, dates, UIDs, bytes or sequences: each gets a token of
//! its own.

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};

use super::scene::{binary, code};
use super::token::Planter;
use crate::dataset::{DataSet, Tag, VR};

/// The table as data: what is planted in a row does not ask what is done with it.
const TABLE: &str = include_str!("../../deident/tables/ps3.15-2026d-e1-1.csv");

/// A row of the table.
struct Attribute {
    tag: Tag,
    vr: VR,
    name: String,
}

/// Rows that stand in scenes of their own.
const ELSEWHERE: [Tag; 5] = [
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::STUDY_INSTANCE_UID,
    tags::SELECTOR_UR_VALUE,
    Tag(0xFFFA, 0xFFFA), // Digital Signatures Sequence
];

fn attributes() -> Vec<Attribute> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(TABLE.as_bytes());
    let attribute = |row: csv::StringRecord| {
        // Repeating groups are no numbers; their scenes are others.
        let number = u32::from_str_radix(&row[0], 16).ok()?;
        let tag = Tag((number >> 16) as u16, number as u16);
        let VirtualVr::Exact(vr) = StandardDataDictionary.by_tag(tag)?.vr() else { return None };
        let is_planted = match vr {
            // What may stay of these holds items that nobody has to remove.
            VR::SQ => &row[2] != "X/Z/U*",
            // No dummy can be made of bytes: such a file is refused.
            VR::OB => &row[2] == "X",
            VR::AE | VR::CS | VR::DA | VR::DT | VR::LO | VR::LT | VR::PN => true,
            VR::SH | VR::ST | VR::UC | VR::UI | VR::UR | VR::UT => true,
            _ => false,
        };
        // Groups below hold no data sets.
        let is_planted = is_planted && tag.0 >= 0x0008 && !ELSEWHERE.contains(&tag);
        is_planted.then(|| Attribute { tag, vr, name: row[1].to_owned() })
    };
    reader.records().flatten().filter_map(attribute).collect()
}

/// Puts every row into the data set.
pub(super) fn put_all(planter: &mut Planter, data_set: &mut DataSet) {
    for Attribute { tag, vr, name } in attributes() {
        let (item, place) = (item_of(tag, vr), format!("{tag} {name}"));
        let mut word = || planter.word(item, &place);
        let text = match vr {
            VR::SQ => {
                data_set.put_sequence(tag, vec![code("1", "99ONE", &word())]);
                continue;
            }
            VR::OB => {
                data_set.put(binary(tag, vr, word().as_bytes()));
                continue;
            }
            VR::UI => planter.uid(item, &place),
            VR::DA => planter.date(item, &place, "19310704").to_owned(),
            VR::DT => planter.date(item, &place, "19310704101112").to_owned(),
            VR::UR => format!("http://{}.example/", word()),
            VR::LT | VR::ST | VR::UT => format!("told by Dr {}, 55F", word()),
            VR::LO if name.contains("Description") => format!("Dr {} 55F", word()),
            _ => word(),
        };
        data_set.put_text(tag, vr, &text);
    }
}

/// The item of the list; 0 where it has none but the table.
fn item_of(tag: Tag, vr: VR) -> u8 {
    match tag {
        Tag(0x0010, 0x0011..=0x0016 | 0x0041..=0x0047) | Tag(0x3004, 0x007F) => 75,
        Tag(0x0070, 0x0006) => 24,
        Tag(0x0400, 0x0561) => 43,
        Tag(0x0400, _) => 44,
        Tag(0x0088, 0x0200) => 51,
        Tag(0x0008, 0x1030 | 0x103E) => 37,
        _ => match vr {
            VR::UR => 19,
            VR::DA | VR::DT => 28,
            VR::UI => 33,
            _ => 0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_rows_of_the_table_are_planted_and_each_once() {
        let rows = attributes();
        assert!(rows.len() > 550, "{}", rows.len());
        assert!(rows.is_sorted_by(|one, next| one.tag < next.tag));
    }
}
