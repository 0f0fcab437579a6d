//! Labeled streams: every item goes to the rank that owns its label, in batches, so that all that
//! belongs together comes together and no rank needs the whole. In go a label and bytes on any rank,
//! out come the bytes on the label's owner. What comes of it must not depend on who owns what.
//!
//! Every rank makes the same streams in the same order, sends to each as long as it has something,
//! and ends each by [`Stream::finish`], which returns when all ranks have.

use super::collective::{barrier, split};
use super::{Comm, Patience, Tag};

/// A batch is sent when it has grown so long.
const BATCH_BYTES: usize = 128 << 10;

/// One stream, from one rank's end.
#[derive(Debug)]
pub struct Stream<'a> {
    comm: &'a dyn Comm,
    tag: Tag,
    /// For each rank the batch that grows.
    batches: Vec<Vec<u8>>,
    /// Ranks that will send nothing more.
    ended: usize,
}

/// The owner of a label, among this many.
pub fn owner(label: &[u8], owners: usize) -> usize {
    let digest = blake3::hash(label);
    let (start, _) = digest.as_bytes().split_first_chunk().expect("a digest has 32 bytes");
    (u64::from_le_bytes(*start) % owners as u64) as usize
}

impl<'a> Stream<'a> {
    /// A new stream; of one tag one at a time.
    pub fn new(comm: &'a dyn Comm, tag: Tag) -> Self {
        Self { comm, tag, batches: vec![Vec::new(); comm.size()], ended: 0 }
    }

    /// Sends an item to a rank, with others or at once.
    pub fn send(&mut self, to: usize, item: &[u8]) {
        let batch = &mut self.batches[to];
        batch.extend_from_slice(&(item.len() as u64).to_le_bytes());
        batch.extend_from_slice(item);
        if batch.len() >= BATCH_BYTES {
            let batch = std::mem::take(batch);
            self.comm.send(to, self.tag, &batch);
        }
    }

    /// Hands over what has come so far.
    pub fn take<E>(&mut self, mut see: impl FnMut(Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        while let Some((_, batch)) = self.comm.try_receive(self.tag) {
            self.ended += usize::from(batch.is_empty());
            split(&batch).into_iter().try_for_each(&mut see)?;
        }
        Ok(())
    }

    /// Sends what is left, and hands over all that comes until every rank has ended the stream. An
    /// error of `see` ends the hearing and not the listening: the first is returned when all have ended.
    pub fn finish<E>(mut self, mut see: impl FnMut(Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        for to in 0..self.comm.size() {
            let batch = std::mem::take(&mut self.batches[to]);
            if !batch.is_empty() {
                self.comm.send(to, self.tag, &batch);
            }
            self.comm.send(to, self.tag, &[]);
        }
        let mut first_error = Ok(());
        let mut patience = Patience::new();
        while self.ended < self.comm.size() {
            let before = self.ended;
            let taken = self.take(|item| if first_error.is_ok() { see(item) } else { Ok(()) });
            if taken.is_err() {
                first_error = taken;
            }
            if self.ended > before {
                patience = Patience::new();
            }
            if self.ended < self.comm.size() {
                patience.pause();
            }
        }
        // Nobody begins the next stream while somebody still listens to this one.
        barrier(self.comm);
        first_error
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::{Solo, team};
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as a stream wants it")]
    fn keep(got: &mut Vec<Vec<u8>>, item: Vec<u8>) -> Result<(), std::convert::Infallible> {
        got.push(item);
        Ok(())
    }

    fn talk(comm: &dyn Comm) -> Vec<Vec<u8>> {
        let mut got = Vec::new();
        for round in 0..3 {
            let mut stream = Stream::new(comm, Tag::Claims);
            for number in 0..2000_usize {
                let label = (number * 7 % 500).to_le_bytes();
                let mut item = label.to_vec();
                item.resize(8 + number % 40, comm.rank() as u8);
                stream.send(owner(&label, comm.size()), &item);
                if number % 100 == round {
                    stream.take(|item| keep(&mut got, item)).unwrap();
                }
            }
            stream.finish(|item| keep(&mut got, item)).unwrap();
        }
        got
    }

    #[test]
    fn each_label_comes_to_one_rank_and_nothing_is_lost() {
        assert_eq!(talk(&Solo::default()).len(), 3 * 2000);
        for size in [1, 2, 5] {
            let got = team::run(size, talk);
            assert_eq!(got.iter().map(Vec::len).sum::<usize>(), 3 * 2000 * size);
            let labels = got
                .iter()
                .map(|items| items.iter().map(|item| item[..8].to_vec()).collect::<BTreeSet<_>>());
            assert_eq!(labels.map(|labels| labels.len()).sum::<usize>(), 500, "each at one rank");
        }
    }

    #[test]
    fn an_error_of_one_rank_leaves_the_others_in_step() {
        let ends = team::run(3, |comm| {
            let mut stream = Stream::new(comm, Tag::Claims);
            (0..3).for_each(|to| stream.send(to, &[7]));
            let end = stream.finish(|_| if comm.rank() == 1 { Err("full") } else { Ok(()) });
            super::super::barrier(comm);
            end
        });
        assert_eq!(ends, [Ok(()), Err("full"), Ok(())]);
    }
}
