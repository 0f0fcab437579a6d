//! `runs.csv` in, what the sections tell of units out: counts, the slowest, and a few bytes a unit for quartiles.

use std::collections::HashMap;
use std::path::Path;

use crate::html::trouble::Trouble;
use crate::results::{MapRow, MapUnits, RowReader, RunRow, UnitState};

/// Units that are listed as the slowest.
const SLOWEST: usize = 20;
/// Parameters that are looked at.
const PARAMETERS: usize = 20;
/// Of a parameter with more values there is no table.
pub(super) const VALUES: usize = 30;

/// What stands in `runs.csv`.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub(super) counts: MapUnits,
    pub(super) taken: Taken,
    /// Units that were tried more than once, and those of them that were done.
    pub(super) retried: [u64; 2],
    /// The slowest, the slowest first.
    pub(super) slowest: Vec<RunRow>,
    pub(super) hosts: Vec<String>,
    /// One for each unit.
    pub(super) rows: Vec<Unit>,
    pub(super) parameters: Vec<Parameter>,
    /// Parameters that are not looked at.
    pub(super) more_parameters: usize,
}

/// What units were made of.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// As much of a unit as quartiles need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    /// Place among the hosts.
    pub(super) host: u32,
    pub(super) state: UnitState,
    /// Seconds of its last attempt; not a number where there was none.
    pub(super) wall_s: f64,
}

/// A parameter.
#[derive(Debug, Default)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// Its values; nothing where there are too many.
    pub(super) values: Option<Vec<String>>,
    /// Which of them a unit had.
    pub(super) codes: Vec<u8>,
}

impl Parameter {
    fn add(&mut self, value: &str) {
        let Some(values) = &mut self.values else { return };
        let place = values.iter().position(|it| it == value);
        if place.is_none() && values.len() == VALUES {
            (self.values, self.codes) = (None, Vec::new());
            return;
        }
        let place = place.unwrap_or_else(|| {
            values.push(value.to_owned());
            values.len() - 1
        });
        self.codes.push(place as u8);
    }
}

impl Units {
    pub(super) fn read(output: &Path) -> Result<Self, Trouble> {
        let trouble = |error: std::io::Error| Trouble::new(RunRow::FILE, &error);
        let rows = RowReader::<RunRow>::open(output).map_err(trouble)?;
        let parameter = |name: &String| Parameter {
            name: name.clone(),
            values: Some(Vec::new()),
            codes: Vec::new(),
        };
        let mut units = Self {
            parameters: rows.parameters.iter().take(PARAMETERS).map(parameter).collect(),
            more_parameters: rows.parameters.len().saturating_sub(PARAMETERS),
            ..Self::default()
        };
        let mut hosts = HashMap::new();
        for row in rows {
            units.add(row.map_err(trouble)?, &mut hosts);
        }
        units.keep_slowest();
        Ok(units)
    }

    fn add(&mut self, row: RunRow, hosts: &mut HashMap<String, u32>) {
        let counts = &mut self.counts;
        counts.total += 1;
        match row.state {
            UnitState::Done => counts.done += 1,
            UnitState::Failed => counts.failed += 1,
            UnitState::Open => counts.open += 1,
        }
        if row.attempts > 1 {
            self.retried[0] += 1;
            self.retried[1] += u64::from(row.state == UnitState::Done);
        }
        self.taken.files = self.taken.files.saturating_add(row.files.unwrap_or(0));
        self.taken.bytes = self.taken.bytes.saturating_add(row.bytes.unwrap_or(0));
        for (parameter, value) in self.parameters.iter_mut().zip(&row.parameters) {
            parameter.add(value);
        }
        let host = hosts.get(&row.host).copied().unwrap_or_else(|| {
            let host = self.hosts.len() as u32;
            self.hosts.push(row.host.clone());
            hosts.insert(row.host.clone(), host);
            host
        });
        let wall_s = row.wall_s.filter(|wall_s| wall_s.is_finite() && *wall_s >= 0.0);
        self.rows.push(Unit { host, state: row.state, wall_s: wall_s.unwrap_or(f64::NAN) });
        if wall_s.is_some() {
            self.slowest.push(row);
            // Not for each row.
            if self.slowest.len() >= 50 * SLOWEST {
                self.keep_slowest();
            }
        }
    }

    fn keep_slowest(&mut self) {
        let wall_s = |row: &RunRow| row.wall_s.unwrap_or(0.0);
        self.slowest.sort_by(|a, b| wall_s(b).total_cmp(&wall_s(a)).then(a.rank.cmp(&b.rank)));
        self.slowest.truncate(SLOWEST);
    }

    /// Seconds that units took which are done and let through, from the least to the greatest.
    pub(super) fn walls(&self, mut is_let_through: impl FnMut(usize, &Unit) -> bool) -> Vec<f64> {
        let done = self.rows.iter().enumerate().filter(|(_, unit)| unit.state == UnitState::Done);
        let mut walls: Vec<f64> = done
            .filter(|(at, unit)| unit.wall_s.is_finite() && is_let_through(*at, unit))
            .map(|(_, unit)| unit.wall_s)
            .collect();
        walls.sort_by(f64::total_cmp);
        walls
    }
}
