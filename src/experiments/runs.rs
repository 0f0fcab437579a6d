//! The runs of a study: the bytes of its `metrics.csv` in, a [`Run`] for each run out. Columns are found by their
//! names.

use std::collections::HashMap;

use csv::StringRecord;

use super::errors::RunsError;
use super::label::{Cache, Label, STUDY_SCHEMA, Scaling, is_name};
use crate::results::ACTIVITIES;

/// The version of a run's own columns that is understood here.
pub const RUN_SCHEMA: u32 = 3;

/// One run. Times are in seconds; those of ranks are added up, `wall_s` is that of the slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was tried.
    pub label: Label,
    /// Where the run ends in the table. Runs stand there in the order in which they were added.
    pub line: u64,
    /// The name of the run.
    pub run_id: String,
    /// MPI ranks.
    pub ranks: usize,
    /// Threads of each rank.
    pub threads: usize,
    /// From start to the end of the gather.
    pub wall_s: f64,
    /// Until the scan.
    pub init_s: f64,
    /// The scan of the input.
    pub scan_s: f64,
    /// From the first file to the last, of the busiest rank.
    pub work_s: f64,
    /// Main threads in calls that send or receive.
    pub comm_s: f64,
    /// Main threads waiting for work and for the slowest rank.
    pub idle_s: f64,
    /// Threads of the crews by [`ACTIVITIES`].
    pub activities_s: [f64; ACTIVITIES.len()],
    /// Threads of the crews in all.
    pub crew_s: f64,
    /// Processor time of all ranks in the program.
    pub cpu_user_s: f64,
    /// Processor time of all ranks in the system.
    pub cpu_sys_s: f64,
    /// Most memory of any rank.
    pub rss_peak_bytes: u64,
    /// Files that were taken through in a second.
    pub files_per_s: f64,
    /// Megabytes (1e6 bytes) that were read in a second.
    pub mb_in_per_s: f64,
    /// Mean over maximum of the ranks' working time (POP).
    pub load_balance: Option<f64>,
    /// Mean working time over the wall time (POP).
    pub parallel_eff: Option<f64>,
}

impl Run {
    /// Processors: ranks times threads.
    pub fn processors(&self) -> usize {
        self.ranks * self.threads
    }

    /// POP's communication efficiency, the longest working time over the wall time: parallel efficiency is load
    /// balance times this (POP Centre of Excellence, standard metrics for pure MPI).
    pub fn communication_efficiency(&self) -> Option<f64> {
        Some(self.parallel_eff? / self.load_balance.filter(|balance| *balance > 0.0)?)
    }
}

/// Reads `metrics.csv` of a study. Runs come in the order of the file, warm-ups among them.
pub fn read_runs(csv: &[u8]) -> Result<Vec<Run>, RunsError> {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().map_err(|_| RunsError::Line { line: 1 })?.clone();
    let columns = header.iter().enumerate().map(|(at, name)| (name, at)).collect();
    let mut found: Vec<Rows> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|error| RunsError::Line {
            line: error.position().map_or(number as u64 + 2, csv::Position::line),
        })?;
        let line = record.position().map_or(number as u64 + 2, csv::Position::line);
        let row = Row { columns: &columns, cells: &record, line };
        row.check_schema()?;
        let run_id = row.text("run_id")?;
        let at = *places.entry(run_id.to_owned()).or_insert(found.len());
        if at == found.len() {
            found.push(Rows { line, ranks: 0, wanted: row.natural("ranks")? as usize, all: None });
        }
        let rows = &mut found[at];
        match row.text("scope")? {
            "rank" => rows.ranks += 1,
            "all" if rows.all.is_none() => rows.all = Some(row.run()?),
            "all" => return Err(RunsError::Rows { line: rows.line, ranks: rows.wanted }),
            _ => return Err(row.wrong("scope", "rank or all")),
        }
    }
    let runs = found.into_iter().map(|Rows { line, ranks, wanted, all }| match all {
        Some(run) if ranks == wanted && run.ranks == wanted => Ok(run),
        _ => Err(RunsError::Rows { line, ranks: wanted }),
    });
    let runs: Vec<Run> = runs.collect::<Result<_, _>>()?;
    if runs.is_empty() { Err(RunsError::Empty) } else { Ok(runs) }
}

/// What was seen of a run.
struct Rows {
    line: u64,
    ranks: usize,
    wanted: usize,
    all: Option<Run>,
}

/// A row by the names of its columns.
struct Row<'a> {
    columns: &'a HashMap<&'a str, usize>,
    cells: &'a StringRecord,
    line: u64,
}

