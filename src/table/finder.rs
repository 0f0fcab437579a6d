//! Where each text of a column stands, for whoever looks up many: a join asks once for each row of another table.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use super::cell::Cell;
use super::reader::TableReader;

/// A column's texts by their hashes: 16 bytes a row.
#[derive(Debug)]
pub(super) struct Finder(Vec<(u64, u64)>);

impl Finder {
    pub(super) fn new(table: &TableReader, column: usize) -> io::Result<Self> {
        let mut scan = table.scan();
        let mut rows = Vec::new();
        while scan.advance()? {
            let row = scan.row();
            if let Cell::Text(text) = scan.cell(column)? {
                rows.push((hash(&text), row));
            }
        }
        rows.sort_unstable();
        Ok(Self(rows))
    }

    /// The rows that have a text, and hardly any other, ascending.
    pub(super) fn rows(&self, text: &str) -> impl Iterator<Item = u64> {
        let wanted = hash(text);
        let start = self.0.partition_point(|(hash, _)| *hash < wanted);
        self.0[start..].iter().take_while(move |(hash, _)| *hash == wanted).map(|(_, row)| *row)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
