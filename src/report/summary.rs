//! `summary.json` of a finished run in, what the report tells of it out. What an older version did not write is
//! empty; without the counts there is no finished run.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Counts under names.
pub(super) type Counted = BTreeMap<String, u64>;

/// The document, as far as the report tells of it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Summary {
    #[serde(default)]
    pub(super) schema: u32,
    #[serde(default)]
    pub(super) tool: Tool,
    #[serde(default)]
    pub(super) run: Run,
    pub(super) input: Input,
    pub(super) outcome: Outcome,
    #[serde(default)]
    pub(super) mixed_studies: Map<String, Value>,
    #[serde(default)]
    pub(super) names_patients: bool,
    #[serde(default)]
    pub(super) deid: Option<Deid>,
    #[serde(default)]
    pub(super) pixel_cleaning: PixelCleaning,
    #[serde(default)]
    pub(super) compression: Compression,
    #[serde(default)]
    pub(super) series: SeriesCounts,
    #[serde(default)]
    pub(super) exact_duplicates: u64,
    #[serde(default)]
    pub(super) regions: Option<Regions>,
    #[serde(default)]
    pub(super) flags: Counted,
    #[serde(default)]
    pub(super) performance: Performance,
    #[serde(default)]
    pub(super) digests: BTreeMap<String, Option<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) start_unix_s: u64,
    pub(super) ranks: u64,
    pub(super) threads: u64,
    pub(super) mpi: Option<String>,
    pub(super) hosts: Vec<String>,
    pub(super) slurm_job_id: Option<String>,
    pub(super) options: Map<String, Value>,
    pub(super) gave_up: Vec<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(super) struct Input {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// What became of the inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Outcome {
    pub(super) written: u64,
    pub(super) duplicate: u64,
    pub(super) quarantined: u64,
    pub(super) not_dicom: u64,
}

impl Outcome {
    pub(super) fn total(self) -> u64 {
        [self.written, self.duplicate, self.quarantined, self.not_dicom]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Deid {
    pub(super) profile: String,
    pub(super) standard: String,
    pub(super) options: Vec<Value>,
    pub(super) date_shift: Value,
    pub(super) overrides: u64,
    pub(super) method_codes: Vec<String>,
    pub(super) key_fingerprint: String,
    /// Attributes by the option that asked for it, and by what was done.
    pub(super) attributes: BTreeMap<String, Counted>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct PixelCleaning {
    pub(super) text: Counted,
    pub(super) covered_areas: Counted,
    pub(super) quarantined: Counted,
    pub(super) faces: Faces,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Faces {
    pub(super) instances: u64,
    pub(super) series: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Compression {
    pub(super) transfer_syntaxes: Counted,
    pub(super) kept_native: Counted,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    pub(super) ratio: f64,
    pub(super) verified: u64,
    pub(super) unverified: u64,
    pub(super) unopened: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SeriesCounts {
    pub(super) series: u64,
    pub(super) regular_volumes: u64,
    pub(super) failed_checks: Counted,
    pub(super) missing_slices: u64,
    pub(super) duplicate_slices: u64,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Regions {
    pub(super) unmeasured: u64,
    pub(super) doubtful: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Performance {
    pub(super) wall_s: f64,
    pub(super) files_per_s: f64,
    pub(super) mb_in_per_s: f64,
    /// The files that took longest.
    pub(super) slowest: Vec<Slow>,
    /// How many files of a size took how long.
    pub(super) durations: Vec<Duration>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Slow {
    pub(super) path_id: String,
    pub(super) seconds: f64,
    pub(super) bytes: u64,
    pub(super) outcome: String,
}

/// Files in a cell that reaches from these to the square root of 2 times them.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Duration {
    pub(super) bytes_from: u64,
    pub(super) seconds_from: f64,
    pub(super) files: u64,
}

impl Summary {
    /// The document of these bytes; what is wrong with it names no value of it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| "is no JSON")?;
        serde_json::from_value(value).map_err(|_| "lacks the counts of a finished run")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_needed_and_the_rest_is_not() {
        let counts = br#"{"input":{"files":1,"bytes":2},
            "outcome":{"written":1,"duplicate":0,"quarantined":0,"not_dicom":0}}"#;
        assert_eq!(Summary::parse(counts).unwrap().outcome.total(), 1);
        for none in [&b"{}"[..], b"", b"[]", br#"{"input":{"files":1,"bytes":2}}"#] {
            assert!(Summary::parse(none).is_err());
        }
    }
}
