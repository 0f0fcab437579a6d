//! `sauva run --dicomdir`: the file-set is whole, does not depend on how it was made, and passes the
//! audit; whatever is done to it is found.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sauva::cli::Cli;
use sauva::comm::team;
use sauva::commands::run;
use sauva::sample::{Kind, SampleOptions, generate};

use crate::help::{Work, large_collection, printed, rows, sample, sauva, tree};

fn verify(work: &Work, name: &str) -> (Option<i32>, String) {
    let verified = sauva(&["verify"]).arg(work.path(name)).output().unwrap();
    (verified.status.code(), printed(&verified))
}

fn is_done(run: &Output) {
    assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(run));
}

/// A synthetic tree and its output with a file-set.
fn synthetic() -> (Work, PathBuf) {
    let work = Work::new();
    let input = work.path("input");
    generate(&SampleOptions { kind: Kind::Ct, count: 30, seed: 3 }, &input).unwrap();
    is_done(&work.run(&input, "out", &["--dicomdir"]));
    (work, input)
}

/// The files of a file-set by their places on the disk.
fn places(output: &Path, folder: &str) -> BTreeSet<u64> {
    let files = tree(&output.join(folder)).into_keys();
    let files = files.filter(|path| !path.ends_with("DICOMDIR"));
    files.map(|path| output.join(folder).join(path).metadata().unwrap().ino()).collect()
}

#[test]
fn every_instance_is_linked_once_and_the_rest_is_as_without() {
    let (work, input) = synthetic();
    let out = work.path("out");
    assert_eq!(places(&out, "media"), places(&out, "dicom"));
    for path in tree(&out.join("media")).into_keys() {
        let parts = path.iter().map(|part| part.to_str().unwrap());
        let is_allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        assert!(parts.clone().all(|part| part.len() <= 8 && part.bytes().all(is_allowed)));
        assert!(parts.count() <= 8);
    }
    is_done(&work.run(&input, "plain", &[]));
    for name in ["index.csv", "manifest.sha256", "failures.csv"] {
        let read = |folder: &str| std::fs::read(work.path(folder).join(name)).unwrap();
        assert_eq!(read("out"), read("plain"), "{name}");
    }
    assert!(!work.path("plain/media").exists());
}

#[test]
fn a_later_try_leaves_it_or_makes_it_anew() {
    let (work, input) = synthetic();
    let media = work.path("out/media");
    let before = tree(&media);
    let inode = || media.join("DICOMDIR").metadata().unwrap().ino();
    let first = inode();
    is_done(&work.run(&input, "out", &["--dicomdir"]));
    assert_eq!(inode(), first, "it stands");
    // Damage of all kinds, and a try that died in the middle.
    std::fs::remove_file(media.join("DICOM/P0000001/S0000001/E0000001/I0000001")).unwrap();
    std::fs::write(media.join("DICOMDIR"), "x").unwrap();
    std::fs::create_dir_all(work.path("out/.sauva/media.part/DICOM")).unwrap();
    std::fs::create_dir_all(work.path("out/.sauva/media.old/DICOM")).unwrap();
    is_done(&work.run(&input, "out", &["--dicomdir"]));
    assert!(tree(&media) == before);
    assert!(!work.path("out/.sauva/media.old").exists());
    assert!(!work.path("out/.sauva/media.part").exists());
    // An instance that is made anew has another place on the disk.
    let instance = work.path("out").join(&rows(&work.path("out/index.csv"))[0]["path"]);
    std::fs::write(&instance, "x").unwrap();
    is_done(&work.run(&input, "out", &["--dicomdir"]));
    assert!(tree(&media) == before);
    assert_eq!(places(&work.path("out"), "media"), places(&work.path("out"), "dicom"));
    // Without the option nothing is done to it.
    is_done(&work.run(&input, "out", &[]));
    assert!(tree(&media) == before);
    assert_eq!(verify(&work, "out").0, Some(0));
}

#[test]
fn neither_threads_nor_ranks_matter() {
    let (work, input) = synthetic();
    is_done(&work.run(&input, "other", &["--dicomdir", "--threads", "1"]));
    assert!(tree(&work.path("out/media")) == tree(&work.path("other/media")));
    let [input, output, key] =
        [input, work.path("ranks"), work.path("key")].map(std::path::PathBuf::into_os_string);
    team::run(3, |comm| {
        let words = ["sauva", "run", "--quiet", "--threads", "1", "--dicomdir", "--input"];
        let more = [&*input, "--output".as_ref(), &*output, "--key-file".as_ref(), &*key];
        let words = words.map(Into::into).into_iter().chain(more.map(std::ffi::OsStr::to_owned));
        let cli = <Cli as clap::Parser>::try_parse_from(words).unwrap();
        let sauva::cli::Command::Run(args) = cli.command else { unreachable!() };
        run::execute(&args.resolve().unwrap(), comm, None).unwrap();
    });
    assert!(tree(&work.path("out/media")) == tree(&work.path("ranks/media")));
}

