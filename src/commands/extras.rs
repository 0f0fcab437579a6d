//! What a run makes beside its results where it is asked to, on rank 0: the records in, a file-set and a
//! re-identification map out, and what to tell of them.

use anyhow::Result;

use super::halt::Halt;
use super::identity_map;
use super::lead::Lead;
use super::threads::threads;
use crate::config::RunConfig;
use crate::media::{FileSet, MediaError, members};
use crate::record::FileRecord;
use crate::results::RankMetrics;
use crate::storage::Storage;

/// Makes what was asked for; returns what to tell the user.
pub(super) fn make(
    config: &RunConfig,
    lead: &Lead,
    records: &[FileRecord],
    ranks: &[RankMetrics],
    storage: &dyn Storage,
) -> Result<String> {
    if !config.dicomdir && config.reidentification_map.is_none() {
        return Ok(String::new());
    }
    let pool = threads(ranks.first().map_or(1, |rank| rank.threads))?;
    let mut told = String::new();
    if config.dicomdir {
        pool.install(|| file_set(config, records, storage))
            .map_err(|error| Halt::Stopped(format!("--dicomdir: {error}")))?;
        told += "    media/: a DICOMDIR, and the instances under its File IDs\n";
    }
    if let (Some(map), Some(deidentifier)) = (&config.reidentification_map, &lead.deidentifier) {
        let inputs = identity_map::Inputs { files: &lead.files, pseudonyms: &lead.pseudonyms };
        let made = pool
            .install(|| identity_map::make(config, map, &inputs, deidentifier, records, storage));
        told += &made.map_err(|error| Halt::storage("--reidentification-map", &error))?;
    }
    Ok(told)
}

fn file_set(
    config: &RunConfig,
    records: &[FileRecord],
    storage: &dyn Storage,
) -> Result<(), MediaError> {
    FileSet::new(members(records))?.make(&config.output, &config.limits(), storage)
}
