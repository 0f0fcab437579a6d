//! The work of a rank: its share in, its harvest out. Feeds the crew, announces each file before it is
//! touched, hands what comes back to the committer, carries the progress, and stops in good order when
//! anyone asks for it.

use std::collections::VecDeque;
use std::time::Duration;

use super::halt::Halt;
use super::parcel::{Harvest, Progress, Share};
use super::progress::Watcher;
use super::signals::Signals;
use crate::crew::{Crew, Finished};
use crate::ledger::{Announcements, Committer, Journal, Tidings};
use crate::manifest::FileEntry;
use crate::pipeline::INPUT_ERROR;
use crate::stage::Stopwatch;

/// How often the progress is carried on while nothing comes back.
const TICK: Duration = Duration::from_millis(50);
/// How long files in work may take to end once the run is to stop: with what follows, a run that is
/// asked to stop has stopped in 10 s.
const GRACE: Duration = Duration::from_secs(6);

/// So many files in a row that cannot be read mean that the input's storage is gone.
const MOST_UNREAD: u32 = 3;

/// Works through the share of a rank.
pub(super) struct Conductor<'a> {
    crew: &'a mut dyn Crew,
    announcements: Announcements,
    committer: Committer,
    signals: &'a Signals,
    share: VecDeque<FileEntry>,
    /// To be worked on alone, before the others.
    suspects: VecDeque<FileEntry>,
    in_hand: Vec<FileEntry>,
    /// Whether the file in hand is to be alone.
    alone: bool,
    /// Since when no file is begun any more.
    stopping: Option<Stopwatch>,
    progress: Progress,
    /// Files in a row that the input's storage could not read.
    unread: u32,
    harvest: Harvest,
}

impl<'a> Conductor<'a> {
    pub(super) fn new(
        crew: &'a mut dyn Crew,
        announcements: Announcements,
        committer: Committer,
        signals: &'a Signals,
        share: Share,
    ) -> Self {
        Self {
            crew,
            announcements,
            committer,
            signals,
            share: share.files.into(),
            suspects: share.suspects.into(),
            in_hand: Vec::new(),
            alone: false,
            stopping: None,
            progress: Progress::default(),
            unread: 0,
            harvest: Harvest::default(),
        }
    }

    /// Works until the share is done or the run is to stop. The journal comes back for who writes on in
    /// it.
    pub(super) fn work(mut self, watcher: &mut Watcher<'_>) -> (Harvest, Journal) {
        // For each thread a file in work and one at hand, so that none has to wait for us.
        let window = 2 * self.crew.threads() + 2;
        loop {
            while self.stopping.is_none()
                && let Some(entry) = self.next_file(window)
            {
                self.give(entry);
            }
            if self.in_hand.is_empty() {
                break;
            }
            if let Some(finished) = self.crew.next(TICK) {
                self.take(finished);
            }
            self.hear_committer(Duration::ZERO);
            self.attend_to_stop(watcher);
        }
        self.committer.close();
        while self.hear_committer(TICK) {
            self.attend_to_stop(watcher);
        }
        if let Err(error) = self.announcements.close() {
            self.harvest.stop(&Halt::storage("the journal", &error).to_string());
        }
        (self.harvest, self.committer.into_journal())
    }

    fn next_file(&mut self, window: usize) -> Option<FileEntry> {
        if self.in_hand.is_empty() {
            self.alone = !self.suspects.is_empty();
            return self.suspects.pop_front().or_else(|| self.share.pop_front());
        }
        if self.alone || self.in_hand.len() >= window { None } else { self.share.pop_front() }
    }

    fn give(&mut self, entry: FileEntry) {
        match self.announcements.starts(&entry) {
            Ok(()) => {
                self.in_hand.push(entry.clone());
                self.crew.give(entry);
            }
            Err(error) => self.stop(&Halt::storage("the journal", &error).to_string()),
        }
    }

    fn take(&mut self, finished: Finished) {
        let Some(at) = self.in_hand.iter().position(|it| it.path_id == finished.path_id) else {
            return;
        };
        let entry = self.in_hand.swap_remove(at);
        self.harvest.timings.merge(&finished.timings);
        if let Err(error) = self.announcements.ends(&entry.path_id) {
            self.stop(&Halt::storage("the journal", &error).to_string());
        }
        match finished.outcome {
            Ok(processed) => {
                let class = processed.record.failure.as_ref().map(|failure| &*failure.class);
                let is_unread = class == Some(INPUT_ERROR);
                self.unread = if is_unread { self.unread + 1 } else { 0 };
                if self.unread >= MOST_UNREAD {
                    self.stop(
                        &Halt::Stopped("the input cannot be read any more".into()).to_string(),
                    );
                }
                self.progress += Progress { files: 1, bytes: entry.size_bytes };
                self.committer.take(processed);
            }
            Err(reason) => self.stop(&Halt::Stopped(reason).to_string()),
        }
    }

    /// Takes in what was committed; whether more may come.
    fn hear_committer(&mut self, wait: Duration) -> bool {
        match self.committer.tidings(wait) {
            Tidings::Committed(committed) => {
                self.harvest.records.extend(committed.records);
                self.harvest.totals.merge(&committed.totals);
                true
            }
            Tidings::Failed(error) => {
                self.stop(&Halt::storage("an instance", &error).to_string());
                true
            }
            Tidings::Nothing => true,
            Tidings::Ended => false,
        }
    }

    /// Stops when a signal or another rank asks for it, and lets go of what takes too long.
    fn attend_to_stop(&mut self, watcher: &mut Watcher<'_>) {
        if self.stopping.is_none() {
            if let Some(signal) = self.signals.seen() {
                tracing::warn!(signal, "asked to stop: files in work are finished first");
                self.stop(&Halt::Asked(signal).to_string());
            } else if watcher.is_told_to_stop() {
                // Who told it has said why.
                self.stopping = Some(Stopwatch::start());
            }
        }
        watcher.watch(self.progress, self.stopping.is_some());
        if self.stopping.is_some_and(|since| since.elapsed() > GRACE) && !self.in_hand.is_empty() {
            tracing::warn!(files = self.in_hand.len(), "files that take too long are let go");
            self.crew.abandon();
            self.in_hand.clear();
        }
    }

    fn stop(&mut self, reason: &str) {
        self.harvest.stop(reason);
        self.stopping.get_or_insert_with(Stopwatch::start);
    }
}
