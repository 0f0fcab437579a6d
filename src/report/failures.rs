//! What was not written or not measured: `failures.csv` in, counts by stage and class with what to do next out.

use std::collections::BTreeMap;

use askama::Template;

use super::Source;
use super::advice::advice;
use super::summary::Outcome;
use super::tables::csv_rows;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{count, counted};
use crate::html::trouble::Trouble;

const FILE: &str = "failures.csv";

/// Failures that are listed one by one.
const LISTED: usize = 200;
/// Groups of stage and class; the classes are few, so that more are a sign of damage.
const GROUPS: usize = 500;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "failures.html", config = "src/report/askama.toml")]
pub(super) struct Failures {
    groups: Option<Grid>,
    files: Option<Grid>,
    left_out: u64,
    retried: Option<String>,
    gave_up: Vec<String>,
}

#[derive(Debug, Default)]
struct Group {
    files: u64,
    retried: u64,
}

impl Failures {
    pub(super) fn new(source: &mut Source<'_>, troubles: &mut Vec<Trouble>) -> Self {
        let mut groups: BTreeMap<[String; 3], Group> = BTreeMap::new();
        let mut listed = Vec::new();
        let (mut seen, mut held_back, mut retried) = (Outcome::default(), 0, 0);
        let columns = ["outcome", "stage", "class", "path_id", "message", "attempts"];
        let each = |row: &[&str]| {
            match row[0] {
                "duplicate" => seen.duplicate += 1,
                "quarantined" => seen.quarantined += 1,
                "not-dicom" => seen.not_dicom += 1,
                _ => {}
            }
            let attempts = row[5].parse().unwrap_or(1_u64);
            retried += u64::from(attempts > 1);
            let key = [row[0], row[1], row[2]].map(str::to_owned);
            if groups.len() < GROUPS || groups.contains_key(&key) {
                let group = groups.entry(key).or_default();
                group.files += 1;
                group.retried += u64::from(attempts > 1);
            }
            if row[0] != "duplicate" && row[0] != "not-dicom" {
                held_back += 1;
                if listed.len() < LISTED {
                    let cells = [row[3], row[0], row[1], row[2], row[4]].map(str::to_owned);
                    listed.push(GridRow::new(cells.into_iter().chain([count(attempts)])));
                }
            }
        };
        match csv_rows(&source.output.join(FILE), FILE, &columns, each) {
            Ok(()) => source.seen.failures = Some(seen),
            Err(trouble) => troubles.push(trouble),
        }
        let left_out = held_back - listed.len() as u64;
        let tried = counted(retried, "input was", "inputs were");
        Self {
            groups: (!groups.is_empty()).then(|| by_class(groups)),
            files: (!listed.is_empty()).then(|| files(listed)),
            left_out,
            retried: (retried > 0).then_some(tried),
            gave_up: source.summary.run.gave_up.clone(),
        }
    }
}

/// What was held back first, then what is no loss.
fn by_class(groups: BTreeMap<[String; 3], Group>) -> Grid {
    let heads = vec![
        words("Outcome"),
        words("Stage"),
        words("Class"),
        number("Inputs"),
        number("Tried again"),
        words("What to do"),
    ];
    let mut groups: Vec<_> = groups.into_iter().collect();
    let rank = |outcome: &str| match outcome {
        "quarantined" => 0,
        "region" => 1,
        "not-dicom" => 3,
        "duplicate" => 4,
        _ => 2,
    };
    groups.sort_by_key(|([outcome, ..], group)| (rank(outcome), std::cmp::Reverse(group.files)));
    let row = |([outcome, stage, class], group): ([String; 3], Group)| {
        let what = advice(&class).to_owned();
        GridRow::new([outcome, stage, class, count(group.files), count(group.retried), what])
    };
    Grid::new("failure-classes", "What was not written or not measured, by stage and class", heads)
        .with(groups.into_iter().map(row))
}

fn files(listed: Vec<GridRow>) -> Grid {
    let heads = vec![
        words("Path ID"),
        words("Outcome"),
        words("Stage"),
        words("Class"),
        words("Message"),
        number("Attempts"),
    ];
    Grid::new("failure-files", "Inputs that were held back, and regions not measured", heads)
        .with(listed)
        .long()
}
