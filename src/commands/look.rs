//! What all ranks do together with what earlier tries have done: each looks whether what it owns still
//! stands, and takes it over into this try.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use rayon::ThreadPoolBuilder;

use super::halt::Halt;
use super::lead::Lead;
use super::owned::Owned;
use super::parcel::{decode, encode};
use super::plan::Withdrawn;
use super::signals::Signals;
use super::tidy::{put_aside, remove_stale};
use crate::comm::stream::Stream;
use crate::comm::{self, Comm, Tag};
use crate::config::RunConfig;
use crate::ledger::{Claim, Damaged, Fate, LineId, Place};
use crate::record::{Failure, FileRecord, Outcome, PathId};
use crate::sorting::{Sorted, Sorter};
use crate::storage::Storage;

/// What the look is done with.
pub(super) struct Looker<'a> {
    pub(super) comm: &'a dyn Comm,
    pub(super) config: &'a RunConfig,
    pub(super) storage: &'a dyn Storage,
    pub(super) signals: &'a Signals,
    pub(super) threads: usize,
}

impl Looker<'_> {
    /// Looks at what earlier tries wrote: what stands is taken over into `owned`, what does not is done anew.
    /// So are the distributions of values that were measured.
    pub(super) fn look(
        &self,
        mut lead: Option<&mut Lead>,
        owned: &mut Owned,
        claims: Sorter,
    ) -> Result<()> {
        let comm = self.comm;
        let has_past = lead.as_ref().is_some_and(|lead| !lead.past.is_empty());
        if comm::broadcast(comm, encode(&has_past)) == encode(&false) {
            return Ok(());
        }
        let claims = comm::agree(comm, self.hand_out(lead.as_deref(), owned, claims))?;
        let found = comm::agree(comm, self.find(&claims))?;
        // From here on files are moved: the lock must still be ours.
        let held = lead.as_ref().map_or(Ok(()), |lead| lead.lock.check());
        comm::agree(comm, held.map_err(anyhow::Error::from))?;
        let taken = self.take_over(&claims, &found, owned);
        let withdrawn = taken.map_err(|error| Halt::storage("the output", &error).into());
        let withdrawn: Vec<Withdrawn> = comm::agree::<_, anyhow::Error>(comm, withdrawn)?;
        let reports = comm::gather(comm, encode(&withdrawn));
        if let (Some(lead), Some(reports)) = (lead.as_mut(), reports) {
            for report in reports {
                lead.take_withdrawn(&decode::<Vec<Withdrawn>>(&report), self.config.retry);
            }
        }
        let broken = lead.as_ref().map(|lead| lead.past.broken());
        let broken: Option<BTreeSet<LineId>> = decode(&comm::broadcast(comm, encode(&broken)));
        let broken = broken.unwrap_or_default();
        let taken = self.take_totals(lead.as_deref(), &claims, &found, &broken, owned);
        let cannot = |error| Halt::storage("the statistics", &error).into();
        comm::agree(comm, taken.map_err(cannot))
    }

    fn place<'a>(&'a self, limits: &'a crate::read::Limits) -> Place<'a> {
        Place { storage: self.storage, output: self.config.instances(), limits }
    }

    /// Rank 0 reads the records of earlier tries and hands each to its owner.
    fn hand_out(
        &self,
        lead: Option<&Lead>,
        owned: &mut Owned,
        mut claims: Sorter,
    ) -> Result<Sorted> {
        let ranks = self.comm.size();
        let mut stream = Stream::new(self.comm, Tag::Claims);
        let mut take = |bytes: Vec<u8>, claims: &mut Sorter| {
            let claim = Claim::from_bytes(&bytes)?;
            if claim.record.instance.is_some() {
                claims.add(&claim.to_item()?)
            } else {
                owned.fail(&claim.record)
            }
        };
        let mut sent = Ok(());
        if let Some(lead) = lead {
            sent = lead.past.records(|past| {
                let claim = Claim::earlier(past);
                stream.send(claim.owner(ranks), &claim.to_bytes()?);
                stream.take(|bytes| take(bytes, &mut claims))
            });
            for record in sent.is_ok().then_some(&lead.plan.refused).into_iter().flatten() {
                let claim = Claim::now(0, record.clone());
                stream.send(claim.owner(ranks), &claim.to_bytes()?);
            }
        }
        let taken = stream.finish(|bytes| take(bytes, &mut claims));
        sent.and(taken).map_err(|error| Halt::storage("the journal", &error))?;
        Ok(claims.finish())
    }

    fn find(&self, claims: &Sorted) -> Result<Damaged> {
        let pool = ThreadPoolBuilder::new().num_threads(self.threads).build()?;
        let (signals, limits) = (self.signals, self.config.limits());
        let place = self.place(&limits);
        let found = pool.install(|| Damaged::find(claims, place, &|| signals.seen().is_none()));
        let found = found.map_err(|error| Halt::storage("the output", &error))?;
        self.signals.seen().map_or(Ok(found), |signal| Err(Halt::Asked(signal).into()))
    }

    /// What stands is taken over; the files of what does not are cleared away.
    fn take_over(
        &self,
        claims: &Sorted,
        found: &Damaged,
        owned: &mut Owned,
    ) -> std::io::Result<Vec<Withdrawn>> {
        let mut withdrawn = Vec::new();
        let mut paths = Paths::default();
        let (storage, output) = (self.storage, &*self.config.output);
        found.each(claims, |fate, is_first| {
            if self.config.measures_only {
                // An input is never touched.
                paths = Paths::default();
            }
            if is_first {
                std::mem::take(&mut paths).clear(storage, output)?;
            }
            match fate {
                Fate::Stands(claim) => {
                    paths.stand(&claim);
                    owned.claims.add(&Claim { earlier: None, ..claim }.to_item()?)?;
                }
                Fate::Stale(claim) => paths.remove(&claim),
                Fate::Damaged(claim, earlier) => {
                    let was_counted = claim.record.instance.as_ref().is_some_and(|it| it.counted);
                    let path_id = PathId::of(&claim.record.path_id);
                    let is_present = earlier.is_present;
                    withdrawn.push(Withdrawn { path_id, is_present, was_counted });
                    if is_present {
                        paths.remove(&claim);
                    } else if was_counted {
                        // A duplicate, or one that lost its name, had no file of its own to be damaged.
                        paths.put_aside(&claim);
                        owned.fail(&damaged_output(claim.record))?;
                    }
                }
            }
            Ok(())
        })?;
        if !self.config.measures_only {
            paths.clear(storage, output)?;
        }
        Ok(withdrawn)
    }

    /// Takes over what the journals know of the values, on rank 0, and what is measured anew.
    fn take_totals(
        &self,
        lead: Option<&Lead>,
        claims: &Sorted,
        found: &Damaged,
        broken: &BTreeSet<LineId>,
        owned: &mut Owned,
    ) -> std::io::Result<()> {
        let pool = ThreadPoolBuilder::new().num_threads(self.threads).build();
        let pool = pool.map_err(std::io::Error::other)?;
        let limits = self.config.limits();
        let place = self.place(&limits);
        pool.install(|| {
            found.measure_anew(claims, place, broken, |totals| owned.values.add(totals))
        })?;
        lead.map_or(Ok(()), |lead| lead.past.totals(|totals| owned.values.add(totals)))
    }
}

