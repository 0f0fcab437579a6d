//! What identifies in one instance: its own header in, every name, number and date of it that the
//! profile takes away. Text that stays is searched for them, and they are cut out.

use std::borrow::Cow;

use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::charset::CharacterSet;
use super::concern::Concern;
use super::dates;
use super::needles::Needles;
use super::rules::Rules;
use super::words::is_common;
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// The identifying values of one instance.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    /// The values in lower case.
    needles: Needles,
}

/// Shorter parts of a name say too little to be told from chance.
const LEAST_NAME: usize = 3;
/// Shorter values of other attributes.
const LEAST: usize = 4;
/// From so many characters on a value within a longer word is no chance.
const LONG: usize = 8;
/// Longer text is known by its beginning.
const MOST: usize = 64;
/// More of them are beyond any real header; the first count.
const MOST_VALUES: usize = 10_000;

impl Identifiers {
    /// Those of a data set, at every depth.
    pub(super) fn of(data_set: &DataSet, rules: &Rules) -> Self {
        let mut found = Found::default();
        collect(data_set, rules, &CharacterSet::default(), &mut found);
        found.days.sort_unstable();
        found.days.dedup();
        for (year, month, day) in found.days {
            found.values.extend(written_days(year, month, day));
        }
        Self { needles: Needles::new(found.values) }
    }

    /// The text without them; `None` where none stands in it.
    pub(super) fn cut(&self, text: &str) -> Option<String> {
        // One character for one, so that places in the folded text are places in the text.
        let folded = folded(text);
        let mut cut = self.needles.find(&folded);
        cut.retain(|(start, end)| counts(&folded, *start, *end));
        if cut.is_empty() {
            return None;
        }
        cut.sort_unstable();
        let mut kept = String::with_capacity(text.len());
        let folded_at: Vec<usize> = folded.char_indices().map(|(at, _)| at).collect();
        let mut cuts = cut.iter().peekable();
        let mut until = 0;
        for (character, at) in text.chars().zip(folded_at) {
            while let Some((_, end)) = cuts.next_if(|(start, _)| *start <= at) {
                until = until.max(*end);
            }
            if at >= until {
                kept.push(character);
            } else if !kept.ends_with(' ') {
                kept.push(' ');
            }
        }
        Some(kept.trim().to_owned())
    }

    /// Whether one of them stands in these bytes.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.cut(text).is_some()
    }
}

/// What is found before it is made ready to be looked for.
#[derive(Debug, Default)]
struct Found {
    values: Vec<String>,
    days: Vec<(i64, u32, u32)>,
}

/// The text in lower case, a character for each.
fn folded(text: &str) -> Cow<'_, str> {
    if !text.is_ascii() {
        text.chars().map(fold).collect::<String>().into()
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.to_ascii_lowercase().into()
    } else {
        text.into()
    }
}

fn fold(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => character,
    }
}

/// Whether a hit is more than chance: short words and digits must stand alone.
fn counts(text: &str, start: usize, end: usize) -> bool {
    let hit = &text[start..end];
    let is_digits = hit.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = hit.chars().all(char::is_alphanumeric);
    if !is_digits && (!is_word || hit.chars().count() >= LONG) {
        return true;
    }
    let goes_on = |neighbour: Option<char>| {
        neighbour.is_some_and(|c| if is_digits { c.is_ascii_digit() } else { c.is_alphanumeric() })
    };
    !goes_on(text[..start].chars().next_back()) && !goes_on(text[end..].chars().next())
}

fn collect(data_set: &DataSet, rules: &Rules, outer: &CharacterSet, found: &mut Found) {
    let own = CharacterSet::declared(data_set);
    let charset = own.as_ref().unwrap_or(outer);
    for element in data_set.iter() {
        match &element.value {
            Value::Sequence(items) => {
                for item in items {
                    collect(item, rules, charset, found);
                }
            }
            Value::Bytes(bytes) if !bytes.is_empty() && found.values.len() < MOST_VALUES => {
                if rules.concern(element.tag) == Concern::Identifier {
                    value(element, bytes, charset, rules, found);
                }
            }
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
}

/// The instance's own place in the world; other UIDs are known by their form.
const OWN_UIDS: [Tag; 4] = [
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::FRAME_OF_REFERENCE_UID,
];

fn value(
    element: &Element,
    bytes: &[u8],
    charset: &CharacterSet,
    rules: &Rules,
    found: &mut Found,
) {
    let vr = match rules.rule(element.tag).vr {
        Some(VirtualVr::Exact(vr)) => vr,
        _ => element.vr,
    };
    let text = match vr {
        VR::UI if OWN_UIDS.contains(&element.tag) => String::from_utf8_lossy(bytes),
        VR::PN | VR::LO | VR::SH | VR::ST | VR::LT | VR::UT | VR::UC => charset.decode(bytes),
        VR::AE | VR::DA | VR::DT | VR::UR => String::from_utf8_lossy(bytes),
        _ => return,
    };
    if matches!(vr, VR::DA | VR::DT) {
        let days = dates::days_named(vr, &text);
        found.days.extend(days.into_iter().filter(|day| *day != (1900, 1, 1)));
        return;
    }
    for part in text.split(['\\', '\r', '\n', '\0']) {
        if vr == VR::PN {
            name(part, found);
        } else {
            words(part.trim(), found);
        }
    }
}

/// A day as people and programs write it.
fn written_days(year: i64, month: u32, day: u32) -> [String; 6] {
    [
        format!("{year:04}{month:02}{day:02}"),
        format!("{year:04}-{month:02}-{day:02}"),
        format!("{year:04}.{month:02}.{day:02}"),
        format!("{day:02}.{month:02}.{year:04}"),
        format!("{month:02}/{day:02}/{year:04}"),
        format!("{day:02}/{month:02}/{year:04}"),
    ]
}

/// A person name: whole, its components, and the words of each (PS3.5 section 6.2.1).
fn name(name: &str, found: &mut Found) {
    put(name.trim(), LEAST, found);
    for word in name.split(|c: char| !c.is_alphanumeric() && c != '\u{FFFD}') {
        // Ideographs and syllables say in two characters what letters say in six.
        let least = if word.is_ascii() { LEAST_NAME } else { 2 };
        put(word, least, found);
    }
}

/// Other text: whole, and those of its words that are no words of the trade.
fn words(text: &str, found: &mut Found) {
    put(text, LEAST, found);
    for word in text.split(|c: char| !c.is_alphabetic()) {
        if word.len() > LEAST && !is_common(word) {
            put(word, LEAST + 1, found);
        }
    }
}

fn put(text: &str, least: usize, found: &mut Found) {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    let text = text[..end].trim();
    if text.chars().nth(least - 1).is_some() && !says_nothing(text) {
        found.values.push(folded(text).into_owned());
    }
}

/// Words that stand for the absence of a value.
const NOTHING: [&str; 10] = [
    "anonymous",
    "removed",
    "unknown",
    "none",
    "null",
    "other",
    "not available",
    "unspecified",
    "default",
    "n/a",
];

/// Whether a value names nobody: a word for the absence of a value, a UID of the standard, values of
/// one character such as `0000` or `????`.
pub fn says_nothing(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphanumeric());
    let first = letters.next();
    first.is_none()
        || text.starts_with("1.2.840.10008.")
        || letters.all(|letter| Some(letter) == first)
        || NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}
