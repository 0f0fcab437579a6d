//! The progress as a person sees it: counters of all ranks in, a bar on a terminal out, or a line every
//! 10 seconds where there is none. The others send to rank 0, which alone draws.
//!
//! The same messages are each rank's heartbeat, and carry the word that it stops; rank 0 passes that
//! word on to all.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::lock::Lock;
use super::parcel::{Progress, decode, encode};
use crate::comm::{Comm, Patience, Tag};
use crate::record::ExitStatus;
use crate::stage::Stopwatch;

/// Time between lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Shows how far the run has come.
#[derive(Debug)]
struct Display {
    bar: ProgressBar,
    total: Progress,
    started: Stopwatch,
    last_line: Stopwatch,
    lines: bool,
}

impl Display {
    /// A display of this much work; one that shows nothing where `show` is false.
    fn new(total: Progress, show: bool) -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = ProgressBar::with_draw_target(Some(total.files), ProgressDrawTarget::hidden());
        if show && terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
            let template = "{bar:32} {pos}/{len} files  {msg}  {elapsed} gone, {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
        }
        let now = Stopwatch::start();
        Self { bar, total, started: now, last_line: now, lines: show && !terminal }
    }

    /// Shows the counters.
    fn show(&mut self, done: Progress) {
        self.bar.set_position(done.files);
        self.bar.set_message(self.rate(done));
        if self.lines && self.last_line.elapsed() >= LINE_INTERVAL {
            self.last_line = Stopwatch::start();
            tracing::info!("{}", self.line(done));
        }
    }

    /// Takes the bar away.
    fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn rate(&self, done: Progress) -> String {
        let seconds = self.started.seconds().max(1e-3);
        let files = done.files as f64 / seconds;
        format!("{files:.0} files/s, {:.1} MB/s", done.bytes as f64 / 1e6 / seconds)
    }

    fn line(&self, done: Progress) -> String {
        let share = done.bytes as f64 / self.total.bytes.max(1) as f64;
        let left = self.started.seconds() * (1.0 / share.max(1e-9) - 1.0);
        let left = if done.files == 0 { "?".to_owned() } else { format!("{left:.0} s") };
        format!("{}/{} files, {}, {left} left", done.files, self.total.files, self.rate(done))
    }
}

/// How often a rank reports.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);
/// A rank that has not been heard of for so long hangs, and all would wait for it forever.
const LONGEST_SILENCE: Duration = Duration::from_secs(50);

/// How far a rank is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Working,
    /// It begins no more files, and no one should.
    Stopping,
    Done,
}

/// The last word of a rank.
#[derive(Debug, Clone, Copy)]
struct Said {
    progress: Progress,
    phase: Phase,
    at: Stopwatch,
}

/// Carries the progress of all ranks to rank 0, and the word to stop to all. Main thread only, as all
/// talk between ranks.
pub(super) struct Watcher<'a> {
    comm: &'a dyn Comm,
    /// The lock of the output, on rank 0.
    lock: Option<&'a Lock>,
    display: Display,
    said: Vec<Said>,
    last_sent: Stopwatch,
    told_to_stop: bool,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(
        comm: &'a dyn Comm,
        lock: Option<&'a Lock>,
        total: Progress,
        show: bool,
    ) -> Self {
        let now = Stopwatch::start();
        let nothing = Said { progress: Progress::default(), phase: Phase::Working, at: now };
        Self {
            comm,
            lock,
            display: Display::new(total, show),
            said: vec![nothing; comm.size()],
            last_sent: now,
            told_to_stop: false,
        }
    }

    /// Takes in how far this rank is, and passes on what is due.
    pub(super) fn watch(&mut self, progress: Progress, is_stopping: bool) {
        let phase = if is_stopping { Phase::Stopping } else { Phase::Working };
        self.say(progress, phase);
        if self.comm.rank() == 0 {
            self.collect();
        } else if self.last_sent.elapsed() >= REPORT_INTERVAL {
            self.send();
        }
    }

    /// Whether another rank stops, so that this one must too.
    pub(super) fn is_told_to_stop(&mut self) -> bool {
        if self.comm.rank() > 0 {
            self.told_to_stop |= self.comm.try_receive(Tag::Stop).is_some();
        }
        self.told_to_stop
    }

    /// Says that this rank is done; rank 0 shows the progress until all are.
    pub(super) fn wait_for_all(&mut self) {
        let own = self.said[self.comm.rank()].progress;
        self.say(own, Phase::Done);
        if self.comm.rank() > 0 {
            return self.send();
        }
        let patience = Patience::new();
        while !self.collect() {
            patience.pause();
        }
        self.display.finish();
    }

    fn say(&mut self, progress: Progress, phase: Phase) {
        self.said[self.comm.rank()] = Said { progress, phase, at: Stopwatch::start() };
    }

    fn send(&mut self) {
        self.last_sent = Stopwatch::start();
        let Said { progress, phase, .. } = self.said[self.comm.rank()];
        self.comm.send(0, Tag::Progress, &encode(&(progress, phase)));
    }

    /// Takes in what has come; whether all ranks are done.
    fn collect(&mut self) -> bool {
        while let Some((rank, message)) = self.comm.try_receive(Tag::Progress) {
            let (progress, phase) = decode(&message);
            self.said[rank] = Said { progress, phase, at: Stopwatch::start() };
        }
        let mut all = Progress::default();
        self.said.iter().for_each(|said| all += said.progress);
        self.display.show(all);
        if !self.told_to_stop && self.said.iter().any(|said| said.phase == Phase::Stopping) {
            self.told_to_stop = true;
            (1..self.comm.size()).for_each(|rank| self.comm.send(rank, Tag::Stop, &[]));
        }
        self.check_the_others();
        self.said.iter().all(|said| said.phase == Phase::Done)
    }

    /// Ends the job at once when it cannot end in good order; what is done stands in the journals.
    fn check_the_others(&self) {
        if self.lock.is_some_and(Lock::is_lost) {
            tracing::error!("another run has taken the output over: this one ends at once");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
        let silent = |said: &Said| said.phase != Phase::Done && said.at.elapsed() > LONGEST_SILENCE;
        if let Some(rank) = self.said.iter().position(silent) {
            tracing::error!(rank, "a rank is not heard of any more: the job ends; run it again");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
    }
}
