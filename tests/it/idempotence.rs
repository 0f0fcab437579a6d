//! What is de-identified stays what it is when it is de-identified again: only pseudonyms are new.

use std::collections::BTreeSet;
use std::path::Path;

use dicom::core::chrono::NaiveDate;
use dicom::dictionary_std::tags;
use sauva::dataset::{DataSet, Tag, VR, Value};
use sauva::encode::decode;
use sauva::read::{Limits, read};

use crate::help::{Work, large_collection, rows, sample};

/// What differs between two turns of one instance.
#[derive(Debug, Default)]
struct Difference {
    /// Attributes that came, went or have another value, and are no pseudonyms.
    attributes: BTreeSet<Tag>,
    /// By how many days dates moved.
    days: BTreeSet<i64>,
    /// Pseudonyms that are new.
    pseudonyms: usize,
}

fn text(value: &Value) -> String {
    match value {
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).trim_matches(['\0', ' ']).to_owned(),
        Value::Sequence(_) | Value::Encapsulated(_) => String::new(),
    }
}

/// The days between two values of VR DA or DT, if they agree in all that lies behind the day.
fn moved(before: &str, after: &str) -> Option<i64> {
    let day = |text: &str| NaiveDate::parse_from_str(text.get(..8)?, "%Y%m%d").ok();
    let days = (day(after)? - day(before)?).num_days();
    (before.get(8..) == after.get(8..)).then_some(days)
}

impl Difference {
    fn look(&mut self, before: &DataSet, after: &DataSet) {
        let tags: BTreeSet<Tag> =
            before.iter().chain(after.iter()).map(|element| element.tag).collect();
        for tag in tags {
            let (Some(was), Some(is)) = (before.get(tag), after.get(tag)) else {
                self.attributes.insert(tag);
                continue;
            };
            if let (Value::Sequence(was), Value::Sequence(is)) = (&was.value, &is.value)
                && was.len() == is.len()
            {
                was.iter().zip(is).for_each(|(was, is)| self.look(was, is));
                continue;
            }
            if was == is {
                continue;
            }
            let (was_text, is_text) = (text(&was.value), text(&is.value));
            let days = moved(&was_text, &is_text);
            let is_pseudonym = was_text.starts_with("2.25.") && is_text.starts_with("2.25.");
            match (was.vr, days) {
                (VR::UI, _) if is_pseudonym => self.pseudonyms += 1,
                (VR::DA | VR::DT, Some(days)) => {
                    self.days.insert(days);
                }
                _ if tag == tags::PATIENT_ID || tag == tags::PATIENT_NAME => self.pseudonyms += 1,
                _ => {
                    self.attributes.insert(tag);
                }
            }
        }
    }
}

/// De-identifies twice; returns how many instances were compared.
fn twice(input: &Path, profile: &[&str]) -> usize {
    let work = Work::new();
    let first = work.run_to(input, "first", profile);
    let again = work.run_to(&work.path("first/dicom"), "second", profile);
    assert_eq!(first.len(), again.len(), "{profile:?}: what was written is written again");
    assert_eq!(rows(&work.path("second/failures.csv")).len(), 0, "{profile:?}");
    for (name, after) in &again {
        let [before, after] = [work.path("first/dicom").join(name), after.clone()]
            .map(|path| read(&path, &Limits::default()).unwrap());
        let mut difference = Difference::default();
        difference.look(&before.data_set, &after.data_set);
        assert_eq!(difference.attributes, BTreeSet::new(), "{profile:?}: {name}");
        assert!(difference.days.len() <= 1, "{profile:?}: {name}: {:?}", difference.days);
        assert!(difference.pseudonyms >= 5, "{profile:?}: a patient, a study, a series, a name");
        let samples = |original| decode(original).unwrap().map(|(_, _, samples)| samples);
        assert!(samples(before) == samples(after), "{profile:?}: samples of {name}");
    }
    again.len()
}

const PROFILES: [&[&str]; 3] = [
    &["--profile", "basic"],
    &["--profile", "research"],
    &["--retain", "safe-private,institution,full-dates", "--codec", "keep"],
];

#[test]
fn a_second_turn_changes_pseudonyms_alone() {
    for profile in PROFILES {
        let folders = ["charset", "objects/ct", "objects/mr", "objects/rt", "studies", "syntaxes"];
        let compared: usize =
            folders.iter().map(|folder| twice(&sample().join(folder), profile)).sum();
        assert!(compared >= 16, "{profile:?}: only {compared} instances");
        if let Some(folder) = large_collection() {
            for study in ["vendors-mr", "dcmqi-liver", "STS_025"] {
                twice(&folder.join("studies").join(study), profile);
            }
        }
    }
}

#[test]
fn a_second_turn_of_reports_changes_pseudonyms_alone() {
    for profile in [PROFILES[0], PROFILES[2]] {
        assert_eq!(twice(&sample().join("objects/sr"), profile), 2, "{profile:?}");
    }
}
