//! The way through the rows of a table: row by row, each column decoded where it is asked for and not before.

use std::collections::BTreeMap;
use std::io;
use std::vec::IntoIter;

use parquet::bloom_filter::Sbbf;
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;

use super::cell::Cell;
use super::chunk::{BATCH_ROWS, Chunk};
use super::finder::Finder;
use super::reader::{TableReader, guarded, unreadable};

/// So many look-ups in a column, and where each of its texts stands is worth to be found out: where groups can be
/// passed over, and where each look-up reads the whole column.
const LOOKUPS: u32 = 64;
const LOOKUPS_UNAIDED: u32 = 3;

/// A way through rows. Before [`Scan::advance`] it stands before the first.
pub struct Scan {
    table: TableReader,
    /// The first row of each group.
    starts: Vec<u64>,
    wanted: Wanted,
    next_group: usize,
    /// The group at hand, those of its rows that are wanted, and which of them it is.
    group: usize,
    rows: Rows,
    at: usize,
    /// Columns of the group at hand.
    columns: Vec<Option<Chunk>>,
    lookups: BTreeMap<usize, Lookups>,
    groups_read: usize,
}

enum Wanted {
    All,
    Equal(usize, Cell<'static>),
    /// Groups with rows of theirs.
    Listed(IntoIter<(usize, Vec<usize>)>),
}

enum Rows {
    All(usize),
    Some(Vec<usize>),
}

#[derive(Default)]
struct Lookups {
    count: u32,
    finder: Option<Finder>,
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan").field("groups_read", &self.groups_read).finish_non_exhaustive()
    }
}

impl Scan {
    pub(super) fn new(table: TableReader) -> Self {
        let groups = (0..table.groups()).scan(0, |next, group| {
            let start = *next;
            *next += table.group(group).num_rows() as u64;
            Some(start)
        });
        Self {
            starts: groups.collect(),
            wanted: Wanted::All,
            next_group: 0,
            group: 0,
            rows: Rows::All(0),
            at: 0,
            columns: table.columns().iter().map(|_| None).collect(),
            lookups: BTreeMap::new(),
            groups_read: 0,
            table,
        }
    }

