//! What rules match, what they cover, and that nothing in a file of rules is passed over.

mod ctp;
mod toml;

use dicom::dictionary_std::tags;

use super::*;
use crate::area::{Frames, Rectangle};
use crate::dataset::{Tag, VR};
use crate::image::SampleType;

pub(super) fn image(columns: u32, rows: u32) -> ImagePixel {
    ImagePixel {
        rows,
        columns,
        frames: 3,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".to_owned(),
    }
}

pub(super) fn data_set(texts: &[(Tag, VR, &str)]) -> DataSet {
    let mut data_set = DataSet::new();
    for (tag, vr, text) in texts {
        data_set.put_text(*tag, *vr, text);
    }
    data_set
}

fn ultrasound() -> DataSet {
    data_set(&[
        (tags::MODALITY, VR::CS, "US"),
        (tags::MANUFACTURER, VR::LO, "Maker Medical"),
        (tags::MANUFACTURER_MODEL_NAME, VR::LO, "Model 9"),
        (tags::SOFTWARE_VERSIONS, VR::LO, "LO1\\LO2"),
        (tags::IMAGE_TYPE, VR::CS, "DERIVED\\SECONDARY"),
        (tags::SERIES_DESCRIPTION, VR::LO, "a series"),
    ])
}

fn rectangle(x: u32, y: u32, width: u32, height: u32) -> Rectangle {
    Rectangle { x, y, width, height }
}

fn rectangles(applied: &Applied) -> Vec<Rectangle> {
    applied.areas.iter().map(|area| area.rectangle).collect()
}

#[test]
fn all_that_match_add_their_areas_and_a_clean_rule_ends_the_search() {
    let rule = |name: &str, conditions: &str, areas: &str| {
        format!("[[rule]]\nname = \"{name}\"\nreason = \"x\"\n{conditions}\nareas = [{areas}]\n")
    };
    let area = "{ x = 0, y = 0, width = 1, height = 1 }";
    let us = "modality = \"us\"";
    let apply = |text: &str| Rules::from_toml(text).unwrap().apply(&ultrasound(), &image(100, 100));
    let both = apply(&(rule("a", us, area) + &rule("b", us, area)));
    assert_eq!((both.areas.len(), both.matching.len(), both.is_clean), (2, 2, false));
    assert_eq!(both.areas[1].reason, Reason::Rule("b".to_owned()));
    let clean = apply(&(rule("a", us, "") + &rule("b", us, area)));
    assert_eq!((clean.areas.len(), clean.is_clean), (0, true));
    let behind = apply(&(rule("a", us, area) + &rule("b", us, "") + &rule("c", us, area)));
    assert_eq!((behind.areas.len(), behind.is_clean), (1, false));
    let none = apply(&rule("a", "modality = \"CT\"", area));
    assert_eq!(none, Applied::default());
}

#[test]
fn the_rules_of_the_program_are_sound_and_each_names_its_source() {
    let own = Rules::own();
    assert_eq!(own.iter().count(), OWN.matches("# Source: ").count());
    assert!(own.iter().all(|rule| !rule.areas.is_empty()));
    let data_set = data_set(&[
        (tags::MODALITY, VR::CS, "US"),
        (tags::MANUFACTURER, VR::LO, "Philips Medical Systems"),
        (tags::MANUFACTURER_MODEL_NAME, VR::LO, "iU22"),
    ]);
    let applied = own.apply(&data_set, &image(1024, 768));
    assert_eq!(applied.matching, ["philips-iu22-768"]);
    assert_eq!(rectangles(&applied), [rectangle(0, 0, 1024, 75)]);
    assert_eq!(own.apply(&data_set, &image(1024, 767)), Applied::default());
}

#[test]
fn rules_survive_the_way_to_another_process() {
    let script = "{ Modality.matches(\"U[A-Z]\") * !Rows.isLessThan(\"5.5\") } (1,2,3,4)";
    let rules = Rules::own().followed_by(Rules::from_script(script).unwrap());
    let bytes = postcard::to_stdvec(&rules).unwrap();
    assert_eq!(postcard::from_bytes::<Rules>(&bytes).unwrap(), rules);
    let json = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules);
}

