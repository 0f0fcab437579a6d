//! Ranks that can work no more: the others do their work, or the run stops and other ranks go on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;
use sauva::comm::RemoteFailure;
use sauva::commands::{Conclusion, Halt};
use sauva::record::ExitStatus;
use sauva::storage::{Failing, Fault, SharedStorage};

use crate::help::{Work, many_images, never_hanging, rank_independent, sample, summary, tree};

type Ends = Vec<anyhow::Result<Conclusion>>;

/// Only files that belong there, under final names.
fn assert_no_leftovers(output: &Path) {
    for path in tree(output).into_keys() {
        let name = path.to_string_lossy().into_owned();
        for left_over in [".part", ".in-flight", "contested", "sorting", "trace"] {
            assert!(!name.contains(left_over), "{name} is left over");
        }
    }
}

/// An input on which ranks of a team are busy for a moment, and the results of an undisturbed run.
fn disturbed_input(work: &Work) -> (PathBuf, Results) {
    let input = work.path("input");
    many_images(&input, 90);
    std::fs::copy(sample().join("malformed/MR_truncated.dcm"), input.join("truncated")).unwrap();
    work.run(&input, "unharmed", &["--threads", "1"]);
    let unharmed = rank_independent(&work.path("unharmed"));
    (input, unharmed)
}

type Results = (serde_json::Value, serde_json::Value, BTreeMap<PathBuf, String>);

/// All ranks have ended with 75, or with the word of another that has; one at least says why.
fn assert_stopped(ends: &Ends, at: u64) {
    let mut told = 0;
    for end in ends {
        let Err(error) = end else { panic!("call {at}: a rank thinks that all is done") };
        match error.downcast_ref::<Halt>() {
            Some(halt) => {
                assert_eq!(halt.status(), ExitStatus::Stopped, "call {at}: {error:#}");
                told += 1;
            }
            None => assert!(error.is::<RemoteFailure>(), "call {at}: {error:#}"),
        }
    }
    assert!(told > 0, "call {at}: nobody says why");
}

/// A team of three of which one rank fails from this call on; how it ended, and the calls of that rank.
struct OneFails<'a> {
    work: &'a Work,
    input: &'a Path,
    schedule: &'a str,
    rank: usize,
    fault: Fault,
}

impl OneFails<'_> {
    fn from(&self, at: u64, name: &str) -> (Ends, u64) {
        let disk = self.work.disk(name);
        let failing = Arc::new(Failing::new(disk.clone(), self.fault, at, true));
        let mut storages = vec![disk; 3];
        storages[self.rank] = failing.clone();
        let more = ["--schedule", self.schedule];
        (self.work.run_team_each_on(&storages, self.input, name, &more), failing.calls())
    }
}

/// Calls to fail at: all of the first and of the last, and some between them.
fn calls_of_choice(all: u64) -> BTreeSet<u64> {
    let between = (1..=12).map(|part| all * part / 13);
    (1..=6).chain(between).chain(all.saturating_sub(8)..=all + 1).filter(|at| *at > 0).collect()
}

/// Lets one rank fail from some calls on. How often the others did its work, and how often the run stopped.
fn one_rank_fails(schedule: &str, rank: usize, fault: Fault) -> (u32, u32) {
    let work = Work::new();
    let (input, unharmed) = disturbed_input(&work);
    let fails = OneFails { work: &work, input: &input, schedule, rank, fault };
    let (ends, all) = fails.from(0, "calm");
    assert!(ends.iter().all(Result::is_ok));
    assert_eq!(rank_independent(&work.path("calm")), unharmed);
    let (mut healed, mut stopped) = (0, 0);
    for at in calls_of_choice(all) {
        let name = format!("out-{at}");
        let (ends, calls) = fails.from(at, &name);
        let output = work.path(&name);
        if ends.iter().all(Result::is_ok) {
            assert_eq!(rank_independent(&output), unharmed, "call {at}");
            assert_no_leftovers(&output);
            // Rank 0's last call of all tidies its scratch folder away, which the next try does as well.
            let only_tidying_failed = rank == 0 && calls == at;
            let has_failed = calls >= at && !only_tidying_failed;
            assert_told(&output, &ends, has_failed.then_some(rank), at);
            healed += u32::from(has_failed);
        } else {
            stopped += 1;
            assert_stopped(&ends, at);
            // The summary comes last: where it stands, all does, though its safety is in doubt.
            if output.join("summary.json").exists() {
                assert_eq!(rank_independent(&output), unharmed, "call {at}");
            }
        }
        work.run_team_with(2, &input, &name, &["--schedule", schedule]);
        assert_eq!(rank_independent(&output), unharmed, "after call {at}");
        assert_no_leftovers(&output);
        std::fs::remove_dir_all(output).unwrap();
    }
    (healed, stopped)
}

/// The summary and the last words tell of the rank that could work no more, and of no other.
fn assert_told(output: &Path, ends: &Ends, lost: Option<usize>, at: u64) {
    let gave_up = summary(output)["run"]["gave_up"].clone();
    let gave_up = gave_up.as_array().unwrap();
    let text = &ends[0].as_ref().unwrap().text;
    assert_eq!(gave_up.len(), usize::from(lost.is_some()), "call {at}: {gave_up:?}");
    assert_eq!(text.matches("gave up").count(), gave_up.len(), "call {at}: {text}");
    if let Some(rank) = lost {
        let told = gave_up[0].as_str().unwrap();
        assert!(told.starts_with(&format!("rank {rank} on ")), "call {at}: {told}");
        assert!(text.contains(&format!("gave up       rank {rank} on ")), "call {at}: {text}");
    }
}

