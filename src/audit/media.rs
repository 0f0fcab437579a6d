//! The file-set of a run, where there is one: the reports in, what is wrong with it out. Every instance
//! stands in the DICOMDIR once, every file that it names has the bytes of its twin, and the DICOMDIR is
//! the one that the instances give.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use bytes::Bytes;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::directory::leaves;
use super::finding::{Findings, Kind};
use super::reports::{Reports, read_report};
use super::tree;
use crate::media::{DICOMDIR, FileSet, MEDIA, Member};
use crate::read::{Limits, read_whole};
use crate::results::Row;
use crate::write::hex;

/// What the findings call the directory.
pub(super) const PLACE: &str = "media/DICOMDIR";

/// Checks the file-set.
pub(super) fn check(output: &Path, reports: &Reports, findings: &Findings) {
    if fs::symlink_metadata(output.join(MEDIA)).is_err() {
        return;
    }
    let wrong = |what: &str| findings.add(Kind::File, PLACE, what);
    let Ok(bytes) = read_report(&output.join(MEDIA), DICOMDIR) else {
        return wrong("cannot be read: `sauva run --dicomdir` makes the file-set anew");
    };
    let bytes = Bytes::from(bytes);
    let leaves = match leaves(&bytes) {
        Ok(leaves) => leaves,
        Err(what) => return wrong(&format!("it has {what}")),
    };
    let digests: HashMap<&str, &str> =
        reports.manifest.iter().map(|entry| (entry.path.as_str(), entry.sha256.as_str())).collect();
    let rows = reports.rows_by_path();
    let files: Vec<String> = leaves.iter().map(|leaf| format!("{MEDIA}/{}", leaf.file)).collect();
    let mut expected: HashSet<&str> = files.iter().map(String::as_str).collect();
    if expected.len() < leaves.len() {
        wrong("two records refer to one file");
    }
    let mut left: HashSet<&str> = digests.keys().copied().collect();
    for (leaf, file) in leaves.iter().zip(&files) {
        let row = rows.get(leaf.instance.as_str());
        if !left.remove(leaf.instance.as_str()) {
            findings.add(Kind::File, file, "its record is of no instance, or of one that has two");
        } else if row.is_some_and(|row| {
            row.cell("sop_class_uid") != leaf.sop_class_uid
                || row.cell("transfer_syntax") != leaf.transfer_syntax
        }) {
            findings.add(Kind::File, file, "its record contradicts index.csv");
        }
    }
    for path in left {
        findings.add(Kind::File, path, "not in media/DICOMDIR");
    }
    expected.insert(PLACE);
    let there = tree::list(output, MEDIA, &expected, "DICOMDIR", findings);
    leaves.par_iter().zip(&files).for_each(|(leaf, file)| {
        let sha256 = digests.get(leaf.instance.as_str());
        if !there.contains(file) {
            findings.add(Kind::File, file, "in media/DICOMDIR, and no file is there");
        } else if !is_twin(output, file, &leaf.instance, sha256) {
            findings.add(Kind::File, file, "another digest than its instance has");
        }
    });
    if findings.count(Kind::File) + findings.count(Kind::Instance) == 0 {
        let made = members(reports).and_then(|members| FileSet::new(members).ok());
        let made = made.and_then(|set| set.directory(output, &Limits::default()).ok());
        if made.is_none_or(|made| made != bytes) {
            wrong("not the one that the instances give");
        }
    }
}

/// Whether a file is the instance itself under another name, or has its bytes.
fn is_twin(output: &Path, file: &str, instance: &str, sha256: Option<&&str>) -> bool {
    let place = |path: &str| {
        let meta = fs::symlink_metadata(output.join(path)).ok()?;
        Some((meta.dev(), meta.ino()))
    };
    let of_file = place(file);
    if of_file.is_some() && of_file == place(instance) {
        return true;
    }
    let bytes = read_whole(&output.join(file), &Limits::default());
    bytes.is_ok_and(|bytes| Some(&&*hex(&Sha256::digest(&bytes))) == sha256)
}

/// The instances as the index has them.
fn members(reports: &Reports) -> Option<Vec<Member<'_>>> {
    let rows = reports.index.rows().map(|row| (row.cell("path"), row));
    // A path that leads out of the output is told elsewhere.
    let is_known: HashSet<&str> = reports.manifest.iter().map(|e| e.path.as_str()).collect();
    rows.map(|(path, row)| is_known.contains(path).then(|| member(row))).collect()
}

fn member(row: Row<'_>) -> Member<'_> {
    let columns = ["patient_id", "study_instance_uid", "series_instance_uid"];
    let [patient, study, series] = columns.map(|column| row.cell(column));
    Member {
        identity: [patient, study, series, row.cell("sop_instance_uid")],
        path: row.cell("path"),
        sha256: row.cell("sha256"),
        sop_class_uid: row.cell("sop_class_uid"),
        transfer_syntax: row.cell("transfer_syntax"),
        is_image: !row.cell("rows").is_empty(),
    }
}
