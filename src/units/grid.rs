//! Parameters of repeated runs: a table of comma-separated values (RFC 4180) with a head in, names and rows of text
//! out.

use std::collections::HashSet;
use std::path::Path;

use super::template::variable_name;
use crate::storage::kind_in_words;

/// Names and rows; each row has a value for each name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// The names, in their order.
    pub names: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Why a table is no grid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// It cannot be read.
    #[error("--parameters: the file cannot be read: {0}")]
    Unreadable(String),
    /// The CSV reader's complaint, told by line.
    #[error("--parameters: line {0} has another number of fields than the head of the table")]
    Fields(u64),
    /// Bytes that are no text.
    #[error("--parameters: line {0} is not UTF-8 text")]
    Text(u64),
    /// There is no name.
    #[error("--parameters: the first line names the parameters, separated by commas; it is empty")]
    NoHead,
    /// A column has no name.
    #[error("--parameters: column {0} has no name in the first line")]
    NoName(usize),
    /// Two names are one as environment variables.
    #[error(
        "--parameters: the names `{0}` and `{1}` are the same as environment variables: rename one"
    )]
    Twice(String, String),
    /// There is no row.
    #[error("--parameters: the table has a head and no row")]
    NoRow,
}

impl Grid {
    /// Reads a table.
    pub fn read(path: &Path) -> Result<Self, GridError> {
        let bytes = std::fs::read(path)
            .map_err(|error| GridError::Unreadable(kind_in_words(error.kind())))?;
        Self::parse(&bytes)
    }

    /// The same from memory.
    pub fn parse(bytes: &[u8]) -> Result<Self, GridError> {
        // What spreadsheets write before UTF-8.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(bytes);
        let mut records = reader.records().map(|record| record.map_err(|error| told(&error)));
        let head = records.next().ok_or(GridError::NoHead)??;
        let names: Vec<String> = head.iter().map(str::to_owned).collect();
        check_names(&names)?;
        let row = |record: Result<csv::StringRecord, GridError>| {
            Ok(record?.iter().map(str::to_owned).collect())
        };
        let rows: Vec<Vec<String>> = records.map(row).collect::<Result<_, _>>()?;
        if rows.is_empty() {
            return Err(GridError::NoRow);
        }
        Ok(Self { names, rows })
    }

    /// Name and value of each parameter of a run: the rows are taken in turn. None where there is no row.
    pub fn of_run(&self, run: usize) -> Vec<(String, String)> {
        let Some(at) = run.checked_rem(self.rows.len()) else { return Vec::new() };
        self.names.iter().cloned().zip(self.rows[at].iter().cloned()).collect()
    }
}

fn check_names(names: &[String]) -> Result<(), GridError> {
    if names.iter().all(String::is_empty) {
        return Err(GridError::NoHead);
    }
    let mut seen: HashSet<String> = HashSet::new();
    for (at, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(GridError::NoName(at + 1));
        }
        if !seen.insert(variable_name(name)) {
            let other = names.iter().find(|it| variable_name(it) == variable_name(name));
            return Err(GridError::Twice(other.cloned().unwrap_or_default(), name.clone()));
        }
    }
    Ok(())
}

fn told(error: &csv::Error) -> GridError {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, .. } => {
            GridError::Fields(pos.as_ref().map_or(line, csv::Position::line))
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            GridError::Text(pos.as_ref().map_or(line, csv::Position::line))
        }
        kind => GridError::Unreadable(format!("{kind:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_taken_in_turn() {
        let grid = Grid::parse(b"\xEF\xBB\xBFalpha, beta\n0.1,\"a, b\"\n0.2,c\n").unwrap();
        assert_eq!(grid.names, ["alpha", "beta"]);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(grid.of_run(2), [pair("alpha", "0.1"), pair("beta", "a, b")]);
        assert_eq!(grid.of_run(3)[1].1, "c");
        assert!(Grid::default().of_run(3).is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let wrong = |bytes: &[u8]| Grid::parse(bytes).unwrap_err().to_string();
        assert!(wrong(b"").contains("the first line names the parameters"));
        assert!(wrong(b"a,b\n").contains("no row"));
        assert!(wrong(b"a,b\n1\n").contains("line 2 has another number"), "{}", wrong(b"a,b\n1\n"));
        assert!(wrong(b"a,,b\n1,2,3\n").contains("column 2 has no name"));
        assert!(wrong(b"a-b,a_B\n1,2\n").contains("`a-b` and `a_B`"));
        assert!(wrong(b"a\n\xFF\n").contains("line 2 is not UTF-8"), "{}", wrong(b"a\n\xFF\n"));
        let missing = Grid::read(Path::new("/nowhere/at/all")).unwrap_err().to_string();
        assert!(missing.contains("no such file"), "{missing}");
    }
}
