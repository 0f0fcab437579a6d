//! `report.html` of `sauva map`: the output folder of a finished or stopped run in, one page for people out, which asks
//! for nothing from anywhere. Tables are read row by row and only what is shown is drawn: the page of a million
//! units is no larger than that of some thousand.
//!
//! A section is a file, with its template beside it where it has more than tables. What cannot be read is told where it
//! would stand; only `summary.json` must be there.

mod attempts;
mod chain;
mod durations;
mod ends;
mod failures;
mod gantt;
mod glossary;
mod nodes;
mod parameters;
mod run;
mod skipped;
mod slots;
#[cfg(test)]
mod tests;
mod tiles;
mod units;
mod verdict;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::html::numbers::date;
use crate::html::page::{Head, Page, Section};
use crate::html::trouble::{Trouble, is_file};
use crate::results::{MapSummary, What};
use verdict::Seen;

/// The page in an output folder.
pub const PAGE: &str = "report.html";
/// The document without which there is nothing to tell.
const SUMMARY: &str = "summary.json";

/// What the sections are made of.
#[derive(Debug)]
struct Source<'a> {
    output: &'a Path,
    summary: &'a MapSummary,
    /// What the sections have seen so far.
    seen: Seen,
    sections: Vec<Section>,
}

/// The page of an output folder.
pub fn page(output: &Path) -> Result<String> {
    let path = output.join(SUMMARY);
    let summary = is_file(&path).and_then(|_| fs::read(path)).map_err(|error| {
        anyhow!(
            "OUT: {SUMMARY} cannot be read ({}): a report is made when a run has ended",
            error.kind()
        )
    })?;
    let summary = MapSummary::parse(&summary)
        .map_err(|why| anyhow!("OUT: {SUMMARY} {why}: run the command of the output again"))?;
    page_of(output, &summary)
}

/// The same where the summary is known and not yet written.
pub fn page_of(output: &Path, summary: &MapSummary) -> Result<String> {
    let mut source = Source { output, summary, seen: Seen::default(), sections: Vec::new() };
    sections(&mut source).context("the report cannot be made")?;
    let Source { seen, sections, .. } = source;
    let troubles = sections.iter().map(|section| section.troubles.len()).sum();
    let verdict = verdict::verdict(summary, &seen, troubles);
    let private = "This page may name patients: units bear the names that the input has. Keep it as the originals.";
    let head = Head {
        name: "map",
        private: summary.inputs.is_some().then_some(private),
        run: shown(&summary.run.id),
        started: date(summary.run.start_unix_s.max(0.0) as u64),
        version: shown(&summary.tool.version),
        check: None,
    };
    Page::new(head, &verdict, sections)?.html()
}

/// All sections but the verdict, in their order.
fn sections(source: &mut Source<'_>) -> Result<()> {
    let summary = source.summary;
    source.add("run", "The run", &run::Run::new(summary), Vec::new())?;
    if summary.run.what == What::Chain {
        chain::add(source)?;
    } else {
        of_units(source)?;
    }
    if summary.inputs.is_some() {
        let mut troubles = Vec::new();
        let skipped = skipped::Skipped::new(source, &mut troubles);
        source.add("skipped", "Inputs in no unit", &skipped, troubles)?;
    }
    let is_chain = summary.run.what == What::Chain;
    source.add("glossary", "Glossary", &glossary::glossary(is_chain), Vec::new())
}

/// The sections of units and their attempts.
fn of_units(source: &mut Source<'_>) -> Result<()> {
    let (units, of_units) = caught(units::Units::read(source.output));
    let (failures, of_failures) = caught(failures::Listed::read(source.output));
    let named = failures.as_ref().map(failures::Listed::ranks).unwrap_or_default();
    let (attempts, of_attempts) = caught(attempts::Attempts::read(source, &named));
    source.seen.units = units.as_ref().map(|units| units.counts);
    source.seen.attempts = attempts.as_ref().map(|attempts| attempts.all);
    source.seen.failures = failures.as_ref().map(|failures| failures.all);
    source.seen.taken = units.as_ref().map(|units| units.taken);

    source.add("nodes", "Nodes", &nodes::Nodes::new(source.summary)?, Vec::new())?;
    let medians = units.as_ref().map(durations::medians).unwrap_or_default();
    match &attempts {
        Some(attempts) => {
            let slots = slots::Slots::new(source, attempts, units.as_ref(), &medians)?;
            source.add("slots", "Slots and their time", &slots, of_attempts)?;
        }
        None => source.sections.push(Section::empty("slots", "Slots and their time", of_attempts)),
    }
    match &units {
        Some(units) => {
            let durations = durations::Durations::new(units, &medians)?;
            source.add("durations", "How long units took", &durations, of_units)?;
            if !units.parameters.is_empty() {
                let parameters = parameters::Parameters::new(units);
                source.add("parameters", "Parameters", &parameters, Vec::new())?;
            }
        }
        None => source.sections.push(Section::empty("durations", "How long units took", of_units)),
    }
    let ends = ends::Ends::new(source.summary, units.as_ref());
    source.add("ends", "How attempts ended", &ends, Vec::new())?;
    let failures = failures::Failures::new(failures, attempts.as_ref());
    source.add("failures", "Units that failed", &failures, of_failures)
}

impl Source<'_> {
    fn add(
        &mut self,
        id: &'static str,
        title: &'static str,
        body: &impl askama::Template,
        troubles: Vec<Trouble>,
    ) -> Result<()> {
        self.sections.push(Section::new(id, title, body, troubles)?);
        Ok(())
    }
}

/// What could be read, and what could not.
fn caught<T>(read: Result<T, Trouble>) -> (Option<T>, Vec<Trouble>) {
    match read {
        Ok(read) => (Some(read), Vec::new()),
        Err(trouble) => (None, vec![trouble]),
    }
}

/// A text that others have chosen, with no control characters or changes of direction, and without its middle where it is long.
fn shown(text: &str) -> String {
    const ENDS: usize = 60;
    let letters = text.chars().count();
    if letters <= 2 * ENDS {
        return text.chars().map(plain).collect();
    }
    let (head, tail) = (text.chars().take(ENDS), text.chars().skip(letters - ENDS));
    head.chain(['…']).chain(tail).map(plain).collect()
}

/// A letter, or a space for what is none or turns the direction of others.
fn plain(letter: char) -> char {
    let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if letter.is_control() || turns { ' ' } else { letter }
}

/// The least, the quartiles and the greatest of sorted numbers, linear at the rank (n - 1)q; none of no numbers.
fn quartiles(sorted: &[f64]) -> Option<[f64; 5]> {
    let last = sorted.len().checked_sub(1)?;
    Some([0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let rank = share * last as f64;
        let below = sorted[rank as usize];
        let above = sorted[(rank as usize + 1).min(last)];
        below + (above - below) * rank.fract()
    }))
}
