//! What identifies in one instance: its own header in, every name, number and date of it that the
//! profile takes away. Text that stays is searched for them, and they are cut out.

use std::cell::RefCell;
use std::rc::Rc;

use super::DeidentError;
use super::fold::{Folded, is_unspaced};
use super::harvest::{MOST_FORMS, Values, harvest};
use super::needles::Needles;
use super::rules::Rules;
use crate::dataset::DataSet;

/// The identifying values of one instance.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    /// The forms, folded, of what other instances share, and of what is this one's own.
    shared: Rc<Needles>,
    own: Needles,
}

thread_local! {
    /// The shared values that this thread has met last, and their forms: the next instance mostly has the same.
    static LAST: RefCell<Option<(Values, Rc<Needles>)>> = const { RefCell::new(None) };
}

/// Values of more bytes of text are not remembered.
const MOST_REMEMBERED: usize = 64 << 10;

/// From so many characters on a value within a longer word is no chance.
const LONG: usize = 8;
/// The same for letters beyond ASCII.
const LONG_ELSEWHERE: usize = 5;
/// From so many digits on a number within a longer number is none.
const LONG_NUMBER: usize = 7;
/// Shorter hits with signs or spaces between their letters may be chance.
const LEAST_APART: usize = 3;

impl Identifiers {
    /// Those of a data set, at every depth.
    pub(super) fn of(data_set: &DataSet, rules: &Rules) -> Result<Self, DeidentError> {
        let (shared, own) = harvest(data_set, rules);
        let own = own.forms().ok_or(DeidentError::TooManyIdentifiers)?;
        let identifiers = Self { shared: remembered(shared)?, own: Needles::new(own) };
        if identifiers.shared.len() + identifiers.own.len() > MOST_FORMS {
            return Err(DeidentError::TooManyIdentifiers);
        }
        Ok(identifiers)
    }

    /// Tells where they stand in a text.
    fn find(&self, text: &str, mut tell: impl FnMut((usize, usize))) {
        self.shared.find(text, &mut tell);
        self.own.find(text, tell);
    }

    /// The text without them; `None` where none stands in it.
    pub(super) fn cut(&self, text: &str) -> Option<String> {
        let folded = Folded::of(text);
        let mut cut = Vec::new();
        self.find(&folded.text, |hit| {
            if counts(&folded.text, hit) {
                merge(&mut cut, hit);
            }
        });
        self.find_apart(&folded.text, &mut cut);
        if cut.is_empty() {
            return None;
        }
        cut.sort_unstable();
        let mut kept = String::with_capacity(text.len());
        let mut until = 0;
        for (start, end) in cut.into_iter().map(|hit| folded.range(hit)) {
            if start > until {
                kept.push_str(&text[until..start]);
            }
            if !kept.ends_with(' ') {
                kept.push(' ');
            }
            until = until.max(end);
        }
        kept.push_str(&text[until..]);
        Some(kept.trim().to_owned())
    }

    /// Looks past signs and spaces: `Doe, Jane`, `D.O.E`, `123-456`.
    fn find_apart(&self, text: &str, cut: &mut Vec<(usize, usize)>) {
        let mut together = String::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len());
        for (at, character) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
            together.push(character);
            places.resize(together.len(), at);
        }
        if together.len() == text.len() {
            return;
        }
        self.find(&together, |(start, end)| {
            let last = places[end - 1];
            let length = text[last..].chars().next().map_or(0, char::len_utf8);
            let hit = (places[start], last + length);
            let is_apart = hit.1 - hit.0 > end - start;
            let letters = together[start..end].chars().count();
            if is_apart && letters >= LEAST_APART && counts(text, hit) {
                merge(cut, hit);
            }
        });
    }

    /// Whether one of them stands in this text.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.cut(text).is_some()
    }

    /// Whether this number, signs aside, is one of them.
    pub(super) fn has_number(&self, text: &str) -> bool {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.len() >= LONG_NUMBER && (self.shared.has(&digits) || self.own.has(&digits))
    }
}

