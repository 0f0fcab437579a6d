//! `sauva map --chain`: the file of a chain in, its stages on all ranks, and what `write` and `collect` have made under
//! its name out, when all has ended well. A chain stands or falls as a whole: what was stopped or has failed begins
//! anew with the next try.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::Mapping;
use super::encode::{Encode, HeldBack, NAME};
use super::folders::LOGS;
use super::group::{Input, scan};
use super::messages;
use super::orphans::JOB;
use super::results::{Results, SUMMARY};
use super::words;
use crate::chain::filters::{COLLECTED, Collect, FILES, Read, Write, settle};
use crate::chain::{
    self, BuiltIn, Chain, ChainFailure, ChainOutcome, Copy, Filter, FilterError, Limits, Place,
    Setup, Work,
};
use crate::comm;
use crate::commands::conclude::Conclusion;
use crate::commands::halt::Halt;
use crate::commands::keygen;
use crate::commands::lock::Lock;
use crate::commands::parcel::{decode, encode};
use crate::commands::run::share_key;
use crate::deident::Key;
use crate::programs::{set_threads, without_job};
use crate::record::ExitStatus;
use crate::results::{
    ChainStages, Ended, FailureRow, MapAttempts, MapInputs, MapPerformance, MapSummary, MapUnits,
    SkippedRow, StageFacts,
};
use crate::write::STATE;

/// The mark of a chain that has ended well: what it was made of.
const DONE: &str = "chain-done";
/// Built-in stages beside those of every chain.
const MORE: [BuiltIn; 1] = [BuiltIn { name: NAME, place: Place::Inside }];

/// Runs the chain on this rank, with all others.
pub(super) fn execute(map: Mapping<'_>, file: &Path, results: &Results<'_>) -> Result<Conclusion> {
    let Mapping { job, comm, storage, .. } = map;
    let text = (comm.rank() == 0).then(|| std::fs::read_to_string(file));
    let text = text.transpose().context("--chain: the file cannot be read as text");
    let text = comm::broadcast(comm, encode(&comm::agree(comm, text)?.unwrap_or_default()));
    let text: String = decode(&text);
    let parsed = Chain::parse(&text, &MORE).map_err(|error| anyhow::anyhow!("--chain: {error}"));
    let chain = comm::agree(comm, parsed)?;
    let reads =
        |name: &str| chain.stages.iter().any(|it| it.work == Work::BuiltIn && it.name == name);
    let needs_input = reads("read");
    let checked = if needs_input && job.input.is_none() {
        Err(anyhow::anyhow!("--chain: the stage `read` needs --input"))
    } else if !needs_input && job.input.is_some() {
        Err(anyhow::anyhow!("--chain: no stage reads --input: leave it out, or begin with `read`"))
    } else {
        Ok(())
    };
    comm::agree(comm, checked)?;

    // What there is to read; where that is what an earlier try has done already, nothing is left to do.
    let input = (comm.rank() == 0).then(|| map.scan_for_chain()).transpose();
    let input = comm::agree(comm, input)?;
    let mark = input.as_ref().map(|input| mark(&text, input));
    let done = mark.as_ref().and_then(|mark| map.marked(mark, &chain));
    if let Some(held_back) = decode::<Option<u64>>(&comm::broadcast(comm, encode(&done))) {
        let text = if comm.rank() == 0 { words::done_before(held_back) } else { String::new() };
        return Ok(Conclusion { status: status_of(held_back), text });
    }
    let files = input.as_ref().map(|input| {
        let numbers = in_order(input).into_iter();
        numbers.map(|number| messages::Path(input.files.path(number))).collect::<Vec<_>>()
    });
    let files: Vec<messages::Path> =
        decode(&comm::broadcast(comm, encode(&files.unwrap_or_default())));
    let files: Arc<[PathBuf]> = files.into_iter().map(|path| path.0).collect();
    let key = (comm.rank() == 0 && reads(NAME))
        .then(|| keygen::load(job.key_file.as_deref()))
        .transpose();
    let key = comm::agree(comm, key)?.map(|(key, was_made)| {
        if was_made {
            tracing::info!(
                "a key of your own was made: .config/sauva/key, or below XDG_CONFIG_HOME"
            );
        }
        key
    });
    let key = reads(NAME).then(|| share_key(comm, key));
    let prepared = (comm.rank() == 0).then(|| map.prepare_chain()).transpose();
    comm::agree(comm, prepared)?;

    // Run; then give what was made its names.
    let held_back = HeldBack::default();
    let outcome = map.run_chain(&chain, &files, key.as_ref(), &held_back);
    let mine = encode(&*held_back.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    let held_back = comm::gather(comm, mine);
    let concluded = held_back.zip(input).map(|(held_back, input)| {
        let held_back =
            held_back.iter().flat_map(|it| decode::<Vec<(String, String)>>(it)).collect();
        Ending { map, chain: &chain, results, input, held_back }.conclude(&outcome, mark.as_deref())
    });
    let concluded = comm::agree(comm, concluded.transpose())?;
    let status = concluded.as_ref().map(|it| it.status);
    let status: Option<ExitStatus> = decode(&comm::broadcast(comm, encode(&status)));
    let status = status.expect("rank 0 has concluded, or all have agreed on its error");
    storage.remove_tree(&job.output.join(STATE).join("chain").join(comm.rank().to_string())).ok();
    Ok(concluded.unwrap_or(Conclusion { status, text: String::new() }))
}

/// What a chain is made of: its file, and the files that it reads.
fn mark(text: &str, input: &Input) -> String {
    let mut mark = blake3::Hasher::new();
    mark.update(&(text.len() as u64).to_le_bytes());
    mark.update(text.as_bytes());
    for number in in_order(input) {
        let path = input.files.path(number);
        mark.update(&(path.as_os_str().len() as u64).to_le_bytes());
        mark.update(path.as_os_str().as_bytes());
        mark.update(&input.files.size_bytes(number).to_le_bytes());
        mark.update(&input.files.modified_ns(number).to_le_bytes());
    }
    mark.finalize().to_hex().to_string()
}

/// The files in the order of their paths: the scan finds them in any.
fn in_order(input: &Input) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..input.files.len() as u32).collect();
    numbers.sort_by(|a, b| input.files.cmp_paths(*a, *b));
    numbers
}

