//! `collect`: records in, one file of all bodies out, in the order of their labels. For small results:
//! all is held in memory until the end.

use std::path::PathBuf;

use bytes::Bytes;

use super::super::{Filter, FilterError, Out, Record};
use super::COLLECTED;
use crate::storage::{SharedStorage, in_words};

/// More than this is no small result.
const MOST_BYTES: u64 = 1 << 30;

/// The one copy.
#[derive(Debug)]
pub struct Collect {
    storage: SharedStorage,
    staging: PathBuf,
    kept: Vec<(Vec<Vec<u8>>, Bytes)>,
    bytes: u64,
}

impl Collect {
    /// Writes into `staging`.
    pub fn new(storage: SharedStorage, staging: PathBuf) -> Self {
        Self { storage, staging, kept: Vec::new(), bytes: 0 }
    }
}

impl Filter for Collect {
    fn take(&mut self, record: Record, _: &mut dyn Out) -> Result<(), FilterError> {
        self.bytes += record.weight();
        if self.bytes > MOST_BYTES {
            return Err(FilterError::Failed(format!(
                "the records have more than {MOST_BYTES} bytes: end the chain with write"
            )));
        }
        self.kept.push((record.labels, record.body));
        Ok(())
    }

    /// Records of the same labels are in the order of their bodies, since they come in any.
    fn end(&mut self, _: &mut dyn Out) -> Result<(), FilterError> {
        self.kept.sort_unstable();
        let path = self.staging.join(COLLECTED);
        let written = std::fs::create_dir_all(&self.staging)
            .and_then(|()| self.storage.create(&path))
            .and_then(|mut file| {
                let bodies = std::mem::take(&mut self.kept).into_iter();
                bodies
                    .map(|(_, body)| body)
                    .try_for_each(|body| self.storage.append(&mut file, &body))
            });
        written.map_err(|error| {
            FilterError::Failed(format!("its file cannot be written: {}", in_words(&error)))
        })
    }
}
