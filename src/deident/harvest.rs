//! The forms of every identifying value of one data set, at every depth.

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

/// Each form once.
pub(super) fn harvest(data_set: &DataSet, rules: &Rules) -> Vec<String> {
    let mut found = Found::default();
    found.level(data_set, rules, &CharacterSet::default(), false);
    found.days.sort_unstable();
    found.days.dedup();
    for day in std::mem::take(&mut found.days) {
        forms::of_day(day, &mut found.forms);
    }
    found.spare_words(data_set, rules);
    found.each_once();
    found.forms
}

/// What is found before it is made ready to be looked for.
#[derive(Debug, Default)]
struct Found {
    forms: Vec<String>,
    days: Vec<(i64, u32, u32)>,
    /// Forms of values that name stations.
    stations: Vec<String>,
    /// Forms of values that name houses.
    houses: Vec<String>,
    /// From so many forms on it is time to look for equal ones.
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
    /// Takes up the forms of stations and houses, but for those that stand in the output with right.
    fn spare_words(&mut self, data_set: &DataSet, rules: &Rules) {
        let forms_of = |tags: &[Tag]| {
            let mut forms = Vec::new();
            for bytes in tags.iter().filter_map(|tag| data_set.bytes(*tag)) {
                forms::of_text(&String::from_utf8_lossy(bytes), &mut forms);
            }
            forms
        };
        let models = forms_of(&[tags::MANUFACTURER, tags::MANUFACTURER_MODEL_NAME]);
        let kept = HOUSES.into_iter().filter(|tag| rules.rule(*tag).action == Action::Keep);
        let kept = forms_of(&kept.collect::<Vec<_>>());
        let (stations, houses) =
            (std::mem::take(&mut self.stations), std::mem::take(&mut self.houses));
        self.forms.extend(stations.into_iter().filter(|form| !models.contains(form)));
        self.forms.extend(houses.into_iter().filter(|form| !kept.contains(form)));
    }

    fn each_once(&mut self) {
        self.forms.sort_unstable();
        self.forms.dedup();
    }

    /// `inside` a sequence that names somebody or something, every text does.
    fn level(&mut self, data_set: &DataSet, rules: &Rules, outer: &CharacterSet, inside: bool) {
        let own = CharacterSet::declared(data_set);
        let charset = own.as_ref().unwrap_or(outer);
        // A published code says nothing that its scheme does not.
        let inside = inside && (!is_code(data_set) || is_local_code(data_set));
        for element in data_set.iter() {
            // Frames repeat what they say.
            if self.forms.len() > self.crowded.max(MOST_FORMS / 2) {
                self.each_once();
                self.crowded = 2 * self.forms.len();
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
            self.days.extend(days.into_iter().filter(|day| *day != (1900, 1, 1)));
            return;
        }
        for part in text.split(['\\', '\r', '\n', '\0']) {
            match vr {
                VR::PN => forms::of_name(part, &mut self.forms),
                _ if STATIONS.contains(&element.tag) => {
                    forms::of_text(part.trim(), &mut self.stations);
                }
                _ if HOUSES.contains(&element.tag) => forms::of_text(part.trim(), &mut self.houses),
                _ => forms::of_text(part.trim(), &mut self.forms),
            }
        }
    }
}
