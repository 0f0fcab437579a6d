//! The cropped images of an output, where there are any: the reports in, what is wrong with them out. Each must be the
//! one that its source gives, which is checked itself; and each image on the grid of a box must have one.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use dicom::dictionary_std::tags;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::finding::{Findings, Kind};
use super::manifest::{self, Entry};
use super::reports::{Reports, SUMMARY, read_report};
use super::tables::Tables;
use super::{MadeWith, guarded, tree};
use crate::crop::{By, Target, can_be_derived, derived_of, is_as_derived};
use crate::instance::Original;
use crate::read::{self, Limits};
use crate::results::{Row, digest};
use crate::write::{CROPPED, hex};

/// The list of cropped images.
const LIST: &str = "cropped.sha256";

/// Checks the cropped images; returns those that are listed and there.
pub(super) fn check(
    output: &Path,
    with: MadeWith<'_>,
    reports: &Reports,
    tables: &Tables,
    findings: &Findings,
) -> Vec<Entry> {
    let Some(by) = with.crop.filter(|_| with.crop_images) else {
        for name in [CROPPED, LIST] {
            if output.join(name).symlink_metadata().is_ok() {
                findings.add(Kind::File, name, "not of this run, which made no cropped images");
            }
        }
        return Vec::new();
    };
    let entries = listed(output, reports, findings);
    let expected: HashSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    let there = tree::list(output, CROPPED, &expected, LIST, findings);
    for missing in entries.iter().filter(|entry| !there.contains(&entry.path)) {
        findings.add(Kind::File, missing.path.clone(), "listed, and no file is there");
    }
    let present: Vec<Entry> =
        entries.into_iter().filter(|entry| there.contains(&entry.path)).collect();
    let rows = reports.index.rows().map(|row| (row.cell("sop_instance_uid"), row)).collect();
    let sources = Sources { output, by, tables, rows, known: paths(reports) };
    let seen = Mutex::new(HashSet::new());
    present.par_iter().for_each(|entry| {
        guarded(&entry.path, findings, || match sources.check(entry) {
            Ok(source) => {
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                if !seen.insert(source) {
                    findings.add(Kind::File, &entry.path, "its source has another cropped image");
                }
            }
            Err((kind, what)) => findings.add(kind, &entry.path, what),
        });
    });
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    if findings.count(Kind::File) + findings.count(Kind::Instance) == 0 {
        sources.check_all_are_there(&seen, findings);
    }
    present
}

/// The entries of the list, which is the one that the summary speaks of.
fn listed(output: &Path, reports: &Reports, findings: &Findings) -> Vec<Entry> {
    let Ok(bytes) = read_report(output, LIST) else {
        findings.report("cannot be read", LIST);
        return Vec::new();
    };
    if reports.text("/digests/cropped") != Some(&digest(&bytes)) {
        findings.report("another digest than in summary.json", LIST);
    }
    let (entries, faults) = manifest::parse(&bytes, CROPPED);
    for (line, fault) in faults {
        findings.report(format!("line {line}: {fault}"), LIST);
    }
    if reports.number("/crop/cropped/images") != Some(entries.len() as u64) {
        findings.report("`crop.cropped.images` does not count the list", SUMMARY);
    }
    entries
}

/// Paths that lead into the output: others are told of elsewhere.
fn paths(reports: &Reports) -> HashSet<&str> {
    reports.manifest.iter().map(|entry| entry.path.as_str()).collect()
}

/// The instances that cropped images are made of.
struct Sources<'a> {
    output: &'a Path,
    by: By,
    tables: &'a Tables,
    /// By SOP Instance UID.
    rows: HashMap<&'a str, Row<'a>>,
    known: HashSet<&'a str>,
}

/// What is wrong with a cropped image.
type Wrong = (Kind, String);

fn wrong(kind: Kind, what: &str) -> Wrong {
    (kind, what.to_owned())
}

