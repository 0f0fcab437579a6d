//! Every identifying value of one data set, at every depth, and the forms in which they may stand elsewhere.

use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::charset::CharacterSet;
use super::codes::{is_code, is_local_code};
use super::concern::Concern;
use super::rules::{Action, Rules};
use super::{dates, forms};
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// More forms are beyond any real header.
pub(super) const MOST_FORMS: usize = 1_000_000;

/// Identifying values as they stand in a data set, each once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    names: Vec<String>,
    texts: Vec<String>,
    days: Vec<(i64, u32, u32)>,
    /// Values that name stations, and those of models, which stand in the output with right.
    stations: Vec<String>,
    models: Vec<String>,
    /// Values that name houses, and those that are kept.
    houses: Vec<String>,
    kept: Vec<String>,
}

/// The identifying values of a data set: those that other instances of its series share, and those of it alone.
pub(super) fn harvest(data_set: &DataSet, rules: &Rules) -> (Values, Values) {
    let mut found = Found::default();
    found.level(data_set, rules, &CharacterSet::default(), false);
    found.values.spare(data_set, rules);
    found.each_once();
    (found.values, found.own)
}

impl Values {
    /// What stands in the output with right.
    fn spare(&mut self, data_set: &DataSet, rules: &Rules) {
        let values = |tags: &[Tag]| {
            let bytes = tags.iter().filter_map(|tag| data_set.bytes(*tag));
            bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
        };
        self.models = values(&[tags::MANUFACTURER, tags::MANUFACTURER_MODEL_NAME]);
        let kept = HOUSES.into_iter().filter(|tag| rules.rule(*tag).action == Action::Keep);
        self.kept = values(&kept.collect::<Vec<_>>());
    }

    fn each_once(&mut self) {
        let Self { names, texts, days, stations, models, houses, kept } = self;
        for values in [names, texts, stations, models, houses, kept] {
            each_once(values);
        }
        each_once(days);
    }

    /// How many there are.
    fn len(&self) -> usize {
        let Self { names, texts, days, stations, models, houses, kept } = self;
        let texts = [names, texts, stations, models, houses, kept];
        days.len() + texts.iter().map(|values| values.len()).sum::<usize>()
    }

    /// The bytes of their texts.
    pub(super) fn text_bytes(&self) -> usize {
        let Self { names, texts, days: _, stations, models, houses, kept } = self;
        let texts = [names, texts, stations, models, houses, kept].into_iter().flatten();
        texts.map(String::len).sum()
    }

    /// Their forms, each once; `None` where they are more than `MOST_FORMS`.
    pub(super) fn forms(&self) -> Option<Vec<String>> {
        let mut forms = Forms::default();
        for day in &self.days {
            forms.take(|forms| forms::of_day(*day, forms))?;
        }
        for name in &self.names {
            forms.take(|forms| forms::of_name(name, forms))?;
        }
        for text in &self.texts {
            forms.take(|forms| forms::of_text(text, forms))?;
        }
        for (values, spared) in [(&self.stations, &self.models), (&self.houses, &self.kept)] {
            let (mut of_values, mut of_spared) = (Vec::new(), Vec::new());
            for (values, forms) in [(values, &mut of_values), (spared, &mut of_spared)] {
                for value in values {
                    forms::of_text(value, forms);
                }
            }
            of_values.retain(|form| !of_spared.contains(form));
            forms.take(|forms| forms.append(&mut of_values))?;
        }
        each_once(&mut forms.0);
        (forms.0.len() <= MOST_FORMS).then_some(forms.0)
    }
}

#[derive(Default)]
struct Forms(Vec<String>);

impl Forms {
    /// Takes more; `None` where they are too many.
    fn take(&mut self, more: impl FnOnce(&mut Vec<String>)) -> Option<()> {
        more(&mut self.0);
        if self.0.len() > 2 * MOST_FORMS {
            each_once(&mut self.0);
            return (self.0.len() <= MOST_FORMS).then_some(());
        }
        Some(())
    }
}

