//! What a map leaves besides what its programs did: the books in, tables, the joined standard output, the summary and
//! the page out.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;

use anyhow::Result;
use rustix::fs::OFlags;
use rustix::io::Errno;
use serde_json::{Map, Value, json};

use super::books::{Books, State};
use super::folders::{RESULTS, log, results};
use super::lead::Lead;
use super::sites::Site;
use crate::commands::halt::Halt;
use crate::config::{MapJob, What};
use crate::map_report::{self, PAGE};
use crate::results::{
    AttemptRow, Ended, FailureRow, MAP_SCHEMA, MapAttempts, MapInputs, MapNode, MapPerformance,
    MapRow, MapRun, MapSummary, MapTool, MapUnits, RowWriter, RunRow, SkippedRow, UnitState,
    What as Kind,
};
use crate::stage::unix_s;
use crate::storage::{Replacement, Storage};
use crate::units;

/// All standard outputs, one behind the other.
const JOINED: &str = "output.txt";
/// The run on one page, for programs.
pub(super) const SUMMARY: &str = "summary.json";

/// What the results are made of.
pub(super) struct Results<'a> {
    pub(super) job: &'a MapJob,
    pub(super) storage: &'a dyn Storage,
    pub(super) sites: &'a [Site],
    pub(super) run_id: String,
    pub(super) start_unix_s: f64,
}

