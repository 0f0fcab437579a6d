//! The verdict: counts of the summary and what the tables hold in, one sentence and what follows from it out. A
//! success is told only where every report agrees on it.

use super::summary::{Outcome, Summary};
use super::tiles::tiles;
use crate::html::numbers::{count, counted};
use crate::html::trouble::Trouble;
use crate::html::verdict::{Level, More, Verdict};

/// What was seen of the tables while the page was made; `None` where a table could not be read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Rows of `index.parquet`.
    pub(super) instances: Option<u64>,
    /// Rows of `series.parquet`.
    pub(super) series: Option<u64>,
    /// Ranks in `metrics.csv`.
    pub(super) ranks: Option<u64>,
    /// Rows of `failures.csv` by outcome.
    pub(super) failures: Option<Outcome>,
}

/// The level in words.
fn word(level: Level) -> &'static str {
    match level {
        Level::Good => "All done",
        Level::Look => "Done, with something to look at",
        Level::Bad => "Do not rely on this output",
    }
}

/// What stands above all sections.
pub(super) fn verdict(summary: &Summary, seen: &Seen, troubles: &[Trouble]) -> Verdict {
    let outcome = summary.outcome;
    let contradictions = contradictions(summary, seen);
    let (level, sentence) = judge(summary, !contradictions.is_empty(), troubles);
    let unmeasured = summary.regions.is_some_and(|it| it.unmeasured + it.doubtful > 0);
    let words = "What was held back, and what to do about it";
    let more = More { section: "failures", words };
    Verdict {
        level,
        word: word(level),
        sentence,
        more: (outcome.total() > outcome.written || unmeasured).then_some(more),
        notes: contradictions.into_iter().chain(notes(summary)).collect(),
        tiles: tiles(summary),
    }
}

/// The verdict in one sentence.
fn judge(summary: &Summary, is_contradicted: bool, troubles: &[Trouble]) -> (Level, String) {
    let outcome = summary.outcome;
    let Outcome { written, duplicate, quarantined, not_dicom } = outcome;
    let total = outcome.total();
    let done = if summary.names_patients { "measured" } else { "written" };
    if is_contradicted {
        let sentence = "The reports of this output contradict each other: use nothing of it before `sauva verify \
                        OUT` finds it sound.";
        return (Level::Bad, sentence.to_owned());
    }
    if total == 0 {
        return (Level::Look, "The input held no files, so that nothing was done.".to_owned());
    }
    let unmeasured = summary.regions.map_or(0, |regions| regions.unmeasured);
    let is_whole = quarantined == 0 && unmeasured == 0 && written > 0 && troubles.is_empty();
    if is_whole && not_dicom + duplicate == 0 {
        let one = format!("The one input is {done}; nothing was held back.");
        let all = format!("All {} inputs are {done}; nothing was held back.", count(total));
        return (Level::Good, if total == 1 { one } else { all });
    }
    let inputs = counted(total, "input", "inputs");
    let parts = parts(outcome, done);
    let mut sentence = match written {
        0 => format!("Nothing was {done}: of {inputs}, {parts}."),
        _ => format!("Of {inputs}, {parts}."),
    };
    if unmeasured > 0 {
        let regions = counted(unmeasured, "region or object", "regions or objects");
        sentence = format!("{sentence} {regions} could not be measured.");
    }
    if !troubles.is_empty() {
        sentence.push_str(
            " This page is not whole: see which tables of the output could not be read, and run `sauva verify OUT`.",
        );
    } else if is_whole {
        sentence.push_str(" Nothing was held back.");
    }
    (if is_whole { Level::Good } else { Level::Look }, sentence)
}

