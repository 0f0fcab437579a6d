//! The end of a run, on rank 0: the parts of all ranks in, the results in the output folder and the last
//! words out.

use std::io;
use std::path::Path;

use anyhow::Result;

use super::crop;
use super::extras;
use super::halt::Halt;
use super::last_words::LastWords;
use super::lead::Lead;
use super::merge::Parts;
use super::options::options;
use super::output::SUMMARY;
use super::parcel::{Harvest, WorkEnd};
use super::private_log::private_log;
use super::report;
use super::tables::{REGION_TABLES, TableMaker, Tables};
use super::tidy::{Paths, sweep};
use crate::comm;
use crate::config::RunConfig;
use crate::crop::RegionBoxes;
use crate::ledger::{in_flight, journal_folder, remove_empty_folders};
use crate::record::ExitStatus;
use crate::report::PAGE;
use crate::results::{
    Found, RankMetrics, RunFacts, RunShape, Statistics, Summary, metrics_csv, summarize,
};
use crate::storage::Storage;
use crate::write::{CROPPED, INSTANCES, contested_folder};

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
    /// Regions of series, where those are of interest.
    pub(super) regions: &'a RegionBoxes,
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
        let maker = TableMaker {
            storage: self.storage,
            output: &self.config.output,
            parts: self.parts,
            cohorts: &self.harvest.cohorts,
            wants_paths: has_died,
            wants_failures: lead.private_log.is_some(),
            has_regions: self.config.regions.is_some(),
            lists_cropped: self.config.crop_images,
            regions: self.regions,
        };
        let tables = maker.make().map_err(|error| Halt::storage("the results", &error))?;
        if let Some(paths) = &tables.paths {
            // A try or a worker process may have died in the middle of a file.
            sweep(self.storage, &self.config.output, INSTANCES, Some(paths))
                .map_err(|error| Halt::storage("the output", &error))?;
        }
        if let Some(paths) = &tables.cropped {
            self.clear_cropped(paths).map_err(|error| Halt::storage("the output", &error))?;
        }
        let extras = extras::make(self.config, lead, &tables.records, &self.ranks, self.storage)?;
        lead.lock.check()?;
        let summary = self.publish(lead, tables)?;
        let unmeasured = self.harvest.regions.unmeasured > 0;
        let failed = summary.outcome.quarantined > 0 || unmeasured;
        let status = if failed { ExitStatus::Quarantined } else { ExitStatus::Done };
        let last_words = LastWords {
            lead,
            config: self.config,
            summary: &summary,
            harvest: &self.harvest,
            ranks: &self.ranks,
            ends: self.ends,
            extras: &extras,
        };
        Ok(Conclusion { status, text: last_words.text() })
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

    /// Removes cropped images of earlier tries that no longer belong there, and puts aside what is none.
    fn clear_cropped(&self, belongs: &Paths) -> io::Result<()> {
        let Conclude { config: RunConfig { output, .. }, storage, .. } = self;
        crop::each_listed(output, &mut |path, _| {
            let path = Path::new(path);
            if !belongs.contains(path) {
                storage.remove(&output.join(path))?;
                remove_empty_folders(output, path);
            }
            Ok(())
        })?;
        sweep(*storage, output, CROPPED, Some(belongs))
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

    /// Gives the results their names.
    fn publish(&self, lead: &mut Lead, tables: Tables<'_>) -> Result<Summary> {
        let mut tally = self.harvest.tally.clone();
        tally.pixel_cleaning.faces.series = tables.series_with_faces;
        let regions = self.config.regions.is_some().then_some(self.harvest.regions);
        let cropped = self.config.crop_images.then(|| self.harvest.cropped.clone());
        let Tables { mixed_studies, findings, .. } = tables;
        let found = Found { tally, mixed_studies, findings, regions, cropped };
        let facts = self.facts(lead);
        let ranks = &self.ranks;
        let statistics =
            Statistics { modalities: &self.harvest.modalities, cohorts: &self.harvest.cohorts };
        let summary = summarize(&facts, &found, &statistics, ranks, tables.digests)?;
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
        self.clear_stale()?;
        let put = |name: &str, bytes: &[u8]| {
            let path = self.config.output.join(name);
            self.storage.replace(&path, bytes).map_err(|error| Halt::storage(name, &error))
        };
        put("metrics.csv", &metrics)?;
        private_log(lead, &tables.failures)?;
        // A page that cannot be made is no reason to lose a run.
        if let Some(page) = report::of_run(&self.config.output, &json) {
            put(PAGE, page.as_bytes())?;
        }
        // The summary comes last: its presence says that the run is complete.
        put(SUMMARY, &json)?;
        let synced = self.storage.sync(&self.config.output);
        synced.map_err(|error| Halt::storage(SUMMARY, &error))?;
        Ok(summary)
    }

    /// Tables of regions that an earlier try left, where this one was not asked for any.
    fn clear_stale(&self) -> Result<(), Halt> {
        if self.config.regions.is_some() {
            return Ok(());
        }
        let stale = REGION_TABLES.iter().map(|name| self.config.output.join(name));
        let cleared = stale.into_iter().try_for_each(|path| self.storage.remove(&path));
        cleared.map_err(|error| Halt::storage("the results", &error))
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
            profile: (!self.config.measures_only).then(|| self.config.profile.clone()),
            codec: self.config.codec.clone(),
            crop: self.config.crop,
            options: options(self.config, self.ranks.len()),
            gave_up: gave_up.collect(),
            key_fingerprint: lead.pseudonyms.fingerprint(),
        }
    }
}
