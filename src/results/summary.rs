//! `summary.json`: the run on one page, for people and for programs. `statistics` and `digests` are
//! the same for any number of ranks and threads; `run` and `performance` tell of the machine.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::PixelCleaning;
use super::metrics::{RankMetrics, load_balance, parallel_efficiency, per, sum};
use crate::codestream::is_jpeg_2000;
use crate::deident::{self, Profile};
use crate::record::{FileRecord, Outcome};
use crate::stage::Stage;
use crate::stats;
use crate::stats::Totals;

/// The document.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Version of this layout.
    pub schema: u32,
    /// The program.
    pub tool: Value,
    /// When, where and how it ran.
    pub run: Value,
    /// What was found.
    pub input: Input,
    /// What became of it: every input stands in exactly one count.
    pub outcome: Counts,
    /// New Study Instance UIDs whose instances have several patients, with these.
    pub mixed_studies: BTreeMap<String, BTreeSet<String>>,
    /// How it was de-identified.
    pub deid: Value,
    /// What was done about identities in pixels.
    pub pixel_cleaning: PixelCleaning,
    /// How much smaller the pixels became.
    pub compression: Compression,
    /// Statistics by modality.
    pub statistics: BTreeMap<String, stats::Summary>,
    /// Times and rates.
    pub performance: Value,
    /// SHA-256 of the data files and of `statistics`.
    pub digests: Digests,
}

/// What was found in the input folder.
#[derive(Debug, Clone, Serialize)]
pub struct Input {
    /// Names that are no folders.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Inputs by the state in which they ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
    /// Counts the records.
    pub fn of(records: &[FileRecord]) -> Self {
        let count = |outcome| records.iter().filter(|r| r.outcome == outcome).count() as u64;
        Self {
            written: count(Outcome::Written),
            duplicate: count(Outcome::Duplicate),
            quarantined: count(Outcome::Quarantined),
            not_dicom: count(Outcome::NotDicom),
        }
    }

    /// All inputs.
    pub fn total(&self) -> u64 {
        self.written + self.duplicate + self.quarantined + self.not_dicom
    }
}

/// Pixel data before and after, over the written instances.
#[derive(Debug, Clone, Serialize)]
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

/// SHA-256 of what must not depend on the ranks, lowercase hex.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// Of `index.csv`.
    pub index: String,
    /// Of `failures.csv`.
    pub failures: String,
    /// Of `manifest.sha256`, and so of all instances.
    pub manifest: String,
    /// Of `statistics` in this document.
    pub statistics: String,
}

/// Facts of the run that only the command knows.
#[derive(Debug, Clone)]
pub struct RunFacts {
    /// A name for the run, unique in time.
    pub run_id: String,
    /// Seconds since 1970 at the start.
    pub start_unix_s: u64,
    /// The MPI library, where one is in use.
    pub mpi: Option<String>,
    /// The rules of de-identification.
    pub profile: Profile,
    /// The codec on the command line.
    pub codec: String,
    /// Tells keys apart without telling the key.
    pub key_fingerprint: String,
}

/// Makes the document from settled records.
pub fn summarize(
    facts: &RunFacts,
    records: &[FileRecord],
    totals: &Totals,
    ranks: &[RankMetrics],
    mut digests: Digests,
) -> serde_json::Result<Summary> {
    let statistics = totals.summaries();
    digests.statistics = super::digest(&serde_json::to_vec(&statistics)?);
    let mut hosts: Vec<&str> = ranks.iter().map(|rank| rank.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    Ok(Summary {
        schema: 1,
        tool: json!({ "name": "sauva", "version": env!("CARGO_PKG_VERSION") }),
        run: json!({
            "id": facts.run_id,
            "start_unix_s": facts.start_unix_s,
            "ranks": ranks.len(),
            "threads": ranks.iter().map(|rank| rank.threads).sum::<usize>(),
            "mpi": facts.mpi,
            "hosts": hosts,
            "slurm_job_id": std::env::var("SLURM_JOB_ID").ok(),
            "options": { "codec": facts.codec, "profile": facts.profile.name, "schedule": "static" },
        }),
        input: Input {
            files: records.len() as u64,
            bytes: records.iter().map(|record| record.size_bytes).sum(),
        },
        outcome: Counts::of(records),
        mixed_studies: mixed_studies(records),
        deid: json!({
            "profile": facts.profile.name,
            "standard": format!("DICOM PS3.15 {}", deident::EDITION),
            "options": facts.profile.options,
            "date_shift": facts.profile.date_shift,
            "overrides": facts.profile.overrides.len(),
            "method_codes": facts.profile.method_codes(),
            "key_fingerprint": facts.key_fingerprint,
        }),
        pixel_cleaning: PixelCleaning::of(records),
        compression: compression(facts, records),
        statistics,
        performance: performance(ranks),
        digests,
    })
}

/// Studies whose instances came with several Patient IDs, with the new identifiers: two patients, or two
/// identifiers of one, which only who knows the originals can tell.
fn mixed_studies(records: &[FileRecord]) -> BTreeMap<String, BTreeSet<String>> {
    let mut patients: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let written = records.iter().filter(|record| record.outcome == Outcome::Written);
    for instance in written.filter_map(|record| record.instance.as_ref()) {
        let of_study = patients.entry(instance.study_uid.clone()).or_default();
        of_study.insert(instance.patient_id.clone());
    }
    patients.retain(|_, patients| patients.len() > 1);
    patients
}

fn compression(facts: &RunFacts, records: &[FileRecord]) -> Compression {
    let mut found = Compression {
        codec: facts.codec.clone(),
        transfer_syntaxes: BTreeMap::new(),
        kept_native: BTreeMap::new(),
        bytes_in: 0,
        bytes_out: 0,
        ratio: 0.0,
        verified: 0,
        unverified: 0,
        unopened: 0,
    };
    let written = records.iter().filter(|record| record.outcome == Outcome::Written);
    for instance in written.filter_map(|record| record.instance.as_ref()) {
        *found.transfer_syntaxes.entry(instance.transfer_syntax.clone()).or_default() += 1;
        if let Some(reason) = instance.kept_native {
            *found.kept_native.entry(reason.name().to_owned()).or_default() += 1;
        }
        found.unopened += u64::from(instance.passed_on && is_jpeg_2000(&instance.transfer_syntax));
        match (&instance.pixel_blake3, &instance.pixel_blake3_written) {
            (Some(_), Some(_)) => found.verified += 1,
            (Some(_), None) => found.unverified += 1,
            (None, _) => {}
        }
        found.bytes_in += instance.pixel_bytes_native;
        found.bytes_out += instance.pixel_bytes_encoded;
    }
    found.ratio = per(found.bytes_in as f64, found.bytes_out as f64);
    found
}

fn performance(ranks: &[RankMetrics]) -> Value {
    let all = sum(ranks);
    let stages: serde_json::Map<String, Value> = Stage::ALL
        .into_iter()
        .map(|stage| (format!("{}_s", stage.name()), json!(all.stages.seconds(stage))))
        .collect();
    json!({
        "wall_s": all.wall_s,
        "files_per_s": per(all.files as f64, all.wall_s),
        "mb_in_per_s": per(all.bytes_in as f64 / 1e6, all.wall_s),
        "load_balance": load_balance(ranks),
        "parallel_eff": parallel_efficiency(ranks),
        "rss_peak_bytes": all.usage.rss_peak_bytes,
        "stages": stages,
    })
}
