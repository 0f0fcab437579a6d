//! What waits for one copy. In go the records of all copies of the stage before, in the order in
//! which they come, and the ends of these copies; out they go one by one, then the end.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::record::Record;
use super::window::{Halt, Stopped};

/// A record and the rank that it has come from, which is given its room back.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) record: Record,
    pub(super) from: usize,
}

/// The input of a copy.
#[derive(Debug)]
pub(super) struct Inlet {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: VecDeque<Arrival>,
    /// Copies of the stage before that have not ended.
    senders: usize,
    /// The copy takes nothing more.
    is_closed: bool,
}

/// What came of looking.
#[derive(Debug)]
pub(super) enum Next {
    Record(Arrival),
    /// Nothing at the moment.
    Nothing,
    /// Nothing any more.
    End,
}

impl Inlet {
    /// For what so many copies send.
    pub(super) fn new(senders: usize) -> Self {
        let state = State { waiting: VecDeque::new(), senders, is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn put(&self, arrival: Arrival) {
        self.lock().waiting.push_back(arrival);
        self.changed.notify_one();
    }

    /// One of the copies of the stage before has ended, and all that it sent has been put.
    pub(super) fn end_one(&self) {
        let mut state = self.lock();
        state.senders = state.senders.saturating_sub(1);
        drop(state);
        self.changed.notify_one();
    }

    /// What is there now.
    pub(super) fn look(&self) -> Next {
        next(&mut self.lock())
    }

    /// Waits for the next record; none when there will be none.
    pub(super) fn wait(&self, halt: &Halt) -> Result<Option<Arrival>, Stopped> {
        let mut state = self.lock();
        loop {
            if halt.is_set() || state.is_closed {
                return Err(Stopped);
            }
            match next(&mut state) {
                Next::Record(arrival) => return Ok(Some(arrival)),
                Next::End => return Ok(None),
                Next::Nothing => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// The copy is over: who waits for it to go on is told so.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Lets the copy see that the halt is set.
    pub(super) fn wake(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn next(state: &mut State) -> Next {
    match state.waiting.pop_front() {
        Some(arrival) => Next::Record(arrival),
        None if state.senders == 0 => Next::End,
        None => Next::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_comes_when_all_senders_have_ended_and_all_is_taken() {
        let (inlet, halt) = (Inlet::new(2), Halt::default());
        let arrival = |byte: u8| Arrival { record: Record::new(vec![byte], ""), from: 0 };
        inlet.put(arrival(1));
        inlet.end_one();
        inlet.put(arrival(2));
        inlet.end_one();
        for expected in [1, 2] {
            let arrival = inlet.wait(&halt).unwrap().unwrap();
            assert_eq!(arrival.record.labels, [[expected]]);
        }
        assert!(matches!(inlet.look(), Next::End));
        assert!(inlet.wait(&halt).unwrap().is_none());
    }

    #[test]
    fn a_halt_ends_the_wait() {
        let (inlet, halt) = (Inlet::new(1), Halt::default());
        assert!(matches!(inlet.look(), Next::Nothing));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| inlet.wait(&halt).map(|arrival| arrival.is_some()));
            halt.set();
            inlet.wake();
            assert_eq!(waiting.join().unwrap(), Err(Stopped));
        });
    }
}
