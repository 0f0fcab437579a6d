//! A profile: which options are chosen, and where it departs from the table. `basic` and the profiles
//! of `profiles/` are known by name; any other is a file of the same form.

use std::path::Path;

use dicom::core::dictionary::VirtualVr;
use serde::{Deserialize, Serialize};

use super::options::{Exclusive, Options, ProfileOption};
use super::profile_file;
use super::rules::dictionary_vr;
use super::table::{EDITION, table};
use crate::dataset::{Tag, VR};

/// In what steps the dates of a patient move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ShiftUnit {
    /// Whole days.
    #[default]
    Days,
    /// Whole weeks: the day of the week stays.
    Weeks,
}

/// What an override does with an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It stays.
    Keep,
    /// Its text is reduced to words that say nothing of a person.
    Clean,
    /// Its dates are moved by the patient's shift.
    Shift,
    /// Its UIDs are replaced.
    ReplaceUid,
    /// It is left out.
    Remove,
    /// It stands with no value.
    Empty,
    /// It gets a value that says nothing.
    Dummy,
}

/// Which attributes an override speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Selector {
    /// An attribute of the standard.
    Tag(u32),
    /// An attribute of a private block: creator, group, last two hex digits of the element.
    Private(String, u16, u8),
}

/// A departure from the table, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The attribute.
    pub selector: Selector,
    /// What is done with it.
    pub deed: Deed,
    /// Why.
    pub reason: String,
}

/// Which rules are chosen. Everything in it decides about the bytes of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name in reports.
    pub name: String,
    /// The options of PS3.15.
    pub options: Options,
    /// In what steps dates move.
    pub date_shift: ShiftUnit,
    /// Departures from the table.
    pub overrides: Vec<Override>,
}

