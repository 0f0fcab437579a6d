//! The same job over MPI. `SAUVA_MPIRUN` holds the launcher and its options; scripts/test.sh sets it.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::help::{self, Work, large_collection, printed, rank_independent, sample};

/// `mpirun -n RANKS sauva run ..` into the folder `name`.
fn mpirun(work: &Work, ranks: usize, input: &std::path::Path, name: &str) -> Command {
    let mut command = help::mpirun(ranks);
    command.args(["run", "--quiet", "--threads", "1"]);
    command.arg("--input").arg(input).arg("--output").arg(work.path(name));
    command.arg("--key-file").arg(work.path("key"));
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("mpirun is there: scripts/setup.sh installs it")
}

#[test]
fn results_do_not_depend_on_mpi_ranks() {
    let work = Work::new();
    let input = large_collection().map_or_else(sample, |folder| folder.join("studies"));
    let alone = work.run(&input, "alone", &["--threads", "1"]);
    let wanted = rank_independent(&work.path("alone"));
    for ranks in [1, 2, 3, 4] {
        let name = format!("mpi-{ranks}");
        let output = run(&mut mpirun(&work, ranks, &input, &name));
        assert_eq!(output.status.code(), alone.status.code(), "{}", printed(&output));
        assert_eq!(rank_independent(&work.path(&name)), wanted, "{ranks} ranks");
    }
}

#[test]
fn sixteen_ranks_do_a_small_job() {
    let work = Work::new();
    work.run(&sample(), "alone", &[]);
    let output = run(&mut mpirun(&work, 16, &sample(), "mpi"));
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert_eq!(rank_independent(&work.path("mpi")), rank_independent(&work.path("alone")));
}

#[test]
fn bad_usage_is_told_once_and_ends_all_ranks() {
    let work = Work::new();
    let mut command = mpirun(&work, 3, &work.path("missing"), "out");
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    let told = printed(&output);
    assert_eq!(told.matches("sauva: ").count(), 1, "{told}");
    let output = run(&mut mpirun(&work, 2, &sample(), "key"));
    let told = printed(&output);
    assert_eq!(told.matches("sauva: ").count(), 1, "{told}");
}

#[test]
fn an_output_that_another_run_holds_ends_all_ranks_with_4() {
    let work = Work::new();
    std::fs::create_dir_all(work.path("out/.sauva")).unwrap();
    std::fs::write(work.path("out/.sauva/lock"), "1 another-host\n").unwrap();
    let output = run(&mut mpirun(&work, 3, &sample(), "out"));
    assert_eq!(output.status.code(), Some(4), "{}", printed(&output));
}

#[test]
fn messages_of_any_length_cross_and_idle_ranks_sleep() {
    let example =
        std::path::Path::new(env!("CARGO_BIN_EXE_sauva")).with_file_name("examples/comm_check");
    let work = Work::new();
    for (ranks, mode) in [(1, None), (4, None), (2, Some("idle"))] {
        let words = mpirun(&work, ranks, &sample(), "unused");
        let launcher: Vec<_> =
            words.get_args().take_while(|word| *word != env!("CARGO_BIN_EXE_sauva")).collect();
        let mut command = Command::new(words.get_program());
        command.args(launcher).arg(&example).args(mode);
        command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
        let output = run(&mut command);
        assert_eq!(output.status.code(), Some(0), "{ranks} {mode:?} {}", printed(&output));
    }
}

#[cfg(feature = "test-hooks")]
#[test]
#[expect(clippy::disallowed_methods, reason = "the test is about how long the end takes")]
fn a_panic_on_one_rank_ends_the_job_with_70() {
    let work = Work::new();
    for rank in ["0", "2"] {
        let started = Instant::now();
        let mut command = mpirun(&work, 3, &sample(), "out");
        let output = run(command.env("SAUVA_TEST_PANIC_RANK", rank));
        assert_eq!(output.status.code(), Some(70), "{}", printed(&output));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_foreign_launcher_is_refused() {
    // What MPICH's launcher sets; an Open MPI binary under it would be four times rank 0 of 1.
    let work = Work::new();
    let mut command = crate::help::sauva(&["run", "--quiet"]);
    command.arg("--input").arg(sample()).arg("--output").arg(work.path("out"));
    let output = run(command.env("PMI_SIZE", "4").env("PMI_RANK", "0"));
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    assert!(!work.path("out").exists());
}
