//! Names in the input tree that are no regular files, and names that are no text.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::help::{Work, printed, rows, sample};

#[test]
fn links_and_fifos_are_reported_and_never_opened() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join("image")).unwrap();
    std::os::unix::fs::symlink(&input, input.join("loop")).unwrap();
    std::os::unix::fs::symlink(work.path("key"), input.join("key.dcm")).unwrap();
    mknodat(CWD, input.join("fifo"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let run = work.run(&input, "out", &[]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let mut classes: Vec<String> = rows(&work.path("out").join("failures.csv"))
        .into_iter()
        .map(|row| format!("{} {}", row["outcome"], row["class"]))
        .collect();
    classes.sort();
    let link = "quarantined symbolic-link";
    assert_eq!(classes, ["quarantined special-file", link, link]);
}

#[test]
fn names_need_not_be_text() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let name = OsStr::from_bytes(b"\xFF\xFE =cmd,\"\n\t.dcm");
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join(name)).unwrap();
    let long = "x".repeat(255);
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join(long)).unwrap();
    let run = work.run(&input, "out", &[]);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    assert_eq!(rows(&work.path("out").join("index.csv")).len(), 2);
}
