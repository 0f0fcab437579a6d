//! `sauva doctor`: the real command in temporary folders.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use crate::help::{Work, printed, sample, sauva, tree};

/// `sauva doctor` with these words, as a user whose own key, if any, is in `config`.
fn doctor(work: &Work, words: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = sauva(&["doctor"]);
    command.args(words).env("XDG_CONFIG_HOME", work.path("config"));
    command.env_remove("SLURM_JOB_ID").envs(variables.iter().copied()).output().unwrap()
}

/// The line that begins so, and what belongs to it.
fn finding(told: &Output, start: &str) -> String {
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    let mut lines = text.lines().skip_while(|line| !line.starts_with(start));
    let first = lines.next().unwrap_or_else(|| panic!("no line {start:?} in {text}"));
    let rest = lines.take_while(|line| line.starts_with("          "));
    std::iter::once(first).chain(rest).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_machine_where_a_run_would_work_is_told_so_and_left_as_it_was() {
    let work = Work::new();
    let before = tree(&work.path(""));
    let (input, output, key) = (sample(), work.path("new/out"), work.path("key"));
    let words = ["--input", input.to_str().unwrap(), "--output", output.to_str().unwrap()];
    let told = doctor(&work, &[&words[..], &["--key-file", key.to_str().unwrap()]].concat(), &[]);
    let text = printed(&told);
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert!(!text.contains("FAIL") && text.contains("\nA run would work: "), "{text}");
    assert_eq!(
        finding(&told, "  ok    key"),
        "ok    key           there, readable by you alone, 32 bytes"
    );
    for topic in ["build", "launcher", "input", "output", "core files", "files there"] {
        finding(&told, &format!("  ok    {topic}"));
    }
    for path in [&input, &output, &key] {
        assert!(!text.contains(path.to_str().unwrap()), "a path may name a patient: {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!output.exists() && !work.path("new").exists());
    assert_eq!(tree(&work.path("")), before, "nothing is left behind");
}

#[test]
fn a_key_is_looked_at() {
    let work = Work::new();
    let key = work.path("key");
    let with_key =
        |name: &str| doctor(&work, &["--key-file", work.path(name).to_str().unwrap()], &[]);
    let told = with_key("missing");
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  key").contains("make one with `sauva keygen`"));
    assert!(printed(&told).contains("A run would NOT work: 1 of "), "{}", printed(&told));

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let told = with_key("key");
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  key").contains("run `chmod 600` on it"));

    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&key, "short").unwrap();
    let told = with_key("key");
    assert!(finding(&told, "  FAIL  key").contains("does not hold 32 bytes"));

    let told = doctor(&work, &[], &[]);
    assert_eq!(told.status.code(), Some(0), "a first run makes a key: {}", printed(&told));
    assert!(finding(&told, "  warn  key").contains("no key of your own yet"));
    assert!(!work.path("config").exists(), "but doctor does not");
}

#[test]
fn folders_that_a_run_would_refuse_are_told_of() {
    let work = Work::new();
    let told = doctor(&work, &["--output", "/proc/out"], &[]);
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  output").contains("nothing can be made there"));

    let input = work.path("DOE_JANE");
    let told = doctor(&work, &["--input", input.to_str().unwrap()], &[]);
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  input").contains("the folder does not exist"));
    assert!(!printed(&told).contains("JANE"), "{}", printed(&told));

    std::fs::create_dir(&input).unwrap();
    let told = doctor(&work, &["--input", input.to_str().unwrap()], &[]);
    assert_eq!(told.status.code(), Some(0));
    assert!(finding(&told, "  warn  input").contains("no file was found there"));

    let inside = input.join("out");
    let words = ["--input", input.to_str().unwrap(), "--output", inside.to_str().unwrap()];
    let told = doctor(&work, &words, &[]);
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  folders").contains("--output lies inside --input"));

    std::fs::write(input.join("thesis"), "precious").unwrap();
    let told = doctor(&work, &["--output", input.to_str().unwrap()], &[]);
    assert_eq!(told.status.code(), Some(1));
    assert!(finding(&told, "  FAIL  output").contains("files that are not sauva's"));
    assert_eq!(std::fs::read_dir(&input).unwrap().count(), 1);
}

#[test]
fn an_output_at_work_and_one_to_go_on_with_are_told_apart() {
    let work = Work::new();
    let output = work.path("out");
    work.run(&sample().join("objects/mr"), "out", &[]);
    let words = ["--output", output.to_str().unwrap()];
    let told = doctor(&work, &words, &[]);
    assert!(finding(&told, "  ok    output").contains("the same command goes on with it"));
    std::fs::write(output.join(".sauva/lock"), "1 another-host\n").unwrap();
    let told = doctor(&work, &words, &[]);
    assert!(finding(&told, "  warn  output").contains("another run is at work there"));
}

#[test]
fn a_launcher_that_this_binary_does_not_know_is_told_of() {
    let work = Work::new();
    let told = doctor(&work, &[], &[("PMI_SIZE", "4"), ("PMI_RANK", "0")]);
    assert_eq!(told.status.code(), Some(1), "{}", printed(&told));
    assert!(finding(&told, "  FAIL  launcher").contains("started as 4 processes (PMI_SIZE=4)"));
}

#[test]
fn a_job_of_slurm_that_is_about_to_end_is_warned_of() {
    let work = Work::new();
    let told = doctor(&work, &[], &[("SLURM_JOB_ID", "7"), ("SLURM_JOB_END_TIME", "1000")]);
    assert_eq!(told.status.code(), Some(0), "{}", printed(&told));
    assert!(finding(&told, "  warn  time limit").contains("ends in 0 s"));
}

#[test]
fn few_open_files_are_warned_of() {
    let work = Work::new();
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" doctor", env!("CARGO_BIN_EXE_sauva")]);
    for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_JOB_ID"] {
        command.env_remove(name);
    }
    let told = command.env("XDG_CONFIG_HOME", work.path("config")).output().unwrap();
    assert!(finding(&told, "  warn  open files").contains("ulimit -n"), "{}", printed(&told));
}

#[cfg(feature = "mpi")]
#[test]
fn ranks_over_mpi_print_one_table() {
    let work = Work::new();
    let launcher = std::env::var("SAUVA_MPIRUN")
        .unwrap_or_else(|_| "mpirun --bind-to none --oversubscribe".to_owned());
    let mut words = launcher.split_whitespace();
    let mut command = std::process::Command::new(words.next().unwrap());
    command.args(words).args(["-n", "3", env!("CARGO_BIN_EXE_sauva"), "doctor", "--output"]);
    command.arg(work.path("out")).env("XDG_CONFIG_HOME", work.path("config"));
    command.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    let told = command.output().unwrap();
    let text = printed(&told);
    assert_eq!(told.status.code(), Some(0), "{text}");
    assert_eq!(text.matches("doctor: 3 ranks on 1 host\n").count(), 1, "{text}");
    assert!(finding(&told, "  ok    launcher").contains("started 3 process(es)"), "{text}");
    assert!(!work.path("out").exists());
}
