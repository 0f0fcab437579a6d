//! The report of a study as Markdown: an [`Analysis`] and its environments in, `REPORT.md` out.

mod answer;
mod limits;
mod tables;

use std::collections::BTreeSet;

use askama::Template;

use super::analysis::{Analysis, Examined};
use super::environment::{Environment, Environments};
use super::label::{Cache, Label, Scaling};
use super::runs::Run;
use super::study::Configuration;
use answer::Answer;
use tables::{CostTable, FitRow, GrowthTable, ResultRow};

/// The report as its template takes it.
#[derive(Template)]
#[template(path = "report.md", config = "src/experiments/askama.toml")]
struct Page<'a> {
    runs: usize,
    warm_ups: usize,
    /// What the data say at once.
    answers: Vec<Answer>,
    /// Configurations whose outputs differ.
    not_identical: Vec<String>,
    /// Whether outputs were compared at all.
    is_compared: bool,
    environments: Vec<(&'a str, Option<&'a Environment>)>,
    sections: Vec<Section<'a>>,
    limits: Vec<String>,
    /// The way from the report to the folder of the plots, empty or with a slash at its end.
    to_results: &'a str,
}

/// A study in the report.
struct Section<'a> {
    number: usize,
    name: String,
    /// How it was done, a line each.
    design: Vec<String>,
    rows: Vec<ResultRow>,
    examined: &'a Examined,
    costs: Vec<CostTable>,
    growth: Vec<GrowthTable>,
    fits: Vec<FitRow>,
}

/// Makes the report. `to_results` leads from its folder to that of the plots: nothing, or a relative path with a
/// slash at its end.
pub fn report(
    analysis: &Analysis,
    environments: &Environments,
    to_results: &str,
) -> askama::Result<String> {
    let keys: BTreeSet<&str> =
        analysis.studies.iter().map(|it| it.study.key.environment.as_str()).collect();
    let configurations = || analysis.studies.iter().flat_map(|it| &it.study.configurations);
    let page = Page {
        runs: analysis.runs,
        warm_ups: analysis.warm_ups,
        answers: answers(analysis),
        not_identical: analysis.not_identical().into_iter().map(Configuration::name).collect(),
        is_compared: configurations().any(|it| it.identical.is_some()),
        environments: keys
            .into_iter()
            .map(|key| (key, environments.environments.get(key)))
            .collect(),
        sections: analysis.studies.iter().enumerate().map(section).collect(),
        limits: limits::limits(analysis),
        to_results,
    };
    page.render()
}

fn answers(analysis: &Analysis) -> Vec<Answer> {
    let of = |(number, examined): (usize, &Examined)| {
        let is_alone = analysis.studies.len() == 1;
        let place = if is_alone { String::new() } else { format!(", study {}", number + 1) };
        answer::answers(examined, &place)
    };
    analysis.studies.iter().enumerate().flat_map(of).collect()
}

fn section((number, examined): (usize, &Examined)) -> Section<'_> {
    Section {
        number: number + 1,
        name: examined.study.name(),
        design: design(examined),
        rows: tables::results(&examined.study),
        examined,
        costs: tables::costs(&examined.bottlenecks),
        growth: tables::growth(&examined.bottlenecks),
        fits: tables::fits(&examined.laws),
    }
}

/// What was done, in lines.
fn design(examined: &Examined) -> Vec<String> {
    let configurations = &examined.study.configurations;
    let labels = || configurations.iter().flat_map(|it| &it.runs).map(|run| &run.label);
    let set = |of: &dyn Fn(&Label) -> u64| labels().map(of).collect::<BTreeSet<u64>>();
    let listed =
        |numbers: BTreeSet<u64>| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    let span = |of: &dyn Fn(&Configuration) -> usize| {
        let numbers: BTreeSet<u64> = configurations.iter().map(|it| of(it) as u64).collect();
        listed(numbers)
    };
    let each = if examined.study.key.scaling == Scaling::Weak { " for each processor" } else { "" };
    let data = examined.study.data().into_iter();
    let data: Vec<String> =
        data.map(|(files, name)| format!("{name} ({files} files{each})")).collect();
    vec![
        format!("Data: {}.", data.join(", ")),
        format!(
            "Configurations: {}, of ranks {{{}}} and threads a rank {{{}}}; repetitions: {}.",
            configurations.len(),
            span(&|it| it.ranks),
            span(&|it| it.threads),
            span(&|it| it.time.n),
        ),
        order(examined),
        format!(
            "Cache: {}, as it was told when the runs were added: {}.",
            examined.study.key.cache.name(),
            match examined.study.key.cache {
                Cache::Warm => "the input had been read before",
                Cache::Cold => "the system was asked to forget the input before each run",
            }
        ),
        format!("Nodes: {}.", listed(set(&|label| label.nodes as u64))),
    ]
}

/// In which order runs were done, as far as their places in it and in the table show.
fn order(examined: &Examined) -> String {
    let configurations = &examined.study.configurations;
    let mut runs: Vec<&Run> = configurations.iter().flat_map(|it| &it.runs).collect();
    runs.sort_unstable_by_key(|run| run.line);
    // A run that was added by hand has the place 0.
    if runs.iter().any(|run| run.label.order == 0) {
        return "Order: not told for all runs.".to_owned();
    }
    let kept = if runs.is_sorted_by_key(|run| run.label.order) {
        "the runs stand in metrics.csv in that order"
    } else {
        "but the runs stand in metrics.csv in another one, as those of several jobs (--slurm) or sittings do: \
         repetitions of a configuration may have followed each other, and drifts of the machine are not spread \
         over all"
    };
    format!("Order: planned with seed {}; {kept}.", examined.study.key.seed)
}
