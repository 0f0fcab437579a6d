//! Files that no rank has yet: largest first. In memory a number and a size each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Most files of a chunk.
const MOST_FILES: usize = 32;
/// Most bytes of a chunk of several files.
const MOST_BYTES: u64 = 64 << 20;
/// A chunk is at most this part of what waits for each rank, so that at the end all have something.
const PARTS: usize = 3;

/// A file: its size, and its number, of which the smaller comes first.
type File = (u64, Reverse<u32>);

/// What waits, and for whom.
#[derive(Debug)]
pub enum Waiting {
    /// For whoever asks first.
    Shared(BinaryHeap<File>),
    /// For each rank its own list, in which the next comes first.
    Dealt(Vec<VecDeque<(u64, u32)>>),
}

impl Waiting {
    /// For whoever asks first.
    pub fn shared() -> Self {
        Self::Shared(BinaryHeap::new())
    }

    /// Deals files, which come in the order in which they are to be begun, to the ranks in turn.
    pub fn deal(files: impl Iterator<Item = (u64, u32)>, ranks: usize) -> Self {
        let mut lists = vec![VecDeque::new(); ranks];
        for (at, file) in files.enumerate() {
            lists[at % ranks].push_back(file);
        }
        Self::Dealt(lists)
    }

    /// How many wait for this rank, among others or alone.
    pub fn len_for(&self, rank: usize) -> usize {
        match self {
            Self::Shared(files) => files.len(),
            Self::Dealt(lists) => lists[rank].len(),
        }
    }

    /// Whether nothing waits for anybody.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Shared(files) => files.is_empty(),
            Self::Dealt(lists) => lists.iter().all(VecDeque::is_empty),
        }
    }

    /// Adds a file for whoever comes; one that was dealt and came back goes to the end of a list.
    pub fn add(&mut self, number: u32, bytes: u64, rank: usize) {
        match self {
            Self::Shared(files) => files.push((bytes, Reverse(number))),
            Self::Dealt(lists) => lists[rank].push_back((bytes, number)),
        }
    }

    /// The next chunk for a rank, where so many ranks share what waits.
    pub fn chunk(&mut self, rank: usize, sharers: usize) -> Vec<(u64, u32)> {
        let most = match self {
            Self::Shared(files) => files.len().div_ceil(PARTS * sharers.max(1)).min(MOST_FILES),
            Self::Dealt(_) => MOST_FILES,
        };
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while chunk.len() < most
            && let Some(next) = self.peek(rank)
            && (chunk.is_empty() || bytes + next <= MOST_BYTES)
        {
            bytes += next;
            chunk.extend(self.pop(rank));
        }
        chunk
    }

    fn peek(&self, rank: usize) -> Option<u64> {
        match self {
            Self::Shared(files) => files.peek().map(|(bytes, _)| *bytes),
            Self::Dealt(lists) => lists[rank].front().map(|(bytes, _)| *bytes),
        }
    }

    fn pop(&mut self, rank: usize) -> Option<(u64, u32)> {
        match self {
            Self::Shared(files) => files.pop().map(|(bytes, Reverse(number))| (bytes, number)),
            Self::Dealt(lists) => lists[rank].pop_front(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_come_first_and_ties_by_number() {
        let mut waiting = Waiting::shared();
        for (number, bytes) in [5, 9, 5, 1].into_iter().enumerate() {
            waiting.add(number as u32, bytes, 0);
        }
        let order: Vec<u32> =
            std::iter::from_fn(|| waiting.chunk(0, 100).first().map(|it| it.1)).collect();
        assert_eq!(order, [1, 0, 2, 3]);
        assert!(waiting.is_empty());
    }

    #[test]
    fn a_chunk_is_small_in_files_in_bytes_and_at_the_end() {
        let mut waiting = Waiting::shared();
        (0..10_000).for_each(|number| waiting.add(number, 1, 0));
        waiting.add(10_000, MOST_BYTES * 2, 0);
        waiting.add(10_001, MOST_BYTES / 2, 0);
        waiting.add(10_002, MOST_BYTES / 2 - 3, 0);
        assert_eq!(waiting.chunk(0, 4).len(), 1, "more than a chunk may have, but a file");
        let full = waiting.chunk(0, 4);
        assert_eq!(full.len(), 5, "two large ones and three bytes");
        assert_eq!(waiting.chunk(0, 4).len(), MOST_FILES);
        while waiting.len_for(0) > 24 {
            waiting.chunk(0, 4);
        }
        assert!(waiting.chunk(0, 4).len() <= 2, "all four have something at the end");
    }

    #[test]
    fn lists_are_dealt_in_turn_and_fewer_files_than_ranks_leave_empty_ones() {
        let mut dealt = Waiting::deal([(9, 2), (5, 0), (5, 1)].into_iter(), 2);
        assert_eq!(dealt.chunk(0, 2), [(9, 2), (5, 1)]);
        assert_eq!(dealt.chunk(1, 2), [(5, 0)]);
        assert!(dealt.is_empty());
        let dealt = Waiting::deal([(9, 2)].into_iter(), 3);
        assert_eq!((0..3).map(|rank| dealt.len_for(rank)).collect::<Vec<_>>(), [1, 0, 0]);
    }
}
