//! Values of elements: numbers that can be used, texts, references.

use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag};
use crate::deident::CharacterSet;

/// Numbers beyond this are no millimetres of a patient. Within it no product here overflows.
pub(super) const LARGEST: f64 = 1e9;

/// The longest text that is taken over, in characters: as many as a value of LO may have, with some for lists.
const MOST_CHARACTERS: usize = 256;

/// The values of a decimal string; `None` where one of them is no number, or absurdly large.
pub(super) fn numbers(data_set: &DataSet, tag: Tag) -> Option<Vec<f64>> {
    let text = data_set.text(tag).filter(|text| !text.is_empty())?;
    let number = |value: &str| value.trim().parse().ok().filter(|it: &f64| it.abs() <= LARGEST);
    // -0 + 0 = 0
    text.split('\\').map(|value| number(value).map(|number| number + 0.0)).collect()
}

/// So many values of a decimal string, no more and no fewer.
pub(super) fn exactly<const N: usize>(data_set: &DataSet, tag: Tag) -> Option<[f64; N]> {
    numbers(data_set, tag)?.try_into().ok()
}

/// The one value of a decimal string.
pub(super) fn number(data_set: &DataSet, tag: Tag) -> Option<f64> {
    exactly::<1>(data_set, tag).map(|[number]| number)
}

/// The one value of an integer string.
pub(super) fn integer(data_set: &DataSet, tag: Tag) -> Option<i64> {
    data_set.text(tag)?.parse().ok()
}

/// The text of an element, empty where it is absent.
pub(super) fn term(data_set: &DataSet, tag: Tag) -> String {
    data_set.text(tag).unwrap_or_default().to_owned()
}

/// The first item of a sequence.
pub(super) fn first(data_set: &DataSet, tag: Tag) -> Option<&DataSet> {
    data_set.sequence(tag)?.first()
}

/// The items of a sequence, none where it is absent.
pub(super) fn items(data_set: &DataSet, tag: Tag) -> &[DataSet] {
    data_set.sequence(tag).unwrap_or_default()
}

/// Referenced SOP Instance UID (0008,1155) of each item of a sequence.
pub(super) fn references(data_set: &DataSet, tag: Tag) -> impl Iterator<Item = String> {
    let uid = |item: &DataSet| Some(item.text(tags::REFERENCED_SOP_INSTANCE_UID)?.to_owned());
    items(data_set, tag).iter().filter_map(uid).filter(|uid| !uid.is_empty())
}

/// How the text of a data set and of its items is read.
pub(super) struct Texts(CharacterSet);

impl Texts {
    /// By Specific Character Set (0008,0005) of a data set.
    pub(super) fn of(data_set: &DataSet) -> Self {
        Self(CharacterSet::declared(data_set).unwrap_or_default())
    }

    /// The text of an element of an item, whose own character set comes first (PS3.3 section C.12.1.1.2); on one
    /// line, without the blanks around it.
    pub(super) fn text(&self, item: &DataSet, tag: Tag) -> String {
        let own = CharacterSet::declared(item);
        let Some(bytes) = item.bytes(tag) else { return String::new() };
        let text = own.as_ref().unwrap_or(&self.0).decode(bytes);
        let text = text.trim_matches([' ', '\0']);
        let shown = |c: char| if c.is_control() { ' ' } else { c };
        text.chars().take(MOST_CHARACTERS).map(shown).collect()
    }

    /// Code Meaning (0008,0104) of a code sequence.
    pub(super) fn code_meaning(&self, item: &DataSet, tag: Tag) -> String {
        first(item, tag).map(|code| self.text(code, tags::CODE_MEANING)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::dataset::{Element, VR, Value};

    #[test]
    fn numbers_are_all_good_or_none() {
        let of = |text: &str| {
            let mut data_set = DataSet::new();
            data_set.put_text(tags::PIXEL_SPACING, VR::DS, text);
            numbers(&data_set, tags::PIXEL_SPACING)
        };
        assert_eq!(of(" 1.5\\ -2E1 \\+3"), Some(vec![1.5, -20.0, 3.0]));
        for bad in ["", "1\\", "1\\x", "nan", "inf", "1e10", "1,5"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_character_set_of_an_item_comes_first() {
        let mut outer = DataSet::new();
        outer.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100");
        let mut item = DataSet::new();
        let value = Value::Bytes(Bytes::from_static(b"M\xFCll "));
        item.put(Element { tag: tags::ROI_NAME, vr: VR::LO, value });
        let texts = Texts::of(&outer);
        assert_eq!(texts.text(&item, tags::ROI_NAME), "M\u{fc}ll");
        item.put_text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192");
        item.put(Element::text(tags::ROI_NAME, VR::LO, "Müll\nx"));
        assert_eq!(texts.text(&item, tags::ROI_NAME), "M\u{fc}ll x");
    }
}
