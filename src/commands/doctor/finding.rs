//! What a check has found: a mark, a topic, a sentence, and what to do where there is something to do.

use serde::{Deserialize, Serialize};

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Mark {
    /// As it should be.
    Ok,
    /// A run would work, but slower or with less than it could have.
    Warn,
    /// A run would not work.
    Fail,
}

impl Mark {
    /// As it is printed: a word, so that nobody needs colours.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// What a check has found. Holds no path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Finding {
    pub(super) mark: Mark,
    /// One word or two.
    pub(super) topic: String,
    pub(super) text: String,
    /// What to do.
    pub(super) advice: Option<String>,
}

impl Finding {
    pub(super) fn ok(topic: &str, text: impl Into<String>) -> Self {
        Self { mark: Mark::Ok, topic: topic.to_owned(), text: text.into(), advice: None }
    }

    pub(super) fn warn(topic: &str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        let advice = Some(advice.into());
        Self { mark: Mark::Warn, topic: topic.to_owned(), text: text.into(), advice }
    }

    /// A failure whose text says itself what to do.
    pub(super) fn fail(topic: &str, text: impl Into<String>) -> Self {
        Self { mark: Mark::Fail, topic: topic.to_owned(), text: text.into(), advice: None }
    }

    /// The same with advice.
    pub(super) fn advise(self, advice: &str) -> Self {
        Self { advice: Some(advice.to_owned()), ..self }
    }
}
