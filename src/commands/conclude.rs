//! The end of a run, on rank 0: the parts of all ranks in, the results in the output folder and the last
//! words out.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use anyhow::Result;

use super::extras;
use super::halt::Halt;
use super::last_words::last_words;
use super::lead::Lead;
use super::merge::{Parts, Table};
use super::output::SUMMARY;
use super::parcel::{Harvest, WorkEnd};
use super::private_log::private_log;
use super::settle::Row;
use super::tidy::{Paths, sweep};
use crate::comm;
use crate::config::RunConfig;
use crate::ledger::{in_flight, journal_folder};
use crate::record::{ExitStatus, FileRecord};
use crate::results::{
    Digests, Found, RankMetrics, RunFacts, RunShape, Summary, failures_header, index_header,
    manifest_line, metrics_csv, summarize,
};
use crate::storage::{Ready, Replacement, Storage};
use crate::write::{contested_folder, hex};

/// How a run ended.
#[derive(Debug)]
pub struct Conclusion {
    /// The exit code.
    pub status: ExitStatus,
    /// What to tell the user; empty on all ranks but 0.
    pub text: String,
}

/// What rank 0 concludes from.
pub(super) struct Conclude<'a> {
    pub(super) config: &'a RunConfig,
    pub(super) storage: &'a dyn Storage,
    pub(super) parts: &'a Parts<'a>,
    /// What all ranks have brought in.
    pub(super) harvest: Harvest,
    pub(super) ranks: Vec<RankMetrics>,
    pub(super) ends: &'a [WorkEnd],
}

/// The data files, whole under temporary names, and what was found in them.
struct Tables<'a> {
    ready: Vec<Ready<'a>>,
    digests: Digests,
    mixed_studies: BTreeMap<String, BTreeSet<String>>,
    series_with_faces: u64,
    /// Where every instance stands, where strangers are to be looked for.
    paths: Option<Paths>,
    /// Of inputs that were not written, the lines of `failures.csv`, where they are wanted.
    failures: Vec<Vec<u8>>,
    /// The records of what was written, where they are wanted.
    records: Vec<FileRecord>,
}

