//! Who does which file makes no difference: any schedule and any ranks give the same results.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sauva::record::ExitStatus;

use crate::help::{
    Work, many_images, never_hanging, rank_independent, rows, sample, summary, tree,
};

/// Each input by its path with what became of it, as the operator's list and the tables tell it.
fn accounts(work: &Work, input: &Path, name: &str) -> BTreeMap<String, [String; 3]> {
    let output = work.path(name);
    let cells = |row: &BTreeMap<String, String>| {
        ["path_id", "outcome", "class"].map(|column| row[column].clone())
    };
    let list = rows(&work.path(&format!("{name}.csv")));
    let told: BTreeMap<String, [String; 3]> =
        list.iter().map(|row| (row["path"].clone(), cells(row))).collect();
    assert_eq!(told.len(), list.len(), "a path stands once in the list");
    let there: BTreeSet<String> =
        tree(input).into_keys().map(|path| path.to_str().unwrap().to_owned()).collect();
    assert!(told.keys().eq(&there), "every input stands in the list");
    let written = rows(&output.join("index.csv"))
        .into_iter()
        .map(|row| [row["path_id"].clone(), "written".to_owned(), String::new()]);
    let failed: Vec<[String; 3]> = rows(&output.join("failures.csv")).iter().map(cells).collect();
    let mut in_tables: Vec<[String; 3]> = written.chain(failed).collect();
    in_tables.sort();
    let mut in_list: Vec<[String; 3]> = told.values().cloned().collect();
    in_list.sort();
    assert!(in_tables == in_list, "every input stands in exactly one record");
    told
}

/// The files that the ranks of a run have worked on: of each, and together.
fn files_worked_on(output: &Path) -> (Vec<u64>, u64) {
    let files = |row: &BTreeMap<String, String>| row["files"].parse::<u64>().unwrap();
    let metrics = rows(&output.join("metrics.csv"));
    let (all, ranks): (Vec<_>, Vec<_>) = metrics.iter().partition(|row| row["scope"] == "all");
    assert_eq!(all.len(), 1);
    (ranks.into_iter().map(files).collect(), files(all[0]))
}

fn assert_no_schedule_matters(input: &Path, work: &Work) {
    let media = |name: &str| {
        let log = work.path(&format!("{name}.csv"));
        ["--dicomdir".to_owned(), "--private-log".to_owned(), log.to_str().unwrap().to_owned()]
    };
    let alone = media("alone");
    let alone: Vec<&str> = alone.iter().map(String::as_str).collect();
    work.run(input, "alone", &[&alone[..], &["--threads", "1"]].concat());
    let wanted = rank_independent(&work.path("alone"));
    assert!(wanted.2.contains_key(Path::new("media/DICOMDIR")));
    let told = accounts(work, input, "alone");
    for schedule in ["static", "dynamic", "auto"] {
        for ranks in [1, 2, 3, 5, 8] {
            let name = format!("{schedule}-{ranks}");
            let more = media(&name);
            let mut more: Vec<&str> = more.iter().map(String::as_str).collect();
            more.extend(["--schedule", schedule]);
            let ends = work.run_team_with(ranks, input, &name, &more);
            assert!(ends.iter().all(|end| end.status == ExitStatus::Quarantined));
            let output = work.path(&name);
            assert!(rank_independent(&output) == wanted, "{schedule} on {ranks} ranks");
            assert_eq!(accounts(work, input, &name), told, "{schedule} on {ranks} ranks");
            let (each, all) = files_worked_on(&output);
            assert_eq!((each.len(), each.iter().sum::<u64>()), (ranks, all));
            assert_eq!(all, told.len() as u64, "{schedule} on {ranks} ranks");
            let taken = match (schedule, ranks) {
                ("auto", 1) => "static",
                ("auto", _) => "dynamic",
                _ => schedule,
            };
            assert_eq!(summary(&output)["run"]["options"]["schedule"], taken);
            if taken == "static" {
                let most = each.iter().max().unwrap() - each.iter().min().unwrap();
                assert!(most <= 1, "dealt in turn: {each:?}");
            }
            std::fs::remove_dir_all(output).unwrap();
        }
    }
}

#[test]
fn results_do_not_depend_on_the_schedule() {
    never_hanging(|| assert_no_schedule_matters(&sample(), &Work::new()));
}

#[test]
fn results_do_not_depend_on_the_schedule_where_ranks_claim_one_name_all_the_time() {
    never_hanging(|| {
        let work = Work::new();
        let input = work.path("input");
        many_images(&input, 300);
        assert_no_schedule_matters(&input, &work);
        let outcomes = summary_of(&work, &input);
        // Of each thirty names that three files claim, chance decides which of two contents stays: its copy
        // is a duplicate, or both of the other are quarantined.
        assert!(outcomes.0 + outcomes.1 == 60 && outcomes.0 >= 1, "{outcomes:?}");
    });
}

/// Duplicates and conflicts of an input.
fn summary_of(work: &Work, input: &Path) -> (u64, u64) {
    work.run(input, "counted", &[]);
    let outcome = &summary(&work.path("counted"))["outcome"];
    let count = |what: &str| outcome[what].as_u64().unwrap();
    (count("duplicate"), count("quarantined"))
}
