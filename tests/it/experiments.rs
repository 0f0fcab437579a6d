//! `sauva experiments`: a real run added to a study, and studies of known numbers made from its rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::help::{Work, printed, rows, sample, sauva};

/// One small real run, and how it is added.
fn run(work: &Work, name: &str) {
    let run = work.run(&sample().join("objects/mr"), name, &["--threads", "1"]);
    assert!(run.status.success(), "{}", printed(&run));
}

fn experiments(results: &Path, more: &[&str]) -> Output {
    sauva(&["experiments"]).arg(results).args(more).output().unwrap()
}

fn add(work: &Work, name: &str, more: &[&str]) -> Output {
    let mut command = sauva(&["experiments"]);
    command.arg(work.path("results")).arg("--add").arg(work.path(name));
    command.args(["--dataset", "tiny"]).args(more).output().unwrap()
}

/// A study made from the rows of a real one: `change` is given the number of each run and its rows.
fn write_study(
    results: &Path,
    model: &[BTreeMap<String, String>],
    count: usize,
    change: impl Fn(usize, &mut BTreeMap<String, String>),
) {
    fs::create_dir_all(results).unwrap();
    let mut out = csv::Writer::from_path(results.join("metrics.csv")).unwrap();
    out.write_record(model[0].keys()).unwrap();
    for number in 0..count {
        // A row of all ranks behind as many of ranks as the change says.
        let mut all = model.iter().find(|row| row["scope"] == "all").unwrap().clone();
        all.insert("run_id".to_owned(), format!("run{number}"));
        change(number, &mut all);
        for rank in 0..all["ranks"].parse().unwrap() {
            let mut of_rank = all.clone();
            of_rank.insert("scope".to_owned(), "rank".to_owned());
            of_rank.insert("rank".to_owned(), format!("{rank}"));
            out.write_record(of_rank.values()).unwrap();
        }
        out.write_record(all.values()).unwrap();
    }
    out.flush().unwrap();
}

fn set(row: &mut BTreeMap<String, String>, column: &str, value: &dyn ToString) {
    let old = row.insert(column.to_owned(), value.to_string());
    assert!(old.is_some(), "there is no column {column}");
}

/// Amdahl's law with 1 s + 8 s / p on 1, 2, 4 and 8 ranks, on a machine of eight cores.
fn amdahl(number: usize, row: &mut BTreeMap<String, String>) {
    let ranks = 1 << number;
    set(row, "ranks", &ranks);
    set(row, "threads", &ranks);
    set(row, "cores", &8);
    set(row, "wall_s", &(1.0 + 8.0 / f64::from(ranks)));
}

/// The rows of a real run in a study.
fn model(work: &Work) -> Vec<BTreeMap<String, String>> {
    run(work, "out");
    let added = add(work, "out", &[]);
    assert!(added.status.success(), "{}", printed(&added));
    rows(&work.path("results/metrics.csv"))
}

#[test]
fn a_real_run_is_added_without_the_names_of_hosts() {
    let work = Work::new();
    let model = model(&work);
    assert_eq!(model.len(), 2);
    let host = &rows(&work.path("out/metrics.csv"))[0]["host"];
    let text = fs::read_to_string(work.path("results/metrics.csv")).unwrap()
        + &fs::read_to_string(work.path("results/environment.json")).unwrap();
    assert!(!host.is_empty() && !text.contains(host.as_str()));
    assert_eq!((model[0]["host"].as_str(), model[0]["nodes"].as_str()), ("node1", "1"));
    assert_eq!((model[1]["codec"].as_str(), model[1]["digest"].len()), ("jpeg-ls", 64));
    let known = fs::read(work.path("results/environment.json")).unwrap();
    let known: Value = serde_json::from_slice(&known).unwrap();
    assert!(known["environments"][&model[0]["environment"]]["physical_cores"].as_u64() > Some(0));
    // The examination of it alone: nothing to compare, and no failure.
    let examined = experiments(&work.path("results"), &[]);
    assert!(examined.status.success(), "{}", printed(&examined));
    for name in
        ["experiments.csv", "runs.json", "fits.json", "REPORT.md", "plots/time_vs_procs.png"]
    {
        assert!(work.path("results").join(name).exists(), "{name}");
    }
}

