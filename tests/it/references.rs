//! References inside a set still lead where they led: an instance that refers to another of the set
//! refers to that one's output, and UIDs that were one are one, those that were two are two.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dicom::dictionary_std::tags;
use sauva::dataset::{DataSet, Tag, VR, Value};

use crate::help::{Work, data_set, large_collection, sample, small_image, tree, write_file};

/// A place in an instance: enclosing sequences with the item's number, then the attribute.
type Place = (Vec<(Tag, usize)>, Tag);

/// UIDs of classes and schemes, which are no names of instances.
const OF_CLASSES: [Tag; 5] = [
    tags::SOP_CLASS_UID,
    tags::REFERENCED_SOP_CLASS_UID,
    tags::CODING_SCHEME_UID,
    tags::CONTEXT_UID,
    tags::MAPPING_RESOURCE_UID,
];

/// Every UID of an instance by its place; of several values, each with its number.
fn uids(level: &DataSet, within: &[(Tag, usize)], found: &mut BTreeMap<(Place, usize), String>) {
    for element in level.iter().filter(|element| !OF_CLASSES.contains(&element.tag)) {
        match &element.value {
            Value::Sequence(items) => {
                for (at, item) in items.iter().enumerate() {
                    uids(item, &[within, &[(element.tag, at)]].concat(), found);
                }
            }
            Value::Bytes(bytes) if element.vr == VR::UI => {
                let text = String::from_utf8_lossy(bytes);
                for (at, uid) in text.split('\\').enumerate() {
                    let uid = uid.trim_matches(['\0', ' ']).to_owned();
                    found.insert(((within.to_vec(), element.tag), at), uid);
                }
            }
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
}

fn all_uids(path: &Path) -> BTreeMap<(Place, usize), String> {
    let mut found = BTreeMap::new();
    uids(&data_set(path), &[], &mut found);
    found
}

const PROFILES: [&str; 3] = ["basic", "research", "strict"];

/// How many references led to an instance, a series, a study and a frame of reference of the set.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    instances: usize,
    series: usize,
    studies: usize,
    frames: usize,
    /// Sequences of references that the profile leaves out, with their number.
    left_out: BTreeMap<Tag, usize>,
}

/// What the outputs of a set are called, by what the inputs were called.
#[derive(Default)]
struct Names {
    instances: BTreeMap<String, String>,
    series: BTreeMap<String, String>,
    studies: BTreeMap<String, String>,
    frames: BTreeMap<String, String>,
}

impl Names {
    fn of(input: &Path, outputs: &BTreeMap<String, PathBuf>) -> Self {
        let mut names = Self::default();
        for (name, output) in outputs {
            let (came, went) = (data_set(&input.join(name)), data_set(output));
            for (tag, map) in [
                (tags::SOP_INSTANCE_UID, &mut names.instances),
                (tags::SERIES_INSTANCE_UID, &mut names.series),
                (tags::STUDY_INSTANCE_UID, &mut names.studies),
                (tags::FRAME_OF_REFERENCE_UID, &mut names.frames),
            ] {
                if let (Some(came), Some(went)) = (came.text(tag), went.text(tag)) {
                    let before = map.insert(came.to_owned(), went.to_owned());
                    assert!(before.is_none_or(|before| before == went), "{tag} of {name}");
                    assert!(came.is_empty() || came != went, "{tag} of {name} stays");
                }
            }
        }
        names
    }
}

/// Follows every reference of a set through a run.
fn follow(input: &Path, profile: &str) -> Counts {
    let work = Work::new();
    let outputs = work.run_to(input, "out", &["--profile", profile]);
    let names = Names::of(input, &outputs);
    let mut counts = Counts::default();
    let (mut forth, mut back) = (BTreeMap::new(), BTreeMap::new());
    for (name, output) in &outputs {
        let (came, went) = (all_uids(&input.join(name)), all_uids(output));
        for (at, uid) in came {
            let ((within, _), _) = &at;
            let known = [
                (&names.instances, &mut counts.instances),
                (&names.series, &mut counts.series),
                (&names.studies, &mut counts.studies),
                (&names.frames, &mut counts.frames),
            ];
            let known = known.into_iter().find_map(|(map, count)| Some((map.get(&uid)?, count)));
            let Some(new) = went.get(&at) else {
                if let (Some(_), Some((sequence, _))) = (known, within.first()) {
                    *counts.left_out.entry(*sequence).or_default() += 1;
                }
                continue;
            };
            if let (Some((known, count)), false) = (known, within.is_empty()) {
                assert_eq!(new, known, "{profile}: {name}: {at:?}");
                *count += 1;
            }
            let is_one = forth.insert(uid.clone(), new.clone()).is_none_or(|before| before == *new);
            assert!(is_one, "{profile}: {name}: {at:?} was one with another and is no longer");
            let is_one = back.insert(new.clone(), uid.clone()).is_none_or(|before| before == uid);
            assert!(is_one, "{profile}: {name}: {at:?} is one with another and was not");
        }
    }
    counts
}

#[test]
fn references_of_the_sample_lead_where_they_led() {
    for profile in PROFILES {
        let counts = follow(&sample(), profile);
        assert_eq!((counts.instances, counts.series, counts.studies), (2, 1, 1), "{profile}");
        assert_eq!(counts.left_out, BTreeMap::new(), "{profile}");
    }
}

fn item(tags_and_uids: &[(Tag, &str)]) -> DataSet {
    let mut item = DataSet::new();
    for (tag, uid) in tags_and_uids {
        item.put_text(*tag, VR::UI, uid);
    }
    item
}

fn image(patient: &str, [study, series, instance, frame]: [&str; 4]) -> DataSet {
    let mut image = small_image();
    image.put_text(tags::PATIENT_ID, VR::LO, patient);
    image.put_text(tags::STUDY_INSTANCE_UID, VR::UI, study);
    image.put_text(tags::SERIES_INSTANCE_UID, VR::UI, series);
    image.put_text(tags::SOP_INSTANCE_UID, VR::UI, instance);
    image.put_text(tags::FRAME_OF_REFERENCE_UID, VR::UI, frame);
    image
}

/// Two images of two patients, and one that refers to both in every way; the same UID stands padded in
/// two ways, and where a study is meant an instance's.
fn woven(input: &Path) {
    let first = ["1.2.3.1", "1.2.3.2", "1.2.3.3", "1.2.3.4"];
    let second = ["1.2.4.1", "1.2.4.2", "1.2.4.3", "1.2.4.4"];
    write_file(&input.join("first"), &image("MRN-1", first));
    write_file(&input.join("second"), &image("MRN-2", second));
    let mut third = image("MRN-1", [first[0], "1.2.3.5", "1.2.3.6", first[3]]);
    let to = |uid: &str| {
        item(&[
            (tags::REFERENCED_SOP_CLASS_UID, "1.2.840.10008.5.1.4.1.1.4"),
            (tags::REFERENCED_SOP_INSTANCE_UID, uid),
        ])
    };
    let both = || vec![to(first[2]), to(second[2]), to("1.2.3.3 "), to("9.9.9")];
    let mut derived = DataSet::new();
    derived.put_sequence(tags::SOURCE_IMAGE_SEQUENCE, both());
    let mut frame = DataSet::new();
    frame.put_sequence(tags::DERIVATION_IMAGE_SEQUENCE, vec![derived]);
    third.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![frame]);
    for sequence in [
        tags::REFERENCED_IMAGE_SEQUENCE,
        tags::SOURCE_IMAGE_SEQUENCE,
        tags::REFERENCED_INSTANCE_SEQUENCE,
    ] {
        third.put_sequence(sequence, both());
    }
    let mut series = item(&[(tags::SERIES_INSTANCE_UID, second[1])]);
    series.put_sequence(tags::REFERENCED_SOP_SEQUENCE, both());
    let mut study = item(&[(tags::STUDY_INSTANCE_UID, second[0])]);
    study.put_sequence(tags::REFERENCED_SERIES_SEQUENCE, vec![series]);
    third.put_sequence(tags::STUDIES_CONTAINING_OTHER_REFERENCED_INSTANCES_SEQUENCE, vec![study]);
    let frames = item(&[
        (tags::FRAME_OF_REFERENCE_UID, second[3]),
        (tags::REFERENCED_FRAME_OF_REFERENCE_UID, first[3]),
        (tags::SOURCE_FRAME_OF_REFERENCE_UID, "1.2.840.10008.1.4.1.1"),
    ]);
    third.put_sequence(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE, vec![frames]);
    let failed = format!("{}\\{}", first[2], second[2]);
    third.put_sequence(
        tags::REFERENCED_PATIENT_PHOTO_SEQUENCE,
        vec![item(&[(tags::FAILED_SOP_INSTANCE_UID_LIST, &failed)])],
    );
    write_file(&input.join("third"), &third);
}

