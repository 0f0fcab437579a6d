//! An RT Structure Set (PS3.3 section A.19): its data set in, its regions and what they refer to out.

use std::collections::{BTreeMap, BTreeSet};

use dicom::dictionary_std::tags;

use super::elements::{Texts, integer, items, references, term};
use super::reason::{MISSING_REFERENCE, REPEATED_NUMBER, Reason, WRONG_OBJECT};
use super::structure_roi::{StructureRoi, contours, without_contours};
use crate::dataset::{DataSet, Tag};

/// The regions of a structure set.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureSet {
    /// SOP Instance UID (0008,0018), to which plans and doses refer.
    pub sop_instance_uid: String,
    /// The ROIs in the order of Structure Set ROI Sequence (3006,0020); after them those that only have contours.
    pub rois: Vec<StructureRoi>,
    /// The images of Contour Image Sequence (3006,0016) of each series, by SOP Instance UID.
    pub images: BTreeSet<String>,
    /// Series Instance UID (0020,000E) of each series, in their order, each once.
    pub series: Vec<String>,
}

impl StructureSet {
    /// Reads it. What is wrong with one ROI stands with that ROI.
    ///
    /// # Errors
    ///
    /// `wrong-object` where Structure Set ROI Sequence and ROI Contour Sequence are both absent.
    pub fn of(data_set: &DataSet) -> Result<Self, Reason> {
        let sequences = [tags::STRUCTURE_SET_ROI_SEQUENCE, tags::ROI_CONTOUR_SEQUENCE];
        if sequences.iter().all(|tag| data_set.sequence(*tag).is_none()) {
            let message = "Structure Set ROI Sequence (3006,0020) is absent";
            return Err(Reason::new(WRONG_OBJECT, message));
        }
        let (images, series) = referenced_images(data_set);
        let sop_instance_uid = term(data_set, tags::SOP_INSTANCE_UID);
        Ok(Self { sop_instance_uid, rois: rois(data_set), images, series })
    }
}

/// Referenced Frame of Reference > RT Referenced Study > RT Referenced Series > Contour Image Sequence, and the series.
pub(super) fn referenced_images(data_set: &DataSet) -> (BTreeSet<String>, Vec<String>) {
    let (mut images, mut series) = (BTreeSet::new(), Vec::new());
    let all_series = items(data_set, tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE)
        .iter()
        .flat_map(|frame| items(frame, tags::RT_REFERENCED_STUDY_SEQUENCE))
        .flat_map(|study| items(study, tags::RT_REFERENCED_SERIES_SEQUENCE));
    for item in all_series {
        let uid = term(item, tags::SERIES_INSTANCE_UID);
        if !uid.is_empty() && !series.contains(&uid) {
            series.push(uid);
        }
        images.extend(references(item, tags::CONTOUR_IMAGE_SEQUENCE));
    }
    (images, series)
}

fn rois(data_set: &DataSet) -> Vec<StructureRoi> {
    let texts = Texts::of(data_set);
    let drawn = by_number(data_set, tags::ROI_CONTOUR_SEQUENCE);
    let observed = by_number(data_set, tags::RTROI_OBSERVATIONS_SEQUENCE);
    let interpreted_type = |number: i64| {
        let types = observed.get(&number).into_iter().flatten();
        types.map(|item| term(item, tags::RTROI_INTERPRETED_TYPE)).find(|it| !it.is_empty())
    };
    let mut rois = Vec::new();
    let mut named: BTreeMap<i64, usize> = BTreeMap::new();
    for item in items(data_set, tags::STRUCTURE_SET_ROI_SEQUENCE) {
        let number = integer(item, tags::ROI_NUMBER);
        let contours = match number.and_then(|number| drawn.get(&number)).map(Vec::as_slice) {
            _ if number.is_none() => {
                let message = "ROI Number (3006,0022) is absent or no number";
                Err(Reason::new(MISSING_REFERENCE, message))
            }
            Some([one]) => contours(one),
            Some(_) => Err(repeated("Referenced ROI Number (3006,0084)")),
            None => Err(without_contours()),
        };
        if let Some(number) = number {
            *named.entry(number).or_default() += 1;
        }
        let number = number.unwrap_or_default();
        rois.push(StructureRoi {
            number,
            name: texts.text(item, tags::ROI_NAME),
            frame_of_reference: term(item, tags::REFERENCED_FRAME_OF_REFERENCE_UID),
            interpreted_type: interpreted_type(number).unwrap_or_default(),
            contours,
        });
    }
    for roi in &mut rois {
        if named.get(&roi.number).is_some_and(|times| *times > 1) {
            roi.contours = Err(repeated("ROI Number (3006,0022)"));
        }
    }
    let nameless = drawn.keys().filter(|number| !named.contains_key(number));
    let message = "Referenced ROI Number (3006,0084) names no item of Structure Set ROI Sequence";
    rois.extend(nameless.map(|number| StructureRoi {
        number: *number,
        name: String::new(),
        frame_of_reference: String::new(),
        interpreted_type: interpreted_type(*number).unwrap_or_default(),
        contours: Err(Reason::new(MISSING_REFERENCE, message)),
    }));
    rois
}

