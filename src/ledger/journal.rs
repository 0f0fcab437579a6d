//! The journal of a rank: what it has finished, appended in lines, read back by a later try. A line is
//! a checksum (CRC-32, ISO-HDLC), a blank and a message in base64 (RFC 4648), so that a torn tail and a
//! flipped bit are seen and cost that line alone.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::attributes::Attributes;
use crate::manifest::FileEntry;
use crate::record::FileRecord;
use crate::stats::Distributions;
use crate::storage::SharedStorage;

/// The extension of a journal's name.
pub const JOURNAL_EXTENSION: &str = "journal";

/// What a line says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Line {
    /// These files are done, and what was written stands under its final name.
    Done {
        /// The try in which it happened, counted from 1: a later record of a file replaces this one.
        session: u32,
        /// A record for each file.
        records: Vec<FileRecord>,
        /// What those of them that are counted add to the totals.
        totals: Distributions,
    },
    /// Settling has changed which files the totals hold.
    Recounted {
        /// The try in which it happened; counts for nothing but the number of the next.
        session: u32,
        /// The changes.
        recounts: Vec<Recount>,
    },
    /// These files were in flight when a try died.
    Struck {
        /// The number of that try.
        session: u32,
        /// Its name.
        try_name: String,
        /// The files.
        files: Vec<Announced>,
    },
}

/// A file as it was when it was announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Its keyed name.
    pub path_id: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was last modified, in nanoseconds since 1970.
    pub modified_ns: i64,
}

impl Announced {
    /// Whether it is this file, unchanged.
    pub fn is(&self, entry: &FileEntry) -> bool {
        let content = (self.size_bytes, self.modified_ns);
        self.path_id == entry.path_id && content == (entry.size_bytes, entry.modified_ns)
    }
}

/// A file whose samples came to be held by the totals, or to be held no longer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recount {
    /// The keyed name of the file.
    pub path_id: String,
    /// The try whose record of the file this changes.
    pub of_session: u32,
    /// Whether the totals hold it now.
    pub counted: bool,
    /// What that adds to the totals, or, below zero, takes from them.
    pub totals: Distributions,
}

/// A journal that is open to be appended to.
#[derive(Debug)]
pub struct Journal {
    storage: SharedStorage,
    file: File,
    /// Length of the lines that are whole.
    length: u64,
}

impl Journal {
    /// Opens the journal of a rank. What a dead try has left half written at its end is cut off.
    pub fn open(storage: &SharedStorage, folder: &Path, rank: usize) -> io::Result<Self> {
        let path = Self::path(folder, rank);
        let length = whole_lines(&path)?;
        let file = storage.open_append(&path)?;
        if file.metadata()?.len() > length {
            storage.cut(&file, length)?;
        }
        Ok(Self { storage: storage.clone(), file, length })
    }

    fn path(folder: &Path, rank: usize) -> PathBuf {
        folder.join(format!("rank-{rank:05}.{JOURNAL_EXTENSION}"))
    }

    /// Appends a line. Where that fails, nothing of it stays.
    pub fn append(&mut self, line: &Line) -> io::Result<()> {
        let text = encode(line)?;
        let appended = self.storage.append(&mut self.file, text.as_bytes());
        match appended {
            Ok(()) => self.length += text.len() as u64,
            // A line that cannot be taken back is torn, and seen to be so.
            Err(_) => drop(self.storage.cut(&self.file, self.length)),
        }
        appended
    }
}

fn encode(line: &Line) -> io::Result<String> {
    Ok(framed(&postcard::to_stdvec(line).map_err(io::Error::other)?))
}

/// A message as a line of a journal.
pub fn framed(message: &[u8]) -> String {
    let text = STANDARD.encode(message);
    format!("{:08x} {text}\n", crc32fast::hash(text.as_bytes()))
}

fn decode(text: &[u8]) -> Option<Line> {
    postcard::from_bytes(&message(text)?).ok()
}

/// The message of a line whose checksum is right.
pub(super) fn message(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let (checksum, text) = text.split_once(' ')?;
    let is_right = checksum == format!("{:08x}", crc32fast::hash(text.as_bytes()));
    is_right.then(|| STANDARD.decode(text).ok()).flatten()
}

/// What was not as it should be in a journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Damage {
    /// Whole lines with a wrong checksum: something has changed them.
    pub lines: u64,
    /// A line without an end: the try died while it wrote.
    pub torn: bool,
}

/// The messages of a journal as bytes, one after the other, for who looks for what must not be there: but for
/// the attributes of instances, which the profile has left in them, and the names of cohorts. Those that stand are
/// looked at in the instances: what a device is called may well be what an input has somewhere else.
pub fn messages(path: &Path) -> io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    let messages = bytes.split(|byte| *byte == b'\n').filter_map(message);
    Ok(messages.flat_map(without_attributes).collect())
}

