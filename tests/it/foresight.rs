//! What is told before anything is done: `sauva run --dry-run` and `sauva conformance`.

use sauva::sample::{Kind, SampleOptions, generate, identifying_dates, identifying_strings};

use crate::help::{Work, printed, sample, sauva};

#[test]
fn a_dry_run_tells_by_tag_what_would_be_done_and_writes_nothing() {
    let work = Work::new();
    let options = SampleOptions { kind: Kind::Ct, count: 4, seed: 3 };
    let input = work.path("input");
    generate(&options, &input).unwrap();
    let names = || std::fs::read_dir(work.path("")).unwrap().count();
    let before = names();
    let mut command = sauva(&["run", "--dry-run", "--profile", "research", "--input"]);
    let run = command.arg(&input).env("XDG_CONFIG_HOME", work.path("config")).output().unwrap();
    let told = printed(&run);
    assert_eq!(run.status.code(), Some(0), "{told}");
    let line = |outcome: &str, tag: &str| {
        told.lines().any(|line| line.trim().starts_with(outcome) && line.contains(tag))
    };
    assert!(line("replaced", "(0010,0020)") && line("moved", "(0008,0020)"), "{told}");
    assert!(line("kept", "(0028,0010)") && line("removed", "(0008,0080)"), "{told}");
    assert!(told.contains("4 files: 4 would be de-identified"), "{told}");
    assert_eq!(names(), before, "no output, and no key");
    for value in identifying_strings(&options).iter().chain(&identifying_dates(&options)) {
        assert!(!told.contains(value.as_str()), "a value is printed");
    }
}

#[test]
fn a_dry_run_looks_at_one_file_and_tells_what_would_be_refused() {
    let file = sample().join("objects/mr/MR_small.dcm");
    let run = sauva(&["run", "--dry-run", "--input"]).arg(file).output().unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert!(printed(&run).contains("1 files: 1 would be"));
    let run =
        sauva(&["run", "--dry-run", "--input"]).arg(sample().join("malformed")).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(printed(&run).contains("would be quarantined"), "{}", printed(&run));
    let run = sauva(&["run", "--dry-run", "--output", "x", "--input", "y"]).output().unwrap();
    assert_eq!(run.status.code(), Some(1), "an output has no place here");
}

#[test]
fn the_conformance_statement_follows_the_profile() {
    let run = sauva(&["conformance", "--retain", "full-dates,safe-private"]).output().unwrap();
    let told = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0));
    assert!(told.starts_with("# De-identification: conformance statement"));
    assert!(told.contains("(113106, DCM,") && !told.contains("(113107, DCM,"));
    assert!(told.contains("SIEMENS MR HEADER | (0019,xx0C)"));
    let wrong = sauva(&["conformance", "--date-shift", "weeks"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(printed(&wrong).contains("modified-dates"), "{}", printed(&wrong));
}
