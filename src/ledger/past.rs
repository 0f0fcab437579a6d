//! What earlier tries of a run have done: journals and announcements in, a line for each file out, in
//! little memory. The records themselves stay on the disk and are read again where they are needed.
//!
//! The totals of earlier tries are added up from the journal's lines, each of which holds the sum of
//! its files. A line of which a counted file stands no longer, because it was done anew, is broken:
//! its other files are measured again, from the output.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::announce::InFlight;
use super::journal::{Announced, Damage, JOURNAL_EXTENSION, Line, read_journal};
use crate::manifest::FileEntry;
use crate::record::{FileRecord, PathId};
use crate::stats::Distributions;

/// A line: the journal, and the number of the line in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineId {
    journal: u32,
    line: u32,
}

/// What is known of a file.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "there is one for each file of a collection")]
pub struct Known {
    /// The try in which it was done.
    pub session: u32,
    line: LineId,
    /// A digest of its size and time then.
    stamp: u64,
    /// Whether its record stands; else it is done anew.
    pub stands: bool,
    /// Whether the input has it still.
    pub is_present: bool,
    /// Whether it was not let through.
    pub is_quarantined: bool,
    /// Whether it may fare better without having changed.
    pub is_passing: bool,
    /// Whether its record tells of an instance.
    pub has_instance: bool,
    /// Whether the totals hold it, as settling left it.
    counted: bool,
    /// Whether the totals of the line hold it, whatever settling changed later.
    counted_in_line: bool,
}

/// A record of an earlier try, on its way to the owner of what it claims.
#[derive(Debug)]
pub struct PastRecord {
    /// The record.
    pub record: FileRecord,
    /// What is known of it.
    pub known: Known,
}

impl PastRecord {
    /// The line that it stands in.
    pub fn line(&self) -> LineId {
        self.known.line
    }
}

/// What earlier tries have done.
#[derive(Debug, Default)]
pub struct Past {
    journals: Vec<PathBuf>,
    /// How many lines of each have been taken in.
    lines: Vec<u32>,
    known: HashMap<PathId, Known>,
    /// Files in flight when tries died, with the number and the name of each try.
    strikes: HashMap<PathId, Vec<(u32, String, Announced)>>,
    broken: BTreeSet<LineId>,
    last_session: u32,
    /// What was not as it should be in each damaged journal, by the number of its rank's file.
    pub damages: Vec<(usize, Damage)>,
}

/// What settling changed, without the totals.
struct Recounted {
    session: u32,
    path_id: PathId,
    of_session: u32,
    counted: bool,
}

