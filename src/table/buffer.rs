//! The cells of one column for one row group: cells in, the values and levels that Parquet stores out.

use std::collections::HashSet;
use std::hash::Hash;

use parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use parquet::data_type::{BoolType, DoubleType, Int32Type, Int64Type};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FixedLenByteArrayType};
use parquet::errors::Result;

use super::cell::Cell;
use super::layout::Kind;

/// A value that stands this often on average goes into a dictionary.
const OFTEN: usize = 4;
/// The largest number of 38 digits.
const DECIMAL_MAX: u128 = 10_u128.pow(38) - 1;

/// A column of the rows that wait for their group to be full.
#[derive(Debug)]
pub(super) struct Buffer {
    kind: Kind,
    values: Values,
    /// Of each row, or of each text of a list: how much of it is there.
    definition: Vec<i16>,
    /// Of lists: 1 for a further text of the same row.
    repetition: Vec<i16>,
}

#[derive(Debug)]
enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Real(Vec<f64>),
    Bytes(Arena),
    Fixed(Arena),
}

/// Texts or bytes one after another.
#[derive(Debug, Default)]
struct Arena {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Buffer {
    pub(super) fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Int32 | Kind::UInt32 => Values::Int32(Vec::new()),
            Kind::Int64 | Kind::UInt64 => Values::Int64(Vec::new()),
            Kind::Real => Values::Real(Vec::new()),
            Kind::Text | Kind::Texts => Values::Bytes(Arena::default()),
            Kind::Bytes(_) | Kind::Decimal38 => Values::Fixed(Arena::default()),
        };
        Self { kind, values, definition: Vec::new(), repetition: Vec::new() }
    }

    /// Takes a cell; none where it does not fit the column's kind, and then nothing has changed.
    pub(super) fn push(&mut self, cell: &Cell<'_>) -> Option<()> {
        match (&mut self.values, cell) {
            (_, Cell::Null) => {
                self.level(0);
                return Some(());
            }
            (Values::Bool(values), Cell::Bool(value)) => values.push(*value),
            (Values::Int32(values), Cell::Int(_) | Cell::Natural(_)) => {
                let value = integer(cell)?;
                let is_unsigned = self.kind == Kind::UInt32;
                values.push(if is_unsigned {
                    u32::try_from(value).ok()? as i32
                } else {
                    i32::try_from(value).ok()?
                });
            }
            (Values::Int64(values), Cell::Int(_) | Cell::Natural(_)) => {
                let value = integer(cell)?;
                let is_unsigned = self.kind == Kind::UInt64;
                values.push(if is_unsigned {
                    u64::try_from(value).ok()? as i64
                } else {
                    i64::try_from(value).ok()?
                });
            }
            (Values::Real(values), Cell::Real(value)) => values.push(*value),
            (Values::Bytes(arena), Cell::Text(text)) if self.kind == Kind::Text => {
                arena.push(text.as_bytes());
            }
            (Values::Bytes(arena), Cell::Texts(texts)) if self.kind == Kind::Texts => {
                for text in texts {
                    arena.push(text.as_bytes());
                }
                self.list(texts.len());
                return Some(());
            }
            (Values::Fixed(arena), Cell::Bytes(bytes)) if self.kind == Kind::Bytes(bytes.len()) => {
                arena.push(bytes);
            }
            (Values::Fixed(arena), Cell::Decimal(value))
                if self.kind == Kind::Decimal38 && value.unsigned_abs() <= DECIMAL_MAX =>
            {
                arena.push(&value.to_be_bytes());
            }
            _ => return None,
        }
        self.level(1);
        Some(())
    }

    fn level(&mut self, definition: i16) {
        self.definition.push(definition);
        if self.kind == Kind::Texts {
            self.repetition.push(0);
        }
    }

    /// The levels of a list that is there: 1 says that it is empty, 2 that a text stands there.
    fn list(&mut self, length: usize) {
        if length == 0 {
            return self.level(1);
        }
        self.definition.extend((0..length).map(|_| 2));
        self.repetition.extend((0..length).map(|at| i16::from(at > 0)));
    }

    /// Takes back the last row.
    pub(super) fn pop(&mut self) {
        while let Some(definition) = self.definition.pop() {
            let has_value = definition == if self.kind == Kind::Texts { 2 } else { 1 };
            if has_value {
                self.values.pop();
            }
            if self.repetition.pop().unwrap_or(0) == 0 {
                return;
            }
        }
    }

    /// Whether the same values stand there again and again.
    pub(super) fn repeats(&self) -> bool {
        fn few<T: Hash + Eq>(values: impl ExactSizeIterator<Item = T>) -> bool {
            let most = values.len() / OFTEN;
            let mut seen = HashSet::new();
            for value in values {
                seen.insert(value);
                if seen.len() > most {
                    return false;
                }
            }
            true
        }
        match &self.values {
            Values::Bool(_) => false,
            Values::Int32(values) => few(values.iter()),
            Values::Int64(values) => few(values.iter()),
            Values::Real(values) => few(values.iter().map(|value| value.to_bits())),
            Values::Bytes(arena) | Values::Fixed(arena) => few(arena.iter()),
        }
    }

    /// Hands the rows to a writer of the column, and is empty then.
    pub(super) fn write(&mut self, to: &mut ColumnWriter<'_>) -> Result<()> {
        let (definition, repetition) = (&self.definition, &self.repetition);
        match (&mut self.values, to) {
            (Values::Bool(values), ColumnWriter::BoolColumnWriter(to)) => {
                put::<BoolType>(to, values, definition, repetition)?;
                values.clear();
            }
            (Values::Int32(values), ColumnWriter::Int32ColumnWriter(to)) => {
                put::<Int32Type>(to, values, definition, repetition)?;
                values.clear();
            }
            (Values::Int64(values), ColumnWriter::Int64ColumnWriter(to)) => {
                put::<Int64Type>(to, values, definition, repetition)?;
                values.clear();
            }
            (Values::Real(values), ColumnWriter::DoubleColumnWriter(to)) => {
                put::<DoubleType>(to, values, definition, repetition)?;
                values.clear();
            }
            (Values::Bytes(arena), ColumnWriter::ByteArrayColumnWriter(to)) => {
                put::<ByteArrayType>(to, &arena.take(), definition, repetition)?;
            }
            (Values::Fixed(arena), ColumnWriter::FixedLenByteArrayColumnWriter(to)) => {
                let values: Vec<_> = arena.take().into_iter().map(Into::into).collect();
                put::<FixedLenByteArrayType>(to, &values, definition, repetition)?;
            }
            _ => unreachable!("schema and buffers are made of the same columns"),
        }
        self.definition.clear();
        self.repetition.clear();
        Ok(())
    }
}

