//! Ranks that are threads of this process, for tests and where there is no MPI. In goes the work
//! of a rank, out come the results of all, in rank order.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use super::inbox::Inbox;
use super::{Comm, Tag};

/// What a rank tells another.
enum Letter {
    Message { from: usize, tag: Tag, message: Vec<u8> },
    Left { from: usize, panicked: bool },
}

#[derive(Debug)]
struct Teammate {
    rank: usize,
    letters: Receiver<Letter>,
    /// To every rank; the one to itself is not used.
    letterboxes: Vec<Sender<Letter>>,
    inbox: RefCell<Inbox>,
    left: Vec<Cell<bool>>,
}

/// Runs `work` as `size` ranks, each on its own thread; the results are in rank order.
///
/// # Panics
///
/// When a rank panics. The others then panic too where they next receive, so that none hangs, and
/// the panic that came first is passed on. A rank that waits for one that has returned panics.
///
/// ```
/// use sauva::comm::{self, team};
///
/// let sizes = team::run(3, |comm| comm::all_gather(comm, vec![7; comm.rank()]).len());
/// assert_eq!(sizes, [3, 3, 3]);
/// ```
pub fn run<T: Send>(size: usize, work: impl Fn(&dyn Comm) -> T + Sync) -> Vec<T> {
    let first_panic = Mutex::new(None);
    let results: Vec<Option<T>> = std::thread::scope(|scope| {
        let threads: Vec<_> = form(size)
            .into_iter()
            .map(|teammate| scope.spawn(|| run_one(teammate, &work, &first_panic)))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    });
    if let Some(panic) = first_panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
        resume_unwind(panic);
    }
    results.into_iter().flatten().collect()
}

fn run_one<T>(
    teammate: Teammate,
    work: impl Fn(&dyn Comm) -> T,
    first_panic: &Mutex<Option<Box<dyn Any + Send>>>,
) -> Option<T> {
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&teammate)));
    // The panic is kept before the others hear of it: theirs must not come first.
    let (result, panicked) = match outcome {
        Ok(result) => (Some(result), false),
        Err(panic) => {
            first_panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(panic);
            (None, true)
        }
    };
    teammate.leave(panicked);
    result
}

fn form(size: usize) -> Vec<Teammate> {
    assert!(size > 0, "a team has at least one rank");
    let (letterboxes, letters): (Vec<_>, Vec<_>) = (0..size).map(|_| channel()).unzip();
    letters
        .into_iter()
        .enumerate()
        .map(|(rank, letters)| Teammate {
            rank,
            letters,
            letterboxes: letterboxes.clone(),
            inbox: RefCell::default(),
            left: vec![Cell::new(false); size],
        })
        .collect()
}

impl Teammate {
    fn open(&self, letter: Letter) {
        match letter {
            Letter::Message { from, tag, message } => {
                self.inbox.borrow_mut().put(from, tag, message);
            }
            Letter::Left { from, panicked: false } => self.left[from].set(true),
            Letter::Left { from, panicked: true } => panic!("rank {from} has panicked"),
        }
    }

    fn leave(self, panicked: bool) {
        for letterbox in &self.letterboxes {
            // A rank that has left before needs no word.
            let _ = letterbox.send(Letter::Left { from: self.rank, panicked });
        }
    }
}

impl Comm for Teammate {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.letterboxes.len()
    }

    fn size_on_node(&self) -> usize {
        self.size()
    }

    fn send(&self, to: usize, tag: Tag, message: &[u8]) {
        let letter = Letter::Message { from: self.rank, tag, message: message.to_vec() };
        // The receiver may have returned, as over MPI: what it did not want is lost.
        let _ = self.letterboxes[to].send(letter);
    }

    fn receive(&self, from: usize, tag: Tag) -> Vec<u8> {
        loop {
            if let Some(message) = self.inbox.borrow_mut().take_from(from, tag) {
                return message;
            }
            assert!(!self.left[from].get(), "rank {from} has ended without sending {tag:?}");
            let letter = self.letters.recv().expect("this rank holds a sender to itself");
            self.open(letter);
        }
    }

    fn try_receive(&self, tag: Tag) -> Option<(usize, Vec<u8>)> {
        while let Ok(letter) = self.letters.try_recv() {
            self.open(letter);
        }
        self.inbox.borrow_mut().take_any(tag)
    }

    fn abort(&self, code: i32) -> ! {
        panic!("rank {} has aborted with code {code}", self.rank);
    }

    fn finish(self: Box<Self>) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic_text(panic: &(dyn Any + Send)) -> &str {
        panic.downcast_ref::<&str>().copied().unwrap_or_default()
    }

    #[test]
    fn results_are_in_rank_order() {
        assert_eq!(run(5, |comm| (comm.rank(), comm.size())).len(), 5);
        assert_eq!(run(3, |comm| comm.rank()), [0, 1, 2]);
    }

    #[test]
    fn a_rank_may_send_to_itself() {
        let got = run(2, |comm| {
            comm.send(comm.rank(), Tag::Report, &[comm.rank() as u8]);
            comm.receive(comm.rank(), Tag::Report)
        });
        assert_eq!(got, [[0], [1]]);
    }

    #[test]
    fn rank_0_serves_whoever_asks() {
        let served = run(4, |comm| {
            if comm.rank() > 0 {
                comm.send(0, Tag::Report, &[]);
                return comm.receive(0, Tag::Order).len();
            }
            let mut served = 0;
            while served < 3 {
                match comm.try_receive(Tag::Report) {
                    Some((from, _)) => {
                        comm.send(from, Tag::Order, &vec![0; from]);
                        served += 1;
                    }
                    None => std::thread::yield_now(),
                }
            }
            0
        });
        assert_eq!(served, [0, 1, 2, 3]);
    }

    #[test]
    fn the_first_panic_is_passed_on_and_nobody_hangs() {
        let panic = catch_unwind(|| {
            run(4, |comm| match comm.rank() {
                0 => drop(comm.receive(1, Tag::Gather)),
                1 => panic!("the cause"),
                2 => drop(comm.receive(0, Tag::Broadcast)),
                _ => while comm.try_receive(Tag::Report).is_none() {},
            })
        })
        .unwrap_err();
        assert_eq!(panic_text(&*panic), "the cause");
    }

    #[test]
    #[should_panic(expected = "rank 1 has ended without sending Gather")]
    fn waiting_for_a_rank_that_returned_panics() {
        run(2, |comm| {
            if comm.rank() == 0 {
                comm.receive(1, Tag::Gather);
            }
        });
    }
}
