//! Measurements of reports and shapes of presentation states stay as they came where their options ask
//! for it; without the options nothing of them does.

use dicom::dictionary_std::{tags, uids};
use sauva::dataset::{DataSet, Element, VR, Value};

use crate::help::{Work, data_set, small_image, write_file};

fn code(value: &str, scheme: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, value);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    item.put_text(tags::CODE_MEANING, VR::LO, meaning);
    item
}

fn floats(values: &[f32]) -> Element {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Element { tag: tags::GRAPHIC_DATA, vr: VR::FL, value: Value::Bytes(bytes.into()) }
}

fn content(value_type: &str, concept: DataSet) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::RELATIONSHIP_TYPE, VR::CS, "CONTAINS");
    item.put_text(tags::VALUE_TYPE, VR::CS, value_type);
    item.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, vec![concept]);
    item
}

/// A number, a code, and coordinates below a container.
fn measurements() -> Vec<DataSet> {
    let mut value = DataSet::new();
    value.put_sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, vec![code("mm", "UCUM", "mm")]);
    value.put_text(tags::NUMERIC_VALUE, VR::DS, "12.50");
    let mut number = content("NUM", code("121206", "DCM", "Distance"));
    number.put_sequence(tags::MEASURED_VALUE_SEQUENCE, vec![value]);
    let mut side = content("CODE", code("272741003", "SCT", "Laterality"));
    side.put_sequence(tags::CONCEPT_CODE_SEQUENCE, vec![code("24028007", "SCT", "Right")]);
    let mut place = content("SCOORD", code("111030", "DCM", "Image Region"));
    place.put(floats(&[1.5, 2.5, 30.25, 4.0]));
    place.put_text(tags::GRAPHIC_TYPE, VR::CS, "POLYLINE");
    let mut container = content("CONTAINER", code("125007", "DCM", "Measurement Group"));
    container.put_text(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE");
    container.put_sequence(tags::CONTENT_SEQUENCE, vec![number.clone(), place]);
    vec![number, side, container]
}

fn without_pixels(class: &str, instance: &str) -> DataSet {
    let mut data_set = small_image();
    let of_pixels: Vec<_> = data_set
        .iter()
        .map(|element| element.tag)
        .filter(|tag| matches!(tag.0, 0x28 | 0x7FE0))
        .collect();
    for tag in of_pixels {
        data_set.remove(tag);
    }
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, class);
    data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, instance);
    data_set.put_text(tags::PATIENT_NAME, VR::PN, "Quillfeather^Jane");
    data_set
}

fn report() -> DataSet {
    let mut report = without_pixels(uids::COMPREHENSIVE_SR_STORAGE, "1.2.3.1");
    report.put_text(tags::VALUE_TYPE, VR::CS, "CONTAINER");
    let mut said = content("TEXT", code("121106", "DCM", "Comment"));
    said.put_text(tags::TEXT_VALUE, VR::UT, "Mass in chest of Quillfeather");
    let mut named = content("PNAME", code("121008", "DCM", "Person Observer Name"));
    named.put_text(tags::PERSON_NAME, VR::PN, "Quillfeather^Jane");
    report.put_sequence(tags::CONTENT_SEQUENCE, [measurements(), vec![said, named]].concat());
    report
}

#[test]
fn measurements_of_a_report_stay_where_structured_content_is_cleaned() {
    let work = Work::new();
    let input = work.path("input");
    write_file(&input.join("report"), &report());
    let cleanings = [
        &["--clean", "structured"][..],
        &["--clean", "structured,descriptors"],
        &["--profile", "research"],
    ];
    for (at, more) in cleanings.into_iter().enumerate() {
        let output = data_set(&work.run_to(&input, &at.to_string(), more)["report"]);
        let items = output.sequence(tags::CONTENT_SEQUENCE).unwrap();
        assert_eq!(items[..3], measurements(), "{more:?}");
        let said = items.iter().find_map(|item| item.text(tags::TEXT_VALUE));
        if at > 0 {
            assert_eq!(said, Some("Mass in chest of"), "{more:?}");
        }
    }
    let basic = data_set(&work.run_to(&input, "basic", &[])["report"]);
    let items = basic.sequence(tags::CONTENT_SEQUENCE).unwrap();
    assert!(!items.iter().any(|item| measurements().contains(item)));
}

/// A polyline beside a word on an image.
fn annotation() -> (DataSet, Vec<DataSet>) {
    let mut shape = DataSet::new();
    shape.put_text(tags::GRAPHIC_ANNOTATION_UNITS, VR::CS, "PIXEL");
    shape.put_u16(tags::GRAPHIC_DIMENSIONS, 2);
    shape.put_u16(tags::NUMBER_OF_GRAPHIC_POINTS, 2);
    shape.put(floats(&[1.0, 2.0, 33.5, 4.25]));
    shape.put_text(tags::GRAPHIC_TYPE, VR::CS, "POLYLINE");
    shape.put_text(tags::GRAPHIC_FILLED, VR::CS, "N");
    let mut words = DataSet::new();
    words.put_text(tags::UNFORMATTED_TEXT_VALUE, VR::ST, "Mass, Quillfeather");
    let mut annotation = DataSet::new();
    annotation.put_text(tags::GRAPHIC_LAYER, VR::CS, "LAYER1");
    annotation.put_sequence(tags::TEXT_OBJECT_SEQUENCE, vec![words]);
    annotation.put_sequence(tags::GRAPHIC_OBJECT_SEQUENCE, vec![shape.clone()]);
    (annotation, vec![shape])
}

#[test]
fn shapes_stay_where_graphics_are_cleaned() {
    let (annotation, shapes) = annotation();
    let class = uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE;
    let mut state = without_pixels(class, "1.2.3.2");
    state.put_sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE, vec![annotation]);
    let mut area = DataSet::new();
    area.put_text(tags::PRESENTATION_SIZE_MODE, VR::CS, "SCALE TO FIT");
    state.put_sequence(tags::DISPLAYED_AREA_SELECTION_SEQUENCE, vec![area]);
    let work = Work::new();
    let input = work.path("input");
    write_file(&input.join("state"), &state);
    for (name, more) in [
        ("graphics", &["--clean", "graphics"][..]),
        ("research", &["--profile", "research"]),
        ("basic", &[]),
    ] {
        let output = data_set(&work.run_to(&input, name, more)["state"]);
        let annotation = &output.sequence(tags::GRAPHIC_ANNOTATION_SEQUENCE).unwrap()[0];
        let found = annotation.sequence(tags::GRAPHIC_OBJECT_SEQUENCE).unwrap_or_default();
        assert_eq!(found == shapes, name != "basic", "{name}: {found:?}");
        let words = &annotation.sequence(tags::TEXT_OBJECT_SEQUENCE).unwrap()[0];
        let words = words.text(tags::UNFORMATTED_TEXT_VALUE).unwrap();
        assert!(!words.contains("Quillfeather"), "{name}");
        assert_eq!(words.contains("Mass"), name == "research", "{name}: {words}");
    }
}
