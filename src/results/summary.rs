//! `summary.json`: the run on one page, for people and for programs. `statistics` and `digests` are
//! the same for any number of ranks and threads; `run` and `performance` tell of the machine.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::metrics::{RankMetrics, load_balance, parallel_efficiency, per, sum};
use super::{
    Compression, Counts, CropSummary, CroppedImages, Findings, PixelCleaning, RegionCounts,
    SeriesCounts, Tally,
};
use crate::crop::By;
use crate::deident::{self, Profile};
use crate::stage::Stage;
use crate::stats;
use crate::stats::{Cohort, Totals};

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
    /// Inputs that were tried more than once.
    pub retried: u64,
    /// New Study Instance UIDs whose instances have several patients, with these.
    pub mixed_studies: BTreeMap<String, BTreeSet<String>>,
    /// Whether the results name patients: `sauva stats` measures inputs as they are.
    pub names_patients: bool,
    /// How it was de-identified.
    pub deid: Value,
    /// What was done about identities in pixels.
    pub pixel_cleaning: PixelCleaning,
    /// How much smaller the pixels became.
    pub compression: Compression,
    /// Statistics by modality.
    pub statistics: BTreeMap<String, stats::Summary>,
    /// How many cohorts there are; `cohorts.parquet` has their statistics.
    pub cohorts: usize,
    /// What was found of series.
    pub series: SeriesCounts,
    /// Instances with exactly the pixels of another one, whatever their UID.
    pub exact_duplicates: u64,
    /// What was done about regions, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<RegionCounts>,
    /// Images by what is to be known of their numbers.
    pub flags: BTreeMap<String, u64>,
    /// What was found of what is of interest; null where nothing was looked for.
    pub crop: Option<CropSummary>,
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

/// SHA-256 of what must not depend on the ranks, lowercase hex.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// Of `index.csv`.
    pub index: String,
    /// Of `index.parquet`.
    pub instances: String,
    /// Of `frames.parquet`.
    pub frames: String,
    /// Of `series.parquet`.
    pub series: String,
    /// Of `cohorts.parquet`.
    pub cohorts: String,
    /// Of `cohort_histograms.parquet`.
    pub cohort_histograms: String,
    /// Of `cohort_metrics.parquet`.
    pub cohort_metrics: String,
    /// Of `failures.csv`.
    pub failures: String,
    /// Of `manifest.sha256`, and so of all instances.
    pub manifest: String,
    /// Of `regions.parquet`, where regions were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub regions: Option<String>,
    /// Of `dvh.parquet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dvh: Option<String>,
    /// Of `dvh_curves.parquet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dvh_curves: Option<String>,
    /// Of `cropped.sha256`, and so of all cropped images, where they are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cropped: Option<String>,
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
    /// The rules of de-identification; `None` where inputs were measured as they are.
    pub profile: Option<Profile>,
    /// The codec on the command line.
    pub codec: String,
    /// What of interest was looked for.
    pub crop: Option<By>,
    /// The options of the command line by their names; of paths only that they were given.
    pub options: Value,
    /// Ranks that could work no more, and why; the others did their work.
    pub gave_up: Vec<String>,
    /// Tells keys apart without telling the key.
    pub key_fingerprint: String,
}

/// What was found in settled records.
#[derive(Debug, Default)]
pub struct Found {
    /// Counts.
    pub tally: Tally,
    /// Studies whose instances came with several Patient IDs, with the new identifiers: two patients, or two
    /// identifiers of one, which only who knows the originals can tell.
    pub mixed_studies: BTreeMap<String, BTreeSet<String>>,
    /// What the rows of instances and series tell.
    pub findings: Findings,
    /// What was done about regions, where it was asked for.
    pub regions: Option<RegionCounts>,
    /// Cropped images, where they were asked for.
    pub cropped: Option<CroppedImages>,
}

/// The statistics of a run.
#[derive(Debug)]
pub struct Statistics<'a> {
    /// By modality.
    pub modalities: &'a Totals<String>,
    /// By cohort.
    pub cohorts: &'a Totals<Cohort>,
}

/// Makes the document.
pub fn summarize(
    facts: &RunFacts,
    found: &Found,
    statistics: &Statistics<'_>,
    ranks: &[RankMetrics],
    mut digests: Digests,
) -> serde_json::Result<Summary> {
    let tally = &found.tally;
    let (cohorts, statistics) = (statistics.cohorts.len(), statistics.modalities.summaries());
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
            "options": facts.options,
            "gave_up": facts.gave_up,
        }),
        input: Input { files: tally.counts.total(), bytes: tally.bytes },
        outcome: tally.counts,
        mixed_studies: found.mixed_studies.clone(),
        names_patients: facts.profile.is_none(),
        deid: deidentification(facts, tally),
        retried: tally.retried,
        pixel_cleaning: tally.pixel_cleaning.clone(),
        compression: compression(&facts.codec, &tally.compression),
        statistics,
        cohorts,
        series: found.findings.series.clone(),
        exact_duplicates: found.findings.exact_duplicates,
        regions: found.regions,
        flags: found.findings.flags.clone(),
        crop: facts.crop.map(|by| CropSummary {
            by: by.name(),
            instances: found.findings.with_box[0],
            series: found.findings.with_box[1],
            cropped: found.cropped.clone(),
        }),
        performance: performance(ranks),
        digests,
    })
}

/// How it was de-identified; null where it was not.
fn deidentification(facts: &RunFacts, tally: &Tally) -> Value {
    let of = |profile: &Profile| {
        json!({
            "profile": profile.name,
            "standard": format!("DICOM PS3.15 {}", deident::EDITION),
            "options": profile.options,
            "date_shift": profile.date_shift,
            "overrides": profile.overrides.len(),
            "method_codes": profile.method_codes(),
            "attributes": tally.treatments.by_name(),
            "key_fingerprint": facts.key_fingerprint,
        })
    };
    facts.profile.as_ref().map_or(Value::Null, of)
}

fn compression(codec: &str, found: &Compression) -> Compression {
    let ratio = per(found.bytes_in as f64, found.bytes_out as f64);
    Compression { codec: codec.to_owned(), ratio, ..found.clone() }
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
        "slowest": all.durations.slowest(),
        "durations": all.durations.cells(),
    })
}
