//! What rank 0 knows of the work of all: which files wait, how many each rank has, who asks for more, who
//! can work no more. Files come back from a rank that cannot work, from one that has too many when others
//! have none, and one by one where a rank could not read them: those another rank tries.

use super::Waiting;

/// A file for a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The number of the file.
    pub number: u32,
    /// Whether another rank has tried to read it, so that what comes of it now is final.
    pub is_last_try: bool,
}

/// What a rank has.
#[derive(Debug, Clone, Copy, Default)]
struct Hand {
    /// Files that it was given and that have not come back.
    given: u64,
    /// Of these, done for good.
    done: u64,
    /// Requests that it has made, and that were answered.
    requests: u32,
    answered: u32,
    /// Files that it has not begun, as it last said.
    spare: u32,
    /// Whether some of them were asked back, and the answer has not come.
    is_recalled: bool,
    is_unfit: bool,
}

impl Hand {
    fn wants(&self) -> bool {
        !self.is_unfit && self.requests > self.answered
    }
}

/// Gives out the work.
#[derive(Debug)]
pub struct Dispatcher {
    waiting: Waiting,
    hands: Vec<Hand>,
    /// Files that a rank could not read, and that rank.
    unread: Vec<(u32, u64, usize)>,
    /// Whether all files are known.
    is_complete: bool,
    /// Whether nothing was waiting once all were known.
    is_scarce: bool,
}

impl Dispatcher {
    /// For so many ranks.
    pub fn new(waiting: Waiting, ranks: usize) -> Self {
        let hands = vec![Hand::default(); ranks];
        Self { waiting, hands, unread: Vec::new(), is_complete: false, is_scarce: false }
    }

    /// A file was found.
    pub fn add(&mut self, number: u32, bytes: u64) {
        self.waiting.add(number, bytes, 0);
    }

    /// A rank has files that never waited here.
    pub fn hand_over(&mut self, rank: usize, files: usize) {
        self.hands[rank].given += files as u64;
    }

    /// No more files will be found.
    pub fn complete(&mut self) {
        self.is_complete = true;
    }

    /// A rank tells where it stands: its requests and the files that it has done, from the start on, and
    /// the files that it has not begun.
    pub fn hear(&mut self, rank: usize, requests: u32, done: u64, spare: u32) {
        let hand = &mut self.hands[rank];
        (hand.requests, hand.done, hand.spare) = (requests, done, spare);
    }

    /// Files that a rank was given come back undone.
    pub fn take_back(&mut self, rank: usize, files: impl Iterator<Item = (u32, u64)>) {
        for (number, bytes) in files {
            self.hands[rank].given -= 1;
            self.waiting.add(number, bytes, rank);
        }
    }

    /// A rank has answered a recall, with however many files.
    pub fn end_recall(&mut self, rank: usize) {
        self.hands[rank].is_recalled = false;
    }

    /// A rank could not read a file: another one is to try.
    pub fn take_unread(&mut self, rank: usize, number: u32, bytes: u64) {
        self.hands[rank].given -= 1;
        self.unread.push((number, bytes, rank));
    }

    /// A rank can work no more.
    pub fn lose(&mut self, rank: usize) {
        self.hands[rank].is_unfit = true;
    }

    /// The ranks that can work.
    pub fn fit(&self) -> usize {
        self.hands.iter().filter(|hand| !hand.is_unfit).count()
    }

    /// The next chunk for a rank that wants one; empty where there is none for it now.
    pub fn chunk(&mut self, rank: usize) -> Vec<Given> {
        if !self.hands[rank].wants() {
            return Vec::new();
        }
        let fit = self.fit();
        let mut chunk = Vec::new();
        self.unread.retain(|(number, _, from)| {
            let is_for_it = *from != rank || fit == 1;
            if is_for_it {
                chunk.push(Given { number: *number, is_last_try: true });
            }
            !is_for_it
        });
        if !self.yields(rank) {
            let files = self.waiting.chunk(rank, fit).into_iter();
            chunk.extend(files.map(|(_, number)| Given { number, is_last_try: false }));
        }
        let hand = &mut self.hands[rank];
        hand.given += chunk.len() as u64;
        if !chunk.is_empty() {
            hand.answered = hand.requests;
        }
        chunk
    }