impl Past {
    /// Reads all journals of a folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut past =
            Self { journals: super::files_of(folder, JOURNAL_EXTENSION)?, ..Self::default() };
        let mut recounts = Vec::new();
        for (number, path) in past.journals.clone().into_iter().enumerate() {
            let mut lines = 0;
            let damage = read_journal(&path, |line, said| {
                lines = line + 1;
                past.take(LineId { journal: number as u32, line }, said, &mut recounts);
            })?;
            past.lines.push(lines);
            if damage != Damage::default() {
                past.damages.push((number, damage));
            }
        }
        recounts.sort_by_key(|recount| recount.session);
        for Recounted { path_id, of_session, counted, .. } in recounts {
            // Where the record that it changes is lost, an older one may stand.
            if let Some(known) = past.known.get_mut(&path_id)
                && known.session == of_session
            {
                known.counted = counted;
            }
        }
        Ok(past)
    }

    fn take(&mut self, id: LineId, said: Line, recounted: &mut Vec<Recounted>) {
        match said {
            Line::Done { session, records, .. } => {
                self.last_session = self.last_session.max(session);
                for record in records {
                    self.stand(&record, session, id);
                }
            }
            Line::Recounted { session, recounts } => {
                self.last_session = self.last_session.max(session);
                recounted.extend(recounts.into_iter().map(|recount| Recounted {
                    session,
                    path_id: PathId::of(&recount.path_id),
                    of_session: recount.of_session,
                    counted: recount.counted,
                }));
            }
            Line::Struck { session, try_name, files } => self.strike(session, &try_name, files),
        }
    }

    /// Of two records of one file the later try's stands; the other one's line is broken.
    fn stand(&mut self, record: &FileRecord, session: u32, line: LineId) {
        let counted = record.instance.as_ref().is_some_and(|instance| instance.counted);
        let new = Known {
            session,
            line,
            stamp: stamp(record.size_bytes, record.modified_ns),
            stands: true,
            is_present: false,
            is_quarantined: record.is_quarantined(),
            is_passing: record.is_passing(),
            has_instance: record.instance.is_some(),
            counted,
            counted_in_line: counted,
        };
        let path_id = PathId::of(&record.path_id);
        let loser = match self.known.get(&path_id) {
            Some(known) if known.session > session => Some(new),
            _ => self.known.insert(path_id, new),
        };
        self.fell(loser);
    }

    fn fell(&mut self, known: Option<Known>) {
        if let Some(known) = known.filter(|known| known.counted_in_line) {
            self.broken.insert(known.line);
        }
    }

    /// Whether there was no try before, or none that did anything.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.strikes.is_empty()
    }

    /// The number of the try that begins now.
    pub fn next_session(&self) -> u32 {
        self.last_session + 1
    }

    /// What is known of a file whose record stands.
    pub fn known(&self, path_id: PathId) -> Option<&Known> {
        self.known.get(&path_id).filter(|known| known.stands)
    }

    /// All files whose records stand.
    pub fn standing(&self) -> impl Iterator<Item = (PathId, &Known)> {
        self.known
            .iter()
            .filter(|(_, known)| known.stands)
            .map(|(path_id, known)| (*path_id, known))
    }

    /// The input has this file still; whether its record, if one stands, is of the file as it is now.
    pub fn meet(&mut self, entry: &FileEntry) -> bool {
        let Some(known) = self.known.get_mut(&PathId::of(&entry.path_id)) else { return false };
        known.is_present = true;
        known.stands && known.stamp == stamp(entry.size_bytes, entry.modified_ns)
    }

    /// A record stands no longer: its file is gone, or is to be done anew.
    pub fn withdraw(&mut self, path_id: PathId) -> Option<Known> {
        let known = self.known.get_mut(&path_id).filter(|known| known.stands)?;
        known.stands = false;
        let known = *known;
        self.fell(Some(known));
        Some(known)
    }

    /// These files were in flight when this try died. One that is told twice counts once.
    fn strike(&mut self, session: u32, try_name: &str, files: Vec<Announced>) {
        for file in files {
            let strikes = self.strikes.entry(PathId::of(&file.path_id)).or_default();
            if !strikes.iter().any(|(_, name, _)| name == try_name) {
                strikes.push((session, try_name.to_owned(), file));
            }
        }
    }

    /// Takes in announcements that a dead try has left; the line that keeps them in the journal.
    pub fn learn_of(&mut self, died: &InFlight) -> Line {
        let InFlight { session, try_name, files, .. } = died;
        self.strike(*session, try_name, files.clone());
        Line::Struck { session: *session, try_name: try_name.clone(), files: files.clone() }
    }

    /// How many tries died while this file, as it is now, was in flight, since it was last done.
    pub fn strikes(&self, entry: &FileEntry) -> usize {
        let path_id = PathId::of(&entry.path_id);
        let done_in = self.known.get(&path_id).map_or(0, |known| known.session);
        let strikes = self.strikes.get(&path_id).map_or(&[][..], Vec::as_slice);
        strikes.iter().filter(|(session, _, file)| *session > done_in && file.is(entry)).count()
    }

    /// Reads the records of earlier tries again that tell of instances, whether they stand or are done
    /// anew, as settling left them; and all others that stand.
    pub fn records<E: From<io::Error>>(
        &self,
        mut see: impl FnMut(PastRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut outcome = Ok(());
        self.read_again(|id, said| {
            let Line::Done { records, .. } = said else { return };
            for mut record in records {
                let known = self.known.get(&PathId::of(&record.path_id));
                let Some(known) = known.filter(|known| known.line == id) else { continue };
                if let Some(instance) = &mut record.instance {
                    instance.counted = known.counted;
                }
                if outcome.is_ok() && (known.stands || known.has_instance) {
                    outcome = see(PastRecord { record, known: *known });
                }
            }
        })?;
        outcome
    }

    /// Whether the file's record stands in a line that is broken.
    pub fn is_in_broken_line(&self, path_id: PathId) -> bool {
        let known = self.known.get(&path_id);
        known
            .is_some_and(|known| known.stands && known.counted && self.broken.contains(&known.line))
    }

    /// The lines of which a counted file stands no longer.
    pub fn broken(&self) -> &BTreeSet<LineId> {
        &self.broken
    }

    /// Hands over the distributions of all files that stand and are counted, but for those in broken lines.
    pub fn totals(&self, mut see: impl FnMut(&Distributions) -> io::Result<()>) -> io::Result<()> {
        let mut outcome = Ok(());
        let mut hand_over = |totals: &Distributions| {
            if outcome.is_ok() {
                outcome = see(totals);
            }
        };
        self.read_again(|id, said| match said {
            Line::Done { totals, .. } if !self.broken.contains(&id) => hand_over(&totals),
            Line::Recounted { recounts, .. } => {
                for recount in recounts {
                    let known = self.known(PathId::of(&recount.path_id));
                    let is_of = |known: &&Known| known.session == recount.of_session;
                    if known.filter(is_of).is_some_and(|it| !self.broken.contains(&it.line)) {
                        hand_over(&recount.totals);
                    }
                }
            }
            _ => {}
        })?;
        outcome
    }

    /// The lines that were taken in. This try writes on in the same journals, and one that was asleep might.
    fn read_again(&self, mut see: impl FnMut(LineId, Line)) -> io::Result<()> {
        for (number, path) in self.journals.iter().enumerate() {
            read_journal(path, |line, said| {
                if line < self.lines[number] {
                    see(LineId { journal: number as u32, line }, said);
                }
            })?;
        }
        Ok(())
    }
}

/// Of a file's size and time. Compared within one process only.
fn stamp(size_bytes: u64, modified_ns: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (size_bytes, modified_ns).hash(&mut hasher);
    hasher.finish()
}
