//! Bad usage: one clear sentence, exit code 1, nothing made, and no path in the words.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::help::{Work, printed, sample, sauva, tree};

fn refused(work: &Work, input: &Path, output: &str, key: &str, sentence: &str) {
    let mut command = sauva(&["run", "--quiet"]);
    command.arg("--input").arg(input).arg("--output").arg(work.path(output));
    let run = command.arg("--key-file").arg(work.path(key)).output().unwrap();
    let told = printed(&run);
    assert_eq!(run.status.code(), Some(1), "{told}");
    assert!(told.contains(sentence), "{told}");
    assert_eq!(told.trim().lines().count(), 1, "one sentence: {told}");
    assert!(!told.contains(input.to_str().unwrap()), "a path may name a patient: {told}");
}

#[test]
fn folders_that_cannot_be_used_are_refused() {
    let work = Work::new();
    std::fs::create_dir(work.path("DOE_JANE")).unwrap();
    let input = work.path("DOE_JANE");
    refused(&work, &work.path("MISSING_JANE"), "out", "key", "--input: the folder does not exist");
    refused(&work, &work.path("key"), "out", "key", "--input: not a folder");
    refused(&work, &input, "DOE_JANE/out", "key", "--output lies inside --input");
    std::fs::write(work.path("DOE_JANE").join("thesis"), "").unwrap();
    std::fs::create_dir(work.path("others")).unwrap();
    std::fs::write(work.path("others").join("thesis"), "precious").unwrap();
    refused(&work, &input, "others", "key", "files that are not sauva's");
    assert_eq!(std::fs::read(work.path("others").join("thesis")).unwrap(), b"precious");
}

