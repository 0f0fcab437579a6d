//! A worker process that runs: the files that it has, what comes from it, and the time that it may take.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::TaskLimits;
use super::death::{Cause, cause_of};
use crate::crew::Farewell;
use crate::crew::protocol::{Begin, Order, Word, receive};
use crate::crew::worker::WorkerProcess;
use crate::manifest::FileEntry;
use crate::process;
use crate::stage::Stopwatch;

/// A file that has been in work for less is not looked at.
const YOUNG: Duration = Duration::from_secs(1);
/// How long a worker that has files may begin none.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);
/// How long a worker that has nothing to do may take to say what it has used.
const FAREWELL: Duration = Duration::from_secs(2);

/// A worker and what it has.
#[derive(Debug)]
pub(super) struct Running {
    process: WorkerProcess,
    words: mpsc::Receiver<Word>,
    in_hand: Vec<InHand>,
    /// When anything was last heard, or a first file was sent.
    heard: Stopwatch,
    /// The limit for which it was killed.
    overtime: Option<Cause>,
}

/// A file that the worker has.
#[derive(Debug)]
struct InHand {
    entry: FileEntry,
    started: Option<Started>,
}

#[derive(Debug)]
struct Started {
    at: Stopwatch,
    thread: i32,
    /// Processor time of the thread before this file.
    cpu_before_s: f64,
}

/// What a worker leaves behind.
pub(super) struct Estate {
    pub(super) cause: Cause,
    /// Files that were in work.
    pub(super) begun: Vec<FileEntry>,
    /// Files that were not, in their order.
    pub(super) not_begun: Vec<FileEntry>,
}

impl Running {
    /// Gives a worker its orders and listens to it.
    pub(super) fn new(mut process: WorkerProcess, begin: Begin) -> io::Result<Self> {
        let mut socket = process.listen()?;
        let (sender, words) = mpsc::channel();
        std::thread::Builder::new().name("listener".into()).spawn(move || {
            // Whatever ends the stream, the worker's exit status tells what has happened.
            while let Ok(Some(word)) = receive(&mut socket) {
                if sender.send(word).is_err() {
                    break;
                }
            }
        })?;
        // One that is dead already is noticed where its words are listened to.
        process.order(&Order::Begin(Box::new(begin))).ok();
        let (in_hand, heard) = (Vec::new(), Stopwatch::start());
        Ok(Self { process, words, in_hand, heard, overtime: None })
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_hand.is_empty()
    }

    pub(super) fn hand_over(&mut self, entry: FileEntry) {
        // A worker that does not take it is dead, which its silence will tell.
        self.process.order(&Order::Task(entry.clone())).ok();
        if self.is_idle() {
            self.heard = Stopwatch::start();
        }
        self.in_hand.push(InHand { entry, started: None });
    }

    /// The next word, if one comes in time. A worker that is gone has none.
    pub(super) fn next_word(&mut self, wait: Duration) -> Result<Word, RecvTimeoutError> {
        let word = self.words.recv_timeout(wait)?;
        self.heard = Stopwatch::start();
        Ok(word)
    }

    pub(super) fn note_start(&mut self, path_id: &str, thread: i32, cpu_before_s: f64) {
        let file = self.in_hand.iter_mut().find(|file| file.entry.path_id == path_id);
        if let Some(file) = file {
            file.started = Some(Started { at: Stopwatch::start(), thread, cpu_before_s });
        }
    }

    pub(super) fn note_end(&mut self, path_id: &str) {
        self.in_hand.retain(|file| file.entry.path_id != path_id);
    }

    /// Kills the worker when a file has been in work for too long, or none is begun. Time in which all
    /// were suspended does not count.
    pub(super) fn check_time(&mut self, limits: &TaskLimits, was_asleep: bool) {
        if was_asleep {
            self.heard = Stopwatch::start();
            let started = self.in_hand.iter_mut().filter_map(|file| file.started.as_mut());
            started.for_each(|file| file.at = Stopwatch::start());
        }
        let begun = || self.in_hand.iter().filter_map(|file| file.started.as_ref());
        let is_silent = !self.is_idle() && begun().next().is_none();
        let is_stuck = is_silent && self.heard.elapsed() > LONGEST_SILENCE;
        let over = begun().find_map(|file| self.over_limit(file, limits));
        let over = over.or(is_stuck.then_some(Cause::Wall));
        if over.is_some() && self.overtime.is_none() {
            self.overtime = over;
            self.process.kill();
        }
    }

    fn over_limit(&self, file: &Started, limits: &TaskLimits) -> Option<Cause> {
        let wall = file.at.elapsed();
        if wall >= limits.wall {
            return Some(Cause::Wall);
        }
        if wall < YOUNG {
            return None;
        }
        let cpu = process::thread_seconds(self.process.id(), file.thread) - file.cpu_before_s;
        (cpu >= limits.cpu.as_secs_f64()).then_some(Cause::Processor)
    }

    /// The worker is gone: why, and what it had.
    pub(super) fn bury(mut self) -> Estate {
        let status = self.process.wait().ok();
        let cause = self.overtime.unwrap_or_else(|| cause_of(status));
        let (begun, not_begun): (Vec<_>, Vec<_>) =
            self.in_hand.into_iter().partition(|file| file.started.is_some());
        let entries = |files: Vec<InHand>| files.into_iter().map(|file| file.entry).collect();
        Estate { cause, begun: entries(begun), not_begun: entries(not_begun) }
    }

    /// Ends the worker at once; the files that it had.
    pub(super) fn dismiss(self) -> impl Iterator<Item = FileEntry> {
        self.in_hand.into_iter().map(|file| file.entry)
    }

    /// Ends a worker that has nothing to do, and hears it out.
    pub(super) fn say_farewell(mut self) -> Farewell {
        self.process.order(&Order::End).ok();
        while let Ok(word) = self.words.recv_timeout(FAREWELL) {
            if let Word::Bye(farewell) = word {
                return *farewell;
            }
        }
        Farewell::default()
    }
}
