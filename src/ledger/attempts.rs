//! The journal of units: attempts that have ended, and which of them stand under their final names. Each rank appends
//! to its own, a later try reads all. Lines are those of the journal of files.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal::{framed, message, whole_lines};
use super::{JOURNAL_EXTENSION, files_of};
use crate::storage::SharedStorage;
use crate::units::{Attempt, Ended};

/// What a line says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum UnitLine {
    /// A try began; rank 0 says so.
    Begun,
    /// An attempt at a unit ended. What it has left is not safe yet.
    Ended {
        /// The unit's own mark, see [`crate::units::Unit::id`].
        id: String,
        /// Since when the machine ran: as long as that stays the same, what was written is there.
        boot: String,
        /// The attempt.
        attempt: Attempt,
    },
    /// The results of these units stand under their final names, and are safe: mark and number of the attempt.
    Committed(Vec<(String, u32)>),
    /// The results of these successes were not safe, and are gone: mark and number of the attempt.
    Discarded(Vec<(String, u32)>),
    /// Attempts up to this one of these units count no more.
    Forgiven(Vec<(String, u32)>),
}

/// A journal that is open to be appended to.
#[derive(Debug)]
pub struct UnitJournal {
    storage: SharedStorage,
    path: PathBuf,
    file: File,
    length: u64,
}

impl UnitJournal {
    /// Opens the journal of a rank. What a dead try has left half written at its end is cut off.
    pub fn open(storage: &SharedStorage, folder: &Path, rank: usize) -> io::Result<Self> {
        let path = folder.join(format!("units-{rank:05}.{JOURNAL_EXTENSION}"));
        let length = whole_lines(&path)?;
        let file = storage.open_append(&path)?;
        if file.metadata()?.len() > length {
            storage.cut(&file, length)?;
        }
        Ok(Self { storage: storage.clone(), path, file, length })
    }

    /// Appends lines. Where that fails, nothing of them stays.
    pub fn append(&mut self, lines: &[UnitLine]) -> io::Result<()> {
        let mut text = String::new();
        for line in lines {
            text += &framed(&postcard::to_stdvec(line).map_err(io::Error::other)?);
        }
        let appended = self.storage.append(&mut self.file, text.as_bytes());
        match appended {
            Ok(()) => self.length += text.len() as u64,
            // Lines that cannot be taken back are torn, and seen to be so.
            Err(_) => drop(self.storage.cut(&self.file, self.length)),
        }
        appended
    }

    /// What makes safe what was appended, while more is.
    pub fn safety(&self) -> Safety {
        Safety { storage: self.storage.clone(), path: self.path.clone() }
    }

    /// Makes what was appended safe against a power cut.
    pub fn sync(&self) -> io::Result<()> {
        self.safety().sync()
    }
}

/// Makes a journal safe against a power cut.
#[derive(Debug)]
pub struct Safety {
    storage: SharedStorage,
    path: PathBuf,
}

impl Safety {
    /// Does it.
    pub fn sync(&self) -> io::Result<()> {
        self.storage.sync_file(&self.path)
    }
}

/// What is known of a unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    /// All its attempts, in their order.
    pub attempts: Vec<Attempt>,
    /// The attempt whose results stand.
    pub committed: Option<u32>,
    /// Successes whose results are gone.
    pub discarded: Vec<u32>,
    /// Attempts up to this one count no more.
    pub forgiven: u32,
    /// The machine of the last attempt, see [`UnitLine::Ended`].
    pub boot: String,
}

/// So many deaths of the job while a unit runs are no chance any more.
const MOST_DEATHS: usize = 10;

impl History {
    /// The number of the last attempt; 0 where there was none.
    pub fn last(&self) -> u32 {
        self.attempts.iter().map(|attempt| attempt.number).max().unwrap_or(0)
    }

    /// Attempts that count against the unit as it is now.
    pub fn charged(&self, content: u64) -> u32 {
        let counted =
            self.attempts.iter().filter(|it| it.number > self.forgiven && it.content == content);
        counted.filter(|it| it.ended.is_charged()).count() as u32
    }

