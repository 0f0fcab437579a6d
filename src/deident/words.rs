//! The words that a cleaned description may hold, and the terms that a code string may be. From the
//! context groups and the dictionary of the standard, and a list of our own (`tables/vocabulary*`).

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::table::parse_tag;
use crate::dataset::Tag;

const OF_THE_STANDARD: &str = include_str!("tables/vocabulary.txt");
const OUR_OWN: &str = include_str!("tables/vocabulary-own.txt");
const TERMS: &str = include_str!("tables/ps3.3-2020-terms.csv");
const VENDOR_TERMS: &str = include_str!("tables/vendor-terms.csv");

/// Digits in a row that may stand in a description: more are a number of somebody or a year.
const MOST_DIGITS: usize = 3;

fn vocabulary() -> &'static HashSet<&'static str> {
    static READ: OnceLock<HashSet<&'static str>> = OnceLock::new();
    READ.get_or_init(|| {
        let lines = OF_THE_STANDARD.lines().chain(OUR_OWN.lines());
        lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    })
}

/// Whether a word of letters is a word of the trade, whatever its case.
pub(super) fn is_common(word: &str) -> bool {
    let folded: String = word.to_lowercase().chars().map(without_accent).collect();
    vocabulary().contains(folded.as_str())
}

/// The letter under an accent, of the languages that the vocabulary has.
fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        letter => letter,
    }
}

/// A description with its known words alone; empty where it has none.
pub(super) fn cleaned(text: &str) -> String {
    let text = without_dates(text);
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let of_word = |c: char| c.is_alphanumeric() || c == '\u{FFFD}';
        let end = rest.find(|c| of_word(c) != of_word(first)).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        rest = behind;
        if !of_word(first) {
            kept.extend(part.chars().filter(|c| c.is_ascii_graphic() || *c == ' ' || *c == '\n'));
        } else if is_allowed(part) {
            kept.push_str(part);
        }
    }
    tidied(&kept)
}

/// Without three numbers in a row with one sign between them, as dates are written.
fn without_dates(text: &str) -> String {
    let of_date = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '/');
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| of_date(c) != of_date(first)).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        rest = behind;
        let numbers = |sign| part.split(sign).filter(|number| !number.is_empty()).count();
        if !of_date(first) || ['-', '.', '/'].into_iter().all(|sign| numbers(sign) < 3) {
            kept.push_str(part);
        }
    }
    kept
}

/// A run of letters and digits: each stretch of letters is a known word or a single letter, each
/// stretch of digits is short, and it is no age with a sex, such as 55F.
fn is_allowed(word: &str) -> bool {
    let stretches = stretches(word);
    let is_age = matches!(
        stretches.as_slice(),
        [digits, unit] if digits.len() >= 2
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(unit.to_ascii_lowercase().as_str(), "f" | "m" | "y" | "yo" | "yr" | "yrs")
    );
    !is_age
        && stretches.iter().all(|stretch| {
            if stretch.starts_with(|c: char| c.is_ascii_digit()) {
                stretch.len() <= MOST_DIGITS
            } else {
                stretch.len() == 1 || is_common(stretch)
            }
        })
}

/// Cuts between letters and digits.
fn stretches(word: &str) -> Vec<&str> {
    let mut stretches = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (stretch, behind) = rest.split_at(end);
        stretches.push(stretch);
        rest = behind;
    }
    stretches
}

/// Without the signs and spaces that cut words have left.
fn tidied(text: &str) -> String {
    let has_word = |part: &&str| part.contains(|c: char| c.is_alphanumeric());
    let parts: Vec<&str> = text.split(' ').filter(has_word).collect();
    parts.join(" ").trim_matches(|c: char| ",;:^_-/\\".contains(c)).to_owned()
}

fn terms() -> &'static HashMap<&'static str, HashSet<Tag>> {
    static READ: OnceLock<HashMap<&'static str, HashSet<Tag>>> = OnceLock::new();
    READ.get_or_init(|| {
        let mut terms: HashMap<&str, HashSet<Tag>> = HashMap::new();
        let lines = TERMS.lines().chain(VENDOR_TERMS.lines());
        for line in lines.filter(|line| !line.starts_with('#')) {
            let mut cells = line.split(',');
            if let (Some(tag), Some(term)) = (cells.next().and_then(parse_tag), cells.next()) {
                terms.entry(term).or_default().insert(tag);
            }
        }
        terms
    })
}

/// Parts of terms, such as makers put together to terms of their own.
fn term_parts() -> &'static HashSet<String> {
    static READ: OnceLock<HashSet<String>> = OnceLock::new();
    READ.get_or_init(|| {
        let parts = terms().keys().flat_map(|term| parts_of(term));
        parts.map(str::to_ascii_lowercase).collect()
    })
}

fn parts_of(term: &str) -> impl Iterator<Item = &str> {
    term.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(stretches)
}

/// Whether a value is one of the terms that the standard or a maker has for this attribute.
pub fn is_term_of(tag: Tag, value: &str) -> bool {
    terms().get(value).is_some_and(|tags| tags.contains(&tag))
}

/// Whether a code string is a term of any attribute, or put together of parts of terms, words of the
/// trade, short pieces and short numbers.
pub(super) fn is_code(value: &str) -> bool {
    if terms().contains_key(value) {
        return true;
    }
    let is_known = |part: &str| {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            part.len() <= MOST_DIGITS
        } else {
            part.len() <= 2 || term_parts().contains(&part.to_ascii_lowercase()) || is_common(part)
        }
    };
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b" _-+./&()*#<>:".contains(&byte);
    value.len() <= 16 && value.bytes().all(is_sign) && parts_of(value).all(is_known)
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;

    #[test]
    fn known_words_stay_and_others_go() {
        assert_eq!(cleaned("CT Thorax/Abdomen Dr Smith 55F"), "CT Thorax/Abdomen Dr");
        assert_eq!(cleaned("AX T2 FLAIR 5mm"), "AX T2 FLAIR 5mm");
        assert_eq!(cleaned("Chest of Jane Doe, 1931-07-04"), "Chest of");
        assert_eq!(cleaned("MRN 12345678"), "");
        assert_eq!(cleaned("M\u{FFFD}ller"), "");
    }

    #[test]
    fn code_strings_are_terms_or_made_of_them() {
        for code in ["ORIGINAL", "CT_SOM5 SPI", "MPR", "T2 MAP", "FFS", "M_FFE", ""] {
            assert!(is_code(code), "{code}");
        }
        for code in ["DOE^JANE", "SPRINGFIELD", "QZX123ABCDEF", "a text that is long", "19310704"] {
            assert!(!is_code(code), "{code}");
        }
        assert!(is_term_of(tags::BODY_PART_EXAMINED, "CHEST"));
        assert!(!is_term_of(tags::MODALITY, "CHEST"));
    }
}
