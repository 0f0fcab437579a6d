//! `report.html`: the output folder of a finished run in, one page for people out, which asks for nothing from
//! anywhere. Tables are read row by row and only what is shown is kept: the page of a million instances is no larger than
//! that of some thousand.
//!
//! A section is a file with its template beside it. What cannot be read is told where it would stand; only
//! `summary.json` must be there, since without it no run has come to its end.

mod advice;
mod cohorts;
mod compression;
mod doses;
mod experiments;
mod failures;
mod glossary;
mod identity;
mod quality;
mod ranks;
mod run;
mod series;
mod speed;
mod spreads;
mod summary;
mod tables;
#[cfg(test)]
mod tests;
mod tiles;
mod verdict;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::html;
use crate::html::numbers::date;
use crate::html::page::{Head, Page, Section};
use crate::html::trouble::is_file;
use summary::Summary;
use verdict::Seen;

/// The page in an output folder.
pub const PAGE: &str = "report.html";
/// What a page starts with, and no other file.
pub const START: &str = html::START;
/// The document without which there is no finished run.
const SUMMARY: &str = "summary.json";

/// What the sections are made of.
#[derive(Debug)]
struct Source<'a> {
    output: &'a Path,
    summary: &'a Summary,
    /// What the sections have seen so far.
    seen: Seen,
}

/// The page of an output folder. `experiments` is a folder with `experiments.csv` and its plots.
pub fn page(output: &Path, experiments: Option<&Path>) -> Result<String> {
    let path = output.join(SUMMARY);
    let summary = is_file(&path).and_then(|_| fs::read(path)).map_err(|error| {
        anyhow!(
            "OUT: {SUMMARY} cannot be read ({}): only a finished run has a report",
            error.kind()
        )
    })?;
    page_of(output, &summary, experiments)
}

/// The same where `summary.json` is known and not yet written.
pub fn page_of(output: &Path, summary: &[u8], experiments: Option<&Path>) -> Result<String> {
    let summary = Summary::parse(summary).map_err(|why| {
        anyhow!("OUT: {SUMMARY} {why}: go on with the run, or make the output anew")
    })?;
    let mut source = Source { output, summary: &summary, seen: Seen::default() };
    let sections = sections(&mut source, experiments).context("the report cannot be made")?;
    let troubles: Vec<_> = sections.iter().flat_map(|it| it.troubles.iter().cloned()).collect();
    let verdict = verdict::verdict(&summary, &source.seen, &troubles);
    let private = "This page names patients: nothing was de-identified. Keep it as the originals.";
    let head = Head {
        name: "report",
        private: summary.names_patients.then_some(private),
        run: summary.run.id.clone(),
        started: date(summary.run.start_unix_s),
        version: summary.tool.version.clone(),
        check: Some("sauva verify OUT"),
    };
    Page::new(head, &verdict, sections)?.html()
}

/// All sections but the verdict, in their order.
fn sections(source: &mut Source<'_>, experiments: Option<&Path>) -> Result<Vec<Section>> {
    let summary = source.summary;
    let mut all = vec![Section::new("run", "The run", &run::Run::new(summary), Vec::new())?];
    let mut troubles = Vec::new();
    if let Some(ranks) = ranks::Ranks::new(source, &mut troubles)? {
        all.push(Section::new("ranks", "Where the time went", &ranks, troubles)?);
    } else {
        all.push(Section::empty("ranks", "Where the time went", troubles));
    }
    let speed = speed::Speed::new(summary)?;
    all.push(Section::new("speed", "Files and their time", &speed, Vec::new())?);
    let mut troubles = Vec::new();
    let compression = compression::Compression::new(source, &mut troubles)?;
    all.push(Section::new("compression", "Compression", &compression, troubles)?);
    let mut troubles = Vec::new();
    let (cohorts, series) = cohorts::Cohorts::new(source, &mut troubles)?;
    all.push(Section::new("cohorts", "Cohorts", &cohorts, troubles)?);
    let mut troubles = Vec::new();
    if let Some(doses) = doses::Doses::new(source, &mut troubles)? {
        all.push(Section::new("doses", "Doses", &doses, troubles)?);
    }
    let quality = quality::Quality::new(summary, &series);
    all.push(Section::new("quality", "Series, geometry and duplicates", &quality, Vec::new())?);
    let identity = identity::Identity::new(summary);
    all.push(Section::new("identity", "De-identification", &identity, Vec::new())?);
    let mut troubles = Vec::new();
    let failures = failures::Failures::new(source, &mut troubles);
    all.push(Section::new("failures", "What was held back", &failures, troubles)?);
    if let Some(folder) = experiments {
        let mut troubles = Vec::new();
        let experiments = experiments::Experiments::new(folder, &mut troubles);
        all.push(Section::new("experiments", "Experiments", &experiments, troubles)?);
    }
    all.push(Section::new("glossary", "Glossary", &glossary::Glossary::new(), Vec::new())?);
    Ok(all)
}
