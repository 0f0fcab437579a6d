//! `--manifest`: a list in the place of a search. The same files give the same results, whoever names them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::help::{Work, many_images, printed, rank_independent, rows, sample, summary, tree};

/// A list of the files below a folder, the last first; with sizes where asked for.
fn list_of(input: &Path, has_sizes: bool) -> Vec<u8> {
    let lines = tree(input).into_iter().rev().map(|(path, bytes)| {
        let size = if has_sizes { format!("\t{}", bytes.len()) } else { String::new() };
        [path.as_os_str().as_bytes(), size.as_bytes(), b"\n"].concat()
    });
    lines.collect::<Vec<_>>().concat()
}

/// A run with this list.
fn run_with(work: &Work, input: &Path, name: &str, list: &[u8]) -> std::process::Output {
    let path = work.path("list");
    std::fs::write(&path, list).unwrap();
    work.run(input, name, &["--manifest", path.to_str().unwrap()])
}

#[test]
fn a_list_of_all_files_gives_what_a_scan_gives() {
    let work = Work::new();
    work.run(&sample(), "scanned", &[]);
    let scanned = rank_independent(&work.path("scanned"));
    for has_sizes in [false, true] {
        let list = list_of(&sample(), has_sizes);
        let name = format!("listed-{has_sizes}");
        let run = run_with(&work, &sample(), &name, &list);
        assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
        assert_eq!(rank_independent(&work.path(&name)), scanned, "sizes: {has_sizes}");
        let path = work.path("list");
        for schedule in ["static", "dynamic"] {
            let name = format!("team-{schedule}-{has_sizes}");
            let more = ["--manifest", path.to_str().unwrap(), "--schedule", schedule];
            work.run_team_with(3, &sample(), &name, &more);
            assert_eq!(rank_independent(&work.path(&name)), scanned, "{schedule} {has_sizes}");
        }
    }
}

#[test]
fn the_same_list_goes_on_and_does_nothing_twice() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 40);
    for has_sizes in [false, true] {
        let name = format!("out-{has_sizes}");
        let list = list_of(&input, has_sizes);
        run_with(&work, &input, &name, &list);
        let before = rank_independent(&work.path(&name));
        let again = run_with(&work, &input, &name, &list);
        let told = printed(&again);
        assert!(told.contains("done before           40"), "{told}");
        assert_eq!(rank_independent(&work.path(&name)), before);
    }
}

#[test]
fn what_is_not_listed_is_not_touched() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 30);
    let (listed, part) = (["folder-0/0", "folder-1/1", "folder-2/2"], work.path("part"));
    for path in listed {
        std::fs::create_dir_all(part.join(path).parent().unwrap()).unwrap();
        std::fs::copy(input.join(path), part.join(path)).unwrap();
    }
    let log = work.path("log.csv");
    let list = work.path("list");
    std::fs::write(&list, listed.join("\n")).unwrap();
    let words = ["--manifest", list.to_str().unwrap(), "--private-log", log.to_str().unwrap()];
    let run = work.run(&input, "out", &words);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    let told: BTreeSet<String> = rows(&log).into_iter().map(|row| row["path"].clone()).collect();
    assert_eq!(told, listed.map(str::to_owned).into());
    work.run(&part, "alone", &[]);
    assert_eq!(rank_independent(&work.path("out")), rank_independent(&work.path("alone")));
}

#[test]
fn lists_that_cannot_be_meant_are_refused() {
    let work = Work::new();
    let input = work.path("DOE_JANE");
    many_images(&input, 10);
    let refused = |list: &[u8], sentence: &str| {
        let run = run_with(&work, &input, "out", list);
        let told = printed(&run);
        assert_eq!(run.status.code(), Some(1), "{told}");
        assert!(told.contains(sentence), "{told}");
        // The list is read after the start was told.
        assert!(told.trim().lines().last().unwrap().contains(sentence), "one sentence: {told}");
        assert!(!told.contains("folder-") && !told.contains("DOE"), "a path is told: {told}");
        let left: Vec<PathBuf> = tree(&work.path("out")).into_keys().collect();
        assert!(left.iter().all(|path| path.starts_with(".sauva")), "{left:?}");
    };
    refused(b"folder-0/0\nfolder-1/../folder-0/0\n", "--manifest: line 2: a path with `..`");
    refused(b"/folder-0/0\n", "--manifest: line 1: an absolute path outside the input");
    refused(b"folder-0/0\n\n./folder-0//0\n", "--manifest: line 1 and line 3 name the same file");
    refused(b"folder-0/0\tmany\n", "--manifest: line 1: no size in bytes");
    // Whoever mends the list goes on.
    let mended = run_with(&work, &input, "out", b"folder-0/0\n");
    assert_eq!(mended.status.code(), Some(0), "{}", printed(&mended));
    for (list, sentence) in [
        (work.path("DOE_GONE"), "--manifest: the file cannot be found"),
        (input.clone(), "--manifest: the list is no regular file"),
    ] {
        let run = work.run(&input, "other", &["--manifest", list.to_str().unwrap()]);
        let told = printed(&run);
        assert_eq!(run.status.code(), Some(1), "{told}");
        assert!(told.contains(sentence) && !told.contains("DOE"), "{told}");
        // The list is read after the start was told.
        assert!(told.trim().lines().last().unwrap().contains(sentence), "one sentence: {told}");
    }
}

