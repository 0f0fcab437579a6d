//! The reports of an output: read from its folder, and compared with each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use super::finding::Findings;
use super::manifest::{self, Entry};
use crate::codestream::is_jpeg_2000;
use crate::results::{RankMetrics, RunShape, digest, failures_csv, index_csv, metrics_csv};
use crate::results::{Row, Table, UNMEASURED};
use crate::write::INSTANCES;

/// The reports as far as they can be read; what cannot is empty and has been told.
#[derive(Debug, Default)]
pub(super) struct Reports {
    pub(super) index: Table,
    pub(super) failures: Table,
    pub(super) metrics: Table,
    pub(super) summary: Value,
    pub(super) manifest: Vec<Entry>,
}

impl Reports {
    pub(super) fn read(output: &Path, findings: &Findings) -> Self {
        let summary = bytes(output, SUMMARY, findings);
        let summary: Value = serde_json::from_slice(&summary).unwrap_or_default();
        if !summary.is_object() {
            findings.report("no JSON object", SUMMARY);
        }
        let table = |name: &str, model: anyhow::Result<Vec<u8>>| {
            let bytes = bytes(output, name, findings);
            compare_digest(name, &bytes, &summary, findings);
            let model = model.expect("a table without rows can be written");
            Table::parse(&bytes, &model).unwrap_or_else(|what| {
                findings.report(what, name);
                Table::default()
            })
        };
        let shape = RunShape { run_id: String::new(), mode: "threads", ranks: 1 };
        let index = table("index.csv", index_csv(&[]));
        let failures = table("failures.csv", failures_csv(&[]));
        let metrics = table("metrics.csv", metrics_csv(&shape, &[RankMetrics::default()]));
        let bytes = bytes(output, MANIFEST, findings);
        compare_digest(MANIFEST, &bytes, &summary, findings);
        let (manifest, faults) = manifest::parse(&bytes, INSTANCES);
        for (line, fault) in faults {
            findings.report(format!("line {line}: {fault}"), MANIFEST);
        }
        Self { index, failures, metrics, summary, manifest }
    }

