//! Outputs and inputs that somebody has laid hands on between two tries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use sauva::ledger::{Journal, Line, Past, PastRecord, Recount, journal_folder};
use sauva::stats::Distributions;
use sauva::storage::{Disk, SharedStorage};

use crate::help::{Work, printed, rank_independent, rows, sample, tree};

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

/// A finished run over two images.
fn finished() -> (Work, PathBuf) {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    for image in ["objects/mr/MR_small.dcm", "objects/ct/CT_small.dcm"] {
        let name = Path::new(image).file_name().unwrap();
        std::fs::copy(sample().join(image), input.join(name)).unwrap();
    }
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    (work, input)
}

#[test]
fn what_was_written_stays_when_a_link_or_a_fifo_takes_the_inputs_place() {
    let (work, input) = finished();
    let before = rank_independent(&work.path("out"));
    std::fs::remove_file(input.join("CT_small.dcm")).unwrap();
    std::os::unix::fs::symlink("elsewhere", input.join("CT_small.dcm")).unwrap();
    std::fs::remove_file(input.join("MR_small.dcm")).unwrap();
    fifo(&input.join("MR_small.dcm"));
    let again = work.run(&input, "out", &[]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(&again));
    assert_eq!(rank_independent(&work.path("out")), before);
}

#[test]
fn whatever_stands_in_a_files_place_is_replaced() {
    let (work, input) = finished();
    let out = work.path("out");
    let before = rank_independent(&out);
    let paths: Vec<PathBuf> =
        rows(&out.join("index.csv")).iter().map(|row| out.join(&row["path"])).collect();
    for path in &paths {
        std::fs::remove_file(path).unwrap();
    }
    fifo(&paths[0]);
    std::os::unix::fs::symlink("/dev/zero", &paths[1]).unwrap();
    let again = work.run(&input, "out", &[]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(&again));
    assert_eq!(rank_independent(&out), before);
    std::fs::remove_file(&paths[0]).unwrap();
    std::fs::create_dir(&paths[0]).unwrap();
    let again = work.run(&input, "out", &[]);
    assert_eq!(again.status.code(), Some(0), "{}", printed(&again));
    assert_eq!(rank_independent(&out), before);
}

#[test]
fn a_file_that_no_record_tells_of_is_put_aside() {
    let (work, input) = finished();
    let out = work.path("out");
    let before = rank_independent(&out);
    let stray = out.join("dicom/stray/one/two");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("three.dcm"), "from nowhere").unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rank_independent(&out), before);
    assert_eq!(std::fs::read(out.join(".sauva/aside/three.dcm")).unwrap(), b"from nowhere");
    assert!(!out.join("dicom/stray").exists());
}

#[test]
fn an_output_whose_settings_are_gone_is_refused_and_kept() {
    let (work, input) = finished();
    std::fs::remove_file(work.path("out/.sauva/settings.json")).unwrap();
    let before = tree(&work.path("out/dicom"));
    let again = work.run(&input, "out", &[]);
    assert_eq!(again.status.code(), Some(1));
    assert!(printed(&again).contains("settings are gone"), "{}", printed(&again));
    assert_eq!(tree(&work.path("out/dicom")), before);
}

#[test]
fn a_private_log_that_is_no_file_is_refused_and_left_as_it_is() {
    let (work, input) = finished();
    fifo(&work.path("pipe"));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions();
    let before = mode(&work.path("pipe"));
    let pipe = work.path("pipe");
    let refused = work.run(&input, "other", &["--private-log", pipe.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1), "{}", printed(&refused));
    assert_eq!(mode(&pipe), before);
}

#[test]
fn a_log_that_cannot_be_written_is_no_reason_to_fail() {
    let (work, input) = finished();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = crate::help::sauva(&["run"]);
    command.arg("--input").arg(&input).arg("--output").arg(work.path("out"));
    command.arg("--key-file").arg(work.path("key")).stderr(full);
    assert_eq!(command.output().unwrap().status.code(), Some(0));
}

#[test]
fn a_recount_of_a_lost_record_changes_nothing() {
    let (work, input) = finished();
    let out = work.path("out");
    let before = rank_independent(&out);
    let disk: SharedStorage = Arc::new(Disk::below(&out));
    let folder = journal_folder(&out);
    let past = Past::read(&folder).unwrap();
    let mut totals = Distributions::default();
    past.totals(|more| {
        totals.merge(more);
        Ok(())
    })
    .unwrap();
    let mut path_ids = Vec::new();
    let keep = |it: PastRecord| {
        path_ids.push(it.record.path_id);
        Ok::<_, std::io::Error>(())
    };
    past.records(keep).unwrap();
    let path_id = path_ids.remove(0);
    // The second try's record is lost; that it made the totals hold the file is not.
    let recounts = vec![Recount { path_id, of_session: 2, counted: true, totals }];
    let mut journal = Journal::open(&disk, &folder, 0).unwrap();
    journal.append(&Line::Recounted { session: 2, recounts }).unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rank_independent(&out), before);
}
