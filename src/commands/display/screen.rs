//! The bar on a terminal: lines of text in, a bar with them on standard error out. Log lines go above it.

use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use rustix::termios::tcgetwinsize;

use super::words::Words;
use crate::terminal;

/// Drawn so often in a second.
const HERTZ: u8 = 5;
/// Parts of the bar.
const PARTS: u64 = 1000;
/// Lines of a terminal that the rows of ranks leave free.
const FREE_LINES: u16 = 6;
/// Where a terminal does not say how high it is.
const HEIGHT: u16 = 24;

/// All that is drawn. One for the process, as its terminal is: log lines must know of it.
static DRAWN: LazyLock<MultiProgress> =
    LazyLock::new(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(HERTZ)));

/// A bar, and below it a line for each rank that has room.
#[derive(Debug)]
pub(super) struct Screen {
    bar: ProgressBar,
    rows: Vec<ProgressBar>,
    /// Says how many ranks had no room.
    rest: Option<ProgressBar>,
}

impl Screen {
    /// With so many rows for ranks, as far as they fit.
    pub(super) fn new(ranks: usize) -> Self {
        let height = tcgetwinsize(std::io::stderr()).map_or(HEIGHT, |size| size.ws_row);
        let room = usize::from(height.saturating_sub(FREE_LINES));
        let line = || {
            let bar = DRAWN.add(ProgressBar::new(1));
            bar.with_style(style("{msg}"))
        };
        let is_coloured = terminal::wants_colours(true, terminal::variable);
        let colour = if is_coloured { ".cyan" } else { "" };
        let bar = DRAWN.add(ProgressBar::new(PARTS));
        bar.set_style(style(&format!("{{bar:20{colour}}} {{percent:>3}} %  {{msg}}")));
        bar.enable_steady_tick(Duration::from_secs(1));
        let rows = (0..ranks.min(room)).map(|_| line()).collect();
        let rest = (ranks > room).then(|| {
            let rest = line();
            rest.set_message(format!("and {} more ranks", ranks - room));
            rest
        });
        Self { bar, rows, rest }
    }

    /// Shows these words.
    pub(super) fn draw(&self, words: &Words<'_>, rows: impl Iterator<Item = String>) {
        self.bar.set_position((words.share() * PARTS as f64) as u64);
        let below = format!("  {}", words.amounts().join("   "));
        self.bar.set_message(format!("{}   {}\n{below}", words.files(), words.left()));
        for (row, text) in self.rows.iter().zip(rows) {
            row.set_message(text);
        }
    }

    /// Takes all of it away.
    pub(super) fn clear(&self) {
        for bar in self.rows.iter().chain(&self.rest) {
            bar.finish_and_clear();
        }
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.expect("the templates are those of this file").progress_chars("=> ")
}

/// Standard error for log lines: the bar makes room for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        DRAWN.suspend(|| std::io::stderr().write(line))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