/// A chain that came to its end, with so many records held back.
fn status_of(held_back: u64) -> ExitStatus {
    if held_back == 0 { ExitStatus::Done } else { ExitStatus::Quarantined }
}

impl Mapping<'_> {
    fn scan_for_chain(self) -> Result<Input> {
        let mut input = match &self.job.input {
            Some(input) => scan(input, self.signals)?,
            None => Input::default(),
        };
        input.skipped.sort();
        Ok(input)
    }

    fn staging(self) -> PathBuf {
        self.job.output.join(STATE).join("chain")
    }

    /// Where an earlier try has done just this, how many records it held back.
    fn marked(self, mark: &str, chain: &Chain) -> Option<u64> {
        let found = std::fs::read_to_string(self.job.output.join(STATE).join(DONE)).ok()?;
        let (found, held_back) = found.split_once(' ')?;
        let mut made = chain.stages.last().into_iter().filter(|it| it.work == Work::BuiltIn);
        let is_there = made.all(|stage| match &*stage.name {
            "collect" => self.job.output.join(COLLECTED).is_file(),
            // A chain that has written nothing leaves no folder.
            _ => held_back == "0" || self.job.output.join(FILES).is_dir(),
        });
        let is_this = found == mark && is_there && !self.job.retry;
        is_this.then(|| held_back.parse().ok()).flatten()
    }

    /// Clears what earlier tries have left.
    fn prepare_chain(self) -> Result<()> {
        let output = &self.job.output;
        let cleared = self
            .storage
            .remove(&output.join(STATE).join(DONE))
            .and_then(|()| self.storage.remove(&output.join(SUMMARY)))
            .and_then(|()| self.storage.remove_tree(&self.staging()))
            .and_then(|()| self.storage.remove_tree(&output.join(LOGS)))
            .and_then(|()| std::fs::create_dir_all(self.staging()))
            .and_then(|()| std::fs::create_dir_all(output.join(LOGS)));
        Ok(cleared.map_err(|error| Halt::storage("the output", &error))?)
    }

    fn run_chain(
        self,
        chain: &Chain,
        files: &Arc<[PathBuf]>,
        key: Option<&Key>,
        held_back: &HeldBack,
    ) -> ChainOutcome {
        let cores: Vec<usize> = self.sites.iter().map(|site| site.slots).collect();
        let staging = self.staging();
        let own = staging.join(self.comm.rank().to_string());
        let built_in = |name: &str, copy: Copy| -> Result<Box<dyn Filter>, FilterError> {
            Ok(match (name, &self.job.input, key) {
                ("read", Some(input), _) => {
                    Box::new(Read::new(self.storage.clone(), input.clone(), files.clone(), copy))
                }
                ("write", ..) => Box::new(Write::new(self.storage.clone(), staging.clone(), copy)),
                ("collect", ..) => Box::new(Collect::new(self.storage.clone(), staging.clone())),
                (NAME, _, Some(key)) => {
                    let key = Key::from_bytes(key.as_bytes()).expect("a key has its length");
                    let folder = own.join(copy.number.to_string());
                    let made = Encode::new(&folder, key, held_back.clone());
                    let told = |error: std::io::Error| format!("it cannot begin: {}", error.kind());
                    Box::new(made.map_err(|error| FilterError::Failed(told(error)))?)
                }
                _ => return Err(FilterError::Failed("there is no such stage".to_owned())),
            })
        };
        let cpus = self.job.means.cpus_per_task;
        let prepare = move |command: &mut Command| {
            without_job(command);
            set_threads(command, cpus);
            command.env(JOB, &self.job.output);
        };
        let should_stop = || {
            if self.lock.is_some_and(Lock::is_lost) {
                tracing::error!("another run has taken the output over: this one ends at once");
                self.comm.abort(ExitStatus::Stopped as i32);
            }
            self.signals.seen().is_some()
        };
        let setup = Setup {
            cores: &cores,
            host: &self.sites[self.comm.rank()].host,
            logs: self.job.output.join(LOGS),
            limits: Limits::default(),
            built_in: &built_in,
            prepare: &prepare,
            should_stop: &should_stop,
        };
        chain::run(self.comm, chain, &setup)
    }
}

