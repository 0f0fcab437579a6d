//! A finished run into a study: its `metrics.csv` and `summary.json` in, rows of the study's `metrics.csv` out.
//! Names of hosts become `node1`, `node2` .. in the order of the ranks.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors::IntakeError;
use super::label::{Cache, Label, Scaling};
use super::runs::read_runs;
use crate::results::digest;

/// What was to be tried with a run.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Identity of machine and program.
    pub environment: String,
    /// The version of the program that adds the run.
    pub version: String,
    /// The commit that it was built from; empty where nobody told.
    pub commit: String,
    /// A name for the options of the run, other than the codec.
    pub variant: String,
    /// Whether the data grow with the processors.
    pub scaling: Scaling,
    /// A name for the data.
    pub dataset: String,
    /// How many files the run should have taken in; as many as it did, where not told.
    pub files_wanted: Option<u64>,
    /// Whether the input was in memory.
    pub cache: Cache,
    /// Which repetition, from 1.
    pub repetition: u64,
    /// Whether it is not to count.
    pub warm_up: bool,
    /// The seed of the order, and of data that were generated for the study.
    pub seed: u64,
    /// The place in it.
    pub order: u64,
    /// Physical cores of a node that a run may use.
    pub cores_of_node: usize,
}

/// Rows for the table of a study, with its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    header: StringRecord,
    rows: Vec<StringRecord>,
    run_id: String,
    label: Label,
}

/// What is of interest of `summary.json`.
#[derive(Deserialize)]
struct Summary {
    tool: Tool,
    run: About,
    input: Input,
    digests: BTreeMap<String, String>,
    deid: Option<Deidentification>,
}

#[derive(Deserialize)]
struct Tool {
    version: String,
}

#[derive(Deserialize)]
struct About {
    id: String,
    options: BTreeMap<String, Value>,
    gave_up: Vec<String>,
}

/// How it was de-identified; null where it was not.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Deidentification {
    profile: Value,
    options: Value,
    date_shift: Value,
    overrides: Value,
}

#[derive(Deserialize)]
struct Input {
    files: u64,
}

/// Makes the rows of a run.
pub fn intake(trial: &Trial, metrics: &[u8], summary: &[u8]) -> Result<Intake, IntakeError> {
    let damaged = |_| IntakeError::Damaged("summary.json");
    let summary: Summary = serde_json::from_slice(summary).map_err(damaged)?;
    if summary.tool.version != trial.version {
        return Err(IntakeError::OtherVersion(summary.tool.version));
    }
    if !summary.run.gave_up.is_empty() {
        return Err(IntakeError::GaveUp);
    }
    let found = summary.input.files;
    if let Some(wanted) = trial.files_wanted.filter(|wanted| *wanted != found) {
        return Err(IntakeError::OtherFiles { found, wanted });
    }
    let mut table = OfRun::read(metrics)?;
    let is_of_run = table.rows.iter().all(|row| row.get(table.run_id) == Some(&summary.run.id));
    let all: Vec<&StringRecord> =
        table.rows.iter().filter(|row| row.get(table.scope) == Some("all")).collect();
    let done = match all.as_slice() {
        [all] if is_of_run => all.get(table.files).and_then(|files| files.parse().ok()),
        _ => None,
    };
    let done: u64 = done.ok_or(IntakeError::Damaged("metrics.csv"))?;
    if done != found {
        return Err(IntakeError::NotWhole { done, found });
    }
    let codec = summary.run.options.get("codec").and_then(Value::as_str);
    let codec = codec.ok_or(IntakeError::Damaged("summary.json"))?;
    let options = digest_of_options(&summary.run.options, summary.deid.as_ref());
    let nodes = table.hide_hosts();
    let label = Label {
        environment: trial.environment.clone(),
        version: trial.version.clone(),
        commit: trial.commit.clone(),
        codec: codec.to_owned(),
        variant: trial.variant.clone(),
        options,
        scaling: trial.scaling,
        dataset: trial.dataset.clone(),
        files_wanted: found,
        cache: trial.cache,
        repetition: trial.repetition,
        warm_up: trial.warm_up,
        seed: trial.seed,
        order: trial.order,
        nodes,
        cores: nodes * trial.cores_of_node,
        digest: digest_of(&summary.digests),
    };
    let cells = label.cells();
    let rows = table.rows.iter().map(|row| cells.iter().map(String::as_str).chain(row).collect());
    let made = Intake {
        header: Label::COLUMNS.into_iter().chain(&table.header).collect(),
        rows: rows.collect(),
        run_id: summary.run.id,
        label,
    };
    // What is taken in can be read back, or it is refused now.
    read_runs(&made.table()).map_err(|_| IntakeError::Damaged("metrics.csv"))?;
    Ok(made)
}

