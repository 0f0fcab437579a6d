//! Directory records (PS3.3 section F.4): the keys of a type and an instance in, the elements out.

use dicom::dictionary_std::tags;

use super::keys::{Key, Need};
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Element, Tag, VR, Value};
use Need::{Conditional, Modifiers, Number, One, Two};

/// Puts the keys that an instance gives into a record.
pub(super) fn put_keys(record: &mut DataSet, keys: &[Key], instance: &DataSet, number: u32) {
    for Key(tag, vr, need) in keys {
        let found = match need {
            Modifiers => modifiers(instance, *tag),
            _ if *tag == tags::VERIFICATION_DATE_TIME => verified(instance),
            _ => instance.get(*tag).filter(|element| !is_empty(element)).map(modern),
        };
        let dummy = match (need, vr) {
            (One(text), _) => Some(Element::text(*tag, *vr, text)),
            (Number, _) => Some(Element::text(*tag, *vr, &number.to_string())),
            (Two, VR::SQ) => {
                Some(Element { tag: *tag, vr: *vr, value: Value::Sequence(Vec::new()) })
            }
            (Two, _) => Some(Element::text(*tag, *vr, "")),
            (Conditional | Modifiers, _) => None,
        };
        if let Some(element) = found.or(dummy) {
            record.put(element);
        }
    }
}

/// The element; a date or a time of ACR-NEMA without the separators that DICOM no longer has.
fn modern(element: &Element) -> Element {
    let (separator, bytes) = match (element.vr, &element.value) {
        (VR::DA, Value::Bytes(bytes)) => (b'.', bytes),
        (VR::TM, Value::Bytes(bytes)) => (b':', bytes),
        _ => return element.clone(),
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.contains(&separator) => {
            let text = text.trim_end().replace(char::from(separator), "");
            Element::text(element.tag, element.vr, &text)
        }
        _ => element.clone(),
    }
}

/// The last verification (0040,A030) of all observers: type 1C where the document is verified.
fn verified(instance: &DataSet) -> Option<Element> {
    let observers = instance.sequence(tags::VERIFYING_OBSERVER_SEQUENCE)?;
    let times = observers.iter().filter_map(|item| item.get(tags::VERIFICATION_DATE_TIME));
    let times = times.filter(|element| !is_empty(element));
    let bytes = |element: &Element| match &element.value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Sequence(_) | Value::Encapsulated(_) => bytes::Bytes::new(),
    };
    times.max_by_key(|element| bytes(element)).cloned()
}

/// The items of a document's content that modify its concept name.
fn modifiers(instance: &DataSet, tag: Tag) -> Option<Element> {
    let modifies = |item: &&DataSet| item.text(tags::RELATIONSHIP_TYPE) == Some("HAS CONCEPT MOD");
    let items: Vec<DataSet> = instance.sequence(tag)?.iter().filter(modifies).cloned().collect();
    (!items.is_empty()).then_some(Element { tag, vr: VR::SQ, value: Value::Sequence(items) })
}

fn is_empty(element: &Element) -> bool {
    match &element.value {
        Value::Bytes(bytes) => {
            bytes.iter().all(|byte| matches!(byte, 0 | b' ')) && is_text(element.vr)
                || bytes.is_empty()
        }
        Value::Sequence(items) => items.is_empty(),
        Value::Encapsulated(_) => true,
    }
}

/// Whether a text of the record needs the instance's Specific Character Set (0008,0005).
pub(super) fn is_extended(record: &DataSet) -> bool {
    record.iter().any(|element| match &element.value {
        Value::Bytes(bytes) if is_text(element.vr) => {
            bytes.iter().any(|byte| !byte.is_ascii() || *byte == 0x1B)
        }
        Value::Sequence(items) => items.iter().any(is_extended),
        Value::Bytes(_) | Value::Encapsulated(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::class::CLASSES;
    use super::super::keys::{STUDY, is_known, keys, last_tag};
    use super::*;

    #[test]
    fn what_is_missing_is_empty_a_number_or_a_dummy() {
        let mut instance = DataSet::new();
        instance.put_text(tags::STUDY_DATE, VR::DA, "2020.01.02");
        instance.put_text(tags::STUDY_TIME, VR::TM, "");
        let mut record = DataSet::new();
        put_keys(&mut record, STUDY, &instance, 3);
        let text = |tag| record.text(tag);
        assert_eq!(text(tags::STUDY_DATE), Some("20200102"));
        assert_eq!(text(tags::STUDY_TIME), Some("000000"));
        assert_eq!(text(tags::STUDY_ID), Some("3"));
        assert_eq!(text(tags::ACCESSION_NUMBER), Some(""));
        assert_eq!(text(tags::STUDY_INSTANCE_UID), None);
    }

    #[test]
    fn of_a_document_only_what_modifies_its_name_is_taken() {
        let item = |relationship| {
            let mut item = DataSet::new();
            item.put_text(tags::RELATIONSHIP_TYPE, VR::CS, relationship);
            item
        };
        let mut instance = DataSet::new();
        let items = vec![item("CONTAINS"), item("HAS CONCEPT MOD")];
        instance.put_sequence(tags::CONTENT_SEQUENCE, items);
        let mut record = DataSet::new();
        put_keys(&mut record, keys("SR DOCUMENT"), &instance, 1);
        assert_eq!(record.sequence(tags::CONTENT_SEQUENCE).unwrap().len(), 1);
        assert_eq!(record.text(tags::VERIFICATION_FLAG), Some("UNVERIFIED"));
        assert!(record.get(tags::VERIFICATION_DATE_TIME).is_none());
    }

    #[test]
    fn every_type_that_a_class_may_have_has_its_keys() {
        for (_, record_type) in CLASSES {
            assert!(is_known(record_type), "{record_type}");
        }
        assert!(
            last_tag("IMAGE") < tags::ROWS && last_tag("SR DOCUMENT") == tags::CONTENT_SEQUENCE
        );
    }
}
