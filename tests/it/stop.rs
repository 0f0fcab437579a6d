//! Runs that are asked to stop, and runs that are killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sauva::process::was_told_to_ignore;
use sauva::results::digest;

use crate::help::{Work, rank_independent, rows, sample, sauva, tree};

/// An input that takes a while: a file of the sample many times, each under a UID of its own.
fn long_input(work: &Work, count: u32) -> PathBuf {
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let mut image = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    // SOP Instance UID (0008,0018): its last four digits count.
    let at = image.windows(6).position(|bytes| bytes == b"\x08\0\x18\0UI").unwrap();
    let length = usize::from(u16::from_le_bytes([image[at + 6], image[at + 7]]));
    for number in 0..count {
        let digits = format!("{:04}", 1000 + number);
        image[at + 8 + length - 5..at + 8 + length - 1].copy_from_slice(digits.as_bytes());
        std::fs::write(input.join(number.to_string()), &image).unwrap();
    }
    input
}

fn start(work: &Work, input: &Path, name: &str) -> Child {
    let mut command = sauva(&["run", "--quiet", "--threads", "1"]);
    command.arg("--input").arg(input).arg("--output").arg(work.path(name));
    command.arg("--key-file").arg(work.path("key"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until the journal holds a first commit.
fn wait_for_work(work: &Work, name: &str) {
    let journal = work.path(name).join(".sauva/journal/rank-00000.journal");
    for _ in 0..3000 {
        if journal.metadata().is_ok_and(|meta| meta.len() > 0) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("no file was committed");
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_run_that_is_asked_to_stop_leaves_75_and_goes_on() {
    let work = Work::new();
    let input = long_input(&work, 600);
    work.run(&input, "unharmed", &[]);
    let unharmed = rank_independent(&work.path("unharmed"));
    for signal in [Signal::TERM, Signal::INT, Signal::USR1] {
        if was_told_to_ignore(signal.as_raw()) {
            // As these tests were, so is the command that they start.
            continue;
        }
        let name = format!("out-{}", signal.as_raw());
        let mut child = start(&work, &input, &name);
        wait_for_work(&work, &name);
        send(&child, signal);
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(75), "{signal:?}");
        let output = work.path(&name);
        assert!(!output.join("summary.json").exists(), "an unfinished run has no summary");
        let left: Vec<PathBuf> = tree(&output).into_keys().collect();
        assert!(left.iter().all(|path| path.extension().is_none_or(|it| it != "part")));
        assert!(left.iter().all(|path| path.extension().is_none_or(|it| it != "in-flight")));
        assert_eq!(work.run(&input, &name, &[]).status.code(), Some(0));
        assert_eq!(rank_independent(&output), unharmed, "{signal:?}");
    }
}

#[test]
fn a_run_that_is_killed_goes_on() {
    let work = Work::new();
    let input = long_input(&work, 300);
    work.run(&input, "unharmed", &[]);
    let unharmed = rank_independent(&work.path("unharmed"));
    let mut child = start(&work, &input, "out");
    wait_for_work(&work, "out");
    send(&child, Signal::KILL);
    child.wait().unwrap();
    // Every file under a final name is whole.
    let whole = &unharmed.2;
    for (path, bytes) in tree(&work.path("out/dicom")) {
        if path.extension().is_some_and(|it| it == "dcm") {
            assert_eq!(Some(&digest(&bytes)), whole.get(&Path::new("dicom").join(&path)));
        }
    }
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rank_independent(&work.path("out")), unharmed);
}

#[test]
fn a_second_run_on_a_live_output_leaves_4_at_once() {
    let work = Work::new();
    let input = long_input(&work, 600);
    let mut first = start(&work, &input, "out");
    wait_for_work(&work, "out");
    let second = work.run(&input, "out", &[]);
    assert_eq!(second.status.code(), Some(4));
    send(&first, Signal::TERM);
    assert_eq!(first.wait().unwrap().code(), Some(75));
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rows(&work.path("out/index.csv")).len(), 600);
}
