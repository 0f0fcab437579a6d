//! A storage that fails at its first call, at its second, and so on until none is left to fail: every
//! run stops in good order or heals, and the same command then ends as if nothing had been.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;
use sauva::comm::RemoteFailure;
use sauva::commands::Halt;
use sauva::record::ExitStatus;
use sauva::storage::{Disk, Failing, Fault, SharedStorage};

use crate::help::{Work, rank_independent, sample};

/// A small input in which files claim one name: a duplicate, and another content.
fn disputed_input(work: &Work) -> PathBuf {
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let image = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    let mut changed = image.clone();
    let at = changed.len() - 1000;
    changed[at] ^= 1;
    std::fs::write(input.join("a"), &image).unwrap();
    std::fs::write(input.join("b"), &changed).unwrap();
    std::fs::write(input.join("c"), &image).unwrap();
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join("d")).unwrap();
    std::fs::copy(sample().join("malformed/MR_truncated.dcm"), input.join("e")).unwrap();
    input
}

/// Only files that belong there, under final names.
fn assert_no_leftovers(output: &Path) {
    for path in crate::help::tree(output).into_keys() {
        let name = path.to_string_lossy().into_owned();
        for left_over in [".part", ".in-flight", "contested"] {
            assert!(!name.contains(left_over), "{name} is left over");
        }
    }
}

fn fail_at_every_call(ranks: usize, fault: Fault, lasting: bool) {
    // So many calls at least must have been seen to fail, and so many to stop a run.
    let (least_calls, least_stops) = if fault == Fault::LostAnswer { (8, 4) } else { (25, 20) };
    let work = Work::new();
    let input = disputed_input(&work);
    work.run_team(1, &input, "unharmed");
    let unharmed = rank_independent(&work.path("unharmed"));
    let mut stopped = 0;
    for at in 1.. {
        let name = format!("out-{at}");
        let disk: SharedStorage = Arc::new(Disk::below(&work.path(&name)));
        let failing = Arc::new(Failing::new(disk, fault, at, lasting));
        let storage: SharedStorage = failing.clone();
        let ends = work.run_team_on(ranks, &input, &name, &storage);
        for end in &ends {
            match end {
                Ok(end) => assert_eq!(end.status, ExitStatus::Quarantined, "call {at}"),
                Err(error) => {
                    let is_told = error.downcast_ref::<Halt>().map(Halt::status);
                    let is_remote = error.is::<RemoteFailure>();
                    let is_lock = error.to_string().contains("lock cannot be taken");
                    assert!(
                        is_told == Some(ExitStatus::Stopped) || is_remote || is_lock,
                        "call {at}: {error:#}"
                    );
                    stopped += 1;
                }
            }
        }
        let is_through = failing.calls() < at;
        if ends.iter().all(Result::is_ok) {
            assert_eq!(rank_independent(&work.path(&name)), unharmed, "healed at call {at}");
        }
        // Another number of ranks goes on.
        work.run_team(3 - ranks, &input, &name);
        assert_eq!(rank_independent(&work.path(&name)), unharmed, "after call {at}");
        assert_no_leftovers(&work.path(&name));
        std::fs::remove_dir_all(work.path(&name)).unwrap();
        if is_through {
            assert!(at > least_calls, "only {at} calls");
            break;
        }
    }
    assert!(stopped >= least_stops, "only {stopped} faults stopped a run");
}

#[test]
fn a_disk_that_is_full_from_some_call_on_stops_the_run() {
    fail_at_every_call(1, Fault::Before(Errno::NOSPC), true);
}

#[test]
fn an_input_output_error_at_any_call_stops_the_run_or_heals() {
    fail_at_every_call(2, Fault::Before(Errno::IO), false);
}

#[test]
fn a_call_that_works_and_reports_an_error_stops_the_run_or_heals() {
    fail_at_every_call(1, Fault::After(Errno::IO), false);
}

#[test]
fn a_rename_that_works_and_is_reported_as_not_found_stops_the_run_or_heals() {
    fail_at_every_call(1, Fault::LostAnswer, false);
}
