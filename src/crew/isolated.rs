//! The crew in a worker process, guarded. A file that crashes, hangs or eats memory ends the worker;
//! the files that were in work then run again, each alone, and the one at which the worker dies again
//! is told as its own undoing. A worker that ran out of memory is followed by one of half the threads.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use zeroize::Zeroizing;

use super::orders::Orders;
use super::pool::Event;
use super::protocol::{Begin, Word};
use super::worker::WorkerProcess;
use super::{Crew, Farewell, Finished};
use crate::deident::Key;
use crate::manifest::FileEntry;
use crate::pipeline::Processed;
use crate::record::{Failure, Outcome};
use crate::stage::Stopwatch;

mod death;
mod running;

use death::Cause;
use running::{Estate, Running};

/// How often the time limits are looked at.
const TICK: Duration = Duration::from_millis(100);
/// Pause before the worker that follows one out of memory: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Who has not looked for so long was suspended, and the worker with it.
const LONGEST_NAP: Duration = Duration::from_secs(5);
/// Workers in a row that may die before they have begun a file.
const MOST_STILLBORN: u32 = 3;
/// How often a worker is killed from outside with a file alone in it until the file is blamed.
const MOST_KILLED: u32 = 3;
/// What one file may use, and the worker as a whole.
#[derive(Debug, Clone, Copy)]
pub struct TaskLimits {
    /// Time that may pass while a file is in work.
    pub wall: Duration,
    /// Processor time that a file may take.
    pub cpu: Duration,
    /// Memory of the worker, in bytes.
    pub memory_bytes: u64,
}

/// Runs the pipeline in a worker process.
#[derive(Debug)]
pub struct Isolated {
    orders: Orders,
    key: Key,
    limits: TaskLimits,
    /// Threads as long as memory lasts, and now.
    all_threads: usize,
    threads: usize,
    worker: Option<Running>,
    /// Given and not yet sent.
    waiting: VecDeque<FileEntry>,
    /// To be run again, one at a time.
    suspects: VecDeque<FileEntry>,
    /// Whether the file in hand is there alone because it is suspect.
    alone: bool,
    ready: VecDeque<Finished>,
    stillborn: u32,
    pause: Duration,
    /// Since when no worker is started, and for how long.
    resting: Option<(Stopwatch, Duration)>,
    /// How often the worker was killed while a file was alone in it.
    killed_at: HashMap<String, u32>,
    /// When the time limits were last looked at.
    checked: Stopwatch,
}

impl Isolated {
    /// A crew of so many threads in this worker process, which waits for its orders.
    pub fn new(
        process: WorkerProcess,
        orders: Orders,
        key: Key,
        threads: usize,
        limits: TaskLimits,
    ) -> std::io::Result<Self> {
        let mut crew = Self {
            orders,
            key,
            limits,
            all_threads: threads,
            threads,
            worker: None,
            waiting: VecDeque::new(),
            suspects: VecDeque::new(),
            alone: false,
            ready: VecDeque::new(),
            stillborn: 0,
            pause: FIRST_PAUSE,
            resting: None,
            killed_at: HashMap::new(),
            checked: Stopwatch::start(),
        };
        crew.begin(process)?;
        Ok(crew)
    }

    fn begin(&mut self, process: WorkerProcess) -> std::io::Result<()> {
        let begin = Begin {
            orders: self.orders.clone(),
            key: Zeroizing::new(self.key.as_bytes().to_vec()),
            threads: self.threads,
            memory_bytes: self.limits.memory_bytes,
        };
        self.worker = Some(Running::new(process, begin)?);
        Ok(())
    }

    /// Sends what may be sent: a suspect alone, else all that waits.
    fn send(&mut self) {
        if self.resting.is_some_and(|(since, pause)| since.elapsed() < pause) {
            return;
        }
        self.resting = None;
        if self.worker.is_none()
            && !(self.waiting.is_empty() && self.suspects.is_empty())
            && let Err(error) = WorkerProcess::start().and_then(|process| self.begin(process))
        {
            return self.give_up(&format!("no worker process can be started: {}", error.kind()));
        }
        let Some(worker) = &mut self.worker else {
            return;
        };
        if worker.is_idle() {
            self.alone = !self.suspects.is_empty();
            if let Some(entry) = self.suspects.pop_front() {
                return worker.hand_over(entry);
            }
        }
        while !self.alone
            && self.suspects.is_empty()
            && let Some(entry) = self.waiting.pop_front()
        {
            worker.hand_over(entry);
        }
    }

    fn hear(&mut self, word: Word) {
        let Some(worker) = &mut self.worker else {
            return;
        };
        match word {
            Word::Event(Event::Started { path_id, thread, cpu_s }) => {
                worker.note_start(&path_id, thread, cpu_s);
                self.stillborn = 0;
            }
            Word::Event(Event::Finished(finished)) => {
                worker.note_end(&finished.path_id);
                self.ready.push_back(*finished);
            }
            Word::Unfit(why) => self.give_up(&format!("the worker process cannot work: {why}")),
            // Said only to who asked for it, see `leave`.
            Word::Bye(_) => {}
        }
    }

