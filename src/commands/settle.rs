//! The end of the work on every rank: what it owns in, its part of the results out. Claims are settled by
//! who owns their SOP Instance UID; the rows of what was written go to who owns their series, where they are
//! sorted.

use std::io;

use anyhow::Result;

use super::halt::Halt;
use super::owned::Owned;
use super::regions::RegionParts;
use super::row::Row;
use super::series::{self, Made};
use super::values::Values;
use crate::comm::stream::{Stream, owner};
use crate::comm::{self, Comm, Tag};
use crate::ledger::{Claim, Journal, Place, carry_out, recount};
use crate::record::Outcome;
use crate::results::Tally;
use crate::sorting::{Item, Scratch, Sorted, Sorter};
use crate::stats::{Cohort, Totals};

/// Records between two looks for messages.
const PACE: usize = 64;

/// A rank's part of the results, in their order.
pub(super) struct Part {
    pub(super) index: Sorted,
    /// Rows of `series.parquet`, and what tells outliers among them.
    pub(super) series: Sorted,
    /// Digests by paths.
    pub(super) manifest: Sorted,
    pub(super) failures: Sorted,
    /// What was measured of regions; empty until it is.
    pub(super) regions: RegionParts,
    /// Digests of cropped images by paths.
    pub(super) cropped: Sorted,
}

/// What a rank has when all is settled.
pub(super) struct Settled {
    pub(super) part: Part,
    pub(super) tally: Tally,
    pub(super) modalities: Totals<String>,
    pub(super) cohorts: Totals<Cohort>,
}

/// What a rank settles with.
pub(super) struct Settler<'a> {
    pub(super) comm: &'a dyn Comm,
    pub(super) place: Place<'a>,
    /// The number of this try.
    pub(super) session: u32,
    /// Whether each rank can work; another one settles what it owns where it cannot.
    pub(super) fit: Vec<bool>,
    /// Whether more is made of the instances than the results.
    pub(super) keeps_records: bool,
}

impl Settler<'_> {
    /// Settles what this rank owns.
    pub(super) fn settle(
        &self,
        owned: Owned,
        journal: &mut Journal,
        scratch: &dyn Fn(&str) -> Scratch,
    ) -> Result<Settled> {
        let comm = self.comm;
        let mut owned = comm::agree(comm, self.relieve_the_unfit(owned, scratch))?;
        let claims = std::mem::replace(&mut owned.claims, Sorter::new(scratch("none"))).finish();
        let mut values = std::mem::replace(&mut owned.values, Values::new(scratch("none")));
        let recounted =
            recount(&claims, self.place, self.session, journal, |more| values.add(more));
        let cannot = |error| Halt::storage("an instance under its final name", &error);
        let recounted = recounted.map_err(|error| anyhow::Error::from(cannot(error)));
        comm::agree(comm, recounted)?;
        let values = values.share(comm, &self.able(), scratch("values-of-series"));
        let values = values.map_err(|error| Halt::storage("the statistics", &error).into());
        let values: Sorted = comm::agree::<_, anyhow::Error>(comm, values)?;
        let (mut part, tally) = self.share_rows(&claims, owned, scratch)?;
        let made = series::make(&part.index, &values, scratch("series"));
        let made = made.map_err(|error| Halt::storage("the statistics", &error).into());
        let Made { series, modalities, cohorts } = comm::agree::<_, anyhow::Error>(comm, made)?;
        part.series = series;
        Ok(Settled { part, tally, modalities, cohorts })
    }

    /// The ranks that can work.
    pub(super) fn able(&self) -> Vec<usize> {
        (0..self.fit.len()).filter(|rank| self.fit[*rank]).collect()
    }

    /// A rank that can work no more may not be able to write either: it hands its claims on.
    fn relieve_the_unfit(
        &self,
        mut owned: Owned,
        scratch: &dyn Fn(&str) -> Scratch,
    ) -> Result<Owned> {
        if self.fit.iter().all(|fit| *fit) {
            return Ok(owned);
        }
        let able = self.able();
        let mut stream = Stream::new(self.comm, Tag::Claims);
        let mut sent = Ok(());
        if !self.fit[self.comm.rank()] {
            let claims =
                std::mem::replace(&mut owned.claims, Sorter::new(scratch("none"))).finish();
            sent = claims.read().and_then(|mut items| {
                items.try_for_each(|item| {
                    let claim = Claim::from_item(&item?)?;
                    stream.send(able[claim.owner(able.len())], &claim.to_bytes()?);
                    Ok(())
                })
            });
        }
        let taken = stream.finish(|bytes| owned.take(&Claim::from_bytes(&bytes)?));
        sent.and(taken).map_err(|error| Halt::storage("the results", &error))?;
        Ok(owned)
    }

    /// Moves the files, and sends each row to the owner of its series.
    fn share_rows(
        &self,
        claims: &Sorted,
        mut owned: Owned,
        scratch: &dyn Fn(&str) -> Scratch,
    ) -> Result<(Part, Tally)> {
        let able = self.able();
        let mut stream = Stream::new(self.comm, Tag::Rows);
        let mut index = Sorter::new(scratch("index"));
        let mut manifest = Sorter::new(scratch("manifest"));
        let mut take = |bytes: Vec<u8>| {
            let row = Row::of(&bytes)?;
            let (path, sha256, key) = (row.path.into(), row.sha256.into(), row.key());
            manifest.add(&Item { key: path, value: sha256 })?;
            index.add(&Item { key, value: bytes })
        };
        let mut settled = 0;
        let moved = carry_out(claims, self.place, |record| {
            settled += 1;
            if settled % PACE == 0 {
                stream.take(&mut take)?;
            }
            if record.outcome != Outcome::Written {
                return owned.fail(&record);
            }
            owned.tally.add(&record);
            let instance = record.instance.as_ref().ok_or(io::ErrorKind::InvalidData)?;
            let to = able[owner(instance.series_uid.as_bytes(), able.len())];
            stream.send(to, &Row::message(&record, self.keeps_records)?);
            Ok(())
        });
        let taken = stream.finish(&mut take);
        let cannot = |error| Halt::storage("an instance under its final name", &error);
        let shared = moved.and(taken).map_err(|error| anyhow::Error::from(cannot(error)));
        comm::agree(self.comm, shared)?;
        let part = Part {
            index: index.finish(),
            series: Sorter::new(scratch("none")).finish(),
            manifest: manifest.finish(),
            failures: owned.failures.finish(),
            regions: RegionParts::empty(scratch),
            cropped: Sorter::new(scratch("none")).finish(),
        };
        Ok((part, owned.tally))
    }
}
