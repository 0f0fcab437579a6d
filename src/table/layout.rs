//! What a table holds: its columns with their kinds, units and meanings, and how its rows are sorted.

/// What the cells of a column are. Any cell may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// A list of UTF-8 texts, of which none is null.
    Texts,
    /// A signed integer of 32 bits.
    Int32,
    /// A signed integer of 64 bits.
    Int64,
    /// An unsigned integer of 32 bits.
    UInt32,
    /// An unsigned integer of 64 bits.
    UInt64,
    /// A binary64 number.
    Real,
    /// True or false.
    Bool,
    /// As many bytes as this says.
    Bytes(usize),
    /// An integer of up to 38 decimal digits, as decimal(38, 0).
    Decimal38,
}

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, of which no other column has the same.
    pub name: &'static str,
    /// What its cells are.
    pub kind: Kind,
    /// Their unit; empty where there is none.
    pub unit: &'static str,
    /// What they say, in a line.
    pub meaning: &'static str,
}

/// The layout of a table.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The columns in their order.
    pub columns: &'static [Column],
    /// The columns that the rows are sorted by, ascending, nulls first. Whoever writes the rows sorts them.
    pub sorted_by: &'static [&'static str],
    /// The columns that get a bloom filter: unique texts that are looked up by value.
    pub bloom: &'static [&'static str],
}

impl Layout {
    /// Where a column stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}
