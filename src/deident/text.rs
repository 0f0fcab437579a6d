//! Text that stays: decoded, cut at the length of its VR, without what identifies, written in UTF-8.

use std::borrow::Cow;

use dicom::dictionary_std::tags;

use super::charset::CharacterSet;
use super::dummy::REMOVED;
use super::identifiers::Identifiers;
use super::{phrase, words};
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// How the text of an instance is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) charset: &'a CharacterSet,
    pub(super) identifiers: &'a Identifiers,
}

impl Text<'_> {
    /// Text that the profile keeps, without what identifies.
    pub(super) fn kept(self, element: Element) -> Element {
        let (tag, vr) = (element.tag, element.vr);
        self.changed(element, |value| {
            if vr == VR::CS {
                return self.code_string(tag, value);
            }
            // An attribute for addresses is kept for its address.
            let value = if vr == VR::UR { value.into() } else { without_addresses(value) };
            let value = altered(value, without_uids);
            match self.identifiers.cut(&value).map(|cut| without_undecoded(&cut).into_owned()) {
                Some(cut) if cut.is_empty() => REMOVED.into(),
                Some(cut) => cut.into(),
                None => altered(value, without_undecoded),
            }
        })
    }

    /// Text reduced to known words; `None` where there were words and not one is left.
    pub(super) fn cleaned(self, element: Element) -> Option<Element> {
        let (tag, vr) = (element.tag, element.vr);
        let had_text =
            matches!(&element.value, Value::Bytes(bytes) if !bytes.trim_ascii().is_empty());
        let cleaned = self.changed(element, |value| {
            if vr == VR::CS {
                let is_term = words::is_term_of(tag, value) || value.is_empty();
                return if is_term { value.into() } else { REMOVED.into() };
            }
            let cut = self.identifiers.cut(value);
            phrase::cleaned(&without_uids(cut.as_deref().unwrap_or(value))).into()
        });
        let is_empty =
            matches!(&cleaned.value, Value::Bytes(bytes) if bytes.trim_ascii().is_empty());
        (!is_empty || !had_text).then_some(cleaned)
    }

    /// Code strings are terms of the standard or of a maker. A value that is none is text in disguise.
    fn code_string(self, tag: Tag, value: &str) -> Cow<'_, str> {
        let may_stay = words::is_term_of(tag, value)
            || match tag {
                tags::PATIENT_ORIENTATION => words::is_orientation(value),
                tags::TEMPLATE_IDENTIFIER | tags::CONTEXT_IDENTIFIER => {
                    words::is_number_of_group(value)
                }
                tags::BODY_PART_EXAMINED => false,
                _ => words::is_code(value) && !self.identifiers.are_in(value),
            };
        if may_stay || value.is_empty() { value.into() } else { REMOVED.into() }
    }

    /// Each value of an element changed; an element that stays what it is keeps its bytes.
    fn changed(self, element: Element, change: impl Fn(&str) -> Cow<'_, str>) -> Element {
        let Element { tag, vr, value } = element;
        let Value::Bytes(bytes) = value else {
            return Element { tag, vr, value };
        };
        if !is_coded(vr) && !matches!(vr, VR::CS | VR::AE | VR::UR) {
            return Element { tag, vr, value: Value::Bytes(bytes) };
        }
        let text = if vr == VR::CS {
            String::from_utf8_lossy(&bytes)
        } else {
            self.charset.decode(&bytes)
        };
        let padding = [' ', '\0'];
        let has_several = !matches!(vr, VR::ST | VR::LT | VR::UT | VR::UR);
        let values: Vec<&str> = if has_several { text.split('\\').collect() } else { vec![&*text] };
        let longest = longest(vr);
        let values = values.into_iter().map(|value| {
            // Spaces in front are part of long texts.
            let value = if has_several {
                value.trim_matches(padding)
            } else {
                value.trim_end_matches(padding)
            };
            fitting(change(value), longest)
        });
        let changed = values.collect::<Vec<_>>().join("\\");
        if changed.as_bytes() == bytes.trim_ascii_end() {
            return Element { tag, vr, value: Value::Bytes(bytes) };
        }
        Element::text(tag, vr, &changed)
    }
}

