//! The audit: the folder of a finished run in, what is wrong with it out. Nothing in the folder is
//! touched. With the input and the key, every input is accounted for and the output is searched for
//! what identifies (see `leak`).

mod crop;
mod directory;
mod finding;
mod instance;
mod leak;
mod manifest;
mod media;
mod origin;
mod page;
mod pixels;
mod reports;
mod tables;
mod tree;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::crop::By;
use crate::deident::Rules;
use crate::report::PAGE;
use crate::results::digest;
use crate::stats::{Cohort, Totals};
use finding::Findings;
pub use finding::{Finding, Kind};
use instance::Made;
pub use origin::Origin;
use pixels::Inputs;
use reports::{Reports, SUMMARY, read_report};
use tables::Tables;

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// What is wrong, by kind and place; empty where all is well.
    pub findings: Vec<Finding>,
    /// Instances that were read.
    pub instances: usize,
    /// Cropped images that were read.
    pub cropped: usize,
    /// Covered instances that were not compared with their inputs, since those are JPEG 2000.
    pub uncompared: usize,
    /// Inputs and forms of identifying values that were looked for, where an origin was given.
    pub origin: Option<(usize, usize)>,
}

/// What an output was made with, beside its key.
#[derive(Debug, Clone, Copy)]
pub struct MadeWith<'a> {
    /// The rules of de-identification.
    pub rules: &'a Rules,
    /// What of interest was looked for in images.
    pub crop: Option<By>,
    /// Whether derived images of that were made.
    pub crop_images: bool,
}

/// Checks an output, made so, on the threads of the current pool.
pub fn audit(output: &Path, with: MadeWith<'_>, origin: Option<&Origin>) -> Audit {
    let MadeWith { rules, crop, .. } = with;
    let findings = Findings::default();
    let reports = Reports::read(output, &findings);
    reports.check(&findings);
    let present = tree::check(output, &reports.manifest, &findings);
    let files = origin.map(|origin| origin.check(&reports, &findings));
    let inputs = origin.zip(files.as_deref());
    let inputs = inputs.map(|(origin, files)| Inputs::new(&origin.input, files));
    let rows = reports.rows_by_path();
    let tables = Tables::read(output, &reports, &findings);
    let totals = Mutex::new(Anew::default());
    present.par_iter().for_each(|entry| {
        let row = rows.get(entry.path.as_str()).copied();
        guarded(&entry.path, &findings, || {
            let digest = origin.map(|origin| &origin.pixel_digest);
            let made = Made { rules, digest, inputs: inputs.as_ref(), tables: &tables, crop };
            instance::check(output, entry, row, made, &totals, &findings);
        });
    });
    guarded(media::PLACE, &findings, || media::check(output, &reports, &findings));
    let cropped = crop::check(output, with, &reports, &tables, &findings);
    let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
    check_statistics(output, &reports, &totals, &findings);
    guarded(PAGE, &findings, || page::check(output, &reports, &findings));
    let origin = origin.zip(files).map(|(origin, files)| {
        let forms = leak::search(output, origin, &files, (&reports, &cropped), &findings);
        (files.len(), forms)
    });
    let uncompared = inputs.as_ref().map_or(0, Inputs::uncompared);
    Audit {
        instances: present.len(),
        cropped: cropped.len(),
        uncompared,
        origin,
        findings: findings.into_sorted(),
    }
}

/// The fingerprint of the key that an output was made with, as its summary tells it.
pub fn key_fingerprint(output: &Path) -> Option<String> {
    let summary = read_report(output, SUMMARY).ok()?;
    let summary: serde_json::Value = serde_json::from_slice(&summary).ok()?;
    Some(summary.pointer("/deid/key_fingerprint")?.as_str()?.to_owned())
}

/// What all instances measure.
#[derive(Debug, Default)]
struct Anew {
    modalities: Totals<String>,
    cohorts: Totals<Cohort>,
}

/// The totals of all instances, measured anew, are those of the summary. Where an instance is
/// missing or broken they cannot be, and that has been told.
fn check_statistics(output: &Path, reports: &Reports, anew: &Anew, findings: &Findings) {
    if findings.count(Kind::File) + findings.count(Kind::Instance) > 0 {
        return;
    }
    let statistics =
        serde_json::to_vec(&anew.modalities.summaries()).expect("statistics can be written");
    if reports.text("/digests/statistics") != Some(&digest(&statistics)) {
        findings.report("`statistics` is not what the instances measure", SUMMARY);
    }
    tables::check_cohorts(output, &anew.cohorts, findings);
}

/// A panic at one file is a finding for that file.
fn guarded(place: &str, findings: &Findings, check: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(check)).is_err() {
        findings.add(Kind::Instance, place, "the check itself failed at this file");
    }
}
