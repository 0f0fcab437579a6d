//! The units as rank 0 gives them out: reports of ranks in, units for those that have room out. What has failed waits
//! for its pause and goes to another rank where there is one; what waits on a rank that does not get to it comes
//! back; a node that ran out of memory has fewer at once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use super::books::{Books, State};
use super::messages::{Done, Phase, Report};
use super::sites::Site;
use crate::stage::{Stopwatch, unix_s};
use crate::units::Ended;

/// The pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A unit that no other rank has taken for so long goes back to the rank at which it failed.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(60);
/// What waits on a rank for so long while others have nothing is asked back.
const STUCK: Duration = Duration::from_millis(500);

/// What rank 0 knows of a rank.
#[derive(Debug, Default)]
struct Hand {
    wanted: u64,
    given: u64,
    /// Units that it has and has not begun.
    spare: u32,
    /// Since when it has had units that it has not begun.
    waits: Option<Stopwatch>,
    is_recalled: bool,
    phase: Phase,
    /// Units that it may run at once.
    slots: usize,
}

impl Hand {
    fn room(&self) -> u64 {
        if self.phase == Phase::Working { self.wanted.saturating_sub(self.given) } else { 0 }
    }
}

/// A unit whose pause is over, and which is to be tried again.
#[derive(Debug)]
struct Ready {
    unit: u32,
    since: Stopwatch,
    /// The rank at which it failed.
    avoid: usize,
}

/// How many units a node may run at once.
#[derive(Debug)]
struct Node {
    ranks: Vec<usize>,
    all: usize,
    now: usize,
    /// When it was last halved, in seconds since 1970: what began before says nothing of it.
    halved_at_s: f64,
    halvings: u32,
    /// Successes since then, or since it last had one more.
    successes: usize,
}

/// Gives out the units.
#[derive(Debug)]
pub(super) struct Supply {
    waiting: VecDeque<u32>,
    /// Units that rest: until when, in time since the start; and the rank at which each failed.
    delayed: BinaryHeap<Reverse<(Duration, u32, usize)>>,
    ready: Vec<Ready>,
    started: Stopwatch,
    hands: Vec<Hand>,
    nodes: BTreeMap<String, Node>,
    slots: Vec<usize>,
    /// New numbers of slots, by rank, that are not told yet.
    news: Vec<Option<u32>>,
    /// Whether units start together, which is not seen to here.
    is_gang: bool,
}

impl Supply {
    /// Units in the order in which they are to be begun.
    pub(super) fn new(todo: Vec<u32>, sites: &[Site], is_gang: bool) -> Self {
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for (rank, site) in sites.iter().enumerate() {
            let node = nodes.entry(site.host.clone()).or_insert_with(|| Node {
                ranks: Vec::new(),
                all: 0,
                now: 0,
                halved_at_s: 0.0,
                halvings: 0,
                successes: 0,
            });
            node.ranks.push(rank);
            node.all += site.slots;
            node.now += site.slots;
        }
        Self {
            waiting: todo.into(),
            delayed: BinaryHeap::new(),
            ready: Vec::new(),
            started: Stopwatch::start(),
            hands: sites.iter().map(|it| Hand { slots: it.slots, ..Hand::default() }).collect(),
            nodes,
            slots: sites.iter().map(|site| site.slots).collect(),
            news: vec![None; sites.len()],
            is_gang,
        }
    }

    /// Takes in where a rank stands. The ended attempts are entered into the books.
    pub(super) fn hear(&mut self, rank: usize, report: &Report, books: &mut Books) {
        for done in &report.done {
            self.end(rank, done, books);
        }
        let hand = &mut self.hands[rank];
        // What was given does not count where it came back.
        if !self.is_gang {
            self.waiting.extend(&report.returned);
        }
        (hand.wanted, hand.spare) = (report.wanted, report.at_hand);
        hand.waits = match (report.at_hand, hand.waits) {
            (0, _) => None,
            (_, None) => Some(Stopwatch::start()),
            (_, since) => since,
        };
        if report.ends_recall {
            hand.is_recalled = false;
            hand.waits = None;
        }
        hand.phase = report.phase;
    }

    fn end(&mut self, rank: usize, done: &Done, books: &mut Books) {
        let Done { unit, attempt } = done;
        let (ended, host, start_s) =
            (attempt.ended.clone(), attempt.host.clone(), attempt.start_unix_s);
        let state = books.enter(*unit, attempt.clone());
        if ended == Ended::OutOfMemory && !self.is_gang {
            self.halve(&host, start_s);
        } else if ended.is_success() {
            self.recover(&host);
        }
        if state != State::Open || self.is_gang {
            return;
        }
        if ended == Ended::Interrupted {
            self.waiting.push_front(*unit);
            return;
        }
        let until = self.started.elapsed() + pause_after(books.charged(*unit));
        self.delayed.push(Reverse((until, *unit, rank)));
    }

