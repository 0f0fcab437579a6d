//! Settling: records that claim the same SOP Instance UID in, one winner a UID out. Who wins follows
//! from contents alone, so it does not matter which rank was first, or which try.
//!
//! In three steps, so that a run may die between any two of them: [`Disputes::find`] decides,
//! [`Disputes::recounts`] says what that changes in the totals, which the journal keeps, and
//! [`Disputes::carry_out`] moves the files. Each may be repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::journal::Recount;
use crate::pipeline::measure_written;
use crate::read::Limits;
use crate::record::{Failure, FileRecord, InstanceRecord, Outcome};
use crate::stage::Stage;
use crate::stats::Totals;
use crate::storage::Storage;
use crate::write::{INSTANCES, contested_path, is_intact};

/// The records that claim one SOP Instance UID, by their places in the list; the winner first.
#[derive(Debug)]
struct Dispute {
    claims: Vec<usize>,
}

/// All claims of a run, decided.
#[derive(Debug)]
pub struct Disputes(Vec<Dispute>);

impl Disputes {
    /// Decides all claims. Of several contents under one SOP Instance UID, in whatever series or study,
    /// the one with the smallest digest stays; of several files with the same content one counts as
    /// written, the first by its keyed name.
    pub fn find<R: AsRef<FileRecord>>(records: &[R]) -> Self {
        let mut claims: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, record) in records.iter().enumerate() {
            if let Some(instance) = &record.as_ref().instance {
                claims.entry(&instance.sop_instance_uid).or_default().push(at);
            }
        }
        let rank = |at: &usize| {
            let record = records[*at].as_ref();
            let instance = record.instance.as_ref().map(|i| (&i.sha256, &i.path));
            (instance, &record.path_id)
        };
        let sorted = claims.into_values().map(|mut claims| {
            claims.sort_by(|a, b| rank(a).cmp(&rank(b)));
            Dispute { claims }
        });
        Self(sorted.collect())
    }

    /// The winners, by their places in the list.
    pub fn winners(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|dispute| dispute.claims[0])
    }

    /// Which files the totals must come to hold, and which no longer: a winner counts once, and
    /// nothing else does. `session_of` tells the try that a file's record is of.
    pub fn recounts(
        &self,
        records: &[FileRecord],
        storage: &dyn Storage,
        output: &Path,
        limits: &Limits,
        session_of: &dyn Fn(&str) -> u32,
    ) -> io::Result<Vec<Recount>> {
        let mut recounts = Vec::new();
        for dispute in &self.0 {
            for (place, at) in dispute.claims.iter().enumerate() {
                let record = &records[*at];
                let is_winner = place == 0;
                if is_counted(record) == is_winner {
                    continue;
                }
                let mut totals = Totals::default();
                if let Some(measurement) =
                    measure_written(&located(storage, output, record)?, limits)?
                {
                    if is_winner {
                        measurement.add_to(&mut totals);
                    } else {
                        measurement.subtract_from(&mut totals);
                    }
                }
                let path_id = record.path_id.clone();
                let of_session = session_of(&path_id);
                recounts.push(Recount { path_id, of_session, counted: is_winner, totals });
            }
        }
        Ok(recounts)
    }

    /// Puts every winner under its final name, takes every loser away, and marks the losers' records.
    pub fn carry_out(
        self,
        records: &mut [FileRecord],
        storage: &dyn Storage,
        output: &Path,
    ) -> io::Result<()> {
        for Dispute { claims } in self.0 {
            let winner = records[claims[0]].instance.clone().ok_or(io::ErrorKind::InvalidData)?;
            let instances = claims.iter().filter_map(|at| records[*at].instance.as_ref());
            let (mut paths, mut in_doubt) = (BTreeSet::new(), false);
            for instance in instances {
                paths.insert(instance.path.clone());
                in_doubt |= instance.contested || instance.sha256 != winner.sha256;
            }
            let target = output.join(&winner.path);
            if in_doubt && !is_intact(storage, &target, &winner.sha256)? {
                let beside = contested_path(output, &winner.sop_instance_uid, &winner.sha256);
                storage.rename(&beside, &target)?;
            }
            for path in paths.iter().filter(|path| **path != winner.path) {
                take_away(storage, output, path)?;
            }
            for at in &claims[1..] {
                lose(&mut records[*at], &winner);
            }
        }
        let contested = contested_path(output, "", "");
        match std::fs::remove_dir_all(contested.parent().unwrap_or(output)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether the totals hold the samples of this file.
pub(super) fn is_counted(record: &FileRecord) -> bool {
    record.instance.as_ref().is_some_and(|instance| instance.counted)
}

/// Where this content stands: under its final name, or beside it while that is contested.
pub fn stands(
    storage: &dyn Storage,
    output: &Path,
    path: &str,
    sop_instance_uid: &str,
    sha256: &str,
) -> io::Result<Option<PathBuf>> {
    for place in [output.join(path), contested_path(output, sop_instance_uid, sha256)] {
        if is_intact(storage, &place, sha256)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Where the content of a record stands; one that does not is an error.
pub(super) fn located(
    storage: &dyn Storage,
    output: &Path,
    record: &FileRecord,
) -> io::Result<PathBuf> {
    let instance = record.instance.as_ref().ok_or(io::ErrorKind::NotFound)?;
    let InstanceRecord { path, sop_instance_uid, sha256, .. } = instance.as_ref();
    stands(storage, output, path, sop_instance_uid, sha256)?
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// A file of another series or study that has lost, and the folders that it leaves empty.
fn take_away(storage: &dyn Storage, output: &Path, path: &str) -> io::Result<()> {
    storage.remove(&output.join(path))?;
    remove_empty_folders(output, path.as_ref());
    Ok(())
}

/// The folders above a file that is gone: series, study and patient, as far as they are empty.
pub fn remove_empty_folders(output: &Path, path: &Path) {
    for folder in path.ancestors().skip(1) {
        // A folder that still holds something refuses to go.
        if folder == Path::new(INSTANCES) || std::fs::remove_dir(output.join(folder)).is_err() {
            break;
        }
    }
}

fn lose(record: &mut FileRecord, winner: &InstanceRecord) {
    let instance = record.instance.take();
    let is_same = instance.is_some_and(|instance| instance.has_content_of(winner));
    let (outcome, class, message) = if is_same {
        (Outcome::Duplicate, "duplicate", "the same instance came from another file too")
    } else {
        (
            Outcome::Quarantined,
            "uid-conflict",
            "another instance has the same SOP Instance UID and other content",
        )
    };
    record.outcome = outcome;
    record.failure = Some(Failure::new(Some(Stage::Write), class, message));
}
