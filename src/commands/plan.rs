//! What is left to do: the input as it is now and what earlier tries have done in, the work out.
//! Rank 0 makes the plan; whether what earlier tries wrote still stands, all ranks look together.

use std::collections::HashSet;

use super::lead::Lead;
use crate::config::RunConfig;
use crate::ledger::Known;
use crate::record::{Failure, FileRecord, Outcome, PathId};

/// What is left to do, by the numbers of files.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Whether there is one: where no try was before, all that is found is to be done.
    pub(super) is_made: bool,
    /// To be worked on.
    pub(super) todo: Vec<u32>,
    /// In flight when a try died: to be worked on alone.
    pub(super) suspects: Vec<u32>,
    /// Not to be worked on, for the reason that stands in their records.
    pub(super) refused: Vec<FileRecord>,
    /// Of the input, what earlier tries have done.
    pub(super) done_before: u64,
    /// What was written from inputs that are gone now; it stays.
    pub(super) inputs_gone: u64,
    /// Written files that were found damaged or missing.
    pub(super) damaged: u64,
}

/// A record of an earlier try whose file was found damaged or gone, or that points at one.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct Withdrawn {
    pub(super) path_id: PathId,
    /// Whether the input has the file still, so that it can be made again.
    pub(super) is_present: bool,
    /// Whether it had a file of its own, which a duplicate and a loser have not.
    pub(super) was_counted: bool,
}

impl Lead {
    /// Plans the files whose line of the journal is broken, whatever they are like themselves.
    fn plan_broken_lines(&mut self, retry: bool) {
        for number in 0..self.files.len() as u32 {
            let path_id = PathId::of(&self.entry(number).path_id);
            if self.past.is_in_broken_line(path_id) {
                self.plan.done_before -= 1;
                self.past.withdraw(path_id);
                self.add_to_plan(number, retry);
            }
        }
    }

    /// Makes the plan for the files that were found, as far as the records alone tell. With `--retry`
    /// what was quarantined is done anew; what could not be read or was changing is in any case.
    pub(super) fn make_plan(&mut self, config: &RunConfig) {
        self.plan.is_made = true;
        for number in 0..self.files.len() as u32 {
            let entry = self.entry(number);
            let path_id = PathId::of(&entry.path_id);
            self.expected.add(path_id);
            let is_tried_again = |it: &Known| it.is_quarantined && (config.retry || it.is_passing);
            let is_same = self.past.meet(&entry);
            if is_same && !self.past.known(path_id).is_some_and(is_tried_again) {
                self.plan.done_before += 1;
            } else {
                self.past.withdraw(path_id);
                self.add_to_plan(number, config.retry);
            }
        }
        if config.measures_only {
            // What is measured anew is measured where files are worked on, not here.
            self.plan_broken_lines(config.retry);
        }
        let gone = self.past.standing().filter(|(_, known)| !known.is_present);
        let gone: Vec<(PathId, bool)> =
            gone.map(|(path_id, known)| (path_id, known.has_instance)).collect();
        for (path_id, was_written) in gone {
            // What was measured where it lay has gone with its file.
            if was_written && !config.measures_only {
                self.plan.inputs_gone += 1;
                self.expected.add(path_id);
            } else {
                self.past.withdraw(path_id);
            }
        }
        // What was written from a file stays, whatever has taken the file's place since.
        let past = &self.past;
        let expected = &mut self.expected;
        self.others.retain(|other| {
            let path_id = PathId::of(&other.path_id);
            let is_told = past.known(path_id).is_some();
            if is_told {
                expected.take(path_id);
            }
            !is_told
        });
    }

    fn add_to_plan(&mut self, number: u32, retry: bool) {
        let entry = self.entry(number);
        match self.past.strikes(&entry) {
            0 => self.plan.todo.push(number),
            strikes if strikes == 1 || retry => self.plan.suspects.push(number),
            _ => {
                let refused = FileRecord::failed(&entry, Outcome::Quarantined, job_died());
                self.plan.refused.push(refused);
            }
        }
    }

    /// Takes up what the ranks have found damaged: what can be made again is.
    pub(super) fn take_withdrawn(&mut self, withdrawn: &[Withdrawn], retry: bool) {
        let mut again = HashSet::new();
        for it in withdrawn {
            self.past.withdraw(it.path_id);
            self.plan.damaged += u64::from(it.was_counted);
            if it.is_present {
                self.plan.done_before -= 1;
                again.insert(it.path_id);
                continue;
            }
            self.plan.inputs_gone -= 1;
            if !it.was_counted {
                self.expected.take(it.path_id);
            }
        }
        if again.is_empty() {
            return;
        }
        for number in 0..self.files.len() as u32 {
            if again.contains(&PathId::of(&self.entry(number).path_id)) {
                self.add_to_plan(number, retry);
            }
        }
    }
}

fn job_died() -> Failure {
    let message = "in flight when the job died, twice; --retry tries it once more, alone";
    Failure { attempts: 2, ..Failure::new(None, "job-died", message) }
}
