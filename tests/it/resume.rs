//! A run that is begun again: what is done is kept, what is damaged is made anew, and the end is as if
//! there had been one try.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::help::{Work, printed, rank_independent, rows, sample, summary, tree};

/// Inode and modification time of every instance.
fn identities(output: &Path) -> BTreeMap<PathBuf, (u64, i64, i64)> {
    let files = tree(&output.join("dicom")).into_keys();
    files
        .map(|path| {
            let meta = std::fs::metadata(output.join("dicom").join(&path)).unwrap();
            (path, (meta.ino(), meta.mtime(), meta.mtime_nsec()))
        })
        .collect()
}

/// The sample where it may be changed.
fn own_input(work: &Work) -> PathBuf {
    let input = work.path("input");
    copy_tree(&sample(), &input);
    input
}

fn copy_tree(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let target = to.join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, bytes).unwrap();
    }
}

fn journal(output: &Path) -> PathBuf {
    output.join(".sauva/journal/rank-00000.journal")
}

#[test]
fn nothing_is_done_twice_and_other_ranks_make_no_difference() {
    let work = Work::new();
    work.run(&sample(), "out", &[]);
    let (before, files) = (rank_independent(&work.path("out")), identities(&work.path("out")));
    let again = work.run(&sample(), "out", &["--threads", "3"]);
    assert_eq!(again.status.code(), Some(2), "{}", printed(&again));
    work.run_team(3, &sample(), "out");
    assert_eq!(rank_independent(&work.path("out")), before);
    assert_eq!(identities(&work.path("out")), files, "inode and modification time are kept");
}

#[test]
fn only_what_is_damaged_or_gone_is_made_anew() {
    let work = Work::new();
    work.run(&sample(), "out", &[]);
    let output = work.path("out");
    let (before, files) = (rank_independent(&output), identities(&output));
    let names: Vec<&PathBuf> = files.keys().collect();
    let (flipped, gone) = (names[1], names[4]);
    let mut bytes = std::fs::read(output.join("dicom").join(flipped)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(output.join("dicom").join(flipped), bytes).unwrap();
    std::fs::remove_file(output.join("dicom").join(gone)).unwrap();
    let again = work.run(&sample(), "out", &[]);
    assert!(printed(&again).contains("made anew              2"), "{}", printed(&again));
    assert_eq!(rank_independent(&output), before);
    let now = identities(&output);
    for (path, identity) in &files {
        let is_same = now[path] == *identity;
        assert_eq!(is_same, path != flipped && path != gone, "{}", path.display());
    }
}

#[test]
fn inputs_may_come_and_change_and_go() {
    let work = Work::new();
    let input = own_input(&work);
    let late = input.join("objects/ct/CT_small.dcm");
    let late_bytes = std::fs::read(&late).unwrap();
    std::fs::remove_file(&late).unwrap();
    let changing = input.join("objects/mr/MR_small.dcm");
    let mut other = std::fs::read(&changing).unwrap();
    let at = other.len() - 1000;
    other[at] ^= 1;
    std::fs::write(&changing, &other).unwrap();
    work.run(&input, "out", &[]);
    copy_tree(&sample(), &input);
    std::fs::write(&late, late_bytes).unwrap();
    work.run(&input, "out", &[]);
    work.run(&input, "fresh", &[]);
    assert_eq!(rank_independent(&work.path("out")), rank_independent(&work.path("fresh")));

    // An input that is gone takes nothing with it.
    let written = summary(&work.path("out"))["outcome"]["written"].clone();
    std::fs::remove_file(&late).unwrap();
    let again = work.run(&input, "out", &[]);
    assert!(printed(&again).contains("inputs gone"), "{}", printed(&again));
    assert_eq!(summary(&work.path("out"))["outcome"]["written"], written);
}

#[test]
fn a_damaged_output_whose_input_is_gone_is_told_and_put_aside() {
    let work = Work::new();
    let input = work.path("input");
    copy_tree(&sample().join("objects"), &input);
    work.run(&input, "out", &[]);
    let output = work.path("out");
    let before = rank_independent(&output);
    let log = work.path("log");
    work.run(&input, "out", &["--private-log", log.to_str().unwrap()]);
    let ct = rows(&log).into_iter().find(|row| row["path"].contains("CT_small")).unwrap();
    let index = rows(&output.join("index.csv"));
    let row = index.iter().find(|row| row["path_id"] == ct["path_id"]).unwrap();
    let instance = output.join(&row["path"]);
    std::fs::write(&instance, "damaged").unwrap();
    let kept = std::fs::read(input.join("ct/CT_small.dcm")).unwrap();
    let meta = std::fs::metadata(input.join("ct/CT_small.dcm")).unwrap();
    std::fs::remove_file(input.join("ct/CT_small.dcm")).unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(2));
    let failures = rows(&output.join("failures.csv"));
    assert!(failures.iter().any(|row| row["class"] == "damaged-output"));
    assert!(!instance.exists());
    assert_eq!(std::fs::read_dir(output.join(".sauva/aside")).unwrap().count(), 1);
    // The input comes back.
    std::fs::write(input.join("ct/CT_small.dcm"), kept).unwrap();
    let file = std::fs::File::options().write(true).open(input.join("ct/CT_small.dcm")).unwrap();
    file.set_modified(meta.modified().unwrap()).unwrap();
    work.run(&input, "out", &[]);
    let mut after = rank_independent(&output);
    after.2.retain(|path, _| before.2.contains_key(path));
    assert_eq!(after, before);
}

