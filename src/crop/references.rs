//! What a cropped image says of how it came about: Derivation Description, Derivation Code Sequence and the image it
//! was made of (PS3.3 sections C.7.6.1.1.3 and C.7.6.1.1.4; of enhanced images C.7.6.16.2.6).

use dicom::dictionary_std::tags;

use super::position::each_item;
use crate::area::Rectangle;
use crate::dataset::{DataSet, Tag, VR};

/// Code value, scheme and meaning.
type Code = [&'static str; 3];

/// Of CID 7203, Image Derivation, of PS3.16: the one for parts that were left away.
const VOLUME_EDITING: Code = ["113077", "DCM", "Volume editing"];
/// Of CID 7202, Source Image Purposes of Reference.
const SOURCE_OF_PROCESSING: Code = ["121322", "DCM", "Source image for image processing operation"];

/// An instance, by its UIDs.
#[derive(Debug)]
pub(super) struct Instance {
    study: String,
    series: String,
    class: String,
    uid: String,
}

impl Instance {
    pub(super) fn of(data_set: &DataSet) -> Self {
        let uid = |tag| data_set.text(tag).unwrap_or_default().to_owned();
        Self {
            study: uid(tags::STUDY_INSTANCE_UID),
            series: uid(tags::SERIES_INSTANCE_UID),
            class: uid(tags::SOP_CLASS_UID),
            uid: uid(tags::SOP_INSTANCE_UID),
        }
    }

    /// A reference to it (PS3.3 table 10-11).
    fn reference(&self) -> DataSet {
        let mut item = DataSet::new();
        item.put_text(tags::REFERENCED_SOP_CLASS_UID, VR::UI, &self.class);
        item.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, &self.uid);
        item
    }
}

/// The sentence that tells of the crop.
fn description(part: Rectangle) -> String {
    let Rectangle { x, y, width, height } = part;
    format!("Cropped to {width} columns from {x} and {height} rows from {y}, counted from 0")
}

/// Whether a value is one that only this program gives: such a sentence, or the meaning of one of its codes.
pub fn is_own_text(tag: Tag, value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value.trim_ascii_end()) else { return false };
    match tag {
        tags::DERIVATION_DESCRIPTION => {
            let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty());
            let numbers: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
            matches!(*numbers, [width, x, height, y, 0]
                if text == description(Rectangle { x, y, width, height }))
        }
        tags::CODE_MEANING => [VOLUME_EDITING[2], SOURCE_OF_PROCESSING[2]].contains(&text),
        _ => false,
    }
}

/// The SOP Instance UID of the image that a cropped image was made of.
pub fn derived_of(data_set: &DataSet) -> Option<&str> {
    let of_groups = || {
        let groups =
            [tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE];
        let mut groups = groups.into_iter().filter_map(|tag| data_set.sequence(tag)?.first());
        groups.find_map(|group| group.sequence(tags::DERIVATION_IMAGE_SEQUENCE)?.last())
    };
    let sources = data_set
        .sequence(tags::SOURCE_IMAGE_SEQUENCE)
        .or_else(|| of_groups()?.sequence(tags::SOURCE_IMAGE_SEQUENCE))?;
    sources.last()?.text(tags::REFERENCED_SOP_INSTANCE_UID)
}

/// Says in a data set that it is the part of a source.
pub(super) fn put(data_set: &mut DataSet, source: &Instance, part: Rectangle) {
    if data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).is_some() {
        put_in_groups(data_set, source, part);
    } else {
        put_derivation(data_set, source, part);
    }
}

/// Derivations that came before stay in the sequence of codes; the source is the last image.
fn put_derivation(item: &mut DataSet, source: &Instance, part: Rectangle) {
    item.put_text(tags::DERIVATION_DESCRIPTION, VR::ST, &description(part));
    append(item, tags::DERIVATION_CODE_SEQUENCE, code(VOLUME_EDITING));
    let mut reference = source.reference();
    let purpose = vec![code(SOURCE_OF_PROCESSING)];
    reference.put_sequence(tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE, purpose);
    item.put_sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![reference]);
}

/// In the group of each frame where frames have derivations of their own, else in the shared group.
fn put_in_groups(data_set: &mut DataSet, source: &Instance, part: Rectangle) {
    let frames = data_set.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap_or_default();
    let is_of_frames =
        frames.iter().any(|group| group.get(tags::DERIVATION_IMAGE_SEQUENCE).is_some());
    let groups = if is_of_frames {
        tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE
    } else {
        tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE
    };
    let mut derivation = DataSet::new();
    put_derivation(&mut derivation, source, part);
    let put = each_item(data_set, groups, &mut |group| -> Result<(), std::convert::Infallible> {
        append(group, tags::DERIVATION_IMAGE_SEQUENCE, derivation.clone());
        Ok(())
    });
    let Ok(()) = put;
    put_evidence(data_set, source);
}

