//! What shells and `man` know of the command line, and what a terminal is sent.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use crate::help::{Work, printed, sample, sauva};

/// What bash offers for these words, of which the last is being typed.
fn offered_by_bash(words: &[&str]) -> BTreeSet<String> {
    let asks = r#"
        source <("$SAUVA" completions bash)
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        [[ $(complete -p sauva) =~ -F\ ([^ ]+) ]] || exit 9
        "${BASH_REMATCH[1]}" sauva "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", asks, "bash"]).args(words);
    let asked = command.env("SAUVA", env!("CARGO_BIN_EXE_sauva")).output().unwrap();
    assert!(asked.status.success(), "{}", printed(&asked));
    String::from_utf8(asked.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let commands = offered_by_bash(&["sauva", "ver"]);
    assert!(commands.contains("verify"), "{commands:?}");
    let all = offered_by_bash(&["sauva", ""]);
    assert!(all.contains("doctor") && !all.contains("worker") && !all.contains("man"), "{all:?}");
    let options = offered_by_bash(&["sauva", "run", "--pixel-r"]);
    assert_eq!(options, ["--pixel-risk", "--pixel-rules"].map(str::to_owned).into());
    let values = offered_by_bash(&["sauva", "run", "--codec", "jpeg-l"]);
    assert_eq!(values, ["jpeg-ls", "jpeg-lossless"].map(str::to_owned).into());
    let values = offered_by_bash(&["sauva", "run", "--schedule", ""]);
    assert_eq!(values, ["auto", "dynamic", "static"].map(str::to_owned).into());
}

#[test]
fn every_shell_has_its_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = sauva(&["completions", shell]).output().unwrap();
        assert_eq!(script.status.code(), Some(0), "{shell}");
        let text = String::from_utf8(script.stdout).unwrap();
        assert!(text.contains("pixel-risk") && text.contains("doctor"), "{shell}");
    }
    assert_eq!(sauva(&["completions", "DOE_JANE"]).output().unwrap().status.code(), Some(1));
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn every_command_has_a_page() {
    let work = Work::new();
    let folder = work.path("new/man");
    let made = sauva(&["man", folder.to_str().unwrap()]).output().unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", printed(&made));
    let names = std::fs::read_dir(&folder).unwrap();
    let names: BTreeSet<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let help = printed(&sauva(&["--help"]).output().unwrap());
    let commands = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    let commands =
        commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let commands = commands.filter_map(|line| line.split_whitespace().next());
    let wanted = commands.filter(|name| *name != "help").map(|name| format!("sauva-{name}.1"));
    let wanted: BTreeSet<String> = wanted.chain(["sauva.1".to_owned()]).collect();
    assert!(wanted.len() > 10, "{wanted:?}");
    assert_eq!(names, wanted);
    for name in &names {
        let page = folder.join(name);
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains(".SH NAME") && text.contains(".SH SYNOPSIS"), "{name}");
        if is_there("man") {
            let mut shown = Command::new("man");
            shown.args(["--warnings", "-E", "UTF-8", "-l"]).arg(&page).env("MANWIDTH", "80");
            let shown = shown.env("MANPAGER", "cat").output().unwrap();
            let told = String::from_utf8_lossy(&shown.stderr);
            assert!(shown.status.success() && told.is_empty(), "{name}: {told}");
        }
        if is_there("mandoc") {
            let lint =
                Command::new("mandoc").args(["-T", "lint", "-W", "error"]).arg(&page).output();
            assert!(lint.unwrap().status.success(), "{name}");
        }
    }
}

/// `sauva run` into the folder `name` with these variables alone.
fn run_with(work: &Work, input: &Path, name: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = sauva(&["run"]);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.arg("--input").arg(input).arg("--output").arg(work.path(name));
    command.arg("--key-file").arg(work.path("key")).envs(variables.iter().copied());
    command.output().unwrap()
}

#[test]
fn colours_are_for_terminals_and_for_those_who_force_them() {
    let work = Work::new();
    let input = sample().join("objects/mr");
    let plain: &[&[(&str, &str)]] = &[
        &[("TERM", "xterm")],
        &[("CLICOLOR", "1")],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")],
    ];
    for (number, variables) in plain.iter().enumerate() {
        let run = run_with(&work, &input, &format!("plain-{number}"), variables);
        assert!(!printed(&run).contains('\x1b'), "{variables:?}: {}", printed(&run));
        let mut help = sauva(&["--help"]);
        let help = help.env_remove("CLICOLOR_FORCE").envs(variables.iter().copied()).output();
        assert!(!printed(&help.unwrap()).contains('\x1b'), "{variables:?}");
    }
    let forced = run_with(&work, &input, "forced", &[("CLICOLOR_FORCE", "1")]);
    assert!(String::from_utf8_lossy(&forced.stderr).contains('\x1b'), "{}", printed(&forced));
    assert!(!String::from_utf8_lossy(&forced.stdout).contains('\x1b'), "{}", printed(&forced));
}

/// The page fits a terminal of 80 columns and 24 lines, but for the path of the output.
fn assert_fits(run: &Output) -> String {
    let page = String::from_utf8(run.stdout.clone()).unwrap();
    assert!(page.lines().count() < 24, "{page}");
    let is_long = |line: &&str| line.chars().count() > 80 && !line.starts_with("Results in OUT");
    assert_eq!(page.lines().find(is_long), None, "{page}");
    page
}

#[test]
fn the_last_words_say_whether_all_is_well_and_what_to_do() {
    let work = Work::new();
    let well = work.run(&sample().join("objects/mr"), "well", &[]);
    let page = assert_fits(&well);
    assert!(page.starts_with("All is well: "), "{page}");
    assert!(!page.contains("--retry") && !page.contains("failures.csv"), "{page}");
    assert!(page.contains("sauva verify OUT --input IN --key-file FILE"), "{page}");

    let failed = work.run(&sample(), "failed", &["--dicomdir"]);
    assert_eq!(failed.status.code(), Some(2));
    let page = assert_fits(&failed);
    assert!(page.starts_with("Done, but ") && page.contains(" were quarantined: "), "{page}");
    for words in
        ["OUT/failures.csv", "--retry", "--private-log FILE", " files/s, ", "Results in OUT = "]
    {
        assert_eq!(page.matches(words).count(), 1, "{words} in {page}");
    }
    // The reasons that are named are classes of failures.csv.
    let classes = crate::help::rows(&work.path("failed/failures.csv"));
    let quarantined = classes.iter().filter(|row| row["outcome"] == "quarantined");
    let line = page.lines().find(|line| line.starts_with("  quarantined")).unwrap();
    assert!(quarantined.into_iter().any(|row| line.contains(&row["class"])), "{line}");

    let stats = sauva(&["stats", "--quiet", "--key-file", work.path("key").to_str().unwrap()])
        .arg(sample().join("objects/mr"))
        .arg(work.path("stats"))
        .output()
        .unwrap();
    let page = assert_fits(&stats);
    assert!(page.contains("THEY NAME PATIENTS") && !page.contains("sauva verify"), "{page}");
}

#[test]
fn what_the_progress_shows_is_asked_for_by_one_option() {
    let work = Work::new();
    let run = work.run(&sample().join("objects/mr"), "out", &["--verbose"]);
    assert_eq!(run.status.code(), Some(1), "{}", printed(&run));
    assert!(printed(&run).contains("--quiet cannot be given with --verbose"), "{}", printed(&run));
}
