//! A cell of a table.

use std::borrow::Cow;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// A cell. The integers fit any column of integers that is wide enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell<'a> {
    /// Nothing is known.
    Null,
    /// UTF-8.
    Text(#[serde(borrow)] Cow<'a, str>),
    /// A list of texts.
    Texts(#[serde(borrow)] Vec<Cow<'a, str>>),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Natural(u64),
    /// A binary64 number.
    Real(f64),
    /// True or false.
    Bool(bool),
    /// Bytes.
    Bytes(#[serde(borrow)] Cow<'a, [u8]>),
    /// An integer of up to 38 decimal digits.
    Decimal(i128),
}

impl Cell<'_> {
    /// As it stands in a cell of a CSV table: nothing for null, the shortest decimal that gives the same real
    /// back, the texts of a list joined by `\` as in DICOM, bytes in hexadecimal.
    ///
    /// ```
    /// use sauva::table::Cell;
    ///
    /// assert_eq!(Cell::Real(0.1).text(), "0.1");
    /// assert_eq!(Cell::Texts(vec!["ORIGINAL".into(), "PRIMARY".into()]).text(), "ORIGINAL\\PRIMARY");
    /// assert_eq!(Cell::Bytes((&[0x0f, 0xa0][..]).into()).text(), "0fa0");
    /// ```
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "".into(),
            Self::Text(text) => text.as_ref().into(),
            Self::Texts(texts) => texts.join("\\").into(),
            Self::Int(value) => value.to_string().into(),
            Self::Natural(value) => value.to_string().into(),
            Self::Real(value) => real(*value).into(),
            Self::Bool(value) => value.to_string().into(),
            Self::Bytes(bytes) => hex(bytes).into(),
            Self::Decimal(value) => value.to_string().into(),
        }
    }

    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Texts(texts) => {
                Cell::Texts(texts.into_iter().map(|text| text.into_owned().into()).collect())
            }
            Self::Int(value) => Cell::Int(value),
            Self::Natural(value) => Cell::Natural(value),
            Self::Real(value) => Cell::Real(value),
            Self::Bool(value) => Cell::Bool(value),
            Self::Bytes(bytes) => Cell::Bytes(bytes.into_owned().into()),
            Self::Decimal(value) => Cell::Decimal(value),
        }
    }
}

/// The shortest decimal that gives the same number back, as in the CSV tables.
fn real(value: f64) -> String {
    // JSON has no word for what is not finite.
    if value.is_finite() {
        serde_json::to_string(&value).unwrap_or_default()
    } else {
        value.to_string()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}
