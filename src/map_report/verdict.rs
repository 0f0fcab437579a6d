//! The verdict of a map: counts of the summary and what the tables hold in, one sentence and what follows from it out.

use super::tiles::tiles;
use super::units::Taken;
use crate::html::numbers::{count, counted};
use crate::html::verdict::{Level, More, Verdict};
use crate::results::{MapSummary, MapUnits, What};

/// What was seen of the tables while the page was made; `None` where a table could not be read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Rows of `runs.csv` by state.
    pub(super) units: Option<MapUnits>,
    /// Rows of `attempts.csv`.
    pub(super) attempts: Option<u64>,
    /// Rows of `failures.csv`.
    pub(super) failures: Option<u64>,
    /// Rows of `skipped.csv`.
    pub(super) skipped: Option<u64>,
    /// Rows of `chain.csv`, and those of copies that did not come to their end.
    pub(super) copies: Option<[u64; 2]>,
    /// What units were made of.
    pub(super) taken: Option<Taken>,
}

/// How a run went, in few words and in a sentence.
type Judgement = (Level, &'static str, String);

const DONE: &str = "All done";
const FAILED: &str = "Done, and some failed";
const LOOK: &str = "Done, with something to look at";

/// The verdict; `troubles` is how many tables could not be read.
pub(super) fn verdict(summary: &MapSummary, seen: &Seen, troubles: usize) -> Verdict {
    let contradictions = contradictions(summary, seen);
    let (level, word, mut sentence) = if !contradictions.is_empty() {
        let sentence = "The tables of this output contradict each other: use nothing of it before the same command has \
                        run again.";
        (Level::Bad, "Do not rely on this output", sentence.to_owned())
    } else if summary.run.what == What::Chain {
        of_chain(seen)
    } else {
        of_units(summary)
    };
    let is_whole = troubles == 0;
    let (level, word) =
        if level == Level::Good && !is_whole { (Level::Look, LOOK) } else { (level, word) };
    if !is_whole {
        sentence.push_str(" This page is not whole: some tables of the output could not be read.");
    }
    let words = "What they said before they ended";
    let more = More { section: "failures", words };
    let mut notes = contradictions;
    notes.extend(skipped(summary));
    Verdict {
        level,
        word,
        sentence,
        more: (summary.units.failed > 0 && summary.run.what != What::Chain).then_some(more),
        notes,
        tiles: tiles(summary, seen.taken),
    }
}

fn of_units(summary: &MapSummary) -> Judgement {
    let MapUnits { total, done, failed, open } = summary.units;
    if total == 0 {
        let sentence = "There were no units, so that nothing was run.".to_owned();
        return (Level::Look, LOOK, sentence);
    }
    let units = counted(total, "unit", "units");
    let parts = [(done, "done"), (failed, "failed"), (open, "open")];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(units, _)| *units > 0)
        .map(|(units, word)| format!("{} {} {word}", count(units), is_or_are(units)))
        .collect();
    let parts = match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    };
    let parts = parts.replace("is failed", "failed").replace("are failed", "failed");
    if open > 0 {
        let sentence =
            format!("Stopped before the end: of {units}, {parts}. The same command goes on.");
        return (Level::Look, "Stopped", sentence);
    }
    if failed > 0 {
        let sentence =
            format!("Of {units}, {parts}. The same command with --retry tries those again.");
        return (Level::Look, FAILED, sentence);
    }
    let one = "The one unit is done.".to_owned();
    let all = format!("All {units} are done.");
    (Level::Good, DONE, if total == 1 { one } else { all })
}

fn is_or_are(count: u64) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn of_chain(seen: &Seen) -> Judgement {
    match seen.copies {
        Some([copies, 0]) if copies > 0 => {
            let copies = counted(copies, "copy", "copies");
            let sentence = format!("The chain is done: {copies} of its stages came to their end.");
            (Level::Good, DONE, sentence)
        }
        Some([copies, failed]) if failed > 0 => {
            let copies = counted(copies, "copy", "copies");
            let did = counted(failed, "copy", "copies");
            let sentence = format!(
                "The chain failed, so that nothing was kept: of {copies}, {did} did not come to the end."
            );
            (Level::Bad, "Failed", sentence)
        }
        _ => (Level::Look, LOOK, "It is not known how the copies of the stages ended.".to_owned()),
    }
}