#[test]
fn two_runs_with_one_key_are_identical_and_another_key_is_found() {
    let work = Work::new();
    for (number, name) in ["one", "two"].into_iter().enumerate() {
        run(&work, name);
        let added = add(&work, name, &["--repetition", &format!("{}", number + 1)]);
        assert!(added.status.success(), "{}", printed(&added));
    }
    let examined = experiments(&work.path("results"), &[]);
    assert_eq!(examined.status.code(), Some(0), "{}", printed(&examined));
    fs::remove_file(work.path("key")).unwrap();
    fs::copy(Work::new().path("key"), work.path("key")).unwrap();
    // Another seed stands for other data, which have other bytes.
    run(&work, "three");
    assert!(add(&work, "three", &["--seed", "2"]).status.success());
    let examined = experiments(&work.path("results"), &[]);
    assert_eq!(examined.status.code(), Some(0), "{}", printed(&examined));
    run(&work, "four");
    assert!(add(&work, "four", &["--repetition", "3"]).status.success());
    let examined = experiments(&work.path("results"), &[]);
    assert_eq!(examined.status.code(), Some(70));
    assert!(printed(&examined).contains("NOT THE SAME BYTES"));
}

#[test]
fn a_run_with_other_options_wants_a_variant_of_its_own() {
    let work = Work::new();
    model(&work);
    let other =
        work.run(&sample().join("objects/mr"), "uids", &["--threads", "1", "--retain", "uids"]);
    assert!(other.status.success(), "{}", printed(&other));
    let refused = add(&work, "uids", &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(printed(&refused).contains("not those of the runs of variant plain"));
    let added = add(&work, "uids", &["--variant", "uids"]);
    assert!(added.status.success(), "{}", printed(&added));
    let table = rows(&work.path("results/metrics.csv"));
    assert!(
        table[0]["options"] == table[1]["options"] && table[1]["options"] != table[2]["options"]
    );
}

#[test]
fn what_is_no_whole_run_is_refused_and_the_study_stays_as_it_was() {
    let work = Work::new();
    model(&work);
    let before = fs::read(work.path("results/metrics.csv")).unwrap();
    let refused = |name: &str, more: &[&str], why: &str| {
        let added = add(&work, name, more);
        assert_eq!(added.status.code(), Some(1), "{why}");
        assert!(printed(&added).contains(why), "{}", printed(&added));
        assert!(!printed(&added).contains(work.path("").to_str().unwrap()), "no path is told");
        assert_eq!(fs::read(work.path("results/metrics.csv")).unwrap(), before);
    };
    refused("out", &[], "already");
    refused("out", &["--files", "77"], "not 77");
    refused("nowhere", &[], "summary.json cannot be read");
    let summary = fs::read_to_string(work.path("out/summary.json")).unwrap();
    let bent = |from: &str, to: &str| {
        let text = summary.replacen(from, to, 1);
        assert_ne!(text, summary);
        fs::write(work.path("out/summary.json"), text).unwrap();
    };
    bent("\"gave_up\": []", "\"gave_up\": [\"rank 1\"]");
    refused("out", &[], "could work no more");
    bent("\"input\": {\n    \"files\": ", "\"input\": {\n    \"files\": 9");
    refused("out", &[], "in its last try");
    bent("\"version\": \"", "\"version\": \"9");
    refused("out", &[], "was made by sauva 9");
    fs::write(work.path("out/summary.json"), "{").unwrap();
    refused("out", &[], "summary.json is damaged");
}

#[test]
fn several_jobs_may_add_their_runs_at_once() {
    let work = Work::new();
    run(&work, "out");
    let read = |name: &str| fs::read_to_string(work.path("out").join(name)).unwrap();
    let (metrics, summary) = (read("metrics.csv"), read("summary.json"));
    let id: Value = serde_json::from_str(&summary).unwrap();
    let id = id["run"]["id"].as_str().unwrap();
    let jobs = (0..8).map(|number| {
        let output = work.path(&format!("out{number}"));
        fs::create_dir(&output).unwrap();
        let new = format!("run{number}");
        fs::write(output.join("metrics.csv"), metrics.replace(id, &new)).unwrap();
        fs::write(output.join("summary.json"), summary.replace(id, &new)).unwrap();
        let mut command = sauva(&["experiments"]);
        command.arg(work.path("results")).arg("--add").arg(output).args(["--dataset", "tiny"]);
        command.spawn().unwrap()
    });
    for mut job in jobs.collect::<Vec<_>>() {
        assert!(job.wait().unwrap().success());
    }
    let mut added: Vec<String> = rows(&work.path("results/metrics.csv"))
        .into_iter()
        .filter(|row| row["scope"] == "all")
        .map(|row| row["run_id"].clone())
        .collect();
    added.sort_unstable();
    assert_eq!(added, (0..8).map(|number| format!("run{number}")).collect::<Vec<_>>());
}

#[test]
fn exact_times_give_the_serial_fraction_back() {
    let work = Work::new();
    let results = work.path("study");
    write_study(&results, &model(&work), 4, amdahl);
    let examined = experiments(&results, &["--fail-below-efficiency", "0.5"]);
    assert_eq!(examined.status.code(), Some(0), "{}", printed(&examined));
    let fits: Value =
        serde_json::from_slice(&fs::read(results.join("fits.json")).unwrap()).unwrap();
    let fraction = fits["fits"][0]["amdahl"]["serial_fraction"].as_f64().unwrap();
    assert!((fraction - 1.0 / 9.0).abs() < 1e-9);
    // 9 s to 2 s on eight: an efficiency of 0.5625.
    let examined = experiments(&results, &["--fail-below-efficiency", "0.6"]);
    assert_eq!(examined.status.code(), Some(70));
    assert!(
        printed(&examined)
            .contains("BELOW THE EFFICIENCY of 0.6: tiny, 8 ranks x 1 thread (0.562)")
    );
    let svg = fs::read_to_string(results.join("plots/speedup_vs_procs.svg")).unwrap();
    assert!(svg.contains("4.50 at p = 8"), "the plot says in words what it shows");
}

#[test]
fn a_threshold_that_nothing_can_be_judged_by_is_no_success() {
    let work = Work::new();
    let results = work.path("study");
    write_study(&results, &model(&work), 4, |number, row| {
        amdahl(number, row);
        set(row, "cores", &1);
    });
    let examined = experiments(&results, &["--fail-below-efficiency", "0.1"]);
    assert_eq!(examined.status.code(), Some(70));
    assert!(printed(&examined).contains("nothing to judge"));
}

#[test]
fn runs_of_two_environments_make_two_studies() {
    let work = Work::new();
    let results = work.path("study");
    write_study(&results, &model(&work), 4, |number, row| {
        amdahl(number, row);
        if number == 3 {
            set(row, "environment", &"elsewhere");
        }
    });
    assert!(experiments(&results, &[]).status.success());
    let table = rows(&results.join("experiments.csv"));
    let alone = table.iter().find(|row| row["environment"] == "elsewhere").unwrap();
    assert_eq!((alone["ranks"].as_str(), alone["speedup"].as_str()), ("8", ""));
    let report = fs::read_to_string(results.join("REPORT.md")).unwrap();
    assert!(report.contains("## Study 2") && report.contains("2 environments"));
}

#[test]
fn a_damaged_table_is_told_by_line_and_column() {
    let work = Work::new();
    let results = work.path("study");
    let missing = experiments(&results, &[]);
    assert!(missing.status.code() == Some(1) && printed(&missing).contains("RESULTS"));
    write_study(&results, &model(&work), 2, |number, row| {
        amdahl(number, row);
        if number == 1 {
            set(row, "wall_s", &"soon");
        }
    });
    let examined = experiments(&results, &[]);
    assert_eq!(examined.status.code(), Some(1));
    // Two lines of the first run, two of the second's ranks, and the row of all.
    assert!(
        printed(&examined).contains("metrics.csv, line 6, column wall_s"),
        "{}",
        printed(&examined)
    );
    fs::remove_file(results.join("metrics.csv")).unwrap();
    assert!(printed(&experiments(&results, &[])).contains("there is no metrics.csv"));
}

#[test]
fn a_report_elsewhere_leads_to_the_plots() {
    let work = Work::new();
    let results = work.path("study");
    write_study(&results, &model(&work), 4, amdahl);
    fs::create_dir(work.path("docs")).unwrap();
    let report = work.path("docs/scaling.md");
    let examined = experiments(&results, &["--report", report.to_str().unwrap()]);
    assert!(examined.status.success(), "{}", printed(&examined));
    let text = fs::read_to_string(report).unwrap();
    assert!(
        text.contains("](../study/plots/time_vs_procs.svg)") && !results.join("REPORT.md").exists()
    );
    // Plots of an earlier time go, what somebody put beside them stays.
    fs::write(results.join("plots/karp_flatt_9.svg"), "old").unwrap();
    fs::write(results.join("plots/mine.svg"), "mine").unwrap();
    assert!(experiments(&results, &[]).status.success());
    assert!(
        !results.join("plots/karp_flatt_9.svg").exists() && results.join("plots/mine.svg").exists()
    );
}
