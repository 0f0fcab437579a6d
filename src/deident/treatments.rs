//! What became of attributes, and by which rule: an element before and after in, counts out. No value, no tag.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::charset::CharacterSet;
use super::clean::is_blank;
use super::dummy;
use super::options::ProfileOption;
use super::rules::{Action, Rule, Source};
use crate::dataset::{Element, VR, Value, layout};

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

    /// What a value became by a rule: `vr` is the one that it came with, `charset` the one that it was written in.
    pub(super) fn of_value(
        rule: &Rule,
        vr: VR,
        before: &[u8],
        (after, kept): (&Element, &[u8]),
        charset: &CharacterSet,
    ) -> Self {
        let dummy = || dummy::value(after.tag, rule.vr, vr, before);
        match rule.action {
            _ if holds_nothing(vr, before) && holds_nothing(after.vr, kept) => Self::Empty,
            _ if is_same(vr, before, kept, charset) => Self::Kept,
            Action::ReplaceUid | Action::PatientId | Action::PatientName => Self::Replaced,
            _ if holds_nothing(after.vr, kept) => Self::Emptied,
            _ if dummy().is_some_and(|(_, dummy)| dummy == *kept) => Self::Dummy,
            Action::Shift => Self::Moved,
            _ if after.vr == VR::UI => Self::Replaced,
            _ => Self::Cleaned,
        }
    }
}

/// Whether there is no value. Of numbers 0 is one.
fn holds_nothing(vr: VR, value: &[u8]) -> bool {
    value.is_empty() || (layout::is_text(vr) || vr == VR::UI) && is_blank(value)
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

/// Where the rule for an attribute comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The column of the Basic Profile in Table E.1-1.
    Basic,
    /// The column of an option.
    Option(ProfileOption),
    /// The table does not name it: its VR and its name decide.
    Unlisted,
    /// The profile file.
    Override,
    /// Nobody knows what it holds.
    Unknown,
    /// It is private.
    Private,
}

impl Origin {
    /// The words for it.
    pub fn name(self) -> String {
        match self {
            Self::Basic => "basic profile".to_owned(),
            Self::Option(option) if option.is_retained() => format!("retain {}", option.name()),
            Self::Option(option) => format!("clean {}", option.name()),
            Self::Unlisted => "not in table E.1-1".to_owned(),
            Self::Override => "override of the profile file".to_owned(),
            Self::Unknown => "unknown attribute".to_owned(),
            Self::Private => "private attribute".to_owned(),
        }
    }
}

impl From<Source> for Origin {
    fn from(source: Source) -> Self {
        match source {
            Source::Basic => Self::Basic,
            Source::Option(option) => Self::Option(option),
            Source::Unlisted => Self::Unlisted,
            Source::Override(_) => Self::Override,
            Source::Unknown => Self::Unknown,
        }
    }
}

/// Attributes by where their rules come from and by what became of them. Of a sequence that stays, the attributes
/// of its items count, and not itself; what stands inside something that goes does not count. Attributes that come and
/// stay without a value do not count either.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatments(BTreeMap<(Origin, Outcome), u64>);

impl Treatments {
    /// Counts one.
    pub(super) fn count(&mut self, origin: Origin, outcome: Outcome) {
        *self.0.entry((origin, outcome)).or_default() += 1;
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(*key).or_default() += count;
        }
    }

    /// Counts by the name of where the rule comes from, and by the word for what became of the attribute.
    pub fn by_name(&self) -> BTreeMap<String, BTreeMap<&'static str, u64>> {
        let mut names: BTreeMap<String, BTreeMap<&'static str, u64>> = BTreeMap::new();
        for ((origin, outcome), count) in &self.0 {
            names.entry(origin.name()).or_default().insert(outcome.name(), *count);
        }
        names
    }
}

/// An element as it came, as far as that is needed to tell what became of it. Its bytes are shared, not copied.
pub(super) enum Before {
    /// A value.
    Value(VR, bytes::Bytes),
    /// Items, and whether there were any.
    Items(bool),
    /// Encapsulated pixel data.
    Pixels,
}

impl Before {
    pub(super) fn of(element: &Element) -> Self {
        match &element.value {
            Value::Bytes(bytes) => Self::Value(element.vr, bytes.clone()),
            Value::Sequence(items) => Self::Items(!items.is_empty()),
            Value::Encapsulated(_) => Self::Pixels,
        }
    }

    /// What became of it; `None` where that does not count.
    pub(super) fn outcome(
        &self,
        after: Option<&Element>,
        rule: &Rule,
        charset: &CharacterSet,
    ) -> Option<Outcome> {
        let outcome = match (self, after.map(|after| (after, &after.value))) {
            (_, None) => Outcome::Removed,
            (Self::Value(vr, before), Some((after, Value::Bytes(kept)))) => {
                match Outcome::of_value(rule, *vr, before, (after, kept), charset) {
                    Outcome::Empty => return None,
                    outcome => outcome,
                }
            }
            (Self::Items(true), Some((_, Value::Sequence(kept)))) if kept.is_empty() => {
                Outcome::Emptied
            }
            (Self::Items(_), Some((_, Value::Sequence(_)))) => return None,
            (Self::Pixels, Some((_, Value::Encapsulated(_)))) => Outcome::Kept,
            _ => Outcome::Dummy,
        };
        Some(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::ActionCode;
    use super::*;
    use crate::dataset::{Tag, VR};

    #[test]
    fn nought_is_a_number_and_padding_is_nothing() {
        let charset = CharacterSet::default();
        let rule = |action| Rule { vr: None, action, code: ActionCode::X, source: Source::Basic };
        let outcome = |vr, before: &'static [u8], kept: &'static [u8]| {
            let value = Value::Bytes(bytes::Bytes::from_static(kept));
            let after = Element { tag: Tag(0x0028, 0x0103), vr, value };
            Outcome::of_value(&rule(Action::Keep), vr, before, (&after, kept), &charset)
        };
        assert_eq!(outcome(VR::US, &[0, 0], &[0, 0]), Outcome::Kept);
        assert_eq!(outcome(VR::US, &[], &[]), Outcome::Empty);
        assert_eq!(outcome(VR::US, &[7, 0], &[]), Outcome::Emptied);
        assert_eq!(outcome(VR::LO, b"  ", b""), Outcome::Empty);
        assert_eq!(outcome(VR::LO, b"A ", b"A"), Outcome::Kept);
        assert_eq!(outcome(VR::LO, b"A", b"  "), Outcome::Emptied);
        assert_eq!(outcome(VR::UI, b"1.2\0", b"1.2"), Outcome::Kept);
    }
}
