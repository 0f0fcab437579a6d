//! The files that a rank has: at hand, in work, and done but not yet safe on the disk.

use std::collections::{HashMap, VecDeque};

use super::parcel::Task;

/// Files of one rank, each in one place.
#[derive(Debug, Default)]
pub(super) struct Hand {
    /// Not begun.
    queue: VecDeque<Task>,
    /// Not begun, to be worked on alone, before the others.
    suspects: VecDeque<Task>,
    /// In work, by keyed name.
    in_work: HashMap<String, Task>,
    /// Done, and not yet committed.
    uncommitted: HashMap<String, Task>,
    /// Whether the file in work is to be alone.
    alone: bool,
}

impl Hand {
    pub(super) fn new(suspects: Vec<Task>) -> Self {
        Self { suspects: suspects.into(), ..Self::default() }
    }

    /// More work.
    pub(super) fn add(&mut self, tasks: Vec<Task>) {
        self.queue.extend(tasks);
    }

    /// Takes the next file, if another one may be begun beside those in work, of which there may be so many.
    pub(super) fn begin(&mut self, window: usize) -> Option<&Task> {
        let next = if self.in_work.is_empty() {
            self.alone = !self.suspects.is_empty();
            self.suspects.pop_front().or_else(|| self.queue.pop_front())
        } else if self.alone || self.in_work.len() >= window {
            None
        } else {
            self.queue.pop_front()
        }?;
        let name = next.entry.path_id.clone();
        Some(self.in_work.entry(name).insert_entry(next).into_mut())
    }

    /// A file has come back: it is done, and to be committed.
    pub(super) fn end(&mut self, path_id: &str) -> Option<&Task> {
        let (name, task) = self.in_work.remove_entry(path_id)?;
        Some(self.uncommitted.entry(name).insert_entry(task).into_mut())
    }

    /// A file that was done is to be done by another rank.
    pub(super) fn undo(&mut self, path_id: &str) -> Option<Task> {
        self.uncommitted.remove(path_id)
    }

    /// A file is done for good.
    pub(super) fn commit(&mut self, path_id: &str) {
        self.uncommitted.remove(path_id);
    }

    /// Files that are not begun.
    pub(super) fn spare(&self) -> usize {
        self.queue.len()
    }

    /// Gives up half of the files that are not begun, those that would be begun last.
    pub(super) fn give_back(&mut self) -> Vec<u32> {
        let kept = self.queue.len() / 2;
        self.queue.split_off(kept).into_iter().map(|task| task.number).collect()
    }

    /// Gives up all files that are not begun.
    pub(super) fn drop_queue(&mut self) -> Vec<Task> {
        self.suspects.drain(..).chain(self.queue.drain(..)).collect()
    }

    /// Gives up all files in work.
    pub(super) fn drop_work(&mut self) -> Vec<Task> {
        self.in_work.drain().map(|(_, task)| task).collect()
    }

    /// Gives up all files that are done and not committed.
    pub(super) fn drop_uncommitted(&mut self) -> Vec<Task> {
        self.uncommitted.drain().map(|(_, task)| task).collect()
    }

    pub(super) fn in_work(&self) -> usize {
        self.in_work.len()
    }

    /// Whether nothing is at hand or in work.
    pub(super) fn is_idle(&self) -> bool {
        self.in_work.is_empty() && self.queue.is_empty() && self.suspects.is_empty()
    }

    pub(super) fn has_uncommitted(&self) -> bool {
        !self.uncommitted.is_empty()
    }
}
