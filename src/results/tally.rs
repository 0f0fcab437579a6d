//! What is counted of records as they ended: records in, counts out that add up over ranks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::PixelCleaning;
use super::pixels::{add_counts, count};
use crate::codestream::is_jpeg_2000;
use crate::deident::Treatments;
use crate::record::{FileRecord, Outcome, PathId};

/// Inputs by the state in which they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Written.
    pub written: u64,
    /// Same instance, same content.
    pub duplicate: u64,
    /// Not let through.
    pub quarantined: u64,
    /// No instances.
    pub not_dicom: u64,
}

impl Counts {
    /// All inputs.
    pub fn total(&self) -> u64 {
        self.written + self.duplicate + self.quarantined + self.not_dicom
    }

    fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Written => &mut self.written,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Quarantined => &mut self.quarantined,
            Outcome::NotDicom => &mut self.not_dicom,
        }
    }
}

/// Pixel data before and after, over the written instances.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Compression {
    /// The codec on the command line.
    pub codec: String,
    /// Instances by the transfer syntax that they were written in.
    pub transfer_syntaxes: BTreeMap<String, u64>,
    /// Instances whose pixels stayed native, by reason.
    pub kept_native: BTreeMap<String, u64>,
    /// Bytes of the pixel data as native data.
    pub bytes_in: u64,
    /// Bytes as written.
    pub bytes_out: u64,
    /// The first over the second.
    pub ratio: f64,
    /// Instances whose samples as written are known to be those that came.
    pub verified: u64,
    /// Instances whose samples as written were not looked at.
    pub unverified: u64,
    /// Instances that were passed on in JPEG 2000, whose packets were not opened.
    pub unopened: u64,
}

/// A set of files in little memory: how many, and the sum of their keyed names. The names are random to
/// whoever has no key, so that two sets of one size and sum are the same but for one case in 2^128.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    files: u64,
    sum: u128,
}

impl Accounts {
    /// Adds a file.
    pub fn add(&mut self, path_id: PathId) {
        self.files += 1;
        self.sum = self.sum.wrapping_add(path_id.number());
    }

    /// Takes away a file that was added before.
    pub fn take(&mut self, path_id: PathId) {
        self.files -= 1;
        self.sum = self.sum.wrapping_sub(path_id.number());
    }

    /// Adds the files of another set.
    pub fn merge(&mut self, other: Self) {
        self.files += other.files;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// How many files it has.
    pub fn files(&self) -> u64 {
        self.files
    }
}

/// Counts of records as they ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tally {
    /// By outcome.
    pub counts: Counts,
    /// Which files.
    pub accounts: Accounts,
    /// Their bytes in the input.
    pub bytes: u64,
    /// Quarantined inputs by the class of their failure.
    pub classes: BTreeMap<String, u64>,
    /// Inputs that were tried more than once.
    pub retried: u64,
    /// What was done about identities in pixels.
    pub pixel_cleaning: PixelCleaning,
    /// How much smaller the pixels became.
    pub compression: Compression,
    /// What became of the attributes of the written instances, and by which rule.
    pub treatments: Treatments,
}

impl Tally {
    /// Counts a record.
    pub fn add(&mut self, record: &FileRecord) {
        *self.counts.of(record.outcome) += 1;
        self.accounts.add(PathId::of(&record.path_id));
        self.bytes += record.size_bytes;
        if let Some(failure) = record.failure.as_ref().filter(|_| record.is_quarantined()) {
            count(&mut self.classes, &failure.class, 1);
        }
        self.retried += u64::from(record.failure.as_ref().is_some_and(|it| it.attempts > 1));
        self.pixel_cleaning.add(record);
        self.compression.add(record);
        let written = record.instance.as_ref().filter(|_| record.outcome == Outcome::Written);
        if let Some(instance) = written {
            self.treatments.merge(&instance.treatments);
        }
    }

    /// Adds the counts of another rank.
    pub fn merge(&mut self, other: &Self) {
        for outcome in
            [Outcome::Written, Outcome::Duplicate, Outcome::Quarantined, Outcome::NotDicom]
        {
            *self.counts.of(outcome) += *other.counts.clone().of(outcome);
        }
        self.accounts.merge(other.accounts);
        self.bytes += other.bytes;
        add_counts(&mut self.classes, &other.classes);
        self.retried += other.retried;
        self.pixel_cleaning.merge(&other.pixel_cleaning);
        self.compression.merge(&other.compression);
        self.treatments.merge(&other.treatments);
    }
}

impl Compression {
    fn add(&mut self, record: &FileRecord) {
        let written = record.instance.as_ref().filter(|_| record.outcome == Outcome::Written);
        let Some(instance) = written else { return };
        count(&mut self.transfer_syntaxes, &instance.transfer_syntax, 1);
        if let Some(reason) = instance.kept_native {
            count(&mut self.kept_native, reason.name(), 1);
        }
        self.unopened += u64::from(instance.passed_on && is_jpeg_2000(&instance.transfer_syntax));
        match (&instance.pixel_blake3, &instance.pixel_blake3_written) {
            (Some(_), Some(_)) => self.verified += 1,
            (Some(_), None) => self.unverified += 1,
            (None, _) => {}
        }
        self.bytes_in += instance.pixel_bytes_native;
        self.bytes_out += instance.pixel_bytes_encoded;
    }

    fn merge(&mut self, other: &Self) {
        add_counts(&mut self.transfer_syntaxes, &other.transfer_syntaxes);
        add_counts(&mut self.kept_native, &other.kept_native);
        self.bytes_in += other.bytes_in;
        self.bytes_out += other.bytes_out;
        self.verified += other.verified;
        self.unverified += other.unverified;
        self.unopened += other.unopened;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_tell_a_lost_file_and_one_that_is_there_twice() {
        let of = |names: &[&str]| {
            let mut accounts = Accounts::default();
            for name in names {
                accounts.add(PathId::of(name));
            }
            accounts
        };
        assert_eq!(of(&["a", "b", "c"]), of(&["c", "a", "b"]));
        assert_ne!(of(&["a", "b", "c"]), of(&["a", "b", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["a", "b", "c"]));
        let mut taken = of(&["a", "b", "c"]);
        taken.take(PathId::of("b"));
        assert_eq!(taken, of(&["a", "c"]));
        let mut merged = of(&["a"]);
        merged.merge(of(&["c"]));
        assert_eq!((merged, merged.files()), (taken, 2));
    }
}