    /// The worker is gone: what it had is run again, and what it was alone with is blamed.
    fn bury(&mut self) {
        let Some(worker) = self.worker.take() else {
            return;
        };
        let Estate { cause, begun, not_begun } = worker.bury();
        for entry in not_begun.into_iter().rev() {
            // A suspect that was not begun is a suspect still.
            let queue = if self.alone { &mut self.suspects } else { &mut self.waiting };
            queue.push_front(entry);
        }
        let files = begun.len();
        tracing::warn!(files, "the worker process died: {cause}; another one goes on");
        if begun.is_empty() {
            self.stillborn += 1;
            if self.stillborn >= MOST_STILLBORN {
                return self.give_up(&format!("the worker process dies before its work: {cause}"));
            }
        }
        for entry in begun {
            if self.alone && self.is_proven(&entry, cause) {
                let blamed = self.blamed(&entry, cause);
                self.ready.push_back(blamed);
                if matches!(cause, Cause::Memory | Cause::Killed) {
                    // Who did it is known: the others need not be spared any longer.
                    (self.threads, self.pause) = (self.all_threads, FIRST_PAUSE);
                }
            } else {
                self.suspects.push_back(entry);
            }
        }
        if matches!(cause, Cause::Memory | Cause::Killed) && !self.suspects.is_empty() {
            self.spare_memory();
        }
    }

    /// Whether the worker's death is this file's doing. A worker that was killed may have been killed for
    /// the memory that others took, so that has to happen again and again.
    fn is_proven(&mut self, entry: &FileEntry, cause: Cause) -> bool {
        if cause != Cause::Killed {
            return true;
        }
        let deaths = self.killed_at.entry(entry.path_id.clone()).or_default();
        *deaths += 1;
        *deaths >= MOST_KILLED
    }

    /// Half the threads, after a pause that doubles each time.
    fn spare_memory(&mut self) {
        if !self.alone {
            self.threads = (self.threads / 2).max(1);
        }
        let (threads, pause_ms) = (self.threads, self.pause.as_millis() as u64);
        tracing::warn!(threads, pause_ms, "memory ran out; fewer threads until the file is known");
        self.resting = Some((Stopwatch::start(), self.pause));
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }

    fn blamed(&self, entry: &FileEntry, cause: Cause) -> Finished {
        let failure = Failure::new(None, cause.class(), cause.message(&self.limits));
        // Once beside others, then alone.
        let alone = self.killed_at.get(&entry.path_id).copied().unwrap_or(1);
        let failure = Failure { attempts: 1 + alone, ..failure };
        let outcome = Ok(Processed::unwritten(entry, Outcome::Quarantined, failure));
        Finished::by_nobody(entry.path_id.clone(), outcome)
    }

    /// Nothing more can be done: every file comes back undone.
    fn give_up(&mut self, why: &str) {
        let in_hand = self.worker.take().into_iter().flat_map(Running::dismiss);
        let all = in_hand.chain(self.suspects.drain(..)).chain(self.waiting.drain(..));
        let undone = |entry: FileEntry| Finished::by_nobody(entry.path_id, Err(why.to_owned()));
        self.ready.extend(all.map(undone));
    }
}

impl Crew for Isolated {
    fn give(&mut self, entry: FileEntry) {
        self.waiting.push_back(entry);
        self.send();
    }

    fn next(&mut self, wait: Duration) -> Option<Finished> {
        let waiting = Stopwatch::start();
        loop {
            if let Some(finished) = self.ready.pop_front() {
                return Some(finished);
            }
            self.send();
            let left = wait.saturating_sub(waiting.elapsed());
            match self.worker.as_mut().map(|worker| worker.next_word(left.min(TICK))) {
                Some(Ok(word)) => self.hear(word),
                Some(Err(RecvTimeoutError::Timeout)) => {}
                Some(Err(RecvTimeoutError::Disconnected)) => self.bury(),
                None if self.resting.is_some() => std::thread::sleep(left.min(TICK)),
                None if self.ready.is_empty() => return None,
                None => {}
            }
            if self.checked.elapsed() >= TICK {
                let was_asleep = self.checked.elapsed() > LONGEST_NAP;
                self.checked = Stopwatch::start();
                if let Some(worker) = &mut self.worker {
                    worker.check_time(&self.limits, was_asleep);
                }
            }
            if left.is_zero() && self.ready.is_empty() {
                return None;
            }
        }
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn abandon(&mut self) {
        self.worker = None;
        self.suspects.clear();
        self.waiting.clear();
    }

    fn leave(mut self: Box<Self>) -> Farewell {
        self.worker.take().map(Running::say_farewell).unwrap_or_default()
    }
}
