//! Which path each path ID stands for: for the operator's eyes only.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::halt::Halt;
use super::lead::Lead;
use super::prepare::PRIVATE_LOG_HEAD;
use crate::record::{Outcome, PathId};

/// Fills the operator's list, where one is asked for: `failures` are the lines of what was not written.
pub(super) fn private_log(lead: &mut Lead, failures: &[Vec<u8>]) -> Result<()> {
    if lead.private_log.is_none() {
        return Ok(());
    }
    let bytes = rows(lead, failures)?;
    if let Some(log) = &mut lead.private_log {
        log.fill(&bytes).map_err(|error| Halt::storage("--private-log", &error))?;
    }
    Ok(())
}

fn rows(lead: &Lead, failures: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut failed = HashMap::new();
    for line in failures {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&**line);
        for row in reader.records() {
            let row = row?;
            let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
            failed.insert(PathId::of(&cell(0)), (cell(1), cell(3)));
        }
    }
    let files = (0..lead.files.len() as u32).map(|number| lead.entry(number));
    let files = files.map(|entry| (entry.path_id, entry.path));
    let others = lead.others.iter().map(|other| (other.path_id.clone(), other.path.clone()));
    let mut rows: Vec<(String, PathBuf)> = files.chain(others).collect();
    rows.sort();
    let mut out = csv::Writer::from_writer(PRIVATE_LOG_HEAD.as_bytes().to_vec());
    let written = (Outcome::Written.name().to_owned(), String::new());
    for (path_id, path) in rows {
        let (outcome, class) = failed.get(&PathId::of(&path_id)).unwrap_or(&written);
        // No spreadsheet is to take a path for a formula.
        let is_formula =
            path.as_os_str().as_bytes().first().is_some_and(|byte| b"=+-@".contains(byte));
        let path = if is_formula { Path::new(".").join(path) } else { path };
        out.write_record([
            path_id.as_bytes(),
            outcome.as_bytes(),
            class.as_bytes(),
            path.as_os_str().as_bytes(),
        ])?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
