//! How a rank ends its work: told to stop, by itself when it can work no more, or with all the others.

use super::Conductor;
use crate::comm::Patience;
use crate::commands::halt::Halt;
use crate::commands::parcel::{Phase, Word};
use crate::ledger::Announcements;
use crate::stage::Stopwatch;

use super::GRACE;

impl Conductor<'_> {
    /// Stops when a signal asks for it, and lets go of what takes too long.
    pub(super) fn attend_to_stop(&mut self) {
        if self.stopping.is_none()
            && let Some(signal) = self.signals.seen()
        {
            tracing::warn!(signal, "asked to stop: files in work are finished first");
            self.stop(&Halt::Asked(signal).to_string());
        }
        if self.stopping.is_some_and(|since| since.elapsed() > GRACE) && self.hand.in_work() > 0 {
            tracing::warn!(files = self.hand.in_work(), "files that take too long are let go");
            self.crew.abandon();
            self.hand.drop_work();
        }
    }

    /// Stops this rank, and all others with it; the first reason is the one to tell.
    pub(super) fn stop(&mut self, reason: &str) {
        self.end.stopped.get_or_insert_with(|| reason.to_owned());
        self.stopping.get_or_insert_with(Stopwatch::start);
        if self.report.phase != Phase::Done {
            self.report.phase = Phase::Stopping;
        }
    }

    /// This rank can work no more. Where there are others, its files go to them; they are as they were.
    pub(super) fn give_up(&mut self, reason: &str) {
        if !self.liaison.has_others() {
            return self.stop(reason);
        }
        if self.end.unfit.is_none() && self.stopping.is_none() {
            tracing::warn!(reason, "this rank can work no more: the others take over its files");
            self.end.unfit = Some(reason.to_owned());
            self.report.phase = Phase::Unfit;
        }
        self.crew.abandon();
        for task in self.hand.drop_work() {
            // It has come back, if not done.
            if let Some(announcements) = &mut self.announcements {
                announcements.ends(&task.entry.path_id);
            }
            self.report.returned.push(task.number);
        }
        self.report.returned.extend(self.hand.drop_queue().iter().map(|task| task.number));
        if self.committer.has_failed() {
            let lost = self.hand.drop_uncommitted();
            self.report.returned.extend(lost.iter().map(|task| task.number));
        }
    }

    pub(super) fn close_announcements(&mut self) {
        if let Some(Err(error)) = self.announcements.take().map(Announcements::close)
            && self.end.unfit.is_none()
        {
            self.stop(&Halt::storage("the journal", &error).to_string());
        }
    }

    /// Says that this rank is done, and waits until all are.
    pub(super) fn wait_for_all(&mut self) {
        let patience = Patience::new();
        loop {
            if self.end.stopped.is_none()
                && let Some(signal) = self.signals.seen()
            {
                self.stop(&Halt::Asked(signal).to_string());
                self.exchange();
            }
            self.report.phase = Phase::Done;
            if self.exchange().word == Word::AllDone {
                return;
            }
            if let Err(error) = self.claims.take() {
                self.end.stopped.get_or_insert(Halt::storage("the results", &error).to_string());
            }
            patience.pause();
        }
    }
}
