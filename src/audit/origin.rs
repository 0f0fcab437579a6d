//! Where an output came from: its input and its key. Every input must have its one state.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::finding::{Findings, Kind};
use super::reports::{Reports, SUMMARY};
use crate::deident::{Deidentifier, Key, Profile, Pseudonyms};
use crate::manifest::FileEntry;
use crate::scan::scan;
use crate::stats::PixelDigest;

/// The input of a run and the key that it was run with.
#[derive(Debug)]
pub struct Origin {
    /// The input folder.
    pub(super) input: PathBuf,
    pub(super) pseudonyms: Pseudonyms,
    pub(super) deidentifier: Deidentifier,
    /// The digest of samples.
    pub(super) pixel_digest: PixelDigest,
}

impl Origin {
    /// An input under a key and a profile.
    pub fn new(input: &Path, key: &Key, profile: Profile) -> Self {
        let pseudonyms = Pseudonyms::new(key);
        Self {
            input: input.to_owned(),
            pixel_digest: PixelDigest::new(pseudonyms.pixel_key()),
            pseudonyms,
            deidentifier: Deidentifier::new(key, profile),
        }
    }

    /// Tells keys apart without telling the key.
    pub fn fingerprint(&self) -> String {
        self.pseudonyms.fingerprint()
    }

    /// Compares the input with the accounts; returns its files.
    pub(super) fn check(&self, reports: &Reports, findings: &Findings) -> Vec<FileEntry> {
        let found = scan(&self.input, &self.pseudonyms, &|| true);
        let rows = reports.index.rows().chain(reports.inputs_that_failed());
        let mut accounted: HashMap<&str, bool> = rows.map(|row| (row.path_id(), false)).collect();
        let files = found.files.iter().map(|file| &file.path_id);
        for path_id in files.chain(found.others.iter().map(|other| &other.path_id)) {
            match accounted.get_mut(path_id.as_str()) {
                Some(is_found) => *is_found = true,
                None => findings.add(Kind::Input, path_id, "an input that no report tells of"),
            }
        }
        for (path_id, _) in accounted.into_iter().filter(|(_, is_found)| !is_found) {
            findings.add(
                Kind::Input,
                path_id,
                "told of in the reports, and no such input is there",
            );
        }
        let sizes: HashMap<&str, u64> =
            found.files.iter().map(|file| (file.path_id.as_str(), file.size_bytes)).collect();
        for row in reports.index.rows() {
            if let Some(size) = sizes.get(row.path_id())
                && row.cell("bytes_in") != size.to_string()
            {
                findings.add(Kind::Input, row.path_id(), "the input has another size than then");
            }
        }
        if reports.number("/input/bytes") != Some(sizes.values().sum()) {
            findings.report("`input.bytes` is not the size of the input", SUMMARY);
        }
        found.files
    }
}