    /// Whether a rank with files in work lets one go first that has none: at the end there is not enough for all.
    fn yields(&self, rank: usize) -> bool {
        let is_idle = |hand: &Hand| hand.given == hand.done;
        let is_shared = !matches!(self.waiting, Waiting::Dealt(_));
        let waits = |hand: &Hand| is_idle(hand) && hand.wants() && !hand.is_unfit;
        self.is_scarce && is_shared && !is_idle(&self.hands[rank]) && self.hands.iter().any(waits)
    }

    /// The rank that is to give some of its files back, where another one has nothing to do.
    pub fn recall(&mut self) -> Option<usize> {
        let is_dealt = matches!(self.waiting, Waiting::Dealt(_));
        let somebody_waits = self.hands.iter().any(|hand| hand.wants() && hand.given == hand.done);
        if is_dealt || !self.waiting.is_empty() || !somebody_waits {
            return None;
        }
        let hands = self.hands.iter_mut().enumerate();
        let able = hands.filter(|(_, hand)| hand.spare > 0 && !hand.is_recalled && !hand.is_unfit);
        let (rank, hand) = able.max_by_key(|(_, hand)| hand.spare)?;
        (hand.is_recalled, hand.spare) = (true, 0);
        Some(rank)
    }

    /// Whether what waits has run out, so that a rank is to keep back what it need not begin. It stays so when
    /// files come back.
    pub fn is_scarce(&mut self) -> bool {
        self.is_scarce |= self.is_complete && self.waiting.is_empty();
        self.is_scarce
    }

