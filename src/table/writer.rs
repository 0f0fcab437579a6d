//! Rows in, a Parquet file out. The rows of one group are held at a time.
//!
//! Each column of each group is written with a dictionary where its values repeat; else texts by what they share
//! with the one before (`DELTA_BYTE_ARRAY`), integers by differences (`DELTA_BINARY_PACKED`), reals as they are:
//! `BYTE_STREAM_SPLIT` would save 0.7 bytes of each, but Spark up to 4.0 refuses it unless told not to use its
//! vectorized reader (SPARK-56894). Then zstd; where there are few rows Snappy, as to begin with zstd takes 30 us a
//! column.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::writer::get_column_writer;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{
    BloomFilterPosition, EnabledStatistics, WriterProperties, WriterPropertiesPtr,
};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnPath;

use super::GROUP_ROWS;
use super::buffer::Buffer;
use super::cell::Cell;
use super::layout::{Column, Kind, Layout};
use super::schema::schema;

/// Higher levels of zstd take twice the time and win a hundredth.
const ZSTD_LEVEL: i32 = 3;
/// Of texts that do not repeat: UIDs are random digits, in which a level that searches for repeats finds such as cost
/// more than they save: 19.4 bytes of each at level 3, 17.6 at level 1, 17.2 at the hundredfold time of level 16.
const ZSTD_LEVEL_OF_UNIQUE_TEXT: i32 = 1;
/// A group of fewer rows is written by Snappy.
const FEW_ROWS: usize = 256;
/// How often a bloom filter may take a value for one that is there.
const BLOOM_FALSE: f64 = 0.01;
/// Rows of a page, so that one row can be had without decoding its group.
const PAGE_ROWS: usize = 4096;
/// The note that holds units and meanings: a JSON object of `[unit, meaning]` by column.
pub(super) const COLUMNS_NOTE: &str = "columns";
/// What stands in the footer as the writer; in the form that readers take apart.
const CREATED_BY: &str = concat!("sauva version ", env!("CARGO_PKG_VERSION"));

/// Writes a table.
pub struct TableWriter<W: Write + Send> {
    to: SerializedFileWriter<W>,
    columns: &'static [Column],
    few: Properties,
    many: Properties,
    buffers: Vec<Buffer>,
    rows: usize,
}

/// How columns are written whose values repeat, and others.
struct Properties {
    dictionary: WriterPropertiesPtr,
    plain: WriterPropertiesPtr,
}

