//! The rows of Table E.1-1 that hold text or sequences: each gets a token of its own.

use super::scene::code;
use super::token::Planter;
use crate::dataset::{DataSet, Tag, VR};

const ATTRIBUTES: &str = include_str!("attributes.csv");

/// A row of the table.
struct Attribute<'a> {
    tag: Tag,
    vr: VR,
    name: &'a str,
}

fn attributes() -> impl Iterator<Item = Attribute<'static>> {
    ATTRIBUTES.lines().skip(2).filter_map(|line| {
        let [number, vr, name] = *line.splitn(3, ',').collect::<Vec<_>>() else { return None };
        let number = u32::from_str_radix(number, 16).ok()?;
        let tag = Tag((number >> 16) as u16, number as u16);
        Some(Attribute { tag, vr: vr.parse().ok()?, name: name.trim_matches('"') })
    })
}

/// Puts every row into the data set.
pub(super) fn put_all(planter: &mut Planter, data_set: &mut DataSet) {
    for Attribute { tag, vr, name } in attributes() {
        let token = planter.word(item_of(tag, vr), &format!("{tag} {name}"));
        match vr {
            VR::SQ => data_set.put_sequence(tag, vec![code("1", "99ONE", &token)]),
            VR::UR => data_set.put_text(tag, vr, &format!("http://{token}.example/")),
            VR::LT | VR::ST | VR::UT => {
                data_set.put_text(tag, vr, &format!("told by Dr {token}, 55F"));
            }
            VR::LO if name.contains("Description") => {
                data_set.put_text(tag, vr, &format!("Dr {token} 55F"));
            }
            _ => data_set.put_text(tag, vr, &token),
        }
    }
}

/// The item of the list; 0 where it has none but the table.
fn item_of(tag: Tag, vr: VR) -> u8 {
    match tag {
        Tag(0x0010, 0x0011..=0x0016 | 0x0041..=0x0047) | Tag(0x3004, 0x007F) => 75,
        Tag(0x0070, 0x0006) => 24,
        Tag(0x0400, 0x0561) => 43,
        Tag(0x0088, 0x0200) => 51,
        _ if vr == VR::UR => 19,
        Tag(0x0008, 0x1030 | 0x103E) => 37,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_each_tag_stands_once() {
        let rows: Vec<Attribute<'_>> = attributes().collect();
        assert_eq!(rows.len(), ATTRIBUTES.lines().count() - 2);
        assert!(rows.is_sorted_by(|one, next| one.tag < next.tag));
    }
}
