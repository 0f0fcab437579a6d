//! An output folder in, a connection whose only tables are its Parquet tables out.

use std::io;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use super::format::{Sink, Value};
use super::keyword::with_index_as_a_name;
use super::{aggregates, virtual_table};
use crate::storage::in_words;
use crate::table::TableReader;

/// The tables that an output folder may have; each stands in a file of its name.
pub const TABLES: [&str; 9] = [
    "index",
    "series",
    "cohorts",
    "cohort_metrics",
    "cohort_histograms",
    "frames",
    "regions",
    "dvh",
    "dvh_curves",
];

/// Memory that `SQLite` may take.
const MOST_BYTES: i64 = 4 << 30;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum QueryError {
    /// No table stands in the folder.
    #[error("OUT: no table there: give the folder that was the --output of `sauva run`")]
    NoTables,
    /// A table cannot be read.
    #[error("OUT: {0}.parquet cannot be read: {1}")]
    Unreadable(&'static str, String),
    /// What `SQLite` says of the query, and what it could have named.
    #[error("{0}{1}")]
    Sql(String, String),
    /// A query that would do more than read.
    #[error("the query may only read the tables: give one SELECT")]
    NotReading,
    /// The answer cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// The tables of an output folder.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    tables: Vec<(&'static str, TableReader)>,
}

/// What became of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Rows that were handed out.
    pub rows: u64,
}

impl Database {
    /// Opens what tables a folder has.
    pub fn open(folder: &Path) -> Result<Self, QueryError> {
        let mut tables = Vec::new();
        for name in TABLES {
            match TableReader::open(&folder.join(format!("{name}.parquet"))) {
                Ok(table) => tables.push((name, table)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(QueryError::Unreadable(name, words(&error))),
            }
        }
        if tables.is_empty() {
            return Err(QueryError::NoTables);
        }
        let connection =
            connect(&tables).map_err(|error| QueryError::Sql(error.to_string(), String::new()))?;
        Ok(Self { connection, tables })
    }

    /// The tables by their names.
    pub fn tables(&self) -> &[(&'static str, TableReader)] {
        &self.tables
    }

    /// Hands the rows of an answer to a sink, as they come. `values` stand for the query's `?1`, `?2` and so on.
    pub fn query(
        &self,
        sql: &str,
        values: &[String],
        sink: &mut dyn Sink,
    ) -> Result<Answer, QueryError> {
        let sql = with_index_as_a_name(sql);
        let refuse = |error| self.refusal(error);
        let mut statement = self.connection.prepare(&sql).map_err(refuse)?;
        if !statement.readonly() || statement.column_count() == 0 {
            return Err(QueryError::NotReading);
        }
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut found = statement.query(rusqlite::params_from_iter(values)).map_err(refuse)?;
        // The first row before the header: most errors come before it.
        let mut row = found.next().map_err(refuse)?;
        sink.columns(&columns)?;
        let mut rows = 0;
        while let Some(cells) = row {
            let cells = (0..columns.len()).map(|at| cells.get_ref(at).map(value));
            sink.row(&cells.collect::<Result<Vec<_>, _>>().map_err(refuse)?)?;
            rows += 1;
            row = found.next().map_err(refuse)?;
        }
        sink.end()?;
        Ok(Answer { rows })
    }

    fn refusal(&self, error: rusqlite::Error) -> QueryError {
        use rusqlite::Error;
        let message = match error {
            Error::SqliteFailure(code, _)
                if code.code == rusqlite::ErrorCode::AuthorizationForStatementDenied =>
            {
                return QueryError::NotReading;
            }
            Error::MultipleStatement => return QueryError::NotReading,
            // Without the query, which the message would repeat as a whole.
            Error::SqlInputError { msg, error, .. } => {
                if error.code == rusqlite::ErrorCode::AuthorizationForStatementDenied {
                    return QueryError::NotReading;
                }
                msg
            }
            Error::SqliteFailure(_, Some(message)) => message,
            error => error.to_string(),
        };
        let known = if message.starts_with("no such table") {
            let names: Vec<_> = self.tables.iter().map(|(name, _)| *name).collect();
            format!("; the tables are {}", names.join(", "))
        } else if message.starts_with("no such column") {
            let columns = |table: &TableReader| {
                table.columns().iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(", ")
            };
            let tables = self.tables.iter();
            let tables = tables.map(|(name, table)| format!("\n  {name}: {}", columns(table)));
            format!("; the columns are{}", tables.collect::<String>())
        } else {
            String::new()
        };
        QueryError::Sql(message, known)
    }
}

/// A connection to no file, that knows the tables and may do nothing but read them.
fn connect(tables: &[(&'static str, TableReader)]) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_in_memory_with_flags(flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A name in quotes that nothing has is an error, not a string.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // Else what is sorted would go to files.
    connection.pragma_update(None, "temp_store", "memory")?;
    // A query that would take more is told so; the machine is somebody else's as well.
    connection.pragma_update_and_check(None, "hard_heap_limit", MOST_BYTES, |_| Ok(()))?;
    connection.pragma_update(None, "query_only", true)?;
    aggregates::register(&connection)?;
    for (name, table) in tables {
        virtual_table::register(&connection, name, table.clone())?;
    }
    connection.authorizer(Some(authorize))?;
    Ok(connection)
}

fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Function { function_name }
            if function_name.eq_ignore_ascii_case("load_extension") =>
        {
            Authorization::Deny
        }
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Function { .. }
        | AuthAction::Recursive => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

fn value(value: ValueRef<'_>) -> Value<'_> {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => {
            Value::Text(crate::table::Cell::Bytes(bytes.into()).text().into_owned().into())
        }
    }
}

fn words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => in_words(error),
        None => error.to_string(),
    }
}
