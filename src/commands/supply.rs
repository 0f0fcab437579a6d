//! The work as rank 0 gives it out: what the scan finds in, tasks for the ranks out. While the scan goes
//! on, what it has found is given out already.

use std::time::Duration;

use super::halt::Halt;
use super::lead::Lead;
use super::lock::Lock;
use super::parcel::{Progress, Report, Task};
use crate::config::Schedule;
use crate::record::PathId;
use crate::schedule::{Dispatcher, Waiting};

/// Batches of the scan that are taken in at once, so that ranks need not wait for long.
const BATCHES: usize = 16;

/// The work of a run, on rank 0.
pub(super) struct Supply<'a> {
    lead: &'a mut Lead,
    dispatcher: Dispatcher,
    /// Files that the dispatcher knows, where there is no plan.
    known: u32,
    /// All the work, where there is a plan.
    planned: Progress,
}

impl<'a> Supply<'a> {
    /// All the work that is planned; without a plan, all that the scan finds. Rank 0 has the suspects.
    pub(super) fn new(lead: &'a mut Lead, schedule: Schedule, ranks: usize) -> Self {
        // Before the plan's files are taken out of it.
        let planned = lead.total();
        let size = |number: u32| lead.files.size_bytes(number);
        let mut todo = std::mem::take(&mut lead.plan.todo);
        let waiting = match schedule {
            Schedule::Dynamic => Waiting::shared(),
            Schedule::Static => {
                todo.sort_by(|a, b| {
                    size(*b).cmp(&size(*a)).then_with(|| lead.files.cmp_paths(*a, *b))
                });
                Waiting::deal(todo.drain(..).map(|number| (size(number), number)), ranks)
            }
        };
        let mut dispatcher = Dispatcher::new(waiting, ranks);
        for number in todo {
            dispatcher.add(number, size(number));
        }
        dispatcher.hand_over(0, lead.plan.suspects.len());
        if lead.plan.is_made {
            dispatcher.complete();
        }
        Self { lead, dispatcher, known: 0, planned }
    }

    /// Takes in what the scan has found.
    pub(super) fn take_found(&mut self) -> Result<(), Halt> {
        if self.lead.plan.is_made {
            return Ok(());
        }
        let mut batches = 0;
        while batches < BATCHES && self.lead.take_found(Duration::ZERO)? {
            batches += 1;
        }
        for number in self.known..self.lead.files.len() as u32 {
            let entry = self.lead.entry(number);
            self.lead.expected.add(PathId::of(&entry.path_id));
            self.dispatcher.add(number, entry.size_bytes);
        }
        self.known = self.lead.files.len() as u32;
        if !self.lead.is_scanning() {
            self.dispatcher.complete();
        }
        Ok(())
    }

    /// Takes in where a rank stands.
    pub(super) fn hear(&mut self, rank: usize, report: &Report) {
        let files = &self.lead.files;
        let returned = report.returned.iter();
        self.dispatcher
            .take_back(rank, returned.map(|number| (*number, files.size_bytes(*number))));
        for number in &report.unread {
            self.dispatcher.take_unread(rank, *number, files.size_bytes(*number));
        }
        if report.ends_recall {
            self.dispatcher.end_recall(rank);
        }
        self.dispatcher.hear(rank, report.requests, report.done, report.spare);
    }

    /// A rank can work no more.
    pub(super) fn lose(&mut self, rank: usize) {
        self.dispatcher.lose(rank);
    }

    /// What a rank gets now.
    pub(super) fn tasks(&mut self, rank: usize) -> Vec<Task> {
        let chunk = self.dispatcher.chunk(rank).into_iter();
        chunk
            .map(|given| Task {
                number: given.number,
                is_last_try: given.is_last_try,
                entry: self.lead.entry(given.number),
            })
            .collect()
    }

    /// The rank that is to give some of its files back.
    pub(super) fn recall(&mut self) -> Option<usize> {
        self.dispatcher.recall()
    }

    /// Whether nothing waits any more.
    pub(super) fn is_scarce(&mut self) -> bool {
        self.dispatcher.is_scarce()
    }

    /// Whether every file is done.
    pub(super) fn is_over(&self) -> bool {
        self.dispatcher.is_over()
    }

    /// Whether no rank can work any more.
    pub(super) fn has_nobody(&self) -> bool {
        self.dispatcher.fit() == 0
    }

    /// All the work of this try, as far as it is known.
    pub(super) fn total(&self) -> Progress {
        if self.lead.plan.is_made { self.planned } else { self.lead.total() }
    }

    /// Whether more work may yet be found.
    pub(super) fn is_searching(&self) -> bool {
        self.lead.is_scanning()
    }

    pub(super) fn lock(&self) -> &Lock {
        &self.lead.lock
    }
}
