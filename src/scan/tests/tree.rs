use std::fs;
use std::path::Path;
use std::time::Duration;

use super::super::look::look;
use super::super::work::{Names, Outlet, Task, Work};
use super::*;

#[test]
fn any_number_of_threads_tells_what_a_plain_walk_finds() {
    for (seed, threads) in [(1, 1), (2, 2), (3, 5)] {
        let tree = tree(seed);
        let scanner = Scanner::tree(tree.path(), threads, &pseudonyms()).unwrap();
        let (told, error) = drain(&scanner);
        assert_eq!(error, None);
        assert_eq!(told, walk(tree.path()), "{threads} threads");
        assert!(told.len() > 3 * BATCH);
    }
}

#[test]
fn all_at_once_is_the_same() {
    let tree = tree(4);
    let Scan { files, others } = scan(tree.path(), &pseudonyms(), &|| true);
    let files = files
        .into_iter()
        .map(|file| (file.path, (file.path_id, Ok((file.size_bytes, file.modified_ns)))));
    let others = others.into_iter().map(|it| (it.path, (it.path_id, Err(it.kind.class()))));
    let told: Vec<_> = files.chain(others).collect();
    assert_eq!(told.len(), walk(tree.path()).len());
    assert_eq!(Told::from_iter(told), walk(tree.path()));
    let Scan { files, others } = scan(tree.path(), &pseudonyms(), &|| false);
    assert!(files.is_empty() && others.is_empty(), "it was not to go on");
}

#[test]
fn a_folder_that_cannot_be_listed_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let scanner = Scanner::tree(&folder.path().join("gone"), 2, &pseudonyms()).unwrap();
    let (told, error) = drain(&scanner);
    assert_eq!(error, None);
    let unreadable = (path_id(Path::new("")), Err("unreadable"));
    assert_eq!(told, Told::from([("".into(), unreadable)]));
}

fn start(perform: fn(Task, &mut Outlet<'_>)) -> Scanner {
    let mut work = Work::tree("/".into(), pseudonyms(), 3);
    work.perform = perform;
    Scanner::start(work, 3, None).unwrap()
}

#[test]
fn a_panic_does_not_look_like_the_end() {
    let scanner = start(|_, _| panic!("as a test wants it"));
    let (told, error) = drain(&scanner);
    assert_eq!((told.len(), error), (0, Some(ScanError::Panicked)));
}

#[test]
fn one_that_nobody_listens_to_any_more_ends() {
    let scanner = start(|_, outlet| {
        while outlet.work.goes_on() {
            let mut files = FolderFiles::default();
            files.push(b"again", 1, 1);
            outlet.files(files);
        }
    });
    for _ in 0..3 {
        let next = scanner.next(Duration::from_secs(5));
        assert!(matches!(next, Next::Found(Found::Files(_))), "{next:?}");
    }
    // Returns, though its thread waits for room and the others for tasks.
    drop(scanner);
}

#[test]
fn a_file_system_that_tells_no_kinds_is_scanned_alike() {
    let tree = tree(7);
    let mut work = Work::tree(tree.path().to_owned(), pseudonyms(), 2);
    work.perform = |task, outlet| match task {
        Task::Names(names) => look(&names, outlet),
        Task::Folder(folder) => {
            let entries = fs::read_dir(outlet.work.root.join(&folder)).unwrap();
            let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
            for names in names.chunks(BATCH) {
                let mut files = FolderFiles::new(folder.clone());
                for name in names {
                    files.push(name.as_bytes(), 0, 0);
                }
                look(&Names { files, folder: None }, outlet);
            }
        }
    };
    let (told, error) = drain(&Scanner::start(work, 2, None).unwrap());
    assert_eq!(error, None);
    assert_eq!(told, walk(tree.path()));
}

#[test]
fn more_files_than_numbers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c", "d"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    for (most_files, error) in [(3, Some(ScanError::TooMany(3))), (4, None)] {
        let mut work = Work::tree(folder.path().to_owned(), pseudonyms(), 1);
        work.most_files = most_files;
        let scanner = Scanner::start(work, 1, None).unwrap();
        assert_eq!(drain(&scanner).1, error);
    }
}
