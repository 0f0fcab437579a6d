//! Rows of an answer in, text out: CSV as in RFC 4180, a JSON array of objects, or a table for the eye.

use std::borrow::Cow;
use std::io::{self, Write};

use super::grid::Grid;
use crate::table::Cell;

/// How an answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For the eye, as wide as the terminal.
    Table,
    /// RFC 4180, with a header; reals with all their digits.
    Csv,
    /// An array of objects, one a line.
    Json,
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// An integer.
    Int(i64),
    /// A binary64 number.
    Real(f64),
    /// A text.
    Text(Cow<'a, str>),
}

impl Value<'_> {
    /// As it stands in a cell of CSV.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "".into(),
            Self::Int(value) => value.to_string().into(),
            Self::Real(value) => Cell::Real(*value).text().into_owned().into(),
            Self::Text(text) => text.as_ref().into(),
        }
    }
}

/// Takes the rows of an answer.
pub trait Sink {
    /// The names of the columns, once.
    fn columns(&mut self, names: &[String]) -> io::Result<()>;
    /// A row.
    fn row(&mut self, values: &[Value<'_>]) -> io::Result<()>;
    /// There are no more.
    fn end(&mut self) -> io::Result<()>;
}

impl Format {
    /// Writes an answer in this format; a table no wider than `width` characters, where that is known.
    pub fn sink<'a>(self, to: &'a mut dyn Write, width: Option<usize>) -> Box<dyn Sink + 'a> {
        match self {
            Self::Table => Box::new(Grid::new(to, width)),
            Self::Csv => Box::new(Csv { to, line: Vec::new() }),
            Self::Json => Box::new(Json { to, names: Vec::new(), rows: 0 }),
        }
    }
}

struct Csv<'a> {
    to: &'a mut dyn Write,
    line: Vec<String>,
}

impl Csv<'_> {
    fn line<T: AsRef<str>>(&mut self, cells: impl Iterator<Item = T>) -> io::Result<()> {
        self.line.clear();
        self.line.extend(cells.map(|cell| quoted(cell.as_ref())));
        // A row of one empty cell would be an empty line, which is no row.
        let line = if self.line == [""] { "\"\"".to_owned() } else { self.line.join(",") };
        write!(self.to, "{line}\r\n")
    }
}

/// In quotes where RFC 4180 wants them.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

impl Sink for Csv<'_> {
    fn columns(&mut self, names: &[String]) -> io::Result<()> {
        self.line(names.iter())
    }

    fn row(&mut self, values: &[Value<'_>]) -> io::Result<()> {
        self.line(values.iter().map(Value::text))
    }

    fn end(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

struct Json<'a> {
    to: &'a mut dyn Write,
    /// As JSON strings.
    names: Vec<String>,
    rows: u64,
}

impl Sink for Json<'_> {
    fn columns(&mut self, names: &[String]) -> io::Result<()> {
        self.names = names.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        write!(self.to, "[")
    }

    fn row(&mut self, values: &[Value<'_>]) -> io::Result<()> {
        write!(self.to, "{}\n{{", if self.rows > 0 { "," } else { "" })?;
        self.rows += 1;
        for (at, (name, value)) in self.names.iter().zip(values).enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let value = match value {
                Value::Null => "null".into(),
                // JSON has no word for what is not finite.
                Value::Real(value) if !value.is_finite() => "null".into(),
                Value::Int(_) | Value::Real(_) => value.text(),
                Value::Text(text) => serde_json::to_string(text)?.into(),
            };
            write!(self.to, "{comma}{name}:{value}")?;
        }
        write!(self.to, "}}")
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.to, "{}]", if self.rows > 0 { "\n" } else { "" })?;
        self.to.flush()
    }
}
