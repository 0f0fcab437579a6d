use std::fs;
use std::path::Path;

use super::*;

/// What is told of a list in a file `name`, with the folder `root` as input.
pub(super) fn told_of(root: &Path, list: &[u8]) -> (Told, Option<ScanError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list");
    fs::write(&path, list).unwrap();
    drain(&Scanner::listed(root, &path, 3, &pseudonyms()).unwrap())
}

/// The files and links and FIFOs of a tree that a line of text can name.
fn listable(root: &Path) -> Told {
    let mut all = walk(root);
    all.retain(|path, _| {
        let bytes = path.as_os_str().as_bytes();
        !bytes.contains(&b'\n') && !bytes.ends_with(b"\r")
    });
    all
}

#[test]
fn a_list_in_any_spelling_tells_what_a_scan_tells() {
    let tree = tree(5);
    let all = listable(tree.path());
    let mut list = b"\xEF\xBB\xBF".to_vec();
    for (number, path) in all.keys().enumerate() {
        let bytes = path.as_os_str().as_bytes();
        let absolute = tree.path().canonicalize().unwrap().join(path).into_os_string();
        match number % 4 {
            0 => list.extend(absolute.as_bytes()),
            1 => list.extend([b"./", bytes].concat()),
            2 => {
                list.extend(bytes.split(|byte| *byte == b'/').collect::<Vec<_>>().join(&b"//"[..]));
            }
            _ => list.extend(bytes),
        }
        // A TAB with nothing behind it: no size, and a TAB before it belongs to the name.
        list.extend(if number % 3 == 0 || bytes.contains(&b'\t') {
            &b"\t\r\n"[..]
        } else {
            b"\n\n"
        });
    }
    list.pop();
    let (told, error) = told_of(tree.path(), &list);
    assert_eq!(error, None);
    assert_eq!(told, all);
}

#[test]
fn files_with_a_size_are_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("there"), "22").unwrap();
    let list = b"there\ngone/a\tb\t17\ngone/c\t18446744073709551615\nPAR1\t0\nlast";
    let (told, error) = told_of(folder.path(), list);
    assert_eq!(error, None);
    let looked_at = walk(folder.path());
    assert_eq!(told[Path::new("there")], looked_at[Path::new("there")]);
    assert_eq!(told[Path::new("gone/a\tb")].1, Ok((17, 0)));
    assert_eq!(told[Path::new("gone/c")].1, Ok((u64::MAX, 0)));
    assert_eq!(told[Path::new("PAR1")].1, Ok((0, 0)));
    assert_eq!(told[Path::new("last")].1, Err("missing"));
    assert_eq!(told.len(), 5);
}

#[test]
fn what_is_no_file_is_told_of_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("folder")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    symlink("file", root.join("link")).unwrap();
    fifo(&root.join("fifo"));
    let list = b".\nfolder/\nlink\nfifo\ngone\nfile/in it\ngone/too\n";
    let (told, error) = told_of(root, list);
    assert_eq!(error, None);
    let kinds: Vec<_> =
        told.iter().map(|(path, (_, what))| (path.to_str().unwrap(), *what)).collect();
    let expected = [
        ("", Err("folder")),
        ("fifo", Err("special-file")),
        ("file/in it", Err("missing")),
        ("folder", Err("folder")),
        ("gone", Err("missing")),
        ("gone/too", Err("missing")),
        ("link", Err("symbolic-link")),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn every_refusal_says_where_and_never_what() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("input");
    fs::create_dir(&root).unwrap();
    let beside = root.canonicalize().unwrap().into_os_string().into_string().unwrap();
    let long = "DOE".repeat(3000);
    let cases = [
        (
            "DOE\t3\n\n/DOE/a\n".to_owned(),
            "line 3: an absolute path outside the input folder: give",
        ),
        (format!("{beside}DOE/a"), "line 1: an absolute path outside the input"),
        ("DOE/../a".to_owned(), "line 1: a path with `..` in it"),
        ("DOE/..\t7".to_owned(), "line 1: a path with `..` in it"),
        ("DOE\0".to_owned(), "line 1: a NUL byte"),
        ("DOE\tDOE".to_owned(), "line 1: no size in bytes"),
        ("DOE\t-1".to_owned(), "line 1: no size in bytes"),
        ("DOE\t18446744073709551616".to_owned(), "line 1: no size in bytes"),
        ("\r\n\t1".to_owned(), "line 2: no path"),
        (format!("DOE\n{long}"), "line 2: longer than a path can be"),
        ("DOE\na\n.//DOE\t1\n".to_owned(), "line 1 and line 3 name the same file: leave"),
        (format!("{beside}/DOE\nDOE"), "line 1 and line 2 name the same file"),
        ("\u{FEFF}DOE\nDOE".to_owned(), "line 1 and line 2 name the same file"),
    ];
    for (list, expected) in cases {
        let error = told_of(&root, list.as_bytes()).1.unwrap().to_string();
        assert!(error.starts_with(&format!("--manifest: {expected}")), "{error}");
        assert!(!error.contains("DOE"), "{error}");
    }
    let refused = |list: &Path| Scanner::listed(&root, list, 1, &pseudonyms()).unwrap_err();
    assert_eq!(refused(&root), ListError::NotAFile);
    fifo(&root.join("fifo"));
    assert_eq!(refused(&root.join("fifo")), ListError::NotAFile);
    assert_eq!(refused(&root.join("gone")), ListError::Unreadable(io::ErrorKind::NotFound));
}

#[test]
fn a_long_list_in_no_order_is_told_whole() {
    let folder = tempfile::tempdir().unwrap();
    let number = |at: u64| (at * 7919 + 11) % 100_000;
    let line = |at| format!("{}/{}\t{}\n", number(at) % 977, number(at), number(at));
    let list: String = (0..100_000).map(line).collect();
    let (told, error) = told_of(folder.path(), list.as_bytes());
    assert_eq!(error, None);
    assert_eq!(told.len(), 100_000);
    assert_eq!(told[Path::new("22/999")].1, Ok((999, 0)));
    let (_, error) = told_of(folder.path(), (list + "22/999").as_bytes());
    let first = (0..100_000).find(|at| number(*at) == 999).unwrap() + 1;
    let repeated = ListError::Repeated(Place::Line(first), Place::Line(100_001));
    assert_eq!(error, Some(repeated.into()));
}

#[test]
fn an_empty_list_is_an_empty_input() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(told_of(folder.path(), b""), (Told::new(), None));
    assert_eq!(told_of(folder.path(), b"\xEF\xBB\xBF\r\n\n"), (Told::new(), None));
}
