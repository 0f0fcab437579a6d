//! Runs that are taken into a study.

use super::super::{Cache, Intake, IntakeError, Scaling, Trial, intake, read_runs, with_rows};
use super::{LAST, OF_RUN};
use crate::results::ACTIVITIES;

fn trial() -> Trial {
    Trial {
        environment: "aaaa".to_owned(),
        version: "0.1.0".to_owned(),
        commit: "abc".to_owned(),
        variant: "plain".to_owned(),
        scaling: Scaling::Strong,
        dataset: "small".to_owned(),
        files_wanted: Some(10),
        cache: Cache::Warm,
        repetition: 2,
        warm_up: false,
        seed: 7,
        order: 3,
        cores_of_node: 4,
    }
}

/// `metrics.csv` of a run whose ranks are on these hosts.
fn metrics(run_id: &str, hosts: &[&str], files: u64) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let columns = || OF_RUN.into_iter().chain(ACTIVITIES);
    out.write_record(columns().chain(LAST)).unwrap();
    let ranks = hosts.len().to_string();
    for (rank, host) in hosts.iter().chain(&[""]).enumerate() {
        let is_all = rank == hosts.len();
        let cells = columns().chain(LAST).map(|column| match column {
            "schema" => "3".to_owned(),
            "run_id" => run_id.to_owned(),
            "ranks" => ranks.clone(),
            "threads" => {
                if is_all {
                    ranks.clone()
                } else {
                    "1".to_owned()
                }
            }
            "scope" => if is_all { "all" } else { "rank" }.to_owned(),
            "host" => (*host).to_owned(),
            "files" => files.to_string(),
            "load_balance" | "parallel_eff" => String::new(),
            _ => "1".to_owned(),
        });
        out.write_record(cells.collect::<Vec<_>>()).unwrap();
    }
    out.into_inner().unwrap()
}

fn summary(run_id: &str, digests: &str) -> Vec<u8> {
    format!(
        r#"{{"tool": {{"version": "0.1.0"}}, "input": {{"files": 10}}, "digests": {digests},
        "run": {{"id": "{run_id}", "options": {{"codec": "rle"}}, "gave_up": []}}}}"#
    )
    .into_bytes()
}

fn taken(run_id: &str, hosts: &[&str], digests: &str) -> Result<Intake, IntakeError> {
    intake(&trial(), &metrics(run_id, hosts, 10), &summary(run_id, digests))
}

#[test]
fn hosts_become_numbers_and_cores_are_those_of_all_nodes() {
    let hosts = ["login.secret", "cpu7.secret", "login.secret"];
    let table = with_rows(None, &taken("r1", &hosts, "{}").unwrap()).unwrap();
    let text = String::from_utf8(table.clone()).unwrap();
    assert!(!text.contains("secret"));
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let at = reader.headers().unwrap().iter().position(|column| column == "host").unwrap();
    let nodes: Vec<String> = reader.records().map(|row| row.unwrap()[at].to_owned()).collect();
    assert_eq!(nodes, ["node1", "node2", "node1", ""]);
    let run = &read_runs(&table).unwrap()[0];
    assert_eq!((run.label.nodes, run.label.cores, run.ranks, run.threads), (2, 8, 3, 1));
    assert_eq!((run.label.codec.as_str(), run.label.seed, run.label.order), ("rle", 7, 3));
}

