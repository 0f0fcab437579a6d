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
use super::signals::Signals;
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
/// How often rank 0 gives a sign of life.
const LEAD_INTERVAL: Duration = Duration::from_secs(5);
/// A rank that has not been heard of for so long hangs, and all would wait for it forever.
const LONGEST_SILENCE: Duration = Duration::from_secs(50);
/// A rank that has not looked for so long was asleep itself, and with it maybe the others.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// How far a rank is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Working,
    /// It begins no more files, and no one should.
    Stopping,
    Done,
}

/// What rank 0 tells the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Lead {
    Alive,
    Stop,
    AllDone,
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
    /// The last word of each rank.
    said: Vec<Said>,
    /// The last word of rank 0 to all.
    told: Lead,
    sent_phase: Phase,
    last_sent: Stopwatch,
    last_look: Stopwatch,
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
            told: Lead::Alive,
            sent_phase: Phase::Working,
            last_sent: now,
            last_look: now,
        }
    }

    /// Takes in how far this rank is, and passes on what is due.
    pub(super) fn watch(&mut self, progress: Progress, is_stopping: bool) {
        self.exchange(progress, if is_stopping { Phase::Stopping } else { Phase::Working });
    }

    /// Whether another rank stops, so that this one must too.
    pub(super) fn is_told_to_stop(&self) -> bool {
        self.told == Lead::Stop
    }

    /// Says that this rank is done, and waits until all are. Returns the signal that asks to stop
    /// meanwhile.
    pub(super) fn wait_for_all(&mut self, signals: &Signals) -> Option<&'static str> {
        let progress = self.said[self.comm.rank()].progress;
        let patience = Patience::new();
        let mut asked = None;
        while self.told != Lead::AllDone {
            if asked.is_none() && signals.seen().is_some() {
                asked = signals.seen();
                self.exchange(progress, Phase::Stopping);
            }
            self.exchange(progress, Phase::Done);
            patience.pause();
        }
        self.display.finish();
        asked
    }

    /// Says how far this rank is, and hears how far the others are.
    fn exchange(&mut self, progress: Progress, phase: Phase) {
        self.said[self.comm.rank()] = Said { progress, phase, at: Stopwatch::start() };
        if self.comm.rank() == 0 {
            self.lead();
        } else {
            self.follow();
        }
        self.check_the_others();
    }

    fn lead(&mut self) {
        while let Some((rank, message)) = self.comm.try_receive(Tag::Progress) {
            let (progress, phase) = decode(&message);
            self.said[rank] = Said { progress, phase, at: Stopwatch::start() };
            if phase == Phase::Stopping {
                self.tell(Lead::Stop);
            }
        }
        let mut all = Progress::default();
        self.said.iter().for_each(|said| all += said.progress);
        self.display.show(all);
        if self.said.iter().all(|said| said.phase == Phase::Done) {
            self.tell(Lead::AllDone);
        } else if self.said[0].phase == Phase::Stopping {
            self.tell(Lead::Stop);
        } else if self.last_sent.elapsed() >= LEAD_INTERVAL {
            self.send_to_all();
        }
    }

    fn tell(&mut self, word: Lead) {
        if self.told != word {
            self.told = word;
            self.send_to_all();
        }
    }

    fn send_to_all(&mut self) {
        self.last_sent = Stopwatch::start();
        let word = encode(&self.told);
        (1..self.comm.size()).for_each(|rank| self.comm.send(rank, Tag::Lead, &word));
    }

    fn follow(&mut self) {
        let Said { progress, phase, .. } = self.said[self.comm.rank()];
        let is_due = phase != Phase::Done && self.last_sent.elapsed() >= REPORT_INTERVAL;
        if phase != self.sent_phase || is_due {
            (self.sent_phase, self.last_sent) = (phase, Stopwatch::start());
            self.comm.send(0, Tag::Progress, &encode(&(progress, phase)));
        }
        while let Some((_, message)) = self.comm.try_receive(Tag::Lead) {
            self.told = decode(&message);
            self.said[0].at = Stopwatch::start();
        }
    }

    /// Ends the job at once when it cannot end in good order; what is done stands in the journals.
    fn check_the_others(&mut self) {
        if self.lock.is_some_and(Lock::is_lost) {
            tracing::error!("another run has taken the output over: this one ends at once");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
        if self.last_look.elapsed() > LONGEST_NAP {
            self.said.iter_mut().for_each(|said| said.at = Stopwatch::start());
        }
        self.last_look = Stopwatch::start();
        let heard = if self.comm.rank() == 0 { self.said.len() } else { 1 };
        let silent = |said: &Said| said.phase != Phase::Done && said.at.elapsed() > LONGEST_SILENCE;
        if let Some(rank) = self.said[..heard].iter().position(silent) {
            tracing::error!(rank, "a rank is not heard of any more: the job ends; run it again");
            self.comm.abort(ExitStatus::Stopped as i32);
        }
    }
}
