//! A program in its slot: from the moment that it is to begin until its end is told. It is told to end only here,
//! and only as long as its number is its own.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::{How, Task};
use crate::stage::Stopwatch;

/// What a slot has.
#[derive(Debug)]
pub(super) struct InWork {
    pub(super) task: u64,
    pub(super) attempt: String,
    /// The program's first process, from its start until it has ended. While it stands here, nobody has waited for
    /// that process: its number, which is its group's, is no other's.
    leader: Option<Pid>,
    pub(super) started: Stopwatch,
    /// Time in which the runner itself did not run.
    pub(super) asleep: Duration,
    /// Since when it is told to end, and why.
    pub(super) ending: Option<(Stopwatch, How)>,
    /// The largest sum of its processes' memory.
    pub(super) peak_bytes: u64,
    /// Processor time of its orphans that have ended.
    pub(super) cpu_s: f64,
}

/// What is known of a program when it ends.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Why it was told to end.
    pub(super) told: Option<How>,
    pub(super) peak_bytes: u64,
    pub(super) cpu_s: f64,
}

/// A task that has its slot.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) task: Task,
    pub(super) slot: u32,
    pub(super) gpus: Vec<String>,
    pub(super) attempt: String,
}

impl InWork {
    pub(super) fn new(task: u64, attempt: String) -> Self {
        Self {
            task,
            attempt,
            leader: None,
            started: Stopwatch::start(),
            asleep: Duration::ZERO,
            ending: None,
            peak_bytes: 0,
            cpu_s: 0.0,
        }
    }

    /// It runs. One that was told to end meanwhile gets this signal.
    pub(super) fn run(&mut self, leader: Pid, signal: Signal) {
        (self.leader, self.started) = (Some(leader), Stopwatch::start());
        if self.ending.is_some() {
            kill_process_group(leader, signal).ok();
        }
    }

    /// Its first process has ended, and will be waited for.
    pub(super) fn finish(&mut self) -> Known {
        self.leader = None;
        let told = self.ending.take().map(|(_, how)| how);
        Known { told, peak_bytes: self.peak_bytes, cpu_s: self.cpu_s }
    }

    pub(super) fn leader(&self) -> Option<Pid> {
        self.leader
    }

    /// Tells it to end, unless it was told before for another reason.
    pub(super) fn end(&mut self, signal: Signal, why: How) {
        if signal != Signal::KILL && self.ending.is_some() {
            return;
        }
        self.ending.get_or_insert((Stopwatch::start(), why));
        if let Some(leader) = self.leader {
            kill_process_group(leader, signal).ok();
        }
    }
}