fn put<T: DataType>(
    to: &mut ColumnWriterImpl<'_, T>,
    values: &[T::T],
    definition: &[i16],
    repetition: &[i16],
) -> Result<()> {
    let repetition = (!repetition.is_empty()).then_some(repetition);
    to.write_batch(values, Some(definition), repetition).map(drop)
}

fn integer(cell: &Cell<'_>) -> Option<i128> {
    match cell {
        Cell::Int(value) => Some((*value).into()),
        Cell::Natural(value) => Some((*value).into()),
        _ => None,
    }
}

impl Values {
    fn pop(&mut self) {
        match self {
            Self::Bool(values) => drop(values.pop()),
            Self::Int32(values) => drop(values.pop()),
            Self::Int64(values) => drop(values.pop()),
            Self::Real(values) => drop(values.pop()),
            Self::Bytes(arena) | Self::Fixed(arena) => {
                arena.ends.pop();
                arena.bytes.truncate(arena.ends.last().copied().unwrap_or(0));
            }
        }
    }
}

impl Arena {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let start = |at: usize| if at == 0 { 0 } else { self.ends[at - 1] };
        (0..self.ends.len()).map(move |at| &self.bytes[start(at)..self.ends[at]])
    }

    /// All of it, each for itself: the least and the greatest stay in memory until the table is finished.
    fn take(&mut self) -> Vec<ByteArray> {
        let slices = self.iter().map(|bytes| bytes.to_vec().into()).collect();
        self.bytes.clear();
        self.ends.clear();
        slices
    }
}