/// The forms of values, ready to be looked for.
fn remembered(values: Values) -> Result<Rc<Needles>, DeidentError> {
    let known = LAST.with_borrow(|last| {
        last.as_ref().filter(|(known, _)| *known == values).map(|(_, needles)| needles.clone())
    });
    if let Some(needles) = known {
        return Ok(needles);
    }
    let forms = values.forms().ok_or(DeidentError::TooManyIdentifiers)?;
    let needles = Rc::new(Needles::new(forms));
    let entry = (values.text_bytes() <= MOST_REMEMBERED).then(|| (values, needles.clone()));
    LAST.set(entry);
    Ok(needles)
}

/// Hits mostly come by ascending start: one that goes on where the last ends is the same cut.
fn merge(cut: &mut Vec<(usize, usize)>, (start, end): (usize, usize)) {
    match cut.last_mut() {
        Some(last) if (last.0..=last.1).contains(&start) => last.1 = last.1.max(end),
        _ => cut.push((start, end)),
    }
}

/// Whether a hit is more than chance: short words and numbers must stand alone.
fn counts(text: &str, (start, end): (usize, usize)) -> bool {
    let hit = || text[start..end].chars().filter(|c| c.is_alphanumeric());
    let length = hit().count();
    let before = &text[..start];
    let next = text[end..].chars().next();
    if hit().all(|c| c.is_ascii_digit()) {
        // Numbers are padded with zeros in front.
        let before = before.trim_end_matches('0').chars().next_back();
        let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        return length >= LONG_NUMBER || !goes_on(before) && !goes_on(next);
    }
    // Scripts other than Latin bend the ends of names.
    let is_long = length >= LONG || length >= LONG_ELSEWHERE && !text[start..end].is_ascii();
    if is_long || length >= 2 && hit().any(is_unspaced) {
        return true;
    }
    let is_word = hit().all(char::is_alphabetic);
    let goes_on = |c: Option<char>| {
        c.is_some_and(|c| if is_word { c.is_alphabetic() } else { c.is_alphanumeric() })
    };
    !goes_on(before.chars().next_back()) && !goes_on(next)
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::tags;

    use super::*;
    use crate::dataset::VR;
    use crate::deident::{Profile, ProfileOption};

    fn cut(name: &str, id: &str, text: &str) -> String {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
        data_set.put_text(tags::PATIENT_NAME, VR::PN, name);
        data_set.put_text(tags::PATIENT_ID, VR::LO, id);
        data_set.put_text(tags::PATIENT_BIRTH_DATE, VR::DA, "19620403");
        let rules = Rules::new(Profile::basic());
        let identifiers = Identifiers::of(&data_set, &rules).unwrap();
        identifiers.cut(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn names_are_cut_however_they_are_written() {
        for text in [
            "x SMITHJ x",
            "x JSMITH x",
            "x johnsmith x",
            "x smith2 x",
            "x99SMITH x",
            "x S.M.I.T.H x",
            "x J O H N x",
            "x Smith, John x",
            "x Sm\u{AD}ith x",
            "x ＳＭＩＴＨ x",
        ] {
            assert!(!cut("Smith^John", "", text).to_lowercase().contains("sm"), "{text}");
            assert!(!cut("Smith^John", "", text).to_lowercase().contains('j'), "{text}");
            assert!(cut("Smith^John", "", text).starts_with('x'), "{text}");
        }
        assert_eq!(cut("Smith^John", "", "Smithson blacksmith"), "Smithson blacksmith");
        for (name, text) in [
            ("Wang^X=王^小东", "王小东 CT"),
            ("Yamada=山田^太郎", "山田様 CT"),
            ("Hong=홍^길동", "홍길동 CT"),
            ("Müller^J", "MUELLER CT"),
            ("Müller^J", "Muller CT"),
            ("Li^Na", "Li Na CT"),
            ("Иванов^Иван", "Иванова CT"),
            ("De La Cruz^A", "DELACRUZ CT"),
        ] {
            assert_eq!(cut(name, "", text).trim_matches(['様', 'а', ' ']), "CT", "{text}");
        }
    }

    #[test]
    fn numbers_and_dates_are_cut_however_they_are_written() {
        for text in ["00123456", "123-456", "MRN00123456", "123456", "A123456B"] {
            assert!(!cut("", "MRN-00123456", text).contains("456"), "{text}");
        }
        for text in [
            "3 Apr 1962",
            "03APR1962",
            "Apr 3, 1962",
            "04/03/62",
            "4/3/1962",
            "03-04-1962",
            "1962/04/03",
            "1962 04 03",
            "620403",
        ] {
            assert_eq!(cut("", "", text), "", "{text}");
        }
        assert_eq!(cut("", "1234", "512341 x"), "512341 x");
    }

    #[test]
    fn a_model_is_no_station_and_what_is_kept_stays() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::STATION_NAME, VR::SH, "AVANTO");
        data_set.put_text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "Avanto");
        data_set.put_text(tags::INSTITUTION_NAME, VR::LO, "Springfield General");
        data_set.put_text(tags::ISSUER_OF_PATIENT_ID, VR::LO, "Springfield");
        let basic = Identifiers::of(&data_set, &Rules::new(Profile::basic())).unwrap();
        assert_eq!(basic.cut("Avanto"), None);
        assert!(basic.are_in("Springfield General"));
        let kept = Profile::basic().with([ProfileOption::RetainInstitution], None).unwrap();
        let kept = Identifiers::of(&data_set, &Rules::new(kept)).unwrap();
        assert_eq!(kept.cut("Springfield General"), None);
    }

    #[test]
    fn each_instance_is_searched_for_its_own_values_whoever_came_before() {
        let smith = ("Smith^John", "MRN-0012345", "SMITH 0012345 DOE 0099999");
        let doe = ("Doe^Jane", "MRN-0099999", "SMITH 0012345 DOE 0099999");
        for _ in 0..2 {
            assert_eq!(cut(smith.0, smith.1, smith.2), "DOE 0099999");
            assert_eq!(cut(smith.0, smith.1, smith.2), "DOE 0099999", "the same again");
            assert_eq!(cut(doe.0, doe.1, doe.2), "SMITH 0012345");
        }
        // More than is remembered.
        let long = vec!["Smith^John"; 10_000].join("\\");
        for _ in 0..2 {
            assert_eq!(cut(&long, "", "SMITH x"), "x");
            assert_eq!(cut(doe.0, doe.1, "SMITH x"), "SMITH x");
        }
    }

    #[test]
    fn what_is_its_own_and_what_is_shared_is_cut_side_by_side() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::PATIENT_NAME, VR::PN, "Smith^John");
        data_set.put_text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.12345.67890");
        let rules = Rules::new(Profile::basic());
        let identifiers = Identifiers::of(&data_set, &rules).unwrap();
        for text in ["x 12345Smith x", "x Smith12345 x", "x 67890 SMITH 12345 x"] {
            let cut = identifiers.cut(text).unwrap();
            assert_eq!(cut.split_whitespace().collect::<Vec<_>>(), ["x", "x"], "{text}");
        }
    }

    #[test]
    fn names_in_sequences_that_go_are_cut_elsewhere() {
        let mut code = DataSet::new();
        code.put_text(tags::CODE_MEANING, VR::LO, "Springfield General");
        let mut data_set = DataSet::new();
        data_set.put_sequence(tags::INSTITUTION_CODE_SEQUENCE, vec![code]);
        let rules = Rules::new(Profile::basic());
        let identifiers = Identifiers::of(&data_set, &rules).unwrap();
        assert_eq!(identifiers.cut("CT at Springfield").as_deref(), Some("CT at"));
    }
}