#[test]
fn references_between_patients_and_in_every_sequence_lead_where_they_led() {
    let work = Work::new();
    let input = work.path("input");
    woven(&input);
    for profile in PROFILES {
        let counts = follow(&input, profile);
        // Three of four in each of five sequences, two in the list.
        assert_eq!(counts.instances + counts.left_out.values().sum::<usize>(), 17, "{profile}");
        assert!(counts.instances >= 15, "{profile}: {counts:?}");
        assert_eq!((counts.series, counts.studies, counts.frames), (1, 1, 2), "{profile}");
    }
}

/// Contours that lie on these images, in place of others that are not in the set.
fn on_images(level: &DataSet, images: &[String], next: &mut usize) -> DataSet {
    let mut placed = DataSet::new();
    for element in level.iter() {
        match &element.value {
            Value::Sequence(items) => {
                let items = items.iter().map(|item| on_images(item, images, next)).collect();
                placed.put_sequence(element.tag, items);
            }
            _ if element.tag == tags::REFERENCED_SOP_INSTANCE_UID => {
                placed.put_text(element.tag, VR::UI, &images[*next % images.len()]);
                *next += 1;
            }
            _ => {
                placed.put(element.clone());
            }
        }
    }
    placed
}

#[test]
fn contours_stay_on_their_images_and_segments_on_their_sources() {
    let Some(folder) = large_collection() else {
        return;
    };
    let (contours, liver) = (folder.join("studies/STS_025"), folder.join("studies/dcmqi-liver"));
    let work = Work::new();
    let placed = work.path("placed");
    std::fs::create_dir(&placed).unwrap();
    let images: Vec<String> = ["series-ct", "series-pet"]
        .iter()
        .flat_map(|series| {
            tree(&contours.join("petct-mr").join(series)).into_keys().map(move |at| (series, at))
        })
        .map(|(series, at)| {
            let from = contours.join("petct-mr").join(series).join(&at);
            std::fs::copy(&from, placed.join(format!("{series}-{}", at.display()))).unwrap();
            data_set(&from).text(tags::SOP_INSTANCE_UID).unwrap().to_owned()
        })
        .collect();
    let structures = data_set(&contours.join("petct-mr/rtstruct-ct/RS.dcm"));
    write_file(&placed.join("RS"), &on_images(&structures, &images, &mut 0));
    for profile in PROFILES {
        // The images were renamed when the set was published, their series and frames were not.
        let counts = follow(&contours, profile);
        assert_eq!((counts.series, counts.studies, counts.frames), (3, 3, 6), "{profile}");
        let counts = follow(&placed, profile);
        assert!(counts.instances >= 250, "{profile}: {counts:?}");
        let counts = follow(&liver, profile);
        assert_eq!((counts.instances, counts.series), (16, 2), "{profile}");
    }
}
