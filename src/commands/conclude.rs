//! The end of a run, on rank 0: the reports of all ranks in, the results in the output folder and
//! the last words out.

use std::collections::HashSet;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Result;

use super::extras;
use super::halt::Halt;
use super::last_words::last_words;
use super::output::SUMMARY;
use super::parcel::{Harvest, Lead, RankReport, count_records, decode};
use super::plan::sweep;
use super::prepare::PRIVATE_LOG_HEAD;
use crate::comm;
use crate::config::RunConfig;
use crate::deident::Pseudonyms;
use crate::ledger::{Disputes, Line};
use crate::record::{ExitStatus, Failure, FileRecord, Outcome};
use crate::results::{
    Counts, Digests, RankMetrics, RunFacts, RunShape, Summary, digest, failures_csv, index_csv,
    manifest, metrics_csv, summarize,
};
use crate::stage::Stopwatch;
use crate::stats::Totals;
use crate::storage::{SharedStorage, Storage};

/// How a run ended.
#[derive(Debug)]
pub struct Conclusion {
    /// The exit code.
    pub status: ExitStatus,
    /// What to tell the user; empty on all ranks but 0.
    pub text: String,
}

pub(super) fn conclude(
    config: &RunConfig,
    lead: &mut Lead,
    pseudonyms: &Pseudonyms,
    reports: &[Vec<u8>],
    wall: &Stopwatch,
    storage: &SharedStorage,
) -> Result<Conclusion> {
    let (mut harvest, mut ranks, shares) = merge(reports);
    if let Some(reason) = harvest.stopped {
        let done = lead.plan.done_before + harvest.records.len() as u64;
        return Err(Halt::Incomplete { reason, done, total: lead.files.len() as u64 }.into());
    }
    lead.lock.check()?;
    add_the_past(config, lead, &mut harvest, storage)?;
    // What was written from a file stays, whatever has taken the file's place since.
    let refused: HashSet<&String> = lead.plan.refused.iter().map(|it| &it.path_id).collect();
    let is_told = |id: &String| lead.past.record(id).is_some() || refused.contains(id);
    lead.others.retain(|other| !is_told(&other.path_id));
    let others = lead.others.iter().map(|other| {
        let failure = Failure::new(None, other.kind.class(), other.kind.message());
        FileRecord::failed(&other.entry(), Outcome::Quarantined, failure)
    });
    harvest.records.extend(others);
    let records = &mut harvest.records;
    settle(config, lead, records, &mut harvest.totals, storage)
        .map_err(|error| Halt::storage("an instance under its final name", &error))?;
    check_accounts(lead, records)?;
    let is_retried = |it: &FileRecord| it.failure.as_ref().is_some_and(|it| it.attempts > 1);
    if lead.past.next_session() > 1 || records.iter().any(is_retried) {
        // A try or a worker process may have died in the middle of a file.
        let written = records.iter().filter_map(|record| record.instance.as_ref());
        let belongs: HashSet<&str> = written.map(|instance| instance.path.as_str()).collect();
        sweep(storage.as_ref(), &config.output, Some(&belongs))
            .map_err(|error| Halt::storage("the output", &error))?;
    }
    for record in records.iter().filter(|record| record.outcome == Outcome::Written) {
        let instance = record.instance.as_ref();
        if let Some((instance, m)) = instance.and_then(|i| Some((i, i.measured.as_ref()?))) {
            harvest.totals.add_sums(&instance.modality, &m.sums);
        }
    }
    for (rank, share) in ranks.iter_mut().zip(shares) {
        count_records(rank, &records[share]);
        rank.wall_s = rank.wall_s.max(wall.seconds());
    }
    let extras = extras::make(config, lead, &harvest.records, &ranks, storage.as_ref())?;
    lead.lock.check()?;
    let summary = write_results(config, lead, pseudonyms, &harvest, &ranks, storage.as_ref())?;
    let failed = summary.outcome.quarantined > 0;
    let status = if failed { ExitStatus::Quarantined } else { ExitStatus::Done };
    Ok(Conclusion { status, text: last_words(lead, config, &summary, &ranks)? + &extras })
}

/// The records and totals of earlier tries, behind those of this one.
fn add_the_past(
    config: &RunConfig,
    lead: &Lead,
    harvest: &mut Harvest,
    storage: &SharedStorage,
) -> Result<()> {
    let totals = lead.past.totals(storage.as_ref(), &config.output, &config.limits());
    harvest.totals.merge(&totals.map_err(|error| Halt::storage("the statistics", &error))?);
    harvest.records.extend(lead.past.records().cloned());
    harvest.records.extend(lead.plan.refused.iter().cloned());
    Ok(())
}

/// Decides between files that claim one name. What that changes in the totals stands in the journal
/// before any file is moved.
fn settle(
    config: &RunConfig,
    lead: &mut Lead,
    records: &mut [FileRecord],
    totals: &mut Totals,
    storage: &SharedStorage,
) -> std::io::Result<()> {
    let disputes = Disputes::find(records);
    let (storage, output) = (storage.as_ref(), &config.output);
    let session = lead.past.next_session();
    let session_of = |path_id: &str| lead.past.session_of(path_id).unwrap_or(session);
    let recounts = disputes.recounts(records, storage, output, &config.limits(), &session_of)?;
    if !recounts.is_empty() {
        for recount in &recounts {
            totals.merge(&recount.totals);
        }
        if let Some(journal) = &mut lead.journal {
            journal.append(&Line::Recounted { session, recounts })?;
        }
        storage.sync(output)?;
    }
    disputes.carry_out(records, storage, output)
}

