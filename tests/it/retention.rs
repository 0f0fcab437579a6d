//! What an option keeps stays as it came, and nothing of it stays without the option: every cell of
//! Table E.1-1 (PS3.15) that says K, through the whole command.

use std::collections::BTreeMap;

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags, uids};
use sauva::dataset::{DataSet, Element, Tag, VR, Value};

use crate::help::{Work, data_set, small_image, table, tag, write_file};

const TABLE: &str = include_str!("../../src/deident/tables/ps3.15-2026d-e1-1.csv");
const TERMS: &str = include_str!("../../src/deident/tables/ps3.3-2020-terms.csv");
const SAFE: &str = include_str!("../../src/deident/tables/ps3.15-2026d-e3-10-1.csv");

/// The options that keep, with their columns and how many attributes of data sets they keep.
const OPTIONS: [(&str, &str, usize); 5] = [
    ("uids", "retain_uids", 56),
    ("device", "retain_device_identity", 48),
    ("institution", "retain_institution_identity", 10),
    ("patient", "retain_patient_characteristics", 14),
    ("full-dates", "retain_longitudinal_full_dates", 169),
];

fn item(texts: &[(Tag, VR, &str)]) -> DataSet {
    let mut item = DataSet::new();
    for (tag, vr, text) in texts {
        item.put_text(*tag, *vr, text);
    }
    item
}

