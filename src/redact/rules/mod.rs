//! Rules by device: where images of known devices show an identity in their pixels. A data set and its
//! image in, the areas to replace out.
//!
//! Rules are looked at in their order. Every rule that matches adds its areas: a mask too many costs
//! pixels, one too few a name. A rule without areas says that what matches it is clean, and ends the search;
//! so an exception stands above the rules that it excepts from.

mod condition;
mod ctp;
mod file;
mod pattern;
mod region;
mod value;

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::area::{Area, Reason};
use crate::dataset::DataSet;
use crate::image::ImagePixel;
pub use condition::{Condition, Form, How, Test};
pub use pattern::Pattern;
pub use region::{Extent, Region};

/// The rules in their order. Their names differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// What is done with images of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Small letters, digits and hyphens, as it stands in reports.
    pub name: String,
    /// Which images are meant.
    pub condition: Condition,
    /// Where their text stands; none where they are known to have none.
    pub areas: Vec<Region>,
}

/// What the rules say of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The areas, cut to the image.
    pub areas: Vec<Area>,
    /// The names of the rules that match, those among them whose areas lie beyond the image.
    pub matching: Vec<String>,
    /// Whether a rule says that there is nothing to replace, and none before it says otherwise.
    pub is_clean: bool,
}

/// What is wrong with a file of rules. The messages hold no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// It cannot be read.
    #[error("the file cannot be read: {}", crate::storage::kind_in_words(*.0))]
    Unreadable(std::io::ErrorKind),
    /// Longer than rules are.
    #[error("the file is longer than {MOST_BYTES} bytes, which no file of rules is")]
    Long,
    /// Neither the one nor the other.
    #[error(
        "neither rules in TOML, which have [[rule]], nor a script of CTP, which has a signature in \
         braces"
    )]
    Kind,
    /// It is no TOML of the right form.
    #[error("not a file of rules: {0}")]
    Form(String),
    /// A rule, by its number in the file and its name.
    #[error("rule {0}{1}: {2}")]
    Rule(usize, String, String),
    /// A line of a script of CTP.
    #[error("line {0}: {1}")]
    Script(usize, String),
    /// Two rules of one name.
    #[error("two rules are called {0}: reports would not tell them apart")]
    Name(String),
}

/// More than any file of rules has, and little enough to parse.
const MOST_BYTES: u64 = 1 << 20;

const OWN: &str = include_str!("own.toml");

impl Rules {
    /// The rules that come with the program.
    pub fn own() -> Self {
        Self::from_toml(OWN).expect("a test reads them")
    }

    /// Rules from a file: TOML, or a script of CTP's `DicomPixelAnonymizer`, by its extension or, where
    /// that is another, by what stands in it.
    pub fn load(path: &Path) -> Result<Self, RulesError> {
        let unreadable = |error: std::io::Error| RulesError::Unreadable(error.kind());
        // Before it is opened: a pipe would wait for ever.
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(RulesError::Unreadable(std::io::ErrorKind::InvalidInput));
        }
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(RulesError::Long);
        }
        let extension = path.extension().map(OsStr::to_ascii_lowercase);
        match extension.as_deref().and_then(OsStr::to_str) {
            Some("toml") => Self::from_toml(&text),
            Some("script") => Self::from_script(&text),
            _ if text.lines().any(|line| line.trim_start().starts_with("[[rule]]")) => {
                Self::from_toml(&text)
            }
            _ if text.contains('{') => Self::from_script(&text),
            _ => Err(RulesError::Kind),
        }
    }

    /// Rules as TOML.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        Self::named(file::parse(text)?)
    }

    /// Rules as a script of CTP's `DicomPixelAnonymizer`.
    pub fn from_script(text: &str) -> Result<Self, RulesError> {
        Self::named(ctp::parse(text)?)
    }

    /// These rules, and others behind them. One of them whose name is taken gets a number behind it.
    #[must_use]
    pub fn followed_by(mut self, others: Self) -> Self {
        for mut rule in others.rules {
            let is_taken = |name: &str| self.rules.iter().any(|known| known.name == name);
            if is_taken(&rule.name) {
                let numbered = (2..).map(|number| format!("{}-{number}", rule.name));
                rule.name = numbered.into_iter().find(|name| !is_taken(name)).unwrap_or(rule.name);
            }
            self.rules.push(rule);
        }
        self
    }

    /// The rules, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// What the rules say of this image.
    pub fn apply(&self, data_set: &DataSet, image: &ImagePixel) -> Applied {
        let mut applied = Applied::default();
        for rule in &self.rules {
            if !rule.condition.holds(data_set, image) {
                continue;
            }
            applied.matching.push(rule.name.clone());
            if rule.areas.is_empty() {
                applied.is_clean = applied.matching.len() == 1;
                break;
            }
            let areas = rule.areas.iter().filter_map(|region| {
                let (rectangle, frames) = region.of(image)?;
                Some(Area { rectangle, frames, reason: Reason::Rule(rule.name.clone()) })
            });
            applied.areas.extend(areas);
        }
        applied
    }

    fn named(rules: Vec<Rule>) -> Result<Self, RulesError> {
        let mut names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(RulesError::Name(pair[0].to_owned())),
            None => Ok(Self { rules }),
        }
    }
}

#[cfg(test)]
mod tests;
