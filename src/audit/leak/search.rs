//! Searching: patterns and a text in, the hits that count out.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::pattern::{Pattern, Patterns};

/// From so many characters on a hit is no chance.
const LONG: usize = 8;
/// Bytes of patterns in one automaton, which takes about 50 times as much.
const AUTOMATON_BYTES: usize = 4 << 20;

/// What kind of bytes stand where a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// Characters that people or programs wrote.
    Text,
    /// Numbers in characters: DS and IS.
    Number,
    /// Pixels and other bytes.
    Binary,
}

/// An automaton over some patterns.
#[derive(Debug)]
pub(super) struct Searcher {
    automaton: AhoCorasick,
    patterns: Vec<(Vec<u8>, Pattern)>,
}

/// A pattern and where it stands.
#[derive(Debug)]
pub(super) struct Hit<'a> {
    pub(super) form: &'a [u8],
    pub(super) pattern: &'a Pattern,
    pub(super) range: Range<usize>,
}

impl Searcher {
    /// Automata over all patterns, one after the other, each of bounded size.
    pub(super) fn over(patterns: Patterns) -> impl Iterator<Item = Self> {
        let mut rest: Vec<(Vec<u8>, Pattern)> = patterns.forms.into_iter().collect();
        std::iter::from_fn(move || {
            let mut bytes = 0;
            let first = rest.iter().rposition(|(form, _)| {
                bytes += form.len();
                bytes > AUTOMATON_BYTES
            });
            let patterns = rest.split_off(first.map_or(0, |at| (at + 1).min(rest.len() - 1)));
            (!patterns.is_empty()).then(|| Self::new(patterns))
        })
    }

    fn new(patterns: Vec<(Vec<u8>, Pattern)>) -> Self {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(patterns.iter().map(|(form, _)| form))
            .expect("the patterns are bounded in number and length");
        Self { automaton, patterns }
    }

    /// All hits, overlapping ones too, whether they count or not.
    pub(super) fn hits<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Hit<'a>> {
        self.automaton.find_overlapping_iter(text).map(|found| {
            let (form, pattern) = &self.patterns[found.pattern().as_usize()];
            Hit { form, pattern, range: found.range() }
        })
    }
}

impl Hit<'_> {
    /// Whether the hit is more than chance on this ground.
    pub(super) fn counts(&self, text: &[u8], ground: Ground) -> bool {
        let Pattern { characters, is_wide, is_uid, .. } = *self.pattern;
        if is_wide {
            return ground == Ground::Text || characters >= LONG;
        }
        let is_digits = self.form.iter().all(u8::is_ascii_digit);
        if characters < LONG && (ground == Ground::Binary || is_digits && ground == Ground::Number)
        {
            return false;
        }
        if is_uid {
            return self.stands_alone(text, |byte| byte.is_ascii_digit() || byte == b'.');
        }
        if is_digits && ground == Ground::Number {
            return self.stands_alone(text, |byte| byte.is_ascii_alphanumeric() || byte == b'.');
        }
        let is_word = self.form.iter().all(u8::is_ascii_alphanumeric);
        if is_digits || (is_word && characters < LONG) {
            return self.stands_alone(text, |byte| byte.is_ascii_alphanumeric());
        }
        true
    }

    /// Whether neither neighbour goes on with what stands between them.
    fn stands_alone(&self, text: &[u8], goes_on: impl Fn(u8) -> bool) -> bool {
        let before = self.range.start.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(self.range.end);
        !before.is_some_and(|byte| goes_on(*byte)) && !after.is_some_and(|byte| goes_on(*byte))
    }
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::super::pattern::{Searched, Source};
    use super::*;
    use crate::deident::Concern;

    fn found(value: &str, text: &str, ground: Ground) -> bool {
        let mut patterns = Patterns::default();
        let source = Source::Attribute(tags::PATIENT_ID);
        let searched = Searched { source, concern: Concern::Identifier };
        if value.contains('.') {
            patterns.uid(searched, value);
        } else {
            patterns.text(searched, value);
        }
        let text = text.as_bytes();
        Searcher::over(patterns).any(|s| s.hits(text).any(|hit| hit.counts(text, ground)))
    }

    #[test]
    fn a_short_word_must_stand_alone() {
        assert!(found("Doe7", "CT of doe7, left", Ground::Text));
        assert!(found("Doe7", "DOE7", Ground::Text));
        assert!(!found("Doe7", "xdoe7", Ground::Text));
        assert!(!found("Doe7", "doe77", Ground::Text));
        assert!(found("Doe^J", "xDoe^Jx", Ground::Text), "signs are no chance");
        assert!(found("Springfield", "MtSpringfields", Ground::Text), "nor is length");
    }

    #[test]
    fn digits_within_digits_are_chance_whatever_their_length() {
        assert!(!found("20040119", "0.120040119", Ground::Text));
        assert!(found("20040119", "seen 20040119.", Ground::Text));
        assert!(!found("20040119", "1.20040119", Ground::Number));
        assert!(found("20040119", "20040119", Ground::Number));
        assert!(!found("1004", "1004", Ground::Number));
        assert!(found("1004", "pat 1004", Ground::Text));
    }

    #[test]
    fn short_values_in_pixels_are_chance() {
        assert!(!found("Doe7", "..Doe7..", Ground::Binary));
        assert!(found("Doe^Jane", "..Doe^Jane..", Ground::Binary));
    }

    #[test]
    fn a_uid_is_not_found_in_a_longer_one() {
        assert!(found("1.2.3.4", "of 1.2.3.4", Ground::Text));
        assert!(!found("1.2.3.4", "1.2.3.44", Ground::Text));
        assert!(!found("1.2.3.4", "1.2.3.4.5", Ground::Text));
    }

    #[test]
    fn many_patterns_make_several_automata_that_find_all() {
        let mut patterns = Patterns::default();
        let source = Source::Path;
        let searched = Searched { source, concern: Concern::Identifier };
        for number in 0..12_000 {
            patterns.text(searched, &format!("{number:0>120}/"));
        }
        assert!(Searcher::over(patterns).count() > 1);
    }
}
