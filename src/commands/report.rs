//! `sauva report`: the output folder of a finished run in, `report.html` out.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::Conclusion;
use super::output::SUMMARY;
use super::replace::may_replace;
use crate::cli::ReportArgs;
use crate::config::new_path;
use crate::crew;
use crate::map_report;
use crate::record::ExitStatus;
use crate::report::{self, PAGE};
use crate::results::MapSummary;
use crate::storage::{Disk, Storage, write_private};

/// Makes the page; returns what to tell.
pub fn execute(args: &ReportArgs) -> Result<Conclusion> {
    let ReportArgs { output, experiments, to } = args;
    let output = output
        .canonicalize()
        .map_err(|error| anyhow!("OUT: the folder cannot be entered: {}", error.kind()))?;
    if let Some(folder) = experiments
        && !folder.is_dir()
    {
        bail!("--experiments: no folder: give the one that experiments.csv is in");
    }
    let html = match std::fs::read(output.join(SUMMARY)) {
        Ok(summary) if MapSummary::is_of_map(&summary) && experiments.is_some() => {
            bail!("--experiments: OUT is of sauva map, which has none")
        }
        Ok(summary) if MapSummary::is_of_map(&summary) => map_report::page(&output)?,
        _ => report::page(&output, experiments.as_deref())?,
    };
    let place = match to {
        None => {
            write(&output, &html).context("OUT: report.html cannot be written")?;
            format!("{PAGE} in OUT")
        }
        Some(file) => {
            let path = new_path(file).map_err(|error| anyhow!("--to: {}", error.kind()))?;
            may_replace(&path, "--to", report::START)?;
            write_private(&path, |file| file.write_all(html.as_bytes()))
                .context("--to: the report cannot be written")?;
            "--to, where only you can read it".to_owned()
        }
    };
    let size = html.len().div_ceil(1000);
    let text = format!("  the report is in {place}, {size} kB; open it in a browser\n");
    Ok(Conclusion { status: ExitStatus::Done, text })
}

/// The page of a run whose summary is not written yet; none where none can be made, which is told. On a thread of its
/// own, whose panic is its own affair.
pub(super) fn of_run(output: &Path, summary: &[u8]) -> Option<String> {
    let make = || {
        crew::catch_panics();
        report::page_of(output, summary, None)
    };
    let made = std::thread::scope(|scope| scope.spawn(make).join());
    let made = made.unwrap_or_else(|_| Err(anyhow!("an internal check failed")));
    made.inspect_err(|error| tracing::warn!("no report.html: {error:#}; the run is whole without"))
        .ok()
}

/// Writes the page of an output folder in the place of an earlier one, whole or not at all, as open as the other results
/// are.
fn write(output: &Path, html: &str) -> io::Result<()> {
    Disk::below(output).replace(&output.join(PAGE), html.as_bytes())
}