    /// A node ran out of memory: half as many units at once, from now on.
    fn halve(&mut self, host: &str, start_s: f64) {
        let Some(node) = self.nodes.get_mut(host) else { return };
        // Several that ran together have one cause.
        if start_s < node.halved_at_s || node.now <= 1 {
            return;
        }
        node.now = (node.now / 2).max(1);
        (node.halved_at_s, node.successes) = (unix_s(), 0);
        node.halvings += 1;
        let (slots, all) = (node.now, node.all);
        tracing::warn!(host, slots, all, "a unit ran out of memory: fewer at once on its node");
        self.share(host);
    }

    /// A success on a node that was halved: after as many of them as it runs at once it may run one more.
    fn recover(&mut self, host: &str) {
        let Some(node) = self.nodes.get_mut(host).filter(|node| node.now < node.all) else {
            return;
        };
        node.successes += 1;
        if node.successes >= 2 * node.now {
            (node.now, node.successes) = (node.now + 1, 0);
            self.share(host);
        }
    }

    /// Shares what a node may run among its ranks.
    fn share(&mut self, host: &str) {
        let Some(node) = self.nodes.get(host) else { return };
        let mut left = node.now;
        for (at, rank) in node.ranks.iter().enumerate() {
            let fair = left.div_ceil(node.ranks.len() - at).min(self.slots[*rank]);
            left -= fair;
            self.news[*rank] = Some(fair as u32);
            self.hands[*rank].slots = fair;
        }
    }

    /// The number of slots that a rank has from now on, where it does not know yet.
    pub(super) fn new_slots(&mut self, rank: usize) -> Option<u32> {
        self.news[rank].take()
    }

    /// How often a node was halved.
    pub(super) fn halvings(&self, host: &str) -> u32 {
        self.nodes.get(host).map_or(0, |node| node.halvings)
    }

    /// The units that a rank gets now.
    pub(super) fn give(&mut self, rank: usize) -> Vec<u32> {
        let room = self.hands[rank].room();
        if room == 0 {
            return Vec::new();
        }
        let fit = self.fit().max(1);
        // All have something at the end.
        let fair = (self.waiting.len() / (2 * fit)).max(1);
        let mut units = Vec::new();
        self.wake();
        while (units.len() as u64) < room
            && let Some(at) = self.ready.iter().position(|it| it.is_for(rank, fit))
        {
            units.push(self.ready.swap_remove(at).unit);
        }
        while (units.len() as u64) < room && units.len() < fair {
            let Some(unit) = self.waiting.pop_front() else { break };
            units.push(unit);
        }
        self.hands[rank].given += units.len() as u64;
        units
    }

    /// Units whose pause is over are ready.
    fn wake(&mut self) {
        let now = self.started.elapsed();
        while let Some(Reverse((until, unit, avoid))) = self.delayed.peek().copied()
            && until <= now
        {
            self.delayed.pop();
            self.ready.push(Ready { unit, since: Stopwatch::start(), avoid });
        }
    }

    /// A rank that has units which it does not get to, while another has room and nothing waits here.
    pub(super) fn recall(&mut self) -> Option<usize> {
        if !self.waiting.is_empty() || !self.hands.iter().any(|hand| hand.room() > 0) {
            return None;
        }
        let is_stuck = |hand: &Hand| {
            hand.waits.is_some_and(|since| since.elapsed() > STUCK)
                && !hand.is_recalled
                && hand.room() == 0
                && hand.phase == Phase::Working
        };
        let stuck = self.hands.iter().enumerate().filter(|(_, hand)| is_stuck(hand));
        let rank = stuck.max_by_key(|(_, hand)| hand.spare)?.0;
        self.hands[rank].is_recalled = true;
        Some(rank)
    }

    /// How many ranks can run a unit.
    pub(super) fn fit(&self) -> usize {
        let can = |hand: &&Hand| hand.phase == Phase::Working && hand.slots > 0;
        self.hands.iter().filter(can).count()
    }
}

impl Ready {
    fn is_for(&self, rank: usize, fit: usize) -> bool {
        self.avoid != rank || fit == 1 || self.since.elapsed() >= WAIT_FOR_OTHERS
    }
}

