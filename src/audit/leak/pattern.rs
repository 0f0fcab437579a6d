//! What is searched for: an identifying value in, the forms in which it might stand somewhere out.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::dataset::Tag;
use crate::deident::{self, Concern};

/// Shorter values are found everywhere.
pub(super) const MIN_BYTES: usize = 4;
/// Longer text is searched for by its beginning.
const MAX_BYTES: usize = 128;

/// Where an identifying value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An attribute.
    Attribute(Tag),
    /// The name of the input file or of a folder above it.
    Path,
}

impl fmt::Display for Source {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(tag) => write!(to, "the value of {tag}"),
            Self::Path => to.write_str("a name in the input's path"),
        }
    }
}

/// A form of a value, beside its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) source: Source,
    pub(super) concern: Concern,
    /// Characters of the value, whatever their encoding.
    pub(super) characters: usize,
    /// UTF-16.
    pub(super) is_wide: bool,
    pub(super) is_uid: bool,
}

/// The forms of many values, each once.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    pub(super) forms: HashMap<Vec<u8>, Pattern>,
    /// Their bytes.
    pub(super) bytes: usize,
    /// Values that may stand in the output.
    spared: Spared,
}

/// Values of an input that its output holds with right.
#[derive(Debug, Default)]
pub(super) struct Spared {
    pub(super) values: HashSet<String>,
    /// Dates that were moved before.
    pub(super) dates: bool,
}

/// A value to be searched for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Searched {
    pub(super) source: Source,
    pub(super) concern: Concern,
}

impl Patterns {
    /// No forms yet, and none of these values.
    pub(super) fn sparing(spared: Spared) -> Self {
        Self { spared, ..Self::default() }
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        for (form, pattern) in other.forms {
            self.put(form, pattern);
        }
        self
    }

    /// Takes these along too.
    pub(super) fn copy_from(&mut self, other: &Self) {
        for (form, pattern) in &other.forms {
            self.put(form.clone(), *pattern);
        }
    }

    /// A text: as it is, in both cases of its letters, and in UTF-16. The search itself does not
    /// tell the cases of ASCII letters apart.
    pub(super) fn text(&mut self, searched: Searched, text: &str) {
        for line in text.split(['\r', '\n']) {
            let line = beginning(line.trim_matches(|c: char| c.is_whitespace() || c == '\0'));
            if line.len() < MIN_BYTES || says_nothing(line) {
                continue;
            }
            self.folded(searched, line, false);
        }
    }

    /// A UID.
    pub(super) fn uid(&mut self, searched: Searched, uid: &str) {
        if uid.len() >= MIN_BYTES && !says_nothing(uid) {
            self.folded(searched, uid, true);
        }
    }

    /// A person name: whole, and each component of each of its groups (PS3.5 section 6.2.1).
    pub(super) fn name(&mut self, searched: Searched, name: &str) {
        self.text(searched, name);
        for component in name.split(['^', '=']) {
            self.text(searched, component);
        }
    }

    /// A date or a date and time: as it is, and its day as people write it.
    pub(super) fn date(&mut self, searched: Searched, date: &str) {
        if self.spared.dates {
            return;
        }
        self.text(searched, date);
        let Some((year, month, day)) = day(date) else {
            return;
        };
        if is_dummy_day(year, month, day) {
            return;
        }
        for written in [
            format!("{year}{month}{day}"),
            format!("{year}-{month}-{day}"),
            format!("{day}.{month}.{year}"),
            format!("{month}/{day}/{year}"),
            format!("{day}/{month}/{year}"),
        ] {
            self.text(searched, &written);
        }
    }

    /// Bytes of a character set that is not UTF-8.
    pub(super) fn raw(&mut self, searched: Searched, bytes: &[u8]) {
        let bytes = bytes.trim_ascii();
        let bytes = &bytes[..bytes.len().min(MAX_BYTES)];
        if bytes.len() >= MIN_BYTES {
            let pattern = searched.pattern(bytes.len(), false);
            self.put(bytes.to_vec(), pattern);
        }
    }

    fn folded(&mut self, searched: Searched, text: &str, is_uid: bool) {
        if self.spared.values.contains(text) {
            return;
        }
        self.forms_of(searched, text, is_uid);
        if !text.is_ascii() {
            self.forms_of(searched, &text.to_lowercase(), is_uid);
            self.forms_of(searched, &text.to_uppercase(), is_uid);
        }
    }

