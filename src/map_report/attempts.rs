//! `attempts.csv` in, what slots did and what was tried for the units that failed out. Times are those of the last try:
//! what began before it is counted and not drawn.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Source;
use crate::html::trouble::Trouble;
use crate::results::{AttemptRow, Ended, MapRow, RowReader};

/// Clocks of nodes differ by less, s.
const CLOCKS_S: f64 = 5.0;
/// Attempts of a unit that are listed, the last ones.
const LISTED: usize = 10;

/// The kinds of ends that are told apart in the plot, the right one first.
pub(super) const KINDS: [&str; 4] = ["done", "failed", "over a limit", "lost or interrupted"];

/// What stands in `attempts.csv`.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    /// Of all tries.
    pub(super) all: u64,
    /// Those of earlier tries.
    pub(super) earlier: u64,
    /// When the first of the last try began, s since 1970.
    pub(super) first_s: f64,
    /// From then to the end of the last, s.
    pub(super) span_s: f64,
    /// Sorted by host, MPI rank and slot.
    pub(super) slots: Vec<Slot>,
    /// The last attempts of units that were asked for.
    pub(super) listed: BTreeMap<u64, Vec<AttemptRow>>,
}

/// A slot and what it did in the last try.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    pub(super) host: String,
    pub(super) mpi_rank: u32,
    /// Its place on the MPI rank.
    pub(super) number: u32,
    pub(super) attempts: u64,
    pub(super) not_done: u64,
    /// Seconds of attempts that succeeded, and of others.
    pub(super) busy_s: [f64; 2],
    /// When its first attempt began and its last ended, s since 1970.
    pub(super) first_s: f64,
    pub(super) last_s: f64,
}

/// An attempt of the last try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Place among the slots.
    pub(super) slot: usize,
    /// Seconds since the first attempt began.
    pub(super) from_s: f64,
    pub(super) until_s: f64,
    /// Place among [`KINDS`].
    pub(super) kind: usize,
}

/// Place among [`KINDS`].
fn kind(row: &AttemptRow) -> usize {
    match row.ended {
        _ if row.is_done() => 0,
        Some(Ended::TimeLimit | Ended::OutOfMemory) => 2,
        Some(Ended::Lost | Ended::Interrupted) => 3,
        Some(Ended::Exited | Ended::Signal | Ended::CannotStart) | None => 1,
    }
}

/// When an attempt began and how long it took; nothing where that is not known.
fn times(row: &AttemptRow) -> Option<(f64, f64)> {
    let (start_s, wall_s) = row.start_unix_s.zip(row.wall_s)?;
    (start_s.is_finite() && wall_s.is_finite() && wall_s >= 0.0).then_some((start_s, wall_s))
}

/// Whether an attempt that began then is of the last try.
fn is_of_last_try(start_s: f64, source: &Source<'_>) -> bool {
    start_s >= source.summary.run.start_unix_s - CLOCKS_S
}

fn trouble(error: &std::io::Error) -> Trouble {
    Trouble::new(AttemptRow::FILE, error)
}

impl Attempts {
    /// Reads the table. `named` are the units whose attempts are to be listed.
    pub(super) fn read(source: &Source<'_>, named: &BTreeSet<u64>) -> Result<Self, Trouble> {
        let mut attempts = Self { first_s: f64::MAX, ..Self::default() };
        let mut places: HashMap<(String, u32, u32), Slot> = HashMap::new();
        let mut last_s = f64::MIN;
        for row in RowReader::<AttemptRow>::open(source.output).map_err(|it| trouble(&it))? {
            let row = row.map_err(|error| trouble(&error))?;
            attempts.all += 1;
            if let Some((start_s, wall_s)) = times(&row) {
                if is_of_last_try(start_s, source) {
                    attempts.first_s = attempts.first_s.min(start_s);
                    last_s = last_s.max(start_s + wall_s);
                    let name = (row.host.clone(), row.mpi_rank.unwrap_or(0), row.slot.unwrap_or(0));
                    places.entry(name).or_default().add(&row, start_s, wall_s);
                } else {
                    attempts.earlier += 1;
                }
            }
            if named.contains(&row.rank) {
                let listed = attempts.listed.entry(row.rank).or_default();
                if listed.len() == LISTED {
                    listed.remove(0);
                }
                listed.push(row);
            }
        }
        attempts.span_s = (last_s - attempts.first_s).max(0.0);
        let slot =
            |((host, mpi_rank, number), it): (_, Slot)| Slot { host, mpi_rank, number, ..it };
        attempts.slots = places.into_iter().map(slot).collect();
        attempts.slots.sort_by(|a, b| a.name().cmp(&b.name()));
        Ok(attempts)
    }

    /// Goes through the attempts of the last try once more, which are too many to be kept.
    pub(super) fn pieces(
        &self,
        source: &Source<'_>,
        mut each: impl FnMut(Piece),
    ) -> Result<(), Trouble> {
        for row in RowReader::<AttemptRow>::open(source.output).map_err(|it| trouble(&it))? {
            let row = row.map_err(|error| trouble(&error))?;
            let Some((start_s, wall_s)) = times(&row) else { continue };
            if !is_of_last_try(start_s, source) {
                continue;
            }
            let name = (row.host.as_str(), row.mpi_rank.unwrap_or(0), row.slot.unwrap_or(0));
            if let Ok(slot) = self.slots.binary_search_by(|it| it.name().cmp(&name)) {
                let from_s = start_s - self.first_s;
                each(Piece { slot, from_s, until_s: from_s + wall_s, kind: kind(&row) });
            }
        }
        Ok(())
    }
}

impl Slot {
    fn add(&mut self, row: &AttemptRow, start_s: f64, wall_s: f64) {
        let is_first = self.attempts == 0;
        self.attempts += 1;
        self.not_done += u64::from(!row.is_done());
        self.busy_s[usize::from(!row.is_done())] += wall_s;
        self.first_s = if is_first { start_s } else { self.first_s.min(start_s) };
        self.last_s = self.last_s.max(start_s + wall_s);
    }

    fn name(&self) -> (&str, u32, u32) {
        (&self.host, self.mpi_rank, self.number)
    }
}
