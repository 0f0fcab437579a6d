//! The progress as a person sees it: counters of all ranks in, a bar on a terminal out, or a line every
//! 10 seconds where there is none. The others send to rank 0, which alone draws.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::parcel::{decode, encode};
use crate::comm::{Comm, Patience, Tag};
use crate::crew::Progress;
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

/// Carries the progress of all ranks to rank 0. Main thread only, as all talk between ranks.
pub(super) struct Watcher<'a> {
    comm: &'a dyn Comm,
    display: Display,
    /// What each rank has said: its progress, and whether it has come to its end.
    said: Vec<(Progress, bool)>,
    last_sent: Stopwatch,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(comm: &'a dyn Comm, total: Progress, show: bool) -> Self {
        let display = Display::new(total, show);
        let said = vec![(Progress::default(), false); comm.size()];
        Self { comm, display, said, last_sent: Stopwatch::start() }
    }

    pub(super) fn watch(&mut self, done: Progress) {
        self.said[self.comm.rank()].0 = done;
        if self.comm.rank() == 0 {
            self.collect();
        } else if self.last_sent.elapsed().as_millis() >= 200 {
            self.last_sent = Stopwatch::start();
            self.send(false);
        }
    }

    /// Says that this rank is done; rank 0 shows the progress until all are.
    pub(super) fn wait_for_all(&mut self) {
        self.said[self.comm.rank()].1 = true;
        if self.comm.rank() > 0 {
            return self.send(true);
        }
        let patience = Patience::new();
        while !self.collect() {
            patience.pause();
        }
        self.display.finish();
    }

    fn send(&self, is_last: bool) {
        let said = (self.said[self.comm.rank()].0, is_last);
        self.comm.send(0, Tag::Progress, &encode(&said));
    }

    /// Takes in what has come; whether all ranks are done.
    fn collect(&mut self) -> bool {
        while let Some((rank, message)) = self.comm.try_receive(Tag::Progress) {
            self.said[rank] = decode(&message);
        }
        let mut all = Progress::default();
        self.said.iter().for_each(|(done, _)| all += *done);
        self.display.show(all);
        self.said.iter().all(|(_, is_last)| *is_last)
    }
}
