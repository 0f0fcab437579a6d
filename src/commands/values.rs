//! The distributions of values: added where images are measured, handed to who owns their series at the end.
//! Sorted by series on the disk where memory does not hold them.

use std::io;

use super::parcel::{decode, encode};
use crate::comm::stream::{Stream, owner};
use crate::comm::{Comm, Tag};
use crate::sorting::{Item, Merge, Scratch, Sorted, Sorter};
use crate::stats::{Distribution, Distributions, Group};

/// What has been measured on this rank.
pub(super) struct Values(Sorter);

/// What tells series apart, in the order of the index.
pub(super) fn series_key(study_uid: &str, series_uid: &str) -> Vec<u8> {
    [study_uid, series_uid].join("\0").into_bytes()
}

impl Values {
    pub(super) fn new(scratch: Scratch) -> Self {
        Self(Sorter::new(scratch))
    }

    /// Adds, or takes away, what images hold.
    pub(super) fn add(&mut self, more: &Distributions) -> io::Result<()> {
        more.iter().try_for_each(|(group, distribution)| {
            let key = series_key(&group.study_uid, &group.series_uid);
            self.0.add(&Item { key, value: encode(&(group, distribution)) })
        })
    }

    /// Sends all to the owners of their series, one of the ranks that are able, and takes in what comes.
    pub(super) fn share(
        self,
        comm: &dyn Comm,
        able: &[usize],
        scratch: Scratch,
    ) -> io::Result<Sorted> {
        let mut stream = Stream::new(comm, Tag::Values);
        let mut taken = Sorter::new(scratch);
        let mut take = |bytes: Vec<u8>| {
            let (group, _): (Group, Distribution) =
                postcard::from_bytes(&bytes).map_err(io::Error::other)?;
            let key = series_key(&group.study_uid, &group.series_uid);
            taken.add(&Item { key, value: bytes })
        };
        let own = self.0.finish();
        let sent = BySeries::new(&own).and_then(|mut series| {
            while let Some((_, values)) = series.next()? {
                for (group, distribution) in values.iter() {
                    let to = able[owner(group.series_uid.as_bytes(), able.len())];
                    stream.send(to, &encode(&(group, distribution)));
                }
                stream.take(&mut take)?;
            }
            Ok(())
        });
        stream.finish(&mut take).and(sent)?;
        Ok(taken.finish())
    }
}

/// Series by series what is known of their values.
pub(super) struct BySeries<'a> {
    items: std::iter::Peekable<Merge<'a>>,
}

impl<'a> BySeries<'a> {
    pub(super) fn new(sorted: &'a Sorted) -> io::Result<Self> {
        Ok(Self { items: sorted.read()?.peekable() })
    }

    /// The next series: its key, and the distributions of its groups.
    pub(super) fn next(&mut self) -> io::Result<Option<(Vec<u8>, Distributions)>> {
        let Some(first) = self.items.next().transpose()? else { return Ok(None) };
        let key = first.key;
        let mut values = Distributions::default();
        let mut item = first.value;
        loop {
            let (group, distribution): (Group, Distribution) = decode(&item);
            values.of(&group).merge(&distribution);
            let is_same = |next: &io::Result<Item>| next.as_ref().map_or(true, |it| it.key == key);
            match self.items.next_if(is_same).transpose()? {
                Some(next) => item = next.value,
                None => return Ok(Some((key, values))),
            }
        }
    }
}
