//! A Parquet file in, its columns and a way through its rows out. Nothing in the file is believed: what does not
//! fit is an error, and nothing is allocated for what the file is too short to hold.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};

use super::cell::Cell;
use super::chunk::Chunk;
use super::layout::Kind;
use super::scan::Scan;
use super::schema;
use super::writer::COLUMNS_NOTE;

/// A table that can be read.
#[derive(Clone)]
pub struct TableReader(Arc<Inner>);

struct Inner {
    file: SerializedFileReader<Source>,
    source: Source,
    columns: Vec<TableColumn>,
    notes: Vec<(String, String)>,
}

/// A column of a table that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Their unit; empty where there is none or the file does not tell.
    pub unit: String,
    /// What they say; empty where the file does not tell.
    pub meaning: String,
    /// Whether the rows are sorted by it, after the columns before that are.
    pub is_sorted: bool,
    /// Whether a bloom filter tells which row groups may hold a value.
    pub has_bloom: bool,
}

impl std::fmt::Debug for TableReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableReader").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl TableReader {
    /// Opens a table. A file that holds other than the kinds of columns of a table is refused.
    pub fn open(path: &Path) -> io::Result<Self> {
        let source = Source::new(File::open(path)?)?;
        let inner = guarded(|| Inner::new(source))?;
        Ok(Self(Arc::new(inner)))
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[TableColumn] {
        &self.0.columns
    }

    /// Where a column stands, by its name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.columns.iter().position(|column| column.name == name)
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        u64::try_from(self.0.file.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// How many row groups there are.
    pub fn groups(&self) -> usize {
        self.0.file.metadata().num_row_groups()
    }

    /// The value of a note in the footer.
    pub fn note(&self, key: &str) -> Option<&str> {
        let note = self.0.notes.iter().find(|(name, _)| name == key);
        note.map(|(_, value)| value.as_str())
    }

    /// A way through all rows.
    pub fn scan(&self) -> Scan {
        Scan::new(self.clone())
    }

    /// A way through the rows where a column equals a text or an integer. Row groups that cannot hold one are
    /// passed over.
    pub fn scan_where(&self, column: usize, equals: Cell<'_>) -> io::Result<Scan> {
        let mut scan = self.scan();
        scan.restart(Some((column, equals)))?;
        Ok(scan)
    }

    pub(super) fn group(&self, group: usize) -> &RowGroupMetaData {
        self.0.file.metadata().row_group(group)
    }

    pub(super) fn source(&self) -> &Source {
        &self.0.source
    }

    /// A column of a row group, from its first row.
    pub(super) fn chunk(&self, group: usize, column: usize) -> Result<Chunk> {
        let reader = self.0.file.get_row_group(group)?.get_column_reader(column)?;
        Chunk::new(reader, self.0.columns[column].kind)
    }
}

impl Inner {
    fn new(source: Source) -> Result<Self> {
        let file = SerializedFileReader::new(source.clone())?;
        let metadata = file.metadata();
        let about = metadata.file_metadata();
        let notes = about.key_value_metadata().into_iter().flatten();
        let notes: Vec<_> =
            notes.filter_map(|note| Some((note.key.clone(), note.value.clone()?))).collect();
        let told = notes.iter().find(|(key, _)| key == COLUMNS_NOTE);
        let told: serde_json::Value =
            told.and_then(|(_, json)| serde_json::from_str(json).ok()).unwrap_or_default();
        let first = metadata.row_groups().first();
        let sorting = first.and_then(RowGroupMetaData::sorting_columns);
        let mut columns = Vec::new();
        for (at, leaf) in about.schema_descr().columns().iter().enumerate() {
            let unknown = || ParquetError::General("a column of an unknown kind".to_owned());
            let (name, kind) = schema::kind(leaf).ok_or_else(unknown)?;
            let tell = |part: usize| told[&name][part].as_str().unwrap_or_default().to_owned();
            let is_it = |sorting: &i32| usize::try_from(*sorting) == Ok(at);
            columns.push(TableColumn {
                unit: tell(0),
                meaning: tell(1),
                is_sorted: sorting.into_iter().flatten().any(|by| is_it(&by.column_idx)),
                has_bloom: first.is_some_and(|it| it.column(at).bloom_filter_offset().is_some()),
                name,
                kind,
            });
        }
        let groups = metadata.row_groups().iter().map(RowGroupMetaData::num_rows);
        let is_sound = groups.clone().all(|rows| rows >= 0)
            && groups.map(i128::from).sum::<i128>() == i128::from(about.num_rows());
        if !is_sound {
            return Err(ParquetError::General("damaged".to_owned()));
        }
        Ok(Self { file, source, columns, notes })
    }
}

/// The crate's decoders are written for sound files: damaged ones may make them panic.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T>) -> io::Result<T> {
    let read = catch_unwind(AssertUnwindSafe(read));
    read.unwrap_or_else(|_| Err(ParquetError::General("damaged".to_owned()))).map_err(|error| {
        // What the crate says may repeat a value.
        match error {
            ParquetError::External(error) => match error.downcast::<io::Error>() {
                Ok(error) if error.raw_os_error().is_some() => *error,
                _ => unreadable(),
            },
            _ => unreadable(),
        }
    })
}

pub(super) fn unreadable() -> io::Error {
    let what =
        "no table of sauva, or damaged: make the output anew, or check it with `sauva verify`";
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A file that is read at places, so that its readers do not move each other on.
#[derive(Debug, Clone)]
pub(super) struct Source {
    file: Arc<File>,
    length: u64,
}

impl Source {
    fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Source {
    type T = BufReader<Place>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(Place { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF("cut short".to_owned()));
        }
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

/// A place in a file.
#[derive(Debug)]
pub(super) struct Place {
    source: Source,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.source.file.read_at(to, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
