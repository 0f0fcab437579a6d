//! The tables of an output folder in, answers to SQL out: `SQLite` over the Parquet files, which it reads as virtual
//! tables. Nothing is written, and no query reaches another file.

mod aggregates;
mod database;
mod format;
mod grid;
mod keyword;
mod virtual_table;

pub use database::{Answer, Database, QueryError, TABLES};
pub use format::{Format, Sink, Value};
