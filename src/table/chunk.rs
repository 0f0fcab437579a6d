//! A column of a row group in, its cells out, some thousand rows at a time.

use std::borrow::Cow;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{BoolType, DoubleType, Int32Type, Int64Type};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FixedLenByteArrayType};
use parquet::errors::{ParquetError, Result};

use super::cell::Cell;
use super::layout::Kind;
use super::schema::DECIMAL_BYTES;

/// Rows that are held at once.
pub(super) const BATCH_ROWS: usize = 1024;

/// A column of a row group, of which one batch is held.
pub(super) struct Chunk {
    values: Values,
    kind: Kind,
    batch: Option<usize>,
    /// The row that is decoded next.
    next: usize,
}

enum Values {
    Bool(Part<BoolType>),
    Int32(Part<Int32Type>),
    Int64(Part<Int64Type>),
    Real(Part<DoubleType>),
    Bytes(Part<ByteArrayType>),
    Fixed(Part<FixedLenByteArrayType>),
}

struct Part<T: DataType> {
    reader: ColumnReaderImpl<T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
    values: Vec<T::T>,
    /// Where the values of each row start, and where the last ends; rows that are null.
    starts: Vec<u32>,
    nulls: Vec<bool>,
}

/// Calls one method of whichever part there is.
macro_rules! of_part {
    ($values:expr, $part:ident => $call:expr) => {
        match $values {
            Values::Bool($part) => $call,
            Values::Int32($part) => $call,
            Values::Int64($part) => $call,
            Values::Real($part) => $call,
            Values::Bytes($part) => $call,
            Values::Fixed($part) => $call,
        }
    };
}

impl Chunk {
    pub(super) fn new(reader: ColumnReader, kind: Kind) -> Result<Self> {
        let values = match reader {
            ColumnReader::BoolColumnReader(reader) => Values::Bool(Part::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(Part::new(reader)),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(Part::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Values::Real(Part::new(reader)),
            ColumnReader::ByteArrayColumnReader(reader) => Values::Bytes(Part::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Values::Fixed(Part::new(reader)),
            _ => return Err(damaged()),
        };
        Ok(Self { values, kind, batch: None, next: 0 })
    }

    /// Whether a batch is the one that is held.
    pub(super) fn holds(&self, batch: usize) -> bool {
        self.batch == Some(batch)
    }

    /// Whether a batch can still be read: those before the one that is held cannot.
    pub(super) fn reaches(&self, batch: usize) -> bool {
        self.next <= batch * BATCH_ROWS
    }

    /// Holds a batch of a group of so many rows.
    pub(super) fn hold(&mut self, batch: usize, group_rows: usize) -> Result<()> {
        let start = batch * BATCH_ROWS;
        let rows = group_rows.saturating_sub(start).min(BATCH_ROWS);
        let before = start.checked_sub(self.next).ok_or_else(damaged)?;
        let is_list = self.kind == Kind::Texts;
        self.batch = None;
        of_part!(&mut self.values, part => part.read(before, rows, is_list))?;
        self.batch = Some(batch);
        self.next = start + rows;
        Ok(())
    }

    /// A cell of the batch that is held; none where the file is damaged.
    pub(super) fn cell(&self, row: usize) -> Option<Cell<'_>> {
        if of_part!(&self.values, part => part.nulls.get(row).copied())? {
            return Some(Cell::Null);
        }
        Some(match (&self.values, self.kind) {
            (Values::Bool(part), _) => Cell::Bool(*part.one(row)?),
            (Values::Int32(part), Kind::UInt32) => Cell::Natural((*part.one(row)? as u32).into()),
            (Values::Int32(part), _) => Cell::Int((*part.one(row)?).into()),
            (Values::Int64(part), Kind::UInt64) => Cell::Natural(*part.one(row)? as u64),
            (Values::Int64(part), _) => Cell::Int(*part.one(row)?),
            (Values::Real(part), _) => Cell::Real(*part.one(row)?),
            (Values::Bytes(part), Kind::Texts) => {
                Cell::Texts(part.all(row)?.iter().map(text).collect::<Option<_>>()?)
            }
            (Values::Bytes(part), _) => Cell::Text(text(part.one(row)?)?),
            (Values::Fixed(part), Kind::Decimal38) => {
                let bytes: [u8; DECIMAL_BYTES] = part.one(row)?.data().try_into().ok()?;
                Cell::Decimal(i128::from_be_bytes(bytes))
            }
            (Values::Fixed(part), _) => Cell::Bytes(part.one(row)?.data().into()),
        })
    }
}

impl<T: DataType> Part<T> {
    fn new(reader: ColumnReaderImpl<T>) -> Self {
        Self {
            reader,
            definition: Vec::new(),
            repetition: Vec::new(),
            values: Vec::new(),
            starts: Vec::new(),
            nulls: Vec::new(),
        }
    }

    /// Passes over some rows, then holds the next in the place of those before.
    fn read(&mut self, before: usize, rows: usize, is_list: bool) -> Result<()> {
        if before > 0 && self.reader.skip_records(before)? != before {
            return Err(damaged());
        }
        let (definition, repetition) = (&mut self.definition, &mut self.repetition);
        definition.clear();
        repetition.clear();
        self.values.clear();
        let levels = is_list.then_some(&mut *repetition);
        let (read, ..) =
            self.reader.read_records(rows, Some(definition), levels, &mut self.values)?;
        self.starts.clear();
        self.nulls.clear();
        let present = if is_list { 2 } else { 1 };
        let mut at = 0;
        for (level, definition) in self.definition.iter().enumerate() {
            if !is_list || self.repetition.get(level) == Some(&0) {
                self.starts.push(at);
                self.nulls.push(*definition == 0);
            }
            at += u32::from(*definition == present);
        }
        self.starts.push(at);
        let is_whole = read == rows && self.nulls.len() == rows && at as usize == self.values.len();
        if is_whole { Ok(()) } else { Err(damaged()) }
    }

    fn one(&self, row: usize) -> Option<&T::T> {
        self.values.get(*self.starts.get(row)? as usize)
    }

    fn all(&self, row: usize) -> Option<&[T::T]> {
        let (start, end) = (*self.starts.get(row)?, *self.starts.get(row + 1)?);
        self.values.get(start as usize..end as usize)
    }
}

fn text(bytes: &ByteArray) -> Option<Cow<'_, str>> {
    std::str::from_utf8(bytes.data()).ok().map(Cow::Borrowed)
}

fn damaged() -> ParquetError {
    ParquetError::General("damaged".to_owned())
}