#[test]
fn a_journal_that_is_damaged_anywhere_or_gone_costs_work_and_nothing_else() {
    let work = Work::new();
    let input = work.path("input");
    for (folder, name) in [("objects", "objects"), ("syntaxes", "syntaxes")] {
        copy_tree(&sample().join(folder), &input.join(name));
    }
    work.run_team(2, &input, "out");
    let output = work.path("out");
    let before = rank_independent(&output);
    let whole = std::fs::read(journal(&output)).unwrap();
    for part in 0..8 {
        let mut damaged = whole.clone();
        let at = part * (whole.len() - 1) / 7;
        damaged[at] ^= 0x10;
        std::fs::write(journal(&output), damaged).unwrap();
        work.run_team(1 + part % 3, &input, "out");
        assert_eq!(rank_independent(&output), before, "byte {at} changed");
    }
    std::fs::write(journal(&output), &whole[..whole.len() / 2]).unwrap();
    work.run_team(1, &input, "out");
    assert_eq!(rank_independent(&output), before, "cut in half");
    std::fs::remove_dir_all(output.join(".sauva/journal")).unwrap();
    work.run_team(2, &input, "out");
    assert_eq!(rank_independent(&output), before, "journals gone");
}

#[test]
fn a_file_in_flight_at_two_deaths_is_quarantined_and_retried_when_asked() {
    let work = Work::new();
    let input = work.path("input");
    copy_tree(&sample().join("objects"), &input);
    let log = work.path("log");
    work.run(&input, "done", &["--private-log", log.to_str().unwrap()]);
    let done = rank_independent(&work.path("done"));
    // What is announced of each file: its keyed name, size and modification time.
    let announced: Vec<(String, String)> = rows(&log)
        .into_iter()
        .map(|row| {
            let meta = std::fs::metadata(input.join(&row["path"])).unwrap();
            let modified_ns = meta.mtime() * 1_000_000_000 + meta.mtime_nsec();
            (row["path_id"].clone(), format!("+{} {} {modified_ns}\n", row["path_id"], meta.len()))
        })
        .collect();
    let journals = work.path("out/.sauva/journal");
    // A try that died with these files in flight, on one of its ranks.
    let die = |rank: u32, try_name: &str, in_flight: &[(String, String)]| {
        let lines: String = in_flight.iter().map(|(_, line)| line.as_str()).collect();
        let path = journals.join(format!("rank-{rank:05}.in-flight"));
        std::fs::write(path, format!("1 {try_name}\n{lines}")).unwrap();
    };
    work.run(&input, "out", &["--codec", "jpeg-ls"]);
    let forget = || {
        std::fs::remove_file(journal(&work.path("out"))).unwrap();
    };
    forget();
    die(1, "first", &announced[..3]);
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rank_independent(&work.path("out")), done, "one death is forgiven");
    forget();
    // The same try, told by two ranks, counts once.
    die(1, "first", &announced[..2]);
    die(2, "first", &announced[..2]);
    die(3, "second", &announced[..1]);
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(2));
    let failures = rows(&work.path("out/failures.csv"));
    assert_eq!(failures.len(), 1);
    let (class, path_id) = (&failures[0]["class"], &failures[0]["path_id"]);
    assert_eq!((class.as_str(), path_id), ("job-died", &announced[0].0));
    assert_eq!(work.run(&input, "out", &["--retry"]).status.code(), Some(0));
    assert_eq!(rank_independent(&work.path("out")), done);
    // What was done since has paid: a flipped bit does not bring the strikes back.
    let index = rows(&work.path("out/index.csv"));
    let row = index.iter().find(|row| row["path_id"] == announced[0].0).unwrap();
    std::fs::write(work.path("out").join(&row["path"]), "damaged").unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(0));
    assert_eq!(rank_independent(&work.path("out")), done);
}

#[test]
fn who_lost_a_name_may_win_it_when_the_winner_is_gone() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    let image = std::fs::read(sample().join("objects/mr/MR_small.dcm")).unwrap();
    for number in 0..3_u8 {
        let mut other = image.clone();
        let at = other.len() - 1000;
        other[at] ^= number;
        std::fs::write(input.join(number.to_string()), other).unwrap();
    }
    let log = work.path("log");
    work.run(&input, "out", &["--private-log", log.to_str().unwrap()]);
    let winner = rows(&log).into_iter().find(|row| row["outcome"] == "written").unwrap();
    // The winner's output is damaged and its input gone: the next one takes the name.
    std::fs::remove_file(input.join(&winner["path"])).unwrap();
    let index = rows(&work.path("out/index.csv"));
    std::fs::write(work.path("out").join(&index[0]["path"]), "damaged").unwrap();
    assert_eq!(work.run(&input, "out", &[]).status.code(), Some(2));
    work.run(&input, "fresh", &[]);
    let (out, fresh) = (work.path("out"), work.path("fresh"));
    assert_eq!(summary(&out)["statistics"], summary(&fresh)["statistics"]);
    assert_eq!(tree(&out.join("dicom")), tree(&fresh.join("dicom")));
    // And when the winner has changed into another instance, with its output as it was.
    let second = rows(&fresh.join("index.csv"))[0]["path_id"].clone();
    let again = work.run(&input, "out", &["--private-log", log.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "{}", printed(&again));
    let name = rows(&log).into_iter().find(|row| row["path_id"] == second).unwrap()["path"].clone();
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join(name)).unwrap();
    work.run(&input, "out", &[]);
    work.run(&input, "anew", &[]);
    let anew = work.path("anew");
    assert_eq!(summary(&out)["statistics"], summary(&anew)["statistics"]);
    assert_eq!(tree(&out.join("dicom")), tree(&anew.join("dicom")));
}
