//! Units that start together: places for the members out, and from how they end what becomes of all. Either all
//! results stand or none.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use super::books::{Books, State};
use super::messages::{Gang, Meeting};
use super::sites::Site;
use super::supply::pause_after;
use crate::stage::Stopwatch;

/// A gang, on rank 0.
#[derive(Debug)]
pub(super) struct GangLead {
    /// The rank of each member.
    places: Vec<usize>,
    /// The number of each on its node.
    local_ranks: Vec<u32>,
    /// Where the first member is, as the others find it.
    address: String,
    step: Step,
    /// Since when it rests, and for how long.
    rests: Option<(Stopwatch, Duration)>,
    /// Members that have ended in this attempt.
    ended: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// All are to be started.
    Ready,
    /// They run, or wait for the others' end.
    Runs,
    /// What becomes of it was told; the rank's books are awaited.
    Told,
}

impl GangLead {
    /// Members go to the slots of the first ranks, so that they are on few nodes.
    pub(super) fn new(size: usize, sites: &[Site]) -> Self {
        let slots = sites.iter().enumerate().flat_map(|(rank, site)| vec![rank; site.slots]);
        let places: Vec<usize> = slots.take(size).collect();
        let mut on_node: BTreeMap<&str, u32> = BTreeMap::new();
        let mut next = |rank: &usize| {
            let count = on_node.entry(&sites[*rank].host).or_default();
            *count += 1;
            *count - 1
        };
        let local_ranks = places.iter().map(&mut next).collect();
        let is_on_one = on_node.len() == 1;
        let first = places.first().map_or("", |rank| &sites[*rank].host);
        let address = if is_on_one { "127.0.0.1".to_owned() } else { first.to_owned() };
        Self { places, local_ranks, address, step: Step::Ready, rests: None, ended: 0 }
    }

    /// The members to be started, with their ranks; once for each attempt.
    pub(super) fn start(&mut self) -> Vec<(usize, u32, Meeting)> {
        let is_resting = self.rests.is_some_and(|(since, pause)| since.elapsed() < pause);
        if self.step != Step::Ready || is_resting {
            return Vec::new();
        }
        (self.step, self.ended) = (Step::Runs, 0);
        let port = free_port();
        let members = self.places.iter().zip(&self.local_ranks).enumerate();
        let member = |(unit, (rank, local_rank)): (usize, (&usize, &u32))| {
            let meeting = Meeting { address: self.address.clone(), port, local_rank: *local_rank };
            (*rank, unit as u32, meeting)
        };
        members.map(member).collect()
    }

    /// Members have ended, well or not, or were never begun: what all are told, once it is known.
    pub(super) fn hear(&mut self, held: &[bool]) -> Option<Gang> {
        if self.step != Step::Runs {
            return None;
        }
        self.ended += held.len();
        let word = if held.contains(&false) {
            Gang::Drop
        } else if self.ended == self.places.len() {
            Gang::Keep
        } else {
            return None;
        };
        self.step = Step::Told;
        Some(word)
    }

    /// Once every member of this attempt is in the books: whether another attempt is made.
    pub(super) fn settle(&mut self, books: &mut Books, in_books: usize) {
        if self.step != Step::Told || in_books < self.places.len() {
            return;
        }
        if books.count(State::Failed) > 0 {
            books.give_up();
        } else if books.count(State::Open) > 0 {
            let most = (0..self.places.len() as u32).map(|unit| books.charged(unit)).max();
            books.reopen();
            self.step = Step::Ready;
            self.rests = Some((Stopwatch::start(), pause_after(most.unwrap_or(1))));
        }
    }
}

/// A port that nobody listens at; another program may yet take it before the member does.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("0.0.0.0", 0)).and_then(|it| it.local_addr());
    listener.map_or(29_500, |address| address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gang(size: usize, slots: &[(&str, usize)]) -> GangLead {
        let site = |(host, slots): &(&str, usize)| Site {
            host: (*host).to_owned(),
            slots: *slots,
            gpus: Vec::new(),
            local_rank: 0,
            boot: String::new(),
        };
        GangLead::new(size, &slots.iter().map(site).collect::<Vec<_>>())
    }

    #[test]
    fn members_fill_the_first_slots_and_know_their_number_on_the_node() {
        let mut gang = gang(5, &[("a", 2), ("a", 1), ("b", 4)]);
        let started = gang.start();
        let seen: Vec<_> = started
            .iter()
            .map(|(rank, unit, meeting)| (*rank, *unit, meeting.local_rank))
            .collect();
        assert_eq!(seen, [(0, 0, 0), (0, 1, 1), (1, 2, 2), (2, 3, 0), (2, 4, 1)]);
        assert!(started.iter().all(|it| it.2.address == "a" && it.2.port == started[0].2.port));
        assert!(gang.start().is_empty(), "once");
    }

    #[test]
    fn all_stand_or_none() {
        let mut gang = gang(3, &[("a", 3)]);
        assert_eq!(gang.start()[0].2.address, "127.0.0.1");
        assert_eq!(gang.hear(&[true]), None);
        assert_eq!(gang.hear(&[true, true]), Some(Gang::Keep));
        let mut gang = self::gang(3, &[("a", 3)]);
        gang.start();
        assert_eq!(gang.hear(&[true]), None);
        assert_eq!(gang.hear(&[false]), Some(Gang::Drop));
        assert_eq!(gang.hear(&[false]), None, "told once");
    }
}