#[test]
fn a_key_that_cannot_be_used_is_refused() {
    let work = Work::new();
    refused(&work, &sample(), "out", "no-key", "the key file does not exist");
    std::fs::write(work.path("short"), "short").unwrap();
    std::fs::set_permissions(work.path("short"), std::fs::Permissions::from_mode(0o600)).unwrap();
    refused(&work, &sample(), "out", "short", "does not hold 32 bytes");
    std::fs::set_permissions(work.path("key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    refused(&work, &sample(), "out", "key", "can be read by others");
    assert!(!work.path("out").exists(), "nothing is made before the key is there");
}

#[test]
fn an_output_of_other_settings_is_refused_with_the_difference_and_kept() {
    let work = Work::new();
    let input = sample().join("objects/mr");
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    let before = tree(&work.path("out"));
    assert_eq!(sauva(&["keygen"]).arg(work.path("other")).output().unwrap().status.code(), Some(0));
    refused(&work, &input, "out", "other", "another key");
    refused(&work, &sample(), "out", "key", "another --input");
    for (option, value, sentence) in [
        ("--codec", "native", "--codec jpeg-ls, not native"),
        ("--max-depth", "7", "--max-depth 32, not 7"),
    ] {
        let run = work.run(&input, "out", &[option, value]);
        assert_eq!(run.status.code(), Some(1));
        assert!(printed(&run).contains(sentence), "{}", printed(&run));
    }
    assert_eq!(tree(&work.path("out")), before);
}

#[test]
fn an_output_that_another_run_holds_is_refused_with_4() {
    let work = Work::new();
    let state = work.path("out/.sauva");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("lock"), "1 another-host\n").unwrap();
    let run = work.run(&sample(), "out", &[]);
    assert_eq!(run.status.code(), Some(4), "{}", printed(&run));
}

#[test]
fn a_launcher_that_this_binary_does_not_know_is_refused() {
    let work = Work::new();
    let mut command = sauva(&["run", "--quiet"]);
    command.arg("--input").arg(sample()).arg("--output").arg(work.path("out"));
    let run = command.env("PMI_SIZE", "4").env("PMI_RANK", "0").output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", printed(&run));
    assert!(!work.path("out").exists());
}

#[test]
fn what_was_typed_is_not_repeated() {
    for words in [
        &["run", "/data/DOE_JANE"][..],
        &["run", "--input", "/a", "--output", "/b", "--codec", "DOE_JANE"],
        &["run", "--DOE_JANE"],
        &["DOE_JANE"],
        &["run", "--input", "/a", "--output", "/b", "--threads", "DOE_JANE"],
    ] {
        let refused = sauva(words).output().unwrap();
        let told = printed(&refused);
        assert_eq!(refused.status.code(), Some(1), "{told}");
        assert!(!told.contains("DOE_JANE") && !told.is_empty(), "{told}");
    }
}

#[test]
fn the_private_log_is_the_owners_alone_and_survives_a_stop() {
    let work = Work::new();
    let log = work.path("private.csv");
    let log = log.to_str().unwrap();
    let missing = work.path("missing/private.csv");
    let refused = work.run(&sample(), "out", &["--private-log", missing.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "{}", printed(&refused));
    // Left empty by a run that was stopped.
    std::fs::write(log, "").unwrap();
    let input = sample().join("objects/mr");
    assert_eq!(work.run(&input, "out", &["--private-log", log]).status.code(), Some(0));
    let mode = std::fs::metadata(log).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(std::fs::read_to_string(log).unwrap().contains("MR_small.dcm"));
    let again = work.run(&input, "out", &["--private-log", log]);
    assert_eq!(again.status.code(), Some(0), "the same command goes on: {}", printed(&again));
    let other = work.run(&input, "other", &["--private-log", log]);
    assert_eq!(other.status.code(), Some(1), "another output's list is kept");
}

#[test]
fn what_was_typed_wrong_ends_with_1_and_help_with_0() {
    for (words, code) in [(&["run"][..], 1), (&["run", "--codec", "gif"], 1), (&["--help"], 0)] {
        assert_eq!(sauva(words).output().unwrap().status.code(), Some(code), "{words:?}");
    }
}

#[test]
fn the_user_gets_a_key_of_their_own_once() {
    let work = Work::new();
    let run = |name: &str| {
        let mut command = sauva(&["run", "--quiet"]);
        command.arg("--input").arg(sample().join("objects/mr"));
        command.arg("--output").arg(work.path(name)).env("XDG_CONFIG_HOME", work.path("config"));
        printed(&command.output().unwrap())
    };
    assert!(run("one").contains("A key of your own was made"));
    assert!(!run("two").contains("A key of your own was made"));
    let mode = std::fs::metadata(work.path("config/sauva/key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_disk_that_fails_stops_the_run_and_the_same_command_goes_on() {
    let work = Work::new();
    // Files over 10 kB cannot be written: the write fails as on a full disk (EFBIG).
    let limited = "trap '' XFSZ; ulimit -f 20; exec \"$0\" \"$@\"";
    let command = |program: &str, first: &[&str]| {
        let mut command = std::process::Command::new(program);
        command.args(first).args(["run", "--quiet", "--input"]).arg(sample().join("objects"));
        command.arg("--output").arg(work.path("out")).arg("--key-file").arg(work.path("key"));
        command.output().unwrap()
    };
    let binary = env!("CARGO_BIN_EXE_sauva");
    let stopped = command("sh", &["-c", limited, binary]);
    let told = printed(&stopped);
    assert_eq!(stopped.status.code(), Some(75), "{told}");
    assert!(told.contains("stopped: an instance cannot be written"), "{told}");
    assert!(!work.path("out/summary.json").exists());
    let again = command(binary, &[]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(&again));
    assert!(work.path("out/summary.json").exists());
}

#[test]
fn nothing_can_be_written_where_the_disk_says_no() {
    let work = Work::new();
    let mut command = sauva(&["run", "--quiet"]);
    command.arg("--input").arg(sample().join("objects/mr")).arg("--output").arg("/proc/out");
    let run = command.arg("--key-file").arg(work.path("key")).output().unwrap();
    assert_eq!(run.status.code(), Some(1), "{}", printed(&run));
}

#[test]
fn one_thread_a_rank_and_several_are_not_both_to_be_had() {
    let work = Work::new();
    let run = work.run(&sample(), "out", &["--mode", "ranks", "--threads", "2"]);
    let told = printed(&run);
    assert_eq!(run.status.code(), Some(1), "{told}");
    assert!(told.contains("--mode ranks means one thread a rank"), "{told}");
    assert!(!work.path("out").exists());
    let one = work.run(&sample().join("objects/mr"), "out", &["--mode", "ranks", "--threads", "1"]);
    assert_eq!(one.status.code(), Some(0), "{}", printed(&one));
}

#[test]
fn the_start_tells_how_the_run_lies_on_the_machine_and_why() {
    let work = Work::new();
    let input = sample().join("objects/mr");
    let start = |name: &str, more: &[&str]| {
        let mut command = sauva(&["run"]);
        command.arg("--input").arg(&input).arg("--output").arg(work.path(name));
        command.arg("--key-file").arg(work.path("key")).env_remove("SLURM_CPUS_PER_TASK");
        let run = command.args(more).output().unwrap();
        assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
        String::from_utf8(run.stderr).unwrap()
    };
    let told = start("asked", &["--threads", "3", "--schedule", "dynamic", "--memory", "2G"]);
    for line in [
        "  cores     ",
        "  ranks     1\n",
        "  threads   3 a rank: --threads\n",
        "  mode      threads: a rank has several cores, or is alone\n",
        "  schedule  dynamic: --schedule\n",
        "  codec     jpeg-ls\n",
        "  memory    2.1 GB a worker process: --memory\n",
    ] {
        assert_eq!(told.matches(line).count(), 1, "{line:?} in {told}");
    }
    let told = start("found", &["--isolation", "none", "--codec", "rle"]);
    for line in [
        " a rank: the cores of a node, shared by its ranks\n",
        "  schedule  static: one rank\n",
        "  codec     rle\n",
        "  memory    without bounds: --isolation none\n",
    ] {
        assert_eq!(told.matches(line).count(), 1, "{line:?} in {told}");
    }
    assert!(!told.contains(input.to_str().unwrap()), "{told}");
}
