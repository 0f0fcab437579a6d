//! Rows of an answer in, a table for the eye out: columns as wide as their cells and together as the terminal; where
//! that is too narrow for the columns, each row as a list of its values.

use std::io::{self, Write};

use super::format::{Sink, Value};

/// Rows that are looked at before the widths are settled.
const ROWS: usize = 500;
/// Characters between two columns.
const GAP: usize = 2;
/// What a column is not made narrower than, unless its cells are.
const NARROWEST: usize = 8;
/// Digits of a real that are shown.
const DIGITS: usize = 6;

pub(super) struct Grid<'a> {
    to: &'a mut dyn Write,
    width: Option<usize>,
    names: Vec<String>,
    waiting: Vec<Vec<Shown>>,
    shape: Shape,
}

enum Shape {
    /// Rows are still looked at.
    Open,
    /// The widths of the columns.
    Columns(Vec<usize>),
    /// A list for each row.
    Lists,
}

/// A cell as it is shown.
struct Shown {
    text: String,
    is_number: bool,
}

impl<'a> Grid<'a> {
    pub(super) fn new(to: &'a mut dyn Write, width: Option<usize>) -> Self {
        Self { to, width, names: Vec::new(), waiting: Vec::new(), shape: Shape::Open }
    }

    fn settle(&mut self) -> io::Result<()> {
        if matches!(self.shape, Shape::Open) {
            self.shape = match widths(&self.names, &self.waiting, self.width) {
                Some(widths) => {
                    let names = self.names.iter().zip(&widths);
                    let names = names.map(|(name, width)| fit(name, *width, false));
                    writeln!(self.to, "{}", line(names))?;
                    writeln!(self.to, "{}", line(widths.iter().map(|width| "-".repeat(*width))))?;
                    Shape::Columns(widths)
                }
                None => Shape::Lists,
            };
        }
        for row in std::mem::take(&mut self.waiting) {
            if let Shape::Columns(widths) = &self.shape {
                let cells = row.iter().zip(widths);
                let cells = cells.map(|(cell, width)| fit(&cell.text, *width, cell.is_number));
                writeln!(self.to, "{}", line(cells))?;
            } else {
                let longest = self.names.iter().map(|name| length(name)).max().unwrap_or(0);
                for (name, cell) in self.names.iter().zip(&row) {
                    writeln!(self.to, "{}  {}", fit(name, longest, false), cell.text)?;
                }
                writeln!(self.to)?;
            }
        }
        Ok(())
    }
}

impl Sink for Grid<'_> {
    fn columns(&mut self, names: &[String]) -> io::Result<()> {
        self.names = names.iter().map(|name| visible(name)).collect();
        Ok(())
    }

    fn row(&mut self, values: &[Value<'_>]) -> io::Result<()> {
        self.waiting.push(values.iter().map(shown).collect());
        if self.waiting.len() >= ROWS { self.settle() } else { Ok(()) }
    }

    fn end(&mut self) -> io::Result<()> {
        self.settle()?;
        self.to.flush()
    }
}

/// The widths of columns that fit; none where there are too many for that.
fn widths(names: &[String], rows: &[Vec<Shown>], most: Option<usize>) -> Option<Vec<usize>> {
    let mut widths: Vec<usize> = names.iter().map(|name| length(name)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(length(&cell.text));
        }
    }
    let Some(most) = most else { return Some(widths) };
    let room = most.checked_sub(GAP * widths.len().saturating_sub(1))?;
    if widths.iter().map(|width| (*width).min(NARROWEST)).sum::<usize>() > room {
        return None;
    }
    // The widest gives way first.
    while widths.iter().sum::<usize>() > room {
        *widths.iter_mut().max().expect("columns wider than the room") -= 1;
    }
    Some(widths)
}

fn shown(value: &Value<'_>) -> Shown {
    match value {
        Value::Real(real) => Shown { text: rounded(*real), is_number: true },
        Value::Int(_) => Shown { text: value.text().into_owned(), is_number: true },
        Value::Null | Value::Text(_) => Shown { text: visible(&value.text()), is_number: false },
    }
}

/// A real with the digits that the eye wants.
fn rounded(value: f64) -> String {
    let rounded: f64 = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
    Value::Real(rounded).text().into_owned()
}

/// Without what would move a terminal's cursor.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn fit(text: &str, width: usize, to_the_right: bool) -> String {
    if length(text) > width {
        let kept: String = text.chars().take(width.saturating_sub(1)).collect();
        return format!("{kept}…");
    }
    if to_the_right { format!("{text:>width$}") } else { format!("{text:<width$}") }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::format::{Format, Value};

    fn table(width: Option<usize>, format: Format) -> String {
        let mut out = Vec::new();
        let mut sink = format.sink(&mut out, width);
        sink.columns(&["name".to_owned(), "x".to_owned()]).unwrap();
        sink.row(&[Value::Text("a long, \"odd\"\nname".into()), Value::Real(0.1 + 0.2)]).unwrap();
        sink.row(&[Value::Null, Value::Int(-7)]).unwrap();
        sink.end().unwrap();
        drop(sink);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_table_is_as_wide_as_its_cells_or_the_terminal() {
        let wide = "name                x\n------------------  ---\n\
                    a long, \"odd\"·name  0.3\n                     -7\n";
        assert_eq!(table(None, Format::Table), wide);
        let narrow = table(Some(18), Format::Table);
        assert!(narrow.lines().all(|line| line.chars().count() <= 18), "{narrow}");
        assert!(narrow.contains("a long, \"odd…  0.3"), "{narrow}");
        assert!(table(Some(9), Format::Table).starts_with("name  a long"));
    }

    #[test]
    fn csv_and_json_have_all_digits() {
        let csv = "name,x\r\n\"a long, \"\"odd\"\"\nname\",0.30000000000000004\r\n,-7\r\n";
        assert_eq!(table(None, Format::Csv), csv);
        let json: serde_json::Value = serde_json::from_str(&table(None, Format::Json)).unwrap();
        assert_eq!(json[0]["x"], 0.1 + 0.2);
        assert_eq!(json[1]["name"], serde_json::Value::Null);
    }
}