/// What is wrong with a profile. The messages name entries, and hold no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// No such name, no such file.
    #[error("no profile of this name and no such file; known by name: basic, research, strict")]
    Unknown,
    /// It cannot be read.
    #[error("the file cannot be read: {}", crate::storage::kind_in_words(*.0))]
    Unreadable(std::io::ErrorKind),
    /// It is no TOML of the right form.
    #[error("not a profile: {0}")]
    Form(String),
    /// It was written for another edition of the table.
    #[error(
        "written for PS3.15 {0}, and this program has {EDITION}: check it and change `edition`"
    )]
    Edition(String),
    /// An entry of `retain` or `clean`.
    #[error("`{0}`: {1}")]
    Option(String, String),
    /// Two options exclude each other.
    #[error(transparent)]
    Exclusive(#[from] Exclusive),
    /// A step of dates that do not move.
    #[error("--date-shift says how dates move, and they move with --retain modified-dates alone")]
    NothingMoves,
    /// A name that is taken.
    #[error("`name`: {0} is a profile of the program: choose another name")]
    Name(String),
    /// An override, by its number in the file.
    #[error("override {0}: {1}")]
    Override(usize, &'static str),
}

const RESEARCH: &str = include_str!("profiles/research.toml");
const STRICT: &str = include_str!("profiles/strict.toml");

impl Profile {
    /// The Basic Application Level Confidentiality Profile with no option.
    pub fn basic() -> Self {
        Self {
            name: "basic".into(),
            options: Options::default(),
            date_shift: ShiftUnit::Days,
            overrides: Vec::new(),
        }
    }

    /// The profile of this name, or in this file.
    pub fn load(name: &str) -> Result<Self, ProfileError> {
        match name {
            "basic" => return Ok(Self::basic()),
            "research" => return profile_file::parse(RESEARCH),
            "strict" => return profile_file::parse(STRICT),
            _ => {}
        }
        match std::fs::read_to_string(Path::new(name)) {
            Ok(text) => profile_file::parse_own(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ProfileError::Unknown)
            }
            Err(error) => Err(ProfileError::Unreadable(error.kind())),
        }
    }

    /// The same profile with more options and other steps of dates.
    pub fn with(
        mut self,
        more: impl IntoIterator<Item = ProfileOption>,
        date_shift: Option<ShiftUnit>,
    ) -> Result<Self, ProfileError> {
        self.options = Options::new(self.options.iter().chain(more).collect::<Vec<_>>())?;
        if let Some(unit) = date_shift {
            if self.temporal_information() != TemporalInformation::Modified {
                return Err(ProfileError::NothingMoves);
            }
            self.date_shift = unit;
        }
        Ok(self)
    }

    /// The override of an attribute of the standard, with its number.
    pub(super) fn override_of(&self, tag: Tag) -> Option<(usize, Deed)> {
        let number = u32::from(tag.0) << 16 | u32::from(tag.1);
        let found = self.overrides.iter().position(|it| it.selector == Selector::Tag(number))?;
        Some((found, self.overrides[found].deed))
    }

    /// The override of a private attribute.
    pub(super) fn override_of_private(
        &self,
        creator: &str,
        group: u16,
        element: u8,
    ) -> Option<Deed> {
        let is_it = |it: &&Override| {
            matches!(&it.selector, Selector::Private(c, g, e)
                if c == creator && *g == group && *e == element)
        };
        self.overrides.iter().find(is_it).map(|found| found.deed)
    }

    /// The codes of CID 7050 that the instances claim.
    pub fn method_codes(&self) -> Vec<&'static str> {
        super::record::claims(self).into_iter().map(|(code, _)| code).collect()
    }

    /// Whether an override speaks of a private attribute.
    pub(super) fn has_private_overrides(&self) -> bool {
        self.overrides.iter().any(|it| matches!(it.selector, Selector::Private(..)))
    }

    /// Whether an override speaks of a block of this creator.
    pub(super) fn names_creator(&self, creator: &str) -> bool {
        self.overrides
            .iter()
            .any(|it| matches!(&it.selector, Selector::Private(c, ..) if c == creator))
    }

    /// Whether an override keeps more than the table allows: then the profile is no longer the
    /// standard's, and does not claim to be.
    pub fn is_weakened(&self) -> bool {
        let is_weaker = |it: &Override| {
            let is_listed = it.selector.tag().is_none_or(|tag| table().row(tag).is_some());
            is_listed && matches!(it.deed, Deed::Keep | Deed::Clean | Deed::Shift)
        };
        self.overrides.iter().any(is_weaker)
    }

    /// What becomes of dates and times.
    pub fn temporal_information(&self) -> TemporalInformation {
        let is_date =
            |tag| matches!(dictionary_vr(tag), Some(VirtualVr::Exact(VR::DA | VR::DT | VR::TM)));
        let is_done = |deed| {
            // Nobody but the profile knows what a private attribute holds.
            let of_dates = |it: &Override| it.selector.tag().is_none_or(is_date);
            self.overrides.iter().any(|it| it.deed == deed && of_dates(it))
        };
        if self.options.has(ProfileOption::RetainFullDates) || is_done(Deed::Keep) {
            TemporalInformation::Unmodified
        } else if self.options.has(ProfileOption::RetainModifiedDates) || is_done(Deed::Shift) {
            TemporalInformation::Modified
        } else {
            TemporalInformation::Removed
        }
    }
}

impl Selector {
    /// The attribute of the standard.
    pub(super) fn tag(&self) -> Option<Tag> {
        match self {
            Self::Tag(number) => Some(Tag((number >> 16) as u16, *number as u16)),
            Self::Private(..) => None,
        }
    }
}

/// Longitudinal Temporal Information Modified (0028,0303).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemporalInformation {
    /// Some dates stay as they are.
    Unmodified,
    /// Dates are moved.
    Modified,
    /// No date stays.
    Removed,
}

impl TemporalInformation {
    /// The defined term.
    pub(super) fn term(self) -> &'static str {
        match self {
            Self::Unmodified => "UNMODIFIED",
            Self::Modified => "MODIFIED",
            Self::Removed => "REMOVED",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_profiles_are_whole() {
        let research = Profile::load("research").unwrap();
        assert!(research.options.has(ProfileOption::RetainModifiedDates));
        assert!(research.options.has(ProfileOption::CleanDescriptors));
        assert!(!research.is_weakened());
        let strict = Profile::load("strict").unwrap();
        assert!(strict.name == "strict" && !strict.is_weakened());
        assert_eq!(Profile::load("basic").unwrap(), Profile::basic());
        assert_eq!(Profile::load("/no/such/file"), Err(ProfileError::Unknown));
    }

    #[test]
    fn weeks_are_for_dates_that_move() {
        let with = |profile: Profile| profile.with([], Some(ShiftUnit::Weeks));
        assert_eq!(with(Profile::basic()), Err(ProfileError::NothingMoves));
        assert_eq!(with(Profile::load("research").unwrap()).unwrap().date_shift, ShiftUnit::Weeks);
    }
}