/// Source Image Evidence Sequence (0008,9154): all that functional groups refer to, by study and series (PS3.3 section
/// C.7.6.16.1, its Source Image Evidence Sequence).
fn put_evidence(data_set: &mut DataSet, source: &Instance) {
    let mut series = DataSet::new();
    series.put_text(tags::SERIES_INSTANCE_UID, VR::UI, &source.series);
    series.put_sequence(tags::REFERENCED_SOP_SEQUENCE, vec![source.reference()]);
    let mut study = DataSet::new();
    study.put_text(tags::STUDY_INSTANCE_UID, VR::UI, &source.study);
    study.put_sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![series.clone()]);
    let is_it = |item: &DataSet| item.text(tags::STUDY_INSTANCE_UID) == Some(&source.study);
    let tag = tags::SOURCE_IMAGE_EVIDENCE_SEQUENCE;
    if !data_set.sequence(tag).unwrap_or_default().iter().any(is_it) {
        return append(data_set, tag, study);
    }
    let put = each_item(data_set, tag, &mut |item| -> Result<(), std::convert::Infallible> {
        if is_it(item) {
            append(item, tags::REFERENCED_SERIES_SEQUENCE, series.clone());
        }
        Ok(())
    });
    let Ok(()) = put;
}

fn code([value, scheme, meaning]: Code) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, value);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
    item.put_text(tags::CODE_MEANING, VR::LO, meaning);
    item
}

/// Adds an item to the end of a sequence.
fn append(data_set: &mut DataSet, tag: Tag, item: DataSet) {
    let mut items = data_set.sequence(tag).unwrap_or_default().to_vec();
    items.push(item);
    data_set.put_sequence(tag, items);
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Rectangle = Rectangle { x: 3, y: 0, width: 10, height: 20 };

    #[test]
    fn its_own_words_are_known() {
        let told = description(PART);
        assert_eq!(told, "Cropped to 10 columns from 3 and 20 rows from 0, counted from 0");
        assert!(is_own_text(tags::DERIVATION_DESCRIPTION, format!("{told} ").as_bytes()));
        assert!(is_own_text(tags::CODE_MEANING, b"Volume editing"));
        for (tag, text) in [
            (tags::DERIVATION_DESCRIPTION, told.replace("10 columns", "010 columns")),
            (tags::DERIVATION_DESCRIPTION, told.clone() + ", J. Smith"),
            (tags::DERIVATION_DESCRIPTION, "Volume editing".into()),
            (tags::CODE_MEANING, told.clone()),
            (tags::SERIES_DESCRIPTION, told),
        ] {
            assert!(!is_own_text(tag, text.as_bytes()), "{text}");
        }
    }

    fn instance(study: &str) -> DataSet {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::STUDY_INSTANCE_UID, VR::UI, study);
        data_set.put_text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2");
        data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3");
        data_set
    }

    #[test]
    fn evidence_stands_once_for_each_study() {
        let mut data_set = instance("1");
        let mut groups = vec![DataSet::new()];
        data_set.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, groups.clone());
        for (times, study) in [(1, "1"), (2, "1"), (3, "9")] {
            put(&mut data_set, &Instance::of(&instance(study)), PART);
            let evidence = data_set.sequence(tags::SOURCE_IMAGE_EVIDENCE_SEQUENCE).unwrap();
            assert_eq!(evidence.len(), if times == 3 { 2 } else { 1 });
            let shared = data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
            let derivations = shared[0].sequence(tags::DERIVATION_IMAGE_SEQUENCE).unwrap();
            assert_eq!(derivations.len(), times);
        }
        // Where frames have derivations of their own, those are added to.
        append(&mut groups[0], tags::DERIVATION_IMAGE_SEQUENCE, DataSet::new());
        let mut of_frames = instance("1");
        of_frames.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![DataSet::new()]);
        of_frames.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups);
        put(&mut of_frames, &Instance::of(&instance("1")), PART);
        let shared = of_frames.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
        assert!(shared[0].is_empty());
        let frames = of_frames.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
        assert_eq!(frames[0].sequence(tags::DERIVATION_IMAGE_SEQUENCE).unwrap().len(), 2);
    }

    #[test]
    fn codes_of_earlier_derivations_stay() {
        let mut image = instance("1");
        append(&mut image, tags::DERIVATION_CODE_SEQUENCE, code(["113085", "DCM", "x"]));
        put(&mut image, &Instance::of(&instance("1")), PART);
        let codes = image.sequence(tags::DERIVATION_CODE_SEQUENCE).unwrap();
        let values: Vec<_> = codes.iter().map(|it| it.text(tags::CODE_VALUE).unwrap()).collect();
        assert_eq!(values, ["113085", "113077"]);
        let sources = image.sequence(tags::SOURCE_IMAGE_SEQUENCE).unwrap();
        assert_eq!(sources[0].text(tags::REFERENCED_SOP_INSTANCE_UID), Some("1.2.3"));
    }
}
