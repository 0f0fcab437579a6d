//! What identifies in an input: its data set and its path in, patterns out.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};
use dicom::encoding::text::{SpecificCharacterSet, TextCodec};

use super::pattern::{MIN_BYTES, Patterns, Searched, Source, Spared};
use crate::attributes::modality;
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Tag, VR, Value};
use crate::deident::{Concern, Deidentifier, Rules, names_nobody, patient_name};

/// What an input and its output both hold with right: what this key has made before, and UIDs where the
/// profile keeps them.
pub(super) fn spared(data_set: &DataSet, deidentifier: &Deidentifier) -> Spared {
    let mut spared = Spared { dates: deidentifier.has_moved(data_set), ..Spared::default() };
    spare(data_set, deidentifier, &mut spared.values);
    spared
}

fn spare(data_set: &DataSet, deidentifier: &Deidentifier, spared: &mut HashSet<String>) {
    let keeps_uids = deidentifier.rules().keeps_uids();
    for element in data_set.iter() {
        match &element.value {
            Value::Sequence(items) => {
                for item in items {
                    spare(item, deidentifier, spared);
                }
            }
            Value::Bytes(bytes) if element.vr == VR::UI => {
                let uids = String::from_utf8_lossy(bytes);
                let uids = uids.split('\\').map(|uid| uid.trim_matches([' ', '\0']));
                let is_spared =
                    |uid: &&str| keeps_uids || deidentifier.pseudonyms().is_own_uid(uid);
                spared.extend(uids.filter(is_spared).map(ToOwned::to_owned));
            }
            Value::Bytes(bytes) if element.tag == tags::PATIENT_ID => {
                if let Some(id) = deidentifier.pseudonyms().own_patient(bytes) {
                    let name = patient_name(&id);
                    spared.extend(name.split('^').map(ToOwned::to_owned));
                    spared.extend([id, name]);
                }
            }
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
}

/// The values of a data set, at every depth.
pub(super) fn of_data_set(data_set: &DataSet, rules: &Rules, patterns: &mut Patterns) {
    level(data_set, &[], false, rules, patterns);
}

/// `inside` a sequence that the profile does not keep, text of attributes that it keeps elsewhere is
/// looked for too: a code there may stand for a person or a place.
fn level(
    data_set: &DataSet,
    outer: &[SpecificCharacterSet],
    inside: bool,
    rules: &Rules,
    patterns: &mut Patterns,
) {
    let own = character_sets(data_set);
    let sets = own.as_deref().unwrap_or(outer);
    for element in data_set.iter() {
        let mut concern = rules.concern(element.tag);
        if inside && says_something(element.vr) {
            concern = concern.max(Concern::Descriptor);
        }
        match &element.value {
            Value::Sequence(items) => {
                let inside = inside || concern != Concern::None;
                for item in items {
                    level(item, sets, inside, rules, patterns);
                }
            }
            Value::Bytes(bytes) if concern != Concern::None => {
                let searched = Searched { source: Source::Attribute(element.tag), concern };
                value(searched, vr_of(element.tag, element.vr), bytes, sets, patterns);
            }
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
}

/// Where a file gives no VR, the dictionary's.
fn vr_of(tag: Tag, vr: VR) -> VR {
    match StandardDataDictionary.by_tag(tag).map(DataDictionaryEntry::vr) {
        Some(VirtualVr::Exact(standard)) if vr == VR::UN => standard,
        _ => vr,
    }
}

fn value(
    searched: Searched,
    vr: VR,
    bytes: &[u8],
    sets: &[SpecificCharacterSet],
    patterns: &mut Patterns,
) {
    let is_readable = is_text(vr) || vr == VR::UI || is_printable(bytes);
    if !is_readable {
        // Numbers and opaque bytes: no text that could come to stand elsewhere.
        return;
    }
    if !bytes.is_ascii() {
        bytes.split(|byte| *byte == b'\\').for_each(|part| patterns.raw(searched, part));
    }
    let decoded = sets.iter().filter_map(|set| set.decode(bytes).ok());
    let as_it_is = std::iter::once(String::from_utf8_lossy(bytes).into_owned());
    for text in as_it_is.chain(decoded).filter(|text| !text.contains('\u{FFFD}')) {
        for part in text.split('\\') {
            let part = part.trim_matches([' ', '\0']);
            match vr {
                VR::PN => patterns.name(searched, part),
                VR::DA | VR::DT => patterns.date(searched, part),
                VR::UI => patterns.uid(searched, part),
                // A defined term (PS3.5 section 6.2) names nobody; text in its disguise may.
                VR::CS if is_code(part) => {}
                // Measures: equal ones stand everywhere.
                VR::DS | VR::IS if !is_long_number(part) => {}
                _ if names_nobody(part) => {
                    let concern = searched.concern.min(Concern::Descriptor);
                    patterns.text(Searched { concern, ..searched }, part);
                }
                _ => patterns.text(searched, part),
            }
        }
    }
}

/// The names of an input and of the folders above it. One plain word describes; words that any study
/// might have say nothing.
pub(super) fn of_path(path: &Path, patterns: &mut Patterns) {
    let searched = |concern| Searched { source: Source::Path, concern };
    for name in path.iter().filter(|name| name.len() >= MIN_BYTES) {
        let Some(text) = name.to_str() else {
            patterns.raw(searched(Concern::Identifier), name.as_bytes());
            continue;
        };
        // What follows the last dot of a UID is no extension.
        let split = text.rsplit_once('.').filter(|(_, end)| !is_dotted_digits(end));
        let stem = split.map_or(text, |(stem, _)| stem);
        for text in [text, stem].into_iter().filter(|text| !is_generic(text)) {
            let is_word = text.chars().all(char::is_alphabetic);
            let concern = if is_word { Concern::Descriptor } else { Concern::Identifier };
            if text.contains('.') && is_dotted_digits(text) {
                patterns.uid(searched(concern), text);
            } else {
                patterns.text(searched(concern), text);
            }
        }
    }
}

fn is_dotted_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Words of folders and files that say what they are, and not whose.
const GENERIC: &str = "data dcm dicom dicomdir dir file files im image images img input instance \
    object objects pat patient scan se seg ser series slice st studies study subject";

/// Whether nothing but generic words, modalities, digits and signs is there.
fn is_generic(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let mut words = words.peekable();
    let is_word = |word: &str| {
        GENERIC.split_whitespace().any(|generic| generic.eq_ignore_ascii_case(word))
            || is_modality(word)
    };
    words.peek().is_some() && words.all(is_word)
}

fn is_modality(word: &str) -> bool {
    let mut data_set = DataSet::new();
    data_set.put_text(tags::MODALITY, VR::CS, &word.to_ascii_uppercase());
    modality(&data_set).eq_ignore_ascii_case(word)
}

fn character_sets(data_set: &DataSet) -> Option<Vec<SpecificCharacterSet>> {
    let terms = data_set.text(tags::SPECIFIC_CHARACTER_SET)?;
    Some(
        terms.split('\\').filter_map(|term| SpecificCharacterSet::from_code(term.trim())).collect(),
    )
}

fn says_something(vr: VR) -> bool {
    is_text(vr) && !matches!(vr, VR::CS | VR::DS | VR::IS)
}

fn is_code(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 16 && text.bytes().all(|byte| is_sign(byte) || byte == b' ')
}

fn is_long_number(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Bytes of an unknown kind that are text all the same.
fn is_printable(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii_end();
    let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let is_character = |c: char| !c.is_control() || matches!(c, '\t' | '\r' | '\n');
    bytes.len() <= 1024
        && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_character))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::dataset::Element;
    use crate::deident::Profile;

    fn forms(data_set: &DataSet) -> Vec<String> {
        let mut patterns = Patterns::default();
        of_data_set(data_set, &Rules::new(Profile::basic()), &mut patterns);
        let plain = patterns.forms.iter().filter(|(_, pattern)| !pattern.is_wide);
        let mut forms: Vec<String> =
            plain.map(|(form, _)| String::from_utf8_lossy(form).into_owned()).collect();
        forms.sort();
        forms
    }

    #[test]
    fn what_the_profile_keeps_is_not_looked_for() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::MODALITY, VR::CS, "RTSTRUCT");
        data_set.put_text(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.2");
        data_set.put_text(Tag(0x0009, 0x1001), VR::CS, "DEFINED_TERM");
        data_set.put_text(Tag(0x0009, 0x1002), VR::DS, "1.000000");
        assert_eq!(forms(&data_set), [""; 0]);
    }

    #[test]
    fn values_are_found_at_every_depth_and_in_private_and_unknown_bytes() {
        let mut item = DataSet::new();
        item.put_text(tags::ACCESSION_NUMBER, VR::SH, r"ACC77\ACC78");
        item.put_text(tags::CODE_VALUE, VR::SH, "DrSmith");
        let mut data_set = DataSet::new();
        data_set.put_sequence(Tag(0x0009, 0x1010), vec![item]);
        let unknown = Value::Bytes(Bytes::from_static(b"Ward 12\0"));
        data_set.put(Element { tag: Tag(0x0009, 0x1011), vr: VR::UN, value: unknown });
        let opaque = Value::Bytes(Bytes::from_static(b"\x01\x02\x03\x04\x05"));
        data_set.put(Element { tag: Tag(0x0009, 0x1012), vr: VR::UN, value: opaque });
        assert_eq!(forms(&data_set), ["ACC77", "ACC78", "DrSmith", "Ward 12"]);
    }

    #[test]
    fn text_is_decoded_and_its_bytes_are_searched_too() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100");
        let name = Value::Bytes(Bytes::from_static(b"M\xFCller "));
        data_set.put(Element { tag: tags::PATIENT_NAME, vr: VR::PN, value: name });
        let found = forms(&data_set);
        assert!(found.contains(&"Müller".to_owned()) && found.contains(&"MÜLLER".to_owned()));
        assert!(found.contains(&"M\u{FFFD}ller".to_owned()), "the bytes as they are");
    }

    #[test]
    fn names_of_folders_and_files_are_looked_for_unless_any_study_has_them() {
        let mut patterns = Patterns::default();
        of_path(
            Path::new("studies/RTSTRUCT/DICOM/DOE_JANE/1.2.3.44/liver/IM000001.dcm"),
            &mut patterns,
        );
        let plain = patterns.forms.iter().filter(|(_, pattern)| !pattern.is_wide);
        let mut found: Vec<_> = plain.map(|(form, p)| (form.as_slice(), p.concern)).collect();
        found.sort();
        let expected: [(&[u8], Concern); 3] = [
            (b"1.2.3.44", Concern::Identifier),
            (b"DOE_JANE", Concern::Identifier),
            (b"liver", Concern::Descriptor),
        ];
        assert_eq!(found, expected);
    }
}
