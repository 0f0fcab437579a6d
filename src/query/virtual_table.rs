//! A Parquet table in, a virtual table of `SQLite` out, which is read and never written. What a query says of a
//! column's texts by `=` decides which row groups are read; other conditions which columns are decoded.
//!
//! Texts come as TEXT, lists as TEXT joined by `\`, bytes as TEXT in hexadecimal, integers as INTEGER, truth values as
//! 0 and 1, reals as REAL. Integers that do not fit 64 bits with a sign come as TEXT of their digits.
#![expect(
    unsafe_code,
    reason = "SQLite is C: it finds a table and a cursor by the first field of each, and trusts us to have put it there"
)]

use std::borrow::Cow;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int};
use std::io;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::vtab::{
    Context, Filters, IndexConstraintOp, IndexInfo, Module, VTab, VTabConfig, VTabConnection,
    VTabCursor,
};
use rusqlite::{Connection, Error, Result, ffi};

use crate::table::{Cell, Kind, Scan, TableReader};

/// The comparison that our own is: byte by byte.
const BINARY: &str = "BINARY";
/// What a look-up costs against the reading of a row. For the planner alone, which compares.
const LOOK_UP_COST: f64 = 1000.0;

/// Gives a connection a table.
pub(super) fn register(connection: &Connection, name: &str, table: TableReader) -> Result<()> {
    const MODULE: Module<'_, Table> = Module::eponymous_only_module();
    connection.create_module(name, &MODULE, Some(table))
}

/// The table, to `SQLite`.
#[repr(C)]
struct Table {
    /// Must be first.
    base: ffi::sqlite3_vtab,
    table: TableReader,
}

// SAFETY: `repr(C)` and `base` is the first field, as rusqlite asks for.
unsafe impl<'vtab> VTab<'vtab> for Table {
    type Aux = TableReader;
    type Cursor = Cursor;

    fn connect(
        connection: &mut VTabConnection,
        aux: Option<&TableReader>,
        _module: &[u8],
        _database: &[u8],
        _name: &[u8],
        _arguments: &[&[u8]],
    ) -> Result<(Cow<'static, CStr>, Self)> {
        connection.config(VTabConfig::Innocuous)?;
        let table = aux.ok_or_else(|| Error::ModuleError("no table".to_owned()))?.clone();
        let declared = CString::new(declaration(&table))
            .map_err(|_| Error::ModuleError("a column's name has a zero byte".to_owned()))?;
        Ok((declared.into(), Self { base: ffi::sqlite3_vtab::default(), table }))
    }

    fn best_index(&self, info: &mut IndexInfo) -> Result<bool> {
        let rows = self.table.rows() as f64;
        let mut best: Option<(usize, usize, f64)> = None;
        for (at, constraint) in info.constraints().enumerate() {
            let equals = IndexConstraintOp::SQLITE_INDEX_CONSTRAINT_EQ;
            let column = usize::try_from(constraint.column());
            let Some(column) = column.ok().filter(|_| constraint.operator() == equals) else {
                continue;
            };
            let about = &self.table.columns()[column];
            let is_ours = about.kind == Kind::Text && info.collation(at)? == BINARY;
            if !constraint.is_usable() || !is_ours {
                continue;
            }
            // Unique texts have a filter; of the others it is only known that one is better than none.
            let found = match (about.has_bloom, about.is_sorted) {
                (true, _) => 1.0,
                (_, true) => (rows / 1000.0).max(1.0),
                _ => (rows / 10.0).max(1.0),
            };
            if best.is_none_or(|(.., least)| found < least) {
                best = Some((at, column, found));
            }
        }
        if let Some((at, column, found)) = best {
            let mut usage = info.constraint_usage(at);
            usage.set_argv_index(1);
            // SQLite compares again.
            usage.set_omit(false);
            info.set_idx_num(column as c_int + 1);
            info.set_estimated_rows(found as i64);
            info.set_estimated_cost(LOOK_UP_COST + 3.0 * found);
        } else {
            info.set_idx_num(0);
            info.set_estimated_rows(rows as i64);
            info.set_estimated_cost(LOOK_UP_COST + 3.0 * rows);
        }
        Ok(true)
    }

