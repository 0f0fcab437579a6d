//! Every key of `summary.json`.

use std::fmt::Write;

use super::{MADE, cell};

/// Keys and what they say; `*` stands for a name that the data give, such as a modality.
pub const SUMMARY_KEYS: [(&str, &str); 82] = [
    ("schema", "version of this layout"),
    ("tool.name", "the program"),
    ("tool.version", "its version"),
    ("run.id", "a name for the run, unique in time; metrics.csv has the same"),
    ("run.start_unix_s", "its start, seconds since 1970"),
    ("run.ranks", "MPI ranks"),
    ("run.threads", "threads of all ranks"),
    ("run.mpi", "the MPI library; null for one rank"),
    ("run.hosts", "names of the hosts"),
    ("run.slurm_job_id", "the job, where Slurm started it"),
    (
        "run.options.*",
        "the options by their names on the command line; of paths only whether one was given",
    ),
    ("run.gave_up", "ranks that could work no more, and why; others did their files"),
    ("input.files", "names that were found and are no folders"),
    ("input.bytes", "their size"),
    ("outcome.written", "inputs that were written"),
    ("outcome.duplicate", "the same instance with the same content came from another file"),
    ("outcome.quarantined", "not let through: failures.csv"),
    ("outcome.not_dicom", "no DICOM instances"),
    ("retried", "inputs that were not written and had been tried more than once"),
    (
        "mixed_studies.*",
        "new Study Instance UIDs whose instances came with several Patient IDs, with the new ones",
    ),
    ("names_patients", "whether the results name patients: `sauva stats` and `sauva regions`"),
    ("deid", "null where nothing was de-identified"),
    ("deid.profile", "name of the profile"),
    ("deid.standard", "edition of the standard's tables"),
    ("deid.options", "options of PS3.15 section E.3"),
    ("deid.date_shift", "by what dates move, where they do"),
    ("deid.overrides", "overrides of the profile file"),
    ("deid.method_codes", "De-identification Method Code Sequence: codes of CID 7050"),
    (
        "deid.attributes.*",
        "attributes of written instances, by where their rule comes from and by what became of them",
    ),
    ("deid.key_fingerprint", "tells keys apart without telling the key"),
    ("pixel_cleaning.text.*", "instances by `pixel_text` of index.csv"),
    ("pixel_cleaning.covered_areas.*", "areas that were covered, by reason"),
    ("pixel_cleaning.quarantined.*", "inputs not let through for their pixels, by reason"),
    ("pixel_cleaning.faces.instances", "instances that may show a face"),
    ("pixel_cleaning.faces.series", "their series"),
    ("compression.codec", "the codec that was asked for"),
    (
        "compression.transfer_syntaxes.*",
        "instances by the transfer syntax that they were written in",
    ),
    ("compression.kept_native.*", "instances whose pixels stayed native, by reason"),
    ("compression.bytes_in", "pixel data as native data, byte"),
    ("compression.bytes_out", "pixel data as written, byte"),
    ("compression.ratio", "the first over the second"),
    ("compression.verified", "instances whose samples as written are known to be those that came"),
    ("compression.unverified", "instances whose samples as written were not looked at"),
    ("compression.unopened", "instances passed on in JPEG 2000, whose packets were not opened"),
    (
        "statistics.*",
        "by modality: images, pixels, first-order statistics of all pixels, and the exact sums as decimals",
    ),
    ("cohorts", "rows of cohorts.parquet"),
    ("series.series", "series"),
    ("series.regular_volumes", "series that are one regular volume"),
    ("series.failed_checks.*", "series by the check of geometry that they fail"),
    ("series.missing_slices", "slices that seem to be missing"),
    ("series.duplicate_slices", "slices that lie where another one lies"),
    ("series.outliers.*", "series beyond the fences of their cohort, by metric"),
    ("exact_duplicates", "instances with exactly the pixels of another one"),
    ("regions.objects", "segmentations, structure sets and doses"),
    ("regions.regions", "regions that they hold"),
    ("regions.rows", "rows of regions.parquet"),
    ("regions.doses", "doses"),
    ("regions.histograms", "dose-volume histograms"),
    ("regions.unmeasured", "regions or objects that were not measured: failures.csv"),
    ("regions.doubtful", "regions that were measured with a remark"),
    ("flags.*", "images by what is to be known of their numbers"),
    ("crop", "null where nothing of interest was looked for"),
    ("crop.by", "what was looked for"),
    ("crop.instances", "instances with a box"),
    ("crop.series", "series with a box"),
    ("crop.cropped", "null where no images were cropped"),
    ("crop.cropped.images", "cropped images that were made"),
    ("crop.cropped.*", "images that were not cropped, by reason"),
    ("performance.wall_s", "time from start to end"),
    ("performance.files_per_s", "inputs a second"),
    ("performance.mb_in_per_s", "10^6 byte of input a second"),
    ("performance.load_balance", "mean over maximum of the ranks' working time (POP)"),
    ("performance.parallel_eff", "mean working time over the wall time (POP)"),
    ("performance.rss_peak_bytes", "greatest resident memory of one process"),
    ("performance.stages.*", "seconds in each stage, summed over threads"),
    (
        "performance.slowest",
        "up to 20 inputs that took longest in this try: path ID, seconds, size, outcome",
    ),
    (
        "performance.durations",
        "inputs of this try by size and time; a cell reaches to the square root of 2 times its begin",
    ),
    ("digests.index", "SHA-256 of index.csv"),
    ("digests.instances", "SHA-256 of index.parquet"),
    ("digests.manifest", "SHA-256 of manifest.sha256, and so of all instances"),
    ("digests.statistics", "SHA-256 of `statistics`"),
    ("digests.*", "SHA-256 of the other data files"),
];

/// Whether a path of keys, joined by dots, is described.
pub fn is_key(path: &str) -> bool {
    SUMMARY_KEYS.iter().any(|(key, _)| match key.strip_suffix('*') {
        Some(start) => path.starts_with(start) && path.len() > start.len(),
        None => *key == path,
    })
}

pub(super) fn page() -> anyhow::Result<String> {
    let mut page = format!("{MADE}# Keys of summary.json\n\n");
    page += "`statistics` and `digests` are the same for any number of ranks and threads; `run` and `performance` \
             tell of the run.\n\n";
    writeln!(page, "| key | meaning |\n|---|---|")?;
    for (key, meaning) in SUMMARY_KEYS {
        writeln!(page, "| `{key}` | {} |", cell(meaning))?;
    }
    Ok(page)
}
