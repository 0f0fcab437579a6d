//! Units that were given up: `failures.csv` and their attempts in, counts by end and the first of them with what they said
//! out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use askama::Template;

use super::attempts::Attempts;
use crate::html::grid::Grid;
use crate::html::numbers::{count, counted, duration};
use crate::html::trouble::Trouble;
use crate::results::{AttemptRow, Ended, FailureRow, MapRow, RowReader};

/// Failures that are shown one by one.
const LISTED: usize = 50;
/// Kinds of ends; the statuses of a program may be 256.
const GROUPS: usize = 300;
/// Letters of a standard error, of which its table has 2,000 bytes.
const LETTERS: usize = 2_000;

/// What stands in `failures.csv`.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) all: u64,
    /// The first.
    failures: Vec<FailureRow>,
    /// By how they ended.
    groups: BTreeMap<String, u64>,
}

impl Listed {
    pub(super) fn read(output: &Path) -> Result<Self, Trouble> {
        let trouble = |error: std::io::Error| Trouble::new(FailureRow::FILE, &error);
        let mut listed = Self::default();
        for row in RowReader::<FailureRow>::open(output).map_err(trouble)? {
            let row = row.map_err(trouble)?;
            listed.all += 1;
            let end = end(row.ended, row.exit_status);
            if listed.groups.len() < GROUPS || listed.groups.contains_key(&end) {
                *listed.groups.entry(end).or_default() += 1;
            }
            if listed.failures.len() < LISTED {
                listed.failures.push(row);
            }
        }
        Ok(listed)
    }

    /// The units that are shown one by one.
    pub(super) fn ranks(&self) -> BTreeSet<u64> {
        self.failures.iter().map(|failure| failure.rank).collect()
    }
}

/// How an attempt ended, in words.
fn end(ended: Option<Ended>, exit_status: Option<i32>) -> String {
    let name = ended.map_or("not known", Ended::name);
    match (ended, exit_status) {
        (Some(Ended::Exited | Ended::Signal), Some(status)) => format!("{name} {status}"),
        _ => name.to_owned(),
    }
}

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "failures.html", config = "src/map_report/askama.toml")]
pub(super) struct Failures {
    groups: Option<Grid>,
    listed: Vec<Failure>,
    left_out: u64,
}

/// A unit that was given up, in words.
#[derive(Debug)]
struct Failure {
    unit: String,
    rank: u64,
    how: String,
    attempts: Vec<String>,
    tail: String,
}

impl Failures {
    pub(super) fn new(listed: Option<Listed>, attempts: Option<&Attempts>) -> Self {
        let listed = listed.unwrap_or_default();
        let heads = ["How it ended", "Units"];
        let groups = (listed.all > 0).then(|| {
            let caption = "Units that failed by the end of their last attempt";
            Grid::of_counts("failure-ends", caption, heads, &listed.groups)
        });
        let left_out = listed.all - listed.failures.len() as u64;
        let tried = |rank: u64| {
            let attempts = attempts.and_then(|attempts| attempts.listed.get(&rank));
            attempts.map(|attempts| attempts.iter().map(words).collect()).unwrap_or_default()
        };
        let failure = |row: FailureRow| Failure {
            unit: super::shown(&row.unit),
            rank: row.rank,
            how: format!(
                "{}, the last: {}",
                counted(u64::from(row.attempts), "attempt", "attempts"),
                end(row.ended, row.exit_status)
            ),
            attempts: tried(row.rank),
            tail: tail(&row.stderr_tail),
        };
        Self { groups, left_out, listed: listed.failures.into_iter().map(failure).collect() }
    }
}

/// An attempt in words.
fn words(row: &AttemptRow) -> String {
    let at = |number: Option<u32>| number.map_or_else(|| "?".to_owned(), |it| it.to_string());
    let time = row.wall_s.map_or_else(String::new, |it| format!(" after {}", duration(it)));
    let memory = row.peak_memory_bytes.map_or_else(String::new, |it| {
        format!(", with {} at most", crate::html::numbers::bytes(it))
    });
    format!(
        "attempt {} on {}, slot {}.{}: {}{time}{memory}",
        count(u64::from(row.attempt)),
        super::shown(&row.host),
        at(row.mpi_rank),
        at(row.slot),
        end(row.ended, row.exit_status),
    )
}

/// The end of what a program said.
fn tail(text: &str) -> String {
    let text = text.trim_end();
    let letters = text.chars().count();
    let plain = |letter| if letter == '\n' { letter } else { super::plain(letter) };
    text.chars().skip(letters.saturating_sub(LETTERS)).map(plain).collect()
}