    /// Whether every file is done.
    pub fn is_over(&self) -> bool {
        let is_done = |hand: &Hand| hand.given == hand.done;
        self.is_complete
            && self.waiting.is_empty()
            && self.unread.is_empty()
            && self.hands.iter().all(is_done)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rank_that_cannot_work_gives_its_files_to_the_others() {
        let mut work = Dispatcher::new(Waiting::shared(), 2);
        (0..8).for_each(|number| work.add(number, 1));
        work.complete();
        work.hear(0, 1, 0, 0);
        let lost = work.chunk(0);
        assert!(!lost.is_empty() && work.chunk(0).is_empty(), "one chunk for one request");
        work.lose(0);
        work.take_back(0, lost.iter().map(|given| (given.number, 1)));
        let mut done = 0;
        while !work.is_over() {
            work.hear(1, done as u32 + 1, done, 0);
            done += work.chunk(1).len() as u64;
            work.hear(1, done as u32, done, 0);
        }
        assert_eq!((done, work.fit()), (8, 1));
    }

    #[test]
    fn what_one_rank_cannot_read_another_tries_and_its_word_is_final() {
        let mut work = Dispatcher::new(Waiting::shared(), 2);
        work.add(7, 1);
        work.complete();
        work.hear(0, 1, 0, 0);
        assert_eq!(work.chunk(0), [Given { number: 7, is_last_try: false }]);
        work.take_unread(0, 7, 1);
        work.hear(0, 2, 0, 0);
        assert!(work.chunk(0).is_empty() && !work.is_over());
        work.hear(1, 1, 0, 0);
        assert_eq!(work.chunk(1), [Given { number: 7, is_last_try: true }]);
        work.hear(1, 1, 1, 0);
        assert!(work.is_over());
    }

    #[test]
    fn a_file_that_the_only_rank_cannot_read_is_tried_by_it_again() {
        let mut work = Dispatcher::new(Waiting::shared(), 2);
        work.add(7, 1);
        work.complete();
        work.hear(0, 1, 0, 0);
        work.chunk(0);
        work.take_unread(0, 7, 1);
        work.lose(1);
        work.hear(0, 2, 0, 0);
        assert_eq!(work.chunk(0), [Given { number: 7, is_last_try: true }]);
    }

    #[test]
    fn what_comes_back_goes_to_who_has_nothing() {
        let mut work = Dispatcher::new(Waiting::shared(), 3);
        (0..2).for_each(|number| work.add(number, 1));
        work.complete();
        work.hear(0, 1, 0, 0);
        assert_eq!(work.chunk(0).len(), 1);
        work.hear(1, 1, 0, 0);
        assert_eq!(work.chunk(1).len(), 1);
        assert!(work.is_scarce());
        work.take_back(1, std::iter::once((1, 1)));
        work.hear(0, 2, 0, 0);
        work.hear(2, 1, 0, 0);
        assert!(work.chunk(0).is_empty(), "it has one in work, and another has none");
        assert_eq!(work.chunk(2), [Given { number: 1, is_last_try: false }]);
    }

    #[test]
    fn who_has_too_many_is_asked_once_for_some() {
        let mut work = Dispatcher::new(Waiting::shared(), 3);
        (0..3).for_each(|number| work.add(number, 1));
        work.complete();
        for rank in 0..2 {
            work.hear(rank, 1, 0, 0);
            assert_eq!(work.chunk(rank).len(), 1);
        }
        work.hear(0, 2, 0, 0);
        assert_eq!(work.chunk(0).len(), 1);
        work.hear(0, 2, 0, 2);
        work.hear(1, 1, 0, 1);
        assert_eq!(work.recall(), None, "nobody has nothing");
        work.hear(2, 1, 0, 0);
        assert_eq!(work.recall(), Some(0));
        assert_eq!(work.recall(), Some(1));
        assert_eq!(work.recall(), None);
    }

    proptest! {
        /// Ranks that work, rest, fail to read, lose heart and give back, in any order.
        #[test]
        fn every_file_is_done_once(
            files in 0..300_u32, ranks in 1..6_usize, dealt in any::<bool>(),
            acts in prop::collection::vec((any::<prop::sample::Index>(), 0..20_u8), 0..600),
        ) {
            let all = || (0..files).map(|number| (u64::from(number % 7), number));
            let waiting = if dealt { Waiting::deal(all(), ranks) } else { Waiting::shared() };
            let mut work = Dispatcher::new(waiting, ranks);
            if !dealt {
                all().for_each(|(bytes, number)| work.add(number, bytes));
            }
            work.complete();
            let mut hands: Vec<Vec<Given>> = vec![Vec::new(); ranks];
            let (mut done, mut requests, mut unfit) = (BTreeSet::new(), vec![0; ranks], vec![false; ranks]);
            let mut counts = vec![0_u64; ranks];
            let quiet = std::iter::repeat((None, 0));
            let acts = acts.into_iter().map(|(rank, act)| (Some(rank), act)).chain(quiet);
            for (at, (rank, act)) in acts.enumerate().take(600 + 4000) {
                let rank = rank.map_or(at % ranks, |rank| rank.index(ranks));
                match act {
                    1 if !dealt && unfit.iter().filter(|it| !**it).count() > 1 => {
                        unfit[rank] = true;
                        work.lose(rank);
                        work.take_back(rank, hands[rank].drain(..).map(|it| (it.number, u64::from(it.number % 7))));
                    }
                    2 if !dealt => if let Some(it) = hands[rank].pop() {
                        if it.is_last_try { hands[rank].push(it) } else { work.take_unread(rank, it.number, 1) }
                    },
                    3 => if let Some(rank) = work.recall() {
                        let half = hands[rank].len() / 2;
                        work.take_back(rank, hands[rank].drain(..half).map(|it| (it.number, 1)));
                        work.end_recall(rank);
                    },
                    _ if !unfit[rank] => {
                        if let Some(it) = hands[rank].pop() {
                            prop_assert!(done.insert(it.number), "{} is done twice", it.number);
                            counts[rank] += 1;
                        } else {
                            requests[rank] += 1;
                        }
                    }
                    _ => {}
                }
                work.hear(rank, requests[rank], counts[rank], hands[rank].len() as u32);
                hands[rank].extend(work.chunk(rank));
                if work.is_over() {
                    break;
                }
            }
            prop_assert!(work.is_over());
            prop_assert_eq!(done.len(), files as usize);
        }
    }
}
