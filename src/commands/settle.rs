//! The end of the work on every rank: what it owns in, its part of the results out. Claims are settled by
//! who owns their SOP Instance UID; the rows of what was written go to who owns their series, where they are
//! sorted. Statistics by series belong there.

use std::io;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::halt::Halt;
use super::owned::Owned;
use super::parcel::{decode, encode};
use crate::comm::stream::{Stream, owner};
use crate::comm::{self, Comm, Tag};
use crate::ledger::{Claim, Journal, Place, carry_out, recount};
use crate::record::{FileRecord, Outcome};
use crate::results::{Tally, index_row};
use crate::sorting::{Item, Scratch, Sorted, Sorter};
use crate::stats::Totals;

/// Records between two looks for messages.
const PACE: usize = 64;

/// A row of the index, and what is asked of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Row<'a> {
    pub(super) study_uid: &'a str,
    pub(super) series_uid: &'a str,
    sop_instance_uid: &'a str,
    pub(super) patient_id: &'a str,
    path: &'a str,
    sha256: &'a str,
    pub(super) may_show_face: bool,
    /// The line of `index.csv`.
    pub(super) line: &'a [u8],
    /// The whole record as a message, where more is made of the instances than the results; else nothing.
    record: &'a [u8],
}

impl<'a> Row<'a> {
    /// The row of a record that was written, as a message.
    fn message(record: &FileRecord, is_whole: bool) -> io::Result<Vec<u8>> {
        let instance = record.instance.as_ref().ok_or(io::ErrorKind::InvalidData)?;
        let line = index_row(record, instance).map_err(io::Error::other)?;
        let whole = if is_whole { encode(record) } else { Vec::new() };
        Ok(encode(&Row {
            study_uid: &instance.study_uid,
            series_uid: &instance.series_uid,
            sop_instance_uid: &instance.sop_instance_uid,
            patient_id: &instance.patient_id,
            path: &instance.path,
            sha256: &instance.sha256,
            may_show_face: instance.redaction.may_show_face,
            line: &line,
            record: &whole,
        }))
    }

    pub(super) fn of(message: &'a [u8]) -> io::Result<Self> {
        postcard::from_bytes(message).map_err(io::Error::other)
    }

    /// The whole record, where it is there.
    pub(super) fn record(&self) -> Option<FileRecord> {
        (!self.record.is_empty()).then(|| decode(self.record))
    }

    /// The order of the index: study, series, instance.
    fn key(&self) -> Vec<u8> {
        [self.study_uid, self.series_uid, self.sop_instance_uid].join("\0").into()
    }
}

/// A rank's part of the results, in their order.
pub(super) struct Part {
    pub(super) index: Sorted,
    /// Digests by paths.
    pub(super) manifest: Sorted,
    pub(super) failures: Sorted,
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
    /// Settles what this rank owns; adds to the totals what that changes in them.
    pub(super) fn settle(
        &self,
        owned: Owned,
        journal: &mut Journal,
        scratch: &dyn Fn(&str) -> Scratch,
        totals: &mut Totals,
    ) -> Result<(Part, Tally)> {
        let comm = self.comm;
        let mut owned = comm::agree(comm, self.relieve_the_unfit(owned, scratch))?;
        let claims = std::mem::replace(&mut owned.claims, Sorter::new(scratch("none"))).finish();
        let recounted = recount(&claims, self.place, self.session, journal);
        let cannot = |error| Halt::storage("an instance under its final name", &error);
        let recounted = recounted.map_err(|error| anyhow::Error::from(cannot(error)));
        totals.merge(&comm::agree(comm, recounted)?);
        self.share_rows(&claims, owned, scratch, totals)
    }

    /// The ranks that can work.
    fn able(&self) -> Vec<usize> {
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
        totals: &mut Totals,
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
            if let Some(measured) = &instance.measured {
                totals.add_sums(&instance.modality, &measured.sums);
            }
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
            manifest: manifest.finish(),
            failures: owned.failures.finish(),
        };
        Ok((part, owned.tally))
    }
}
