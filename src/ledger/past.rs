//! What earlier tries of a run have done: journals and announcements in, the records that stand out.
//!
//! The totals of earlier tries are added up from the journal's lines, each of which holds the sum of
//! its files. A line of which a counted file stands no longer, because it was done anew, is broken:
//! its other files are measured again, from the output.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::announce::InFlight;
use super::journal::{Announced, Damage, JOURNAL_EXTENSION, Line, Recount, read_journal};
use super::settle::{is_counted, located};
use crate::manifest::FileEntry;
use crate::pipeline::measure_written;
use crate::read::Limits;
use crate::record::FileRecord;
use crate::stats::Totals;
use crate::storage::Storage;

/// A line: the journal, and the number of the line in it.
type LineId = (usize, u32);

#[derive(Debug)]
struct Known {
    record: FileRecord,
    session: u32,
    line: LineId,
    /// Whether the totals of the line hold it, whatever settling changed later.
    counted_in_line: bool,
}

/// What earlier tries have done.
#[derive(Debug, Default)]
pub struct Past {
    journals: Vec<PathBuf>,
    /// How many lines of each have been taken in.
    lines: Vec<u32>,
    known: HashMap<String, Known>,
    recounts: Vec<(u32, Recount)>,
    /// Files in flight when tries died, with the number and the name of each try.
    strikes: HashMap<String, Vec<(u32, String, Announced)>>,
    /// The last try in which each file was done, whether that record stands or not.
    done_in: HashMap<String, u32>,
    broken: HashSet<LineId>,
    last_session: u32,
    /// What was not as it should be in each damaged journal, by the number of its rank's file.
    pub damages: Vec<(usize, Damage)>,
}

impl Past {
    /// Reads all journals of a folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut past =
            Self { journals: super::files_of(folder, JOURNAL_EXTENSION)?, ..Self::default() };
        for (number, path) in past.journals.clone().into_iter().enumerate() {
            let mut lines = 0;
            let damage = read_journal(&path, |line, said| {
                lines = line + 1;
                past.take((number, line), said);
            })?;
            past.lines.push(lines);
            if damage != Damage::default() {
                past.damages.push((number, damage));
            }
        }
        past.recounts.sort_by_key(|(session, _)| *session);
        for (_, recount) in &past.recounts {
            // Where the record that it changes is lost, an older one may stand.
            if let Some(known) = past.known.get_mut(&recount.path_id)
                && known.session == recount.of_session
                && let Some(instance) = &mut known.record.instance
            {
                instance.counted = recount.counted;
            }
        }
        Ok(past)
    }

    fn take(&mut self, id: LineId, said: Line) {
        match said {
            Line::Done { session, records, .. } => {
                self.last_session = self.last_session.max(session);
                for record in records {
                    self.stand(record, session, id);
                }
            }
            Line::Recounted { session, recounts } => {
                self.last_session = self.last_session.max(session);
                self.recounts.extend(recounts.into_iter().map(|recount| (session, recount)));
            }
            Line::Struck { session, try_name, files } => self.strike(session, &try_name, files),
        }
    }

    /// Of two records of one file the later try's stands; the other one's line is broken.
    fn stand(&mut self, record: FileRecord, session: u32, line: LineId) {
        let counted_in_line = is_counted(&record);
        let path_id = record.path_id.clone();
        let done_in = self.done_in.entry(path_id.clone()).or_default();
        *done_in = session.max(*done_in);
        let new = Known { record, session, line, counted_in_line };
        let loser = match self.known.get(&path_id) {
            Some(known) if known.session > session => Some(new),
            _ => self.known.insert(path_id, new),
        };
        self.fell(loser.as_ref());
    }

    fn fell(&mut self, known: Option<&Known>) {
        if let Some(known) = known.filter(|known| known.counted_in_line) {
            self.broken.insert(known.line);
        }
    }

    /// The number of the try that begins now.
    pub fn next_session(&self) -> u32 {
        self.last_session + 1
    }

    /// The try that a record that stands is of.
    pub fn session_of(&self, path_id: &str) -> Option<u32> {
        self.known.get(path_id).map(|known| known.session)
    }

    /// The record of a file that stands.
    pub fn record(&self, path_id: &str) -> Option<&FileRecord> {
        self.known.get(path_id).map(|known| &known.record)
    }

    /// All records that stand.
    pub fn records(&self) -> impl Iterator<Item = &FileRecord> {
        self.known.values().map(|known| &known.record)
    }

    /// A record stands no longer: its file is gone, or is to be done anew.
    pub fn withdraw(&mut self, path_id: &str) -> Option<FileRecord> {
        let known = self.known.remove(path_id);
        self.fell(known.as_ref());
        known.map(|known| known.record)
    }

    /// These files were in flight when this try died. One that is told twice counts once.
    fn strike(&mut self, session: u32, try_name: &str, files: Vec<Announced>) {
        for file in files {
            let strikes = self.strikes.entry(file.path_id.clone()).or_default();
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
        let done_in = self.done_in.get(&entry.path_id).copied().unwrap_or(0);
        let strikes = self.strikes.get(&entry.path_id).map_or(&[][..], Vec::as_slice);
        strikes.iter().filter(|(session, _, file)| *session > done_in && file.is(entry)).count()
    }

    /// The totals of all files that stand and are counted.
    pub fn totals(
        &self,
        storage: &dyn Storage,
        output: &Path,
        limits: &Limits,
    ) -> io::Result<Totals> {
        let mut totals = Totals::default();
        for (number, path) in self.journals.iter().enumerate() {
            read_journal(path, |line, said| {
                // This try writes on in the same journals, and one that was asleep might.
                if let Line::Done { totals: of_line, .. } = said
                    && line < self.lines[number]
                    && !self.broken.contains(&(number, line))
                {
                    totals.merge(&of_line);
                }
            })?;
        }
        for (_, recount) in &self.recounts {
            let known = self.known.get(&recount.path_id);
            let is_of = |known: &&Known| known.session == recount.of_session;
            if known.filter(is_of).is_some_and(|known| !self.is_broken(known)) {
                totals.merge(&recount.totals);
            }
        }
        let measured_anew: Vec<&FileRecord> = self
            .known
            .values()
            .filter(|known| self.is_broken(known))
            .map(|known| &known.record)
            .filter(|record| is_counted(record))
            .collect();
        let anew: io::Result<Vec<Totals>> = measured_anew
            .par_iter()
            .map(|record| {
                let mut totals = Totals::default();
                if let Some(measurement) =
                    measure_written(&located(storage, output, record)?, limits)?
                {
                    measurement.add_to(&mut totals);
                }
                Ok(totals)
            })
            .collect();
        anew?.iter().for_each(|more| totals.merge(more));
        Ok(totals)
    }

    fn is_broken(&self, known: &Known) -> bool {
        self.broken.contains(&known.line)
    }
}
