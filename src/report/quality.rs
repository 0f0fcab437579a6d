//! What the images say of each other: the summary and the series in, duplicates, geometry and flags out.

use askama::Template;

use super::series::{AllSeries, CHECKS};
use super::summary::{Counted, Summary};
use crate::html::grid::Grid;
use crate::html::numbers::count;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "quality.html", config = "src/report/askama.toml")]
pub(super) struct Quality {
    /// Terms and their values.
    facts: Vec<(&'static str, String)>,
    checks: Option<Grid>,
    geometry: Option<Grid>,
    flags: Option<Grid>,
    series: Option<Grid>,
    left_out: u64,
}

/// What flags of images mean.
const FLAGS: [(&str, &str); 7] = [
    ("constant", "all pixels are equal"),
    ("luminance", "the numbers are those of the luminance of colours"),
    ("modality_lut", "output values come from a Modality LUT"),
    ("frame_rescale", "frames have rescales of their own"),
    ("stored_values", "the rescale cannot be used: the numbers are those of stored values"),
    ("not_finite", "some float pixels are no finite numbers and are left out"),
    ("saturated", "more than a thousandth of the pixels has the greatest value that can be stored"),
];

impl Quality {
    pub(super) fn new(summary: &Summary, series: &AllSeries) -> Self {
        let counts = &summary.series;
        let facts = vec![
            ("Series", count(counts.series)),
            ("Volumes of regular spacing", count(counts.regular_volumes)),
            ("Slices missing", count(counts.missing_slices)),
            ("Slices at the place of another", count(counts.duplicate_slices)),
            ("Inputs that were duplicates", count(summary.outcome.duplicate)),
            ("Instances with exactly the pixels of another", count(summary.exact_duplicates)),
        ];
        let told = |id: &str,
                    caption: &str,
                    heads: [&str; 2],
                    counts: &Counted,
                    names: &[(&str, &str)]| {
            let name = |it: &str| {
                let meaning = names.iter().find(|(name, _)| *name == it);
                meaning.map_or_else(|| it.to_owned(), |(name, what)| format!("{name}: {what}"))
            };
            let counts: Counted = counts.iter().map(|(it, count)| (name(it), *count)).collect();
            (!counts.is_empty()).then(|| Grid::of_counts(id, caption, heads, &counts))
        };
        Self {
            facts,
            checks: told(
                "checks",
                "Checks of the geometry that fail",
                ["Check", "Series"],
                &counts.failed_checks,
                &CHECKS,
            ),
            geometry: series.geometry(),
            flags: told(
                "flags",
                "What is to be known of images before their numbers are used",
                ["Flag", "Images"],
                &summary.flags,
                &FLAGS,
            ),
            series: (series.count > 0).then(|| series.grid()),
            left_out: series.count - series.listed.len() as u64,
        }
    }
}