    fn open(&'vtab mut self) -> Result<Cursor> {
        let scan = RefCell::new(self.table.scan());
        Ok(Cursor { base: ffi::sqlite3_vtab_cursor::default(), scan, is_at_end: false })
    }
}

/// A way through the table, to `SQLite`.
#[repr(C)]
struct Cursor {
    /// Must be first.
    base: ffi::sqlite3_vtab_cursor,
    scan: RefCell<Scan>,
    is_at_end: bool,
}

// SAFETY: `repr(C)` and `base` is the first field, as rusqlite asks for.
unsafe impl VTabCursor for Cursor {
    fn filter(&mut self, number: c_int, _: Option<&str>, values: &Filters<'_>) -> Result<()> {
        let scan = self.scan.get_mut();
        let wanted = if number > 0 { Some(values.get::<Value>(0)?) } else { None };
        let only = match wanted {
            Some(Value::Text(text)) => Some((number as usize - 1, Cell::Text(text.into()))),
            // A column of texts equals nothing else; but what does, SQLite says.
            Some(_) | None => None,
        };
        scan.restart(only).map_err(unread)?;
        self.next()
    }

    fn next(&mut self) -> Result<()> {
        self.is_at_end = !self.scan.get_mut().advance().map_err(unread)?;
        Ok(())
    }

    fn eof(&self) -> bool {
        self.is_at_end
    }

    fn column(&self, context: &mut Context, column: c_int) -> Result<()> {
        let mut scan = self.scan.borrow_mut();
        let cell = scan.cell(column as usize).map_err(unread)?;
        context.set_result(value(&cell))
    }

    fn rowid(&self) -> Result<i64> {
        Ok(self.scan.borrow().row() as i64)
    }
}

fn value<'a>(cell: &'a Cell<'_>) -> ToSqlOutput<'a> {
    let integer = |value: Option<i64>| match value {
        Some(value) => ToSqlOutput::Owned(Value::Integer(value)),
        None => ToSqlOutput::Owned(Value::Text(cell.text().into_owned())),
    };
    match cell {
        Cell::Null => ToSqlOutput::Owned(Value::Null),
        Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Cell::Int(value) => integer(Some(*value)),
        Cell::Natural(value) => integer(i64::try_from(*value).ok()),
        Cell::Decimal(value) => match i64::try_from(*value) {
            Ok(value) => integer(Some(value)),
            // As a number it has its place among the others.
            Err(_) => ToSqlOutput::Owned(Value::Real(*value as f64)),
        },
        Cell::Real(value) => ToSqlOutput::Owned(Value::Real(*value)),
        Cell::Bool(value) => integer(Some((*value).into())),
        Cell::Texts(_) | Cell::Bytes(_) => {
            ToSqlOutput::Owned(Value::Text(cell.text().into_owned()))
        }
    }
}

fn declaration(table: &TableReader) -> String {
    let columns = table.columns().iter().map(|column| {
        let affinity = match column.kind {
            Kind::Text | Kind::Texts | Kind::Bytes(_) => "TEXT",
            Kind::Real => "REAL",
            // What does not fit 64 bits with a sign is the text of the one and a real of the other.
            Kind::UInt64 | Kind::Decimal38 => "",
            Kind::Int32 | Kind::Int64 | Kind::UInt32 | Kind::Bool => "INTEGER",
        };
        format!("\"{}\" {affinity}", column.name.replace('"', "\"\""))
    });
    format!("CREATE TABLE x({})", columns.collect::<Vec<_>>().join(", "))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unread(error: io::Error) -> Error {
    Error::ModuleError(error.to_string())
}
