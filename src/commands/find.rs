//! `sauva find`: an output folder and what its instances should be like in, those that are so out.

use std::io::{self, Write};

use anyhow::{Result, bail};

use super::query::terminal_width;
use crate::cli::FindArgs;
use crate::query::{Database, Sink, Value};

/// What is shown where no columns are asked for.
const COLUMNS: [&str; 6] =
    ["PatientID", "StudyDate", "Modality", "SeriesDescription", "InstanceNumber", "SOPInstanceUID"];
const PATH: &str = "path";
const SERIES: &str = "SeriesInstanceUID";

/// Writes what was found.
pub fn execute(args: &FindArgs, to: &mut dyn Write) -> Result<()> {
    let database = Database::open(&args.output)?;
    let Some((_, index)) = database.tables().iter().find(|(name, _)| *name == "index") else {
        bail!("OUT: no index.parquet there: give the folder that was the --output of `sauva run`");
    };
    let columns: Vec<&str> = match (args.paths, args.columns.as_slice()) {
        (true, _) => vec![PATH],
        (false, []) => COLUMNS.into_iter().filter(|name| index.position(name).is_some()).collect(),
        (false, names) => names.iter().map(String::as_str).collect(),
    };
    let (sql, values) = query(args, &columns);
    if args.paths {
        let end: &[u8] = if args.zero { b"\0" } else { b"\n" };
        database.query(&sql, &values, &mut Paths { to, end })?;
    } else {
        let mut sink = args.format.sink(to, terminal_width());
        database.query(&sql, &values, sink.as_mut())?;
    }
    Ok(())
}

/// The query and the values of its parameters.
fn query(args: &FindArgs, columns: &[&str]) -> (String, Vec<String>) {
    let mut wanted = Wanted::default();
    wanted.equal(SERIES, &args.series);
    wanted.equal("StudyInstanceUID", &args.study);
    wanted.equal("SOPInstanceUID", &args.instance);
    wanted.equal("PatientID", &args.patient);
    wanted.alternatives(&args.modality, |at| format!("\"Modality\" = ?{at} COLLATE NOCASE"));
    wanted
        .alternatives(&args.body_part, |at| format!("\"BodyPartExamined\" = ?{at} COLLATE NOCASE"));
    wanted.containing(&["Manufacturer"], &args.manufacturer);
    wanted.containing(&["ConvolutionKernel"], &args.kernel);
    wanted.containing(&["StudyDescription", "SeriesDescription"], &args.text);
    if args.outliers {
        let outliers = format!("SELECT \"{SERIES}\" FROM series WHERE \"outlier\" IS NOT NULL");
        wanted.conditions.push(format!("\"{SERIES}\" IN ({outliers})"));
    }
    let names = columns.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\"")));
    let mut sql = format!("SELECT {} FROM \"index\"", names.collect::<Vec<_>>().join(", "));
    if !wanted.conditions.is_empty() {
        sql.extend([" WHERE ", &wanted.conditions.join(" AND ")]);
    }
    if let Some(limit) = args.limit {
        sql.extend([" LIMIT ", &limit.to_string()]);
    }
    (sql, wanted.values)
}

/// Conditions that must all hold, and the values of their parameters.
#[derive(Default)]
struct Wanted {
    conditions: Vec<String>,
    values: Vec<String>,
}

impl Wanted {
    fn equal(&mut self, column: &str, values: &[String]) {
        let first = self.values.len() + 1;
        let places = (first..).take(values.len()).map(|at| format!("?{at}"));
        let places = places.collect::<Vec<_>>().join(", ");
        match values {
            [] => return,
            [_] => self.conditions.push(format!("\"{column}\" = {places}")),
            _ => self.conditions.push(format!("\"{column}\" IN ({places})")),
        }
        self.values.extend_from_slice(values);
    }

    /// One condition for each value, of which one must hold.
    fn alternatives(&mut self, values: &[String], condition: impl Fn(usize) -> String) {
        let first = self.values.len() + 1;
        let each = (first..).take(values.len()).map(condition).collect::<Vec<_>>();
        if !each.is_empty() {
            self.conditions.push(format!("({})", each.join(" OR ")));
            self.values.extend_from_slice(values);
        }
    }

    /// One of the columns has one of the parts, in upper or lower case.
    fn containing(&mut self, columns: &[&str], parts: &[String]) {
        let escape = |part: &String| {
            let part = part.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{part}%")
        };
        let patterns: Vec<String> = parts.iter().map(escape).collect();
        self.alternatives(&patterns, |at| {
            let like = |column: &&str| format!("\"{column}\" LIKE ?{at} ESCAPE '\\'");
            columns.iter().map(like).collect::<Vec<_>>().join(" OR ")
        });
    }
}

/// Paths alone.
struct Paths<'a> {
    to: &'a mut dyn Write,
    end: &'static [u8],
}

impl Sink for Paths<'_> {
    fn columns(&mut self, _: &[String]) -> io::Result<()> {
        Ok(())
    }

    fn row(&mut self, values: &[Value<'_>]) -> io::Result<()> {
        for value in values {
            self.to.write_all(value.text().as_bytes())?;
            self.to.write_all(self.end)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
