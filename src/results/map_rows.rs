//! Rows to a CSV file of `sauva map` and back, one at a time, so that a million of them take no memory. Cells are made
//! safe for spreadsheets as they are written.

use std::fs::File;
use std::io::{self, BufReader, Read, Take, Write};
use std::marker::PhantomData;
use std::path::Path;

use csv::StringRecord;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::safe_cell;

/// What the column of a parameter begins with.
const PARAMETER: &str = "param_";

/// A row of a table of `sauva map`.
pub trait MapRow: Serialize + DeserializeOwned + Default {
    /// The file below OUT.
    const FILE: &'static str;

    /// The cells that others have chosen the letters of.
    fn texts(&mut self) -> Vec<&mut String>;

    /// The cell that keeps its line ends, where there is one.
    fn lines(&mut self) -> Option<&mut String> {
        None
    }

    /// The values of the parameters.
    fn parameters(&self) -> &[String] {
        &[]
    }

    /// Sets the values of the parameters.
    fn set_parameters(&mut self, _values: Vec<String>) {}
}

/// The names of the columns of a row, without those of parameters.
fn columns<R: MapRow>() -> io::Result<StringRecord> {
    let mut model = csv::Writer::from_writer(Vec::new());
    model.serialize(R::default())?;
    let model = model.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(csv::Reader::from_reader(model.as_slice()).headers()?.clone())
}

/// Writes a table.
#[derive(Debug)]
pub struct RowWriter<R, W: Write> {
    writer: csv::Writer<W>,
    /// How many columns of parameters there are.
    parameters: usize,
    row: PhantomData<R>,
}

impl<R: MapRow, W: Write> RowWriter<R, W> {
    /// Begins a table with the names of its columns. `parameters` are the names of the parameters; only runs have any.
    pub fn new(to: W, parameters: &[String]) -> io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(to);
        let more = parameters.iter().map(|name| format!("{PARAMETER}{}", safe_cell(name)));
        let names: Vec<String> = columns::<R>()?.iter().map(str::to_owned).chain(more).collect();
        writer.write_record(&names)?;
        Ok(Self { writer, parameters: parameters.len(), row: PhantomData })
    }

    /// Writes a row. It must have a value for each parameter.
    pub fn row(&mut self, mut row: R) -> io::Result<()> {
        for text in row.texts() {
            if let std::borrow::Cow::Owned(safe) = safe_cell(text) {
                *text = safe;
            }
        }
        if let Some(text) = row.lines() {
            *text = safe_lines(text);
        }
        if row.parameters().len() != self.parameters {
            let what = "a row has another number of parameters than its table";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        self.writer.serialize((&row, row.parameters()))?;
        Ok(())
    }

    /// Ends the table and gives back what it was written to.
    pub fn finish(self) -> io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A text of lines that no spreadsheet takes for a formula, with no other control characters than line ends.
fn safe_lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<String> =
        text.split('\n').map(|line| line.replace(char::is_control, " ")).collect();
    let text = lines.join("\n");
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

/// Reads a table row by row. A damaged table is an error of kind `InvalidData`, after which there are no more rows.
#[derive(Debug)]
pub struct RowReader<R> {
    reader: csv::Reader<BufReader<Take<File>>>,
    /// The names of the parameters.
    pub parameters: Vec<String>,
    record: StringRecord,
    is_over: bool,
    row: PhantomData<R>,
}

impl<R: MapRow> RowReader<R> {
    /// Opens the table of an output. The names of its columns must be those that this program writes.
    pub fn open(output: &Path) -> io::Result<Self> {
        let path = output.join(R::FILE);
        // What is none might never end.
        let facts = path.metadata()?;
        if !facts.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let source = BufReader::new(File::open(path)?.take(facts.len()));
        let mut reader = csv::Reader::from_reader(source);
        let head = reader.headers().map_err(damaged)?;
        let own = columns::<R>()?;
        let has_own = head.len() >= own.len() && head.iter().zip(&own).all(|(it, own)| it == own);
        let more = head.iter().skip(own.len()).map(|name| name.strip_prefix(PARAMETER));
        let more: Option<Vec<&str>> = more.collect();
        let parameters = more.filter(|_| has_own).ok_or(io::ErrorKind::InvalidData)?;
        let parameters = parameters.into_iter().map(str::to_owned).collect();
        let record = StringRecord::new();
        Ok(Self { reader, parameters, record, is_over: false, row: PhantomData })
    }

    fn read(&mut self) -> io::Result<Option<R>> {
        if !self.reader.read_record(&mut self.record).map_err(damaged)? {
            return Ok(None);
        }
        // The library takes no empty sequence at the end of a row.
        if self.parameters.is_empty() {
            return self.record.deserialize(None).map(Some).map_err(damaged);
        }
        let (mut row, values): (R, Vec<String>) = self.record.deserialize(None).map_err(damaged)?;
        row.set_parameters(values);
        Ok(Some(row))
    }
}

impl<R: MapRow> Iterator for RowReader<R> {
    type Item = io::Result<R>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let row = self.read();
        self.is_over = !matches!(row, Ok(Some(_)));
        row.transpose()
    }
}