/// Where the reports tell different stories.
fn contradictions(summary: &MapSummary, seen: &Seen) -> Vec<String> {
    let MapSummary { units, attempts, inputs, chain, .. } = summary;
    let of = |count: fn(&MapUnits) -> u64| seen.units.as_ref().map(count);
    let copies = chain.iter().flat_map(|chain| &chain.stages).map(|stage| stage.copies);
    let skipped = inputs.iter().flat_map(|inputs| inputs.skipped.values());
    let compared = [
        ("units", "runs.csv", of(|it| it.total), units.total),
        ("units that are done", "runs.csv", of(|it| it.done), units.done),
        ("units that failed", "runs.csv", of(|it| it.failed), units.failed),
        ("units that are open", "runs.csv", of(|it| it.open), units.open),
        ("attempts", "attempts.csv", seen.attempts, attempts.all),
        ("units that failed", "failures.csv", seen.failures, units.failed),
        (
            "inputs in no unit",
            "skipped.csv",
            seen.skipped,
            skipped.copied().fold(0, u64::saturating_add),
        ),
        (
            "copies",
            "chain.csv",
            seen.copies.map(|[copies, _]| copies),
            copies.fold(0, u64::saturating_add),
        ),
    ];
    let differ = compared.into_iter().filter_map(|(what, file, found, told)| {
        let found = found.filter(|found| *found != told)?;
        let (found, told) = (count(found), count(told));
        Some(format!("{file} has {found} {what}, summary.json {told}."))
    });
    differ.collect()
}

/// Inputs that no unit has.
fn skipped(summary: &MapSummary) -> Option<String> {
    let inputs = summary.inputs.as_ref()?;
    let skipped = inputs.skipped.values().copied().fold(0, u64::saturating_add);
    let words = counted(skipped, "input is", "inputs are");
    (skipped > 0).then(|| format!("{words} in no unit: skipped.csv lists them with the reason."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map_report::tests::made;

    fn of(done: u64, failed: u64, open: u64) -> MapSummary {
        let mut summary = made::summary();
        summary.units = MapUnits { total: done + failed + open, done, failed, open };
        summary.inputs = None;
        summary
    }

    fn said(summary: &MapSummary) -> (Level, &'static str, String) {
        let verdict = verdict(summary, &Seen::default(), 0);
        (verdict.level, verdict.word, verdict.sentence)
    }

    #[test]
    fn success_is_only_what_is_whole() {
        assert_eq!(said(&of(5, 0, 0)), (Level::Good, DONE, "All 5 units are done.".to_owned()));
        let (level, word, sentence) = said(&of(1197, 2, 0));
        assert_eq!((level, word), (Level::Look, FAILED));
        assert!(sentence.starts_with("Of 1\u{202f}199 units, 1\u{202f}197 are done and 2 failed."));
        let (level, word, sentence) = said(&of(1, 1, 3));
        assert_eq!((level, word), (Level::Look, "Stopped"));
        assert!(sentence.contains("of 5 units, 1 is done, 1 failed and 3 are open."), "{sentence}");
        assert_eq!(said(&of(0, 0, 0)).0, Level::Look);
        assert_eq!(verdict(&of(5, 0, 0), &Seen::default(), 1).level, Level::Look);
    }

    #[test]
    fn tables_that_contradict_the_summary_are_never_a_success() {
        let failed = MapUnits { total: 5, done: 4, failed: 1, open: 0 };
        let hidden = Seen { units: Some(failed), ..Seen::default() };
        let lost = Seen { attempts: Some(1), ..Seen::default() };
        for seen in [hidden, lost, Seen { failures: Some(1), ..Seen::default() }] {
            let verdict = verdict(&of(5, 0, 0), &seen, 0);
            assert_eq!(verdict.level, Level::Bad);
            assert!(!verdict.notes.is_empty());
        }
    }

    #[test]
    fn a_copy_that_did_not_end_well_is_told() {
        let mut summary = made::summary();
        summary.run.what = What::Chain;
        summary.inputs = None;
        summary.chain = None;
        let judged = |copies| of_chain(&Seen { copies: Some(copies), ..Seen::default() });
        assert_eq!(judged([4, 0]).0, Level::Good);
        assert_eq!(judged([4, 1]).0, Level::Bad);
        assert_eq!(judged([0, 0]).0, Level::Look);
    }
}
