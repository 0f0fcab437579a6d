//! How records come to the copies of a stage. In goes a record of one sending copy, out come the
//! copies of the next stage that get it, and what each of them gets.

use super::record::Record;
use crate::comm::stream;

/// How records of the stage before come to the copies of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// To one copy after the other; each sending copy begins at another.
    #[default]
    RoundRobin,
    /// To a copy that follows from the seed, the sending stage and copy, and how many it has sent.
    Random {
        /// Another seed deals otherwise.
        seed: u64,
    },
    /// To every copy.
    Broadcast,
    /// To the copy that owns its first label.
    Labeled,
    /// Once for each of its labels to the copy that owns it, with that label alone.
    Selective,
}

impl Policy {
    /// As it is written in the file of a chain.
    pub fn name(self) -> &'static str {
        match self {
            Self::RoundRobin => "round-robin",
            Self::Random { .. } => "random",
            Self::Broadcast => "broadcast",
            Self::Labeled => "labeled",
            Self::Selective => "selective",
        }
    }
}

/// A record that has no label, where its way follows from one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unlabeled;

/// Deals the records of one copy.
#[derive(Debug)]
pub(super) struct Dealer {
    policy: Policy,
    /// Numbers of the sending stage and copy.
    sender: (usize, usize),
    copies: usize,
    sent: u64,
}

impl Dealer {
    /// For the records that a copy sends to a stage of so many copies.
    pub(super) fn new(policy: Policy, sender: (usize, usize), copies: usize) -> Self {
        Self { policy, sender, copies, sent: 0 }
    }

    /// Gives each of the copies in turn what is due to it. A record that several get comes as one
    /// call with all of them, in ascending order.
    pub(super) fn deal<E>(
        &mut self,
        record: Record,
        mut give: impl FnMut(&[usize], Record) -> Result<(), E>,
    ) -> Result<Result<(), Unlabeled>, E> {
        let count = self.sent;
        self.sent += 1;
        match self.policy {
            Policy::RoundRobin => {
                let copies = self.copies as u64;
                give(&[((count + self.sender.1 as u64) % copies) as usize], record)?;
            }
            Policy::Random { seed } => give(&[self.draw(seed, count)], record)?,
            Policy::Broadcast => give(&(0..self.copies).collect::<Vec<_>>(), record)?,
            Policy::Labeled => match record.labels.first() {
                Some(label) => give(&[stream::owner(label, self.copies)], record)?,
                None => return Ok(Err(Unlabeled)),
            },
            Policy::Selective if record.labels.is_empty() => return Ok(Err(Unlabeled)),
            Policy::Selective => {
                let Record { labels, body } = record;
                for label in labels {
                    let owner = stream::owner(&label, self.copies);
                    give(&[owner], Record { labels: vec![label], body: body.clone() })?;
                }
            }
        }
        Ok(Ok(()))
    }

    /// By a hash, so that a draw follows from its number and not from those before it.
    fn draw(&self, seed: u64, count: u64) -> usize {
        let numbers = [seed, self.sender.0 as u64, self.sender.1 as u64, count];
        stream::owner(&numbers.map(u64::to_le_bytes).concat(), self.copies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The copies that each of `count` records goes to.
    fn dealt(policy: Policy, sender: (usize, usize), count: usize) -> Vec<Vec<usize>> {
        let mut dealer = Dealer::new(policy, sender, 4);
        let one = |number: usize| {
            let mut to = Vec::new();
            let record = Record::new(vec![number as u8 % 7], "");
            let give = |copies: &[usize], _| {
                to.extend_from_slice(copies);
                Ok::<(), ()>(())
            };
            dealer.deal(record, give).unwrap().unwrap();
            to
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn round_robin_begins_at_another_copy_for_each_sender() {
        assert_eq!(dealt(Policy::RoundRobin, (0, 0), 5), [[0], [1], [2], [3], [0]]);
        assert_eq!(dealt(Policy::RoundRobin, (0, 3), 2), [[3], [0]]);
    }

    #[test]
    fn random_is_the_same_again_and_another_for_another_seed_or_sender() {
        let random = |seed, sender| dealt(Policy::Random { seed }, sender, 4000);
        let first = random(1, (0, 0));
        assert_eq!(first, random(1, (0, 0)));
        assert_ne!(first, random(2, (0, 0)));
        assert_ne!(first, random(1, (0, 1)));
        assert_ne!(first, random(1, (1, 0)));
        for copy in 0..4 {
            let share = first.iter().filter(|to| **to == [copy]).count();
            assert!((800..1200).contains(&share), "copy {copy} has {share} of 4000");
        }
    }

    #[test]
    fn a_label_always_goes_to_its_owner() {
        let labeled = dealt(Policy::Labeled, (0, 0), 70);
        assert!((7..70).all(|at| labeled[at] == labeled[at - 7]));
        assert_eq!(labeled, dealt(Policy::Labeled, (5, 2), 70));
    }

    #[test]
    fn a_selective_record_comes_with_one_label_at_a_time() {
        let record =
            Record { labels: vec![b"a".into(), b"b".into(), b"a".into()], body: "x".into() };
        let mut given = Vec::new();
        let give = |to: &[usize], record| {
            given.push((to.to_vec(), record));
            Ok::<(), ()>(())
        };
        Dealer::new(Policy::Selective, (0, 0), 4).deal(record, give).unwrap().unwrap();
        let expected = [b"a", b"b", b"a"]
            .map(|label| (vec![stream::owner(label, 4)], Record::new(label.to_vec(), "x")));
        assert_eq!(given, expected);
    }

    #[test]
    fn a_record_without_a_label_has_no_owner() {
        for policy in [Policy::Labeled, Policy::Selective] {
            let dealt = Dealer::new(policy, (0, 0), 2)
                .deal(Record { labels: Vec::new(), body: "x".into() }, |_, _| Ok::<(), ()>(()));
            assert_eq!(dealt, Ok(Err(Unlabeled)));
        }
    }
}
