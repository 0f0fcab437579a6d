//! What a profile does to an instance, attribute by attribute: the data set before and after in, an
//! outcome and its reason for each attribute out. No value.

use dicom::dictionary_std::tags;

use super::charset::CharacterSet;
use super::content;
use super::content_table::ItemAction;
use super::rules::{Rule, Rules, Source};
use super::table::table;
use super::treatments::Outcome;
use super::{DeidentError, Deidentifier, dummy};
use crate::dataset::{DataSet, Element, Tag, Value};
use crate::instance::Original;

/// Tags of the enclosing sequences and, last, of the attribute.
pub type Path = Vec<Tag>;

impl Deidentifier {
    /// What [`Self::apply`] would do to each attribute, in the order of the file. What stands inside
    /// something that goes is not listed of its own.
    pub fn preview(&self, original: Original) -> Result<Vec<(Path, Outcome)>, DeidentError> {
        let before = original.data_set.clone();
        let after = self.apply(original)?;
        let mut preview = Preview { rules: self.rules(), outcomes: Vec::new() };
        preview.level(&before, after.data_set(), &mut Vec::new(), &CharacterSet::default());
        Ok(preview.outcomes)
    }
}

impl Rules {
    /// Why an attribute is treated as it is, in a few words.
    pub fn reason(&self, tag: Tag) -> String {
        if !tag.0.is_multiple_of(2) {
            return "private".into();
        }
        let Rule { source, .. } = self.rule(tag);
        let code = || table().row(tag).map_or_else(String::new, |row| row.basic.to_string());
        match source {
            Source::Basic => format!("E.1-1 {}", code()),
            Source::Option(option) => {
                let verb = if option.is_retained() { "retain" } else { "clean" };
                format!("E.1-1 {}, {verb} {}", code(), option.name())
            }
            Source::Unlisted => "not in E.1-1".into(),
            Source::Override(at) => format!("override {}", at + 1),
            Source::Unknown => "unknown, or not looked into".into(),
        }
    }
}

struct Preview<'a> {
    rules: &'a Rules,
    outcomes: Vec<(Path, Outcome)>,
}

impl Preview<'_> {
    fn level(&mut self, before: &DataSet, after: &DataSet, path: &mut Path, outer: &CharacterSet) {
        let own = CharacterSet::declared(before);
        let charset = own.as_ref().unwrap_or(outer);
        for element in before.iter() {
            path.push(element.tag);
            match after.get(element.tag) {
                None => self.tell(path, Outcome::Removed),
                Some(kept) => self.element(element, kept, path, charset),
            }
            path.pop();
        }
        for element in after.iter().filter(|element| before.get(element.tag).is_none()) {
            path.push(element.tag);
            self.tell(path, Outcome::Added);
            path.pop();
        }
    }

    fn tell(&mut self, path: &Path, outcome: Outcome) {
        self.outcomes.push((path.clone(), outcome));
    }

    fn element(
        &mut self,
        before: &Element,
        after: &Element,
        path: &mut Path,
        charset: &CharacterSet,
    ) {
        match (&before.value, &after.value) {
            (Value::Sequence(before), Value::Sequence(after)) => {
                self.items(before, after, path, charset);
            }
            (Value::Bytes(bytes), Value::Bytes(kept)) => {
                let rule = self.rules.rule(after.tag);
                let outcome = Outcome::of_value(&rule, before.vr, bytes, (after, kept), charset);
                self.tell(path, outcome);
            }
            _ => self.tell(path, Outcome::Dummy),
        }
    }

    fn items(
        &mut self,
        before: &[DataSet],
        after: &[DataSet],
        path: &mut Path,
        charset: &CharacterSet,
    ) {
        if before.len() > after.len() && after.is_empty() {
            return self.tell(path, Outcome::Emptied);
        }
        // Content items are left out by their concept.
        let is_left_out = |item: &&DataSet| {
            before.len() != after.len()
                && content::action_of(item, self.rules.options()) == ItemAction::Remove
        };
        let (gone, stay): (Vec<_>, Vec<_>) = before.iter().partition(is_left_out);
        for _ in gone {
            self.tell(path, Outcome::Removed);
        }
        if stay.len() != after.len() {
            return self.tell(path, Outcome::Cleaned);
        }
        self.tell(path, Outcome::Kept);
        for (item, kept) in stay.into_iter().zip(after) {
            if *kept == dummy::code_item() && item != kept {
                self.tell(path, Outcome::Dummy);
            } else {
                self.level(item, kept, path, charset);
            }
        }
    }
}

