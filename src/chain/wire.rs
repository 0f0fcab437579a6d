//! What ranks tell each other about a chain. In go items for a rank, out come messages, and the
//! other way round. Messages hold only what ranks of this program have written.

use serde::{Deserialize, Serialize};

use super::outcome::ChainFailure;
use super::record::{self, Record};
use super::window::Load;
use crate::results::CopyRow;

/// A longer body is a message of its own, which is neither copied when sent nor when it has come.
pub(super) const LONG_BYTES: usize = 64 << 10;
/// A message is sent when it has grown so long.
pub(super) const FULL_BYTES: usize = 128 << 10;

/// One thing that a rank is told.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Item<'a> {
    /// A record for copies of a stage.
    Record {
        stage: usize,
        copies: Vec<usize>,
        /// As in a frame.
        head: &'a [u8],
        /// None where it is the next message of this sender.
        body: Option<&'a [u8]>,
    },
    /// A copy of the stage before has ended, and all its records have been sent.
    End { stage: usize },
    /// A copy has taken so much of what this rank sent to it.
    Room { stage: usize, copy: usize, bytes: u64, records: u64 },
    /// To rank 0: the chain has failed.
    Failure(ChainFailure),
    /// From rank 0: end all copies.
    Stop,
    /// Nothing more will come. To rank 0 with the rows of the rank, from rank 0 with what failed.
    Bye { rows: Vec<CopyRow>, failure: Option<ChainFailure> },
}

impl Item<'_> {
    /// Appends it to a message.
    pub(super) fn write(&self, message: &mut Vec<u8>) {
        let whole = postcard::to_extend(self, std::mem::take(message));
        *message = whole.expect("a Vec takes all that is appended");
    }
}

/// The items of a message.
pub(super) fn items(mut message: &[u8]) -> impl Iterator<Item = Item<'_>> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let (item, rest) =
            postcard::take_from_bytes(message).expect("every item is written by Item::write");
        message = rest;
        Some(item)
    })
}

/// A record of its head, still without its body.
pub(super) fn labels_of(mut head: &[u8]) -> Vec<Vec<u8>> {
    let of_head = record::read_head(&mut head).ok().flatten();
    let (labels, _) = of_head.expect("a head is written by Record::head");
    let record = record::read_rest(&mut head, (labels, 0), 0);
    record.map(|Record { labels, .. }| labels).expect("a head is written by Record::head")
}

impl Load {
    /// Told to the rank that it came from.
    pub(super) fn item(self, stage: usize, copy: usize) -> Item<'static> {
        Item::Room { stage, copy, bytes: self.bytes, records: self.records }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_out_as_they_went_in() {
        let record = Record { labels: vec![b"a".to_vec(), Vec::new()], body: "body".into() };
        let head = record.head().unwrap();
        let given = [
            Item::Record { stage: 1, copies: vec![0, 300], head: &head, body: Some(b"body") },
            Item::Record { stage: 1, copies: vec![2], head: &head, body: None },
            Item::End { stage: 2 },
            Load { bytes: 1 << 40, records: 7 }.item(1, 3),
            Item::Failure(ChainFailure::stopped()),
            Item::Stop,
            Item::Bye { rows: Vec::new(), failure: None },
        ];
        let mut message = Vec::new();
        for item in &given {
            item.write(&mut message);
        }
        assert!(items(&message).eq(given));
        assert_eq!(labels_of(&head), record.labels);
        assert_eq!(items(&[]).count(), 0);
    }
}
