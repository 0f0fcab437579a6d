//! What says nothing of a person stays exactly, whatever the profile: every number that Table E.1-1 does
//! not name, at every depth, and every statistic of the pixels.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dicom::dictionary_std::tags;
use sauva::dataset::{DataSet, Element, Tag, VR, Value};

use crate::help::{Work, data_set, large_collection, rows, sample, table, tag};

const TABLE: &str = include_str!("../../src/deident/tables/ps3.15-2026d-e1-1.csv");

const PROFILES: [&str; 3] = ["basic", "research", "strict"];

/// What follows from the form in which pixels are written.
const OF_PIXELS: [Tag; 4] = [
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::SMALLEST_IMAGE_PIXEL_VALUE,
    tags::LARGEST_IMAGE_PIXEL_VALUE,
];

/// Terms of the acquisition, which no profile has a reason to touch.
const TERMS: [Tag; 10] = [
    tags::MODALITY,
    tags::PATIENT_POSITION,
    tags::SCANNING_SEQUENCE,
    tags::SEQUENCE_VARIANT,
    tags::MR_ACQUISITION_TYPE,
    tags::RESCALE_TYPE,
    tags::UNITS,
    tags::DECAY_CORRECTION,
    tags::COUNTS_SOURCE,
    tags::PRESENTATION_LUT_SHAPE,
];

/// Attributes that a study cannot do without; the sample has each of them.
const NEEDED: [Tag; 14] = [
    tags::SLICE_THICKNESS,
    tags::KVP,
    tags::REPETITION_TIME,
    tags::ECHO_TIME,
    tags::FLIP_ANGLE,
    tags::X_RAY_TUBE_CURRENT,
    tags::IMAGE_POSITION_PATIENT,
    tags::IMAGE_ORIENTATION_PATIENT,
    tags::INSTANCE_NUMBER,
    tags::PIXEL_SPACING,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
];

fn is_number(vr: VR) -> bool {
    let of_text = [VR::DS, VR::IS];
    let of_bytes = [VR::FD, VR::FL, VR::SL, VR::SS, VR::SV, VR::UL, VR::US, VR::UV, VR::AT];
    of_text.contains(&vr) || of_bytes.contains(&vr)
}

struct Checked {
    listed: BTreeSet<Tag>,
    seen: BTreeMap<Tag, usize>,
}

impl Checked {
    fn has_no_rule(&self, element: &Element) -> bool {
        let is_private = !element.tag.0.is_multiple_of(2);
        let is_overlay = matches!(element.tag.0 & 0xFF00, 0x5000 | 0x6000);
        let is_known = !is_private && !is_overlay && element.tag.1 != 0;
        // To the methods that came the program adds its own.
        let is_method = element.tag == tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE;
        is_known
            && !is_method
            && !self.listed.contains(&element.tag)
            && !OF_PIXELS.contains(&element.tag)
    }

    fn level(&mut self, came: &DataSet, went: &DataSet, within: &str) {
        for element in came.iter().filter(|element| self.has_no_rule(element)).collect::<Vec<_>>() {
            let tag = element.tag;
            match &element.value {
                Value::Sequence(items) => {
                    let kept = went.sequence(tag).unwrap_or_else(|| panic!("{within}: {tag}"));
                    assert_eq!(kept.len(), items.len(), "{within}: items of {tag}");
                    for (came, went) in items.iter().zip(kept) {
                        self.level(came, went, &format!("{within} in {tag}"));
                    }
                }
                _ if is_number(element.vr) || TERMS.contains(&tag) => {
                    assert_eq!(went.get(tag), Some(element), "{within}");
                    *self.seen.entry(tag).or_default() += 1;
                }
                _ => {}
            }
        }
    }
}

/// Every number of every input that is written; what was seen.
fn check_numbers(input: &Path, profile: &str) -> BTreeMap<Tag, usize> {
    let work = Work::new();
    let listed = table(TABLE).iter().filter_map(|row| tag(&row["tag"])).collect();
    let mut checked = Checked { listed, seen: BTreeMap::new() };
    let outputs = work.run_to(input, "out", &["--profile", profile]);
    for (name, output) in &outputs {
        let within = format!("{profile}: {name}");
        checked.level(&data_set(&input.join(name)), &data_set(output), &within);
    }
    checked.seen
}

#[test]
fn numbers_that_no_rule_names_stay_in_every_profile() {
    for profile in PROFILES {
        let mut seen = check_numbers(&sample().join("objects"), profile);
        seen.extend(check_numbers(&sample().join("studies"), profile));
        for tag in NEEDED {
            assert!(seen.contains_key(&tag), "{profile}: {tag} is nowhere");
        }
        if let Some(folder) = large_collection() {
            for study in ["STS_025", "vendors-mr", "dcmqi-liver"] {
                let seen = check_numbers(&folder.join("studies").join(study), profile);
                assert!(seen.values().sum::<usize>() > 100, "{profile}: {study}");
            }
        }
    }
}

/// Columns of the index that speak of pixels, and those that name the file.
fn statistics(work: &Work, profile: &str, input: &Path) -> BTreeMap<String, Vec<String>> {
    work.run_to(input, profile, &["--profile", profile]);
    let rows = rows(&work.path(profile).join("index.csv")).into_iter();
    let names = [
        "rows",
        "columns",
        "frames",
        "bits_stored",
        "n_pixels",
        "n_padding",
        "n_distinct",
        "min",
        "max",
        "mean",
        "var",
        "skew",
        "kurt",
        "median",
        "mode",
        "p01",
        "p25",
        "p75",
        "p99",
        "energy",
        "entropy",
        "uniformity",
        "pixel_bytes_native",
        "pixel_bytes_encoded",
        "kept_native",
    ];
    rows.map(|row| (row["path_id"].clone(), names.map(|name| row[name].clone()).to_vec())).collect()
}

#[test]
fn statistics_of_pixels_are_the_same_with_every_profile() {
    let work = Work::new();
    let input = large_collection()
        .map_or_else(|| sample().join("objects"), |folder| folder.join("studies/STS_025"));
    let basic = statistics(&work, "basic", &input);
    assert!(basic.values().filter(|row| !row[9].is_empty()).count() >= 3);
    for profile in ["research", "strict"] {
        assert_eq!(statistics(&work, profile, &input), basic, "{profile}");
    }
}