/// The keyword of PS3.6; a few words for attributes that have none.
pub fn keyword(tag: Tag) -> &'static str {
    use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry};
    let entry = dicom::dictionary_std::StandardDataDictionary.by_tag(tag);
    match entry.map(DataDictionaryEntry::alias) {
        Some(keyword) if tag != tags::DATA_SET_TRAILING_PADDING => keyword,
        _ if !tag.0.is_multiple_of(2) => "(private)",
        _ => "(unknown)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::VR;
    use std::collections::BTreeMap;

    use crate::deident::{Key, Profile, Pseudonyms};
    use crate::read::Limits;

    fn instance() -> Original {
        let mut data_set = DataSet::new();
        for (tag, vr, text) in [
            (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
            (tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.7"),
            (tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
            (tags::STUDY_INSTANCE_UID, VR::UI, "1.2.4"),
            (tags::SERIES_INSTANCE_UID, VR::UI, "1.2.5"),
            (tags::STUDY_DATE, VR::DA, "20200101"),
            (tags::STUDY_DESCRIPTION, VR::LO, "CHEST Waldrop"),
            (tags::PATIENT_NAME, VR::PN, "Waldrop^Ann"),
            (tags::MODALITY, VR::CS, "CT"),
            (Tag(0x0009, 0x0010), VR::LO, "SOMEBODY"),
        ] {
            data_set.put_text(tag, vr, text);
        }
        let mut item = DataSet::new();
        item.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.6");
        data_set.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![item]);
        Original { data_set, transfer_syntax: "1.2.840.10008.1.2.1".into(), image: None }
    }

    fn outcomes(profile: &str) -> impl Fn(&[Tag]) -> Option<Outcome> {
        let key = Key::from_bytes(&[7; 32]).unwrap();
        let profile = Deidentifier::new(&key, Profile::load(profile).unwrap());
        let all = profile.preview(instance()).unwrap();
        move |path| all.iter().find(|(found, _)| found == path).map(|(_, outcome)| *outcome)
    }

    #[test]
    fn each_attribute_has_its_outcome() {
        let basic = outcomes("basic");
        assert_eq!(basic(&[tags::MODALITY]), Some(Outcome::Kept));
        assert_eq!(basic(&[tags::SPECIFIC_CHARACTER_SET]), Some(Outcome::Kept));
        assert_eq!(basic(&[tags::PATIENT_NAME]), Some(Outcome::Replaced));
        assert_eq!(basic(&[tags::STUDY_INSTANCE_UID]), Some(Outcome::Replaced));
        assert_eq!(basic(&[tags::STUDY_DATE]), Some(Outcome::Emptied));
        assert_eq!(basic(&[tags::STUDY_DESCRIPTION]), Some(Outcome::Removed));
        assert_eq!(basic(&[Tag(0x0009, 0x0010)]), Some(Outcome::Removed));
        assert_eq!(basic(&[tags::PATIENT_IDENTITY_REMOVED]), Some(Outcome::Added));
        let inside = [tags::REFERENCED_IMAGE_SEQUENCE, tags::REFERENCED_SOP_INSTANCE_UID];
        assert_eq!(basic(&inside), Some(Outcome::Replaced));
        let research = outcomes("research");
        assert_eq!(research(&[tags::STUDY_DATE]), Some(Outcome::Moved));
        assert_eq!(research(&[tags::STUDY_DESCRIPTION]), Some(Outcome::Cleaned));
    }

    #[test]
    fn a_rule_says_where_it_comes_from() {
        let rules = Rules::new(Profile::load("research").unwrap());
        assert_eq!(rules.reason(tags::STUDY_DATE), "E.1-1 Z, retain modified-dates");
        assert_eq!(rules.reason(tags::PATIENT_BIRTH_DATE), "E.1-1 Z");
        assert_eq!(rules.reason(tags::ROWS), "not in E.1-1");
        assert_eq!(rules.reason(Tag(0x0009, 0x1001)), "private");
    }

    /// Outcomes by their words; sequences that stay, attributes without a value and what is added do not count, nor
    /// do the creators of private blocks.
    fn counted(listed: &[(Path, Outcome)], before: &DataSet) -> BTreeMap<&'static str, u64> {
        let mut counts = BTreeMap::new();
        for (path, outcome) in listed {
            let tag = *path.last().unwrap();
            let is_creator = !tag.0.is_multiple_of(2) && tag.1 < 0x1000;
            let stays = *outcome == Outcome::Kept && holds_items(path, before);
            let is_none = matches!(outcome, Outcome::Empty | Outcome::Added);
            if !is_creator && !stays && !is_none {
                // What says how it was written and de-identified is put there once all is cleaned.
                let is_put = matches!(
                    tag,
                    tags::SPECIFIC_CHARACTER_SET
                        | tags::PATIENT_IDENTITY_REMOVED
                        | tags::DEIDENTIFICATION_METHOD
                        | tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED
                );
                let outcome = if is_put { Outcome::Kept } else { *outcome };
                *counts.entry(outcome.name()).or_default() += 1;
            }
        }
        counts
    }

    fn holds_items(path: &[Tag], data_set: &DataSet) -> bool {
        let Some((first, rest)) = path.split_first() else { return true };
        match data_set.get(*first).map(|element| &element.value) {
            Some(Value::Sequence(items)) => {
                rest.is_empty() || items.iter().any(|item| holds_items(rest, item))
            }
            _ => false,
        }
    }

    #[test]
    fn what_a_run_counts_is_what_a_preview_lists() {
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data_sample/dicom");
        let key = Key::from_bytes(&[7; 32]).unwrap();
        let pseudonyms = Pseudonyms::new(&key);
        let mut files = 0;
        for name in ["basic", "research"] {
            let deidentifier = Deidentifier::new(&key, Profile::load(name).unwrap());
            for file in crate::scan::scan(&sample, &pseudonyms, &|| true).files {
                let read = || crate::read::read(&sample.join(&file.path), &Limits::default());
                let Ok(original) = read() else { continue };
                let Ok((_, treatments)) = deidentifier.treat(read().unwrap()) else { continue };
                let before = original.data_set.clone();
                let listed = deidentifier.preview(original).unwrap();
                // A preview does not look into sequences that have lost some items and not all.
                let has_lost = |(path, outcome): &(Path, Outcome)| {
                    *outcome == Outcome::Cleaned && holds_items(path, &before)
                };
                if listed.iter().any(has_lost) {
                    continue;
                }
                let listed = counted(&listed, &before);
                let mut counts = BTreeMap::new();
                for (outcome, count) in treatments.by_name().values().flatten() {
                    *counts.entry(*outcome).or_default() += count;
                }
                assert_eq!(counts, listed, "{name} {:?}", file.path);
                files += 1;
            }
        }
        assert!(files > 20, "{files}");
    }
}
