//! Private attributes that are kept: carried out on the elements that [`Blocks`] calls safe. What a
//! value holds is checked as everywhere: numbers must be numbers, names and dates go by their VR, and
//! bytes that nobody can look into do not stay.

use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::clean::{Cleaner, Outcome, Place};
use super::options::ProfileOption;
use super::private::{Blocks, Safe};
use super::profile::Deed;
use super::rules::{Action, Rule, Source};
use super::table::ActionCode;
use super::tidy::tidy;
use super::{phrase, text};
use crate::dataset::{DataSet, Element, Tag, VR, Value};

impl Cleaner<'_> {
    /// The private blocks of a level, where any of them may stay.
    pub(super) fn blocks(&self, data_set: &DataSet) -> Blocks {
        let may_stay = self.has(ProfileOption::RetainSafePrivate)
            || self.rules.profile.has_private_overrides();
        if !may_stay {
            return Blocks::default();
        }
        let mut blocks = Blocks::of(data_set);
        // A name may stand where the creator should.
        blocks.forget(|creator| {
            self.rules.profile.names_creator(creator)
                || phrase::cleaned(creator) == creator && !self.identifiers.are_in(creator)
        });
        blocks
    }

    /// A private attribute. Creators are put back by [`keep_creators`].
    pub(super) fn private(&self, element: Element, place: &Place<'_>) -> Outcome {
        let by_option = self.has(ProfileOption::RetainSafePrivate);
        let safe = place.blocks.safe(&element, &self.rules.profile, by_option);
        let Some(Safe { vr, deed, is_demanded }) = safe.filter(|_| element.tag.1 >= 0x1000) else {
            return Ok(None);
        };
        // What stands as UN is of the VR that the list has.
        let vr = vr.unwrap_or(element.vr);
        let source = Source::Option(ProfileOption::RetainSafePrivate);
        let rule = |action, code| Rule { vr: Some(VirtualVr::Exact(vr)), action, code, source };
        let element = if element.vr == VR::UN { Element { vr, ..element } } else { element };
        match deed {
            Deed::Remove => Ok(None),
            Deed::Empty => Ok(Some(super::clean::empty(&element))),
            Deed::Dummy => self.coded(element, ActionCode::D, place),
            Deed::ReplaceUid if vr == VR::UI => Ok(self.replace_uids(element)),
            // An identifier in a form that is no UID.
            Deed::ReplaceUid => Ok(None),
            Deed::Clean => self.cleaned(element, &rule(Action::Clean, ActionCode::X), place),
            Deed::Shift if is_demanded => {
                self.shifted(element, &rule(Action::Shift, ActionCode::X), place)
            }
            // Text loses identifiers even so; what else the profile names stays as it is.
            Deed::Keep if is_demanded && vr != VR::SQ && !text::has_words(vr) => Ok(Some(element)),
            Deed::Keep if is_demanded && vr != VR::SQ => {
                self.tidied(element, &rule(Action::Keep, ActionCode::X), place)
            }
            Deed::Shift | Deed::Keep => self.safe_value(element, vr, deed, place),
        }
    }

    fn safe_value(&self, element: Element, vr: VR, deed: Deed, place: &Place<'_>) -> Outcome {
        let source = Source::Option(ProfileOption::RetainSafePrivate);
        let rule =
            |action| Rule { vr: Some(VirtualVr::Exact(vr)), action, code: ActionCode::X, source };
        match vr {
            VR::SQ => self.items(element, place, place.mode),
            VR::DA | VR::DT | VR::TM => {
                if self.has(ProfileOption::RetainFullDates) {
                    self.tidied(element, &rule(Action::Keep), place)
                } else if self.has(ProfileOption::RetainModifiedDates) {
                    self.shifted(element, &rule(Action::Shift), place)
                } else {
                    Ok(None)
                }
            }
            VR::UI if self.has(ProfileOption::RetainUids) => {
                self.tidied(element, &rule(Action::Keep), place)
            }
            VR::UI => Ok(self.replace_uids(element)),
            // Persons, places, and bytes that nobody can look into.
            VR::PN | VR::AE | VR::UR | VR::UN | VR::OB | VR::OW => Ok(None),
            // A moment in another VR than those of dates.
            _ if deed == Deed::Shift => Ok(None),
            VR::ST | VR::LT | VR::UT => self.cleaned(element, &rule(Action::Clean), place),
            _ => self.tidied(element, &rule(Action::Keep), place),
        }
    }

    fn tidied(&self, element: Element, rule: &Rule, place: &Place<'_>) -> Outcome {
        let Value::Bytes(bytes) = element.value else {
            return Ok(None);
        };
        match tidy(element.tag, element.vr, rule.vr, bytes) {
            Some(element) => self.kept_value(element, rule, place),
            None => Ok(None),
        }
    }
}

/// Puts back the creators of blocks of which something stayed, and of the characteristics
/// sequence those items that speak of them.
pub(super) fn keep_creators(cleaned: &mut DataSet, blocks: &Blocks) {
    let kept: Vec<Tag> =
        cleaned.iter().map(|element| element.tag).filter(|t| !t.0.is_multiple_of(2)).collect();
    let mut known = Vec::new();
    for tag in kept {
        if let Some(creator) = blocks.creator(tag) {
            cleaned.put_text(Tag(tag.0, tag.1 >> 8), VR::LO, creator);
            known.push((tag.0, creator.to_owned()));
        }
    }
    let characteristics = tags::PRIVATE_DATA_ELEMENT_CHARACTERISTICS_SEQUENCE;
    let Some(items) = cleaned.sequence(characteristics).map(<[DataSet]>::to_vec) else {
        return;
    };
    let speaks_of_kept = |item: &DataSet| {
        let group = item.u16(tags::PRIVATE_GROUP_REFERENCE);
        let creator = item.text(tags::PRIVATE_CREATOR_REFERENCE);
        known.iter().any(|(g, c)| Some(*g) == group && Some(c.as_str()) == creator)
    };
    let items: Vec<DataSet> = items.into_iter().filter(speaks_of_kept).collect();
    if items.is_empty() {
        cleaned.remove(characteristics);
    } else {
        cleaned.put_sequence(characteristics, items);
    }
}
