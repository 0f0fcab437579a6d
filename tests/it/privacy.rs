//! Nothing that identifies gets out: a tree full of planted strings in, every byte of every output,
//! every name and every printed word searched.

use std::path::Path;

use aho_corasick::AhoCorasick;
use sauva::dataset::{DataSet, VR, Value};
use sauva::encode::encoder_names;
use sauva::read::{Limits, read};
use sauva::sample::{Kind, SampleOptions, generate, identifying_dates, identifying_strings};

use crate::help::{Work, printed, sample, sauva, tree, with_inflated};

const OPTIONS: SampleOptions = SampleOptions { kind: Kind::Ct, count: 24, seed: 20 };

/// Names of the planted strings found in a text, whatever their case.
fn found(patterns: &AhoCorasick, strings: &[String], text: &[u8]) -> Vec<String> {
    let mut hits: Vec<String> =
        patterns.find_iter(text).map(|hit| strings[hit.pattern().as_usize()].clone()).collect();
    hits.dedup();
    hits
}

/// All whole text values, at every depth.
fn values(data_set: &DataSet, into: &mut Vec<String>) {
    for element in data_set.iter() {
        match &element.value {
            Value::Bytes(bytes) if element.vr != VR::OB && element.vr != VR::OW => {
                let text = String::from_utf8_lossy(bytes);
                into.extend(text.split('\\').map(|value| value.trim().to_owned()));
            }
            Value::Sequence(items) => items.iter().for_each(|item| values(item, into)),
            Value::Bytes(_) | Value::Encapsulated(_) => {}
        }
    }
}

fn check_output(output: &Path, patterns: &AhoCorasick, strings: &[String], dates: &[String]) {
    let mut instances = 0;
    for (path, bytes) in tree(output) {
        let name = path.to_str().unwrap();
        for bytes in with_inflated(bytes.clone()) {
            assert_eq!(found(patterns, strings, &bytes), [""; 0], "in {name}");
        }
        assert_eq!(found(patterns, strings, name.as_bytes()), [""; 0], "in the name {name}");
        if path.extension().is_some_and(|extension| extension == "dcm") {
            instances += 1;
            assert_eq!(&bytes[..128], [0; 128], "the preamble");
            let mut kept = Vec::new();
            values(&read(&output.join(&path), &Limits::default()).unwrap().data_set, &mut kept);
            for value in kept {
                let date = dates.iter().find(|date| value.starts_with(date.as_str()));
                assert_eq!(date, None, "in {name}");
            }
        }
    }
    assert_eq!(instances, OPTIONS.count);
}

#[test]
fn no_planted_string_is_found_in_any_output() {
    let work = Work::new();
    let input = work.path("input");
    generate(&OPTIONS, &input).unwrap();
    let strings = identifying_strings(&OPTIONS);
    let dates = identifying_dates(&OPTIONS);
    assert!(strings.len() >= 100 && !dates.is_empty());
    let patterns = AhoCorasick::builder().ascii_case_insensitive(true).build(&strings).unwrap();
    // The search finds what is there: every planted string stands in some input.
    let mut inputs: Vec<u8> = Vec::new();
    for (path, bytes) in tree(&input) {
        inputs.extend(path.to_str().unwrap().as_bytes());
        inputs.extend(bytes);
    }
    for string in &strings {
        let is_there = inputs.windows(string.len()).any(|window| window == string.as_bytes());
        assert!(is_there, "{string} is not planted");
    }
    for codec in encoder_names() {
        let mut command = sauva(&["--log-format", "json", "run", "--codec", codec, "--input"]);
        command.arg(&input).arg("--output").arg(work.path(codec)).env("SAUVA_LOG", "trace");
        let run = command.arg("--key-file").arg(work.path("key")).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
        let told = printed(&run).replace(work.path(codec).to_str().unwrap(), "OUT");
        assert_eq!(found(&patterns, &strings, told.as_bytes()), [""; 0], "in the log");
        check_output(&work.path(codec), &patterns, &strings, &dates);
    }
}

#[test]
fn what_cannot_be_read_or_found_prints_no_path() {
    let work = Work::new();
    let input = work.path("DOE_JANE_1931");
    std::fs::create_dir(&input).unwrap();
    std::fs::write(input.join("DOE^JANE.dcm"), b"not an image").unwrap();
    let whole = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    std::fs::write(input.join("DOE^JOHN.dcm"), &whole[..whole.len() / 2]).unwrap();
    let run = |input: &Path| {
        let mut command = sauva(&["run", "--input"]);
        command.arg(input).arg("--output").arg(work.path("out")).env("SAUVA_LOG", "trace");
        command.arg("--key-file").arg(work.path("key")).output().unwrap()
    };
    let missing = run(&input.join("DOE^JIM"));
    assert_eq!(missing.status.code(), Some(1), "{}", printed(&missing));
    let refused = run(&input);
    assert_eq!(refused.status.code(), Some(2), "{}", printed(&refused));
    let mut told = (printed(&missing) + &printed(&refused)).into_bytes();
    told.extend(tree(&work.path("out")).into_values().flatten());
    assert!(!String::from_utf8_lossy(&told).contains("DOE"));
}