fn code(value: &str, meaning: &str) -> DataSet {
    item(&[
        (tags::CODE_VALUE, VR::SH, value),
        (tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM"),
        (tags::CODE_MEANING, VR::LO, meaning),
    ])
}

fn vr_of(tag: Tag) -> VR {
    match StandardDataDictionary.by_tag(tag).map(DataDictionaryEntry::vr) {
        Some(VirtualVr::Exact(vr)) => vr,
        other => panic!("{tag} is of VR {other:?}"),
    }
}

/// A value that is right for the attribute, and for no other one.
fn sample(tag: Tag, number: usize, terms: &BTreeMap<Tag, String>) -> Element {
    let vr = vr_of(tag);
    let text = match vr {
        VR::DA => format!("20{:02}0229", 4 * (number % 20)),
        VR::TM => format!("2359{:02}.{number:06}", number % 60),
        VR::DT => format!("2020022923{:02}59.{number:06}+0130", number % 60),
        VR::SH if tag == tags::TIMEZONE_OFFSET_FROM_UTC => "+0130".into(),
        VR::UI => format!("1.2.826.0.1.3680043.8.498.{number}"),
        VR::AS => "045Y".into(),
        VR::DS => format!("{number}.25"),
        VR::IS => format!("{number}"),
        VR::CS => terms.get(&tag).cloned().unwrap_or_else(|| "MONO".into()),
        VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT => format!("Unit QX7-{number}"),
        VR::UR => format!("http://sites.example/{number}"),
        VR::US => return number_of(tag, &(number as u16).to_le_bytes(), vr),
        VR::OB => return number_of(tag, &[0, 0xFF, 0, number as u8], vr),
        VR::SQ => {
            let instance = format!("1.2.826.0.1.3680043.8.498.{number}");
            let is_reference = tag.0 == 0x0008 && tag.1 >= 0x1110;
            let inner = if is_reference {
                item(&[
                    (tags::REFERENCED_SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE),
                    (tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &instance),
                ])
            } else {
                code(&format!("12{number:04}"), "Chest")
            };
            return Element { tag, vr, value: Value::Sequence(vec![inner]) };
        }
        vr => panic!("{tag}: no sample of VR {vr:?}"),
    };
    Element::text(tag, vr, &text)
}

fn number_of(tag: Tag, bytes: &[u8], vr: VR) -> Element {
    Element { tag, vr, value: Value::Bytes(bytes.to_vec().into()) }
}

/// The attributes of a data set that have this in this column.
fn cells(says: impl Fn(&BTreeMap<String, String>) -> bool) -> Vec<Element> {
    let mut terms = BTreeMap::new();
    for row in table(TERMS) {
        terms.entry(tag(&row["tag"]).unwrap()).or_insert(row["term"].clone());
    }
    let rows = table(TABLE).into_iter().filter(|row| says(row));
    let tags = rows.filter_map(|row| tag(&row["tag"])).filter(|tag| tag.0 >= 8);
    tags.enumerate().map(|(number, tag)| sample(tag, number + 1, &terms)).collect()
}

const OUTER: Tag = tags::PATIENT_ORIENTATION_CODE_SEQUENCE;

/// An image with these attributes, at its root and in a sequence.
fn image(number: usize, elements: &[Element]) -> DataSet {
    let mut image = small_image();
    image.put_text(tags::SOP_INSTANCE_UID, VR::UI, &format!("1.2.3.{number}"));
    let mut inner = DataSet::new();
    for element in elements {
        image.put(element.clone());
        inner.put(element.clone());
    }
    image.put_sequence(OUTER, vec![inner]);
    image
}

/// The attributes that stand in an output as they came, at its root and in a sequence; the others.
fn standing(output: &DataSet, elements: &[Element]) -> ([usize; 2], Vec<Tag>) {
    let mut changed = Vec::new();
    let inner = &output.sequence(OUTER).unwrap()[0];
    let counts = [output, inner].map(|level| {
        let (stand, others): (Vec<_>, Vec<_>) =
            elements.iter().partition(|element| level.get(element.tag) == Some(*element));
        changed.extend(others.into_iter().map(|element| element.tag));
        stand.len()
    });
    (counts, changed)
}

/// All of them stand as they came.
fn check_kept(output: &DataSet, elements: &[Element], what: &str) {
    assert_eq!(standing(output, elements).1, [], "{what}");
}

/// None of them does.
fn check_gone(output: &DataSet, elements: &[Element], what: &str) {
    assert_eq!(standing(output, elements).0, [0, 0], "{what}");
}

#[test]
fn what_an_option_keeps_stays_as_it_came() {
    let work = Work::new();
    let input = work.path("input");
    let kept = OPTIONS.map(|(_, column, _)| cells(|row| row[column] == "K"));
    for (at, (option, _, count)) in OPTIONS.into_iter().enumerate() {
        assert_eq!(kept[at].len(), count, "{option}");
        write_file(&input.join(option), &image(at, &kept[at]));
    }
    let basic = work.run_to(&input, "basic", &[]);
    for (at, (option, ..)) in OPTIONS.into_iter().enumerate() {
        let with = work.run_to(&input, option, &["--retain", option]);
        check_kept(&data_set(&with[option]), &kept[at], option);
        check_gone(&data_set(&basic[option]), &kept[at], option);
    }
}

#[test]
fn the_profile_for_research_keeps_what_its_options_keep() {
    let is_cleaned = |row: &BTreeMap<String, String>| {
        let cleaning = ["clean_descriptors", "clean_structured_content", "clean_graphics"];
        let shift = "retain_longitudinal_modified_dates";
        cleaning.into_iter().chain([shift]).any(|column| row[column] == "C")
    };
    let kept = cells(|row| {
        let keeping = ["retain_patient_characteristics", "retain_device_identity"];
        !is_cleaned(row) && keeping.iter().any(|column| row[*column] == "K")
    });
    assert!(kept.len() >= 35, "only {} attributes", kept.len());
    let work = Work::new();
    let input = work.path("input");
    write_file(&input.join("one"), &image(1, &kept));
    let output = data_set(&work.run_to(&input, "out", &["--profile", "research"])["one"]);
    check_kept(&output, &kept, "research");
}

/// Descriptions as scanners have them, which say nothing of a person.
const DESCRIPTIONS: [&str; 12] = [
    "AX T2 FLAIR 5mm",
    "CT ABDOMEN W CONTRAST",
    "Chest PA",
    "Thorax 1.0 B30f",
    "SAG T1 SE",
    "Left Knee",
    "PET AC 3D",
    "Liver arterial phase",
    "CT Thorax/Abdomen",
    "Lung 2.0",
    "MR Brain without contrast",
    "3 plane localizer",
];

#[test]
fn known_words_stay_where_descriptors_are_cleaned() {
    let is_text = |vr| matches!(vr, VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT);
    let described = cells(|row| row["clean_descriptors"] == "C");
    let tags = described.into_iter().map(|element| element.tag);
    let tags: Vec<Tag> = tags.filter(|tag| is_text(vr_of(*tag))).collect();
    assert!(tags.len() >= 100, "only {} attributes", tags.len());
    let with = |text: &str| -> Vec<Element> {
        tags.iter().map(|tag| Element::text(*tag, vr_of(*tag), text)).collect()
    };
    let (known, short) = (with(DESCRIPTIONS[0]), with("AX 5mm"));
    let mut mixed = image(2, &with("AX Quill 5mm"));
    mixed.put_text(tags::PATIENT_NAME, VR::PN, "Quill^Jane");
    let work = Work::new();
    let input = work.path("input");
    write_file(&input.join("known"), &image(1, &known));
    write_file(&input.join("mixed"), &mixed);
    for (at, description) in DESCRIPTIONS.into_iter().enumerate() {
        let mut image = image(10 + at, &[]);
        image.put_text(tags::SERIES_DESCRIPTION, VR::LO, description);
        write_file(&input.join(format!("described-{at:02}")), &image);
    }
    let outputs = work.run_to(&input, "out", &["--clean", "descriptors"]);
    check_kept(&data_set(&outputs["known"]), &known, "known words");
    check_kept(&data_set(&outputs["mixed"]), &short, "a name among known words");
    for (at, description) in DESCRIPTIONS.into_iter().enumerate() {
        let found = data_set(&outputs[&format!("described-{at:02}")]);
        assert_eq!(found.text(tags::SERIES_DESCRIPTION), Some(description));
    }
    let basic = work.run_to(&input, "basic", &[]);
    check_gone(&data_set(&basic["known"]), &known, "basic");
}

/// The safe attributes of the standard with a value that is right for each, a block a creator.
fn safe_private() -> Vec<Element> {
    let mut blocks: BTreeMap<u16, Vec<String>> = BTreeMap::new();
    let mut elements = BTreeMap::new();
    for (number, row) in table(SAFE).into_iter().enumerate() {
        let hex = |column: &str| u16::from_str_radix(&row[column], 16).unwrap();
        let (group, creator) = (hex("group"), &row["creator"]);
        let text = match row["vr"].as_str() {
            "DS" => format!("{number}.5"),
            "IS" => number.to_string(),
            "CS" => "MONO".into(),
            "LO" | "SH" => format!("fl3d {number}"),
            "FD" | "FL" | "SL" | "SS" | "UL" | "US" => String::new(),
            // Dates, UIDs, sequences and bytes have rules of their own.
            _ => continue,
        };
        let vr: VR = row["vr"].parse().unwrap();
        let creators = blocks.entry(group).or_default();
        if !creators.contains(creator) {
            creators.push(creator.clone());
        }
        let block = 0x10 + creators.iter().position(|it| it == creator).unwrap() as u16;
        let tag = Tag(group, block << 8 | hex("element"));
        let element = if text.is_empty() {
            let width = if vr == VR::FD { 8 } else { 4 };
            let width = if matches!(vr, VR::SS | VR::US) { 2 } else { width };
            number_of(tag, &[&[number as u8, 1][..], &[0; 6]].concat()[..width], vr)
        } else {
            Element::text(tag, vr, &text)
        };
        elements.insert(Tag(group, block), Element::text(Tag(group, block), VR::LO, creator));
        elements.insert(tag, element);
    }
    elements.into_values().collect()
}

#[test]
fn safe_private_attributes_stay_with_their_creators() {
    let work = Work::new();
    let input = work.path("input");
    let safe = safe_private();
    assert!(safe.len() >= 300, "only {} attributes", safe.len());
    write_file(&input.join("one"), &image(1, &safe));
    let with = work.run_to(&input, "with", &["--retain", "safe-private"]);
    check_kept(&data_set(&with["one"]), &safe, "safe private");
    let basic = data_set(&work.run_to(&input, "basic", &[])["one"]);
    assert!(!basic.iter().any(|element| element.tag.0 % 2 == 1));
}
