//! Counts in the cells of a matrix, whose rows or columns may be thousands.

/// A matrix of counts. Columns up to a limit are an array, for speed; further ones, which are rare, are a list
/// of keys, for memory. Row 0 gathers what lies outside the region and is never read.
#[derive(Debug, Clone)]
pub(super) struct Counts {
    /// Columns of the array.
    columns: usize,
    /// The array, row after row.
    cells: Vec<u64>,
    /// Row and column in one key, and the count. May hold a key more than once.
    list: Vec<(u64, u64)>,
    /// As many of the list as are sorted, with one entry a key.
    settled: usize,
}

/// The list is put in order when it has grown by this many entries, and by as many as were in order.
const LOOSE: usize = 1 << 16;

impl Counts {
    /// An empty matrix with an array for the columns below `columns`.
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self { columns, cells: vec![0; rows * columns], list: Vec::new(), settled: 0 }
    }

    /// Empties it, to be filled again.
    pub(super) fn clear(&mut self) {
        self.cells.fill(0);
        self.list.clear();
        self.settled = 0;
    }

    /// Adds to a cell.
    #[inline]
    pub(super) fn add(&mut self, row: usize, column: usize, count: u64) {
        if column < self.columns {
            self.cells[row * self.columns + column] += count;
        } else if row > 0 && count > 0 {
            self.push((row as u64) << 32 | column as u64, count);
        }
    }

    /// Adds a matrix of the same shape.
    pub(super) fn merge(&mut self, other: &Self) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(cell, &count)| *cell += count);
        other.list.iter().for_each(|&(key, count)| self.push(key, count));
    }

    /// Shows every cell that is not empty: row, column, count. Always in the same order.
    pub(super) fn each(&mut self, mut show: impl FnMut(usize, usize, u64)) {
        if self.columns > 0 {
            for (row, cells) in self.cells.chunks(self.columns).enumerate().skip(1) {
                for (column, &count) in cells.iter().enumerate() {
                    if count > 0 {
                        show(row, column, count);
                    }
                }
            }
        }
        self.settle();
        for &(key, count) in &self.list {
            show((key >> 32) as usize, (key & u64::from(u32::MAX)) as usize, count);
        }
    }

    fn push(&mut self, key: u64, count: u64) {
        self.list.push((key, count));
        if self.list.len() > 2 * self.settled + LOOSE {
            self.settle();
        }
    }

    /// Puts the list in order, with one entry a key.
    fn settle(&mut self) {
        // The stable sort finds the part that is in order already.
        self.list.sort_by_key(|&(key, _)| key);
        self.list.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        self.settled = self.list.len();
    }
}
