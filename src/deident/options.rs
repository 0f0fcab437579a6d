//! The options of the profile (PS3.15 section E.3): their names on the command line, their columns in
//! Table E.1-1, and the codes by which an instance says that they ran.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// An option of the Application Level Confidentiality Profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileOption {
    /// Retain Safe Private (E.3.10).
    RetainSafePrivate,
    /// Retain UIDs (E.3.9).
    RetainUids,
    /// Retain Device Identity (E.3.8).
    RetainDevice,
    /// Retain Institution Identity (E.3.11).
    RetainInstitution,
    /// Retain Patient Characteristics (E.3.7).
    RetainPatient,
    /// Retain Longitudinal Temporal Information with Full Dates (E.3.6).
    RetainFullDates,
    /// Retain Longitudinal Temporal Information with Modified Dates (E.3.6).
    RetainModifiedDates,
    /// Clean Descriptors (E.3.5).
    CleanDescriptors,
    /// Clean Structured Content (E.3.4).
    CleanStructured,
    /// Clean Graphics (E.3.3).
    CleanGraphics,
    /// Clean Pixel Data (E.3.1): nothing of Table E.1-1, and claimed by an instance only when it ran there.
    CleanPixels,
}

use ProfileOption::{
    CleanDescriptors, CleanGraphics, CleanPixels, CleanStructured, RetainDevice, RetainFullDates,
    RetainInstitution, RetainModifiedDates, RetainPatient, RetainSafePrivate, RetainUids,
};

/// The options in the order of the table's columns, with the name of the column, the name on the
/// command line, the code of CID 7050 and its meaning (PS3.16).
struct Row(ProfileOption, &'static str, &'static str, &'static str, &'static str);

const ROWS: [Row; 11] = [
    Row(
        RetainSafePrivate,
        "retain_safe_private",
        "safe-private",
        "113111",
        "Retain Safe Private Option",
    ),
    Row(RetainUids, "retain_uids", "uids", "113110", "Retain UIDs Option"),
    Row(
        RetainDevice,
        "retain_device_identity",
        "device",
        "113109",
        "Retain Device Identity Option",
    ),
    Row(
        RetainInstitution,
        "retain_institution_identity",
        "institution",
        "113112",
        "Retain Institution Identity Option",
    ),
    Row(
        RetainPatient,
        "retain_patient_characteristics",
        "patient",
        "113108",
        "Retain Patient Characteristics Option",
    ),
    Row(
        RetainFullDates,
        "retain_longitudinal_full_dates",
        "full-dates",
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    ),
    Row(
        RetainModifiedDates,
        "retain_longitudinal_modified_dates",
        "modified-dates",
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    Row(CleanDescriptors, "clean_descriptors", "descriptors", "113105", "Clean Descriptors Option"),
    Row(
        CleanStructured,
        "clean_structured_content",
        "structured",
        "113104",
        "Clean Structured Content Option",
    ),
    Row(CleanGraphics, "clean_graphics", "graphics", "113103", "Clean Graphics Option"),
    Row(CleanPixels, "clean_pixel_data", "pixels", "113101", "Clean Pixel Data Option"),
];

impl ProfileOption {
    /// All of them, in the order of the table's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.0 == self).expect("each option has its row")
    }

    /// The name of its column in the table's data file.
    pub(super) fn column(self) -> &'static str {
        self.row().1
    }

    /// Whether it is given by `--retain`; the others by `--clean`.
    pub fn is_retained(self) -> bool {
        !matches!(self, CleanDescriptors | CleanStructured | CleanGraphics | CleanPixels)
    }

    /// The name behind `--retain` or `--clean`.
    pub fn name(self) -> &'static str {
        self.row().2
    }

    /// Its code in CID 7050 and what that means.
    pub fn code(self) -> (&'static str, &'static str) {
        (self.row().3, self.row().4)
    }

    /// Whether this is the meaning of the code of one of them.
    pub fn is_meaning(value: &[u8]) -> bool {
        Self::all().any(|option| option.code().1.as_bytes() == value.trim_ascii_end())
    }

    /// The option of this name behind `--retain`.
    pub fn retained(name: &str) -> Result<Self, String> {
        by_name(name, true).ok_or_else(|| {
            format!("there is no such option; --retain takes {}", names(true).join(", "))
        })
    }

    /// The option of this name behind `--clean`.
    pub fn cleaned(name: &str) -> Result<Self, String> {
        match name {
            "visual" => {
                Err("cleaning recognizable visual features is not offered: images of heads from \
                     which a face could be made are marked in the index and counted in the summary, \
                     so deface them with another tool, or do not hand them on"
                    .into())
            }
            _ => by_name(name, false).ok_or_else(|| {
                format!("there is no such option; --clean takes {}", names(false).join(", "))
            }),
        }
    }
}

fn by_name(name: &str, retained: bool) -> Option<ProfileOption> {
    ProfileOption::all().find(|option| option.is_retained() == retained && option.name() == name)
}

fn names(retained: bool) -> Vec<&'static str> {
    let options = ProfileOption::all().filter(|option| option.is_retained() == retained);
    options.map(ProfileOption::name).collect()
}

/// A set of options that go together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeSet<ProfileOption>);

/// Full Dates and Modified Dates say opposite things (PS3.15 section E.3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("full-dates and modified-dates exclude each other: choose one of them")]
pub struct Exclusive;

impl Options {
    /// The set of these options, unless two exclude each other.
    pub fn new(options: impl IntoIterator<Item = ProfileOption>) -> Result<Self, Exclusive> {
        let set: BTreeSet<ProfileOption> = options.into_iter().collect();
        if set.contains(&RetainFullDates) && set.contains(&RetainModifiedDates) {
            return Err(Exclusive);
        }
        Ok(Self(set))
    }

    /// Whether an option is chosen.
    pub fn has(&self, option: ProfileOption) -> bool {
        self.0.contains(&option)
    }

    /// The chosen options in the order of the table's columns.
    pub fn iter(&self) -> impl Iterator<Item = ProfileOption> {
        self.0.iter().copied()
    }
}

impl std::fmt::Display for Options {
    /// As on the command line: `retain uids, clean graphics`.
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, option) in self.iter().enumerate() {
            let verb = if option.is_retained() { "retain" } else { "clean" };
            let comma = if at == 0 { "" } else { ", " };
            write!(to, "{comma}{verb} {}", option.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_its_name_and_code() {
        for option in ProfileOption::all() {
            let name = option.name();
            let parsed = if option.is_retained() {
                ProfileOption::retained(name)
            } else {
                ProfileOption::cleaned(name)
            };
            assert_eq!(parsed, Ok(option));
            assert!(option.code().0.starts_with("1131"));
        }
    }

    #[test]
    fn what_does_not_go_is_refused_with_a_reason() {
        assert_eq!(Options::new([RetainFullDates, RetainModifiedDates]), Err(Exclusive));
        assert!(ProfileOption::cleaned("visual").unwrap_err().contains("not offered"));
        assert!(ProfileOption::retained("graphics").unwrap_err().contains("full-dates"));
    }
}