    /// A number of the summary.
    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        self.summary.pointer(pointer)?.as_u64()
    }

    /// A text of the summary.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.summary.pointer(pointer)?.as_str()
    }

    /// The rows of the index by the path of their instance.
    pub(super) fn rows_by_path(&self) -> HashMap<&str, Row<'_>> {
        self.index.rows().map(|row| (row.cell("path"), row)).collect()
    }

    /// Compares the reports with each other.
    pub(super) fn check(&self, findings: &Findings) {
        self.check_manifest(findings);
        self.check_states(findings);
        self.check_regions(findings);
        self.check_compression(findings);
        let statistics = self.summary.get("statistics").unwrap_or(&Value::Null);
        let statistics = serde_json::to_vec(statistics).expect("JSON that was read can be written");
        if self.text("/digests/statistics") != Some(&digest(&statistics)) {
            findings.report("`statistics` has another digest than `digests.statistics`", SUMMARY);
        }
        for row in self.metrics.rows() {
            let mut numbers = row.cells().filter(|(name, _)| !METRICS_TEXT.contains(name));
            if !numbers.all(|(_, cell)| cell.is_empty() || cell.parse::<f64>().is_ok()) {
                findings.report("a number that is none", "metrics.csv");
            }
        }
    }

    /// Index and manifest list the same files.
    fn check_manifest(&self, findings: &Findings) {
        let listed: BTreeSet<_> =
            self.manifest.iter().map(|e| (e.path.as_str(), e.sha256.as_str())).collect();
        let rows: BTreeSet<_> =
            self.index.rows().map(|row| (row.cell("path"), row.cell("sha256"))).collect();
        for (path, _) in listed.difference(&rows) {
            findings.report("in manifest.sha256, and not so in index.csv", path);
        }
        for (path, _) in rows.difference(&listed) {
            findings.report("in index.csv, and not so in manifest.sha256", path);
        }
        let mut uids = BTreeSet::new();
        for row in self.index.rows().filter(|row| !uids.insert(row.cell("sop_instance_uid"))) {
            findings.report("its SOP Instance UID stands in index.csv twice", row.cell("path"));
        }
    }

    /// Every input stands in one table, once, and the summary counts them so.
    fn check_states(&self, findings: &Findings) {
        let mut counts: BTreeMap<&str, u64> =
            ["duplicate", "quarantined", "not-dicom"].into_iter().map(|name| (name, 0)).collect();
        for row in self.inputs_that_failed() {
            match counts.get_mut(row.cell("outcome")) {
                Some(count) => *count += 1,
                None => findings.report("failures.csv gives it no known outcome", row.path_id()),
            }
        }
        counts.insert("written", self.index.len() as u64);
        for (name, count) in &counts {
            let told = self.number(&format!("/outcome/{}", name.replace('-', "_")));
            if told != Some(*count) {
                let what = format!("`outcome` does not count the {count} rows that are {name}");
                findings.report(what, SUMMARY);
            }
        }
        if self.number("/input/files") != Some(counts.values().sum()) {
            findings.report("`input.files` is not the sum of all outcomes", SUMMARY);
        }
        let mut seen = BTreeSet::new();
        for row in self.index.rows().chain(self.inputs_that_failed()) {
            if !seen.insert(row.path_id()) {
                findings.report("this path ID has more than one state", row.path_id());
            }
        }
    }

    /// The rows of `failures.csv` that tell of inputs; the others tell of regions in what was written.
    pub(super) fn inputs_that_failed(&self) -> impl Iterator<Item = Row<'_>> {
        self.failures.rows().filter(|row| row.cell("outcome") != UNMEASURED)
    }

    /// Regions that were not measured are those of instances, as many as the summary says.
    fn check_regions(&self, findings: &Findings) {
        let written: BTreeSet<&str> = self.index.rows().map(|row| row.path_id()).collect();
        let rows = self.failures.rows().filter(|row| row.cell("outcome") == UNMEASURED);
        let rows: Vec<Row<'_>> = rows.collect();
        for row in rows.iter().filter(|row| !written.contains(row.path_id())) {
            findings
                .report("failures.csv tells of a region, and no instance is there", row.path_id());
        }
        let told = ["/regions/unmeasured", "/regions/doubtful"].map(|it| self.number(it));
        let told: u64 = told.into_iter().flatten().sum();
        if told != rows.len() as u64 {
            findings.report("`regions` does not count the rows of failures.csv", SUMMARY);
        }
    }

    /// What the summary says of the written pixels is what the index says.
    fn check_compression(&self, findings: &Findings) {
        for (pointer, column) in [
            ("/compression/transfer_syntaxes", "transfer_syntax"),
            ("/compression/kept_native", "kept_native"),
            ("/pixel_cleaning/text", "pixel_text"),
        ] {
            let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
            for cell in self.index.rows().map(|row| row.cell(column)).filter(|c| !c.is_empty()) {
                *counts.entry(cell).or_default() += 1;
            }
            let told = self.summary.pointer(pointer).and_then(Value::as_object);
            let told: Option<BTreeMap<&str, u64>> = told.and_then(|told| {
                told.iter().map(|(name, count)| Some((name.as_str(), count.as_u64()?))).collect()
            });
            if told.as_ref() != Some(&counts) {
                findings.report(format!("`{pointer}` does not count the index's rows"), SUMMARY);
            }
        }
        let rows = |is_counted: fn(&Row<'_>) -> bool| {
            Some(self.index.rows().filter(is_counted).count() as u64)
        };
        let counts = [
            ("verified", rows(|row| !row.cell("pixel_blake3_written").is_empty())),
            (
                "unverified",
                rows(|row| {
                    !row.cell("pixel_blake3").is_empty()
                        && row.cell("pixel_blake3_written").is_empty()
                }),
            ),
            (
                "unopened",
                rows(|row| {
                    row.cell("passed_on") == "true" && is_jpeg_2000(row.cell("transfer_syntax"))
                }),
            ),
        ];
        for (name, counted) in counts {
            if self.number(&format!("/compression/{name}")) != counted {
                findings.report(format!("`compression.{name}` does not count the rows"), SUMMARY);
            }
        }
        for (pointer, column) in [
            ("/compression/bytes_in", "pixel_bytes_native"),
            ("/compression/bytes_out", "pixel_bytes_encoded"),
        ] {
            let sum = self.index.rows().map(|row| row.cell(column).parse::<u64>().unwrap_or(0));
            if self.number(pointer) != Some(sum.sum()) {
                findings.report(format!("`{pointer}` is not the sum of the index"), SUMMARY);
            }
        }
    }
}

impl<'a> Row<'a> {
    /// The keyed name of the row's input.
    pub(super) fn path_id(&self) -> &'a str {
        self.cell("path_id")
    }
}

/// The columns of `metrics.csv` that hold no numbers.
pub(super) const METRICS_TEXT: [&str; 4] = ["run_id", "mode", "scope", "host"];
pub(super) const SUMMARY: &str = "summary.json";
pub(super) const MANIFEST: &str = "manifest.sha256";

fn bytes(output: &Path, name: &str, findings: &Findings) -> Vec<u8> {
    read_report(output, name).unwrap_or_else(|error| {
        findings.report(format!("cannot be read: {}", error.kind()), name);
        Vec::new()
    })
}

/// Reads a report; a link or a special file in its place is none.
pub(super) fn read_report(output: &Path, name: &str) -> io::Result<Vec<u8>> {
    let path = output.join(name);
    if fs::symlink_metadata(&path)?.is_file() {
        fs::read(path)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

fn compare_digest(name: &str, bytes: &[u8], summary: &Value, findings: &Findings) {
    let key = match name {
        "index.csv" => "/digests/index",
        "failures.csv" => "/digests/failures",
        MANIFEST => "/digests/manifest",
        // Times and rates have none.
        _ => return,
    };
    if summary.pointer(key).and_then(Value::as_str) != Some(&digest(bytes)) {
        findings.report("another digest than in summary.json", name);
    }
}