/// What the library says would tell cells.
fn damaged(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() != io::ErrorKind::InvalidData => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{AttemptRow, CopyRow, Ended, FailureRow, RunRow, SkippedRow, UnitState};

    fn written<R: MapRow>(parameters: &[&str], rows: Vec<R>) -> String {
        let names: Vec<String> = parameters.iter().map(|it| (*it).to_owned()).collect();
        let mut writer = RowWriter::new(Vec::new(), &names).unwrap();
        for row in rows {
            writer.row(row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    fn read<R: MapRow>(text: &str) -> io::Result<(Vec<String>, Vec<R>)> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(R::FILE), text)?;
        let reader = RowReader::open(folder.path())?;
        Ok((reader.parameters.clone(), reader.collect::<io::Result<_>>()?))
    }

    fn run() -> RunRow {
        RunRow {
            rank: 7,
            unit: "000007".into(),
            state: UnitState::Failed,
            attempts: 3,
            host: "node1".into(),
            mpi_rank: Some(1),
            slot: Some(0),
            start_unix_s: Some(1_795_339_876.25),
            wall_s: Some(0.5),
            exit_status: Some(-1),
            ended: Some(Ended::OutOfMemory),
            parameters: vec!["0.5".into(), String::new()],
            ..RunRow::default()
        }
    }

    #[test]
    fn columns_are_those_of_the_guide() {
        let heads = [
            (
                written::<RunRow>(&["alpha"], vec![]),
                "rank,unit,state,attempts,host,mpi_rank,slot,start_unix_s,wall_s,cpu_s,peak_memory_bytes,exit_status,\
                 ended,files,bytes,output,param_alpha\n",
            ),
            (
                written::<AttemptRow>(&[], vec![]),
                "rank,unit,attempt,mpi_rank,host,slot,gpus,start_unix_s,wall_s,cpu_s,peak_memory_bytes,exit_status,\
                 ended\n",
            ),
            (
                written::<FailureRow>(&[], vec![]),
                "rank,unit,attempts,ended,exit_status,stderr_tail\n",
            ),
            (written::<SkippedRow>(&[], vec![]), "path,reason\n"),
            (
                written::<CopyRow>(&[], vec![]),
                "stage,copy,mpi_rank,host,program,policy,records_in,records_out,bytes_in,bytes_out,read_s,process_s,\
                 write_s,blocked_s,cpu_s,peak_memory_bytes,exit_status,ended\n",
            ),
        ];
        for (head, wanted) in heads {
            assert_eq!(head, wanted);
        }
    }

    #[test]
    fn what_was_written_is_read() {
        let text = written(&["alpha", "b c"], vec![run(), RunRow { rank: 8, ..run() }]);
        assert!(
            text.contains(
                "7,000007,failed,3,node1,1,0,1795339876.25,0.5,,,-1,out-of-memory,,,,0.5,\n"
            ),
            "{text}"
        );
        let (parameters, rows) = read::<RunRow>(&text).unwrap();
        assert_eq!(parameters, ["alpha", "b c"]);
        assert_eq!(rows, [run(), RunRow { rank: 8, ..run() }]);
        let copy = CopyRow { stage: "red".into(), read_s: 1.5, ..CopyRow::default() };
        assert_eq!(read::<CopyRow>(&written(&[], vec![copy.clone()])).unwrap().1, [copy]);
    }

    #[test]
    fn hostile_cells_are_made_safe_and_lines_stay() {
        let row = FailureRow {
            unit: "=HYPERLINK(\"x\")\n".into(),
            stderr_tail: "-1\r\nsecond \u{1b}[31m\t\"line\"\u{0}".into(),
            ..FailureRow::default()
        };
        let (_, rows) = read::<FailureRow>(&written(&[], vec![row])).unwrap();
        assert_eq!(rows[0].unit, "'=HYPERLINK(\"x\") ");
        assert_eq!(rows[0].stderr_tail, "'-1\nsecond  [31m \"line\" ");
    }

    #[test]
    fn another_number_of_parameters_is_refused() {
        let mut writer = RowWriter::new(Vec::new(), &[]).unwrap();
        assert_eq!(writer.row(run()).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn what_is_damaged_is_told_without_its_cells() {
        let text = written(&["alpha", "b"], vec![run(), run()]);
        let damages = [
            text.replacen("unit", "name", 1),
            text.replacen("param_b", "b", 1),
            text.replacen("7,000007", "seven,000007", 1),
            text.replacen("failed", "lost", 1),
            text.replacen(",3,", ",", 1),
            String::new(),
        ];
        for damaged in damages {
            let error = read::<RunRow>(&damaged).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{damaged}");
            assert!(!error.to_string().contains("seven"), "{error}");
        }
    }

    #[test]
    fn after_damage_there_are_no_more_rows() {
        let folder = tempfile::tempdir().unwrap();
        let text = written(&["alpha", "b"], vec![run(), run()]).replacen("failed", "lost", 1);
        std::fs::write(folder.path().join(RunRow::FILE), text).unwrap();
        assert_eq!(RowReader::<RunRow>::open(folder.path()).unwrap().count(), 1);
    }
}