fn repeated(what: &str) -> Reason {
    Reason::new(REPEATED_NUMBER, format!("{what} stands in two items"))
}

/// The items of a sequence by Referenced ROI Number (3006,0084).
fn by_number(data_set: &DataSet, tag: Tag) -> BTreeMap<i64, Vec<&DataSet>> {
    let mut items_of = BTreeMap::<_, Vec<_>>::new();
    for item in items(data_set, tag) {
        if let Some(number) = integer(item, tags::REFERENCED_ROI_NUMBER) {
            items_of.entry(number).or_default().push(item);
        }
    }
    items_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VR;
    use crate::regions::reason::EMPTY_CONTOUR;

    fn item(texts: &[(Tag, &str)]) -> DataSet {
        let mut item = DataSet::new();
        for (tag, text) in texts {
            item.put_text(*tag, VR::LO, text);
        }
        item
    }

    fn drawn(number: &str) -> DataSet {
        let mut roi = item(&[(tags::REFERENCED_ROI_NUMBER, number)]);
        let contour = item(&[
            (tags::CONTOUR_GEOMETRIC_TYPE, "CLOSED_PLANAR"),
            (tags::CONTOUR_DATA, "0\\0\\0\\1\\0\\0\\1\\1\\0"),
        ]);
        roi.put_sequence(tags::CONTOUR_SEQUENCE, vec![contour]);
        roi
    }

    #[test]
    fn names_contours_and_types_meet_by_their_number() {
        let mut data_set = item(&[(tags::SOP_INSTANCE_UID, "1.9")]);
        let named = |number, name| {
            item(&[
                (tags::ROI_NUMBER, number),
                (tags::ROI_NAME, name),
                (tags::REFERENCED_FRAME_OF_REFERENCE_UID, "1.2.9"),
            ])
        };
        let names = [("7", "LIVER "), ("3", "BONE"), ("x", "none"), ("5", "twice"), ("5", "twice")];
        let names = names.map(|(number, name)| named(number, name));
        data_set.put_sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, names.into());
        let contours = ["7", "5", "4"].map(drawn);
        data_set.put_sequence(tags::ROI_CONTOUR_SEQUENCE, contours.into());
        let observed =
            item(&[(tags::REFERENCED_ROI_NUMBER, "7"), (tags::RTROI_INTERPRETED_TYPE, "ORGAN")]);
        data_set.put_sequence(tags::RTROI_OBSERVATIONS_SEQUENCE, vec![observed]);
        let set = StructureSet::of(&data_set).unwrap();
        let liver = &set.rois[0];
        assert_eq!((liver.number, liver.name.as_str()), (7, "LIVER"));
        assert_eq!((&*liver.frame_of_reference, &*liver.interpreted_type), ("1.2.9", "ORGAN"));
        assert_eq!(liver.closed().unwrap()[0].points.len(), 3);
        let classes: Vec<_> =
            set.rois[1..].iter().map(|roi| roi.closed().unwrap_err().class).collect();
        let expected =
            [EMPTY_CONTOUR, MISSING_REFERENCE, REPEATED_NUMBER, REPEATED_NUMBER, MISSING_REFERENCE];
        assert_eq!(classes, expected);
        assert_eq!(set.rois[5].number, 4, "contours without a name");
    }

    #[test]
    fn the_images_of_all_series_are_gathered() {
        let image = |uid: &str| item(&[(tags::REFERENCED_SOP_INSTANCE_UID, uid)]);
        let series = |uid: &str, images: &[&str]| {
            let mut series = item(&[(tags::SERIES_INSTANCE_UID, uid)]);
            let images = images.iter().map(|uid| image(uid)).collect();
            series.put_sequence(tags::CONTOUR_IMAGE_SEQUENCE, images);
            series
        };
        let mut study = DataSet::new();
        let all = vec![series("1.5", &["3", "1"]), series("1.4", &["2"]), series("1.5", &[])];
        study.put_sequence(tags::RT_REFERENCED_SERIES_SEQUENCE, all);
        let mut frame = DataSet::new();
        frame.put_sequence(tags::RT_REFERENCED_STUDY_SEQUENCE, vec![study]);
        let mut data_set = DataSet::new();
        data_set.put_sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, vec![]);
        data_set.put_sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frame]);
        let set = StructureSet::of(&data_set).unwrap();
        assert_eq!(set.series, ["1.5", "1.4"]);
        assert_eq!(set.images.iter().collect::<Vec<_>>(), ["1", "2", "3"]);
        assert_eq!(StructureSet::of(&DataSet::new()).unwrap_err().class, WRONG_OBJECT);
    }
}