impl Sources<'_> {
    /// Checks a cropped image; returns the SOP Instance UID of its source.
    fn check(&self, entry: &Entry) -> Result<String, Wrong> {
        let limits = Limits::default();
        let file = read::read_whole(&self.output.join(&entry.path), &limits)
            .map_err(|error| (Kind::File, error.to_string()))?;
        if hex(&Sha256::digest(&file)) != entry.sha256 {
            return Err(wrong(Kind::File, "another digest than in cropped.sha256"));
        }
        if file.get(..128).is_none_or(|preamble| preamble.iter().any(|byte| *byte != 0)) {
            return Err(wrong(Kind::Profile, "the preamble holds something"));
        }
        let found =
            read::parse(&file, &limits).map_err(|error| (Kind::Instance, error.to_string()))?;
        let [patient, study, series_uid, sop_instance_uid] = [
            tags::PATIENT_ID,
            tags::STUDY_INSTANCE_UID,
            tags::SERIES_INSTANCE_UID,
            tags::SOP_INSTANCE_UID,
        ]
        .map(|tag| found.data_set.text(tag).unwrap_or_default().to_owned());
        let path = format!("{CROPPED}/{patient}/{study}/{series_uid}/{sop_instance_uid}.dcm");
        if path != entry.path {
            return Err(wrong(Kind::Instance, "its name is not that of what it holds"));
        }
        let uid = derived_of(&found.data_set).unwrap_or_default().to_owned();
        let row = self.rows.get(uid.as_str());
        let row = row.ok_or_else(|| wrong(Kind::Instance, "of no instance of this output"))?;
        let rectangle = self
            .tables
            .crop_of(*row, self.by)
            .ok_or_else(|| wrong(Kind::Instance, "of an image that lies on the grid of no box"))?;
        let source = self.read(row)?;
        if !self.by.may_crop(&source) {
            return Err(wrong(Kind::Instance, "of an image that nobody looks at"));
        }
        let (series_uid, sop_instance_uid) = (&*series_uid, &*sop_instance_uid);
        let target = Target { rectangle, series_uid, sop_instance_uid };
        match is_as_derived(source, &target, found) {
            Ok(true) => Ok(uid),
            Ok(false) => Err(wrong(Kind::Instance, "not what its source gives")),
            Err(error) => Err((Kind::Instance, error.to_string())),
        }
    }

    /// The source of a row, as it was written: what somebody has changed since is told of, and not decoded.
    fn read(&self, row: &Row<'_>) -> Result<Original, Wrong> {
        let cannot = || wrong(Kind::Instance, "its source cannot be read, or was changed");
        let (path, limits) = (row.cell("path"), Limits::default());
        if !self.known.contains(path) {
            return Err(cannot());
        }
        let file = read::read_whole(&self.output.join(path), &limits).map_err(|_| cannot())?;
        if hex(&Sha256::digest(&file)) != row.cell("sha256") {
            return Err(cannot());
        }
        read::parse(&file, &limits).map_err(|_| cannot())
    }

    /// Every image on the grid of a box has a cropped image, but for those of which none can be made.
    fn check_all_are_there(&self, seen: &HashSet<String>, findings: &Findings) {
        let rows: Vec<&Row<'_>> = self.rows.values().collect();
        rows.par_iter().for_each(|row| {
            let path = row.cell("path");
            let Some(rectangle) = self.tables.crop_of(**row, self.by) else { return };
            if seen.contains(row.cell("sop_instance_uid")) {
                return;
            }
            guarded(path, findings, || {
                let Ok(source) = self.read(row) else { return };
                let is_wanted = self.by.may_crop(&source);
                let (series_uid, sop_instance_uid) = ("2.25.1", "2.25.2");
                let target = Target { rectangle, series_uid, sop_instance_uid };
                if is_wanted && can_be_derived(source, &target) {
                    findings.add(Kind::File, path, "it has no cropped image");
                }
            });
        });
    }
}
