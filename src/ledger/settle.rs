//! Settling: records that claim the same output path in, one winner a path out. Who wins follows
//! from contents alone, so it does not matter which rank was first.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::pipeline::measure_written;
use crate::read::Limits;
use crate::record::{Failure, FileRecord, Outcome};
use crate::stage::Stage;
use crate::stats::Totals;
use crate::write::{contested_path, hex};

/// Settles all claims. Of several contents under one SOP Instance UID the one with the smallest
/// digest stays and the others are quarantined; of several files with the same content one counts
/// as written and the others as duplicates.
pub fn settle(
    records: &mut [FileRecord],
    totals: &mut Totals,
    output: &Path,
    limits: &Limits,
) -> io::Result<()> {
    let mut claims: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, record) in records.iter().enumerate() {
        if let Some(instance) = &record.instance {
            claims.entry(instance.path.clone()).or_default().push(at);
        }
    }
    for (path, mut claimants) in claims.into_iter().filter(|(_, claims)| claims.len() > 1) {
        claimants.sort_by_key(|at| claim(&records[*at]));
        let winner = claim(&records[claimants[0]]).0;
        let is_contested = claimants.iter().any(|at| claim(&records[*at]).0 != winner);
        if is_contested {
            let sop_instance_uid = records[claimants[0]]
                .instance
                .as_ref()
                .map(|instance| instance.sop_instance_uid.clone())
                .unwrap_or_default();
            let beside = contested_path(output, &sop_instance_uid, &winner);
            put_winner_in_place(&output.join(&path), &winner, &beside, totals, limits)?;
        }
        for at in claimants.into_iter().skip(1) {
            lose(&mut records[at], &winner);
        }
    }
    let contested = contested_path(output, "", "");
    match std::fs::remove_dir_all(contested.parent().unwrap_or(output)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What decides: the digest of the content, then the keyed name of the input.
fn claim(record: &FileRecord) -> (String, String) {
    let sha256 = record.instance.as_ref().map(|instance| instance.sha256.clone());
    (sha256.unwrap_or_default(), record.path_id.clone())
}

fn put_winner_in_place(
    target: &Path,
    winner: &str,
    beside: &Path,
    totals: &mut Totals,
    limits: &Limits,
) -> io::Result<()> {
    if hex(&Sha256::digest(std::fs::read(target)?)) == winner {
        return Ok(());
    }
    // The file that came first was counted; the winner was not.
    if let Some(measurement) = measure_written(target, limits) {
        measurement.subtract_from(totals);
    }
    if let Some(measurement) = measure_written(beside, limits) {
        measurement.add_to(totals);
    }
    std::fs::rename(beside, target)
}

fn lose(record: &mut FileRecord, winner: &str) {
    let is_same = claim(record).0 == winner;
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
