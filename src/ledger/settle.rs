//! Settling: records that claim the same SOP Instance UID in, one winner a UID out. Who wins follows
//! from contents alone, so it does not matter which rank was first.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::pipeline::measure_written;
use crate::read::Limits;
use crate::record::{Failure, FileRecord, Outcome};
use crate::stage::Stage;
use crate::stats::Totals;
use crate::write::{contested_path, hex};

/// What decides between claims: the digest of the content, then the output path, then the keyed name
/// of the input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    sha256: String,
    path: String,
    path_id: String,
    record: usize,
}

/// Settles all claims. Of several contents under one SOP Instance UID, in whatever series or study,
/// the one with the smallest digest stays and the others are quarantined; of several files with the
/// same content one counts as written and the others as duplicates.
pub fn settle(
    records: &mut [FileRecord],
    totals: &mut Totals,
    output: &Path,
    limits: &Limits,
) -> io::Result<()> {
    let mut claims: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        if let Some(instance) = &record.instance {
            claims.entry(instance.sop_instance_uid.clone()).or_default().push(Claim {
                sha256: instance.sha256.clone(),
                path: instance.path.clone(),
                path_id: record.path_id.clone(),
                record: at,
            });
        }
    }
    for (uid, mut claims) in claims.into_iter().filter(|(_, claims)| claims.len() > 1) {
        claims.sort();
        let winner = &claims[0];
        if claims.iter().any(|claim| claim.sha256 != winner.sha256) {
            let beside = contested_path(output, &uid, &winner.sha256);
            put_in_place(&output.join(&winner.path), &winner.sha256, &beside, totals, limits)?;
        }
        let elsewhere: BTreeSet<&str> = claims.iter().map(|claim| claim.path.as_str()).collect();
        for path in elsewhere.into_iter().filter(|path| *path != winner.path) {
            take_away(&output.join(path), totals, limits)?;
        }
        for claim in &claims[1..] {
            lose(&mut records[claim.record], claim.sha256 == winner.sha256);
        }
    }
    let contested = contested_path(output, "", "");
    match std::fs::remove_dir_all(contested.parent().unwrap_or(output)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The winner under its final name. Whoever came first stands there and was counted.
fn put_in_place(
    target: &Path,
    winner: &str,
    beside: &Path,
    totals: &mut Totals,
    limits: &Limits,
) -> io::Result<()> {
    if hex(&Sha256::digest(std::fs::read(target)?)) == winner {
        return Ok(());
    }
    if let Some(measurement) = measure_written(target, limits)? {
        measurement.subtract_from(totals);
    }
    if let Some(measurement) = measure_written(beside, limits)? {
        measurement.add_to(totals);
    }
    std::fs::rename(beside, target)
}

/// A file of another series or study that has lost, and the folders that it leaves empty.
fn take_away(path: &Path, totals: &mut Totals, limits: &Limits) -> io::Result<()> {
    if let Some(measurement) = measure_written(path, limits)? {
        measurement.subtract_from(totals);
    }
    std::fs::remove_file(path)?;
    // Series, study and patient; a folder that still holds something refuses to go.
    for folder in path.ancestors().skip(1).take(3) {
        if std::fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn lose(record: &mut FileRecord, is_same: bool) {
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
    record.instance = None;
    record.failure = Some(Failure {
        stage: Some(Stage::Write),
        class: class.to_owned(),
        message: message.to_owned(),
    });
}
