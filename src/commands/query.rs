//! `sauva query`: an output folder and SQL in, rows out.

use std::io::{IsTerminal, Write};

use anyhow::Result;

use crate::cli::QueryArgs;
use crate::query::{Database, Sink, Value};

/// Writes the answer, or without SQL what could be asked for.
pub fn execute(args: &QueryArgs, to: &mut dyn Write) -> Result<()> {
    let QueryArgs { output, sql, format } = args;
    let database = Database::open(output)?;
    let mut sink = format.sink(to, terminal_width());
    match sql {
        Some(sql) => drop(database.query(sql, &[], sink.as_mut())?),
        None => describe(&database, sink.as_mut())?,
    }
    Ok(())
}

/// The columns of all tables.
fn describe(database: &Database, sink: &mut dyn Sink) -> Result<()> {
    let names = ["table", "rows", "column", "type", "unit", "meaning"].map(str::to_owned);
    sink.columns(&names)?;
    for (name, table) in database.tables() {
        for column in table.columns() {
            let kind = format!("{:?}", column.kind);
            let text = |text: &str| Value::Text(text.to_owned().into());
            sink.row(&[
                text(name),
                Value::Int(table.rows() as i64),
                text(&column.name),
                text(&kind),
                text(&column.unit),
                text(&column.meaning),
            ])?;
        }
    }
    sink.end()?;
    Ok(())
}

/// How wide the terminal is that the answer goes to; none where it goes to no terminal, and nothing need be cut.
pub(super) fn terminal_width() -> Option<usize> {
    let out = std::io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let columns = rustix::termios::tcgetwinsize(&out).map_or(0, |size| size.ws_col);
    Some(if columns == 0 { 80 } else { columns.into() })
}