    /// Whether the job has died so often while it ran that it is given up.
    pub fn is_deadly(&self, content: u64) -> bool {
        let counted = self.attempts.iter();
        let counted = counted.filter(|it| it.number > self.forgiven && it.content == content);
        counted.filter(|it| it.ended == Ended::LostWithJob).count() >= MOST_DEATHS
    }

    /// A success that is entered, and of which it is not known whether its results stand.
    pub fn uncommitted(&self) -> impl Iterator<Item = &Attempt> {
        let is_open = |it: &&Attempt| {
            it.ended.is_success()
                && self.committed.is_none_or(|committed| committed < it.number)
                && !self.discarded.contains(&it.number)
        };
        self.attempts.iter().filter(is_open)
    }

    /// The attempt whose results stand, where they are of the unit as it is now.
    pub fn done(&self, content: u64) -> Option<&Attempt> {
        let committed = self.attempts.iter().find(|it| Some(it.number) == self.committed)?;
        (committed.content == content).then_some(committed)
    }
}

/// What all tries before have done.
#[derive(Debug, Default)]
pub struct UnitPast {
    /// Tries so far.
    pub tries: u32,
    /// By the marks of units.
    pub units: HashMap<String, History>,
    /// Lines that cannot be believed.
    pub damaged: u64,
}