impl<W: Write + Send> std::fmt::Debug for TableWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table. `notes` are keys and values for its footer, beside those of the columns.
    pub fn new(to: W, layout: &Layout, notes: &[(&str, String)]) -> io::Result<Self> {
        let columns = layout.columns;
        let written = |by| {
            Ok::<_, io::Error>(Properties {
                dictionary: Arc::new(properties(layout, notes, by, true)?),
                plain: Arc::new(properties(layout, notes, by, false)?),
            })
        };
        let (few, many) = (written(By::Snappy)?, written(By::Zstd)?);
        let schema = schema(columns).map_err(broken)?;
        let to = SerializedFileWriter::new(to, schema, Arc::clone(&many.plain)).map_err(broken)?;
        let buffers = columns.iter().map(|column| Buffer::new(column.kind)).collect();
        Ok(Self { to, columns, few, many, buffers, rows: 0 })
    }

    /// Appends a row: a cell for each column. One that is refused leaves the table as it was.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        if cells.len() != self.columns.len() {
            let (has, wants) = (cells.len(), self.columns.len());
            return Err(invalid(format!("a row has {has} cells, the table {wants} columns")));
        }
        for (at, cell) in cells.iter().enumerate() {
            if self.buffers[at].push(cell).is_none() {
                self.buffers[..at].iter_mut().for_each(Buffer::pop);
                let Column { name, kind, .. } = self.columns[at];
                return Err(invalid(format!("a cell of the column {name} is no {kind:?}")));
            }
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS { self.flush().map_err(broken) } else { Ok(()) }
    }

    /// Writes what waits and the footer.
    pub fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.flush().map_err(broken)?;
        }
        self.to.into_inner().map_err(broken)
    }

    fn flush(&mut self) -> Result<()> {
        let schema = self.to.schema_descr().columns().to_vec();
        let written = if self.rows < FEW_ROWS { &self.few } else { &self.many };
        let mut group = self.to.next_row_group()?;
        for (buffer, description) in self.buffers.iter_mut().zip(schema) {
            let properties = if buffer.repeats() { &written.dictionary } else { &written.plain };
            let mut chunk = TrackedWrite::new(Vec::new());
            let pages = Box::new(SerializedPageWriter::new(&mut chunk));
            let mut column = get_column_writer(description, Arc::clone(properties), pages);
            buffer.write(&mut column)?;
            let close = column.close()?;
            group.append_column(&Bytes::from(chunk.into_inner()?), close)?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

/// What compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Snappy,
    Zstd,
}

fn properties(
    layout: &Layout,
    notes: &[(&str, String)],
    by: By,
    dictionary: bool,
) -> io::Result<WriterProperties> {
    let zstd =
        |level| Ok::<_, io::Error>(Compression::ZSTD(ZstdLevel::try_new(level).map_err(broken)?));
    let mut to = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(match by {
            By::Snappy => Compression::SNAPPY,
            By::Zstd => zstd(ZSTD_LEVEL)?,
        })
        .set_dictionary_enabled(dictionary)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_bloom_filter_position(BloomFilterPosition::AfterRowGroup)
        .set_sorting_columns(Some(sorting(layout)?))
        .set_key_value_metadata(Some(metadata(layout, notes)?));
    for column in layout.columns {
        let path = path(column);
        if let Some(encoding) = encoding(column.kind) {
            to = to.set_column_encoding(path.clone(), encoding);
        }
        if by == By::Zstd && column.kind == Kind::Text && !dictionary {
            to = to.set_column_compression(path.clone(), zstd(ZSTD_LEVEL_OF_UNIQUE_TEXT)?);
        }
        if layout.bloom.contains(&column.name) {
            to = to.set_column_bloom_filter_fpp(path.clone(), BLOOM_FALSE);
            to = to.set_column_bloom_filter_max_ndv(path, GROUP_ROWS as u64);
        }
    }
    Ok(to.build())
}

/// How values are written that do not repeat.
fn encoding(kind: Kind) -> Option<Encoding> {
    match kind {
        Kind::Text | Kind::Texts => Some(Encoding::DELTA_BYTE_ARRAY),
        Kind::Int32 | Kind::Int64 | Kind::UInt32 | Kind::UInt64 => {
            Some(Encoding::DELTA_BINARY_PACKED)
        }
        Kind::Real | Kind::Bool | Kind::Bytes(_) | Kind::Decimal38 => None,
    }
}

fn path(column: &Column) -> ColumnPath {
    let within: &[&str] = if column.kind == Kind::Texts { &["list", "element"] } else { &[] };
    let parts = [&[column.name], within].concat();
    ColumnPath::new(parts.into_iter().map(str::to_owned).collect())
}

fn sorting(layout: &Layout) -> io::Result<Vec<SortingColumn>> {
    let sorted_by = layout.sorted_by.iter();
    sorted_by
        .map(|name| {
            let at = layout.position(name);
            let at = at.ok_or_else(|| invalid(format!("the table has no column {name}")))?;
            Ok(SortingColumn { column_idx: at as i32, descending: false, nulls_first: true })
        })
        .collect()
}

fn metadata(layout: &Layout, notes: &[(&str, String)]) -> io::Result<Vec<KeyValue>> {
    let columns = layout.columns.iter();
    let columns: serde_json::Map<_, _> = columns
        .map(|column| (column.name.to_owned(), [column.unit, column.meaning].as_slice().into()))
        .collect();
    let columns = serde_json::to_string(&columns)?;
    let notes = notes.iter().map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()));
    Ok(notes.chain([KeyValue::new(COLUMNS_NOTE.to_owned(), columns)]).collect())
}

/// What the crate says of a failure to write; a system's error as it came.
fn broken(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}