/// What became of inputs, as a part of a sentence.
fn parts(outcome: Outcome, done: &str) -> String {
    let Outcome { written, duplicate, quarantined, not_dicom } = outcome;
    let was = format!("was {done}");
    let were = format!("were {done}");
    let parts = [
        (written, was.as_str(), were.as_str()),
        (duplicate, "is a duplicate", "are duplicates"),
        (not_dicom, "is no DICOM instance", "are no DICOM instances"),
        (quarantined, "was quarantined", "were quarantined"),
    ];
    let parts = parts.into_iter().filter(|(inputs, ..)| *inputs > 0);
    let parts: Vec<String> = parts.map(|(inputs, one, many)| counted(inputs, one, many)).collect();
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// Where the reports tell different stories.
fn contradictions(summary: &Summary, seen: &Seen) -> Vec<String> {
    let outcome = summary.outcome;
    let failures = seen.failures.unwrap_or_default();
    let has_failures = seen.failures.is_some();
    let compared = [
        ("inputs", "summary.json", Some(summary.input.files), outcome.total()),
        ("instances", "index.parquet", seen.instances, outcome.written),
        ("series", "series.parquet", seen.series, summary.series.series),
        ("ranks", "metrics.csv", seen.ranks, summary.run.ranks),
        (
            "duplicates",
            "failures.csv",
            has_failures.then_some(failures.duplicate),
            outcome.duplicate,
        ),
        (
            "quarantined inputs",
            "failures.csv",
            has_failures.then_some(failures.quarantined),
            outcome.quarantined,
        ),
        (
            "inputs that are no DICOM",
            "failures.csv",
            has_failures.then_some(failures.not_dicom),
            outcome.not_dicom,
        ),
    ];
    let differ = compared.into_iter().filter_map(|(what, file, found, told)| {
        let found = found.filter(|found| *found != told)?;
        let (found, told) = (count(found), count(told));
        Some(format!("{file} has {found} {what}, the counts of summary.json {told}."))
    });
    differ.collect()
}

/// What else is to be known before the output is used.
fn notes(summary: &Summary) -> Vec<String> {
    let Summary { compression, pixel_cleaning, run, .. } = summary;
    let text = |state: &str| pixel_cleaning.text.get(state).copied().unwrap_or(0);
    let mut notes = Vec::new();
    let mut note = |count: u64, one: &str, many: &str, rest: &str| {
        if count > 0 {
            notes.push(format!("{} {rest}", counted(count, one, many)));
        }
    };
    if !summary.names_patients {
        note(
            compression.unverified,
            "instance was",
            "instances were",
            "written without being checked to give back what came.",
        );
    }
    note(
        text("doubtful"),
        "written instance",
        "written instances",
        "may show text in the pixels: `sauva review OUT` shows them.",
    );
    note(
        text("accepted"),
        "instance was",
        "instances were",
        "written in spite of what the pixels may show, as the command asked.",
    );
    note(
        pixel_cleaning.faces.instances,
        "instance",
        "instances",
        "may let a face be rebuilt: no face is removed.",
    );
    note(
        summary.mixed_studies.len() as u64,
        "study has",
        "studies have",
        "instances of several patients: see mixed_studies in summary.json.",
    );
    note(
        compression.unopened,
        "instance was",
        "instances were",
        "passed on in JPEG 2000, whose packets are not searched.",
    );
    note(
        run.gave_up.len() as u64,
        "rank",
        "ranks",
        "gave up before the end; the others did the work.",
    );
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::{Input, Regions};

    fn summary(written: u64, duplicate: u64, quarantined: u64, not_dicom: u64) -> Summary {
        let outcome = Outcome { written, duplicate, quarantined, not_dicom };
        Summary { outcome, input: Input { files: outcome.total(), bytes: 0 }, ..Summary::default() }
    }

    fn level(summary: &Summary) -> Level {
        verdict(summary, &Seen::default(), &[]).level
    }

    #[test]
    fn success_is_only_what_is_whole() {
        assert_eq!(level(&summary(5, 0, 0, 0)), Level::Good);
        assert_eq!(level(&summary(5, 1, 0, 2)), Level::Good);
        assert_eq!(level(&summary(5, 0, 1, 0)), Level::Look);
        assert_eq!(level(&summary(0, 0, 0, 3)), Level::Look);
        assert_eq!(level(&summary(0, 0, 0, 0)), Level::Look);
        let regions = Some(Regions { unmeasured: 1, doubtful: 0 });
        assert_eq!(level(&Summary { regions, ..summary(5, 0, 0, 0) }), Level::Look);
    }

    #[test]
    fn a_table_that_cannot_be_read_is_no_success() {
        let trouble = Trouble { file: "cohorts.parquet", why: "is damaged".into() };
        let told = verdict(&summary(5, 0, 0, 0), &Seen::default(), &[trouble]);
        assert_eq!(told.level, Level::Look);
        assert!(told.sentence.contains("not whole"), "{}", told.sentence);
    }

    #[test]
    fn reports_that_contradict_each_other_are_never_a_success() {
        let lost = Seen { instances: Some(4), ..Seen::default() };
        let failures = Outcome { quarantined: 1, ..Outcome::default() };
        let hidden = Seen { failures: Some(failures), ..Seen::default() };
        for seen in [lost, hidden] {
            assert_eq!(verdict(&summary(5, 0, 0, 0), &seen, &[]).level, Level::Bad);
        }
        let mut short = summary(5, 0, 0, 0);
        short.input.files = 6;
        let told = verdict(&short, &Seen::default(), &[]);
        assert_eq!(told.level, Level::Bad);
        assert!(told.notes[0].contains('6'), "{:?}", told.notes);
    }

    #[test]
    fn the_sentence_tells_every_count() {
        let told = verdict(&summary(5, 2, 3, 1), &Seen::default(), &[]);
        for part in [
            "11 inputs",
            "5 were written",
            "2 are dupl",
            "1 is no DICOM",
            "and 3 were quarantined.",
        ] {
            assert!(told.sentence.contains(part), "{}", told.sentence);
        }
    }
}
