//! Character sets: a data set in UTF-8 in, one in the patient's character set out (PS3.3 section
//! C.12.1.1.2).

use crate::dataset::layout::is_text;
use crate::dataset::{DataSet, Element, Value};

/// The Specific Character Set (0008,0005) of a patient's instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Latin1,
    Utf8,
}

impl Charset {
    /// The defined term.
    pub(super) fn term(self) -> &'static str {
        match self {
            Self::Latin1 => "ISO_IR 100",
            Self::Utf8 => "ISO_IR 192",
        }
    }

    /// The data set with all its text, at every level, in this character set.
    pub(super) fn encode(self, data_set: DataSet) -> DataSet {
        match self {
            Self::Latin1 => data_set.into_iter().map(latin1_element).collect(),
            Self::Utf8 => data_set,
        }
    }
}

fn latin1_element(mut element: Element) -> Element {
    element.value = match element.value {
        Value::Bytes(bytes) if is_text(element.vr) && !bytes.is_ascii() => {
            Value::Bytes(latin1(&String::from_utf8_lossy(&bytes)).into())
        }
        Value::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| Charset::Latin1.encode(item)).collect())
        }
        value => value,
    };
    element
}

/// Padded to even length anew: a letter of two bytes now takes one.
fn latin1(text: &str) -> Vec<u8> {
    let text = text.trim_end_matches(' ');
    let mut bytes: Vec<u8> =
        text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    if bytes.len() % 2 == 1 {
        bytes.push(b' ');
    }
    bytes
}
