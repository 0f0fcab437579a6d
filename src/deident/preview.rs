//! What a profile does to an instance, attribute by attribute: the data set before and after in, an
//! outcome and its reason for each attribute out. No value.

use dicom::dictionary_std::tags;

use super::charset::CharacterSet;
use super::content;
use super::content_table::ItemAction;
use super::rules::{Action, Rule, Rules, Source};
use super::table::table;
use super::{DeidentError, Deidentifier, clean, dummy};
use crate::dataset::{DataSet, Element, Tag, VR, Value, layout};
use crate::instance::Original;

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It had no value.
    Empty,
    /// Its value stays; padding and character set aside.
    Kept,
    /// Some of its value stays.
    Cleaned,
    /// Its dates are moved.
    Moved,
    /// It gets a pseudonym or a new UID.
    Replaced,
    /// It gets a value that says nothing.
    Dummy,
    /// It stands with no value.
    Emptied,
    /// It goes, with all that is in it.
    Removed,
    /// It was not there.
    Added,
}

impl Outcome {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Kept => "kept",
            Self::Cleaned => "cleaned",
            Self::Moved => "moved",
            Self::Replaced => "replaced",
            Self::Dummy => "dummy",
            Self::Emptied => "emptied",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }
}

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
                let outcome = if clean::is_blank(bytes) && clean::is_blank(kept) {
                    Outcome::Empty
                } else if is_same(before.vr, bytes, kept, charset) {
                    Outcome::Kept
                } else {
                    self.change(before.vr, bytes, after, kept)
                };
                self.tell(path, outcome);
            }
            _ => self.tell(path, Outcome::Dummy),
        }
    }

    /// What a value that is no longer the same has become.
    fn change(&self, vr: VR, before: &[u8], after: &Element, kept: &[u8]) -> Outcome {
        let rule = self.rules.rule(after.tag);
        let dummy = || dummy::value(after.tag, rule.vr, vr, before);
        match rule.action {
            Action::ReplaceUid | Action::PatientId | Action::PatientName => Outcome::Replaced,
            _ if clean::is_blank(kept) => Outcome::Emptied,
            _ if dummy().is_some_and(|(_, dummy)| dummy == *kept) => Outcome::Dummy,
            Action::Shift => Outcome::Moved,
            _ if after.vr == VR::UI => Outcome::Replaced,
            _ => Outcome::Cleaned,
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

/// Whether two value fields say the same.
fn is_same(vr: VR, before: &[u8], after: &[u8], charset: &CharacterSet) -> bool {
    if !layout::is_text(vr) && !matches!(vr, VR::UI | VR::UN) {
        return before == after;
    }
    let trimmed = |text: &str| {
        let values = text.split('\\').map(|value| value.trim_matches([' ', '\0']));
        values.collect::<Vec<_>>().join("\\")
    };
    let utf8 = String::from_utf8_lossy(after);
    before == after || trimmed(&charset.decode(before)) == trimmed(&utf8)
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
    use crate::deident::{Key, Profile};

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
}
