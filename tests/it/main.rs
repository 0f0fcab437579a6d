//! Integration tests: the real command in a temporary folder, and rooms together.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cli;
mod codecs;
mod contents;
mod crop;
mod doctor;
mod duplicates;
mod experiments;
mod faults;
mod foresight;
mod help;
mod house;
mod idempotence;
mod intervals;
mod keep;
mod lists;
mod lost_ranks;
mod manual;
mod map;
#[cfg(feature = "mpi")]
mod map_ranks;
mod media;
#[cfg(feature = "mpi")]
mod mpi;
mod pixels;
mod planted;
#[cfg(feature = "test-hooks")]
mod poison;
mod privacy;
mod query;
mod ranks;
mod reader;
mod real_files;
mod reference;
mod references;
mod region_study;
mod regions;
mod reidentification;
mod report;
mod resume;
mod retention;
mod schedule;
#[cfg(feature = "test-hooks")]
mod secrets;
mod special_files;
mod statistics;
mod stop;
mod surroundings;
mod times;
mod traces;
mod unchanged;
mod verify;

/// A file of tests that is not named above would never run.
#[test]
fn no_test_file_is_forgotten() {
    let source = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = name.trim_end_matches(".rs");
        assert!(
            module == "main" || source.contains(&format!("mod {module};")),
            "tests/it/{name} is not named in main.rs"
        );
    }
}
