//! Flow control of a stream: how much may be on its way from one rank to one copy, or wait there. In
//! go weights of records to be sent, out they go when there is room; what the copy has taken gives
//! room again.
//!
//! A sender waits for room at one copy only until that copy takes what it has, which depends on the
//! stages behind it alone. The last stage waits for nobody, so that somebody can always go on. A record
//! heavier than the whole window goes when the window is empty. Who waits is served in turn.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// All that a rank's threads stop for. Once set it stays.
#[derive(Debug, Default)]
pub(super) struct Halt(AtomicBool);

/// The chain has been stopped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stopped;

impl Halt {
    pub(super) fn set(&self) {
        self.0.store(true, SeqCst);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(SeqCst)
    }
}

/// The room of one stream.
#[derive(Debug)]
pub(super) struct Window {
    most: Load,
    state: Mutex<State>,
    changed: Condvar,
}

/// Records, and the bytes of their frames.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) bytes: u64,
    pub(super) records: u64,
}

impl Load {
    /// One record.
    pub(super) fn of_one(weight: u64) -> Self {
        Self { bytes: weight, records: 1 }
    }
}

impl std::ops::AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.records += other.records;
    }
}

#[derive(Debug, Default)]
struct State {
    used: Load,
    /// The number of the next who comes, and of the one who is served.
    next: u64,
    served: u64,
}

impl Window {
    /// Room for so much.
    pub(super) fn new(most: Load) -> Self {
        Self { most, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Takes room for a record, if there is some and nobody waits.
    pub(super) fn try_take(&self, weight: u64) -> bool {
        let mut state = self.lock();
        let is_free = state.next == state.served && self.has_room(&state, weight);
        if is_free {
            state.used += Load::of_one(weight);
        }
        is_free
    }

    /// Waits for room for a record and takes it.
    pub(super) fn take(&self, weight: u64, halt: &Halt) -> Result<(), Stopped> {
        let mut state = self.lock();
        let own = state.next;
        state.next += 1;
        while !halt.is_set() && (state.served != own || !self.has_room(&state, weight)) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.served += 1;
        state.used += Load::of_one(weight);
        drop(state);
        self.changed.notify_all();
        if halt.is_set() { Err(Stopped) } else { Ok(()) }
    }

    /// What a copy has taken gives room again.
    pub(super) fn give_back(&self, load: Load) {
        let mut state = self.lock();
        state.used.bytes = state.used.bytes.saturating_sub(load.bytes);
        state.used.records = state.used.records.saturating_sub(load.records);
        drop(state);
        self.changed.notify_all();
    }

    /// Lets those who wait see that the halt is set.
    pub(super) fn wake(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    fn has_room(&self, state: &State, weight: u64) -> bool {
        let Load { bytes, records } = state.used;
        records == 0 || (records < self.most.records && bytes + weight <= self.most.bytes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn there_is_room_for_so_much_and_for_one_record_of_any_weight() {
        let window = Window::new(Load { bytes: 10, records: 2 });
        assert!(window.try_take(100));
        assert!(!window.try_take(1));
        window.give_back(Load::of_one(100));
        assert!(window.try_take(5) && window.try_take(5));
        assert!(!window.try_take(0), "two records are the most");
        window.give_back(Load::of_one(5));
        assert!(!window.try_take(6) && window.try_take(5));
    }

    #[test]
    fn who_waits_goes_on_in_turn_and_a_halt_ends_the_wait() {
        let (window, halt) = (Window::new(Load { bytes: 10, records: 9 }), Halt::default());
        assert!(window.try_take(10));
        thread::scope(|scope| {
            let (done, ends) = mpsc::channel();
            let wait = |weight: u64| {
                let (window, halt, done) = (&window, &halt, done.clone());
                let before = window.lock().next;
                scope.spawn(move || done.send((weight, window.take(weight, halt))).unwrap());
                while window.lock().next == before {
                    thread::yield_now();
                }
            };
            wait(9);
            wait(1);
            wait(7);
            assert!(!window.try_take(0), "others were here before");
            window.give_back(Load { bytes: 10, records: 1 });
            let mut first = [ends.recv().unwrap(), ends.recv().unwrap()];
            first.sort_unstable_by_key(|(weight, _)| *weight);
            assert_eq!(first, [(1, Ok(())), (9, Ok(()))]);
            halt.set();
            window.wake();
            assert_eq!(ends.recv().unwrap(), (7, Err(Stopped)));
        });
    }
}
