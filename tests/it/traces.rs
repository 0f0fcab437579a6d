//! `--trace`: when each thread of each rank was in which stage of which file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::help::{Work, many_images, printed, rank_independent, rows, sample, tree};

/// Events of a trace that say how long something took.
fn spans(trace: &Path) -> Vec<Value> {
    let trace: Value = serde_json::from_slice(&std::fs::read(trace).unwrap()).unwrap();
    let events = trace["traceEvents"].as_array().unwrap().clone();
    assert!(events.iter().all(|event| event["ph"] == "X" || event["ph"] == "M"));
    events.into_iter().filter(|event| event["ph"] == "X").collect()
}

/// Times are told in nanoseconds, so that sums are exact.
fn nanoseconds(event: &Value, key: &str) -> i64 {
    (event[key].as_f64().unwrap() * 1e3).round() as i64
}

/// What one thread does lies one behind the other or one within the other.
fn assert_nested(spans: &[Value]) {
    let mut threads: BTreeMap<(u64, u64), Vec<(i64, i64)>> = BTreeMap::new();
    for span in spans {
        let thread = (span["pid"].as_u64().unwrap(), span["tid"].as_u64().unwrap());
        let (start, length) = (nanoseconds(span, "ts"), nanoseconds(span, "dur"));
        assert!(start >= 0 && length >= 0);
        threads.entry(thread).or_default().push((start, start + length));
    }
    for (thread, mut times) in threads {
        // The longer of two that begin together is around the other.
        times.sort_by_key(|(start, end)| (*start, -end));
        let mut around: Vec<i64> = Vec::new();
        for (start, end) in times {
            while around.last().is_some_and(|last| *last <= start) {
                around.pop();
            }
            let fits = around.last().is_none_or(|last| end <= *last);
            assert!(fits, "{thread:?}: {start} to {end} reaches beyond what is around it");
            around.push(end);
        }
    }
}

/// By stage, the files that were in it, each as often as it was.
fn files_by_stage(spans: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut stages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for span in spans {
        if let Some(path_id) = span["args"]["path_id"].as_str() {
            let name = span["name"].as_str().unwrap().to_owned();
            stages.entry(name).or_default().push(path_id.to_owned());
        }
    }
    for files in stages.values_mut() {
        files.sort();
    }
    stages
}

/// Keyed names of inputs, by a column of what became of them.
fn names(list: &Path, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let list = rows(list).into_iter().filter(|row| is_wanted(&row["outcome"]));
    let mut names: Vec<String> = list.map(|row| row["path_id"].clone()).collect();
    names.sort();
    names
}

fn assert_whole(work: &Work, input: &Path, name: &str, ranks: usize) {
    let (trace, list) = (work.path(&format!("{name}.json")), work.path(&format!("{name}.csv")));
    let spans = spans(&trace);
    assert_nested(&spans);
    let pids: BTreeSet<u64> = spans.iter().map(|span| span["pid"].as_u64().unwrap()).collect();
    assert_eq!(pids, (0..ranks as u64).collect());
    let stages = files_by_stage(&spans);
    assert_eq!(stages["read"], names(&list, |_| true), "every input was read once");
    let written = |outcome: &str| ["written", "duplicate"].contains(&outcome);
    let written = names(&list, written);
    for stage in ["deidentify", "measure", "write"] {
        let mut once = stages[stage].clone();
        once.dedup();
        assert!(written.iter().all(|file| once.binary_search(file).is_ok()), "{stage}");
    }
    for (stage, files) in &stages {
        let all = names(&list, |_| true);
        assert!(files.iter().all(|file| all.binary_search(file).is_ok()), "{stage}");
    }
    // Nothing of the inputs stands in it.
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(!text.contains(input.to_str().unwrap()) && !text.contains(".dcm"));
    for path in tree(input).into_keys() {
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // Short ones may stand in a keyed name by chance.
        assert!(file.len() < 6 || !text.contains(&file), "{}", path.display());
    }
    assert!(!work.path(name).join(".sauva/trace").exists());
}

fn words<'a>(trace: &'a Path, list: &'a Path) -> [&'a str; 4] {
    ["--trace", trace.to_str().unwrap(), "--private-log", list.to_str().unwrap()]
}

#[test]
fn a_trace_tells_each_stage_of_each_file_and_nothing_of_patients() {
    let work = Work::new();
    work.run(&sample(), "plain", &[]);
    let plain = rank_independent(&work.path("plain"));
    for isolation in ["none", "process"] {
        let name = format!("one-{isolation}");
        let (trace, list) = (work.path(&format!("{name}.json")), work.path(&format!("{name}.csv")));
        let more = ["--isolation", isolation, "--threads", "2"];
        let run = work.run(&sample(), &name, &[&words(&trace, &list)[..], &more].concat());
        assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
        assert_whole(&work, &sample(), &name, 1);
        assert_eq!(rank_independent(&work.path(&name)), plain, "{isolation}");
    }
    let (trace, list) = (work.path("team.json"), work.path("team.csv"));
    work.run_team_with(3, &sample(), "team", &words(&trace, &list));
    assert_whole(&work, &sample(), "team", 3);
    assert_eq!(rank_independent(&work.path("team")), plain);
}

#[test]
fn a_trace_of_a_run_that_goes_on_tells_what_it_did() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 20);
    let (trace, list) = (work.path("out.json"), work.path("out.csv"));
    let run = || {
        let run = work.run(&input, "out", &words(&trace, &list));
        assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
        files_by_stage(&spans(&trace)).get("read").map_or(0, Vec::len)
    };
    assert_eq!(run(), 20);
    // The second trace takes the place of the first.
    assert_eq!(run(), 0);
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join("new")).unwrap();
    assert_eq!(run(), 1);
}

#[test]
fn traces_are_not_written_over_other_files_or_into_the_input() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 10);
    std::fs::write(work.path("thesis"), "precious").unwrap();
    for (trace, sentence) in [
        (work.path("thesis"), "--trace: the file exists and is no trace"),
        (input.join("DOE.json"), "--trace lies inside --input"),
        (work.path("out/DOE.json"), "--trace lies inside --input or --output"),
        (work.path("gone/DOE.json"), "--trace: the folder of the file cannot be entered"),
    ] {
        let run = work.run(&input, "out", &["--trace", trace.to_str().unwrap()]);
        let told = printed(&run);
        assert_eq!(run.status.code(), Some(1), "{told}");
        assert!(told.contains(sentence) && !told.contains("DOE"), "{told}");
        assert_eq!(told.trim().lines().count(), 1, "one sentence: {told}");
        assert!(!work.path("out").exists(), "nothing is made");
    }
    assert_eq!(std::fs::read(work.path("thesis")).unwrap(), b"precious");
    assert_eq!(tree(&input).len(), 10);
}
