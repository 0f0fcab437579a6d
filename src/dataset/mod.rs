//! The data set model: elements in ascending tag order, values as the little-endian bytes that a
//! file holds. Values are slices of the file's buffer, so that reading copies nothing, and what no
//! rule touches is written exactly as it came.

pub mod layout;
mod write;

use bytes::Bytes;
pub use dicom::core::{Tag, VR};

pub use write::{encode_data_set, encode_elements, encode_file_meta};

/// An element: a tag, its value representation and its value (PS3.5 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Group and element number.
    pub tag: Tag,
    /// Value representation, from the file or, for implicit VR, from the dictionary.
    pub vr: VR,
    /// What the element holds.
    pub value: Value,
}

impl Element {
    /// An element of text, padded to even length as its VR asks (PS3.5 section 6.2).
    pub fn text(tag: Tag, vr: VR, text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if vr == VR::UI { 0 } else { b' ' });
        }
        Self { tag, vr, value: Value::Bytes(bytes.into()) }
    }
}

/// The value of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A value field, little endian, with its padding.
    Bytes(Bytes),
    /// The items of a sequence.
    Sequence(Vec<DataSet>),
    /// Encapsulated pixel data (PS3.5 section A.4).
    Encapsulated(Encapsulated),
}

/// The fragments of encapsulated pixel data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encapsulated {
    /// The basic offset table, as it stood in the file; may be empty.
    pub offset_table: Bytes,
    /// The fragments after it.
    pub fragments: Vec<Bytes>,
}

/// A data set or a sequence item: elements in ascending tag order, each tag once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataSet {
    elements: Vec<Element>,
}

impl DataSet {
    /// An empty data set.
    pub const fn new() -> Self {
        Self { elements: Vec::new() }
    }

    /// A data set of elements in any order; the tag that stands twice, where one does.
    pub fn from_elements(mut elements: Vec<Element>) -> Result<Self, Tag> {
        if !elements.is_sorted_by(|a, b| a.tag < b.tag) {
            elements.sort_by_key(|element| element.tag);
        }
        match elements.windows(2).find(|pair| pair[0].tag == pair[1].tag) {
            Some(pair) => Err(pair[0].tag),
            None => Ok(Self { elements }),
        }
    }

    /// Copies all values into memory of their own, so that the buffer of the file, of which they are slices, can
    /// go before them; but no more than `most` bytes.
    pub fn detach(&mut self, most: usize) {
        let mut length = 0;
        self.each_bytes(&mut |bytes| length += bytes.len());
        if length > most {
            return;
        }
        let mut copy = Vec::with_capacity(length);
        self.each_bytes(&mut |bytes| copy.extend_from_slice(bytes));
        let mut rest = Bytes::from(copy);
        self.each_bytes(&mut |bytes| *bytes = rest.split_to(bytes.len()));
    }

    /// Shows all bytes of values, at every depth, in their order.
    fn each_bytes(&mut self, see: &mut impl FnMut(&mut Bytes)) {
        for element in &mut self.elements {
            match &mut element.value {
                Value::Bytes(bytes) => see(bytes),
                Value::Sequence(items) => items.iter_mut().for_each(|item| item.each_bytes(see)),
                Value::Encapsulated(pixels) => {
                    see(&mut pixels.offset_table);
                    pixels.fragments.iter_mut().for_each(&mut *see);
                }
            }
        }
    }

    /// Whether it has no element.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The number of elements at this level.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// The elements in ascending tag order.
    pub fn iter(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter()
    }

    /// The element with this tag.
    pub fn get(&self, tag: Tag) -> Option<&Element> {
        self.position(tag).ok().map(|at| &self.elements[at])
    }

    /// Puts an element in its place; returns the one that stood there.
    pub fn put(&mut self, element: Element) -> Option<Element> {
        match self.position(element.tag) {
            Ok(at) => Some(std::mem::replace(&mut self.elements[at], element)),
            Err(at) => {
                self.elements.insert(at, element);
                None
            }
        }
    }

    /// Puts a text value.
    pub fn put_text(&mut self, tag: Tag, vr: VR, text: &str) {
        self.put(Element::text(tag, vr, text));
    }

    /// Puts one unsigned 16-bit number.
    pub fn put_u16(&mut self, tag: Tag, number: u16) {
        let value = Value::Bytes(Bytes::copy_from_slice(&number.to_le_bytes()));
        self.put(Element { tag, vr: VR::US, value });
    }

    /// Puts a sequence.
    pub fn put_sequence(&mut self, tag: Tag, items: Vec<DataSet>) {
        self.put(Element { tag, vr: VR::SQ, value: Value::Sequence(items) });
    }

