//! The leak scan: inputs and their outputs in, every identifying value that stands in an output, in
//! its name or in a report out.
//!
//! Searched for is what the profile removes, empties or replaces, at every depth, of at least 4
//! bytes: as it is, in the other case, in UTF-16, a name's components, a day in five forms, and the
//! names of the input's path. One patient's values are searched for in all that patient's instances;
//! those of all in the reports. What does not count, and why:
//!
//! - Short values in pixels and other bytes, short words inside longer words, digits inside digits,
//!   short numbers among numbers: chance (`search`).
//! - Values that say nothing, dummies, UIDs of the standard, defined terms, measures (`pattern`,
//!   `values`).
//! - The sentence by which the program says in an instance what it did (`ground`).
//! - A description in an attribute that the profile keeps: that one is kept for itself, and what it
//!   holds came with it. An identifier counts there as everywhere.
//! - An organisation as the maker of a device or as its model, and anything as the name of a scheme of
//!   codes: those attributes are kept, and name no person (`ground`).
//! - In reports, cells that must be numbers; and beside the program's own sentences plain words,
//!   unless their letters are those of the input and one is a capital (`told`).
//!
//! A person whose name is a word of the trade is told wherever a kept attribute has that word: only a
//! person can tell a patient `Test` from a test.

mod ground;
mod pattern;
mod search;
mod told;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;
use dicom::dictionary_std::uids;
use rayon::prelude::*;

use super::finding::{Findings, Kind};
use super::guarded;
use super::manifest::Entry;
use super::origin::Origin;
use super::reports::Reports;
use crate::deident::Rules;
use crate::manifest::FileEntry;
use crate::read::{self, Limits};
use crate::results::Row;
use ground::Fields;
use pattern::Patterns;
use search::{Ground, Searcher};

/// Bytes of patterns of many patients that are searched for in the reports at once.
const BATCH_BYTES: usize = 4 << 20;

/// A patient's inputs, with their rows in the index where they were written.
#[derive(Debug, Default)]
struct Patient<'a> {
    inputs: Vec<(&'a FileEntry, Option<Row<'a>>)>,
}

/// Searches for what identifies; returns how many forms were searched for.
pub(super) fn search(
    output: &Path,
    origin: &Origin,
    inputs: &[FileEntry],
    (reports, cropped): (&Reports, &[Entry]),
    findings: &Findings,
) -> usize {
    let forms = Mutex::new(0);
    let batch = Mutex::new(Patterns::default());
    let patients = patients(origin, inputs, reports);
    let cropped = by_patient(cropped);
    patients.par_iter().for_each(|(id, patient)| {
        let found = patient.inputs.par_iter().map(|(entry, row)| {
            let mut patterns = Patterns::default();
            guarded(&entry.path_id, findings, || {
                input(origin, entry, *row, &mut patterns, findings);
            });
            patterns
        });
        let patterns = found.reduce(Patterns::default, Patterns::merge);
        *forms.lock().expect("no panic") += patterns.forms.len();
        let for_reports = {
            let mut batch = batch.lock().expect("no panic");
            batch.copy_from(&patterns);
            (batch.bytes > BATCH_BYTES).then(|| std::mem::take(&mut *batch))
        };
        if let Some(patterns) = for_reports {
            told::search(output, patterns, reports, findings);
        }
        for searcher in Searcher::over(patterns) {
            let look = |path: &str| {
                guarded(path, findings, || {
                    instance(output, path, origin.deidentifier.rules(), &searcher, findings);
                });
            };
            patient.inputs.par_iter().filter_map(|(_, row)| *row).for_each(|row| {
                look(row.cell("path"));
            });
            let cropped = cropped.get(id.as_str()).map_or(&[][..], Vec::as_slice);
            cropped.par_iter().for_each(|path| look(path));
        }
    });
    told::search(output, batch.into_inner().expect("no panic"), reports, findings);
    forms.into_inner().expect("no panic")
}

/// The paths of cropped images by patient, whose pseudonym is their second part.
fn by_patient(cropped: &[Entry]) -> HashMap<&str, Vec<&str>> {
    let mut patients: HashMap<&str, Vec<&str>> = HashMap::new();
    for entry in cropped {
        let patient = entry.path.split('/').nth(1).unwrap_or_default();
        patients.entry(patient).or_default().push(&entry.path);
    }
    patients
}

