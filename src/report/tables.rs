//! The tables of an output in, their rows out, one at a time. A table that is not there or damaged is a
//! [`Trouble`], which the page tells of where its numbers would stand.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::html::trouble::{Trouble, is_file};
use crate::table::{Cell, TableReader};

/// A row, of which cells are asked for by their place among the columns that were asked for.
#[derive(Debug)]
pub(super) struct Row<'a>(&'a [Cell<'static>]);

impl Row<'_> {
    /// A text; empty where there is none.
    pub(super) fn text(&self, at: usize) -> &str {
        match self.0.get(at) {
            Some(Cell::Text(text)) => text,
            _ => "",
        }
    }

    /// A number that is finite.
    pub(super) fn number(&self, at: usize) -> Option<f64> {
        match self.0.get(at)? {
            Cell::Real(value) => Some(*value),
            Cell::Natural(value) => Some(*value as f64),
            Cell::Int(value) => Some(*value as f64),
            _ => None,
        }
        .filter(|value| value.is_finite())
    }

    /// An unsigned integer; 0 where there is none.
    pub(super) fn natural(&self, at: usize) -> u64 {
        match self.0.get(at) {
            Some(Cell::Natural(value)) => *value,
            Some(Cell::Int(value)) => u64::try_from(*value).unwrap_or(0),
            _ => 0,
        }
    }

    /// True or false.
    pub(super) fn flag(&self, at: usize) -> Option<bool> {
        match self.0.get(at)? {
            Cell::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// Goes through all rows of a Parquet table; returns how many there are. Columns that it does not have are null.
pub(super) fn rows(
    output: &Path,
    file: &'static str,
    columns: &[&str],
    mut each: impl FnMut(&Row<'_>),
) -> Result<u64, Trouble> {
    let trouble = |error: io::Error| Trouble::new(file, &error);
    is_file(&output.join(file)).map_err(trouble)?;
    let table = TableReader::open(&output.join(file)).map_err(trouble)?;
    let places: Vec<Option<usize>> = columns.iter().map(|name| table.position(name)).collect();
    let mut scan = table.scan();
    let mut cells = vec![Cell::Null; columns.len()];
    let mut count = 0;
    while scan.advance().map_err(trouble)? {
        for (cell, place) in cells.iter_mut().zip(&places) {
            if let Some(place) = place {
                *cell = scan.cell(*place).map_err(trouble)?.into_owned();
            }
        }
        each(&Row(&cells));
        count += 1;
    }
    Ok(count)
}

/// Goes through all rows of a CSV table. Columns that it does not have are empty.
pub(super) fn csv_rows(
    path: &Path,
    file: &'static str,
    columns: &[&str],
    mut each: impl FnMut(&[&str]),
) -> Result<(), Trouble> {
    let damaged = |_| Trouble { file, why: "is damaged".to_owned() };
    let bytes = is_file(path).map_err(|error| Trouble::new(file, &error))?;
    let source = File::open(path).map_err(|error| Trouble::new(file, &error))?;
    let mut reader = csv::Reader::from_reader(io::BufReader::new(source.take(bytes)));
    let head = reader.headers().map_err(damaged)?.clone();
    let places: Vec<Option<usize>> =
        columns.iter().map(|name| head.iter().position(|it| it == *name)).collect();
    if places.iter().all(Option::is_none) {
        return Err(Trouble { file, why: "has none of its columns".to_owned() });
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(damaged)? {
        let cell = |place: &Option<usize>| place.and_then(|at| record.get(at)).unwrap_or_default();
        each(&places.iter().map(cell).collect::<Vec<&str>>());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let of = |file| rows(folder.path(), file, &["a"], |_| ()).unwrap_err();
        assert_eq!(of("index.parquet").why, "is not there");
        std::fs::write(folder.path().join("series.parquet"), "no table").unwrap();
        assert_eq!(of("series.parquet").why, "is damaged");
    }

    #[test]
    fn columns_of_csv_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "b,a\n1,2\n3,\"4,5\"\n").unwrap();
        let mut seen = Vec::new();
        csv_rows(&path, "a.csv", &["a", "c"], |row| seen.push(row.join("|"))).unwrap();
        assert_eq!(seen, ["2|", "4,5|"]);
        std::fs::write(&path, "b,a\n1\n").unwrap();
        assert_eq!(csv_rows(&path, "a.csv", &["a"], |_| ()).unwrap_err().why, "is damaged");
        assert!(csv_rows(&path, "a.csv", &["z"], |_| ()).is_err());
    }
}