impl Conclude<'_> {
    pub(super) fn conclude(self, lead: &mut Lead) -> Result<Conclusion> {
        lead.lock.check()?;
        self.check_accounts(lead)?;
        // What waited beside its name has it now, or has lost it.
        let contested = self.storage.remove_tree(&contested_folder(&self.config.output));
        contested.map_err(|error| Halt::storage("the output", &error))?;
        self.clear_announcements()?;
        let has_died = lead.past.next_session() > 1
            || self.harvest.tally.retried > 0
            || self.ends.iter().any(|end| end.unfit.is_some());
        let tables = self.tables(has_died, lead.private_log.is_some());
        let tables = tables.map_err(|error| Halt::storage("the results", &error))?;
        if let Some(paths) = &tables.paths {
            // A try or a worker process may have died in the middle of a file.
            sweep(self.storage, &self.config.output, Some(paths))
                .map_err(|error| Halt::storage("the output", &error))?;
        }
        let extras = extras::make(self.config, lead, &tables.records, &self.ranks, self.storage)?;
        lead.lock.check()?;
        let summary = self.publish(lead, tables)?;
        let failed = summary.outcome.quarantined > 0;
        let status = if failed { ExitStatus::Quarantined } else { ExitStatus::Done };
        let text = last_words(lead, self.config, &summary, &self.ranks, self.ends)? + &extras;
        Ok(Conclusion { status, text })
    }

    /// Every input must stand in exactly one record: a lost file must not look like a success. Records of
    /// inputs that are gone stand beside.
    fn check_accounts(&self, lead: &Lead) -> Result<(), Halt> {
        let tally = &self.harvest.tally;
        let accounted = tally.accounts.files();
        if lead.expected != tally.accounts || tally.counts.total() != accounted {
            return Err(Halt::Accounts { found: lead.expected.files(), accounted });
        }
        Ok(())
    }

    /// A rank that could work no more may have had to leave its announcements; the others did its files.
    fn clear_announcements(&self) -> Result<(), Halt> {
        if self.ends.iter().all(|end| end.unfit.is_none()) {
            return Ok(());
        }
        let left = in_flight(&journal_folder(&self.config.output));
        let cleared =
            left.and_then(|left| left.iter().try_for_each(|it| self.storage.remove(&it.path)));
        cleared.map_err(|error| Halt::storage("the journal", &error))
    }

    /// Merges the parts of all ranks.
    fn tables(&self, wants_paths: bool, wants_failures: bool) -> io::Result<Tables<'_>> {
        let file = |name: &str| Replacement::begin(self.storage, &self.config.output.join(name));
        let mut tables = Tables {
            ready: Vec::new(),
            digests: Digests::default(),
            mixed_studies: BTreeMap::new(),
            series_with_faces: 0,
            paths: wants_paths.then(Paths::default),
            failures: Vec::new(),
            records: Vec::new(),
        };
        let mut index = file("index.csv")?;
        index.write(&index_header().map_err(io::Error::other)?)?;
        let mut groups = Groups::default();
        self.parts.each(Table::Index, |item| {
            let row = Row::of(&item.value)?;
            groups.add(&row, &mut tables);
            index.write(row.line)?;
            tables.records.extend(row.record());
            Ok(())
        })?;
        groups.end(&mut tables);
        let mut failures = file("failures.csv")?;
        failures.write(&failures_header().map_err(io::Error::other)?)?;
        self.parts.each(Table::Failures, |item| {
            failures.write(&item.value)?;
            tables.failures.extend(wants_failures.then_some(item.value));
            Ok(())
        })?;
        let mut manifest = file("manifest.sha256")?;
        self.parts.each(Table::Manifest, |item| {
            if let Some(paths) = &mut tables.paths {
                paths.add(&item.key);
            }
            let (path, sha256) = (text(&item.key)?, text(&item.value)?);
            manifest.write(manifest_line(path, sha256).as_bytes())
        })?;
        let (index, failures, manifest) = (index.finish()?, failures.finish()?, manifest.finish()?);
        tables.digests = Digests {
            index: hex(&index.sha256),
            failures: hex(&failures.sha256),
            manifest: hex(&manifest.sha256),
            statistics: String::new(),
        };
        tables.ready = vec![index, failures, manifest];
        Ok(tables)
    }

    /// Gives the results their names.
    fn publish(&self, lead: &mut Lead, tables: Tables<'_>) -> Result<Summary> {
        let mut tally = self.harvest.tally.clone();
        tally.pixel_cleaning.faces.series = tables.series_with_faces;
        let found = Found { tally, mixed_studies: tables.mixed_studies };
        let facts = self.facts(lead);
        let ranks = &self.ranks;
        let totals = &self.harvest.totals;
        let summary = summarize(&facts, &found, totals, ranks, tables.digests)?;
        let threads = ranks.iter().map(|rank| rank.threads).max().unwrap_or(1);
        let mode = match (ranks.len(), threads) {
            (1, _) => "threads",
            (_, 1) => "mpi",
            _ => "hybrid",
        };
        let shape = RunShape { run_id: facts.run_id, mode, ranks: ranks.len() };
        let metrics = metrics_csv(&shape, ranks)?;
        let mut json = serde_json::to_vec_pretty(&summary)?;
        json.push(b'\n');
        for file in tables.ready {
            file.publish().map_err(|error| Halt::storage("the results", &error))?;
        }
        let put = |name: &str, bytes: &[u8]| {
            let path = self.config.output.join(name);
            self.storage.replace(&path, bytes).map_err(|error| Halt::storage(name, &error))
        };
        put("metrics.csv", &metrics)?;
        private_log(lead, &tables.failures)?;
        // The summary comes last: its presence says that the run is complete.
        put(SUMMARY, &json)?;
        let synced = self.storage.sync(&self.config.output);
        synced.map_err(|error| Halt::storage(SUMMARY, &error))?;
        Ok(summary)
    }

    fn facts(&self, lead: &Lead) -> RunFacts {
        let gave_up = self.ends.iter().enumerate();
        let gave_up = gave_up.filter_map(|(rank, end)| {
            Some(format!("rank {rank} on {}: {}", self.ranks[rank].host, end.unfit.as_ref()?))
        });
        RunFacts {
            run_id: lead.run_id(),
            start_unix_s: lead.start_unix_s,
            mpi: if self.ranks.len() > 1 { comm::library_version() } else { None },
            profile: self.config.profile.clone(),
            codec: self.config.codec.clone(),
            schedule: self.config.schedule_of(self.ranks.len()).name(),
            gave_up: gave_up.collect(),
            key_fingerprint: lead.pseudonyms.fingerprint(),
        }
    }
}

/// The study and the series that rows, which come sorted, are in.
#[derive(Default)]
struct Groups {
    study: String,
    patients: BTreeSet<String>,
    series: String,
    shows_faces: bool,
}

impl Groups {
    fn add(&mut self, row: &Row<'_>, tables: &mut Tables<'_>) {
        if row.study_uid != self.study || row.series_uid != self.series {
            tables.series_with_faces += u64::from(std::mem::take(&mut self.shows_faces));
            row.series_uid.clone_into(&mut self.series);
        }
        if row.study_uid != self.study {
            self.end_study(tables);
            row.study_uid.clone_into(&mut self.study);
        }
        self.shows_faces |= row.may_show_face;
        if !self.patients.contains(row.patient_id) {
            self.patients.insert(row.patient_id.to_owned());
        }
    }

    fn end_study(&mut self, tables: &mut Tables<'_>) {
        let patients = std::mem::take(&mut self.patients);
        if patients.len() > 1 {
            tables.mixed_studies.insert(std::mem::take(&mut self.study), patients);
        }
    }

    fn end(mut self, tables: &mut Tables<'_>) {
        tables.series_with_faces += u64::from(self.shows_faces);
        self.end_study(tables);
    }
}

fn text(bytes: &[u8]) -> io::Result<&str> {
    std::str::from_utf8(bytes).map_err(io::Error::other)
}
