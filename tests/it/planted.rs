//! A token in every place where an identity may hide, in five encodings: none gets out, and the files
//! that hold them are let through or refused as they should be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aho_corasick::AhoCorasick;
use sauva::dataset::{DataSet, Value};
use sauva::read::{Limits, read};
use sauva::sample::{Expected, PlantedToken, planted_dates, planted_files, planted_tokens};

use crate::help::{Work, printed, rows, sauva, tree, with_inflated};

const SEED: u64 = 20;

/// Codecs with rules that keep as much as can be kept without keeping what identifies.
const RUNS: [(&str, &[&str]); 5] = [
    ("native", &[]),
    (
        "jpeg-ls",
        &["--retain", "modified-dates,safe-private", "--clean", "descriptors,structured,graphics"],
    ),
    ("keep", &["--profile", "strict"]),
    ("keep", &["--retain", "modified-dates,safe-private", "--date-shift", "weeks"]),
    ("smallest", &["--profile", "strict"]),
];

/// Finds tokens, whatever their case, in ASCII and in UTF-16.
struct Search {
    tokens: Vec<PlantedToken>,
    patterns: AhoCorasick,
}

impl Search {
    fn new() -> Self {
        let tokens = planted_tokens(SEED);
        let wide = |token: &PlantedToken| token.token.bytes().flat_map(|byte| [byte, 0]).collect();
        let narrow = |token: &PlantedToken| token.token.clone().into_bytes();
        let patterns: Vec<Vec<u8>> =
            tokens.iter().map(narrow).chain(tokens.iter().map(wide)).collect();
        let patterns = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).unwrap();
        Self { tokens, patterns }
    }

    /// Adds the places of the tokens that stand in these bytes.
    fn look(&self, bytes: &[u8], within: &str, found: &mut BTreeMap<String, String>) {
        for hit in self.patterns.find_iter(bytes) {
            let token = &self.tokens[hit.pattern().as_usize() % self.tokens.len()];
            found.insert(token.place.clone(), within.to_owned());
        }
    }
}

/// All whole values at every depth that begin like a planted date.
fn dates_in(data_set: &DataSet, dates: &BTreeSet<String>, found: &mut Vec<String>) {
    for element in data_set.iter() {
        match &element.value {
            Value::Bytes(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let is_date =
                    |value: &str| dates.iter().any(|date| value.trim().starts_with(date.as_str()));
                found.extend(text.split('\\').filter(|value| is_date(value)).map(str::to_owned));
            }
            Value::Sequence(items) => items.iter().for_each(|item| dates_in(item, dates, found)),
            Value::Encapsulated(_) => {}
        }
    }
}

fn check_dates(output: &Path) {
    let dates: BTreeSet<String> = planted_dates(SEED).into_iter().map(|date| date.token).collect();
    for row in rows(&output.join("index.csv")) {
        let original = read(&output.join(&row["path"]), &Limits::default()).unwrap();
        let mut found = Vec::new();
        dates_in(&original.data_set, &dates, &mut found);
        assert_eq!(found, [""; 0]);
    }
}

/// Compares what became of each file with what should have.
fn check_outcomes(output: &Path, private_log: &Path) {
    let classes: BTreeMap<String, String> = rows(&output.join("failures.csv"))
        .into_iter()
        .map(|row| (row["path_id"].clone(), row["class"].clone()))
        .collect();
    let path_ids: BTreeMap<String, String> = rows(private_log)
        .into_iter()
        .map(|row| (row["path"].clone(), row["path_id"].clone()))
        .collect();
    let mut wrong = Vec::new();
    for file in planted_files(SEED) {
        let path = file.path.to_str().unwrap();
        let class = classes.get(&path_ids[path]).map(String::as_str);
        let is_right = match file.expected {
            Expected::Written => class.is_none(),
            Expected::Refused(expected) => class == Some(expected),
            Expected::Either => true,
        };
        if !is_right {
            wrong.push((path.to_owned(), file.expected, class.unwrap_or("written").to_owned()));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn no_planted_token_gets_out() {
    let work = Work::new();
    let input = work.path("input");
    let mut generate = sauva(&["generate", "--planted", "--seed", &SEED.to_string(), "--output"]);
    let told = generate.arg(&input).output().unwrap();
    assert_eq!(told.status.code(), Some(0), "{}", printed(&told));
    assert_eq!(tree(&input).len(), planted_files(SEED).len() + 1, "and the list");
    let search = Search::new();
    for (at, (codec, rules)) in RUNS.into_iter().enumerate() {
        let (output, log) = (work.path(&format!("out{at}")), work.path(&format!("{at}.csv")));
        let mut command = sauva(&["--log-format", "json", "run", "--codec", codec, "--input"]);
        command.arg(&input).arg("--output").arg(&output).arg("--private-log").arg(&log);
        command.args(rules).arg("--key-file").arg(work.path("key")).env("SAUVA_LOG", "trace");
        let run = command.output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
        let mut found = BTreeMap::new();
        search.look(printed(&run).as_bytes(), "the log", &mut found);
        for (path, bytes) in tree(&output) {
            let name = path.to_str().unwrap();
            search.look(name.as_bytes(), "a name", &mut found);
            for bytes in with_inflated(bytes) {
                search.look(&bytes, name, &mut found);
            }
        }
        assert!(found.is_empty(), "{codec} {rules:?}: {found:#?}");
        check_dates(&output);
        check_outcomes(&output, &log);
    }
}

#[test]
fn count_and_kind_say_nothing_of_a_planted_tree() {
    for more in [["--count", "3"], ["--kind", "ct"]] {
        let mut command = sauva(&["generate", "--planted", "--output", "unused"]);
        assert_eq!(command.args(more).output().unwrap().status.code(), Some(1));
    }
}
