//! Inputs that are in no unit: `skipped.csv` in, counts by reason out.

use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;

use super::Source;
use crate::html::grid::Grid;
use crate::html::trouble::Trouble;
use crate::results::{MapRow, RowReader, SkippedRow};

/// Reasons that are told apart; they are few, so that more are a sign of damage.
const REASONS: usize = 100;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "skipped.html", config = "src/map_report/askama.toml")]
pub(super) struct Skipped {
    table: Option<Grid>,
}

impl Skipped {
    pub(super) fn new(source: &mut Source<'_>, troubles: &mut Vec<Trouble>) -> Self {
        let mut reasons = BTreeMap::new();
        match read(source.output, &mut reasons) {
            Ok(all) => source.seen.skipped = Some(all),
            Err(error) => troubles.push(Trouble::new(SkippedRow::FILE, &error)),
        }
        let heads = ["Reason", "Inputs"];
        let table = (!reasons.is_empty())
            .then(|| Grid::of_counts("reasons", "Inputs in no unit by reason", heads, &reasons));
        Self { table }
    }
}

/// Counts the rows by reason; returns how many there are.
fn read(output: &Path, reasons: &mut BTreeMap<String, u64>) -> std::io::Result<u64> {
    let mut all = 0;
    for row in RowReader::<SkippedRow>::open(output)? {
        let reason = super::shown(&row?.reason);
        all += 1;
        if reasons.len() < REASONS || reasons.contains_key(&reason) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    Ok(all)
}
