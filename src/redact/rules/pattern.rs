//! Regular expressions in rules: text in, an expression for whole values out, bounded in its size.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// A regular expression that a whole value has to match.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    regex: Regex,
}

/// Bytes that a compiled expression may have; it is asked of every image.
const MOST_BYTES: usize = 1 << 18;

impl Pattern {
    /// Compiles the expression.
    pub fn new(text: &str) -> Result<Self, String> {
        // Alone first: a parenthesis too many would close the one that is put around it.
        let build =
            |text: &str| RegexBuilder::new(text).size_limit(MOST_BYTES).nest_limit(32).build();
        let wrong =
            "no regular expression that can be used here (nothing may look ahead or behind)";
        build(text).map_err(|_| wrong.to_owned())?;
        let regex = build(&format!("^(?:{text})$")).map_err(|_| wrong.to_owned())?;
        Ok(Self { text: text.to_owned(), regex })
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}
