//! `report.html`: made anew from the output's own tables, which are checked and searched, and compared.

use std::fs;
use std::io;
use std::path::Path;

use super::finding::Findings;
use super::reports::Reports;
use crate::report::{self, PAGE};

/// Whoever wants no page may remove it. Another version writes other pages.
pub(super) fn check(output: &Path, reports: &Reports, findings: &Findings) {
    if !findings.is_empty() || reports.text("/tool/version") != Some(env!("CARGO_PKG_VERSION")) {
        return;
    }
    let path = output.join(PAGE);
    if path.metadata().is_ok_and(|facts| !facts.is_file()) {
        return findings.report("no file", PAGE);
    }
    let found = match fs::read(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            findings.report(format!("cannot be read: {}", error.kind()), PAGE);
            return;
        }
    };
    let what = match report::page(output, None) {
        Ok(made) if made.as_bytes() == found => return,
        Ok(_) => "it is not the page of this output: `sauva report` makes that".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    findings.report(what, PAGE);
}
