//! How the output was made: the summary in, options, versions and digests out.

use askama::Template;

use super::summary::Summary;
use crate::html::grid::{Grid, GridRow, words};
use crate::html::numbers::{count, date, plain};

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "run.html", config = "src/report/askama.toml")]
pub(super) struct Run {
    run: Grid,
    digests: Grid,
}

impl Run {
    pub(super) fn new(summary: &Summary) -> Self {
        let Summary { run, tool, .. } = summary;
        let mut facts = vec![
            ("Started".to_owned(), date(run.start_unix_s)),
            ("Run".to_owned(), run.id.clone()),
            ("Program".to_owned(), format!("{} {}", tool.name, tool.version)),
            ("Layout of the summary".to_owned(), summary.schema.to_string()),
            ("Ranks".to_owned(), count(run.ranks)),
            ("Threads".to_owned(), count(run.threads)),
            ("MPI".to_owned(), run.mpi.clone().unwrap_or_else(|| "none: one process".to_owned())),
            ("Hosts".to_owned(), hosts(&run.hosts)),
        ];
        facts.extend(run.slurm_job_id.clone().map(|job| ("Slurm job".to_owned(), job)));
        let options = run
            .options
            .iter()
            .filter(|(_, value)| !value.is_null() && **value != serde_json::Value::Bool(false));
        facts.extend(options.map(|(name, value)| (format!("--{name}"), plain(value))));
        let row = |(name, value): (String, String)| GridRow::new([name, value]);
        let heads = || vec![words("What"), words("Value")];
        let digests = summary.digests.iter();
        let digests = digests.filter_map(|(name, digest)| Some((name.clone(), digest.clone()?)));
        Self {
            run: Grid::new("run-facts", "The run and its options", heads())
                .with(facts.into_iter().map(row)),
            digests: Grid::new("digests", "SHA-256 of the data files", heads())
                .with(digests.map(row)),
        }
    }
}

/// Names of hosts, of many the first.
fn hosts(hosts: &[String]) -> String {
    const SHOWN: usize = 16;
    let shown = hosts.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match hosts.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