#[test]
fn whatever_is_done_to_it_is_found() {
    let (work, _) = synthetic();
    let media = work.path("out/media");
    let (status, told) = verify(&work, "out");
    assert_eq!(status, Some(0), "{told}");
    let found = |words: &str| {
        let (status, told) = verify(&work, "out");
        assert_eq!(status, Some(70), "{told}");
        assert!(told.contains(words), "{words} in {told}");
    };
    let first = media.join("DICOM/P0000001/S0000001/E0000001/I0000001");
    let second = media.join("DICOM/P0000001/S0000001/E0000001/I0000002");
    let bytes = std::fs::read(&first).unwrap();
    std::fs::remove_file(&first).unwrap();
    found("I0000001: in media/DICOMDIR, and no file is there");
    std::fs::copy(&second, &first).unwrap();
    found("I0000001: another digest than its instance has");
    std::fs::write(&first, &bytes).unwrap();
    assert_eq!(verify(&work, "out").0, Some(0), "a copy is as good as a link");
    std::fs::write(media.join("NOTES"), "x").unwrap();
    found("media/NOTES: not in the DICOMDIR");
    std::fs::remove_file(media.join("NOTES")).unwrap();

    let directory = std::fs::read(media.join("DICOMDIR")).unwrap();
    let edit = |from: &[u8], to: &[u8]| {
        let at = directory.windows(from.len()).position(|it| it == from).unwrap();
        let mut edited = directory.clone();
        edited[at..at + from.len()].copy_from_slice(to);
        std::fs::write(media.join("DICOMDIR"), edited).unwrap();
    };
    edit(b"19000101", b"19310704");
    found("not the one that the instances give");
    edit(b"E0000001\\I0000002", b"E0000001\\I0000001");
    found("two records refer to one file");
    edit(b"\xFF\xFF\x04\0\x20\x14UL\x04\0", b"\0\0\x04\0\x20\x14UL\x04\0");
    found("a record that is not in use");
    edit(b"PATIENT ", b"STUDY   ");
    found("a record at a level that is not its type's");
    std::fs::write(media.join("DICOMDIR"), &directory[..directory.len() - 2]).unwrap();
    found("does not end with the file");
    std::fs::write(media.join("DICOMDIR"), "x").unwrap();
    found("it has no File Meta Information");
    std::fs::remove_file(media.join("DICOMDIR")).unwrap();
    found("media/DICOMDIR: cannot be read");
}

/// What other people's reader makes of a file-set: the number of instances that it finds.
fn pydicom(media: &Path) -> Option<usize> {
    let python = ["/tmp/venv/bin/python", concat!(env!("CARGO_MANIFEST_DIR"), "/.venv/bin/python")];
    let python = python.into_iter().find(|python| Path::new(python).exists())?;
    let script = "import sys, pydicom.fileset as f\n\
        s = f.FileSet(sys.argv[1])\n\
        for i in s: assert i.load().SOPInstanceUID == i.ReferencedSOPInstanceUIDInFile\n\
        print(len(s))";
    let told =
        Command::new(python).args(["-c", script]).arg(media.join("DICOMDIR")).output().ok()?;
    assert!(told.status.success(), "{}", printed(&told));
    String::from_utf8(told.stdout).ok()?.trim().parse().ok()
}

#[test]
fn real_files_of_many_kinds_have_their_records() {
    let mut inputs = vec![sample()];
    inputs.extend(large_collection().map(|it| it.join("studies/pcir-dicomdir")));
    for input in inputs {
        let work = Work::new();
        is_done(&work.run(&input, "out", &["--dicomdir"]));
        let written = rows(&work.path("out/index.csv")).len();
        assert_eq!(places(&work.path("out"), "media").len(), written);
        let (status, told) = verify(&work, "out");
        assert_eq!(status, Some(0), "{told}");
        if let Some(found) = pydicom(&work.path("out/media")) {
            assert_eq!(found, written);
        }
    }
}

#[test]
fn a_storage_that_fails_leaves_no_half_of_it() {
    use std::sync::Arc;

    use sauva::storage::{Disk, Failing, Fault, SharedStorage};
    use sauva::{media, read};

    let (work, _) = synthetic();
    let out = work.path("out");
    let index = rows(&out.join("index.csv"));
    let members = || -> Vec<media::Member<'_>> {
        index
            .iter()
            .map(|row| media::Member {
                identity: [
                    &row["patient_id"],
                    &row["study_instance_uid"],
                    &row["series_instance_uid"],
                    &row["sop_instance_uid"],
                ],
                path: &row["path"],
                sha256: &row["sha256"],
                sop_class_uid: &row["sop_class_uid"],
                transfer_syntax: &row["transfer_syntax"],
                is_image: true,
            })
            .collect()
    };
    let before = tree(&out.join("media"));
    let disk: SharedStorage = Arc::new(Disk::below(&out));
    let limits = read::Limits::default();
    for at in 1.. {
        std::fs::remove_dir_all(out.join("media")).ok();
        let failing = Failing::new(disk.clone(), Fault::Before(rustix::io::Errno::PERM), at, true);
        let made = media::FileSet::new(members()).unwrap().make(&out, &limits, &failing);
        let is_there = out.join("media").exists();
        assert!(!is_there || tree(&out.join("media")) == before, "call {at}");
        if made.is_ok() {
            break;
        }
        assert!(made.unwrap_err().to_string().contains("media"), "call {at}");
    }
    assert!(tree(&out.join("media")) == before);
}
