//! One form for texts that say the same: lower case, no accents, one width. Each byte of the form knows
//! the character that it comes from, so that what is found in the form can be cut from the text.

use std::borrow::Cow;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A text in its folded form.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    pub(super) text: Cow<'a, str>,
    /// For each byte the place of its character in the original; empty where the places are the same.
    places: Vec<usize>,
    original: &'a str,
}

impl<'a> Folded<'a> {
    pub(super) fn of(original: &'a str) -> Self {
        if original.is_ascii() {
            let is_lower = !original.bytes().any(|byte| byte.is_ascii_uppercase());
            let text: Cow<'a, str> =
                if is_lower { original.into() } else { original.to_ascii_lowercase().into() };
            return Self { text, places: Vec::new(), original };
        }
        let mut text = String::with_capacity(original.len());
        let mut places = Vec::with_capacity(original.len());
        for (at, character) in original.char_indices() {
            fold(character, &mut text);
            places.resize(text.len(), at);
        }
        Self { text: text.into(), places, original }
    }

    /// The characters of the original behind a range of the form.
    pub(super) fn range(&self, (start, end): (usize, usize)) -> (usize, usize) {
        if self.places.is_empty() {
            return (start, end);
        }
        let last = self.places[end - 1];
        let length = self.original[last..].chars().next().map_or(0, char::len_utf8);
        (self.places[start], last + length)
    }
}

/// A text in its folded form, where the places do not matter.
pub(super) fn folded(text: &str) -> Cow<'_, str> {
    Folded::of(text).text
}

/// Letters that Unicode does not take apart.
const OTHER_FORMS: [(char, &str); 9] = [
    ('ß', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('ı', "i"),
    ('ς', "σ"),
];

fn fold(character: char, to: &mut String) {
    // Soft hyphen, spaces of no width, joiners, the byte order mark.
    if matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}') {
        return;
    }
    decompose_compatible(character, |part| {
        if is_combining_mark(part) {
            return;
        }
        for lower in part.to_lowercase().filter(|lower| !is_combining_mark(*lower)) {
            match OTHER_FORMS.iter().find(|(letter, _)| *letter == lower) {
                Some((_, form)) => to.push_str(form),
                // Hiragana as Katakana.
                None => to.push(match lower {
                    'ぁ'..='ゖ' => char::from_u32(lower as u32 + 0x60).unwrap_or(lower),
                    lower => lower,
                }),
            }
        }
    });
}

/// Letters with two dots as German, and others, write them without.
pub(super) fn transliterated(word: &str) -> Option<String> {
    let pairs = [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('å', "aa"), ('ø', "oe")];
    let lower = word.to_lowercase();
    let form = pairs.iter().fold(lower.clone(), |form, (letter, pair)| form.replace(*letter, pair));
    (form != lower).then_some(form)
}

/// Whether words of this character's script stand without spaces between them.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{0E00}'..='\u{0EFF}' | '\u{1100}'..='\u{11FF}' | '\u{3040}'..='\u{30FF}'
        | '\u{3130}'..='\u{318F}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_the_same_has_one_form() {
        for (one, other) in [
            ("Müller", "MULLER"),
            ("Mu\u{308}ller", "müller"),
            ("GROSS", "Groß"),
            ("Διονυσιος", "ΔΙΟΝΥΣΙΟΣ"),
            ("Işık", "IŞIK"),
            ("ＳＭＩＴＨ", "smith"),
            ("ﾔﾏﾀﾞ", "ヤマダ"),
            ("やまだ", "ヤマダ"),
            ("Sm\u{AD}ith", "Smith"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_eq!(transliterated("Jürgen").as_deref(), Some("juergen"));
        assert_eq!(transliterated("Jurgen"), None);
    }

    #[test]
    fn places_lead_back_to_the_text() {
        let text = "a Müß b";
        let folded = Folded::of(text);
        let start = folded.text.find("muss").unwrap();
        let (start, end) = folded.range((start, start + 4));
        assert_eq!(&text[start..end], "Müß");
    }
}