fn each_once<T: Ord>(values: &mut Vec<T>) {
    values.sort_unstable();
    values.dedup();
}

/// What is found on the way.
#[derive(Debug, Default)]
struct Found {
    values: Values,
    /// Of this instance alone.
    own: Values,
    /// From so many values on it is time to look for equal ones.
    crowded: usize,
}

/// The instance's own place in the world; other UIDs are known by their form.
const OWN_UIDS: [Tag; 4] = [
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::FRAME_OF_REFERENCE_UID,
];

/// Attributes that name stations: often by the model that stands there.
const STATIONS: [Tag; 3] =
    [tags::STATION_NAME, tags::SCHEDULED_STATION_NAME, tags::PERFORMED_STATION_NAME];
/// Attributes that name houses: of the words of one, another may be kept by an option.
const HOUSES: [Tag; 3] =
    [tags::INSTITUTION_NAME, tags::INSTITUTIONAL_DEPARTMENT_NAME, tags::ISSUER_OF_PATIENT_ID];

impl Found {
    fn each_once(&mut self) {
        self.values.each_once();
        self.own.each_once();
    }

    /// `inside` a sequence that names somebody or something, every text does.
    fn level(&mut self, data_set: &DataSet, rules: &Rules, outer: &CharacterSet, inside: bool) {
        let own = CharacterSet::declared(data_set);
        let charset = own.as_ref().unwrap_or(outer);
        // A published code says nothing that its scheme does not.
        let inside = inside && (!is_code(data_set) || is_local_code(data_set));
        for element in data_set.iter() {
            // Frames repeat what they say.
            let len = self.values.len() + self.own.len();
            if len > self.crowded.max(MOST_FORMS / 2) {
                self.each_once();
                self.crowded = 2 * (self.values.len() + self.own.len());
            }
            match &element.value {
                Value::Sequence(items) => {
                    let inside = inside || rules.concern(element.tag) == Concern::Identifier;
                    for item in items {
                        self.level(item, rules, charset, inside);
                    }
                }
                Value::Bytes(bytes) if !bytes.is_empty() => {
                    self.element(element, bytes, rules, charset, inside);
                }
                Value::Bytes(_) | Value::Encapsulated(_) => {}
            }
        }
    }

    fn element(
        &mut self,
        element: &Element,
        bytes: &[u8],
        rules: &Rules,
        charset: &CharacterSet,
        inside: bool,
    ) {
        let is_private_name = element.vr == VR::PN && !element.tag.0.is_multiple_of(2);
        let is_text_inside = inside && is_text(element.vr);
        if !is_private_name && !is_text_inside && rules.concern(element.tag) != Concern::Identifier
        {
            return;
        }
        let vr = match rules.rule(element.tag).vr {
            Some(VirtualVr::Exact(vr)) => vr,
            _ => element.vr,
        };
        let text = match vr {
            VR::UI if OWN_UIDS.contains(&element.tag) => String::from_utf8_lossy(bytes),
            VR::PN | VR::LO | VR::SH | VR::ST | VR::LT | VR::UT | VR::UC => charset.decode(bytes),
            VR::AE | VR::DA | VR::DT | VR::UR => String::from_utf8_lossy(bytes),
            _ => return,
        };
        if matches!(vr, VR::DA | VR::DT) {
            let days = dates::days_named(vr, &text);
            self.values.days.extend(days.into_iter().filter(|day| *day != (1900, 1, 1)));
            return;
        }
        let values = match element.tag {
            tags::SOP_INSTANCE_UID => &mut self.own.texts,
            tag if STATIONS.contains(&tag) => &mut self.values.stations,
            tag if HOUSES.contains(&tag) => &mut self.values.houses,
            _ if vr == VR::PN => &mut self.values.names,
            _ => &mut self.values.texts,
        };
        let parts = text.split(['\\', '\r', '\n', '\0']);
        // Spaces in front of a name are part of it.
        let parts = parts.map(|part| if vr == VR::PN { part } else { part.trim() });
        values.extend(parts.filter(|part| !part.is_empty()).map(str::to_owned));
    }
}
