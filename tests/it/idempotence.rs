//! What is de-identified stays what it is, byte for byte, when it is de-identified again with its key.

use std::path::Path;

use crate::help::{Work, large_collection, rows, sample, tree};

/// De-identifies twice; returns how many instances were compared.
fn twice(input: &Path, profile: &[&str]) -> usize {
    let work = Work::new();
    let first = work.run_to(input, "first", profile);
    work.run_to(&work.path("first/dicom"), "second", profile);
    assert_eq!(rows(&work.path("second/failures.csv")).len(), 0, "{profile:?}");
    let [before, after] = ["first/dicom", "second/dicom"].map(|name| tree(&work.path(name)));
    assert!(before.keys().eq(after.keys()), "{profile:?}: other names");
    for (name, before) in &before {
        assert!(*before == after[name], "{profile:?}: {}", name.display());
    }
    first.len()
}

const PROFILES: [&[&str]; 4] = [
    &["--profile", "basic"],
    &["--profile", "research"],
    &["--profile", "strict"],
    &["--retain", "safe-private,institution,full-dates", "--codec", "keep"],
];

#[test]
fn a_second_turn_changes_nothing() {
    for profile in PROFILES {
        let folders = [
            "charset",
            "objects/ct",
            "objects/mr",
            "objects/rt",
            "objects/sr",
            "studies",
            "syntaxes",
        ];
        let compared: usize =
            folders.iter().map(|folder| twice(&sample().join(folder), profile)).sum();
        assert!(compared >= 18, "{profile:?}: only {compared} instances");
        if let Some(folder) = large_collection() {
            for study in ["vendors-mr", "dcmqi-liver", "STS_025"] {
                twice(&folder.join("studies").join(study), profile);
            }
        }
    }
}
