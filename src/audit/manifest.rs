//! `manifest.sha256` and lists like it, as `sha256sum` writes them: their bytes in, their entries and what is wrong
//! with their form out. No entry leads outside the folder of what is listed.

/// A file that the run says it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Path below the output folder.
    pub(super) path: String,
    /// SHA-256, lowercase hex.
    pub(super) sha256: String,
}

/// The entries of a list of files below a folder, and for each line that is none its number and why.
pub(super) fn parse(bytes: &[u8], root: &str) -> (Vec<Entry>, Vec<(usize, &'static str)>) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut faults = Vec::new();
    let Some(whole) = bytes.strip_suffix(b"\n") else {
        if !bytes.is_empty() {
            faults.push((bytes.split(|byte| *byte == b'\n').count(), "the last line is cut off"));
        }
        return (entries, faults);
    };
    for (at, line) in whole.split(|byte| *byte == b'\n').enumerate() {
        match entry(line, root) {
            Ok(entry) if entries.last().is_some_and(|last| last.path >= entry.path) => {
                faults.push((at + 1, "the paths do not ascend"));
            }
            Ok(entry) => entries.push(entry),
            Err(fault) => faults.push((at + 1, fault)),
        }
    }
    (entries, faults)
}

fn entry(line: &[u8], root: &str) -> Result<Entry, &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "no text")?;
    let (sha256, path) = line.split_once("  ").ok_or("no digest and path")?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sha256.len() != 64 || !sha256.bytes().all(is_hex) {
        return Err("no SHA-256 in lowercase hex");
    }
    let mut parts = path.split('/');
    if parts.next() != Some(root) || path.contains(['\\', '\0']) {
        return Err("a path that does not lie in its folder");
    }
    let mut parts = parts.peekable();
    if parts.peek().is_none() || parts.any(|part| matches!(part, "" | "." | "..")) {
        return Err("a path that leaves its folder");
    }
    Ok(Entry { path: path.to_owned(), sha256: sha256.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::write::INSTANCES;

    fn parse(bytes: &[u8]) -> (Vec<Entry>, Vec<(usize, &'static str)>) {
        super::parse(bytes, INSTANCES)
    }

    fn line(path: &str) -> String {
        format!("{}  {path}\n", "0a".repeat(32))
    }

    #[test]
    fn a_path_that_leaves_the_folder_is_no_entry() {
        for path in [
            "dicom/../a",
            "/dicom/a",
            "other/a",
            "dicom",
            "dicom//a",
            "dicom/./a",
            "../a",
            "cropped/a",
        ] {
            let (entries, faults) = parse(line(path).as_bytes());
            assert!(entries.is_empty() && faults.len() == 1, "{path}");
        }
    }

    #[test]
    fn digests_and_order_are_checked() {
        let short = "0a  dicom/a\n";
        assert_eq!(parse(short.as_bytes()).1[0].0, 1);
        let twice = line("dicom/b") + &line("dicom/a") + &line("dicom/b");
        let (entries, faults) = parse(twice.as_bytes());
        assert_eq!((entries.len(), faults.len()), (1, 2));
        assert_eq!(parse(line("dicom/b").trim_end().as_bytes()).1.len(), 1);
        assert_eq!(parse(b""), (Vec::new(), Vec::new()));
    }

    proptest! {
        #[test]
        fn what_a_run_writes_is_read_back(
            names in prop::collection::btree_set("[0-9a-f]{1,8}/2\\.25\\.[0-9]{1,9}", 0..20)
        ) {
            let text: String = names.iter().map(|name| line(&format!("dicom/{name}"))).collect();
            let (entries, faults) = parse(text.as_bytes());
            prop_assert!(faults.is_empty());
            let found: Vec<_> = entries.iter().map(|entry| entry.path[6..].to_owned()).collect();
            prop_assert_eq!(found, names.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn every_line_is_an_entry_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let (entries, faults) = parse(&bytes);
            let lines = bytes.split(|byte| *byte == b'\n').count();
            prop_assert!(entries.len() + faults.len() <= lines);
            for entry in entries {
                prop_assert!(!std::path::Path::new(&entry.path).is_absolute());
                prop_assert!(!entry.path.split('/').any(|part| part == ".."));
            }
        }
    }
}