/// One SHA-256 over the names and digests of all data files, by name: a line `name digest` each.
fn digest_of(digests: &BTreeMap<String, String>) -> String {
    let mut lines = String::new();
    for (name, sha256) in digests {
        lines.extend([name, " ", sha256, "\n"]);
    }
    digest(lines.as_bytes())
}

/// Options of a run that are no part of what makes two runs of a variant different: the codec and the threads are
/// columns of their own, and the others say how the work is shared.
const FREE: [&str; 4] = ["codec", "threads", "schedule", "mode"];

/// One SHA-256 over all options that runs of a variant have in common, as JSON by name.
fn digest_of_options(options: &BTreeMap<String, Value>, deid: Option<&Deidentification>) -> String {
    let common: BTreeMap<_, _> =
        options.iter().filter(|(name, _)| !FREE.contains(&name.as_str())).collect();
    let json = serde_json::to_vec(&(common, deid));
    digest(&json.expect("names and values that were JSON are JSON again"))
}

/// `metrics.csv` of a run.
struct OfRun {
    header: StringRecord,
    rows: Vec<StringRecord>,
    run_id: usize,
    scope: usize,
    files: usize,
    host: usize,
}

impl OfRun {
    fn read(metrics: &[u8]) -> Result<Self, IntakeError> {
        let damaged = || IntakeError::Damaged("metrics.csv");
        let mut reader = csv::Reader::from_reader(metrics);
        let header = reader.headers().map_err(|_| damaged())?.clone();
        let rows = reader.records().collect::<Result<_, _>>().map_err(|_| damaged())?;
        let at = |name| header.iter().position(|column| column == name).ok_or_else(damaged);
        let (run_id, scope) = (at("run_id")?, at("scope")?);
        let (files, host) = (at("files")?, at("host")?);
        Ok(Self { header, rows, run_id, scope, files, host })
    }

    /// Puts numbers in the place of hosts; tells how many there are.
    fn hide_hosts(&mut self) -> usize {
        let mut known: Vec<String> = Vec::new();
        for row in &mut self.rows {
            let host = row.get(self.host).unwrap_or_default().to_owned();
            if host.is_empty() {
                continue;
            }
            let at = known.iter().position(|name| *name == host).unwrap_or(known.len());
            if at == known.len() {
                known.push(host);
            }
            let node = format!("node{}", at + 1);
            *row = row
                .iter()
                .enumerate()
                .map(|(n, cell)| if n == self.host { &node } else { cell })
                .collect();
        }
        known.len().max(1)
    }
}

impl Intake {
    /// Whether a run of the same program and variant had other options. Another program may tell of other options.
    fn is_at_odds(&self, other: &Label) -> bool {
        let program_of = |it: &Label| (it.version.clone(), it.commit.clone(), it.variant.clone());
        program_of(&self.label) == program_of(other) && self.label.options != other.options
    }

    /// A table of these rows alone.
    fn table(&self) -> Vec<u8> {
        written(std::iter::once(&self.header).chain(&self.rows))
    }
}

/// The table of a study with the rows of a run behind its own. A table that is damaged is refused, so that what is
/// added to it is not lost.
pub fn with_rows(study: Option<&[u8]>, new: &Intake) -> Result<Vec<u8>, IntakeError> {
    let Some(study) = study else { return Ok(new.table()) };
    let header = csv::Reader::from_reader(study).headers().cloned();
    if header.ok().as_ref() != Some(&new.header) {
        return Err(IntakeError::OtherColumns);
    }
    let runs = read_runs(study)?;
    if runs.iter().any(|run| run.run_id == new.run_id) {
        return Err(IntakeError::Again);
    }
    if runs.iter().any(|run| new.is_at_odds(&run.label)) {
        return Err(IntakeError::OtherOptions(new.label.variant.clone()));
    }
    let mut table = study.to_vec();
    if !table.ends_with(b"\n") {
        table.push(b'\n');
    }
    table.extend(written(new.rows.iter()));
    Ok(table)
}

fn written<'a>(rows: impl Iterator<Item = &'a StringRecord>) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for row in rows {
        out.write_record(row).expect("rows of one table have as many cells, and memory takes them");
    }
    out.into_inner().expect("memory takes everything")
}
