//! Tables that are damaged.

use super::super::{RunsError, read_runs};
use super::{Made, amdahl, header, table};

fn told(runs: &[Made]) -> String {
    read_runs(&table(runs)).unwrap_err().to_string()
}

#[test]
fn a_column_that_is_missing_is_named() {
    for column in header() {
        // The host is of no interest.
        if ["host", "mode", "rank", "files"].contains(&column) {
            continue;
        }
        let text = String::from_utf8(table(&amdahl(&[1]))).unwrap();
        let header = header();
        let renamed: Vec<&str> =
            header.iter().map(|name| if *name == column { "x" } else { name }).collect();
        let text = text.replacen(&header.join(","), &renamed.join(","), 1);
        let error = read_runs(text.as_bytes()).unwrap_err();
        assert!(matches!(error, RunsError::Column(name) if name == column), "{column}: {error}");
    }
}

#[test]
fn a_cell_that_is_wrong_is_named_by_line_and_column() {
    for (column, value) in [
        ("wall_s", "fast"),
        ("wall_s", "NaN"),
        ("wall_s", "inf"),
        ("wall_s", "0"),
        ("wall_s", "-1"),
        ("wall_s", "1e308"),
        ("wall_s", "1e-322"),
        ("crew_s", "1e308"),
        ("write_s", "1e-322"),
        ("files_per_s", "inf"),
        ("parallel_eff", "1e9"),
        ("options", ""),
        ("ranks", "0"),
        ("threads", "99999999999999999999"),
        ("encode_s", ""),
        ("scaling", "both"),
        ("cache", ""),
        ("warm_up", "no"),
        ("dataset", ""),
        ("dataset", "a|b"),
        ("dataset", "a\nb"),
        ("commit", "<script>"),
        ("cores", "0"),
        ("load_balance", "good"),
    ] {
        let runs = [Made::new(1, 1, 1, 1.0), Made::new(1, 1, 2, 1.0).with(column, value)];
        let message = told(&runs);
        assert!(message.contains(&format!("column {column}")), "{column}={value:?}: {message}");
        // The lines of the second run; a cell with a line feed has pushed the last one down.
        let lines = ["line 4", "line 5", "line 6"];
        assert!(lines.iter().any(|line| message.contains(line)), "{message}");
        assert!(value.len() < 3 || !message.contains(value), "{message}");
    }
}

#[test]
fn another_version_is_told() {
    for column in ["study_schema", "schema"] {
        let message = told(&[Made::new(1, 1, 1, 1.0).with(column, "9")]);
        assert!(message.contains(column) && message.contains("another version"), "{message}");
    }
}

#[test]
fn a_run_without_all_of_its_rows_is_told() {
    let text = String::from_utf8(table(&[Made::new(2, 1, 1, 1.0)])).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for gone in 1..lines.len() {
        let left: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != gone).map(|it| *it.1).collect();
        let error = read_runs(left.join("\n").as_bytes()).unwrap_err();
        assert_eq!(error, RunsError::Rows { line: 2, ranks: 2 });
    }
    let twice = [text.as_str(), lines[3], "\n"].concat();
    assert!(matches!(read_runs(twice.as_bytes()), Err(RunsError::Rows { .. })));
}

#[test]
fn nothing_that_is_cut_or_bent_is_a_panic() {
    let table = table(&amdahl(&[1, 2]));
    let header = table.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in 0..table.len() {
        let read = read_runs(&table[..cut]);
        assert!(read.is_err() || cut > header, "a header alone is no study");
    }
    for at in (0..table.len()).step_by(3) {
        for byte in [0xFF, b',', b'"', b'\n', b'9'] {
            let mut bent = table.clone();
            bent[at] = byte;
            if let Ok(runs) = read_runs(&bent) {
                super::super::analyse(&runs);
            }
        }
    }
    assert_eq!(read_runs(b""), Err(RunsError::Empty));
}