fn without_attributes(message: Vec<u8>) -> Vec<u8> {
    let Ok(mut line) = postcard::from_bytes::<Line>(&message) else { return message };
    match &mut line {
        Line::Done { records, totals, .. } => {
            let instances = records.iter_mut().filter_map(|record| record.instance.as_mut());
            for instance in instances {
                instance.attributes = Attributes::default();
            }
            totals.forget_cohorts();
        }
        Line::Recounted { recounts, .. } => {
            for recount in recounts {
                recount.totals.forget_cohorts();
            }
        }
        Line::Struck { .. } => {}
    }
    postcard::to_stdvec(&line).unwrap_or(message)
}

/// Reads a journal; `see` gets the number of each good line and what it says.
pub fn read_journal(path: &Path, see: impl FnMut(u32, Line)) -> io::Result<Damage> {
    read_lines(BufReader::with_capacity(1 << 20, File::open(path)?), see)
}

/// The same from anywhere.
pub fn read_lines(mut file: impl BufRead, mut see: impl FnMut(u32, Line)) -> io::Result<Damage> {
    let mut damage = Damage::default();
    let mut text = Vec::new();
    for number in 0.. {
        text.clear();
        if file.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        match text.strip_suffix(b"\n") {
            None => damage.torn = true,
            Some(whole) => match decode(whole) {
                Some(line) => see(number, line),
                None => damage.lines += 1,
            },
        }
    }
    Ok(damage)
}

/// The length of a journal up to the end of its last whole line.
pub(super) fn whole_lines(path: &Path) -> io::Result<u64> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        file => BufReader::with_capacity(1 << 20, file?),
    };
    let (mut length, mut text) = (0, Vec::new());
    loop {
        text.clear();
        file.read_until(b'\n', &mut text)?;
        if !text.ends_with(b"\n") {
            return Ok(length);
        }
        length += text.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use rustix::io::Errno;

    use super::*;
    use crate::storage::{Disk, Failing, Fault};

    fn struck(path_ids: &[String]) -> Line {
        let file = |id: &String| Announced { path_id: id.clone(), size_bytes: 7, modified_ns: -1 };
        Line::Struck {
            session: 1,
            try_name: "a".into(),
            files: path_ids.iter().map(file).collect(),
        }
    }

    fn said(path: &Path) -> (Vec<Vec<String>>, Damage) {
        let mut lines = Vec::new();
        let damage = read_journal(path, |_, line| match line {
            Line::Struck { files, .. } => {
                lines.push(files.into_iter().map(|file| file.path_id).collect());
            }
            _ => panic!("no such line was written"),
        });
        (lines, damage.unwrap())
    }

    proptest! {
        #[test]
        fn a_journal_cut_or_changed_anywhere_loses_only_what_was_hit(
            lines in prop::collection::vec(prop::collection::vec("[a-f0-9]{1,40}", 1..4), 1..6),
            at in any::<prop::sample::Index>(),
            bit in 0..8u8,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
            let mut journal = Journal::open(&disk, folder.path(), 3).unwrap();
            for line in &lines {
                journal.append(&struck(line)).unwrap();
            }
            let path = Journal::path(folder.path(), 3);
            let whole = std::fs::read(&path).unwrap();

            // A bit flips: one line is lost, or two that have become one.
            let mut flipped = whole.clone();
            flipped[at.index(whole.len())] ^= 1_u8 << bit;
            std::fs::write(&path, &flipped).unwrap();
            let (found, damage) = said(&path);
            prop_assert!(damage.lines + u64::from(damage.torn) >= 1);
            prop_assert!(found.len() + 2 >= lines.len());
            prop_assert!(found.iter().all(|line| lines.contains(line)));

            // A cut: the lines before it stay, and the next try writes on behind them.
            std::fs::write(&path, &whole[..at.index(whole.len())]).unwrap();
            let (before, _) = said(&path);
            prop_assert_eq!(&before[..], &lines[..before.len()]);
            let mut journal = Journal::open(&disk, folder.path(), 3).unwrap();
            journal.append(&struck(&["new".into()])).unwrap();
            let (after, damage) = said(&path);
            prop_assert_eq!(damage, Damage::default());
            prop_assert_eq!(after.len(), before.len() + 1);
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.journal");
            std::fs::write(&path, bytes).unwrap();
            read_journal(&path, |_, _| {}).unwrap();
        }
    }

    #[test]
    fn a_line_that_could_not_be_appended_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let disk: SharedStorage = Arc::new(Disk::below(folder.path()));
        let fault = Fault::After(Errno::NOSPC);
        // Call 1 opens, call 2 appends.
        let failing: SharedStorage = Arc::new(Failing::new(disk, fault, 2, false));
        let mut journal = Journal::open(&failing, folder.path(), 0).unwrap();
        assert!(journal.append(&struck(&["lost".into()])).is_err());
        journal.append(&struck(&["kept".into()])).unwrap();
        let (found, damage) = said(&Journal::path(folder.path(), 0));
        assert_eq!((found, damage), (vec![vec!["kept".to_owned()]], Damage::default()));
    }
}
