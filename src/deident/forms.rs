//! The forms in which an identifying value may stand elsewhere: a value in, words to look for out. All are
//! folded, and of letters and digits alone: signs between them are looked past (`identifiers`).

use super::fold::{folded, is_unspaced, transliterated};
use super::words::is_common;

/// Shorter parts of a name say too little to be told from chance.
const LEAST_NAME: usize = 3;
/// Shorter values of other attributes.
const LEAST: usize = 4;
/// Shorter numbers within a value.
const LEAST_DIGITS: usize = 5;
/// Longer text is known by its beginning.
const MOST: usize = 64;

/// A person name (PS3.5 section 6.2.1): its words, and words put together as accounts and codes do.
pub(super) fn of_name(name: &str, forms: &mut Vec<String>) {
    for group in name.split('=') {
        let components: Vec<Vec<&str>> = group.split('^').map(words).collect();
        of_components(&components, forms);
        let other: Vec<Vec<String>> = components.iter().map(|words| others(words)).collect();
        let other: Vec<Vec<&str>> =
            other.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
        if other != components {
            of_components(&other, forms);
        }
    }
}

fn words(text: &str) -> Vec<&str> {
    let is_sign = |c: char| !c.is_alphanumeric() && c != '\u{FFFD}' && !is_mark(c);
    text.split(is_sign).filter(|word| !word.is_empty()).collect()
}

/// Marks that stand on the letter before.
fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character) || character == '\u{AD}'
}

fn others(words: &[&str]) -> Vec<String> {
    let other = |word: &&str| transliterated(word).unwrap_or_else(|| (*word).to_owned());
    words.iter().map(other).collect()
}

fn of_components(components: &[Vec<&str>], forms: &mut Vec<String>) {
    for word in components.iter().flatten() {
        put(word, LEAST_NAME, forms);
        if word.chars().count() == 1 && word.starts_with(is_unspaced) {
            put(word, 1, forms);
        }
    }
    let joined: Vec<String> = components.iter().map(|words| words.concat()).collect();
    for component in &joined {
        put(component, LEAST, forms);
    }
    match components {
        [family, given, more @ ..] if !given.is_empty() => {
            accounts(
                family,
                &[given.as_slice(), more.first().map_or(&[], Vec::as_slice)].concat(),
                forms,
            );
        }
        // Written as spoken, or as filed.
        [spoken, ..] if spoken.len() > 1 => {
            let (first, last) = (&spoken[..1], &spoken[spoken.len() - 1..]);
            accounts(last, &spoken[..spoken.len() - 1], forms);
            accounts(first, &spoken[1..], forms);
        }
        _ => {}
    }
    put(&joined.concat(), LEAST, forms);
}

/// Family and given names put together, and with initials, as accounts are named.
fn accounts(family: &[&str], given: &[&str], forms: &mut Vec<String>) {
    let whole = family.concat();
    let initials: String = given.iter().filter_map(|word| word.chars().next()).collect();
    let initial: String = initials.chars().take(1).collect();
    for given in [given.concat(), given.first().map_or("", |first| first).to_owned()] {
        put(&[whole.as_str(), &given].concat(), LEAST, forms);
        put(&[given.as_str(), &whole].concat(), LEAST, forms);
    }
    for family in family.iter().copied().chain([whole.as_str()]) {
        for initials in [&initial, &initials] {
            put(&[initials.as_str(), family].concat(), LEAST, forms);
            put(&[family, initials.as_str()].concat(), LEAST, forms);
        }
    }
}

/// Makers, whose names stand in the names of houses and in every image.
const MAKERS: [&str; 14] = [
    "agfa",
    "canon",
    "carestream",
    "elekta",
    "fuji",
    "fujifilm",
    "hitachi",
    "hologic",
    "philips",
    "samsung",
    "shimadzu",
    "siemens",
    "toshiba",
    "varian",
];