#[test]
fn a_digest_depends_on_all_digests_and_not_on_their_order() {
    let digest = |digests| {
        let table = with_rows(None, &taken("r1", &["a"], digests).unwrap()).unwrap();
        read_runs(&table).unwrap()[0].label.digest.clone()
    };
    let one = digest(r#"{"index": "aa", "series": "bb"}"#);
    assert_eq!(one, digest(r#"{"series": "bb", "index": "aa"}"#));
    assert_ne!(one, digest(r#"{"index": "aa", "series": "bc"}"#));
    assert_ne!(one, digest(r#"{"index": "aa"}"#));
}

#[test]
fn a_run_is_added_once_and_only_to_a_whole_table_of_its_columns() {
    let first = with_rows(None, &taken("r1", &["a"], "{}").unwrap()).unwrap();
    assert_eq!(
        with_rows(Some(&first), &taken("r1", &["a"], "{}").unwrap()),
        Err(IntakeError::Again)
    );
    let second = taken("r2", &["a", "b"], "{}").unwrap();
    let both = with_rows(Some(&first), &second).unwrap();
    assert!(both.starts_with(&first));
    let runs = read_runs(&both).unwrap();
    assert_eq!(runs.iter().map(|run| run.run_id.as_str()).collect::<Vec<_>>(), ["r1", "r2"]);
    let other = String::from_utf8(first.clone()).unwrap().replacen("wall_s", "wall", 1);
    assert_eq!(with_rows(Some(other.as_bytes()), &second), Err(IntakeError::OtherColumns));
    let cut = &first[..first.len() - 20];
    assert!(matches!(with_rows(Some(cut), &second), Err(IntakeError::Study(_))));
    // A last line without its end is ended first.
    let unended = &first[..first.len() - 1];
    assert_eq!(with_rows(Some(unended), &second).unwrap(), both);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let damaged = Err(IntakeError::Damaged("metrics.csv"));
    assert_eq!(intake(&trial(), &metrics("r1", &["a"], 10), &summary("r2", "{}")), damaged);
    assert_eq!(intake(&trial(), b"", &summary("r1", "{}")), damaged);
    let not_whole = Err(IntakeError::NotWhole { done: 4, found: 10 });
    assert_eq!(intake(&trial(), &metrics("r1", &["a"], 4), &summary("r1", "{}")), not_whole);
    let without =
        String::from_utf8(metrics("r1", &["a"], 10)).unwrap().replacen("wall_s", "wall", 1);
    assert_eq!(intake(&trial(), without.as_bytes(), &summary("r1", "{}")), damaged);
}

#[test]
fn runs_of_one_variant_have_the_same_options() {
    let with = |id: &str, options: &str, deid: &str, trial: &Trial| {
        let text = String::from_utf8(summary(id, "{}")).unwrap();
        let text = text.replace(r#"{"codec": "rle"}"#, options);
        let text = text.replacen('{', &format!(r#"{{"deid": {deid}, "#), 1);
        intake(trial, &metrics(id, &["a"], 10), text.as_bytes()).unwrap()
    };
    let options = r#"{"codec": "rle", "crop": null, "retry": 2, "schedule": "dynamic"}"#;
    let deid = r#"{"profile": "basic", "options": ["clean-pixels"], "overrides": 0, "key": "a"}"#;
    let first = with_rows(None, &with("r1", options, deid, &trial())).unwrap();
    let add = |options: &str, deid: &str, trial: &Trial| {
        with_rows(Some(&first), &with("r2", options, deid, trial)).map(|_| ())
    };
    assert_eq!(add(options, deid, &trial()), Ok(()));
    // How work is shared, the codec, the order of names and what is no option make no difference.
    let alike = r#"{"schedule": "static", "mode": "x", "threads": 4, "retry": 2, "crop": null, "codec": "none"}"#;
    assert_eq!(add(alike, &deid.replace(r#""a""#, r#""b""#), &trial()), Ok(()));
    let refused = Err(IntakeError::OtherOptions("plain".to_owned()));
    assert_eq!(add(&options.replace("null", "true"), deid, &trial()), refused);
    assert_eq!(add(&options.replace('2', "3"), deid, &trial()), refused);
    for (from, to) in [("basic", "none"), ("clean-pixels", "retain-uids"), ("s\": 0", "s\": 1")] {
        assert_eq!(add(options, &deid.replacen(from, to, 1), &trial()), refused, "{from}");
    }
    assert_eq!(add(options, "null", &trial()), refused);
    // A name of its own, or another program, is another study.
    let named = Trial { variant: "cropped".to_owned(), ..trial() };
    assert_eq!(add(&options.replace("null", "true"), deid, &named), Ok(()));
    let newer = Trial { commit: "def".to_owned(), ..trial() };
    assert_eq!(add(&options.replace("null", "true"), deid, &newer), Ok(()));
}