#[test]
fn files_are_told_apart_by_extension_or_by_what_stands_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        Rules::load(&path)
    };
    let script = "a comment { Modality.equals(\"CT\") } (0,0,9,9)";
    let table = "[[rule]]\nname = \"a\"\nreason = \"x\"\nmodality = \"CT\"\nareas = []\n";
    for name in ["a.script", "a.SCRIPT", "a.txt"] {
        assert_eq!(load(name, script).unwrap().iter().next().unwrap().name, "ctp-1");
    }
    for name in ["a.toml", "a"] {
        assert_eq!(load(name, table).unwrap().iter().next().unwrap().name, "a");
    }
    assert!(matches!(load("b.toml", script), Err(RulesError::Form(_))));
    assert!(matches!(load("b.script", table), Err(RulesError::Script(1, _))));
    assert_eq!(load("b", "nothing of the kind"), Err(RulesError::Kind));
    assert_eq!(load("long", &" ".repeat(1 << 21)), Err(RulesError::Long));
    let absent = Rules::load(&folder.path().join("absent"));
    assert_eq!(absent, Err(RulesError::Unreadable(std::io::ErrorKind::NotFound)));
    let twice = Rules::from_toml(table).unwrap().followed_by(Rules::from_toml(table).unwrap());
    let names: Vec<&str> = twice.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["a", "a-2"]);
}

#[test]
fn rectangles_are_cut_to_the_image_and_counted_from_any_edge() {
    let of =
        |x, y, width, height, frames| Region { x, y, width, height, frames }.of(&image(100, 50));
    let pixels = Extent::Pixels;
    let all = |x, y, width, height| of(x, y, width, height, Frames::All).map(|found| found.0);
    assert_eq!(all(0, 0, Extent::All, pixels(10)), Some(rectangle(0, 0, 100, 10)));
    assert_eq!(all(90, 0, pixels(u32::MAX), Extent::All), Some(rectangle(90, 0, 10, 50)));
    assert_eq!(all(-30, -20, pixels(10), pixels(20)), Some(rectangle(70, 30, 10, 20)));
    assert_eq!(all(-130, 0, pixels(40), pixels(1)), Some(rectangle(0, 0, 10, 1)));
    assert_eq!(all(-130, 0, pixels(30), pixels(1)), None);
    assert_eq!(all(100, 0, Extent::All, pixels(1)), None);
    assert_eq!(all(i64::MIN, i64::MAX, Extent::All, Extent::All), None);
    let frames = |frames| of(0, 0, Extent::All, Extent::All, Frames::These(frames)).map(|f| f.1);
    assert_eq!(frames(vec![1, 3, 4]), Some(Frames::These(vec![1, 3])));
    assert_eq!(frames(vec![4]), None);
}

#[test]
fn numbers_texts_and_items_of_sequences_are_compared() {
    let mut data_set = ultrasound();
    data_set.put_u16(Tag(0x0028, 0x0002), 3);
    let mut item = DataSet::new();
    item.put_text(Tag(0x0008, 0x0100), VR::SH, "X1");
    data_set.put_sequence(Tag(0x0008, 0x2218), vec![item, DataSet::new()]);
    // A name in Latin-1.
    let bytes = bytes::Bytes::from_static(b"M\xFCller GE ");
    let value = crate::dataset::Value::Bytes(bytes);
    let element = crate::dataset::Element { tag: tags::MANUFACTURER, vr: VR::LO, value };
    data_set.put(element);
    let image = image(640, 480);
    let holds = |condition: &str| {
        let rules = Rules::from_script(&format!("{{ {condition} }}")).unwrap();
        rules.apply(&data_set, &image).is_clean
    };
    assert!(holds("[0028,0002].equals(\"3\")"));
    assert!(holds("Rows.equals(\"480\") * Columns.contains(\"64\")"));
    assert!(holds("[0008,2218]::[0008,0100].equals(\"X1\")"));
    assert!(holds("[0008,2218]::[0008,0102].equals(\"\")"));
    assert!(holds("InstitutionName.equals(\"\")"));
    assert!(holds("Manufacturer.endsWith(\" GE\")"));
    assert!(holds("ImageType.matches(\"[A-Z]+.SECONDARY\")"));
}