    /// Takes an element out.
    pub fn remove(&mut self, tag: Tag) -> Option<Element> {
        self.position(tag).ok().map(|at| self.elements.remove(at))
    }

    /// The value field of an element that is not a sequence.
    pub fn bytes(&self, tag: Tag) -> Option<&Bytes> {
        match &self.get(tag)?.value {
            Value::Bytes(bytes) => Some(bytes),
            Value::Sequence(_) | Value::Encapsulated(_) => None,
        }
    }

    /// The value field as text without its padding; `None` where it is not ASCII.
    pub fn text(&self, tag: Tag) -> Option<&str> {
        let text = std::str::from_utf8(self.bytes(tag)?).ok().filter(|text| text.is_ascii())?;
        Some(text.trim_matches(|c: char| c == ' ' || c == '\0'))
    }

    /// The first number of a US value.
    pub fn u16(&self, tag: Tag) -> Option<u16> {
        let bytes = self.bytes(tag)?;
        Some(u16::from_le_bytes([*bytes.first()?, *bytes.get(1)?]))
    }

    /// The items of a sequence.
    pub fn sequence(&self, tag: Tag) -> Option<&[DataSet]> {
        match &self.get(tag)?.value {
            Value::Sequence(items) => Some(items),
            Value::Bytes(_) | Value::Encapsulated(_) => None,
        }
    }

    fn position(&self, tag: Tag) -> Result<usize, usize> {
        // A reader appends in ascending order: look at the end first.
        match self.elements.last() {
            Some(last) if last.tag < tag => Err(self.elements.len()),
            _ => self.elements.binary_search_by_key(&tag, |element| element.tag),
        }
    }
}

impl IntoIterator for DataSet {
    type Item = Element;
    type IntoIter = std::vec::IntoIter<Element>;

    fn into_iter(self) -> Self::IntoIter {
        self.elements.into_iter()
    }
}

impl FromIterator<Element> for DataSet {
    fn from_iter<T: IntoIterator<Item = Element>>(elements: T) -> Self {
        let mut data_set = Self::new();
        for element in elements {
            data_set.put(element);
        }
        data_set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stand_in_ascending_order_whatever_the_order_of_arrival() {
        let mut data_set = DataSet::new();
        for tag in [Tag(0x10, 0x20), Tag(0x8, 0x60), Tag(0x10, 0x10), Tag(0x8, 0x60)] {
            data_set.put_text(tag, VR::LO, "x");
        }
        let tags: Vec<Tag> = data_set.iter().map(|element| element.tag).collect();
        assert_eq!(tags, [Tag(0x8, 0x60), Tag(0x10, 0x10), Tag(0x10, 0x20)]);
    }

    #[test]
    fn a_detached_data_set_is_the_same_and_holds_the_file_no_longer() {
        let file = Bytes::from(b"abcdefgh".to_vec());
        let bytes = |tag, range| Element {
            tag: Tag(0x11, tag),
            vr: VR::OB,
            value: Value::Bytes(file.slice(range)),
        };
        let item = DataSet::from_elements(vec![bytes(3, 0..0), bytes(4, 3..5)]).unwrap();
        let pixels =
            Encapsulated { offset_table: file.slice(5..5), fragments: vec![file.slice(5..8)] };
        let sequence = Value::Sequence(vec![item, DataSet::new()]);
        let elements = vec![
            bytes(1, 0..2),
            bytes(2, 2..3),
            Element { tag: Tag(0x11, 3), vr: VR::SQ, value: sequence },
            Element { tag: Tag(0x11, 4), vr: VR::OB, value: Value::Encapsulated(pixels) },
        ];
        let mut data_set = DataSet::from_elements(elements).unwrap();
        let before = data_set.clone();
        data_set.detach(7);
        assert_eq!(data_set, before);
        drop(before);
        assert!(!file.is_unique(), "more than seven bytes stay where they are");
        let before = format!("{data_set:?}");
        data_set.detach(8);
        assert_eq!(format!("{data_set:?}"), before);
        assert!(file.is_unique());
    }

    #[test]
    fn text_is_padded_to_even_length_and_read_without_padding() {
        let mut data_set = DataSet::new();
        data_set.put_text(Tag(0x8, 0x18), VR::UI, "1.2.3");
        data_set.put_text(Tag(0x8, 0x60), VR::CS, "CTX");
        assert_eq!(data_set.bytes(Tag(0x8, 0x18)).unwrap().as_ref(), b"1.2.3\0");
        assert_eq!(data_set.bytes(Tag(0x8, 0x60)).unwrap().as_ref(), b"CTX ");
        assert_eq!(data_set.text(Tag(0x8, 0x60)), Some("CTX"));
    }
}
