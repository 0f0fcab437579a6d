//! Rows of a Parquet file in, a path and perhaps a size of each out: the columns `path` and, where there is one,
//! `size_bytes` or `size`. Some thousand rows are held at a time.

use std::fs::File;

use parquet::basic::{ConvertedType as As, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

use super::list::{Entry, Fault, ListError, Place, Visit, unreadable};

/// Rows that are read at once.
const ROWS: usize = 4096;

const NOT_READ: &str = "is damaged, or compressed by other than Snappy, gzip or zstd";
const NO_PATHS: &str = "has no column `path` of strings or bytes";
const NO_SIZES: &str = "has sizes that are no integers: store integers, and nulls for the unknown";

pub(super) fn each(file: File, visit: &mut Visit<'_>) -> Result<(), ListError> {
    let reader = SerializedFileReader::new(file).map_err(refusal)?;
    let columns = Columns::of(reader.metadata().file_metadata().schema_descr())?;
    let mut row = 0;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).map_err(refusal)?;
        let mut paths: Column<ByteArrayType> =
            Column::new(group.as_ref(), columns.path).map_err(refusal)?;
        let mut sizes = columns.sizes(group.as_ref()).map_err(refusal)?;
        loop {
            let read = paths.read(ROWS).map_err(refusal)?;
            let sizes = sizes.read(read).map_err(refusal)?;
            if sizes.len() != read {
                return Err(ListError::Parquet(NOT_READ));
            }
            if read == 0 {
                break;
            }
            for (path, size) in paths.rows().zip(sizes) {
                row += 1;
                let place = Place::Row(row);
                let refuse = |fault| ListError::At(place, fault);
                let path = path.ok_or_else(|| refuse(Fault::NoPath))?.data();
                let size_bytes = size.map(u64::try_from).transpose();
                let size_bytes = size_bytes.map_err(|_| refuse(Fault::Size))?;
                if !visit(Entry { place, path, size_bytes })? {
                    return Ok(());
                }
            }
        }
    }
    // What is lost must not look like a shorter list.
    let all = reader.metadata().file_metadata().num_rows();
    if u64::try_from(all) == Ok(row) { Ok(()) } else { Err(ListError::Parquet(NOT_READ)) }
}

fn refusal(error: ParquetError) -> ListError {
    // What the others say may repeat a value.
    match error {
        ParquetError::External(error) => error
            .downcast_ref()
            .map_or(ListError::Parquet(NOT_READ), |error: &std::io::Error| unreadable(error)),
        _ => ListError::Parquet(NOT_READ),
    }
}

/// Where the columns stand.
struct Columns {
    path: usize,
    size: Option<(usize, Type)>,
    sizes_are_unsigned: bool,
}

impl Columns {
    fn of(schema: &SchemaDescriptor) -> Result<Self, ListError> {
        let named = |name: &str| {
            let is_it = |column: &ColumnDescPtr| column.path().parts() == [name];
            schema.columns().iter().position(is_it)
        };
        // A column that repeats holds lists.
        let is_of = |at: usize, types: &[Type]| {
            let column = schema.column(at);
            column.max_rep_level() == 0 && types.contains(&column.physical_type())
        };
        let path = named("path").filter(|at| is_of(*at, &[Type::BYTE_ARRAY]));
        let path = path.ok_or(ListError::Parquet(NO_PATHS))?;
        let Some(size) = named("size_bytes").or_else(|| named("size")) else {
            return Ok(Self { path, size: None, sizes_are_unsigned: false });
        };
        let sizes_are_unsigned = match schema.column(size).converted_type() {
            As::NONE | As::INT_8 | As::INT_16 | As::INT_32 | As::INT_64 => Some(false),
            As::UINT_8 | As::UINT_16 | As::UINT_32 | As::UINT_64 => Some(true),
            _ => None,
        };
        let sizes_are_unsigned =
            sizes_are_unsigned.filter(|_| is_of(size, &[Type::INT32, Type::INT64]));
        let sizes_are_unsigned = sizes_are_unsigned.ok_or(ListError::Parquet(NO_SIZES))?;
        let size = Some((size, schema.column(size).physical_type()));
        Ok(Self { path, size, sizes_are_unsigned })
    }

    fn sizes(&self, group: &dyn RowGroupReader) -> ParquetResult<Sizes> {
        let of = match self.size {
            None => SizesOf::None,
            Some((at, Type::INT32)) => SizesOf::Narrow(Column::new(group, at)?),
            Some((at, _)) => SizesOf::Wide(Column::new(group, at)?),
        };
        Ok(Sizes { of, are_unsigned: self.sizes_are_unsigned })
    }
}

/// A column of a row group, of which some rows are held.
struct Column<T: DataType> {
    reader: ColumnReaderImpl<T>,
    may_be_null: bool,
    /// Of rows that may be null: 0 for those that are.
    levels: Vec<i16>,
    values: Vec<T::T>,
}

impl<T: DataType> Column<T> {
    fn new(group: &dyn RowGroupReader, at: usize) -> ParquetResult<Self> {
        let reader: ColumnReader = group.get_column_reader(at)?;
        Ok(Self {
            reader: get_typed_column_reader(reader),
            may_be_null: group.metadata().schema_descr().column(at).max_def_level() > 0,
            levels: Vec::new(),
            values: Vec::new(),
        })
    }

    /// Holds the next rows in the place of those before; how many there are.
    fn read(&mut self, most: usize) -> ParquetResult<usize> {
        self.levels.clear();
        self.values.clear();
        let levels = Some(&mut self.levels);
        Ok(self.reader.read_records(most, levels, None, &mut self.values)?.0)
    }

    fn rows(&self) -> impl Iterator<Item = Option<&T::T>> {
        let mut values = self.values.iter();
        let rows = if self.may_be_null { self.levels.len() } else { self.values.len() };
        (0..rows).map(move |at| {
            let is_null = self.may_be_null && self.levels[at] == 0;
            if is_null { None } else { values.next() }
        })
    }
}

/// The sizes of a row group.
struct Sizes {
    of: SizesOf,
    are_unsigned: bool,
}

enum SizesOf {
    None,
    Narrow(Column<Int32Type>),
    Wide(Column<Int64Type>),
}

impl Sizes {
    /// Those of the next rows, so many as there are.
    fn read(&mut self, most: usize) -> ParquetResult<Vec<Option<i128>>> {
        let are_unsigned = self.are_unsigned;
        Ok(match &mut self.of {
            SizesOf::None => vec![None; most],
            SizesOf::Narrow(column) => {
                column.read(most)?;
                let number =
                    |it: &i32| if are_unsigned { i128::from(*it as u32) } else { (*it).into() };
                column.rows().map(|row| row.map(number)).collect()
            }
            SizesOf::Wide(column) => {
                column.read(most)?;
                let number =
                    |it: &i64| if are_unsigned { i128::from(*it as u64) } else { (*it).into() };
                column.rows().map(|row| row.map(number)).collect()
            }
        })
    }
}
