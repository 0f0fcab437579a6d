//! The value of an element as rules compare it: an element in, text out.

use std::borrow::Cow;

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};

use crate::dataset::{DataSet, Element, Tag, VR, Value};
use crate::image::ImagePixel;

/// The text of an element that a path of tags leads to, through the first items of sequences; empty where
/// there is none. Several values stand with a backslash between them, numbers as decimal ones.
pub(super) fn text_at(data_set: &DataSet, image: &ImagePixel, path: &[u32]) -> String {
    let tags: Vec<Tag> =
        path.iter().map(|number| Tag((number >> 16) as u16, *number as u16)).collect();
    // As the pixels were read: whatever else stands there is none of theirs.
    match tags.as_slice() {
        [tags::ROWS] => return image.rows.to_string(),
        [tags::COLUMNS] => return image.columns.to_string(),
        _ => {}
    }
    let Some((last, sequences)) = tags.split_last() else { return String::new() };
    let mut level = data_set;
    for tag in sequences {
        match level.sequence(*tag).and_then(<[DataSet]>::first) {
            Some(item) => level = item,
            None => return String::new(),
        }
    }
    level.get(*last).map(text).unwrap_or_default()
}

/// Whether an attribute of PS3.6 is a sequence; `None` for others, which may be.
pub(super) fn may_be_sequence(tag: Tag) -> Option<bool> {
    let entry = StandardDataDictionary.by_tag(tag)?;
    Some(entry.vr() == VirtualVr::Exact(VR::SQ))
}

fn text(element: &Element) -> String {
    let Value::Bytes(bytes) = &element.value else { return String::new() };
    match element.vr {
        VR::US => numbers(bytes, |b| u16::from_le_bytes(b).to_string()),
        VR::SS => numbers(bytes, |b| i16::from_le_bytes(b).to_string()),
        VR::UL => numbers(bytes, |b| u32::from_le_bytes(b).to_string()),
        VR::SL => numbers(bytes, |b| i32::from_le_bytes(b).to_string()),
        VR::UV => numbers(bytes, |b| u64::from_le_bytes(b).to_string()),
        VR::SV => numbers(bytes, |b| i64::from_le_bytes(b).to_string()),
        VR::FL => numbers(bytes, |b| f32::from_le_bytes(b).to_string()),
        VR::FD => numbers(bytes, |b| f64::from_le_bytes(b).to_string()),
        VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW | VR::AT => String::new(),
        _ => {
            let text = decoded(bytes);
            let values = text
                .split('\\')
                .map(|value| value.trim_matches(|c: char| c.is_whitespace() || c == '\0'));
            values.collect::<Vec<_>>().join("\\")
        }
    }
}

/// Text in UTF-8, or each byte a character: what rules compare is ASCII, which every character set of
/// DICOM has in its place.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn numbers<const N: usize>(bytes: &[u8], write: fn([u8; N]) -> String) -> String {
    let values = bytes.chunks_exact(N).filter_map(|bytes| bytes.try_into().ok()).map(write);
    values.collect::<Vec<_>>().join("\\")
}
