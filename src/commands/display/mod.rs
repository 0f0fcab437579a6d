//! The progress as a person sees it, on rank 0: where each rank stands in, a bar on a terminal out, or a line
//! every 10 seconds where there is none; with `--verbose` the same for each rank.

mod pace;
mod screen;
mod words;

use std::time::Duration;

use self::pace::Pace;
pub use self::screen::LogWriter;
use self::screen::Screen;
pub(super) use self::words::Nouns;
use self::words::{Words, of_rank};
use super::parcel::{Phase, Progress, Report};
use crate::config::Shown;
use crate::stage::Stopwatch;
use crate::terminal;

/// Time between lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);
/// Time between looks at the counters: nobody reads faster.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);

/// Where a rank stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) progress: Progress,
    pub(super) phase: Phase,
    /// Files in work.
    pub(super) in_work: u32,
    /// Files at hand that are not begun.
    pub(super) spare: u32,
    /// Files that are done for good.
    pub(super) done: u64,
}

impl From<&Report> for Standing {
    fn from(report: &Report) -> Self {
        let Report { phase, progress, in_work, spare, done, .. } = report;
        let (phase, progress) = (*phase, *progress);
        Self { progress, phase, in_work: *in_work, spare: *spare, done: *done }
    }
}

/// The work as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) total: Progress,
    /// Whether more may yet be found.
    pub(super) is_searching: bool,
}

/// Shows how far the run has come.
#[derive(Debug)]
pub(super) struct Display {
    shown: Shown,
    nouns: Nouns,
    /// On a terminal.
    screen: Option<Screen>,
    pace: Pace,
    /// Of each rank.
    paces: Vec<Pace>,
    started: Stopwatch,
    last_look: Option<Stopwatch>,
    last_line: Stopwatch,
}

impl Display {
    /// A display of so many ranks, whose work is made of these.
    pub(super) fn new(shown: Shown, ranks: usize, nouns: Nouns) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let draws = shown != Shown::Nothing && terminal::can_draw(is_terminal, terminal::variable);
        let rows = if shown == Shown::Ranks { ranks } else { 0 };
        let now = Stopwatch::start();
        Self {
            shown,
            nouns,
            screen: draws.then(|| Screen::new(rows)),
            pace: Pace::default(),
            paces: (0..rows).map(|_| Pace::default()).collect(),
            started: now,
            last_look: None,
            last_line: now,
        }
    }

    /// Shows where the ranks stand.
    pub(super) fn show(&mut self, known: Known, ranks: impl Iterator<Item = Standing>) {
        let is_due = self.last_look.is_none_or(|last| last.elapsed() >= LOOK_INTERVAL);
        if self.shown == Shown::Nothing || !is_due {
            return;
        }
        self.last_look = Some(Stopwatch::start());
        let seconds = self.started.seconds();
        let ranks: Vec<Standing> = ranks.collect();
        let mut done = Progress::default();
        for rank in &ranks {
            done += rank.progress;
        }
        self.pace.see(seconds, done);
        for (pace, rank) in self.paces.iter_mut().zip(&ranks) {
            pace.see(seconds, rank.progress);
        }
        let words = Words { known, done, pace: &self.pace, nouns: self.nouns };
        let rows = || {
            let paces = self.paces.iter().zip(&ranks).enumerate();
            paces.map(|(number, (pace, rank))| of_rank(number, rank, pace.rate(), self.nouns))
        };
        if let Some(screen) = &self.screen {
            screen.draw(&words, rows());
        } else if self.last_line.elapsed() >= LINE_INTERVAL {
            self.last_line = Stopwatch::start();
            tracing::info!("{}", words.line());
            rows().for_each(|row| tracing::info!("{row}"));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(screen) = &self.screen {
            screen.clear();
        }
    }
}