/// A text changed further.
fn altered(text: Cow<'_, str>, change: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match change(&text) {
        Cow::Borrowed(same) if same.len() == text.len() => text,
        changed => changed.into_owned().into(),
    }
}

/// A value without control characters that it may not hold, and no longer than it may be.
fn fitting(value: Cow<'_, str>, longest: usize) -> Cow<'_, str> {
    if value.len() <= longest && !value.contains(is_control) {
        return value;
    }
    value.chars().filter(|c| !is_control(*c)).take(longest).collect::<String>().into()
}

/// Control characters that no text value may hold (PS3.5 section 6.1.3).
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\x0C')
}

/// The most characters that a value may have (PS3.5 table 6.2-1).
fn longest(vr: VR) -> usize {
    match vr {
        VR::AE | VR::CS | VR::SH => 16,
        VR::LO => 64,
        VR::ST => 1024,
        VR::LT => 10_240,
        // Three groups of 64 and their delimiters.
        VR::PN => 194,
        _ => usize::MAX,
    }
}

/// Without words that could not be decoded: nobody knows what they say.
fn without_undecoded(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{FFFD}') {
        return text.into();
    }
    text.split(' ').filter(|word| !word.contains('\u{FFFD}')).collect::<Vec<_>>().join(" ").into()
}

/// Without UIDs: a root of ISO or ITU and at least four more components.
fn without_uids(text: &str) -> Cow<'_, str> {
    let of_uid = |c: char| c.is_ascii_digit() || c == '.';
    if text.matches('.').count() < 2 {
        return text.into();
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| of_uid(c) != of_uid(first)).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        rest = behind;
        let dots = part.matches('.').count();
        let is_long = dots >= 5 && part.len() >= 14 || dots >= 2 && part.len() >= 20;
        // Made of UUIDs (PS3.5 section B.2).
        let is_random = part.starts_with("2.25.") && part.len() >= 15;
        let is_uid = part.starts_with(['0', '1', '2']) && is_long || is_random;
        if !is_uid {
            kept.push_str(part);
        }
    }
    kept.trim().to_owned().into()
}

/// Without addresses of the net and of mail.
fn without_addresses(text: &str) -> Cow<'_, str> {
    if !text.contains("://")
        && !text.contains('@')
        && !text.contains("www.")
        && !text.contains("WWW.")
    {
        return text.into();
    }
    let is_address = |word: &&str| {
        word.contains("://")
            || word.to_ascii_lowercase().starts_with("www.")
            || word.split_once('@').is_some_and(|(who, at)| !who.is_empty() && at.contains('.'))
    };
    let kept: Vec<&str> = text.split(' ').filter(|word| !is_address(word)).collect();
    if kept.is_empty() { REMOVED.into() } else { kept.join(" ").into() }
}

/// Whether any text in it is more than ASCII.
pub(super) fn holds_more_than_ascii(data_set: &DataSet) -> bool {
    data_set.iter().any(|element| match &element.value {
        Value::Bytes(bytes) => is_coded(element.vr) && !bytes.is_ascii(),
        Value::Sequence(items) => items.iter().any(holds_more_than_ascii),
        Value::Encapsulated(_) => false,
    })
}

/// Says that the text of a data set is in UTF-8, and takes back what its items say.
pub(super) fn declare_utf8(data_set: &mut DataSet) {
    let cleaned = std::mem::take(data_set);
    *data_set = cleaned.into_iter().map(without_declaration).collect();
    data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
}

fn without_declaration(element: Element) -> Element {
    let Element { tag, vr, value } = element;
    let value = match value {
        Value::Sequence(items) => {
            let items = items.into_iter().map(|mut item| {
                item.remove(tags::SPECIFIC_CHARACTER_SET);
                item.into_iter().map(without_declaration).collect()
            });
            Value::Sequence(items.collect())
        }
        value => value,
    };
    Element { tag, vr, value }
}

