//! The results do not depend on how many ranks and threads made them.

use sauva::record::ExitStatus;

use crate::help::{Work, large_collection, rank_independent, rows, sample, summary, tree};

#[test]
fn results_do_not_depend_on_ranks_or_threads() {
    let work = Work::new();
    let input = large_collection().map_or_else(sample, |folder| folder.join("studies"));
    work.run(&input, "alone", &["--threads", "1"]);
    let alone = rank_independent(&work.path("alone"));
    work.run(&input, "threads", &["--threads", "3"]);
    assert_eq!(rank_independent(&work.path("threads")), alone, "3 threads");
    for ranks in [1, 2, 3, 4, 5] {
        let name = format!("team-{ranks}");
        let conclusions = work.run_team(ranks, &input, &name);
        assert!(conclusions.iter().all(|end| end.status == conclusions[0].status));
        assert_eq!(rank_independent(&work.path(&name)), alone, "{ranks} ranks");
        let metrics = rows(&work.path(&name).join("metrics.csv"));
        assert_eq!(metrics.len(), ranks + 1, "a row a rank and one for all");
    }
}

#[test]
fn results_do_not_depend_on_ranks_where_files_claim_one_name() {
    // The sample has the same instance in many files, some with other content.
    let work = Work::new();
    work.run(&sample(), "alone", &["--threads", "1"]);
    let alone = rank_independent(&work.path("alone"));
    for ranks in [2, 3, 7] {
        let name = format!("team-{ranks}");
        work.run_team(ranks, &sample(), &name);
        assert_eq!(rank_independent(&work.path(&name)), alone, "{ranks} ranks");
    }
}

#[test]
fn instances_do_not_depend_on_ranks_where_dates_are_moved() {
    let work = Work::new();
    let research = ["--profile", "research"];
    work.run(&sample(), "alone", &[&research[..], &["--threads", "1"]].concat());
    let instances = tree(&work.path("alone/dicom"));
    assert!(instances.len() >= 20);
    for ranks in [1, 2, 3, 8] {
        let name = format!("team-{ranks}");
        work.run_team_with(ranks, &sample(), &name, &research);
        assert!(tree(&work.path(&name).join("dicom")) == instances, "{ranks} ranks");
    }
}

#[test]
fn more_ranks_than_files_and_no_files_at_all_are_fine() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let nothing = work.run_team(3, &input, "nothing");
    assert!(nothing.iter().all(|end| end.status == ExitStatus::Done));
    assert_eq!(summary(&work.path("nothing"))["input"]["files"], 0);
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join("one")).unwrap();
    let one = work.run_team(5, &input, "one");
    assert!(one.iter().all(|end| end.status == ExitStatus::Done));
    assert_eq!(summary(&work.path("one"))["outcome"]["written"], 1);
}
