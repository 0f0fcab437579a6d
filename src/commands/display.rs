//! The progress as a person sees it: counters of all ranks in, a bar on a terminal out, or a line every
//! 10 seconds where there is none.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::parcel::Progress;
use crate::stage::Stopwatch;

/// Time between lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Shows how far the run has come.
#[derive(Debug)]
pub(super) struct Display {
    bar: ProgressBar,
    total: Progress,
    started: Stopwatch,
    last_line: Stopwatch,
    lines: bool,
}

impl Display {
    /// A display of this much work; one that shows nothing where `show` is false.
    pub(super) fn new(total: Progress, show: bool) -> Self {
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

    /// There is so much work, as far as is known.
    pub(super) fn set_total(&mut self, total: Progress) {
        if self.total != total {
            self.total = total;
            self.bar.set_length(total.files);
        }
    }

    /// Shows the counters.
    pub(super) fn show(&mut self, done: Progress) {
        self.bar.set_position(done.files);
        self.bar.set_message(self.rate(done));
        if self.lines && self.last_line.elapsed() >= LINE_INTERVAL {
            self.last_line = Stopwatch::start();
            tracing::info!("{}", self.line(done));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
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