    /// Begins anew, with all rows or with those where a column equals a text or an integer.
    pub fn restart(&mut self, only: Option<(usize, Cell<'_>)>) -> io::Result<()> {
        self.next_group = 0;
        self.rows = Rows::All(0);
        self.at = 0;
        self.wanted = match only {
            None => Wanted::All,
            Some((column, Cell::Text(text))) => match self.look_up(column, &text)? {
                Some(rows) => Wanted::Listed(self.by_group(rows).into_iter()),
                None => Wanted::Equal(column, Cell::Text(text.into_owned().into())),
            },
            Some((column, cell)) => Wanted::Equal(column, cell.into_owned()),
        };
        Ok(())
    }

    /// Goes to the next row; false where there is none.
    pub fn advance(&mut self) -> io::Result<bool> {
        self.at += 1;
        while self.at >= self.rows.count() {
            if !self.next_group()? {
                self.rows = Rows::All(0);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The number of the row in the table, from 0.
    pub fn row(&self) -> u64 {
        self.starts[self.group] + self.rows.get(self.at) as u64
    }

    /// A cell of the row.
    pub fn cell(&mut self, column: usize) -> io::Result<Cell<'_>> {
        let row = self.rows.get(self.at);
        let (table, group) = (&self.table, self.group);
        let chunk = hold(table, group, column, row / BATCH_ROWS, &mut self.columns[column])?;
        chunk.cell(row % BATCH_ROWS).ok_or_else(unreadable)
    }

    /// The cells of some columns of the row.
    pub fn cells(&mut self, columns: &[usize]) -> io::Result<Vec<Cell<'static>>> {
        columns.iter().map(|column| self.cell(*column).map(Cell::into_owned)).collect()
    }

    /// How many row groups were looked into so far.
    pub fn groups_read(&self) -> usize {
        self.groups_read
    }

    /// The rows with a text, once the column was asked often enough to know.
    fn look_up(&mut self, column: usize, text: &str) -> io::Result<Option<Vec<u64>>> {
        let about = &self.table.columns()[column];
        let most = if about.is_sorted || about.has_bloom { LOOKUPS } else { LOOKUPS_UNAIDED };
        let lookups = self.lookups.entry(column).or_default();
        lookups.count = lookups.count.saturating_add(1);
        if lookups.finder.is_none() && lookups.count > most {
            lookups.finder = Some(Finder::new(&self.table, column)?);
        }
        Ok(lookups.finder.as_ref().map(|finder| finder.rows(text).collect()))
    }

    fn by_group(&self, rows: Vec<u64>) -> Vec<(usize, Vec<usize>)> {
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        for row in rows {
            let group = self.starts.partition_point(|start| *start <= row) - 1;
            let row = (row - self.starts[group]) as usize;
            match groups.last_mut() {
                Some((last, rows)) if *last == group => rows.push(row),
                _ => groups.push((group, vec![row])),
            }
        }
        groups
    }

    /// Takes the next group that may have rows; false where there is none.
    fn next_group(&mut self) -> io::Result<bool> {
        self.at = 0;
        if let Wanted::Listed(groups) = &mut self.wanted {
            let Some((group, rows)) = groups.next() else { return Ok(false) };
            self.enter(group);
            self.rows = Rows::Some(rows);
            return Ok(true);
        }
        let group = self.next_group;
        if group == self.table.groups() {
            return Ok(false);
        }
        self.next_group += 1;
        self.enter(group);
        let group_rows = self.table.group(group).num_rows() as usize;
        let Wanted::Equal(column, wanted) = &self.wanted else {
            self.rows = Rows::All(group_rows);
            self.groups_read += 1;
            return Ok(true);
        };
        let (table, column) = (&self.table, *column);
        let mut found = Vec::new();
        if guarded(|| may_hold(table, group, column, wanted))? {
            self.groups_read += 1;
            for row in 0..group_rows {
                let chunk = &mut self.columns[column];
                let chunk = hold(table, group, column, row / BATCH_ROWS, chunk)?;
                if chunk.cell(row % BATCH_ROWS).ok_or_else(unreadable)? == *wanted {
                    found.push(row);
                }
            }
        }
        self.rows = Rows::Some(found);
        Ok(true)
    }

    /// What is decoded of a group stays for as long as it is the one at hand.
    fn enter(&mut self, group: usize) {
        if self.group != group {
            self.columns.iter_mut().for_each(|column| *column = None);
            self.group = group;
        }
    }
}

impl Rows {
    fn count(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Some(rows) => rows.len(),
        }
    }

    fn get(&self, at: usize) -> usize {
        match self {
            Self::All(_) => at,
            Self::Some(rows) => rows[at],
        }
    }
}

/// The chunk of a column with a batch held.
fn hold<'a>(
    table: &TableReader,
    group: usize,
    column: usize,
    batch: usize,
    chunk: &'a mut Option<Chunk>,
) -> io::Result<&'a Chunk> {
    if !chunk.as_ref().is_some_and(|chunk| chunk.holds(batch)) {
        let group_rows = table.group(group).num_rows() as usize;
        guarded(|| {
            if !chunk.as_ref().is_some_and(|chunk| chunk.reaches(batch)) {
                *chunk = Some(table.chunk(group, column)?);
            }
            chunk.as_mut().map_or(Ok(()), |chunk| chunk.hold(batch, group_rows))
        })?;
    }
    chunk.as_ref().ok_or_else(unreadable)
}

/// Whether a group may have a row with this value, by its least and greatest, then by its bloom filter.
fn may_hold(table: &TableReader, group: usize, column: usize, wanted: &Cell<'_>) -> Result<bool> {
    let chunk = table.group(group).column(column);
    if !is_within(chunk, wanted) {
        return Ok(false);
    }
    let Cell::Text(text) = wanted else { return Ok(true) };
    let bloom = Sbbf::read_from_column_chunk(chunk, table.source())?;
    Ok(bloom.is_none_or(|bloom| bloom.check(text.as_ref())))
}

fn is_within(chunk: &ColumnChunkMetaData, wanted: &Cell<'_>) -> bool {
    fn between<T: PartialOrd>(least: Option<T>, wanted: &T, greatest: Option<T>) -> bool {
        least.is_none_or(|least| least <= *wanted)
            && greatest.is_none_or(|greatest| *wanted <= greatest)
    }
    match (chunk.statistics(), wanted) {
        // Long texts are cut for the statistics, the greatest then rounded up: still bounds.
        (Some(Statistics::ByteArray(it)), Cell::Text(text)) => {
            between(it.min_bytes_opt(), &text.as_bytes(), it.max_bytes_opt())
        }
        (Some(Statistics::Int32(it)), Cell::Int(value)) => {
            let wide = |it: &i32| i64::from(*it);
            between(it.min_opt().map(wide), value, it.max_opt().map(wide))
        }
        (Some(Statistics::Int64(it)), Cell::Int(value)) => {
            between(it.min_opt().copied(), value, it.max_opt().copied())
        }
        _ => true,
    }
}
