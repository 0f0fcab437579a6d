//! The profile carried out: a data set in, what may be kept of it out, at every nesting level.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::DeidentError;
use super::charset::CharacterSet;
use super::codes::{NAMES_OF_CODES, is_code, is_local_code};
use super::dates::DateShift;
use super::dummy;
use super::identifiers::Identifiers;
use super::iod::Needs;
use super::keep_private::keep_creators;
use super::options::ProfileOption;
use super::private::Blocks;
use super::pseudonym::Pseudonyms;
use super::rules::{Action, Rule, Rules};
use super::table::ActionCode;
use super::tidy::tidy;
use super::treatments::{self, Before, Origin, Treatments};
use super::weakest::{Weakest, weakest};
use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// What cleaning needs to know of the instance.
#[derive(Debug)]
pub(super) struct Cleaner<'a> {
    pub(super) pseudonyms: &'a Pseudonyms,
    pub(super) rules: &'a Rules,
    /// The pseudonym of the instance's patient.
    pub(super) patient_id: &'a str,
    /// The instance's own Patient ID, normalised.
    pub(super) own_id: Vec<u8>,
    pub(super) shift: DateShift,
    pub(super) identifiers: Identifiers,
    pub(super) needs: Arc<Needs>,
    /// What has become of attributes so far.
    pub(super) treatments: RefCell<Treatments>,
}

/// How attributes without a rule of their own are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the profile says.
    Profile,
    /// As dummies: inside a sequence whose code is D.
    Dummy,
    /// Cleaned: inside a sequence whose code is C.
    Clean,
}

/// Where in an instance something stands.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The enclosing sequence.
    pub(super) parent: Option<Tag>,
    pub(super) mode: Mode,
    pub(super) charset: &'a CharacterSet,
    /// Issuer of Patient ID (0010,0021) beside it.
    pub(super) issuer: &'a [u8],
    pub(super) blocks: &'a Blocks,
    /// Whether it is a code that only its makers know.
    is_local_code: bool,
}

/// What became of an element: kept in some form, or nothing that can be kept.
pub(super) type Outcome = Result<Option<Element>, DeidentError>;