    fn forms_of(&mut self, searched: Searched, text: &str, is_uid: bool) {
        let characters = text.chars().count();
        let pattern = Pattern { is_uid, ..searched.pattern(characters, false) };
        let wide = Pattern { is_wide: true, ..pattern };
        self.put(text.as_bytes().to_vec(), pattern);
        self.put(text.encode_utf16().flat_map(u16::to_le_bytes).collect(), wide);
        self.put(text.encode_utf16().flat_map(u16::to_be_bytes).collect(), wide);
    }

    /// Of two sources of one form the one of greater concern is told.
    fn put(&mut self, form: Vec<u8>, pattern: Pattern) {
        let length = form.len();
        match self.forms.get_mut(&form) {
            Some(known) if known.concern >= pattern.concern => {}
            Some(known) => *known = pattern,
            None => {
                self.bytes += length;
                self.forms.insert(form, pattern);
            }
        }
    }
}

impl Searched {
    fn pattern(self, characters: usize, is_wide: bool) -> Pattern {
        let Self { source, concern } = self;
        Pattern { source, concern, characters, is_wide, is_uid: false }
    }
}

fn beginning(text: &str) -> &str {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= MAX_BYTES);
    &text[..end.unwrap_or(text.len())]
}

/// Values that name nobody, and the dummies of dates and ages.
fn says_nothing(text: &str) -> bool {
    let dummies = ["19000101", "19000101000000", "000Y"];
    deident::says_nothing(text) || dummies.contains(&text)
}

/// Year, month and day of a DA or DT value, also as old writers have it: 1999.12.31.
fn day(date: &str) -> Option<(&str, &str, &str)> {
    let (year, rest) = date.split_at_checked(4)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let (month, rest) = rest.split_at_checked(2)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let (day, _) = rest.split_at_checked(2)?;
    let within = |text: &str, low: u16, high: u16| {
        text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse().is_ok_and(|number| (low..=high).contains(&number))
    };
    let is_day = within(year, 1800, 2200) && within(month, 1, 12) && within(day, 1, 31);
    is_day.then_some((year, month, day))
}

fn is_dummy_day(year: &str, month: &str, day: &str) -> bool {
    (year, month, day) == ("1900", "01", "01")
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;

    fn searched() -> Searched {
        Searched { source: Source::Attribute(tags::PATIENT_NAME), concern: Concern::Identifier }
    }

    fn has(patterns: &Patterns, form: &[u8]) -> bool {
        patterns.forms.contains_key(form)
    }

    #[test]
    fn a_name_is_searched_whole_and_in_parts_and_in_utf_16() {
        let mut patterns = Patterns::default();
        patterns.name(searched(), "Müller^Jo^Katharina=ミュラー");
        for form in ["Müller^Jo^Katharina=ミュラー", "Müller", "MÜLLER", "Katharina", "ミュラー"]
        {
            assert!(has(&patterns, form.as_bytes()), "{form}");
        }
        assert!(!has(&patterns, b"Jo"), "too short");
        assert!(has(&patterns, b"K\0a\0t\0h\0a\0r\0i\0n\0a\0"));
        assert!(has(&patterns, b"\0K\0a\0t\0h\0a\0r\0i\0n\0a"));
    }

    #[test]
    fn a_day_is_searched_as_people_write_it() {
        for date in ["19991231", "1999.12.31", "19991231235959.5+0100"] {
            let mut patterns = Patterns::default();
            patterns.date(searched(), date);
            for form in ["19991231", "1999-12-31", "31.12.1999", "12/31/1999", "31/12/1999"] {
                assert!(has(&patterns, form.as_bytes()), "{form} of {date}");
            }
        }
    }

    #[test]
    fn dummies_and_repeated_characters_are_not_searched() {
        let mut patterns = Patterns::default();
        for text in [
            "Removed",
            "1.2.840.10008.1.2.1",
            "0000",
            "000000.00",
            "????",
            "XXXXX",
            "abc",
            "",
            "19000101",
        ] {
            patterns.date(searched(), text);
        }
        assert!(patterns.forms.is_empty(), "{:?}", patterns.forms);
    }

    #[test]
    fn of_long_text_each_line_is_searched_by_its_beginning() {
        let mut patterns = Patterns::default();
        patterns.text(searched(), &format!("first line\r\n{}", "ab".repeat(500)));
        assert!(has(&patterns, b"first line"));
        assert!(has(&patterns, "ab".repeat(64).as_bytes()));
    }

    #[test]
    fn an_identifier_outranks_a_description_of_the_same_form() {
        let mut patterns = Patterns::default();
        let descriptor = Searched { concern: Concern::Descriptor, ..searched() };
        patterns.text(descriptor, "Smith");
        patterns.text(searched(), "Smith");
        patterns.text(descriptor, "Smith");
        assert_eq!(patterns.forms[b"Smith".as_slice()].concern, Concern::Identifier);
    }
}
