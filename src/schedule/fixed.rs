//! The static schedule: entries in, one list a rank out. Largest first, the path as tie-break, dealt
//! cyclically: big files start early and end up on different ranks.

use crate::manifest::FileEntry;

/// Deals the entries to `ranks` lists; the same lists for the same entries in any order.
pub fn deal(mut entries: Vec<FileEntry>, ranks: usize) -> Vec<Vec<FileEntry>> {
    entries.sort_by(|a, b| b.size_bytes.cmp(&a.size_bytes).then_with(|| a.path.cmp(&b.path)));
    let mut shares = vec![Vec::with_capacity(entries.len().div_ceil(ranks)); ranks];
    for (at, entry) in entries.into_iter().enumerate() {
        shares[at % ranks].push(entry);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, size_bytes: u64) -> FileEntry {
        FileEntry { path: path.into(), size_bytes, modified_ns: 0, path_id: String::new() }
    }

    #[test]
    fn largest_first_path_breaks_ties_dealt_cyclically() {
        let entries = vec![entry("b", 5), entry("c", 9), entry("a", 5), entry("d", 1)];
        let mut turned = entries.clone();
        turned.reverse();
        let shares = deal(entries, 2);
        let names = |share: &[FileEntry]| {
            share.iter().map(|e| e.path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&shares[0]), ["c", "b"]);
        assert_eq!(names(&shares[1]), ["a", "d"]);
        assert_eq!(shares, deal(turned, 2));
    }

    #[test]
    fn fewer_files_than_ranks_leave_empty_lists() {
        let shares = deal(vec![entry("a", 1)], 3);
        assert_eq!(shares.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 0]);
    }
}
