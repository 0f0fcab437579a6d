//! The words that a cleaned description may hold (`phrase`), and the terms that a code string may be. From
//! the context groups and the dictionary of the standard, and a list of our own (`tables/vocabulary*`).

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::phrase::stretches;
use super::table::parse_tag;
use crate::dataset::Tag;

const OF_THE_STANDARD: &str = include_str!("tables/vocabulary.txt");
const OUR_OWN: &str = include_str!("tables/vocabulary-own.txt");
const TERMS: &str = include_str!("tables/ps3.3-2020-terms.csv");
const VENDOR_TERMS: &str = include_str!("tables/vendor-terms.csv");

/// Digits in a code string: more are a number of somebody.
const MOST_DIGITS: usize = 4;
/// Pieces of two letters in a code string that are no word: more spell one.
const MOST_PAIRS: usize = 1;
/// Single letters in a code string.
const MOST_LETTERS: usize = 4;

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
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b" _-+./&()*#<>:".contains(&byte);
    if value.len() > 16 || !value.bytes().all(is_sign) {
        return false;
    }
    let (mut digits, mut pairs, mut letters) = (0, 0, 0);
    for part in parts_of(value) {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            digits += part.len();
        } else if part.len() == 1 {
            letters += 1;
        } else if !term_parts().contains(&part.to_ascii_lowercase()) && !is_common(part) {
            pairs += if part.len() == 2 { 1 } else { MOST_PAIRS + 1 };
        }
    }
    digits <= MOST_DIGITS && pairs <= MOST_PAIRS && letters <= MOST_LETTERS
}

/// Directions that a row or a column runs to (PS3.3 section C.7.6.1.1.1): of bipeds up to three letters,
/// of quadrupeds up to three abbreviations.
pub(super) fn is_orientation(value: &str) -> bool {
    const BIPED: [&str; 6] = ["A", "P", "R", "L", "H", "F"];
    const QUADRUPED: [&str; 14] =
        ["LE", "RT", "CR", "CD", "PR", "DI", "PA", "PL", "D", "V", "R", "M", "L", "O"];
    is_made_of(value, &BIPED, 3) || is_made_of(value, &QUADRUPED, 3)
}

fn is_made_of(value: &str, parts: &[&str], most: usize) -> bool {
    value.is_empty()
        || most > 0
            && parts.iter().any(|part| {
                value.strip_prefix(part).is_some_and(|rest| is_made_of(rest, parts, most - 1))
            })
}

/// Numbers of templates and context groups (PS3.16), and the like of private ones.
pub(super) fn is_number_of_group(value: &str) -> bool {
    let digits = value.strip_prefix("CID_").or_else(|| value.strip_prefix("TID_")).unwrap_or(value);
    (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;

    #[test]
    fn code_strings_are_terms_or_made_of_them() {
        for code in ["ORIGINAL", "CT_SOM5 SPI", "MPR", "T2 MAP", "FFS", "M_FFE", ""] {
            assert!(is_code(code), "{code}");
        }
        for code in [
            "DOE^JANE",
            "SPRINGFIELD",
            "QZX123ABCDEF",
            "a text that is long",
            "19310704",
            "123_456_789",
            "JO HN SM IT H",
        ] {
            assert!(!is_code(code), "{code}");
        }
        assert!(is_orientation("AFR") && is_orientation("LEV") && is_orientation(""));
        assert!(!is_orientation("DOE") && !is_orientation("AFRL"));
        assert!(is_number_of_group("1500") && !is_number_of_group("123456"));
        assert!(is_term_of(tags::BODY_PART_EXAMINED, "CHEST"));
        assert!(!is_term_of(tags::MODALITY, "CHEST"));
    }
}
