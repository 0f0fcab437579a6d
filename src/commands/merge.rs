//! The parts of all ranks as one, on rank 0: each rank hands its sorted part over in batches when it is asked
//! for the next, so that nobody ever holds more than a batch of each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;

use super::parcel::{decode, encode};
use super::settle::Part;
use crate::comm::{Comm, Patience, Tag};
use crate::sorting::{Item, Merge, Sorted};

/// A batch is as long as this, or one item.
const BATCH_BYTES: usize = 256 << 10;

/// The tables of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Table {
    Index,
    Series,
    Manifest,
    Failures,
    Regions,
    Doses,
    Curves,
    Unmeasured,
    Cropped,
}

/// What rank 0 asks for.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
enum Ask {
    /// The next batch of this table.
    Next(Table),
    /// Nothing more.
    Nothing,
}

/// A batch of items; or why there is none, in words that hold no path.
#[derive(serde::Serialize, serde::Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    items: Vec<(&'a [u8], &'a [u8])>,
    failure: Option<String>,
}

impl Part {
    fn table(&self, table: Table) -> &Sorted {
        match table {
            Table::Index => &self.index,
            Table::Series => &self.series,
            Table::Manifest => &self.manifest,
            Table::Failures => &self.failures,
            Table::Regions => &self.regions.rows,
            Table::Doses => &self.regions.doses,
            Table::Curves => &self.regions.curves,
            Table::Unmeasured => &self.regions.unmeasured,
            Table::Cropped => &self.cropped,
        }
    }
}

/// Hands out this rank's part to rank 0 until it asks for nothing more.
pub(super) fn serve(comm: &dyn Comm, part: &Part) {
    let mut open: Option<(Table, Merge<'_>)> = None;
    let patience = Patience::new();
    loop {
        let Some((_, ask)) = comm.try_receive(Tag::Merge) else {
            patience.pause();
            continue;
        };
        let Ask::Next(table) = decode(&ask) else { return };
        let batch = next_batch(part, table, &mut open);
        let failure = batch.as_ref().err().map(|error| error.kind().to_string());
        let items = batch.iter().flatten().map(|item| (&*item.key, &*item.value)).collect();
        comm.send(0, Tag::Merge, &encode(&Answer { items, failure }));
    }
}

fn next_batch<'a>(
    part: &'a Part,
    table: Table,
    open: &mut Option<(Table, Merge<'a>)>,
) -> io::Result<Vec<Item>> {
    let items = match open {
        Some((of, items)) if *of == table => items,
        _ => &mut open.insert((table, part.table(table).read()?)).1,
    };
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH_BYTES
        && let Some(item) = items.next()
    {
        let item = item?;
        bytes += item.key.len() + item.value.len();
        batch.push(item);
    }
    if batch.is_empty() {
        // Who asks again begins anew.
        *open = None;
    }
    Ok(batch)
}

/// Rank 0's view of the parts of all ranks.
pub(super) struct Parts<'a> {
    comm: &'a dyn Comm,
    own: &'a Part,
}

impl<'a> Parts<'a> {
    pub(super) fn new(comm: &'a dyn Comm, own: &'a Part) -> Self {
        Self { comm, own }
    }

    /// Hands over the items of a table in their order.
    pub(super) fn each(
        &self,
        table: Table,
        mut see: impl FnMut(Item) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut sources = Vec::with_capacity(self.comm.size());
        for rank in 1..self.comm.size() {
            self.ask(rank, table);
            sources.push(Source { rank, batch: VecDeque::new(), is_asked: true });
        }
        let mut own = self.own.table(table).read()?;
        // The next item of each; this rank's own source comes last.
        let mut next = BinaryHeap::new();
        for at in 0..=sources.len() {
            let item = self.next(at, table, &mut sources, &mut own)?;
            next.extend(item.map(|item| Reverse((item, at))));
        }
        while let Some(Reverse((item, at))) = next.pop() {
            see(item)?;
            let item = self.next(at, table, &mut sources, &mut own)?;
            next.extend(item.map(|item| Reverse((item, at))));
        }
        Ok(())
    }

    fn next(
        &self,
        at: usize,
        table: Table,
        sources: &mut [Source],
        own: &mut Merge<'_>,
    ) -> io::Result<Option<Item>> {
        let Some(source) = sources.get_mut(at) else { return own.next().transpose() };
        if source.batch.is_empty() && source.is_asked {
            let message = self.comm.receive(source.rank, Tag::Merge);
            let Answer { items, failure } = decode(&message);
            if let Some(failure) = failure {
                return Err(io::Error::other(failure));
            }
            let own = |(key, value): (&[u8], &[u8])| Item { key: key.into(), value: value.into() };
            source.batch = items.into_iter().map(own).collect();
            // The next one is fetched while this one is used.
            source.is_asked = !source.batch.is_empty();
            if source.is_asked {
                self.ask(source.rank, table);
            }
        }
        Ok(source.batch.pop_front())
    }

    fn ask(&self, rank: usize, table: Table) {
        self.comm.send(rank, Tag::Merge, &encode(&Ask::Next(table)));
    }

    /// Nothing more is wanted of anybody.
    pub(super) fn dismiss(self) {
        for rank in 1..self.comm.size() {
            self.comm.send(rank, Tag::Merge, &encode(&Ask::Nothing));
        }
    }
}

/// Another rank's part, as far as it has come.
struct Source {
    rank: usize,
    batch: VecDeque<Item>,
    /// Whether a batch is on its way.
    is_asked: bool,
}