/// What is to become of the paths of one SOP Instance UID.
#[derive(Default)]
struct Paths {
    standing: BTreeSet<String>,
    removed: BTreeSet<String>,
    put_aside: BTreeSet<String>,
}

impl Paths {
    fn of(claim: &Claim) -> Option<String> {
        claim.record.instance.as_ref().map(|instance| instance.path.clone())
    }

    fn stand(&mut self, claim: &Claim) {
        self.standing.extend(Self::of(claim));
    }

    fn remove(&mut self, claim: &Claim) {
        self.removed.extend(Self::of(claim));
    }

    fn put_aside(&mut self, claim: &Claim) {
        self.put_aside.extend(Self::of(claim));
    }

    /// Clears away what nothing that stands claims.
    fn clear(self, storage: &dyn Storage, output: &Path) -> std::io::Result<()> {
        for path in self.removed.difference(&self.standing) {
            remove_stale(storage, output, path)?;
        }
        for path in self.put_aside.difference(&self.standing) {
            if std::fs::symlink_metadata(output.join(path)).is_ok() {
                put_aside(storage, output, path.as_ref())?;
            }
        }
        Ok(())
    }
}

fn damaged_output(record: FileRecord) -> FileRecord {
    let message = "its output was damaged later on and its input is gone: bring back the input, or \
        the output from a backup; the damaged file is in .sauva/aside";
    let failure = Failure::new(None, "damaged-output", message);
    FileRecord { outcome: Outcome::Quarantined, failure: Some(failure), instance: None, ..record }
}
