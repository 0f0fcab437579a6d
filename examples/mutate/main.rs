//! Damaged DICOM files for `scripts/test_mutations.sh`.
//!
//! `mutate write OUT COUNT SEED FOLDER...` makes COUNT files in OUT from the real ones in the folders; a
//! name says what was done. `mutate time OUT` takes each through the stages, but for writing, in this
//! process and prints how long the slowest took; files past 2 seconds, and files
//! that become something unreadable, end it with exit code 1.

#![expect(clippy::unwrap_used, reason = "a helper of the tests: what fails ends it")]
#![expect(clippy::print_stdout, reason = "a helper of the tests: what it prints is its result")]

mod codestream;
mod kinds;
mod seed;
mod stopwatch;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use seed::Seed;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["write", out, count, seed, ref folders @ ..] => {
            write(Path::new(out), count.parse().unwrap(), seed.parse().unwrap(), folders);
            ExitCode::SUCCESS
        }
        ["time", out] => stopwatch::time(&files(Path::new(out))),
        _ => ExitCode::from(2),
    }
}

fn write(out: &Path, count: usize, seed: u64, folders: &[&str]) {
    let seeds: Vec<Seed> =
        folders.iter().flat_map(|folder| files(Path::new(folder))).filter_map(Seed::load).collect();
    assert!(!seeds.is_empty(), "no file in these folders can be read");
    std::fs::create_dir_all(out).unwrap();
    for number in 0..count {
        let (name, file) = kinds::mutant(&seeds, seed, number);
        std::fs::write(out.join(format!("{name}-{number:06}")), file).unwrap();
    }
    println!("{count} files from {} real ones", seeds.len());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