#[test]
fn the_others_do_the_work_of_a_rank_that_can_work_no_more() {
    never_hanging(|| {
        let (healed, stopped) = one_rank_fails("dynamic", 1, Fault::Before(Errno::ROFS));
        assert!(healed >= 5 && stopped >= 1, "{healed} went on and {stopped} stopped");
    });
}

#[test]
fn the_others_do_the_work_of_a_rank_whose_work_is_done_and_reported_as_failed() {
    never_hanging(|| {
        let (healed, stopped) = one_rank_fails("dynamic", 2, Fault::After(Errno::IO));
        assert!(healed >= 5 && stopped >= 1, "{healed} went on and {stopped} stopped");
    });
}

#[test]
fn the_first_rank_writes_the_results_so_that_none_come_where_it_cannot() {
    never_hanging(|| {
        let (healed, stopped) = one_rank_fails("dynamic", 0, Fault::Before(Errno::ROFS));
        assert!(healed == 0 && stopped >= 10, "{healed} went on and {stopped} stopped");
    });
}

#[test]
fn with_a_static_schedule_a_rank_that_can_work_no_more_stops_the_run() {
    never_hanging(|| {
        let (healed, stopped) = one_rank_fails("static", 1, Fault::Before(Errno::ROFS));
        assert!(healed == 0 && stopped >= 5, "{healed} went on and {stopped} stopped");
    });
}

/// A team whose storage is full from this call on; how it ended, and all calls.
fn all_fail(
    work: &Work,
    input: &Path,
    name: &str,
    ranks: usize,
    more: &[&str],
    at: u64,
) -> (Ends, u64) {
    let failing = Failing::new(work.disk(name), Fault::Before(Errno::NOSPC), at, true);
    let failing = Arc::new(failing);
    let storages = vec![failing.clone() as SharedStorage; ranks];
    let ends = work.run_team_each_on(&storages, input, name, more);
    (ends, failing.calls())
}

#[test]
fn where_no_rank_can_work_any_more_the_run_stops_and_says_why() {
    never_hanging(|| {
        let work = Work::new();
        let (input, unharmed) = disturbed_input(&work);
        let dynamic = ["--schedule", "dynamic"];
        let (_, all) = all_fail(&work, &input, "calm", 3, &dynamic, 0);
        for part in [2, 4, 6] {
            let at = all * part / 8;
            let name = format!("out-{part}");
            let (ends, calls) = all_fail(&work, &input, &name, 3, &dynamic, at);
            assert!(calls >= at);
            assert_stopped(&ends, at);
            let words = ends.iter().filter_map(|end| end.as_ref().err());
            let words: Vec<String> = words.map(|error| format!("{error:#}")).collect();
            assert!(words.iter().any(|words| words.contains("No space left")), "{words:?}");
            work.run_team(3, &input, &name);
            assert_eq!(rank_independent(&work.path(&name)), unharmed, "after call {at}");
            assert_no_leftovers(&work.path(&name));
        }
    });
}

/// Flips a byte in the middle of a file.
fn damage(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

/// What was written so far.
fn instances(output: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = tree(&output.join("dicom"))
        .into_keys()
        .map(|path| output.join("dicom").join(path))
        .collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "dcm"));
    paths
}

#[test]
fn tries_with_other_ranks_and_schedules_end_as_one_on_the_last_input() {
    never_hanging(|| {
        let work = Work::new();
        let input = work.path("input");
        many_images(&input, 300);
        let fleeting = input.join("truncated");
        std::fs::copy(sample().join("malformed/MR_truncated.dcm"), &fleeting).unwrap();
        let (dynamic, fixed) = (["--schedule", "dynamic"], ["--schedule", "static"]);
        let (_, all) = all_fail(&work, &input, "calm", 3, &dynamic, 0);
        for part in [5, 6, 7] {
            let name = format!("out-{part}");
            let input = work.path(&format!("input-{part}"));
            for (path, bytes) in tree(&work.path("input")) {
                std::fs::create_dir_all(input.join(&path).parent().unwrap()).unwrap();
                std::fs::write(input.join(path), bytes).unwrap();
            }
            let output = work.path(&name);
            let (ends, _) = all_fail(&work, &input, &name, 3, &dynamic, all * part / 8);
            assert_stopped(&ends, all * part / 8);
            // What was written is damaged, and the input is another one.
            let written = instances(&output);
            assert!(written.len() > 4, "{} written", written.len());
            damage(&written[1]);
            std::fs::remove_file(&written[3]).unwrap();
            std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join("added")).unwrap();
            let mut changed = std::fs::read(input.join("folder-1/1")).unwrap();
            let at = changed.len() - 500;
            changed[at] ^= 1;
            std::fs::write(input.join("folder-1/1"), changed).unwrap();
            let ends = all_fail(&work, &input, &name, 2, &fixed, 150).0;
            assert_stopped(&ends, 150);
            // Nothing was written from what goes now.
            std::fs::remove_file(input.join("truncated")).unwrap();
            damage(&instances(&output)[0]);
            work.run_team_with(2, &input, &name, &fixed);
            damage(&instances(&output)[60]);
            work.run_team_with(5, &input, &name, &dynamic);
            let fresh = format!("fresh-{part}");
            work.run(&input, &fresh, &["--threads", "1"]);
            assert_eq!(rank_independent(&output), rank_independent(&work.path(&fresh)), "{part}");
            assert_no_leftovers(&output);
        }
    });
}
