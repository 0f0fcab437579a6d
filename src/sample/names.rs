//! Invented words: no person, place or hospital is called so. They are long and odd, so that none
//! turns up in a file by chance.

use super::random::Source;

const FAMILY_START: [&str; 12] = [
    "Quixa", "Velmo", "Thorva", "Zephri", "Brumbe", "Oxylla", "Krystu", "Wyndel", "Fjorda",
    "Yggra", "Mirabo", "Pelluc",
];
const FAMILY_END: [&str; 12] = [
    "delmont",
    "thornby",
    "zanquist",
    "barrowyck",
    "grimsund",
    "fennelow",
    "cravendal",
    "mossvik",
    "pelhamire",
    "quenstedt",
    "rivenscar",
    "tarnhollow",
];
const GIVEN: [&str; 12] = [
    "Ambroselle",
    "Tiberonia",
    "Calliphane",
    "Gwendorra",
    "Ozymonde",
    "Perpetrix",
    "Isidoreth",
    "Fabriolle",
    "Leocandra",
    "Marvellon",
    "Quixadelia",
    "Hesperion",
];
const STREET: [&str; 6] = [
    "Larkspindle Terrace",
    "Gossamere Quay",
    "Umbervale Crescent",
    "Pewterhythe Lane",
    "Thistlewrack Avenue",
    "Candlemoor Steps",
];
const TOWN: [&str; 6] =
    ["Obsidianport", "Wexmeridian", "Saltgrovebury", "Ninefathoms", "Hollowmerewick", "Quillhaven"];
const HOSPITAL: [&str; 5] = [
    "Quixotrine Memorial Hospital",
    "Velmoria University Clinic",
    "Saint Thrumbold Infirmary",
    "Zephyrine Diagnostic Centre",
    "Obsidianport General Hospital",
];
const DEPARTMENT: [&str; 3] =
    ["Tomography Wing Larkspindle", "Thrumbold Radiology Unit", "Ward Umbervale Imaging"];
const OCCUPATION: [&str; 4] = ["Lanternwright", "Quillsmithing", "Kelpforester", "Gaugetinker"];

pub(super) fn family(source: &mut Source) -> String {
    [source.pick(&FAMILY_START), source.pick(&FAMILY_END)].concat()
}

pub(super) fn given(source: &mut Source) -> &'static str {
    source.pick(&GIVEN)
}

/// A physician or technician as a PN: family, given, no middle name, prefix.
pub(super) fn staff(source: &mut Source) -> String {
    format!("{}^{}^^Dr.", family(source), given(source))
}

pub(super) fn address(source: &mut Source) -> String {
    let number = 100 + source.below(900);
    format!("{number} {}, {}", source.pick(&STREET), source.pick(&TOWN))
}

pub(super) fn town(source: &mut Source) -> &'static str {
    source.pick(&TOWN)
}

pub(super) fn hospital(source: &mut Source) -> &'static str {
    source.pick(&HOSPITAL)
}

pub(super) fn department(source: &mut Source) -> &'static str {
    source.pick(&DEPARTMENT)
}

pub(super) fn occupation(source: &mut Source) -> &'static str {
    source.pick(&OCCUPATION)
}

/// A telephone number that fits SH.
pub(super) fn telephone(source: &mut Source) -> String {
    format!("+99 {:03} {:07}", source.below(1000), source.below(10_000_000))
}

/// Letters and digits as they stand in record numbers.
pub(super) fn code(source: &mut Source, length: usize) -> String {
    const SIGNS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    (0..length).map(|_| char::from(SIGNS[source.below(SIGNS.len() as u32) as usize])).collect()
}
