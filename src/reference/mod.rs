//! The reference pages of the guide: the command line, the layouts of tables and lists of what a run leaves in,
//! Markdown out. The pages stand in `docs/src/reference/`; `cargo run --example reference` writes them anew, and a
//! test compares them with this.

mod columns;
mod commands;
mod csv_columns;
mod exit_codes;
mod files;
mod keys;
mod map;

pub use files::{OUTPUT_FILES, OutputFile};
pub use keys::{SUMMARY_KEYS, is_key};
pub use map::{MAP_COLUMNS, MAP_FILES};

/// The pages: the name of the file, and what is in it.
pub fn pages() -> anyhow::Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("commands.md", commands::page()?),
        ("files.md", files::page()?),
        ("columns.md", columns::page()?),
        ("summary.md", keys::page()?),
        ("exit_codes.md", exit_codes::page()?),
        ("map.md", map::page()?),
    ])
}

/// What heads every page, so that nobody mends it by hand.
const MADE: &str =
    "<!-- Made from the code by `cargo run --example reference`: change it there. -->\n";

/// Text in a cell of a table: on one line, with no sign that ends the cell or begins a tag.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;").replace('>', "&gt;")
}
