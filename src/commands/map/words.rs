//! What rank 0 tells of a map: how it begins, and its last words, on one screen.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::group::missing;
use super::sites::Site;
use crate::chain::ChainOutcome;
use crate::commands::page::{Page, Weight};
use crate::commands::wording::{counted, grouped, in_words, wrapped};
use crate::config::{MapJob, What};
use crate::map_report::PAGE;
use crate::results::MapSummary;

/// Ways to end that are named, the most frequent first.
const MOST_ENDS: usize = 3;

/// What was asked for, as an option.
pub(super) fn what_in_words(what: &What) -> String {
    match what {
        What::Units(level) => format!("--by {}", level.name()),
        What::Repetitions(runs) => format!("{runs} repetitions"),
        What::Gang(size) => format!("--parallel {size}"),
        What::Chain(_) => "--chain".to_owned(),
    }
}

/// How the job lies on the nodes.
pub(super) fn beginning(job: &MapJob, sites: &[Site], units: u64, open: u64) -> String {
    let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
    for site in sites {
        *nodes.entry(&site.host).or_default() += site.slots;
    }
    let slots: usize = nodes.values().sum();
    let why = match (job.means.slots, job.means.gpus) {
        (_, 1..) => "by --gpus",
        (Some(_), _) => "by --slots",
        _ => "by the cores, --cpus-per-task and SLURM_CPUS_PER_TASK",
    };
    let mut text = format!(
        "start\n  ranks     {} on {}\n  slots     {slots}: {why}\n  units     {units}, {open} to be done",
        sites.len(),
        counted(nodes.len() as u64, "node"),
    );
    if job.means.cpus_per_task > 1 {
        write!(text, "\n  threads   {} for each unit", job.means.cpus_per_task)
            .expect("a text takes what is written");
    }
    text
}

/// The last words.
pub(super) fn end(job: &MapJob, summary: &MapSummary) -> String {
    let mut page = Page::default();
    let units = summary.units;
    page.line(Weight::Must, &verdict(summary));
    let done = "what they left is in units, what they said in logs and output.txt, in --output";
    page.count(Weight::Must, "done", units.done, done);
    if units.failed > 0 {
        let why =
            "their last words are in failures.csv; --retry with the same command does them anew";
        page.count(Weight::Must, "failed", units.failed, why);
    }
    if units.open > 0 {
        page.count(Weight::Must, "open", units.open, "the same command again does them");
    }
    if let Some(inputs) = &summary.inputs {
        let skipped: u64 = inputs.skipped.values().sum();
        if skipped > 0 {
            let note = format!(
                "files of the input that are in no unit: {}; see skipped.csv",
                most(&inputs.skipped)
            );
            page.count(Weight::Usual, "skipped", skipped, &note);
        }
    }
    let failed: BTreeMap<String, u64> = summary
        .attempts
        .by_end
        .iter()
        .filter(|(end, _)| *end != "exited 0")
        .map(|(end, count)| (end.clone(), *count))
        .collect();
    let ended = if failed.is_empty() {
        "none failed".to_owned()
    } else {
        format!("not all did well: {}", most(&failed))
    };
    page.count(Weight::Usual, "attempts", summary.attempts.all, &ended);
    let halvings: u64 = summary.nodes.iter().map(|node| node.halvings).sum();
    if halvings > 0 {
        let note = "times a node ran out of memory and had half as many units at once";
        page.count(Weight::Usual, "halved", halvings, note);
    }
    let time = summary.performance;
    let busy = match time.efficiency {
        0.0 => "nothing was left to do".to_owned(),
        busy => format!("slots were busy {:.0} % of the time", 100.0 * busy),
    };
    let text = format!(
        "{} on {}, {}; {busy}",
        in_words(time.wall_s),
        counted(summary.run.slots, "slot"),
        counted(summary.run.nodes, "node"),
    );
    page.say(Weight::Usual, "time", &text);
    let tables =
        if matches!(job.what, What::Chain(_)) { "chain.csv" } else { "runs.csv, attempts.csv" };
    page.say(
        Weight::Must,
        "results",
        &format!("{PAGE} first, then {tables} and summary.json, in --output"),
    );
    page.text()
}

/// The last words of a chain that an earlier try has done.
pub(super) fn done_before(held_back: u64) -> String {
    let held_back = match held_back {
        0 => "All is well".to_owned(),
        some => format!("Done, but {} held back", counted(some, "record")),
    };
    format!("{held_back}: the chain has done this input before; nothing was left to do.\n")
}

/// The last words of a chain.
pub(super) fn end_of_chain(summary: &MapSummary, outcome: &ChainOutcome, held_back: u64) -> String {
    let mut page = Page::default();
    let verdict = match &outcome.failure {
        Some(failure) if failure.is_stop() => {
            "Stopped: the same command again begins anew.".to_owned()
        }
        Some(failure) => format!("Failed: {failure}. Nothing new stands."),
        None if held_back > 0 => format!("Done, but {} held back.", counted(held_back, "record")),
        None => "All is well: every stage came to its end.".to_owned(),
    };
    page.line(Weight::Must, &wrapped(&verdict, 0));
    for stage in summary.chain.iter().flat_map(|chain| &chain.stages) {
        let rows = || outcome.rows.iter().filter(|row| row.stage == stage.name);
        let taken: u64 = rows().map(|row| row.records_in).sum();
        let given: u64 = rows().map(|row| row.records_out).sum();
        let copies = if stage.copies == 1 {
            "1 copy".to_owned()
        } else {
            format!("{} copies", stage.copies)
        };
        let text =
            format!("{copies}: {} in, {} out", counted(taken, "record"), counted(given, "record"));
        page.say(Weight::Usual, &stage.name, &text);
    }
    if held_back > 0 {
        let note = "by encode, as sauva run would quarantine them; see skipped.csv";
        page.count(Weight::Must, "held back", held_back, note);
    }
    page.say(Weight::Usual, "time", &in_words(summary.performance.wall_s));
    let made = match &outcome.failure {
        Some(_) => "failures.csv and logs have its last words",
        None => "what was made is in files, or collected",
    };
    page.say(
        Weight::Must,
        "results",
        &format!("{made}; {PAGE}, chain.csv and summary.json, in --output"),
    );
    page.text()
}

fn verdict(summary: &MapSummary) -> String {
    let units = summary.units;
    let missing = summary.inputs.as_ref().map(|inputs| missing(&inputs.skipped));
    let missing = missing.filter(|count| *count > 0);
    if units.total == 0 {
        "Done, but there was no unit in the input.".to_owned()
    } else if units.open > 0 {
        format!("Stopped: {} of {} are done.", grouped(units.done), counted(units.total, "unit"))
    } else if units.failed > 0 {
        format!("Done, but {} of {} failed.", grouped(units.failed), counted(units.total, "unit"))
    } else if let Some(missing) = missing {
        format!(
            "Done, but {} of the input cannot be read: units may lack {}.",
            counted(missing, "file"),
            if missing == 1 { "it" } else { "them" }
        )
    } else {
        format!("All is well: {}, none failed.", counted(units.total, "unit"))
    }
}

/// The most frequent of what was counted.
fn most(counts: &BTreeMap<String, u64>) -> String {
    let mut counts: Vec<(&String, &u64)> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let more = counts.len().saturating_sub(MOST_ENDS);
    let named =
        counts.iter().take(MOST_ENDS).map(|(what, count)| format!("{} {what}", grouped(**count)));
    let mut text = named.collect::<Vec<_>>().join(", ");
    if more > 0 {
        write!(text, ", and {} more", counted(more as u64, "kind"))
            .expect("a text takes what is written");
    }
    text
}
