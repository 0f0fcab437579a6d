//! A table of the page: heads and rows of text in, HTML out. The first cell of a row is its head.

use askama::Template;

/// A table.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "grid.html", config = "src/html/askama.toml")]
pub(crate) struct Grid {
    /// Unique on the page.
    pub(crate) id: String,
    pub(crate) caption: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<GridRow>,
    /// Whether the script lets rows be sorted and filtered.
    pub(crate) is_long: bool,
}

impl askama::filters::HtmlSafe for Grid {}

/// The head of a column.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    label: String,
    is_number: bool,
}

/// A column of words.
pub(crate) fn words(label: &str) -> Head {
    Head { label: label.to_owned(), is_number: false }
}

/// A column of numbers.
pub(crate) fn number(label: &str) -> Head {
    Head { label: label.to_owned(), is_number: true }
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(crate) struct GridRow {
    /// What links lead to; empty where none does.
    pub(crate) id: String,
    cells: Vec<GridCell>,
}

/// A cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct GridCell {
    text: String,
    /// Where a link in the page leads; empty where there is none.
    link: String,
}

impl GridCell {
    /// A cell that leads to a place on the page.
    pub(crate) fn link(text: &str, to: &str) -> Self {
        Self { text: text.to_owned(), link: to.to_owned() }
    }
}

impl<T: Into<String>> From<T> for GridCell {
    fn from(text: T) -> Self {
        Self { text: text.into(), link: String::new() }
    }
}

impl GridRow {
    /// A row of these cells.
    pub(crate) fn new(cells: impl IntoIterator<Item = impl Into<GridCell>>) -> Self {
        Self { id: String::new(), cells: cells.into_iter().map(Into::into).collect() }
    }
}

impl Grid {
    pub(crate) fn new(id: &str, caption: impl Into<String>, heads: Vec<Head>) -> Self {
        Self { id: id.to_owned(), caption: caption.into(), heads, ..Self::default() }
    }

    /// A table that can be sorted and filtered.
    pub(crate) fn long(mut self) -> Self {
        self.is_long = true;
        self
    }

    pub(crate) fn with(mut self, rows: impl IntoIterator<Item = GridRow>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Leaves out columns that have nothing in any row.
    pub(crate) fn without_empty(mut self) -> Self {
        let has_any = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            column == 0 || cells.into_iter().any(|cell| !cell.text.is_empty())
        };
        let keep: Vec<bool> = (0..self.heads.len()).map(has_any).collect();
        let mut column = keep.iter();
        self.heads.retain(|_| column.next() != Some(&false));
        for row in &mut self.rows {
            let mut column = keep.iter();
            row.cells.retain(|_| column.next() != Some(&false));
        }
        self
    }

    /// Words and counts, the greatest counts first.
    pub(crate) fn of_counts<'a>(
        id: &str,
        caption: &str,
        heads: [&str; 2],
        counts: impl IntoIterator<Item = (&'a String, &'a u64)>,
    ) -> Self {
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let row = |(name, count): (&String, &u64)| {
            GridRow::new([name.clone(), super::numbers::count(*count)])
        };
        Self::new(id, caption, vec![words(heads[0]), number(heads[1])])
            .with(counts.into_iter().map(row))
    }

    /// The cells of a row, each with whether its column has numbers.
    fn cells<'a>(&'a self, row: &'a GridRow) -> impl Iterator<Item = (bool, &'a GridCell)> {
        self.heads.iter().map(|head| head.is_number).zip(&row.cells)
    }
}
