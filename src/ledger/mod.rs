//! The ledger: what every file became, kept so that a run may die at any moment and go on later.
//!
//! A file is announced before it is touched ([`Announcements`]) and written under a temporary name.
//! Many such files at once are made safe, get their final names and stand in the [`Journal`]
//! ([`Committer`]). A later try reads it all back ([`Past`]) and looks whether it still stands
//! ([`Damaged`]). Records go as [`Claim`]s to the rank that owns what they claim, which decides between
//! files that claim one name ([`carry_out`]), once all are in.

mod announce;
mod attempts;
mod claims;
mod commit;
mod journal;
mod look;
mod past;
mod settings;
mod settle;

pub use announce::{Announcements, InFlight, in_flight};
pub use attempts::{History, UnitJournal, UnitLine, UnitPast};
pub use claims::{Claim, Earlier};
pub use commit::{Committed, Committer, Tidings};
pub use journal::{
    Announced, Damage, JOURNAL_EXTENSION, Journal, Line, Recount, framed, messages, read_journal,
    read_lines,
};
pub use look::{Damaged, Fate};
pub use past::{Known, LineId, Past, PastRecord};
pub use settings::{JOURNAL_FORM, Settings};
pub use settle::{Place, carry_out, recount, remove_empty_folders};

use std::path::{Path, PathBuf};

use crate::write::STATE;

/// The folder of the journals below the program's own.
pub const JOURNALS: &str = "journal";

/// The folder of the journals below an output folder.
pub fn journal_folder(output: &Path) -> PathBuf {
    output.join(STATE).join(JOURNALS)
}

/// Every file of the journal folder with this extension, in the order of their names.
fn files_of(folder: &Path, extension: &str) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    Ok(paths)
}