/// VRs that Specific Character Set speaks of (PS3.5 section 6.1.2.3).
fn is_coded(vr: VR) -> bool {
    matches!(vr, VR::SH | VR::LO | VR::ST | VR::LT | VR::UC | VR::UT | VR::PN)
}

/// VRs of words that people write.
pub(super) fn has_words(vr: VR) -> bool {
    matches!(vr, VR::CS | VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::deident::profile::Profile;
    use crate::deident::rules::Rules;
    use crate::deident::tidy::tidy;

    fn kept(tag: Tag, vr: VR, bytes: &'static [u8]) -> Option<Vec<u8>> {
        let standard = Rules::new(Profile::basic()).rule(tag).vr;
        let element = tidy(tag, vr, standard, Bytes::from_static(bytes))?;
        let text = Text { charset: &CharacterSet::default(), identifiers: &Identifiers::default() };
        match text.kept(element).value {
            Value::Bytes(bytes) => Some(bytes.to_vec()),
            Value::Sequence(_) | Value::Encapsulated(_) => None,
        }
    }

    #[test]
    fn text_behind_a_nul_and_beyond_its_length_is_cut() {
        assert_eq!(kept(tags::MODALITY, VR::CS, b"CT\0DOE").unwrap(), b"CT");
        let long = kept(tags::MANUFACTURER_MODEL_NAME, VR::LO, &[b'a'; 100]).unwrap();
        assert_eq!(long.len(), 64);
    }

    #[test]
    fn a_uid_in_text_is_cut_and_a_version_is_not() {
        let model = |bytes| kept(tags::MANUFACTURER_MODEL_NAME, VR::LO, bytes).unwrap();
        assert_eq!(model(b"of 1.2.826.0.1.3680043.8.498 x"), b"of  x ");
        assert_eq!(model(b"V 1.2.3.4 "), b"V 1.2.3.4 ");
    }

    #[test]
    fn addresses_are_cut() {
        let model = |bytes| kept(tags::MANUFACTURER_MODEL_NAME, VR::LO, bytes).unwrap();
        assert_eq!(model(b"see https://doe.example/x now "), b"see now ");
        assert_eq!(model(b"jane@doe.example"), b"REMOVED ");
        assert_eq!(model(b"5 @ 3T"), b"5 @ 3T");
    }

    #[test]
    fn a_code_string_that_is_no_code_is_replaced() {
        let kept_code = |bytes| kept(tags::IMAGE_TYPE, VR::CS, bytes).unwrap();
        assert_eq!(kept_code(b"ORIGINAL\\PRIMARY"), b"ORIGINAL\\PRIMARY");
        assert_eq!(kept_code(b"ORIGINAL\\DOE^JANE"), b"ORIGINAL\\REMOVED");
        assert_eq!(kept_code(b"a text that is too long for a code"), b"REMOVED ");
        assert_eq!(kept(tags::MODALITY, VR::UT, b"DOE^JANE").unwrap(), b"REMOVED ");
        assert_eq!(kept(tags::BODY_PART_EXAMINED, VR::CS, b"SPRINGFIELD").unwrap(), b"REMOVED ");
    }

    #[test]
    fn numbers_with_letters_are_removed() {
        assert_eq!(kept(tags::SLICE_THICKNESS, VR::DS, b"DOE^JANE"), None);
        assert_eq!(kept(tags::SLICE_THICKNESS, VR::DS, b"1.5e-1").unwrap(), b"1.5e-1");
        assert_eq!(kept(tags::SERIES_NUMBER, VR::IS, b"12 ").unwrap(), b"12 ");
    }

    #[test]
    fn text_where_a_number_belongs_is_removed() {
        assert_eq!(kept(tags::ROWS, VR::LO, b"DOE^JANE"), None);
        assert_eq!(kept(tags::ROWS, VR::OB, b"DOE^JANE"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"DOE^JANE"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"odd"), None);
        assert_eq!(kept(tags::ROWS, VR::US, b"\x10\0").unwrap(), b"\x10\0");
    }
}
