//! Studies that are made up, of exact laws: known numbers in, what must follow.

mod damage;
mod examination;
mod intakes;
mod reports;

use super::Label;
use crate::results::ACTIVITIES;

/// A run to be written into a table.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) dataset: &'static str,
    pub(super) files: u64,
    pub(super) ranks: usize,
    pub(super) threads: usize,
    pub(super) repetition: u64,
    pub(super) wall_s: f64,
    /// Columns that are to have other values in all rows.
    pub(super) others: Vec<(&'static str, String)>,
}

impl Made {
    pub(super) fn new(ranks: usize, threads: usize, repetition: u64, wall_s: f64) -> Self {
        Self {
            dataset: "small",
            files: 100,
            ranks,
            threads,
            repetition,
            wall_s,
            others: Vec::new(),
        }
    }

    pub(super) fn with(mut self, column: &'static str, value: &str) -> Self {
        self.others.push((column, value.to_owned()));
        self
    }
}

/// The columns of a run's own table before those of its activities.
pub(super) const OF_RUN: [&str; 20] = [
    "schema",
    "run_id",
    "mode",
    "ranks",
    "threads",
    "scope",
    "rank",
    "host",
    "files",
    "wall_s",
    "init_s",
    "scan_s",
    "work_s",
    "comm_s",
    "idle_s",
    "cpu_user_s",
    "cpu_sys_s",
    "rss_peak_bytes",
    "files_per_s",
    "mb_in_per_s",
];
pub(super) const LAST: [&str; 3] = ["crew_s", "load_balance", "parallel_eff"];

/// The columns of a study's table.
pub(super) fn header() -> Vec<&'static str> {
    Label::COLUMNS.into_iter().chain(OF_RUN).chain(ACTIVITIES).chain(LAST).collect()
}

/// `metrics.csv` of these runs.
pub(super) fn table(runs: &[Made]) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(header()).unwrap();
    for (number, run) in runs.iter().enumerate() {
        for rank in (0..run.ranks).map(Some).chain([None]) {
            let cells = header().into_iter().map(|column| cell(run, number, rank, column));
            out.write_record(cells).unwrap();
        }
    }
    out.into_inner().unwrap()
}

fn cell(run: &Made, number: usize, rank: Option<usize>, column: &str) -> String {
    if let Some((_, value)) = run.others.iter().find(|(name, _)| *name == column) {
        return value.clone();
    }
    let of_all = |value: &str| if rank.is_none() { value.to_owned() } else { String::new() };
    match column {
        "study_schema" => "2".to_owned(),
        "seed" | "nodes" => "1".to_owned(),
        "schema" => "3".to_owned(),
        "environment" => "aaaa".to_owned(),
        "version" => "0.1.0".to_owned(),
        "commit" => String::new(),
        "codec" => "jpeg-ls".to_owned(),
        "variant" => "plain".to_owned(),
        "options" => "cccc".to_owned(),
        "scaling" => "strong".to_owned(),
        "dataset" => run.dataset.to_owned(),
        "files_wanted" | "files" => run.files.to_string(),
        "cache" => "warm".to_owned(),
        "repetition" => run.repetition.to_string(),
        "warm_up" => "false".to_owned(),
        "order" => (number + 1).to_string(),
        "cores" => "8".to_owned(),
        "digest" => format!("digest-{}", run.files),
        "run_id" => format!("run{number}"),
        "mode" => "mpi".to_owned(),
        "ranks" => run.ranks.to_string(),
        "threads" if rank.is_none() => (run.ranks * run.threads).to_string(),
        "threads" => run.threads.to_string(),
        "scope" => if rank.is_some() { "rank" } else { "all" }.to_owned(),
        "rank" => rank.map_or_else(String::new, |rank| rank.to_string()),
        "host" => rank.map_or_else(String::new, |_| "node1".to_owned()),
        "wall_s" => run.wall_s.to_string(),
        "rss_peak_bytes" => "50000000".to_owned(),
        "files_per_s" => (run.files as f64 / run.wall_s).to_string(),
        "load_balance" => of_all("0.9"),
        "parallel_eff" => of_all("0.72"),
        // Of ten parts of the crews' time, encoding takes six; writing grows with the processors.
        "encode_s" => "6".to_owned(),
        "write_s" => (run.ranks * run.threads).to_string(),
        "crew_s" => (6 + run.ranks * run.threads).to_string(),
        _ => "0".to_owned(),
    }
}

/// Runs of Amdahl's law with a = 0.5 s and b = 9.5 s on ranks, three of each, none of which varies.
pub(super) fn amdahl(processors: &[usize]) -> Vec<Made> {
    let made = |&p: &usize| (1..=3).map(move |rep| Made::new(p, 1, rep, 0.5 + 9.5 / p as f64));
    processors.iter().flat_map(made).collect()
}
