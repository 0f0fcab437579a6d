//! What the threads of a runner share: the tasks that wait, the slots, and what is in each.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::gpus::Gpus;
use super::in_work::{InWork, Job, Known};
use super::load::Gate;
use super::protocol::send;
use super::{Event, How, Settings, Task, environment, slot};
use crate::stage::Stopwatch;

/// Shared by the threads.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) settings: Settings,
    /// What the attempt IDs begin with.
    name: String,
    /// The environment of all programs.
    pub(super) common: Vec<(OsString, OsString)>,
    state: Mutex<State>,
    /// A slot may have something to do.
    work: Condvar,
    /// The guard has something to look at.
    guard: Condvar,
    /// A program has left its slot.
    left: Condvar,
    words: Mutex<UnixStream>,
}

#[derive(Debug)]
pub(super) struct State {
    waiting: VecDeque<Task>,
    /// How many programs may run.
    slots: usize,
    pub(super) in_work: BTreeMap<u32, InWork>,
    gpus: Gpus,
    gate: Gate,
    phase: Phase,
    /// Threads for slots, and how many of them have nothing to do.
    threads: usize,
    idle: usize,
    /// Whether the guard waits to be woken.
    guard_sleeps: bool,
    attempts: u64,
    /// The counter of the kernel's kills: as it was last read, and the time before that.
    pub(super) kernel_kills: [u64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// No more is begun, and what runs is told to stop.
    Stopping,
    /// The rank is gone: all is killed.
    Closing,
}

impl Board {
    pub(super) fn new(settings: Settings, name: String, words: UnixStream) -> Self {
        let common = environment::common(std::env::vars_os(), settings.cpus_per_task);
        let state = State {
            waiting: VecDeque::new(),
            slots: settings.slots,
            in_work: BTreeMap::new(),
            gpus: Gpus::new(&settings),
            gate: Gate::new(settings.max_load),
            phase: Phase::Open,
            threads: 0,
            idle: 0,
            guard_sleeps: false,
            attempts: 0,
            kernel_kills: [super::memory::kernel_kills(); 2],
        };
        Self {
            settings,
            name,
            common,
            state: Mutex::new(state),
            work: Condvar::new(),
            guard: Condvar::new(),
            left: Condvar::new(),
            words: Mutex::new(words),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether all is to end at once, since nobody is left to hear of it.
    pub(super) fn is_closing(&self) -> bool {
        self.lock().phase == Phase::Closing
    }

    /// Tells the rank. One that does not listen is gone, which the end of its orders will tell.
    pub(super) fn say(&self, event: &Event) {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        send(&mut *words, event).ok();
    }

    /// Takes a task of the rank's.
    pub(super) fn enqueue(self: &Arc<Self>, task: Task) -> io::Result<()> {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            drop(state);
            self.say(&Event::Unbegun(task.id));
            return Ok(());
        }
        state.waiting.push_back(task);
        self.work.notify_one();
        self.staff(&mut state)
    }

    /// How many programs may run from now on.
    pub(super) fn set_slots(self: &Arc<Self>, slots: usize) -> io::Result<()> {
        let mut state = self.lock();
        state.slots = slots;
        self.work.notify_all();
        self.staff(&mut state)
    }

    /// Sees to it that there are threads for what waits. That some cannot be had is no error: the others do it.
    fn staff(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        while state.waiting.len() > state.idle && state.threads < state.slots {
            let board = self.clone();
            let thread = std::thread::Builder::new().name("slot".into());
            match thread.spawn(move || slot::work(&board)) {
                Err(error) if state.threads == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
            state.threads += 1;
            state.idle += 1;
        }
        Ok(())
    }

    /// A thread's first look for work; see [`Board::take`].
    pub(super) fn arrive(&self) {
        self.lock().idle -= 1;
    }

    /// Gives back what a slot had, waits for a task that may begin, and takes it. `None` when none will follow.
    pub(super) fn take(&self, done: Option<Job>) -> Option<Job> {
        let mut state = self.lock();
        if let Some(job) = done {
            state.in_work.remove(&job.slot);
            state.gpus.give_back(&job.gpus);
            if state.phase == Phase::Closing {
                self.left.notify_all();
            }
        }
        loop {
            if state.phase == Phase::Closing {
                return None;
            }
            if let Some(task) = state.next_task() {
                return Some(self.begin(&mut state, task));
            }
            if state.is_held() {
                // It may be in a long rest, and is to let this thread look again.
                state.guard_sleeps = false;
                self.guard.notify_one();
            }
            state.idle += 1;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn begin(&self, state: &mut State, task: Task) -> Job {
        // The first that is free.
        let taken = state.in_work.keys().zip(0..).take_while(|(slot, number)| *slot == number);
        let slot = taken.count() as u32;
        let gpus = state.gpus.take();
        state.attempts += 1;
        let attempt = format!("{}-{}", self.name, state.attempts);
        let in_work = InWork::new(task.id, attempt.clone());
        state.in_work.insert(slot, in_work);
        self.wake_guard(state);
        Job { task, slot, gpus, attempt }
    }

    /// A program runs: from here on the guard looks after it.
    pub(super) fn register(&self, slot: u32, leader: Pid) {
        let mut state = self.lock();
        let is_closing = state.phase == Phase::Closing;
        if let Some(it) = state.in_work.get_mut(&slot) {
            it.run(leader, if is_closing { Signal::KILL } else { Signal::TERM });
        }
    }

    /// The first process of a program has ended: its number must not be used by others any more. Returns what was
    /// known of it.
    pub(super) fn unregister(&self, slot: u32) -> Known {
        self.lock().in_work.get_mut(&slot).map(InWork::finish).unwrap_or_default()
    }

    /// What waits comes back.
    pub(super) fn take_back(&self) {
        let unbegun = std::mem::take(&mut self.lock().waiting);
        for task in unbegun {
            self.say(&Event::Unbegun(task.id));
        }
    }

    /// A task is told to stop, or not to begin. To one that has ended meanwhile nothing happens.
    pub(super) fn interrupt(&self, id: u64) {
        let mut state = self.lock();
        if let Some(at) = state.waiting.iter().position(|task| task.id == id) {
            state.waiting.remove(at);
            drop(state);
            return self.say(&Event::Unbegun(id));
        }
        let its = state.in_work.values_mut().filter(|it| it.task == id);
        its.for_each(|it| it.end(Signal::TERM, How::Interrupted));
        self.guard.notify_one();
    }

    /// All that runs is told to stop; what waits will not be begun.
    pub(super) fn stop(&self) {
        let mut state = self.lock();
        if state.phase != Phase::Open {
            return;
        }
        state.phase = Phase::Stopping;
        state.in_work.values_mut().for_each(|it| it.end(Signal::TERM, How::Interrupted));
        // The time that they are given may be shorter than its rest.
        self.guard.notify_one();
        drop(state);
        self.take_back();
    }

    /// Kills all that runs, also what is just being started, and waits until it has ended, for so long. Returns
    /// whether it has.
    pub(super) fn close(&self, patience: Duration) -> bool {
        let waiting = Stopwatch::start();
        let mut state = self.lock();
        state.phase = Phase::Closing;
        state.in_work.values_mut().for_each(|it| it.end(Signal::KILL, How::Interrupted));
        self.work.notify_all();
        while !state.in_work.is_empty() && waiting.elapsed() < patience {
            let left = patience.saturating_sub(waiting.elapsed());
            let wait = self.left.wait_timeout(state, left);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
        state.in_work.is_empty()
    }

    /// There is something to guard, after there was nothing.
    fn wake_guard(&self, state: &mut State) {
        if std::mem::take(&mut state.guard_sleeps) {
            self.guard.notify_one();
        }
    }

    /// Sleeps for so long, or while there is nothing to guard: then `true`.
    pub(super) fn rest<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        tick: Duration,
    ) -> (MutexGuard<'a, State>, bool) {
        if state.in_work.is_empty() && !state.is_held() {
            state.guard_sleeps = true;
            let asleep = |state: &mut State| state.guard_sleeps;
            let state = self.guard.wait_while(state, asleep);
            return (state.unwrap_or_else(PoisonError::into_inner), true);
        }
        let wait = self.guard.wait_timeout(state, tick);
        (wait.unwrap_or_else(PoisonError::into_inner).0, false)
    }

    /// Lets those look again who wait for the load to fall.
    pub(super) fn open_gate(&self, state: &mut State) {
        if state.is_held() {
            state.gate.open();
            self.work.notify_all();
        }
    }
}

impl State {
    /// Whether something waits for the load to fall.
    pub(super) fn is_held(&self) -> bool {
        self.gate.is_shut() && !self.waiting.is_empty()
    }

    /// The next task, if it may begin now.
    fn next_task(&mut self) -> Option<Task> {
        let is_free = self.in_work.len() < self.slots && self.gpus.suffice();
        let is_wanted = self.phase == Phase::Open && !self.waiting.is_empty();
        // The gate last: it looks at the load.
        let may_begin = is_wanted && is_free && self.gate.lets_in();
        may_begin.then(|| self.waiting.pop_front()).flatten()
    }
}
