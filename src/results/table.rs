//! A table of an output: the bytes of a CSV file in, its rows by the names of the columns out.

use std::collections::HashMap;

use csv::StringRecord;

/// A CSV file in memory.
#[derive(Debug, Default)]
pub(crate) struct Table {
    header: StringRecord,
    columns: HashMap<String, usize>,
    rows: Vec<StringRecord>,
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    cells: &'a StringRecord,
}

impl Table {
    /// Reads a table whose header must be that of `model`, a table that this program wrote.
    pub(crate) fn parse(bytes: &[u8], model: &[u8]) -> Result<Self, String> {
        let read = |bytes| {
            let mut reader = csv::Reader::from_reader(bytes);
            let header = reader.headers().map_err(|_| "the header cannot be read".to_owned())?;
            Ok::<_, String>((header.clone(), reader))
        };
        let (expected, _) = read(model)?;
        let (header, mut reader) = read(bytes)?;
        if header != expected {
            return Err("the columns are not those that this version of sauva writes".to_owned());
        }
        let columns = header.iter().enumerate().map(|(at, name)| (name.to_owned(), at)).collect();
        let mut rows = Vec::new();
        for (number, row) in reader.records().enumerate() {
            rows.push(row.map_err(|_| format!("row {} cannot be read", number + 1))?);
        }
        Ok(Self { header, columns, rows })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self, cells })
    }
}

impl<'a> Row<'a> {
    /// The cell of a column, which is one of the model's.
    pub(crate) fn cell(&self, column: &str) -> &'a str {
        let at = self.table.columns.get(column).copied();
        at.and_then(|at| self.cells.get(at)).unwrap_or_default()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.table.header.iter().zip(self.cells.iter())
    }
}