/// The end of a chain, on rank 0.
struct Ending<'a> {
    map: Mapping<'a>,
    chain: &'a Chain,
    results: &'a Results<'a>,
    input: Input,
    held_back: Vec<(String, String)>,
}

impl Ending<'_> {
    fn conclude(mut self, outcome: &ChainOutcome, mark: Option<&str>) -> Result<Conclusion> {
        self.held_back.sort();
        if outcome.failure.is_none() {
            self.publish()?;
        }
        let told = |error| Halt::storage("chain.csv", &error);
        self.results.table(&[], outcome.rows.iter().cloned()).map_err(told)?;
        let failure = outcome.failure.iter().filter(|it| !it.is_stop());
        self.results.table(&[], failure.map(failure_row)).map_err(told)?;
        self.results.table(&[], self.skipped()).map_err(told)?;
        let summary = self.summary(outcome);
        self.results.publish(&summary)?;
        if let (None, Some(mark)) = (&outcome.failure, mark) {
            let path = self.map.job.output.join(STATE).join(DONE);
            let mark = format!("{mark} {}", self.held_back.len());
            let marked = self.map.storage.replace(&path, mark.as_bytes());
            marked.map_err(|error| Halt::storage("the mark of the end", &error))?;
        }
        if let Some(failure) = &outcome.failure {
            tracing::error!("{failure}");
        }
        let held_back = self.held_back.len() as u64;
        let status = match &outcome.failure {
            Some(failure) if failure.is_stop() => ExitStatus::Stopped,
            Some(_) => ExitStatus::Quarantined,
            None => status_of(held_back),
        };
        Ok(Conclusion { status, text: words::end_of_chain(&summary, outcome, held_back) })
    }

    /// Gives what was made its names, in the place of what an earlier try has made.
    fn publish(&self) -> Result<()> {
        let (storage, output) = (self.map.storage, &self.map.job.output);
        let staging = self.map.staging();
        let publish = || {
            settle(storage.as_ref(), &staging)?;
            storage.sync(output)?;
            for name in [FILES, COLLECTED] {
                let target = output.join(name);
                if target.is_dir() {
                    storage.remove_tree(&target)?;
                } else {
                    storage.remove(&target)?;
                }
                if staging.join(name).exists() {
                    storage.rename(&staging.join(name), &target)?;
                }
            }
            storage.remove_tree(&staging)
        };
        Ok(publish().map_err(|error| Halt::storage("what the chain has made", &error))?)
    }

    fn skipped(&self) -> impl Iterator<Item = SkippedRow> {
        let row = |path: String, reason: &str| SkippedRow { path, reason: reason.to_owned() };
        let skipped = self.input.skipped.iter();
        let skipped = skipped.map(move |(path, why)| row(path.to_string_lossy().into_owned(), why));
        let held_back = self.held_back.iter().map(move |(label, class)| row(label.clone(), class));
        skipped.chain(held_back)
    }

    fn summary(&self, outcome: &ChainOutcome) -> MapSummary {
        let is_stopped = outcome.failure.as_ref().is_some_and(ChainFailure::is_stop);
        let is_failed = outcome.failure.is_some() && !is_stopped;
        let stage = |stage: &chain::Stage| StageFacts {
            name: stage.name.clone(),
            copies: outcome.rows.iter().filter(|row| row.stage == stage.name).count() as u64,
            program: match &stage.work {
                Work::BuiltIn => stage.name.clone(),
                Work::Command(words) => words.join(" "),
            },
        };
        let mut by_end: BTreeMap<String, u64> = BTreeMap::new();
        for row in &outcome.rows {
            let end = match (row.ended, row.exit_status) {
                (Some(Ended::Exited), Some(status)) => format!("exited {status}"),
                (ended, _) => ended.map_or("", Ended::name).to_owned(),
            };
            *by_end.entry(end).or_default() += 1;
        }
        let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
        self.skipped().for_each(|row| *skipped.entry(row.reason).or_default() += 1);
        let files = self.input.files.len() as u64;
        let inputs = self.map.job.input.as_ref().map(|_| MapInputs {
            files: files + self.input.skipped.len() as u64,
            bytes: self.input.files.bytes(),
            in_units: files.saturating_sub(self.held_back.len() as u64),
            skipped,
        });
        let busy_s = outcome.rows.iter().map(|row| row.process_s).sum::<f64>() + 0.0;
        let wall_s = self.results.wall_s();
        let copies = outcome.rows.len().max(1) as f64;
        MapSummary {
            units: MapUnits {
                total: 1,
                done: u64::from(outcome.failure.is_none()),
                failed: u64::from(is_failed),
                open: u64::from(is_stopped),
            },
            inputs,
            attempts: MapAttempts { all: by_end.values().sum(), by_end },
            performance: MapPerformance {
                wall_s,
                work_s: wall_s,
                busy_s,
                cpu_s: outcome.rows.iter().filter_map(|row| row.cpu_s).sum::<f64>() + 0.0,
                efficiency: (busy_s / (copies * wall_s.max(1e-9))).min(1.0),
            },
            chain: Some(ChainStages { stages: self.chain.stages.iter().map(stage).collect() }),
            ..self.results.blank(1)
        }
    }
}

fn failure_row(failure: &ChainFailure) -> FailureRow {
    FailureRow {
        rank: 0,
        unit: failure.to_string(),
        attempts: 1,
        ended: failure.copy.as_ref().map(|it| it.ended),
        exit_status: failure.copy.as_ref().and_then(|it| it.exit_status),
        stderr_tail: failure
            .copy
            .as_ref()
            .map_or_else(String::new, |it| String::from_utf8_lossy(&it.stderr_tail).into_owned()),
    }
}
