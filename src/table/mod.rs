//! Typed tables as Parquet files: rows of cells in, a file that DuckDB, Polars, pyarrow and `sauva query` read
//! out; and such a file in, its cells out.
//!
//! The bytes of a file follow from its layout, its notes and its rows alone: row groups hold a fixed number of
//! rows, and nothing of time, machine or version of a library stands in them.

mod buffer;
mod cell;
mod chunk;
mod finder;
mod layout;
mod reader;
mod scan;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use cell::Cell;
pub use layout::{Column, Kind, Layout};
pub use reader::{TableColumn, TableReader};
pub use scan::Scan;
pub use writer::TableWriter;

/// Rows of a row group, but for the last. Of 140 columns of 8 bytes they are 21 MB with their levels, and of
/// 10^6 rows the footer is a hundredth of the file.
const GROUP_ROWS: usize = 16_384;