/// Inputs by patient: by the index where they were written, else by what they say themselves.
fn patients<'a>(
    origin: &Origin,
    inputs: &'a [FileEntry],
    reports: &'a Reports,
) -> BTreeMap<String, Patient<'a>> {
    let rows: HashMap<&str, Row<'_>> =
        reports.index.rows().map(|row| (row.path_id(), row)).collect();
    let found: Vec<(String, &FileEntry, Option<Row<'_>>)> = inputs
        .par_iter()
        .map(|entry| match rows.get(entry.path_id.as_str()) {
            Some(row) => (row.cell("patient_id").to_owned(), entry, Some(*row)),
            None => (patient_of(origin, entry).unwrap_or_default(), entry, None),
        })
        .collect();
    let mut patients: BTreeMap<String, Patient<'a>> = BTreeMap::new();
    for (id, entry, row) in found {
        patients.entry(id).or_default().inputs.push((entry, row));
    }
    patients
}

/// The pseudonym of the patient of an input that was not written, where it says one. A panic is told
/// when its values are taken.
fn patient_of(origin: &Origin, entry: &FileEntry) -> Option<String> {
    let read = || read::read(&origin.input.join(&entry.path), &Limits::default()).ok();
    let read = catch_unwind(AssertUnwindSafe(read)).ok()??;
    Some(origin.deidentifier.identity(&read.data_set).ok()?.patient_id)
}

/// The patterns of one input; of one that cannot be read, those of its path. The key must give it the
/// identity that its row has.
fn input(
    origin: &Origin,
    entry: &FileEntry,
    row: Option<Row<'_>>,
    patterns: &mut Patterns,
    findings: &Findings,
) {
    let read = read::read(&origin.input.join(&entry.path), &Limits::default());
    if let Ok(read) = &read {
        *patterns = Patterns::sparing(values::spared(&read.data_set, &origin.deidentifier));
        values::of_data_set(&read.data_set, origin.deidentifier.rules(), patterns);
    }
    values::of_path(&entry.path, patterns);
    let Some(row) = row else {
        return;
    };
    let identity = read.ok().and_then(|read| origin.deidentifier.identity(&read.data_set).ok());
    let is_its_own = identity.is_some_and(|identity| {
        identity.patient_id == row.cell("patient_id")
            && identity.study_uid == row.cell("study_instance_uid")
            && identity.series_uid == row.cell("series_instance_uid")
            && identity.sop_instance_uid == row.cell("sop_instance_uid")
    });
    if !is_its_own {
        let what = "the key gives this input another identity than index.csv has";
        findings.add(Kind::Input, &entry.path_id, what);
    }
}

/// Searches one instance and its name.
fn instance(output: &Path, path: &str, rules: &Rules, searcher: &Searcher, findings: &Findings) {
    for hit in searcher.hits(path.as_bytes()) {
        if hit.counts(path.as_bytes(), Ground::Text) {
            findings.add(Kind::Leak, path, format!("{} stands in the name", hit.pattern.source));
        }
    }
    let limits = Limits::default();
    let Ok(file) = read::read_whole(&output.join(path), &limits) else {
        return; // Told by the check of the file.
    };
    let read = read::parse_with_body(&file, &limits).ok();
    let fields = |bytes: &Bytes| read.as_ref().map(|(read, _)| Fields::of(bytes, read, rules));
    search_bytes(&file, fields(&file).as_ref(), path, searcher, findings);
    if let Some((read, body)) = &read
        && read.transfer_syntax == uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
    {
        search_bytes(body, fields(body).as_ref(), path, searcher, findings);
    }
}

fn search_bytes(
    file: &Bytes,
    fields: Option<&Fields>,
    path: &str,
    searcher: &Searcher,
    findings: &Findings,
) {
    for hit in searcher.hits(file) {
        let source = hit.pattern.source;
        match fields.and_then(|fields| fields.at(&hit.range)) {
            Some(field) if field.may_hold(hit.pattern) => {}
            Some(field) if hit.counts(file, field.ground) => {
                findings.add(Kind::Leak, path, format!("{source} stands in {}", field.tag));
            }
            None if hit.counts(file, Ground::Binary) => {
                let what = format!("{source} stands at byte {}", hit.range.start);
                findings.add(Kind::Leak, path, what);
            }
            _ => {}
        }
    }
}
