//! A profile: which options are chosen, and where it departs from the table. `basic` and the profiles
//! of `profiles/` are known by name; any other is a file of the same form.

use std::path::Path;

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom::dictionary_std::{StandardDataDictionary, tags};
use serde::{Deserialize, Serialize};

use super::options::{Exclusive, Options, ProfileOption};
use super::table::{EDITION, parse_tag};
use crate::dataset::Tag;

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
    #[error("the file cannot be read: {0}")]
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
    /// An override, by its number in the file.
    #[error("override {0}: {1}")]
    Override(usize, &'static str),
}

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    edition: String,
    #[serde(default)]
    retain: Vec<String>,
    #[serde(default)]
    clean: Vec<String>,
    #[serde(default)]
    date_shift: ShiftUnit,
    #[serde(default, rename = "override")]
    overrides: Vec<WrittenOverride>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOverride {
    tag: String,
    creator: Option<String>,
    action: Deed,
    reason: String,
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
            "research" => return Self::parse(RESEARCH),
            "strict" => return Self::parse(STRICT),
            _ => {}
        }
        match std::fs::read_to_string(Path::new(name)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(ProfileError::Unknown)
            }
            Err(error) => Err(ProfileError::Unreadable(error.kind())),
        }
    }

    /// A profile as it is written in a file.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let Written { name, edition, retain, clean, date_shift, overrides } =
            toml::from_str(text).map_err(|error| ProfileError::Form(error.to_string()))?;
        if edition != EDITION {
            return Err(ProfileError::Edition(edition));
        }
        let named = |names: &[String], by: fn(&str) -> Result<ProfileOption, String>| {
            let each = names
                .iter()
                .map(|name| by(name).map_err(|reason| ProfileError::Option(name.clone(), reason)));
            each.collect::<Result<Vec<_>, _>>()
        };
        let mut options = named(&retain, ProfileOption::retained)?;
        options.extend(named(&clean, ProfileOption::cleaned)?);
        let overrides = overrides.into_iter().enumerate().map(|(at, written)| {
            checked(written).map_err(|reason| ProfileError::Override(at + 1, reason))
        });
        Ok(Self {
            name,
            options: Options::new(options)?,
            date_shift,
            overrides: overrides.collect::<Result<_, _>>()?,
        })
    }

    /// The same profile with more options and other steps of dates.
    pub fn with(
        mut self,
        more: impl IntoIterator<Item = ProfileOption>,
        date_shift: Option<ShiftUnit>,
    ) -> Result<Self, Exclusive> {
        self.options = Options::new(self.options.iter().chain(more).collect::<Vec<_>>())?;
        self.date_shift = date_shift.unwrap_or(self.date_shift);
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

    /// Whether an override keeps more than the table allows: then the profile is no longer the
    /// standard's, and does not claim to be.
    pub fn is_weakened(&self) -> bool {
        self.overrides.iter().any(|it| matches!(it.deed, Deed::Keep))
    }
}

/// Attributes that no override may touch: they are the identity under which the output is written.
const FIXED: [Tag; 6] = [
    tags::PATIENT_ID,
    tags::PATIENT_NAME,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
];

fn checked(written: WrittenOverride) -> Result<Override, &'static str> {
    let WrittenOverride { tag, creator, action, reason } = written;
    if reason.trim().is_empty() {
        return Err("`reason` is empty: say why, for whoever reads the profile next");
    }
    let digits: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
    let selector = if let Some(creator) = creator {
        let number = parse_tag(&digits.to_lowercase().replace("xx", "00"))
            .filter(|tag| !tag.0.is_multiple_of(2) && tag.1 <= 0xFF)
            .ok_or("`tag` of a private attribute is written (GGGG,xxEE), with an odd group")?;
        Selector::Private(creator.trim().to_owned(), number.0, number.1 as u8)
    } else {
        let named = StandardDataDictionary.by_name(&tag).map(DataDictionaryEntry::tag);
        let tag = named
            .or_else(|| parse_tag(&digits))
            .ok_or("`tag` is neither (GGGG,EEEE) nor a keyword of PS3.6")?;
        if !tag.0.is_multiple_of(2) {
            return Err("`creator` is missing: a private attribute is known by it");
        }
        if FIXED.contains(&tag) {
            return Err("this attribute is part of the new identity and cannot be overridden");
        }
        Selector::Tag(u32::from(tag.0) << 16 | u32::from(tag.1))
    };
    Ok(Override { selector, deed: action, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rest: &str) -> String {
        format!("name = \"own\"\nedition = \"{EDITION}\"\n{rest}")
    }

    #[test]
    fn the_shipped_profiles_are_whole() {
        let research = Profile::load("research").unwrap();
        assert!(research.options.has(ProfileOption::RetainModifiedDates));
        assert!(research.options.has(ProfileOption::CleanDescriptors));
        assert_eq!(Profile::load("strict").unwrap().name, "strict");
        assert_eq!(Profile::load("basic").unwrap(), Profile::basic());
    }

    #[test]
    fn overrides_go_by_tag_keyword_and_private_creator() {
        let text = file(
            "[[override]]\ntag = \"SliceThickness\"\naction = \"remove\"\nreason = \"a test\"\n\
             [[override]]\ntag = \"(0018,0088)\"\naction = \"empty\"\nreason = \"a test\"\n\
             [[override]]\ntag = \"(0019,xx0C)\"\ncreator = \"MAKER\"\naction = \"keep\"\n\
             reason = \"a test\"\n",
        );
        let profile = Profile::parse(&text).unwrap();
        assert_eq!(profile.override_of(tags::SLICE_THICKNESS), Some((0, Deed::Remove)));
        assert_eq!(profile.override_of(tags::SPACING_BETWEEN_SLICES), Some((1, Deed::Empty)));
        assert_eq!(profile.override_of_private("MAKER", 0x0019, 0x0C), Some(Deed::Keep));
        assert!(profile.is_weakened());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| Profile::parse(text).unwrap_err().to_string();
        let entry = |tag: &str| {
            file(&format!("[[override]]\ntag = \"{tag}\"\naction = \"keep\"\nreason = \"r\"\n"))
        };
        assert!(error("name = \"x\"").contains("edition"));
        assert!(error("name = \"x\"\nedition = \"2020a\"").contains("2020a"));
        assert!(error(&file("retain = [\"all\"]")).contains("full-dates"));
        assert!(error(&file("keep = []")).contains("keep"));
        assert!(error(&entry("PatientID")).contains("cannot be overridden"));
        assert!(error(&entry("NoSuchKeyword")).contains("override 1"));
        assert!(error(&entry("(0009,1001)")).contains("creator"));
        let both = file("retain = [\"full-dates\", \"modified-dates\"]");
        assert!(error(&both).contains("exclude"));
        assert_eq!(Profile::load("/no/such/file"), Err(ProfileError::Unknown));
    }
}
