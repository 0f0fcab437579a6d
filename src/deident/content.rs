//! Structured content (PS3.15 section E.3.4): the content items of a report, each by its concept in
//! Table E.3.4-1; what the table does not name, by its value type.

use dicom::dictionary_std::tags;

use super::DeidentError;
use super::clean::{Cleaner, Mode, Outcome, Place, sequence};
use super::codes::is_local_code;
use super::content_table::{ItemAction, item_action};
use super::dates;
use super::dummy;
use super::options::{Options, ProfileOption};
use super::text::Text;
use super::tidy::tidy;
use super::treatments::{self, Before, Origin};
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// Attributes that hold the value of a content item (PS3.3 section C.17.3.2), and what else says
/// something of it.
pub(super) const VALUES: [Tag; 7] = [
    tags::TEXT_VALUE,
    tags::PERSON_NAME,
    tags::UID,
    tags::DATE_TIME,
    tags::DATE,
    tags::TIME,
    tags::CONCEPT_CODE_SEQUENCE,
];

/// Whose rules these are.
const STRUCTURED: Origin = Origin::Option(ProfileOption::CleanStructured);

impl Cleaner<'_> {
    /// A sequence of content items, or of items that hold such sequences.
    pub(super) fn content(&self, element: Element, place: &Place<'_>) -> Outcome {
        let Element { tag, value, .. } = element;
        let Value::Sequence(items) = value else {
            return Ok(None);
        };
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            if let Some(item) = self.content_item(item, tag, place)? {
                kept.push(item);
            }
        }
        if kept.is_empty() && tag == tags::CONTENT_SEQUENCE {
            kept.push(dummy::content_item());
        }
        Ok(Some(sequence(tag, kept)))
    }

    fn content_item(
        &self,
        item: DataSet,
        tag: Tag,
        place: &Place<'_>,
    ) -> Result<Option<DataSet>, DeidentError> {
        let action = action_of(&item, self.rules.options());
        if action == ItemAction::Remove {
            self.count(STRUCTURED, treatments::Outcome::Removed);
            return Ok(None);
        }
        // Values are taken out and put back, so that the rules of attributes do not see them.
        let mut item = item;
        let taken: Vec<Element> = VALUES.iter().filter_map(|tag| item.remove(*tag)).collect();
        let below: Vec<Element> =
            [tags::CONTENT_SEQUENCE, tags::SPECIMEN_PREPARATION_STEP_CONTENT_ITEM_SEQUENCE]
                .iter()
                .filter_map(|tag| item.remove(*tag))
                .collect();
        let mode =
            if tag == tags::WAVEFORM_ANNOTATION_SEQUENCE { Mode::Clean } else { Mode::Profile };
        let mut cleaned = self.level(item, Some(tag), mode, place.charset)?;
        for element in taken {
            let (rule, before) = (self.rules.rule(element.tag), Before::of(&element));
            let value = self.item_value(element, action, place)?;
            if let Some(outcome) = before.outcome(value.as_ref(), &rule, place.charset) {
                self.count(STRUCTURED, outcome);
            }
            if let Some(element) = value {
                cleaned.put(element);
            }
        }
        for element in below {
            if let Some(element) = self.content(element, place)? {
                cleaned.put(element);
            }
        }
        youngest_old_age(&mut cleaned);
        Ok(Some(cleaned))
    }

    fn item_value(&self, element: Element, action: ItemAction, place: &Place<'_>) -> Outcome {
        let (tag, vr) = (element.tag, element.vr);
        let stays = action == ItemAction::Keep;
        match tag {
            tags::TEXT_VALUE | tags::PERSON_NAME if stays => {
                let text = Text { charset: place.charset, identifiers: &self.identifiers };
                let vr = if tag == tags::TEXT_VALUE { VR::UT } else { VR::PN };
                Ok(Some(text.kept(Element { vr, ..element })))
            }
            tags::TEXT_VALUE if matches!(action, ItemAction::Clean | ItemAction::Unlisted) => {
                let text = Text { charset: place.charset, identifiers: &self.identifiers };
                let cleaned = text.cleaned(Element { vr: VR::UT, ..element });
                Ok(cleaned.or_else(|| Some(Element::text(tag, VR::UT, dummy::REMOVED))))
            }
            tags::TEXT_VALUE => Ok(Some(Element::text(tag, VR::UT, dummy::REMOVED))),
            tags::PERSON_NAME => Ok(Some(Element::text(tag, VR::PN, dummy::REMOVED))),
            tags::UID => {
                let is_kept =
                    stays || action == ItemAction::Unlisted && self.has(ProfileOption::RetainUids);
                if is_kept {
                    let rule = self.rules.rule(tags::SOP_CLASS_UID);
                    return Ok(tidy(tag, VR::UI, rule.vr, bytes_of(&element)));
                }
                Ok(self.replace_uids(element))
            }
            tags::DATE | tags::TIME | tags::DATE_TIME => {
                let vr = match tag {
                    tags::DATE => VR::DA,
                    tags::TIME => VR::TM,
                    _ => VR::DT,
                };
                Ok(Some(self.item_date(element, vr, action)))
            }
            _ => {
                debug_assert_eq!((tag, vr), (tags::CONCEPT_CODE_SEQUENCE, vr));
                self.item_code(element, action, place)
            }
        }
    }

    fn item_date(&self, element: Element, vr: VR, action: ItemAction) -> Element {
        let unlisted = action == ItemAction::Unlisted;
        let text = String::from_utf8_lossy(&bytes_of(&element)).into_owned();
        let is_kept =
            action == ItemAction::Keep || unlisted && self.has(ProfileOption::RetainFullDates);
        let is_shifted =
            action == ItemAction::Shift || unlisted && self.has(ProfileOption::RetainModifiedDates);
        if is_kept && dates::is_valid(vr, &text) {
            return Element { vr, ..element };
        }
        let moved = if is_shifted { self.shift.apply(vr, &text) } else { None };
        moved.map_or_else(
            || Element::text(element.tag, vr, dummy::date(vr)),
            |moved| Element::text(element.tag, vr, &moved),
        )
    }

    fn item_code(&self, element: Element, action: ItemAction, place: &Place<'_>) -> Outcome {
        let Value::Sequence(items) = element.value else {
            return Ok(None);
        };
        let items = items.into_iter().map(|item| {
            let is_dummy = match action {
                ItemAction::Keep => false,
                ItemAction::Dummy => true,
                _ => is_local_code(&item),
            };
            if is_dummy {
                return Ok(self.dummy_code(&item, STRUCTURED));
            }
            self.level(item, Some(element.tag), Mode::Profile, place.charset)
        });
        Ok(Some(sequence(element.tag, items.collect::<Result<_, _>>()?)))
    }
}