/// All harvests as one, the metrics of each rank, and where its records lie.
fn merge(reports: &[Vec<u8>]) -> (Harvest, Vec<RankMetrics>, Vec<Range<usize>>) {
    let mut harvest = Harvest::default();
    let mut ranks = Vec::with_capacity(reports.len());
    let mut shares = Vec::with_capacity(reports.len());
    for report in reports {
        let report: RankReport = decode(report);
        let start = harvest.records.len();
        harvest.merge(report.harvest);
        shares.push(start..harvest.records.len());
        ranks.push(report.metrics);
    }
    (harvest, ranks, shares)
}

/// Every input must stand in exactly one record: a lost file must not look like a success. Records of
/// inputs that are gone stand beside.
fn check_accounts(lead: &Lead, records: &[FileRecord]) -> Result<(), Halt> {
    let files = lead.files.iter().map(|file| &file.path_id);
    let others = lead.others.iter().map(|other| &other.path_id);
    let before = lead.past.records().chain(&lead.plan.refused).map(|record| &record.path_id);
    let mut expected: Vec<&String> = files.chain(others).chain(before).collect();
    let mut found: Vec<&String> = records.iter().map(|record| &record.path_id).collect();
    expected.sort_unstable();
    expected.dedup();
    found.sort_unstable();
    if expected != found || Counts::of(records).total() != expected.len() as u64 {
        let (found, accounted) = (expected.len(), found.len());
        return Err(Halt::Accounts { found, accounted });
    }
    Ok(())
}

fn write_results(
    config: &RunConfig,
    lead: &mut Lead,
    pseudonyms: &Pseudonyms,
    harvest: &Harvest,
    ranks: &[RankMetrics],
    storage: &dyn Storage,
) -> Result<Summary> {
    let records = &harvest.records;
    let (index, failures) = (index_csv(records)?, failures_csv(records)?);
    let manifest = manifest(records);
    let digests = Digests {
        index: digest(&index),
        failures: digest(&failures),
        manifest: digest(&manifest),
        statistics: String::new(),
    };
    let run_id = lead.run_id();
    let threads = ranks.iter().map(|rank| rank.threads).max().unwrap_or(1);
    let mode = match (ranks.len(), threads) {
        (1, _) => "threads",
        (_, 1) => "mpi",
        _ => "hybrid",
    };
    let facts = RunFacts {
        run_id: run_id.clone(),
        start_unix_s: lead.start_unix_s,
        mpi: if ranks.len() > 1 { comm::library_version() } else { None },
        profile: config.profile.clone(),
        codec: config.codec.clone(),
        key_fingerprint: pseudonyms.fingerprint(),
    };
    let summary = summarize(&facts, records, &harvest.totals, ranks, digests)?;
    let shape = RunShape { run_id, mode, ranks: ranks.len() };
    let metrics = metrics_csv(&shape, ranks)?;
    let mut json = serde_json::to_vec_pretty(&summary)?;
    json.push(b'\n');
    let data: [(&str, &[u8]); 4] = [
        ("index.csv", &index),
        ("failures.csv", &failures),
        ("manifest.sha256", &manifest),
        ("metrics.csv", &metrics),
    ];
    let put = |name: &str, bytes: &[u8]| {
        let path = config.output.join(name);
        storage.replace(&path, bytes).map_err(|error| Halt::storage(name, &error))
    };
    for (name, bytes) in data {
        put(name, bytes)?;
    }
    let private = private_log(lead, records)?;
    if let Some(log) = &mut lead.private_log {
        log.fill(&private).map_err(|error| Halt::storage("--private-log", &error))?;
    }
    // The summary comes last: its presence says that the run is complete.
    put(SUMMARY, &json)?;
    storage.sync(&config.output).map_err(|error| Halt::storage(SUMMARY, &error))?;
    Ok(summary)
}

/// Which path each path ID stands for: for the operator's eyes only.
fn private_log(lead: &Lead, records: &[FileRecord]) -> Result<Vec<u8>> {
    let outcomes: std::collections::HashMap<&str, &FileRecord> =
        records.iter().map(|record| (record.path_id.as_str(), record)).collect();
    let files = lead.files.iter().map(|file| (&file.path_id, &file.path));
    let others = lead.others.iter().map(|other| (&other.path_id, &other.path));
    let mut rows: Vec<_> = files.chain(others).collect();
    rows.sort();
    let mut out = csv::Writer::from_writer(PRIVATE_LOG_HEAD.as_bytes().to_vec());
    for (path_id, path) in rows {
        let record = outcomes.get(path_id.as_str());
        let failure = record.and_then(|record| record.failure.as_ref());
        // No spreadsheet is to take a path for a formula.
        let is_formula =
            path.as_os_str().as_bytes().first().is_some_and(|byte| b"=+-@".contains(byte));
        let path = if is_formula { Path::new(".").join(path) } else { path.clone() };
        out.write_record([
            path_id.as_bytes(),
            record.map_or("", |record| record.outcome.name()).as_bytes(),
            failure.map_or("", |failure| &failure.class).as_bytes(),
            path.as_os_str().as_bytes(),
        ])?;
    }
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
