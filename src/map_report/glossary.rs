//! The words of the page.

use crate::html::grid::{Grid, GridRow, words};

/// Words of every map.
const COMMON: [(&str, &str); 3] = [
    ("MPI rank", "One of the processes of sauva that share the work over MPI, numbered from 0."),
    ("node", "A machine; several MPI ranks may be on it."),
    ("try", "The command given once. The same command goes on with what a try before has left."),
];

/// Words of units.
const UNITS: [(&str, &str); 12] = [
    (
        "unit",
        "What the program is run for once: an instance, a series, a study, a patient, or a repetition.",
    ),
    ("rank", "The number of a unit from 0, which its program is told as {rank}."),
    (
        "attempt",
        "The program run once for a unit. Another follows where it did not succeed, up to --attempts.",
    ),
    ("slot", "A place on an MPI rank where one attempt at a time runs, named RANK.NUMBER."),
    (
        "done",
        "The program of the unit has ended with exit status 0, and what it left is in the output.",
    ),
    ("failed", "None of the attempts has succeeded, and there is none left."),
    ("open", "The run was stopped before the unit was done or failed."),
    (
        "time-limit, out-of-memory",
        "Ended because it took longer than --timeout or more than --memory.",
    ),
    ("lost, interrupted", "Its rank or node died, or the run was stopped."),
    ("busy", "Time of a slot that has an attempt."),
    ("efficiency", "busy / (slots × time from the first attempt to the last), of the last try."),
    (
        "halving",
        "A node runs half as many units at once after one has run out of memory, and one more after some successes.",
    ),
];

/// Words of chains.
const CHAINS: [(&str, &str); 6] = [
    ("stage", "A program or built-in step between which records flow."),
    ("copy", "One of several equal processes of a stage."),
    (
        "policy",
        "How a record finds its copy: round-robin, random, broadcast, labeled or selective.",
    ),
    ("read", "Waiting for records and taking them."),
    ("process", "Computing."),
    ("write, blocked", "Handing records over, and wanting to while the next stage is full."),
];

/// The table.
pub(super) fn glossary(is_chain: bool) -> Grid {
    let own: &[(&str, &str)] = if is_chain { &CHAINS } else { &UNITS };
    let heads = vec![words("Word"), words("Meaning")];
    let rows = own.iter().chain(&COMMON).map(|(word, meaning)| GridRow::new([*word, *meaning]));
    Grid::new("glossary-words", "Words of this page", heads).with(rows)
}
