//! The reference pages of the guide: they are those that the code makes; every option of every help is in them and no
//! other; every file, column and key that a run leaves is described.

use std::collections::BTreeSet;
use std::path::Path;

use sauva::reference::{OUTPUT_FILES, SUMMARY_KEYS, is_key, pages};
use serde_json::Value;

use crate::help::{Work, printed, sample, sauva, summary};

#[test]
fn the_pages_of_the_guide_are_those_that_the_code_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/reference");
    for (name, made) in pages().unwrap() {
        let kept = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(kept == made, "docs/src/reference/{name} is stale: cargo run --example reference");
    }
}

/// The options at the heads of the paragraphs of a help.
fn options_of_help(command: &str) -> BTreeSet<String> {
    let help = printed(&sauva(&[command, "--help"]).output().unwrap());
    // Deeper in stand their texts.
    let heads = help.lines().filter(|line| line.starts_with("  -") || line.starts_with("      --"));
    let words = heads.flat_map(|line| line.split([' ', ',', '=', '[', '<']));
    let options = words.filter(|word| word.starts_with("--")).map(str::to_owned);
    options.filter(|option| !matches!(&**option, "--help" | "--version")).collect()
}

/// The options in the first cells of the tables below a heading.
fn options_of_page(page: &str, heading: &str) -> BTreeSet<String> {
    let (_, below) = page.split_once(&format!("\n## {heading}\n")).unwrap_or(("", page));
    let section = below.split("\n## ").next().unwrap();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let words = cells.flat_map(|cell| cell.split([' ', ',']));
    words.filter(|word| word.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn every_option_of_every_help_is_in_the_reference_and_no_other() {
    let page = pages().unwrap().into_iter().find(|(name, _)| *name == "commands.md").unwrap().1;
    let program = printed(&sauva(&["--help"]).output().unwrap());
    let (_, list) = program.split_once("Commands:").unwrap();
    let list = list.split("Options:").next().unwrap();
    // A command stands two columns in, its text further to the right.
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let commands: BTreeSet<&str> =
        names.filter_map(|line| line.split_whitespace().next()).collect();
    let global = options_of_page(&page, "no such heading");
    assert!(global.contains("--log-format"));
    let mut seen = 0;
    for command in commands.iter().filter(|command| **command != "help") {
        let mut of_help = options_of_help(command);
        assert!(of_help.remove("--log-format"), "{command}");
        let described = options_of_page(&page, &format!("sauva {command}"));
        let global: BTreeSet<String> = of_help.difference(&described).cloned().collect();
        assert!(
            global.iter().all(|option| page
                .split("\n## ")
                .next()
                .unwrap()
                .contains(option.as_str())),
            "sauva {command}: help has {global:?} and the reference has not"
        );
        let unknown: Vec<_> = described.difference(&of_help).collect();
        assert!(unknown.is_empty(), "sauva {command}: the reference has {unknown:?}");
        seen += described.len();
    }
    assert!(seen > 50, "{seen} options in {commands:?}");
    for line in page.lines().filter_map(|line| line.strip_prefix("## sauva ")) {
        assert!(commands.contains(line), "the reference has a command {line}");
    }
}

/// Paths of keys to whatever is no object, and to empty objects.
fn leaves(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{dot}{name}"), found);
            }
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

#[test]
fn every_file_and_every_key_that_a_run_leaves_is_described() {
    let work = Work::new();
    let everything =
        ["--clean", "pixels", "--regions", "--crop", "body", "--crop-images", "--dicomdir"];
    let output = work.run(&sample(), "out", &everything);
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    let folder = work.path("out");

    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let slash = if entry.file_type().unwrap().is_dir() { "/" } else { "" };
        files.insert(entry.file_name().into_string().unwrap() + slash);
    }
    let described: BTreeSet<String> =
        OUTPUT_FILES.iter().map(|file| file.name.to_owned()).collect();
    assert_eq!(files, described);

    let mut keys = BTreeSet::new();
    leaves(&summary(&folder), "", &mut keys);
    let strange: Vec<_> =
        keys.iter().filter(|path| !is_key(path) && !is_empty_group(path)).collect();
    assert!(strange.is_empty(), "keys that no page describes: {strange:?}");
    for (key, _) in SUMMARY_KEYS {
        let known = key.trim_end_matches(".*");
        // What is null where it was not asked for stands as a key of its own.
        let is_there =
            keys.iter().any(|path| path == known || path.starts_with(&format!("{known}.")));
        assert!(is_there, "no summary has {key}");
    }
}

/// A group of keys that the data give, with none in it.
fn is_empty_group(path: &str) -> bool {
    SUMMARY_KEYS.iter().any(|(key, _)| key.strip_suffix(".*") == Some(path))
}