#[test]
fn a_list_is_refused_by_a_team_as_by_one_process() {
    crate::help::never_hanging(|| {
        let work = Work::new();
        let input = work.path("input");
        many_images(&input, 300);
        // The fault comes late: ranks work already where the list is read while they do.
        let list = [list_of(&input, true).as_slice(), b"folder-0/0\n"].concat();
        let path = work.path("list");
        std::fs::write(&path, list).unwrap();
        for schedule in ["static", "dynamic"] {
            let storages = vec![work.disk(schedule); 3];
            let more = ["--manifest", path.to_str().unwrap(), "--schedule", schedule];
            let ends = work.run_team_each_on(&storages, &input, schedule, &more);
            let told: Vec<String> =
                ends.iter().filter_map(|end| Some(format!("{:#}", end.as_ref().err()?))).collect();
            assert_eq!(told.len(), 3, "{schedule}: {told:?}");
            let is_told = |it: &String| it.contains("line 301 name the same file");
            assert!(told.iter().any(is_told), "{schedule}: {told:?}");
            let status = ends.iter().filter_map(|end| {
                Some(end.as_ref().err()?.downcast_ref::<sauva::commands::Halt>()?.status() as i32)
            });
            assert_eq!(status.collect::<BTreeSet<_>>(), [1].into(), "{schedule}: {told:?}");
            assert!(!work.path(schedule).join("summary.json").exists());
        }
    });
}

/// The classes of what was not let through.
fn classes(work: &Work, name: &str) -> Vec<String> {
    let failures = rows(&work.path(name).join("failures.csv"));
    failures.iter().map(|row| format!("{} {}", row["outcome"], row["class"])).collect()
}

#[test]
fn a_listed_file_that_is_missing_is_told_and_tried_again() {
    // One whose size is given is looked at when its turn comes.
    let cases = [(false, 1, "missing"), (true, 1, "unreadable"), (false, 3, "missing")];
    for (has_size, ranks, class) in cases.into_iter().chain([(true, 3, "unreadable")]) {
        let work = Work::new();
        let input = work.path("input");
        many_images(&input, 10);
        let late = input.join("folder-0/0");
        let bytes = std::fs::read(&late).unwrap();
        let size = if has_size { format!("\t{}", bytes.len()) } else { String::new() };
        let list = format!("folder-1/1\nfolder-0/0{size}\n");
        std::fs::write(work.path("list"), list).unwrap();
        let path = work.path("list");
        let more = ["--manifest", path.to_str().unwrap()];
        let run = |name: &str| work.run_team_with(ranks, &input, name, &more)[0].status as i32;
        std::fs::remove_file(&late).unwrap();
        assert_eq!(run("out"), 2);
        assert_eq!(classes(&work, "out"), [format!("quarantined {class}")], "{ranks} ranks");
        assert_eq!(summary(&work.path("out"))["outcome"]["written"], 1);
        assert_eq!(run("out"), 2, "still missing");
        std::fs::write(&late, &bytes).unwrap();
        assert_eq!(run("out"), 0, "{has_size} {ranks}");
        assert_eq!(run("fresh"), 0);
        let fresh = rank_independent(&work.path("fresh"));
        assert_eq!(rank_independent(&work.path("out")), fresh, "{has_size} {ranks}");
    }
}

#[test]
fn a_file_of_another_size_than_listed_has_changed() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 10);
    let size = std::fs::metadata(input.join("folder-0/0")).unwrap().len();
    let list = |size: u64| format!("folder-1/1\nfolder-0/0\t{size}\n");
    let run = run_with(&work, &input, "out", list(size + 1).as_bytes());
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert_eq!(classes(&work, "out"), ["quarantined changed"]);
    let mended = run_with(&work, &input, "out", list(size).as_bytes());
    assert_eq!(mended.status.code(), Some(0), "{}", printed(&mended));
    let fresh = run_with(&work, &input, "fresh", list(size).as_bytes());
    assert_eq!(fresh.status.code(), Some(0), "{}", printed(&fresh));
    assert_eq!(rank_independent(&work.path("out")), rank_independent(&work.path("fresh")));
}

#[test]
fn a_name_that_is_no_file_is_told_by_what_it_is() {
    let work = Work::new();
    let input = work.path("input");
    many_images(&input, 10);
    std::os::unix::fs::symlink("folder-0/0", input.join("link")).unwrap();
    let name = OsStr::from_bytes(b"\xFFnot UTF-8");
    std::fs::copy(input.join("folder-0/0"), input.join(name)).unwrap();
    let list = [b"link\nfolder-0\nfolder-1/1\n".as_slice(), name.as_bytes()].concat();
    let run = run_with(&work, &input, "out", &list);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let found: BTreeSet<String> = classes(&work, "out").into_iter().collect();
    let wanted = ["quarantined folder", "quarantined symbolic-link"];
    assert_eq!(found, wanted.map(str::to_owned).into());
    assert_eq!(summary(&work.path("out"))["outcome"]["written"], 2);
}

#[test]
fn what_lies_behind_a_linked_folder_is_not_taken_in() {
    let work = Work::new();
    let (input, outside) = (work.path("input"), work.path("outside"));
    many_images(&input, 3);
    many_images(&outside, 3);
    std::os::unix::fs::symlink(&outside, input.join("linked")).unwrap();
    let behind = outside.join("folder-0/0");
    let size = behind.metadata().unwrap().len();
    for (name, line) in [
        ("unsized", "linked/folder-0/0\n".to_owned()),
        ("sized", format!("linked/folder-0/0\t{size}\n")),
    ] {
        let run = run_with(&work, &input, name, line.as_bytes());
        assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
        let failures = rows(&work.path(name).join("failures.csv"));
        assert_eq!(failures.len(), 1, "{name}");
        assert_eq!(failures[0]["class"], "symbolic-link", "{name}");
        assert!(rows(&work.path(name).join("index.csv")).is_empty(), "{name}");
    }
}
