//! The reports searched. Cells that must be numbers are left out: nothing else is there, as another
//! check tells. Beside the program's own sentences one plain word is chance.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::pattern::Patterns;
use super::search::{Ground, Hit, Searcher};
use crate::audit::finding::{Findings, Kind};
use crate::audit::reports::{MANIFEST, METRICS_TEXT, Reports, SUMMARY};
use crate::ledger::{JOURNAL_EXTENSION, messages};
use crate::table::{Cell, TableReader};
use crate::write::STATE;

/// The columns of `index.csv` that hold no numbers, and no words of a closed list either.
const INDEX_TEXT: [&str; 9] = [
    "path",
    "sha256",
    "path_id",
    "patient_id",
    "study_instance_uid",
    "series_instance_uid",
    "sop_instance_uid",
    "sop_class_uid",
    "source_transfer_syntax",
];

/// The columns of Parquet tables that hold what no other check makes anew. Attributes, labels of regions
/// among them, are those of the instances, which are searched.
const OWN_SENTENCES: [(&str, &str); 2] =
    [("series.parquet", "outlier"), ("cohort_metrics.parquet", "metric")];

/// The texts of a column; of a table that cannot be read none, which has been told.
fn texts(path: &Path, column: &str, see: &mut dyn FnMut(&str)) {
    let Ok(table) = TableReader::open(path) else { return };
    let Some(column) = table.position(column) else { return };
    let mut scan = table.scan();
    while scan.advance().unwrap_or(false) {
        if let Ok(Cell::Text(text)) = scan.cell(column) {
            see(&text);
        }
    }
}

/// Searches all reports for these patterns.
pub(super) fn search(output: &Path, patterns: Patterns, reports: &Reports, findings: &Findings) {
    for searcher in Searcher::over(patterns) {
        let text = |place: &str, text: &str| search_text(&searcher, place, text, false, findings);
        let sentence =
            |place: &str, text: &str| search_text(&searcher, place, text, true, findings);
        for entry in &reports.manifest {
            text(MANIFEST, &entry.path);
        }
        for row in reports.index.rows() {
            let cells: Vec<&str> = INDEX_TEXT.iter().map(|column| row.cell(column)).collect();
            text("index.csv", &cells.join("\n"));
        }
        for row in reports.failures.rows() {
            text("failures.csv", row.path_id());
            row.cells().for_each(|(_, cell)| sentence("failures.csv", cell));
        }
        for row in reports.metrics.rows() {
            for column in METRICS_TEXT {
                sentence("metrics.csv", row.cell(column));
            }
        }
        search_json(&reports.summary, &|text| sentence(SUMMARY, text));
        for (table, column) in OWN_SENTENCES {
            texts(&output.join(table), column, &mut |cell| sentence(table, cell));
        }
        search_folder(output, STATE, &searcher, findings);
    }
}

fn search_json(value: &Value, search: &impl Fn(&str)) {
    match value {
        Value::String(text) if text.parse::<f64>().is_err() => search(text),
        Value::Array(items) => items.iter().for_each(|item| search_json(item, search)),
        Value::Object(fields) => {
            for (name, value) in fields {
                search(name);
                search_json(value, search);
            }
        }
        _ => {}
    }
}

/// The program's own files, whatever they are.
fn search_folder(output: &Path, folder: &str, searcher: &Searcher, findings: &Findings) {
    for entry in fs::read_dir(output.join(folder)).into_iter().flatten().flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        search_text(searcher, &path, &path, true, findings);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => search_folder(output, &path, searcher, findings),
            // The names in a journal are those of the index; the rest are numbers in binary.
            Ok(kind) if kind.is_file() && is_journal(&path) => {
                let bytes = messages(&output.join(&path)).unwrap_or_default();
                search_bytes(searcher, &path, &bytes, Ground::Binary, true, findings);
            }
            Ok(kind) if kind.is_file() => {
                let bytes = fs::read(output.join(&path)).unwrap_or_default();
                search_bytes(searcher, &path, &bytes, Ground::Text, true, findings);
            }
            _ => {}
        }
    }
}

fn search_text(searcher: &Searcher, place: &str, text: &str, ours: bool, findings: &Findings) {
    search_bytes(searcher, place, text.as_bytes(), Ground::Text, ours, findings);
}

fn is_journal(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == JOURNAL_EXTENSION)
}

fn search_bytes(
    searcher: &Searcher,
    place: &str,
    text: &[u8],
    ground: Ground,
    ours: bool,
    findings: &Findings,
) {
    for hit in searcher.hits(text) {
        if hit.counts(text, ground) && !(ours && is_our_word(&hit, text)) {
            findings.add(Kind::Leak, place, format!("{} stands there", hit.pattern.source));
        }
    }
}

/// Whether the program itself may have written it: small letters with spaces and hyphens, letters
/// that the input has in another case, or half of a tag.
fn is_our_word(hit: &Hit<'_>, text: &[u8]) -> bool {
    let form = hit.form;
    let has_capital = form.iter().any(u8::is_ascii_uppercase);
    let is_words = form.iter().all(|byte| byte.is_ascii_alphabetic() || b" -".contains(byte));
    is_words && !(has_capital && text[hit.range.clone()] == *form) || is_half_a_tag(hit, text)
}

fn is_half_a_tag(hit: &Hit<'_>, text: &[u8]) -> bool {
    let before = hit.range.start.checked_sub(1).map(|at| text[at]);
    let after = text.get(hit.range.end).copied();
    let is_hex = hit.form.len() == 4 && hit.form.iter().all(u8::is_ascii_hexdigit);
    is_hex && matches!((before, after), (Some(b'('), Some(b',')) | (Some(b','), Some(b')')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::leak::pattern::{Searched, Source};
    use crate::deident::Concern;

    fn found(value: &str, sentence: &str) -> bool {
        let mut patterns = Patterns::default();
        patterns.text(Searched { source: Source::Path, concern: Concern::Identifier }, value);
        let findings = Findings::default();
        for searcher in Searcher::over(patterns) {
            search_text(&searcher, "there", sentence, true, &findings);
        }
        findings.count(Kind::Leak) > 0
    }

    #[test]
    fn beside_our_own_sentences_a_plain_word_is_chance() {
        let sentence = "damaged at (7FE0,0010): a length passes the end of Rows";
        for word in ["damaged", "Length", "the end", "0010", "7FE0", "rows"] {
            assert!(!found(word, sentence), "{word}");
        }
        assert!(found("Rows", sentence), "as the input has it, with a capital");
        assert!(found("Smith", "damaged at Smith"));
        assert!(found("1234567", "damaged at 1234567"));
        assert!(found("DOE_JANE", "no file doe_jane"));
    }
}