impl UnitPast {
    /// Reads the journals of all ranks.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut past = Self::default();
        // What was committed stands in the journal of the rank that did it, behind its end.
        for path in files_of(folder, JOURNAL_EXTENSION)? {
            past.read_one(&path)?;
        }
        for history in past.units.values_mut() {
            history.attempts.sort_by_key(|attempt| attempt.number);
            let last = history.last();
            if history.committed.is_some_and(|attempt| attempt > last) {
                history.committed = None;
            }
        }
        Ok(past)
    }

    fn read_one(&mut self, path: &Path) -> io::Result<()> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
        let mut text = Vec::new();
        while file.read_until(b'\n', &mut text)? > 0 {
            if let Some(whole) = text.strip_suffix(b"\n") {
                match message(whole).and_then(|it| postcard::from_bytes(&it).ok()) {
                    Some(line) => self.take(line),
                    None => self.damaged += 1,
                }
            }
            text.clear();
        }
        Ok(())
    }

    /// Takes in a line.
    pub fn take(&mut self, line: UnitLine) {
        match line {
            UnitLine::Begun => self.tries += 1,
            UnitLine::Ended { id, boot, attempt } => {
                let history = self.units.entry(id).or_default();
                if attempt.number >= history.last() {
                    history.boot = boot;
                }
                // A second word on an attempt takes back the first: its results could not be kept.
                match history.attempts.iter_mut().find(|it| it.number == attempt.number) {
                    Some(known) if !attempt.ended.is_success() => *known = attempt,
                    Some(_) => {}
                    None => history.attempts.push(attempt),
                }
            }
            UnitLine::Committed(units) => {
                for (id, attempt) in units {
                    let history = self.units.entry(id).or_default();
                    history.committed = history.committed.max(Some(attempt));
                }
            }
            UnitLine::Discarded(units) => {
                for (id, attempt) in units {
                    self.units.entry(id).or_default().discarded.push(attempt);
                }
            }
            UnitLine::Forgiven(units) => {
                for (id, attempt) in units {
                    let history = self.units.entry(id).or_default();
                    history.forgiven = history.forgiven.max(attempt);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::Disk;

    fn attempt(number: u32, ended: Ended) -> Attempt {
        Attempt {
            number,
            content: 7,
            ended,
            host: "node1".into(),
            mpi_rank: 0,
            slot: 0,
            gpus: Vec::new(),
            start_unix_s: 1e9,
            wall_s: 1.0,
            cpu_s: 0.5,
            peak_memory_bytes: 1,
            has_output: true,
            stdout_bytes: 0,
            stderr_bytes: 0,
            stderr_tail: Vec::new(),
        }
    }

    fn ended(id: &str, number: u32, how: Ended) -> UnitLine {
        let attempt = attempt(number, how);
        UnitLine::Ended { id: id.into(), boot: "b".into(), attempt }
    }

    #[test]
    fn what_ranks_wrote_is_read_back_and_a_torn_end_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let storage: SharedStorage = Arc::new(Disk::below(folder.path()));
        let mut journal = UnitJournal::open(&storage, folder.path(), 0).unwrap();
        journal.append(&[UnitLine::Begun, ended("a", 1, Ended::Exited(3))]).unwrap();
        let mut other = UnitJournal::open(&storage, folder.path(), 1).unwrap();
        other.append(&[ended("a", 2, Ended::Exited(0))]).unwrap();
        other.append(&[UnitLine::Committed(vec![("a".into(), 2)])]).unwrap();
        other.append(&[ended("b", 1, Ended::Interrupted), ended("b", 2, Ended::Lost)]).unwrap();
        other.sync().unwrap();
        drop((journal, other));
        let path = folder.path().join("units-00001.journal");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.extend_from_slice(b"1234 torn");
        std::fs::write(&path, &bytes).unwrap();
        let past = UnitPast::read(folder.path()).unwrap();
        assert_eq!((past.tries, past.damaged, past.units.len()), (1, 0, 2));
        let a = &past.units["a"];
        assert_eq!((a.committed, a.charged(7), a.charged(8), a.last()), (Some(2), 1, 0, 2));
        assert!(a.done(7).is_some() && a.done(8).is_none(), "other files are another unit");
        assert_eq!(past.units["b"].charged(7), 1, "an interrupted attempt is not the unit's own");
        // Rank 0 forgives, and its journal is read first.
        let mut again = UnitJournal::open(&storage, folder.path(), 0).unwrap();
        again.append(&[UnitLine::Forgiven(vec![("b".into(), 2)])]).unwrap();
        let past = UnitPast::read(folder.path()).unwrap();
        assert_eq!((past.damaged, past.units["b"].charged(7)), (0, 0));
    }

    #[test]
    fn a_success_is_open_until_it_is_committed_or_thrown_away() {
        let mut past = UnitPast::default();
        past.take(ended("a", 1, Ended::Exited(0)));
        let open = |past: &UnitPast| past.units["a"].uncommitted().count();
        assert_eq!(open(&past), 1);
        past.take(UnitLine::Discarded(vec![("a".into(), 1)]));
        assert_eq!(open(&past), 0);
        past.take(ended("a", 2, Ended::Exited(0)));
        past.take(UnitLine::Committed(vec![("a".into(), 2)]));
        assert_eq!(open(&past), 0);
        assert_eq!(past.units["a"].done(7).map(|it| it.number), Some(2));
    }

    #[test]
    fn a_unit_that_the_job_dies_at_again_and_again_is_deadly() {
        let mut past = UnitPast::default();
        for number in 1..=10 {
            assert!(past.units.get("a").is_none_or(|it| !it.is_deadly(7) && it.charged(7) == 0));
            past.take(ended("a", number, Ended::LostWithJob));
        }
        assert!(past.units["a"].is_deadly(7));
        past.take(UnitLine::Forgiven(vec![("a".into(), 10)]));
        assert!(!past.units["a"].is_deadly(7));
    }

    #[test]
    fn a_flipped_bit_costs_its_line_alone() {
        let folder = tempfile::tempdir().unwrap();
        let storage: SharedStorage = Arc::new(Disk::below(folder.path()));
        let mut journal = UnitJournal::open(&storage, folder.path(), 0).unwrap();
        journal
            .append(&[ended("a", 1, Ended::Exited(0)), ended("b", 1, Ended::Exited(0))])
            .unwrap();
        let path = folder.path().join("units-00000.journal");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let past = UnitPast::read(folder.path()).unwrap();
        assert_eq!((past.damaged, past.units.len()), (1, 1));
    }
}
