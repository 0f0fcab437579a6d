//! The head of a page: how a run went, in one sentence, with what follows from it and the key figures.

use askama::Template;

/// How good the news is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// All is there.
    Good,
    /// Somebody should look.
    Look,
    /// Nothing may be relied on.
    Bad,
}

impl Level {
    fn tone(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
        }
    }

    /// What the tab shows before its title.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Look => "!",
            Self::Bad => "✕",
        }
    }
}

/// A key figure.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) note: String,
}

/// A place on the page, and the words of the link to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct More {
    pub(crate) section: &'static str,
    pub(crate) words: &'static str,
}

/// The verdict as its template takes it.
#[derive(Debug, Template)]
#[template(path = "verdict.html", config = "src/html/askama.toml")]
pub(crate) struct Verdict {
    pub(crate) level: Level,
    /// The level in words.
    pub(crate) word: &'static str,
    pub(crate) sentence: String,
    /// Where the page tells more of it.
    pub(crate) more: Option<More>,
    pub(crate) notes: Vec<String>,
    pub(crate) tiles: Vec<Tile>,
}
