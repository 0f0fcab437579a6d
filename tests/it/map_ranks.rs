//! `sauva map` over MPI: what ranks share, and what the death of one costs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Output};
use std::time::Duration;

use sauva::stage::Stopwatch;

use crate::help::{self, Work, never_hanging, printed, rows, sample};

/// `mpirun -n RANKS sauva map` into the folder `name`.
fn mpirun(work: &Work, ranks: usize, name: &str, options: &[&str], program: &[&str]) -> Command {
    let mut command = help::mpirun(ranks);
    command.env("XDG_CONFIG_HOME", work.path("config"));
    command.args(["map", "--quiet", "--output"]);
    command.arg(work.path(name)).args(options).arg("--").args(program);
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("mpirun is there: scripts/setup.sh installs it")
}

#[test]
fn units_and_what_they_leave_do_not_depend_on_the_ranks() {
    let work = Work::new();
    let input = sample();
    let options = ["--input", input.to_str().unwrap(), "--by", "series", "--slots", "1"];
    let script = "echo {rank} {unit}; ls $1; cat $1/* | sha256sum | tee {output}/digest; env | grep -c ^OMPI_COMM";
    let mut seen = BTreeSet::new();
    for ranks in [1, 2, 4] {
        let name = format!("out-{ranks}");
        // grep finds none: nothing of MPI is in the programs' environment, and its status is 1.
        let script = format!("{script} && exit 9; exit 0");
        let output = run(&mut mpirun(
            &work,
            ranks,
            &name,
            &options,
            &["sh", "-c", &script, "sh", "{input}"],
        ));
        // One of the samples is damaged on purpose.
        assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
        let said = std::fs::read_to_string(work.path(&name).join("output.txt")).unwrap();
        let units: Vec<(String, String)> = rows(&work.path(&name).join("runs.csv"))
            .into_iter()
            .map(|row| (row["unit"].clone(), row["files"].clone()))
            .collect();
        assert!(units.len() > 5 && said.lines().count() > 3 * units.len());
        seen.insert((said, units));
    }
    assert_eq!(seen.len(), 1);
}

#[test]
fn what_failed_on_one_rank_is_tried_on_another() {
    let work = Work::new();
    let options = ["--repetitions", "6", "--slots", "1"];
    let script = "[ $SAUVA_ATTEMPT -gt 1 ] || exit 5";
    let output = run(&mut mpirun(&work, 2, "out", &options, &["sh", "-c", script]));
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let mut ranks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows(&work.path("out/attempts.csv")) {
        ranks.entry(row["unit"].clone()).or_default().push(row["mpi_rank"].clone());
    }
    assert_eq!(ranks.len(), 6);
    assert!(ranks.values().all(|ranks| ranks.len() == 2 && ranks[0] != ranks[1]), "{ranks:?}");
}

#[test]
fn what_is_forgiven_stays_forgiven_on_every_rank() {
    let work = Work::new();
    let folder = work.path("go");
    let script = "[ -e $1 ] && [ $SAUVA_ATTEMPT = 3 ] && { kill -USR1 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 100; }; \
                  [ -e $1.well ] || exit 3";
    let program = ["sh", "-c", script, "sh", folder.to_str().unwrap()];
    let options = ["--repetitions", "6", "--slots", "1", "--attempts", "2"];
    let failed = run(&mut mpirun(&work, 2, "out", &options, &program));
    assert_eq!(failed.status.code(), Some(2), "{}", printed(&failed));
    // The first programs of the retry stop the job.
    std::fs::write(&folder, "").unwrap();
    let stopped =
        run(&mut mpirun(&work, 2, "out", &[&options[..], &["--retry"]].concat(), &program));
    assert_eq!(stopped.status.code(), Some(75), "{}", printed(&stopped));
    std::fs::remove_file(&folder).unwrap();
    std::fs::write(work.path("go.well"), "").unwrap();
    let done = run(&mut mpirun(&work, 2, "out", &options, &program));
    assert_eq!(done.status.code(), Some(0), "{}", printed(&done));
}

#[test]
fn the_death_of_a_rank_is_made_good_by_the_next_try() {
    never_hanging(|| {
        let work = Work::new();
        let options = ["--repetitions", "12", "--slots", "2"];
        // The parent of a program is its runner, and the parent of that a rank: the fourth unit kills it.
        let script = "sleep 0.1; [ $1 = 3 ] && [ ! -e $2 ] && { touch $2; \
                      kill -9 $(cut -d' ' -f4 /proc/$PPID/stat); sleep 100; }; echo $1";
        let flag = work.path("killed");
        let program = ["sh", "-c", script, "sh", "{rank}", flag.to_str().unwrap()];
        let first = run(&mut mpirun(&work, 3, "out", &options, &program));
        assert!(first.status.code() != Some(0) && flag.exists(), "{}", printed(&first));
        let second = run(&mut mpirun(&work, 2, "out", &options, &program));
        assert_eq!(second.status.code(), Some(0), "{}", printed(&second));
        let said = std::fs::read_to_string(work.path("out/output.txt")).unwrap();
        assert_eq!(
            said.lines().collect::<Vec<_>>(),
            (0..12).map(|it| it.to_string()).collect::<Vec<_>>()
        );
        let mut successes: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows(&work.path("out/attempts.csv")) {
            *successes.entry(row["unit"].clone()).or_default() +=
                usize::from(row["exit_status"] == "0");
        }
        assert!(
            successes.len() == 12 && successes.values().all(|count| *count == 1),
            "{successes:?}"
        );
    });
}

#[test]
fn what_waits_behind_a_long_unit_goes_to_a_rank_that_has_nothing() {
    let work = Work::new();
    let options = ["--repetitions", "40", "--slots", "1"];
    // Short ones first, so that ranks take some ahead; then one that all others would wait behind.
    let script = "[ $1 = 20 ] && sleep 6; exit 0";
    let began = Stopwatch::start();
    let output = run(&mut mpirun(&work, 2, "out", &options, &["sh", "-c", script, "sh", "{rank}"]));
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let rows = rows(&work.path("out/runs.csv"));
    let end = |row: &BTreeMap<String, String>| -> f64 {
        row["start_unix_s"].parse::<f64>().unwrap() + row["wall_s"].parse::<f64>().unwrap()
    };
    let last = rows.iter().map(end).fold(0.0, f64::max);
    assert!((end(&rows[20]) - last).abs() < 1e-6, "nothing was begun after the long one had ended");
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_gang_is_spread_over_ranks() {
    let work = Work::new();
    let script =
        "until [ $(ls $1 | wc -l) = 4 ]; do touch $1/{rank}; sleep 0.02; done; echo $LOCAL_RANK";
    let meeting = work.path("meeting");
    std::fs::create_dir(&meeting).unwrap();
    let program = ["sh", "-c", script, "sh", meeting.to_str().unwrap()];
    let output = run(&mut mpirun(&work, 2, "out", &["--parallel", "4", "--slots", "2"], &program));
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    assert_eq!(std::fs::read_to_string(work.path("out/output.txt")).unwrap(), "0\n1\n2\n3\n");
    let ranks: BTreeSet<String> =
        rows(&work.path("out/runs.csv")).into_iter().map(|row| row["mpi_rank"].clone()).collect();
    assert_eq!(ranks.len(), 2);
}
