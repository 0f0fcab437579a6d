//! What was done about identities in pixels: records in, counts for the summary out.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::area::Reason;
use crate::encode::EncodeError;
use crate::record::{FileRecord, Outcome};
use crate::redact::RedactError;

/// What was done about identities in the pixels of a run's instances.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PixelCleaning {
    /// Written instances by what is known of text in them: `not-looked`, `ruled-out`, `nothing-found`,
    /// `doubtful`, `cleaned`, `accepted`.
    pub text: BTreeMap<&'static str, u64>,
    /// Areas that were covered, by reason: `outside-regions`, `rule`, `text`.
    pub covered_areas: BTreeMap<&'static str, u64>,
    /// Instances not let through because of what their pixels may show, by class.
    pub quarantined: BTreeMap<String, u64>,
    /// Recognizable visual features, about which nothing is done.
    pub faces: Faces,
}

/// Images from which a face could be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Faces {
    /// Written instances.
    pub instances: u64,
    /// Their series.
    pub series: u64,
}

/// Whether a class of `failures.csv` says that an instance was not let through for what its pixels may show.
pub fn is_of_pixels(class: &str) -> bool {
    RedactError::is_class(class)
        || [EncodeError::Unmaskable, EncodeError::Mask].iter().any(|error| error.class() == class)
}

impl PixelCleaning {
    /// Counts the records.
    pub fn of(records: &[FileRecord]) -> Self {
        let mut found = Self::default();
        let mut series = BTreeSet::new();
        for record in records {
            if let Some(failure) = record.failure.as_ref().filter(|_| record.is_quarantined())
                && is_of_pixels(&failure.class)
            {
                *found.quarantined.entry(failure.class.clone()).or_default() += 1;
            }
            let written = record.instance.as_ref().filter(|_| record.outcome == Outcome::Written);
            let Some(instance) = written else { continue };
            *found.text.entry(instance.redaction.text.name()).or_default() += 1;
            for area in &instance.redaction.areas {
                let reason = match area.reason {
                    Reason::OutsideRegions => "outside-regions",
                    Reason::Rule(_) => "rule",
                    Reason::Text => "text",
                };
                *found.covered_areas.entry(reason).or_default() += 1;
            }
            if instance.redaction.may_show_face {
                found.faces.instances += 1;
                series.insert(&instance.series_uid);
            }
        }
        found.faces.series = series.len() as u64;
        found
    }
}
