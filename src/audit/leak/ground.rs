//! Where in an output file a hit lies: the file and its data set in, the element at an offset out.
//! Values are slices of the file, so their places follow from where they point.

use bytes::Bytes;
use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};

use super::pattern::{Pattern, Source};
use super::search::Ground;
use crate::crop::is_own_text;
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Tag, VR, Value};
use crate::deident::{Concern, ProfileOption, Rules, is_term_of};
use crate::instance::Original;

/// Attributes that name an organisation, and no person.
const ORGANISATIONS: [Tag; 3] = [
    tags::INSTITUTION_NAME,
    tags::CLINICAL_TRIAL_SPONSOR_NAME,
    tags::CLINICAL_TRIAL_COORDINATING_CENTER_NAME,
];

/// A value field of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    start: usize,
    end: usize,
    /// The attribute.
    pub(super) tag: Tag,
    /// What kind of bytes it holds.
    pub(super) ground: Ground,
    /// Whether it is the sentence in which the program names itself and its profile, or tells of a crop.
    is_our_mark: bool,
    /// Whether every value is a defined term of the attribute.
    is_term: bool,
    /// Whether it holds dates that the profile keeps, or moves.
    has_dates: bool,
}

impl Field {
    /// Whether the field may hold this for a reason of its own.
    pub(super) fn may_hold(&self, pattern: &Pattern) -> bool {
        let is_organisation = matches!(
            pattern.source, Source::Attribute(tag) if ORGANISATIONS.contains(&tag)
        );
        // A moved date may be another day of the same patient; one that stayed in its own place is told.
        let is_date = matches!(
            pattern.source, Source::Attribute(tag) if tag != self.tag && is_date(tag)
        );
        self.is_our_mark
            || (self.has_dates && is_date)
            || self.is_term
            || pattern.concern < Concern::Identifier
            // The name of a scheme of codes.
            || self.tag == tags::CODING_SCHEME_DESIGNATOR
            // A maker is an organisation, and sometimes the one that made the image.
            || (is_organisation
                && matches!(self.tag, tags::MANUFACTURER | tags::MANUFACTURER_MODEL_NAME))
    }
}

/// The fields of a file, ascending.
#[derive(Debug)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    pub(super) fn of(file: &Bytes, original: &Original, rules: &Rules) -> Self {
        let mut fields = Vec::new();
        collect(file, &original.data_set, rules, false, &mut fields);
        fields.sort_by_key(|field| field.start);
        Self(fields)
    }

    /// The field that holds all of these bytes; `None` for pixels and between fields.
    pub(super) fn at(&self, range: &std::ops::Range<usize>) -> Option<&Field> {
        let behind = self.0.partition_point(|field| field.start <= range.start);
        let field = self.0.get(behind.checked_sub(1)?)?;
        (range.end <= field.end).then_some(field)
    }
}

/// `in_methods` is the sequence of codes by which the program says what it did.
fn collect(
    file: &Bytes,
    data_set: &DataSet,
    rules: &Rules,
    in_methods: bool,
    fields: &mut Vec<Field>,
) {
    for element in data_set.iter() {
        match &element.value {
            Value::Sequence(items) => {
                let methods = element.tag == tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE;
                for item in items {
                    collect(file, item, rules, methods, fields);
                }
            }
            Value::Bytes(bytes) => {
                let start = (bytes.as_ptr() as usize).wrapping_sub(file.as_ptr() as usize);
                if start < file.len() && !bytes.is_empty() {
                    fields.push(Field {
                        start,
                        end: start + bytes.len(),
                        tag: element.tag,
                        ground: ground(element.vr),
                        has_dates: is_date(element.tag) && rules.is_stand_in(element).is_none(),
                        is_term: element.vr == VR::CS && are_terms(element.tag, bytes),
                        is_our_mark: element.tag == tags::DEIDENTIFICATION_METHOD
                            && rules.is_stand_in(element) == Some(true)
                            || in_methods && ProfileOption::is_meaning(bytes)
                            || is_own_text(element.tag, bytes),
                    });
                }
            }
            Value::Encapsulated(_) => {}
        }
    }
}

fn is_date(tag: Tag) -> bool {
    let vr = StandardDataDictionary.by_tag(tag).map(DataDictionaryEntry::vr);
    matches!(vr, Some(VirtualVr::Exact(VR::DA | VR::DT)))
}

fn are_terms(tag: Tag, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.split('\\').all(|value| is_term_of(tag, value.trim()))
}

fn ground(vr: VR) -> Ground {
    match vr {
        VR::DS | VR::IS => Ground::Number,
        VR::UI => Ground::Text,
        vr if is_text(vr) => Ground::Text,
        _ => Ground::Binary,
    }
}