/// How long a unit rests after so many attempts that count against it.
pub(super) fn pause_after(attempts: u32) -> Duration {
    (FIRST_PAUSE * 2_u32.pow(attempts.saturating_sub(1).min(16))).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::super::books::tests::{attempt, units};
    use super::*;
    use crate::ledger::UnitPast;

    fn sites(hosts: &[(&str, usize)]) -> Vec<Site> {
        let site = |(host, slots): &(&str, usize)| Site {
            host: (*host).to_owned(),
            slots: *slots,
            gpus: Vec::new(),
            local_rank: 0,
            boot: String::new(),
        };
        hosts.iter().map(site).collect()
    }

    fn books(count: usize, attempts: u32) -> Books {
        let folder = std::path::Path::new("/nowhere");
        Books::open(units(&vec![1; count]), UnitPast::default(), attempts, folder, false)
    }

    fn wants(wanted: u64) -> Report {
        Report { wanted, ..Report::default() }
    }

    fn ended(unit: u32, number: u32, ended: Ended) -> Report {
        let mut attempt = attempt(number, ended);
        attempt.start_unix_s = unix_s();
        Report { wanted: 99, done: vec![Done { unit, attempt }], ..Report::default() }
    }

    #[test]
    fn each_gets_what_it_has_room_for_and_all_have_something_at_the_end() {
        let mut books = books(100, 3);
        let mut supply = Supply::new(books.todo(), &sites(&[("a", 2), ("b", 2)]), false);
        assert!(supply.give(0).is_empty(), "it has not asked");
        supply.hear(0, &wants(64), &mut books);
        assert_eq!(supply.give(0).len(), 25, "a quarter");
        supply.hear(1, &wants(2), &mut books);
        assert_eq!(supply.give(1).len(), 2);
        assert!(supply.give(1).is_empty());
    }

    fn rest_is_over(supply: &mut Supply) {
        let rests = std::mem::take(&mut supply.delayed);
        let over = rests.into_iter().map(|Reverse((_, unit, rank))| (Duration::ZERO, unit, rank));
        supply.delayed = over.map(Reverse).collect();
    }

    #[test]
    fn what_failed_goes_to_another_rank_after_its_pause() {
        let mut books = books(1, 3);
        let mut supply = Supply::new(books.todo(), &sites(&[("a", 2), ("b", 2)]), false);
        supply.hear(0, &wants(1), &mut books);
        assert_eq!(supply.give(0), [0]);
        supply.hear(0, &ended(0, 1, Ended::Exited(1)), &mut books);
        supply.hear(1, &wants(1), &mut books);
        assert!(supply.give(0).is_empty() && supply.give(1).is_empty(), "the pause");
        rest_is_over(&mut supply);
        assert!(supply.give(0).is_empty(), "not where it failed");
        assert_eq!(supply.give(1), [0]);
        // Where the other can work no more it comes back.
        supply.hear(1, &ended(0, 2, Ended::Signal(11)), &mut books);
        rest_is_over(&mut supply);
        assert!(supply.give(1).is_empty());
        supply.hear(0, &Report { phase: Phase::Unfit, ..wants(99) }, &mut books);
        supply.hear(1, &wants(99), &mut books);
        assert_eq!(supply.give(1), [0]);
        supply.hear(1, &ended(0, 3, Ended::Lost), &mut books);
        assert_eq!(books.state(0), State::Failed);
        assert!(supply.delayed.is_empty() && supply.ready.is_empty());
    }

    #[test]
    fn pauses_double() {
        let mut books = books(1, 9);
        let mut supply = Supply::new(books.todo(), &sites(&[("a", 1)]), false);
        for (number, pause_s) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
            supply.hear(0, &ended(0, number, Ended::Exited(1)), &mut books);
            let Reverse((until, ..)) = supply.delayed.pop().unwrap();
            let pause_is = until.saturating_sub(supply.started.elapsed()).as_secs_f64();
            assert!((pause_is - f64::from(pause_s)).abs() < 0.9, "{pause_is} s");
        }
    }

    #[test]
    fn a_node_without_memory_has_half_the_slots_and_gets_them_back_one_by_one() {
        let mut books = books(100, 9);
        let mut supply = Supply::new(books.todo(), &sites(&[("a", 5), ("a", 3), ("b", 4)]), false);
        supply.hear(1, &ended(0, 1, Ended::OutOfMemory), &mut books);
        assert_eq!([0, 1, 2].map(|rank| supply.new_slots(rank)), [Some(2), Some(2), None]);
        let mut before = ended(1, 1, Ended::OutOfMemory);
        before.done[0].attempt.start_unix_s -= 10.0;
        supply.hear(0, &before, &mut books);
        assert_eq!(supply.new_slots(0), None, "it had begun before");
        assert_eq!((supply.halvings("a"), supply.halvings("b")), (1, 0));
        for unit in 2..10 {
            assert_eq!(supply.new_slots(0), None);
            supply.hear(0, &ended(unit, 1, Ended::Exited(0)), &mut books);
        }
        assert_eq!([0, 1].map(|rank| supply.new_slots(rank)), [Some(3), Some(2)]);
    }

    #[test]
    fn what_waits_on_a_busy_rank_is_asked_back_when_another_has_nothing() {
        let mut books = books(2, 3);
        let mut supply = Supply::new(books.todo(), &sites(&[("a", 1), ("b", 1)]), false);
        supply.hear(0, &wants(2), &mut books);
        while !supply.give(0).is_empty() {}
        supply.hear(0, &Report { at_hand: 1, running: 1, ..wants(2) }, &mut books);
        supply.hear(1, &wants(1), &mut books);
        assert_eq!(supply.recall(), None, "not at once");
        std::thread::sleep(STUCK + Duration::from_millis(10));
        assert_eq!(supply.recall(), Some(0));
        assert_eq!(supply.recall(), None, "once");
        let back = Report { returned: vec![1], ends_recall: true, running: 1, ..wants(2) };
        supply.hear(0, &back, &mut books);
        assert_eq!(supply.give(1), [1]);
    }
}