impl Cleaner<'_> {
    /// Cleans an instance. Text is written in UTF-8 where it is more than ASCII.
    pub(super) fn clean(&self, data_set: DataSet) -> Result<DataSet, DeidentError> {
        let charset = CharacterSet::default();
        let mut cleaned = self.level(data_set, None, Mode::Profile, &charset)?;
        if super::text::holds_more_than_ascii(&cleaned) {
            super::text::declare_utf8(&mut cleaned);
        }
        Ok(cleaned)
    }

    /// Cleans a data set or an item.
    pub(super) fn level(
        &self,
        data_set: DataSet,
        parent: Option<Tag>,
        mode: Mode,
        outer: &CharacterSet,
    ) -> Result<DataSet, DeidentError> {
        let own = CharacterSet::declared(&data_set);
        let issuer = data_set.bytes(tags::ISSUER_OF_PATIENT_ID).cloned().unwrap_or_default();
        let blocks = self.blocks(&data_set);
        let charset = own.as_ref().unwrap_or(outer);
        let is_local_code = is_local_code(&data_set);
        let place =
            Place { parent, mode, charset, issuer: &issuer, blocks: &blocks, is_local_code };
        let mut cleaned = DataSet::new();
        for element in data_set {
            if let Some(element) = self.element(element, &place)? {
                cleaned.put(element);
            }
        }
        keep_creators(&mut cleaned, &blocks);
        Ok(cleaned)
    }

    /// Treats an element and counts what became of it.
    fn element(&self, element: Element, place: &Place<'_>) -> Outcome {
        let (tag, before) = (element.tag, Before::of(&element));
        let is_private = !tag.0.is_multiple_of(2);
        let rule = self.rules.rule(tag);
        let origin = if is_private { Origin::Private } else { rule.source.into() };
        let treated = if is_private {
            self.private(element, place)?
        } else {
            self.by_rule(element, &rule, place)?
        };
        // The creator of a private block stands as long as something of the block does.
        let is_creator = is_private && tag.1 < 0x1000;
        let outcome = before.outcome(treated.as_ref(), &rule, place.charset);
        if let Some(outcome) = outcome.filter(|_| !is_creator) {
            self.count(origin, outcome);
        }
        Ok(treated)
    }

    /// Counts what became of an attribute.
    pub(super) fn count(&self, origin: Origin, outcome: treatments::Outcome) {
        self.treatments.borrow_mut().count(origin, outcome);
    }

    /// The code that stands for one which says too much.
    pub(super) fn dummy_code(&self, item: &DataSet, origin: Origin) -> DataSet {
        let dummy = dummy::code_item();
        if *item != dummy {
            self.count(origin, treatments::Outcome::Dummy);
        }
        dummy
    }

    fn by_rule(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let tag = element.tag;
        let is_kept = rule.action == Action::Keep && rule.source == super::rules::Source::Unlisted;
        if is_kept && says_something(element.vr) {
            match place.mode {
                Mode::Profile => {}
                Mode::Dummy => return self.dummy(element, place),
                // What names a code of a published scheme says no more than its meaning.
                Mode::Clean if NAMES_OF_CODES.contains(&tag) && !place.is_local_code => {}
                Mode::Clean => return self.cleaned(element, rule, place),
            }
        }
        match rule.action {
            Action::Code => self.coded(element, rule.code, place),
            Action::Keep if tag == tags::GRAPHIC_DATA && place.mode == Mode::Dummy => {
                self.dummy(element, place)
            }
            Action::Keep
                if tag == tags::CODE_MEANING && (place.is_local_code || holds_number(&element)) =>
            {
                self.cleaned(element, rule, place)
            }
            Action::Keep => self.kept(element, rule, place),
            Action::Clean => self.cleaned(element, rule, place),
            Action::Shift => self.shifted(element, rule, place),
            Action::Graphics => self.items(element, place, Mode::Profile),
            Action::Content => self.content(element, place),
            Action::ColourProfile => self.colour_profile(element, place),
            Action::ReplaceUid => Ok(self.replace_uids(element)),
            Action::PatientId => Ok(Some(self.patient_id(&element, place))),
            Action::PatientName => {
                Ok(Some(Element::text(tag, VR::PN, &patient_name(self.patient_id))))
            }
        }
    }

    /// Carries out a code of the table as far as the IOD needs it.
    pub(super) fn coded(&self, element: Element, code: ActionCode, place: &Place<'_>) -> Outcome {
        let need = self.needs.of(place.parent, element.tag);
        let is_sequence = matches!(element.value, Value::Sequence(_));
        match weakest(code, need) {
            Weakest::Remove => Ok(None),
            Weakest::Empty => Ok(Some(empty(&element))),
            // An acquisition context without items is valid (PS3.3 section C.7.6.14).
            Weakest::Dummy if is_sequence && element.tag == tags::ACQUISITION_CONTEXT_SEQUENCE => {
                Ok(Some(empty(&element)))
            }
            Weakest::Dummy => self.dummy(element, place),
        }
    }

    fn kept(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let is_sequence = rule.vr == Some(VirtualVr::Exact(VR::SQ));
        match element.value {
            Value::Sequence(_) if is_sequence => self.items(element, place, place.mode),
            Value::Bytes(bytes) if !is_sequence => {
                let Some(element) = tidy(element.tag, element.vr, rule.vr, bytes) else {
                    return Ok(None);
                };
                self.kept_value(element, rule, place)
            }
            // A value that is not what the dictionary says it is: nobody knows what it holds.
            Value::Sequence(_) | Value::Bytes(_) | Value::Encapsulated(_) => Ok(None),
        }
    }

    /// The items of a sequence, each cleaned.
    pub(super) fn items(&self, element: Element, place: &Place<'_>, mode: Mode) -> Outcome {
        let Element { tag, value, .. } = element;
        let Value::Sequence(items) = value else {
            return Ok(None);
        };
        let items = items.into_iter().map(|item| match mode {
            Mode::Clean if is_local_code(&item) => {
                Ok(self.dummy_code(&item, self.rules.rule(tag).source.into()))
            }
            _ => self.level(item, Some(tag), mode, place.charset),
        });
        Ok(Some(sequence(tag, items.collect::<Result<_, _>>()?)))
    }

    fn dummy(&self, element: Element, place: &Place<'_>) -> Outcome {
        let tag = element.tag;
        match element.value {
            Value::Sequence(_) if tag == tags::CONTENT_SEQUENCE => {
                Ok(Some(sequence(tag, vec![dummy::content_item()])))
            }
            Value::Sequence(items) => {
                let items = items.into_iter().map(|item| self.dummy_item(item, tag, place));
                Ok(Some(sequence(tag, items.collect::<Result<_, _>>()?)))
            }
            Value::Bytes(bytes) => {
                match dummy::value(tag, self.rules.rule(tag).vr, element.vr, &bytes) {
                    Some((vr, value)) => Ok(Some(Element { tag, vr, value: Value::Bytes(value) })),
                    None => Err(DeidentError::NoDummy(tag)),
                }
            }
            Value::Encapsulated(_) => Err(DeidentError::NoDummy(tag)),
        }
    }

    /// An item of a sequence whose code is D: a code says what it means, so it is replaced whole.
    fn dummy_item(
        &self,
        item: DataSet,
        tag: Tag,
        place: &Place<'_>,
    ) -> Result<DataSet, DeidentError> {
        if is_code(&item) {
            return Ok(self.dummy_code(&item, self.rules.rule(tag).source.into()));
        }
        self.level(item, Some(tag), Mode::Dummy, place.charset)
    }

    pub(super) fn has(&self, option: ProfileOption) -> bool {
        self.rules.options().has(option)
    }
}

/// A person name made of a patient pseudonym; short, so that it fits every list.
pub fn patient_name(patient_id: &str) -> String {
    let short: String = patient_id.chars().take(12).collect();
    format!("Anonymous^{short}")
}

/// Whether nothing but padding is there.
pub(super) fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|byte| matches!(byte, 0 | b' '))
}

/// Whether five digits and more stand in a text: no meaning of a published code has them.
fn holds_number(element: &Element) -> bool {
    match &element.value {
        Value::Bytes(bytes) => bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 5,
        Value::Sequence(_) | Value::Encapsulated(_) => false,
    }
}

/// VRs in which a person can write; CS, DS and IS hold defined terms and numbers.
fn says_something(vr: VR) -> bool {
    is_text(vr) && !matches!(vr, VR::CS | VR::DS | VR::IS)
}

pub(super) fn empty(element: &Element) -> Element {
    let value = match element.value {
        Value::Sequence(_) => Value::Sequence(Vec::new()),
        Value::Bytes(_) | Value::Encapsulated(_) => Value::Bytes(Bytes::new()),
    };
    Element { tag: element.tag, vr: element.vr, value }
}

pub(super) fn sequence(tag: Tag, items: Vec<DataSet>) -> Element {
    Element { tag, vr: VR::SQ, value: Value::Sequence(items) }
}
