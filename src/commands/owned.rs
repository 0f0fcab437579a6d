//! What a rank owns of the results: the claims whose SOP Instance UID falls to it, and the inputs that
//! were not written whose keyed name does. Sorted on the disk where memory does not hold them.

use std::io;

use super::values::Values;
use crate::comm::Comm;
use crate::comm::stream::Stream;
use crate::ledger::Claim;
use crate::record::FileRecord;
use crate::results::{Tally, failures_row};
use crate::sorting::{Item, Scratch, Sorter};

/// What comes to this rank.
pub(super) struct Owned {
    pub(super) claims: Sorter,
    /// Lines of `failures.csv`, by the keyed name.
    pub(super) failures: Sorter,
    /// Counts of the records that are not claims.
    pub(super) tally: Tally,
    /// What was measured on this rank, whoever owns it.
    pub(super) values: Values,
}

impl Owned {
    pub(super) fn new(scratch: impl Fn(&str) -> Scratch) -> Self {
        Self {
            claims: Sorter::new(scratch("claims")),
            failures: Sorter::new(scratch("failures")),
            tally: Tally::default(),
            values: Values::new(scratch("values")),
        }
    }

    /// Takes in what belongs to this rank.
    pub(super) fn take(&mut self, claim: &Claim) -> io::Result<()> {
        if claim.record.instance.is_some() {
            self.claims.add(&claim.to_item()?)
        } else {
            self.fail(&claim.record)
        }
    }

    /// A record that ended without an instance.
    pub(super) fn fail(&mut self, record: &FileRecord) -> io::Result<()> {
        self.tally.add(record);
        let value = failures_row(record).map_err(io::Error::other)?;
        self.failures.add(&Item { key: record.path_id.clone().into_bytes(), value })
    }
}

/// The way of claims to their owners, with what this rank owns.
pub(super) struct Claims<'a> {
    rank: usize,
    ranks: usize,
    stream: Stream<'a>,
    pub(super) owned: Owned,
}

impl<'a> Claims<'a> {
    pub(super) fn new(comm: &'a dyn Comm, owned: Owned) -> Self {
        let stream = Stream::new(comm, crate::comm::Tag::Claims);
        Self { rank: comm.rank(), ranks: comm.size(), stream, owned }
    }

    /// Sends a claim to its owner.
    pub(super) fn send(&mut self, claim: &Claim) -> io::Result<()> {
        let owner = claim.owner(self.ranks);
        if owner == self.rank {
            return self.owned.take(claim);
        }
        self.stream.send(owner, &claim.to_bytes()?);
        Ok(())
    }

    /// Takes in what has come.
    pub(super) fn take(&mut self) -> io::Result<()> {
        let owned = &mut self.owned;
        self.stream.take(|bytes| owned.take(&Claim::from_bytes(&bytes)?))
    }

    /// Takes in all that comes until every rank has sent what it has.
    pub(super) fn finish(self) -> io::Result<Owned> {
        let Self { stream, mut owned, .. } = self;
        stream.finish(|bytes| owned.take(&Claim::from_bytes(&bytes)?))?;
        Ok(owned)
    }
}