impl Results<'_> {
    /// What an earlier try has said of the whole is no longer so.
    pub(super) fn clear(&self) -> Result<()> {
        let remove = |name: &&str| self.storage.remove(&self.job.output.join(name));
        let cleared = [SUMMARY, PAGE].iter().try_for_each(remove);
        Ok(cleared.map_err(|error| Halt::storage("the output", &error))?)
    }

    /// Writes all of it; the summary comes last.
    pub(super) fn write(&self, lead: &Lead<'_>) -> Result<MapSummary> {
        let cannot = |what: &'static str| move |error| Halt::storage(what, &error);
        let books = &lead.books;
        self.runs(books).map_err(cannot("runs.csv"))?;
        self.attempts(books).map_err(cannot("attempts.csv"))?;
        self.failures(books).map_err(cannot("failures.csv"))?;
        if self.job.input.is_some() {
            self.skipped(lead).map_err(cannot("skipped.csv"))?;
        }
        self.join(books).map_err(cannot(JOINED))?;
        self.clear_stale(books).map_err(cannot(RESULTS))?;
        let summary = self.summary(lead);
        self.publish(&summary)?;
        Ok(summary)
    }

    /// The page and the summary.
    pub(super) fn publish(&self, summary: &MapSummary) -> Result<()> {
        let put = |name: &str, bytes: &[u8]| {
            let path = self.job.output.join(name);
            self.storage.replace(&path, bytes).map_err(|error| Halt::storage(name, &error))
        };
        // A page that cannot be made is no reason to lose a run.
        match map_report::page_of(&self.job.output, summary) {
            Ok(page) => put(PAGE, page.as_bytes())?,
            Err(error) => tracing::warn!("no report.html: {error:#}; the run is whole without"),
        }
        put(SUMMARY, &summary.json()?)?;
        let synced = self.storage.sync(&self.job.output);
        synced.map_err(|error| Halt::storage(SUMMARY, &error))?;
        Ok(())
    }

    /// Writes a table row by row.
    pub(super) fn table<R: MapRow>(
        &self,
        parameters: &[String],
        rows: impl Iterator<Item = R>,
    ) -> io::Result<()> {
        let file = Replacement::begin(self.storage, &self.job.output.join(R::FILE))?;
        let mut table = RowWriter::<R, _>::new(file, parameters)?;
        for row in rows {
            table.row(row)?;
        }
        table.finish()?.finish()?.publish()
    }

    fn runs(&self, books: &Books) -> io::Result<()> {
        let row = |(number, unit): (usize, &units::Unit)| {
            let rank = number as u32;
            let last = books.attempts(rank).last();
            let state = books.state(rank);
            // The attempt whose results stand may be followed by none.
            let has_output = state == State::Done && last.is_some_and(|it| it.has_output);
            let has_files = !unit.files.is_empty();
            let parameters = self.job.grid.of_run(number);
            RunRow {
                rank: u64::from(rank),
                unit: unit.name.clone(),
                state: match state {
                    State::Open => UnitState::Open,
                    State::Done => UnitState::Done,
                    State::Failed => UnitState::Failed,
                },
                attempts: books.attempts(rank).len() as u32,
                host: last.map_or_else(String::new, |it| it.host.clone()),
                mpi_rank: last.map(|it| it.mpi_rank),
                slot: last.map(|it| it.slot),
                start_unix_s: last.map(|it| milliseconds(it.start_unix_s)),
                wall_s: last.map(|it| microseconds(it.wall_s)),
                cpu_s: last.map(|it| microseconds(it.cpu_s)),
                peak_memory_bytes: last.map(|it| it.peak_memory_bytes),
                exit_status: last.and_then(|it| it.ended.status()),
                ended: last.map(|it| ended(&it.ended)),
                files: has_files.then_some(unit.files.len() as u64),
                bytes: has_files.then_some(unit.bytes),
                output: if has_output { format!("{RESULTS}/{}", unit.name) } else { String::new() },
                parameters: parameters.into_iter().map(|(_, value)| value).collect(),
            }
        };
        self.table(&self.job.grid.names, books.units.iter().enumerate().map(row))
    }

    fn attempts(&self, books: &Books) -> io::Result<()> {
        let rows = books.units.iter().enumerate().flat_map(|(number, unit)| {
            let row = move |attempt: &units::Attempt| AttemptRow {
                rank: number as u64,
                unit: unit.name.clone(),
                attempt: attempt.number,
                mpi_rank: Some(attempt.mpi_rank),
                host: attempt.host.clone(),
                slot: Some(attempt.slot),
                gpus: attempt.gpus.join(" "),
                start_unix_s: Some(milliseconds(attempt.start_unix_s)),
                wall_s: Some(microseconds(attempt.wall_s)),
                cpu_s: Some(microseconds(attempt.cpu_s)),
                peak_memory_bytes: Some(attempt.peak_memory_bytes),
                exit_status: attempt.ended.status(),
                ended: Some(ended(&attempt.ended)),
            };
            books.attempts(number as u32).iter().map(row)
        });
        self.table(&[], rows)
    }

    fn failures(&self, books: &Books) -> io::Result<()> {
        let all = 0..books.units.len() as u32;
        let failed = all.filter(|unit| books.state(*unit) == State::Failed);
        let rows = failed.map(|unit| {
            let attempts = books.attempts(unit);
            // Of a gang the others were merely interrupted.
            let last = attempts.iter().rfind(|it| it.ended.is_charged()).or(attempts.last());
            FailureRow {
                rank: u64::from(unit),
                unit: books.units[unit as usize].name.clone(),
                attempts: attempts.len() as u32,
                ended: last.map(|it| ended(&it.ended)),
                exit_status: last.and_then(|it| it.ended.status()),
                stderr_tail: last.map_or_else(String::new, |it| {
                    String::from_utf8_lossy(&it.stderr_tail).into_owned()
                }),
            }
        });
        self.table(&[], rows)
    }

    fn skipped(&self, lead: &Lead<'_>) -> io::Result<()> {
        let row = |(path, reason): &(std::path::PathBuf, String)| SkippedRow {
            path: path.to_string_lossy().into_owned(),
            reason: reason.clone(),
        };
        self.table(&[], lead.input.skipped.iter().map(row))
    }

    /// Joins the standard outputs of all units that are done, in the order of their numbers.
    fn join(&self, books: &Books) -> io::Result<()> {
        let mut joined = Replacement::begin(self.storage, &self.job.output.join(JOINED))?;
        let mut buffer = vec![0; 1 << 16];
        for (number, unit) in books.units.iter().enumerate() {
            let rank = number as u32;
            let said = books.attempts(rank).last().is_some_and(|it| it.stdout_bytes > 0);
            if books.state(rank) != State::Done || !said {
                continue;
            }
            // A program may have put a link there, which leads to what is not its own words.
            let mut options = OpenOptions::new();
            options.read(true).custom_flags(OFlags::NOFOLLOW.bits() as i32);
            let mut file = match options.open(log(&self.job.output, &unit.name, "out")) {
                // Somebody has taken it away, which is no reason to lose the rest.
                Err(error) if is_gone(&error) => {
                    tracing::warn!(unit = rank, "the standard output of a unit is gone from logs");
                    continue;
                }
                opened => opened?,
            };
            let mut last = b'\n';
            loop {
                let read = file.read(&mut buffer)?;
                let Some(end) = buffer[..read].last() else { break };
                last = *end;
                joined.write(&buffer[..read])?;
            }
            // A line of one must not run into the next one's.
            if last != b'\n' {
                joined.write(b"\n")?;
            }
        }
        Write::flush(&mut joined)?;
        joined.finish()?.publish()
    }

    /// Results that stand no longer: of units that have failed since their files changed, and of a gang where a death
    /// came between its members.
    fn clear_stale(&self, books: &Books) -> io::Result<()> {
        let is_gang = matches!(self.job.what, What::Gang(_));
        let is_stale = |state| state == State::Failed || (is_gang && state == State::Open);
        let units = books.units.iter().enumerate();
        let mut stale = units.filter(|(unit, _)| is_stale(books.state(*unit as u32)));
        let results = results(&self.job.output);
        stale.try_for_each(|(_, unit)| self.storage.remove_tree(&results.join(&unit.name)))
    }

    fn summary(&self, lead: &Lead<'_>) -> MapSummary {
        let books = &lead.books;
        let mut by_end: BTreeMap<String, u64> = BTreeMap::new();
        for unit in 0..books.units.len() as u32 {
            for attempt in books.attempts(unit) {
                *by_end.entry(attempt.ended.in_words()).or_default() += 1;
            }
        }
        let inputs = self.job.input.as_ref().map(|_| {
            let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
            lead.input
                .skipped
                .iter()
                .for_each(|(_, why)| *skipped.entry(why.clone()).or_default() += 1);
            let in_units: usize = books.units.iter().map(|unit| unit.files.len()).sum();
            MapInputs {
                files: in_units as u64 + lead.input.skipped.len() as u64,
                bytes: lead.input.files.bytes(),
                in_units: in_units as u64,
                skipped,
            }
        });
        MapSummary {
            units: MapUnits {
                total: books.units.len() as u64,
                done: books.count(State::Done),
                failed: books.count(State::Failed),
                open: books.count(State::Open),
            },
            inputs,
            attempts: MapAttempts { all: by_end.values().sum(), by_end },
            performance: self.performance(books),
            nodes: self.nodes(lead),
            ..self.blank(books.tries)
        }
    }

    /// A summary that says what was asked for, and nothing of what came of it.
    pub(super) fn blank(&self, tries: u32) -> MapSummary {
        let hosts: std::collections::BTreeSet<&str> =
            self.sites.iter().map(|it| &*it.host).collect();
        MapSummary {
            schema: MAP_SCHEMA.to_owned(),
            tool: MapTool {
                name: "sauva".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            run: MapRun {
                id: self.run_id.clone(),
                what: match self.job.what {
                    What::Units(_) => Kind::Units,
                    What::Repetitions(_) => Kind::Repetitions,
                    What::Gang(_) => Kind::Gang,
                    What::Chain(_) => Kind::Chain,
                },
                by: match self.job.what {
                    What::Units(level) => Some(level.name().to_owned()),
                    _ => None,
                },
                parameters: self.job.grid.names.clone(),
                command: self
                    .job
                    .command
                    .iter()
                    .map(|it| it.to_string_lossy().into_owned())
                    .collect(),
                options: self.options(),
                start_unix_s: milliseconds(self.start_unix_s),
                mpi_ranks: self.sites.len() as u64,
                nodes: hosts.len() as u64,
                slots: self.slots(),
                tries: u64::from(tries),
            },
            units: MapUnits::default(),
            inputs: None,
            attempts: MapAttempts::default(),
            performance: MapPerformance::default(),
            nodes: Vec::new(),
            chain: None,
        }
    }

    /// Seconds from the start of this try on.
    pub(super) fn wall_s(&self) -> f64 {
        microseconds(unix_s() - self.start_unix_s)
    }

    fn slots(&self) -> u64 {
        self.sites.iter().map(|site| site.slots as u64).sum()
    }

    fn options(&self) -> Map<String, Value> {
        let MapJob { what, attempts, retry, means, .. } = self.job;
        let mut options = Map::new();
        let mut say = |name: &str, value: Value| options.insert(name.to_owned(), value);
        match what {
            What::Units(level) => say("by", json!(level.name())),
            What::Repetitions(runs) => say("repetitions", json!(runs)),
            What::Gang(size) => say("parallel", json!(size)),
            What::Chain(path) => {
                say("chain", json!(path.file_name().map(|it| it.to_string_lossy().into_owned())))
            }
        };
        say("attempts", json!(attempts));
        say("cpus-per-task", json!(means.cpus_per_task));
        let given = [
            ("slots", means.slots.map(|it| json!(it))),
            ("timeout", means.timeout.map(|it| json!(it.as_secs()))),
            ("memory", means.memory_bytes.map(|it| json!(it))),
            ("gpus", (means.gpus > 0).then(|| json!(means.gpus))),
            ("gpu-share", (means.gpu_share > 1).then(|| json!(means.gpu_share))),
            ("max-load", means.max_load.map(|it| json!(it))),
            ("retry", retry.then(|| json!(true))),
        ];
        for (name, value) in given {
            value.map(|value| say(name, value));
        }
        options
    }

    fn performance(&self, books: &Books) -> MapPerformance {
        let nodes = || books.nodes.values();
        let busy_s: f64 = nodes().map(|node| node.busy_s).sum();
        let starts = nodes().filter_map(|node| Some(node.span_s?.0)).fold(f64::INFINITY, f64::min);
        let ends = nodes().filter_map(|node| Some(node.span_s?.1)).fold(0.0, f64::max);
        let work_s = if ends > starts { ends - starts } else { 0.0 };
        let available_s = self.slots() as f64 * work_s;
        MapPerformance {
            wall_s: self.wall_s(),
            work_s: microseconds(work_s),
            busy_s: microseconds(busy_s),
            cpu_s: microseconds(nodes().map(|node| node.cpu_s).sum()),
            efficiency: if available_s > 0.0 { (busy_s / available_s).min(1.0) } else { 0.0 },
        }
    }

    fn nodes(&self, lead: &Lead<'_>) -> Vec<MapNode> {
        let mut nodes: BTreeMap<&str, MapNode> = BTreeMap::new();
        for site in self.sites {
            let node = nodes.entry(&site.host).or_default();
            node.host.clone_from(&site.host);
            node.mpi_ranks += 1;
            node.slots += site.slots as u64;
        }
        let halvings = lead.halvings();
        for (host, work) in &lead.books.nodes {
            let Some(node) = nodes.get_mut(host.as_str()) else { continue };
            node.units = work.done;
            node.attempts = work.attempts;
            node.busy_s = microseconds(work.busy_s);
            node.cpu_s = microseconds(work.cpu_s);
            node.peak_memory_bytes = work.peak_memory_bytes;
            node.halvings = u64::from(halvings.get(host).copied().unwrap_or(0));
        }
        nodes.into_values().collect()
    }
}

/// How an attempt ended, as the tables have it.
fn ended(ended: &units::Ended) -> Ended {
    match ended {
        units::Ended::Exited(_) => Ended::Exited,
        units::Ended::Signal(_) => Ended::Signal,
        units::Ended::TimeLimit => Ended::TimeLimit,
        units::Ended::OutOfMemory => Ended::OutOfMemory,
        units::Ended::CannotStart(_) => Ended::CannotStart,
        units::Ended::Lost | units::Ended::LostWithJob => Ended::Lost,
        units::Ended::Interrupted => Ended::Interrupted,
    }
}

/// Whether a log is not there, or is a link by now.
fn is_gone(error: &io::Error) -> bool {
    let is_link = error.raw_os_error() == Some(Errno::LOOP.raw_os_error());
    is_link || error.kind() == io::ErrorKind::NotFound
}

fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

fn microseconds(seconds: f64) -> f64 {
    // A sum of nothing is -0.
    (seconds * 1e6).round() / 1e6 + 0.0
}
