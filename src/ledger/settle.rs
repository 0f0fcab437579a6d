//! Settling: claims in the order in which they win in, one winner a SOP Instance UID out. Who wins follows
//! from contents alone, so it does not matter which rank was first, or which try, or who decides.
//!
//! Of several contents under one SOP Instance UID, in whatever series or study, the one with the smallest
//! digest stays; of several files with the same content one counts as written, the first by its keyed name.
//!
//! In two steps, so that a run may die between any two of them: [`recount`] says what the decisions
//! change in the totals, which the journal keeps, and [`carry_out`] moves the files. Each may be repeated.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::claims::Claim;
use super::journal::{Journal, Line, Recount};
use crate::pipeline::measure_written;
use crate::read::Limits;
use crate::record::{Failure, FileRecord, InstanceRecord, Outcome};
use crate::sorting::{Item, Sorted};
use crate::stage::Stage;
use crate::stats::Distributions;
use crate::storage::Storage;
use crate::write::{contested_path, is_intact};

/// Recounts that share a line of the journal.
const RECOUNTS_OF_A_LINE: usize = 50;

/// What settling works on.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Where the output is.
    pub storage: &'a dyn Storage,
    /// Its folder.
    pub output: &'a Path,
    /// Bounds on what a file may ask for.
    pub limits: &'a Limits,
}

/// Goes through sorted claims; `see` gets each and whether it is the first for its SOP Instance UID, the
/// winner.
fn each_claim(
    claims: &Sorted,
    mut see: impl FnMut(&Item, bool) -> io::Result<()>,
) -> io::Result<()> {
    let mut last = Vec::new();
    for item in claims.read()? {
        let item = item?;
        let (uid, _) = Claim::head_of(&item);
        let is_winner = uid != last;
        uid.clone_into(&mut last);
        see(&item, is_winner)?;
    }
    Ok(())
}

/// Brings the totals in line with the decisions, a winner counts once and nothing else does: what that adds
/// and takes away is handed over, and stands in the journal, safe on the disk, before any file is moved.
pub fn recount(
    claims: &Sorted,
    place: Place<'_>,
    session: u32,
    journal: &mut Journal,
    mut see: impl FnMut(&Distributions) -> io::Result<()>,
) -> io::Result<()> {
    let mut recounts = Vec::new();
    let mut write = |recounts: &mut Vec<Recount>| {
        recounts.iter().try_for_each(|recount| see(&recount.totals))?;
        let recounts = std::mem::take(recounts);
        journal.append(&Line::Recounted { session, recounts })
    };
    let mut is_changed = false;
    each_claim(claims, |item, is_winner| {
        let (_, is_counted) = Claim::head_of(item);
        if is_counted != is_winner {
            let claim = Claim::from_item(item)?;
            recounts.push(recount_one(&claim, is_winner, place)?);
            is_changed = true;
            if recounts.len() == RECOUNTS_OF_A_LINE {
                write(&mut recounts)?;
            }
        }
        Ok(())
    })?;
    if !recounts.is_empty() {
        write(&mut recounts)?;
    }
    if is_changed {
        place.storage.sync(place.output)?;
    }
    Ok(())
}

fn recount_one(claim: &Claim, is_winner: bool, place: Place<'_>) -> io::Result<Recount> {
    let mut totals = Distributions::default();
    let path = located(place, &claim.record)?;
    if let Some(measurement) = measure_written(&path, place.limits)? {
        if is_winner {
            measurement.add_to(&mut totals);
        } else {
            measurement.subtract_from(&mut totals);
        }
    }
    let path_id = claim.record.path_id.clone();
    Ok(Recount { path_id, of_session: claim.session, counted: is_winner, totals })
}

/// The claims of one SOP Instance UID, as far as they have been seen.
struct Dispute {
    winner: FileRecord,
    /// Where losers may stand.
    paths: BTreeSet<String>,
    in_doubt: bool,
}

/// Puts every winner under its final name, takes every loser away, and hands over all records as they ended:
/// of losers, with what they lost to.
pub fn carry_out(
    claims: &Sorted,
    place: Place<'_>,
    mut settled: impl FnMut(FileRecord) -> io::Result<()>,
) -> io::Result<()> {
    let mut dispute: Option<Dispute> = None;
    each_claim(claims, |item, is_winner| {
        let mut record = Claim::from_item(item)?.record;
        let is_contested = record.instance.as_ref().is_some_and(|instance| instance.contested);
        if is_winner {
            if let Some(decided) = dispute.take() {
                decided.carry_out(place)?;
            }
            dispute = Some(Dispute {
                winner: record.clone(),
                paths: BTreeSet::new(),
                in_doubt: is_contested,
            });
        } else if let Some(dispute) = &mut dispute {
            dispute.add(&mut record, is_contested);
        }
        settled(record)
    })?;
    dispute.map_or(Ok(()), |decided| decided.carry_out(place))
}

impl Dispute {
    fn add(&mut self, loser: &mut FileRecord, is_contested: bool) {
        let Some(winner) = &self.winner.instance else { return };
        if let Some(instance) = &loser.instance {
            self.in_doubt |= is_contested || instance.sha256 != winner.sha256;
            if instance.path != winner.path {
                self.paths.insert(instance.path.clone());
            }
        }
        lose(loser, winner);
    }

    fn carry_out(self, Place { storage, output, .. }: Place<'_>) -> io::Result<()> {
        let winner = self.winner.instance.ok_or(io::ErrorKind::InvalidData)?;
        if winner.in_place {
            // An input is never touched.
            return Ok(());
        }
        let target = output.join(&winner.path);
        if self.in_doubt && !is_intact(storage, &target, &winner.sha256)? {
            let beside = contested_path(output, &winner.sop_instance_uid, &winner.sha256);
            storage.rename(&beside, &target)?;
        }
        self.paths.iter().try_for_each(|path| take_away(storage, output, path))
    }
}

/// Whether the totals hold the samples of this file.
pub(super) fn is_counted(record: &FileRecord) -> bool {
    record.instance.as_ref().is_some_and(|instance| instance.counted)
}

/// Where this content stands: under its final name, or beside it while that is contested.
pub(super) fn stands(
    storage: &dyn Storage,
    output: &Path,
    [sop_instance_uid, sha256, path]: [&str; 3],
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
    Place { storage, output, .. }: Place<'_>,
    record: &FileRecord,
) -> io::Result<PathBuf> {
    let instance = record.instance.as_ref().ok_or(io::ErrorKind::NotFound)?;
    let InstanceRecord { path, sop_instance_uid, sha256, .. } = instance.as_ref();
    stands(storage, output, [sop_instance_uid, sha256, path])?
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
        if folder.components().count() < 2 || std::fs::remove_dir(output.join(folder)).is_err() {
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