impl<'a> Row<'a> {
    fn text(&self, column: &'static str) -> Result<&'a str, RunsError> {
        let at = self.columns.get(column).ok_or(RunsError::Column(column))?;
        Ok(self.cells.get(*at).unwrap_or_default())
    }

    fn wrong(&self, column: &'static str, wanted: &'static str) -> RunsError {
        RunsError::Cell { line: self.line, column, wanted }
    }

    fn name(&self, column: &'static str) -> Result<String, RunsError> {
        let text = self.text(column)?;
        if is_name(text) { Ok(text.to_owned()) } else { Err(self.wrong(column, "a name")) }
    }

    fn natural(&self, column: &'static str) -> Result<u64, RunsError> {
        self.text(column)?.parse().map_err(|_| self.wrong(column, "a whole number"))
    }

    fn positive(&self, column: &'static str) -> Result<usize, RunsError> {
        let number = self.natural(column)?;
        // More processors than any machine has are a damaged cell, and products of them overflow.
        match usize::try_from(number) {
            Ok(number @ 1..=10_000_000) => Ok(number),
            _ => Err(self.wrong(column, "a number from 1 to 10000000")),
        }
    }

    fn real(&self, column: &'static str) -> Result<f64, RunsError> {
        let number = self.text(column)?.parse().ok();
        let is_sound = |it: &f64| *it == 0.0 || (1e-18..=1e18).contains(it);
        number
            .filter(is_sound)
            .ok_or_else(|| self.wrong(column, "0 or a number from 1e-18 to 1e18"))
    }

    /// The bounds are far from any run, and what is worked out within them stays finite.
    fn wall_s(&self) -> Result<f64, RunsError> {
        let wall_s = self.text("wall_s")?.parse().ok();
        let wall_s = wall_s.filter(|it| (1e-6..=1e9).contains(it));
        wall_s.ok_or_else(|| self.wrong("wall_s", "a time from 1e-6 to 1e9 seconds"))
    }

    fn share(&self, column: &'static str) -> Result<Option<f64>, RunsError> {
        match self.text(column)? {
            "" => Ok(None),
            // A little more than 1 is the rounding of clocks.
            _ => match self.real(column)? {
                share if share <= 1.01 => Ok(Some(share)),
                _ => Err(self.wrong(column, "nothing or a share from 0 to 1")),
            },
        }
    }

    fn check_schema(&self) -> Result<(), RunsError> {
        for (column, known) in [("study_schema", STUDY_SCHEMA), ("schema", RUN_SCHEMA)] {
            if self.natural(column)? != u64::from(known) {
                return Err(RunsError::Schema { line: self.line, column });
            }
        }
        Ok(())
    }

    fn label(&self) -> Result<Label, RunsError> {
        Ok(Label {
            environment: self.name("environment")?,
            version: self.name("version")?,
            commit: if self.text("commit")?.is_empty() {
                String::new()
            } else {
                self.name("commit")?
            },
            codec: self.name("codec")?,
            variant: self.name("variant")?,
            options: self.name("options")?,
            scaling: match self.text("scaling")? {
                "strong" => Scaling::Strong,
                "weak" => Scaling::Weak,
                _ => return Err(self.wrong("scaling", "strong or weak")),
            },
            dataset: self.name("dataset")?,
            files_wanted: self.natural("files_wanted")?,
            cache: match self.text("cache")? {
                "warm" => Cache::Warm,
                "cold" => Cache::Cold,
                _ => return Err(self.wrong("cache", "warm or cold")),
            },
            repetition: self.natural("repetition")?,
            warm_up: match self.text("warm_up")? {
                "true" => true,
                "false" => false,
                _ => return Err(self.wrong("warm_up", "true or false")),
            },
            seed: self.natural("seed")?,
            order: self.natural("order")?,
            nodes: self.positive("nodes")?,
            cores: self.positive("cores")?,
            digest: self.name("digest")?,
        })
    }

    fn run(&self) -> Result<Run, RunsError> {
        let ranks = self.positive("ranks")?;
        // The row of all ranks has the threads of all of them.
        let all_threads = self.positive("threads")?;
        if !all_threads.is_multiple_of(ranks) {
            return Err(self.wrong("threads", "the same number for each rank"));
        }
        let mut activities_s = [0.0; ACTIVITIES.len()];
        for (seconds, column) in activities_s.iter_mut().zip(ACTIVITIES) {
            *seconds = self.real(column)?;
        }
        Ok(Run {
            label: self.label()?,
            line: self.line,
            run_id: self.name("run_id")?,
            ranks,
            threads: all_threads / ranks,
            wall_s: self.wall_s()?,
            init_s: self.real("init_s")?,
            scan_s: self.real("scan_s")?,
            work_s: self.real("work_s")?,
            comm_s: self.real("comm_s")?,
            idle_s: self.real("idle_s")?,
            activities_s,
            crew_s: self.real("crew_s")?,
            cpu_user_s: self.real("cpu_user_s")?,
            cpu_sys_s: self.real("cpu_sys_s")?,
            rss_peak_bytes: self.natural("rss_peak_bytes")?,
            files_per_s: self.real("files_per_s")?,
            mb_in_per_s: self.real("mb_in_per_s")?,
            load_balance: self.share("load_balance")?,
            parallel_eff: self.share("parallel_eff")?,
        })
    }
}