/// Other text: whole, its words that are no words of the trade, its longer numbers.
pub(super) fn of_text(text: &str, forms: &mut Vec<String>) {
    let is_letter = |c: char| c.is_alphabetic() || is_mark(c);
    let uncommon = |word: &&str| {
        let is_maker = || MAKERS.iter().any(|maker| maker.eq_ignore_ascii_case(word));
        !word.is_empty() && !is_common(word) && !is_maker()
    };
    let letters = text.split(|c: char| !is_letter(c)).filter(uncommon);
    let mut has_uncommon = false;
    for word in letters {
        has_uncommon = true;
        put(word, LEAST, forms);
    }
    for number in text.split(|c: char| !c.is_ascii_digit()) {
        put(number, LEAST_DIGITS, forms);
        put(number.trim_start_matches('0'), LEAST_DIGITS, forms);
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if has_uncommon || digits >= LEAST {
        put(text, LEAST, forms);
    }
}

/// Whether a text, though it stands where a name does, says no more than words of the trade.
pub fn names_nobody(text: &str) -> bool {
    let mut forms = Vec::new();
    of_text(text, &mut forms);
    forms.is_empty()
}

pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day as people and programs write it.
pub(super) fn of_day((year, month, day): (i64, u32, u32), forms: &mut Vec<String>) {
    let short = year.rem_euclid(100);
    let name = MONTHS[(month as usize + 11) % 12];
    let brief = &name[..3];
    forms.extend([
        format!("{year:04}{month:02}{day:02}"),
        format!("{day:02}{month:02}{year:04}"),
        format!("{month:02}{day:02}{year:04}"),
        format!("{day}{month}{year:04}"),
        format!("{month}{day}{year:04}"),
        format!("{day}{month}{short:02}"),
        format!("{month}{day}{short:02}"),
        format!("{short:02}{month:02}{day:02}"),
        format!("{day:02}{month:02}{short:02}"),
        format!("{month:02}{day:02}{short:02}"),
    ]);
    for name in [brief, name] {
        forms.extend([
            format!("{day}{name}{year:04}"),
            format!("{day:02}{name}{year:04}"),
            format!("{day}{name}{short:02}"),
            format!("{day:02}{name}{short:02}"),
            format!("{name}{day}{short:02}"),
            format!("{name}{day:02}{short:02}"),
            format!("{name}{day}{year:04}"),
            format!("{name}{day:02}{year:04}"),
            format!("{year:04}{name}{day:02}"),
        ]);
    }
}

fn put(text: &str, least: usize, forms: &mut Vec<String>) {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    let text = &text[..end];
    // Ideographs and syllables say in two characters what letters say in six.
    let least = if text.contains(is_unspaced) { least.min(2) } else { least };
    if text.chars().filter(|c| c.is_alphanumeric()).count() < least || says_nothing(text.trim()) {
        return;
    }
    forms.push(folded(text).chars().filter(|c| c.is_alphanumeric()).collect());
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
    let Some(first) = letters.next() else {
        return true;
    };
    let is_one_letter = !is_unspaced(first) && letters.all(|letter| letter == first);
    is_one_letter
        || text.starts_with("1.2.840.10008.")
        || NOTHING.iter().any(|nothing| text.eq_ignore_ascii_case(nothing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(of: impl Fn(&mut Vec<String>)) -> Vec<String> {
        let mut forms = Vec::new();
        of(&mut forms);
        forms
    }

    #[test]
    fn a_name_has_its_words_and_what_accounts_make_of_them() {
        let found_of = |name: &str| forms(|forms| of_name(name, forms));
        for (name, form) in [
            ("Smith John", "jsmith"),
            ("John Smith", "jsmith"),
            ("Smith^John^Quentin", "jqsmith"),
            ("Garcia-Lopez^Maria", "mgarcia"),
            ("Smith^John Quentin", "johnsmith"),
        ] {
            assert!(found_of(name).iter().any(|it| it == form), "{form}");
        }
        let found = found_of("O'Brien^Mary Ann");
        for form in
            ["brien", "obrien", "mary", "ann", "maryann", "obrienmaryann", "mobrien", "obrienm"]
        {
            assert!(found.iter().any(|it| it == form), "{form} {found:?}");
        }
        let found = forms(|forms| of_name("Müller^Jörg", forms));
        for form in ["muller", "mueller", "jorg", "joerg", "joergmueller"] {
            assert!(found.iter().any(|it| it == form), "{form} {found:?}");
        }
        let found = forms(|forms| of_name("Wang^XiaoDong=王^小东", forms));
        assert!(found.iter().any(|it| it == "王小东") && found.iter().any(|it| it == "王"));
    }

    #[test]
    fn words_of_the_trade_alone_name_nobody() {
        assert_eq!(forms(|forms| of_text("CT Chest 01", forms)), [""; 0]);
        let found = forms(|forms| of_text("Mayo ACC#5551234", forms));
        assert_eq!(found, ["mayo", "5551234", "5551234", "mayoacc5551234"]);
        assert!(says_nothing("0000") && says_nothing("none") && !says_nothing("王"));
    }

    #[test]
    fn a_day_has_its_forms_without_signs() {
        let found = forms(|forms| of_day((1962, 4, 3), forms));
        for form in ["19620403", "03041962", "3apr1962", "april31962", "030462", "341962"] {
            assert!(found.iter().any(|it| it == form), "{form}");
        }
    }
}
