//! What was done about identities in pixels: records in, counts for the summary out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::area::Reason;
use crate::encode::EncodeError;
use crate::record::{FileRecord, Outcome};
use crate::redact::RedactError;

/// What was done about identities in the pixels of a run's instances.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PixelCleaning {
    /// Written instances by what is known of text in them: `not-looked`, `ruled-out`, `nothing-found`,
    /// `doubtful`, `cleaned`, `accepted`.
    pub text: BTreeMap<String, u64>,
    /// Areas that were covered, by reason: `outside-regions`, `rule`, `text`.
    pub covered_areas: BTreeMap<String, u64>,
    /// Instances not let through because of what their pixels may show, by class.
    pub quarantined: BTreeMap<String, u64>,
    /// Recognizable visual features, about which nothing is done.
    pub faces: Faces,
}

/// Images from which a face could be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Counts a record as it ended. Series with faces are counted where all instances of each are known.
    pub fn add(&mut self, record: &FileRecord) {
        if let Some(failure) = record.failure.as_ref().filter(|_| record.is_quarantined())
            && is_of_pixels(&failure.class)
        {
            *self.quarantined.entry(failure.class.clone()).or_default() += 1;
        }
        let written = record.instance.as_ref().filter(|_| record.outcome == Outcome::Written);
        let Some(instance) = written else { return };
        count(&mut self.text, instance.redaction.text.name(), 1);
        for area in &instance.redaction.areas {
            let reason = match area.reason {
                Reason::OutsideRegions => "outside-regions",
                Reason::Rule(_) => "rule",
                Reason::Text => "text",
            };
            count(&mut self.covered_areas, reason, 1);
        }
        self.faces.instances += u64::from(instance.redaction.may_show_face);
    }

    /// Adds the counts of another rank.
    pub fn merge(&mut self, other: &Self) {
        add_counts(&mut self.text, &other.text);
        add_counts(&mut self.covered_areas, &other.covered_areas);
        add_counts(&mut self.quarantined, &other.quarantined);
        self.faces.instances += other.faces.instances;
        self.faces.series += other.faces.series;
    }
}

/// Adds to a count under a name.
pub(super) fn count(counts: &mut BTreeMap<String, u64>, name: &str, more: u64) {
    match counts.get_mut(name) {
        Some(count) => *count += more,
        None => drop(counts.insert(name.to_owned(), more)),
    }
}

/// Adds counts under names.
pub(super) fn add_counts(counts: &mut BTreeMap<String, u64>, more: &BTreeMap<String, u64>) {
    for (name, more) in more {
        count(counts, name, *more);
    }
}