/// Concepts of ages: Subject Age, and Age in SNOMED CT, SNOMED RT and LOINC.
const AGES: [(&str, &str); 5] = [
    ("DCM", "121033"),
    ("SCT", "424144002"),
    ("SCT", "397669002"),
    ("SRT", "G-A6D5"),
    ("LN", "30525-0"),
];

/// Ages above 89 years are told as 90 in measurements too.
fn youngest_old_age(item: &mut DataSet) {
    let concept = item.sequence(tags::CONCEPT_NAME_CODE_SEQUENCE).and_then(<[_]>::first);
    let is_age = concept.is_some_and(|concept| {
        let name = (concept.text(tags::CODING_SCHEME_DESIGNATOR), concept.text(tags::CODE_VALUE));
        AGES.iter().any(|(scheme, code)| name == (Some(scheme), Some(code)))
    });
    let Some(values) = item.sequence(tags::MEASURED_VALUE_SEQUENCE).filter(|_| is_age) else {
        return;
    };
    let mut values = values.to_vec();
    for value in &mut values {
        // Months and days stay below, or their number is none of an age.
        let age: Option<f64> = value.text(tags::NUMERIC_VALUE).and_then(|age| age.parse().ok());
        let unit = value.sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE).and_then(<[_]>::first);
        let is_young = match unit.and_then(|unit| unit.text(tags::CODE_VALUE)) {
            Some("mo") => age.is_some_and(|age| age < 90.0 * 12.0),
            Some("wk") => age.is_some_and(|age| age < 90.0 * 52.0),
            Some("d") => age.is_some_and(|age| age < 90.0 * 365.0),
            _ => age.is_some_and(|age| age < 90.0),
        };
        if !is_young {
            value.put_text(tags::NUMERIC_VALUE, VR::DS, "90");
            value.remove(tags::FLOATING_POINT_VALUE);
            value.remove(tags::RATIONAL_NUMERATOR_VALUE);
            value.remove(tags::RATIONAL_DENOMINATOR_VALUE);
        }
    }
    item.put_sequence(tags::MEASURED_VALUE_SEQUENCE, values);
}

/// What is done with a content item under these options.
pub(super) fn action_of(item: &DataSet, options: &Options) -> ItemAction {
    let concept = item.sequence(tags::CONCEPT_NAME_CODE_SEQUENCE).and_then(<[_]>::first);
    let Some(concept) = concept else {
        return ItemAction::Unlisted;
    };
    let scheme = concept.text(tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default();
    let code = [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE]
        .into_iter()
        .find_map(|tag| concept.text(tag))
        .unwrap_or_default();
    let value_type = item.text(tags::VALUE_TYPE).unwrap_or_default();
    item_action(scheme, code, value_type, options)
}

fn bytes_of(element: &Element) -> bytes::Bytes {
    match &element.value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::Sequence(_) | Value::Encapsulated(_) => bytes::Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_above_89_are_told_as_90_in_measurements() {
        let age = |value: &str, unit: &str| {
            let code = |scheme, value| {
                let mut code = DataSet::new();
                code.put_text(tags::CODE_VALUE, VR::SH, value);
                code.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme);
                vec![code]
            };
            let mut measured = DataSet::new();
            measured.put_text(tags::NUMERIC_VALUE, VR::DS, value);
            measured.put_sequence(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, code("UCUM", unit));
            let mut item = DataSet::new();
            item.put_sequence(tags::CONCEPT_NAME_CODE_SEQUENCE, code("DCM", "121033"));
            item.put_sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured]);
            youngest_old_age(&mut item);
            let measured = &item.sequence(tags::MEASURED_VALUE_SEQUENCE).unwrap()[0];
            measured.text(tags::NUMERIC_VALUE).unwrap().to_owned()
        };
        assert_eq!([age("89", "a"), age("95", "a")], ["89", "90"]);
        assert_eq!([age("1000", "mo"), age("1200", "mo"), age("?", "a")], ["1000", "90", "90"]);
    }
}
