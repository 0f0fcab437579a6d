//! What was asked for and on what: the summary in, words, the command and a table out.

use askama::Template;

use crate::html::grid::{Grid, GridRow, words};
use crate::html::numbers::{count, counted, date, duration, plain};
use crate::results::{MapRun, MapSummary, What};

/// Letters of the command that are shown.
const LETTERS: usize = 2_000;
/// Names of parameters that are shown.
const PARAMETERS: usize = 20;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "run.html", config = "src/map_report/askama.toml")]
pub(super) struct Run {
    what: String,
    command: String,
    facts: Grid,
}

impl Run {
    pub(super) fn new(summary: &MapSummary) -> Self {
        let MapSummary { run, tool, performance, .. } = summary;
        let mut facts = vec![
            ("Last try began".to_owned(), date(run.start_unix_s.max(0.0) as u64)),
            ("It took".to_owned(), duration(performance.wall_s)),
            ("Tries".to_owned(), count(run.tries)),
            ("Run".to_owned(), super::shown(&run.id)),
            ("Program".to_owned(), super::shown(&format!("{} {}", tool.name, tool.version))),
            ("MPI ranks".to_owned(), count(run.mpi_ranks)),
            ("Nodes".to_owned(), count(run.nodes)),
            ("Slots".to_owned(), count(run.slots)),
        ];
        if let Some(inputs) = &summary.inputs {
            let files = counted(inputs.files, "file", "files");
            let size = crate::html::numbers::bytes(inputs.bytes);
            facts.push(("Input".to_owned(), format!("{files}, {size}")));
        }
        if !run.parameters.is_empty() {
            facts.push(("Parameters".to_owned(), parameters(&run.parameters)));
        }
        let options = run.options.iter();
        let options = options
            .filter(|(_, value)| !value.is_null() && **value != serde_json::Value::Bool(false));
        facts.extend(
            options.map(|(name, value)| (format!("--{name}"), super::shown(&plain(value)))),
        );
        let row = |(name, value): (String, String)| GridRow::new([name, value]);
        Self {
            what: what(run, summary),
            command: typed(&run.command),
            facts: Grid::new(
                "run-facts",
                "The run and its options",
                vec![words("What"), words("Value")],
            )
            .with(facts.into_iter().map(row)),
        }
    }
}

/// What was run, in a sentence.
fn what(run: &MapRun, summary: &MapSummary) -> String {
    let units = summary.units.total;
    match run.what {
        What::Units => {
            let by = run.by.as_deref().unwrap_or("unit");
            let times = counted(units, "time", "times");
            format!("A program was run once for each {by} of the input: {times}.")
        }
        What::Repetitions => {
            format!("A program was run {} over.", counted(units, "time", "times"))
        }
        What::Gang => {
            let programs = counted(units, "program", "programs");
            format!("{programs} ran at the same time and could speak with each other.")
        }
        What::Chain => "Records flowed through the stages of a chain.".to_owned(),
    }
}

fn parameters(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(PARAMETERS).map(|it| super::shown(it)).collect();
    match names.len().saturating_sub(PARAMETERS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A command as it is typed; what is left out of a long one is marked.
fn typed(command: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%{}".contains(c);
    let word = |argument: &String| {
        if !argument.is_empty() && argument.chars().all(plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    };
    let text = command.iter().map(word).collect::<Vec<_>>().join(" ");
    let text: String = text.chars().map(super::plain).collect();
    if text.chars().count() <= LETTERS {
        return text;
    }
    text.chars().take(LETTERS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_again() {
        let typed =
            |words: &[&str]| typed(&words.iter().map(|it| (*it).into()).collect::<Vec<_>>());
        assert_eq!(typed(&["python3", "sim.py", "{param:alpha}"]), "python3 sim.py {param:alpha}");
        assert_eq!(typed(&["sh", "-c", "a 'b'", ""]), "sh -c 'a '\\''b'\\''' ''");
        assert_eq!(typed(&["x".repeat(5000).as_str()]).chars().count(), LETTERS + 1);
    }
}
