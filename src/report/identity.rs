//! What was done about identities: the summary in, the profile, what became of attributes, and text in pixels out.

use askama::Template;

use super::summary::{Counted, Deid, PixelCleaning, Summary};
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{count, plain};

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "identity.html", config = "src/report/askama.toml")]
pub(super) struct Identity {
    names_patients: bool,
    rules: Option<Grid>,
    attributes: Option<Grid>,
    text: Option<Grid>,
    areas: Option<Grid>,
    refused: Option<Grid>,
    faces: Option<(String, String)>,
}

/// What is known of text in the pixels of an instance.
const TEXT: [(&str, &str); 6] = [
    ("not-looked", "of a kind that shows no text: not looked at"),
    ("ruled-out", "a rule for the device says that it shows none"),
    ("nothing-found", "looked at, nothing found"),
    ("cleaned", "found and covered"),
    ("doubtful", "something may be text: look at it with `sauva review`"),
    ("accepted", "written in spite of a doubt, as the command asked"),
];

/// Why areas were covered.
const AREAS: [(&str, &str); 3] = [
    ("outside-regions", "outside of the ultrasound regions"),
    ("rule", "a rule for the device"),
    ("text", "text that was found"),
];

impl Identity {
    pub(super) fn new(summary: &Summary) -> Self {
        let PixelCleaning { text, covered_areas, quarantined, faces } = &summary.pixel_cleaning;
        let pixels =
            |id: &str, caption: &str, what: &str, counts: &Counted, names: &[(&str, &str)]| {
                let name = |it: &str| {
                    let words = names.iter().find(|(name, _)| *name == it);
                    words.map_or_else(|| it.to_owned(), |(_, words)| (*words).to_owned())
                };
                let counts: Counted = counts.iter().map(|(it, count)| (name(it), *count)).collect();
                (!counts.is_empty()).then(|| Grid::of_counts(id, caption, [what, "Count"], &counts))
            };
        Self {
            names_patients: summary.names_patients,
            rules: summary.deid.as_ref().map(rules),
            attributes: summary.deid.as_ref().and_then(attributes),
            text: pixels(
                "text",
                "Written instances by text in their pixels",
                "Outcome",
                text,
                &TEXT,
            ),
            areas: pixels("areas", "Areas that were covered", "Reason", covered_areas, &AREAS),
            refused: pixels(
                "refused",
                "Instances held back for what their pixels may show",
                "Class",
                quarantined,
                &[],
            ),
            faces: (faces.instances > 0).then(|| (count(faces.instances), count(faces.series))),
        }
    }
}

fn rules(deid: &Deid) -> Grid {
    let options = deid.options.iter().map(plain).collect::<Vec<_>>().join(", ");
    let rows = [
        ("Standard", deid.standard.clone()),
        ("Profile", deid.profile.clone()),
        ("Options", if options.is_empty() { "none".to_owned() } else { options }),
        ("Dates are shifted by", plain(&deid.date_shift)),
        ("Overrides of rules", count(deid.overrides)),
        ("Method codes (0012,0064)", deid.method_codes.join(", ")),
        ("Fingerprint of the key", deid.key_fingerprint.clone()),
    ];
    let row = |(name, value): (&str, String)| GridRow::new([name.to_owned(), value]);
    Grid::new("rules", "Rules of de-identification", vec![words("What"), words("Value")])
        .with(rows.into_iter().filter(|(_, value)| !value.is_empty()).map(row))
}

/// What became of attributes, by the option that asked for it.
fn attributes(deid: &Deid) -> Option<Grid> {
    let all = deid.attributes.iter();
    let rows: Vec<GridRow> = all
        .flat_map(|(option, actions)| {
            actions.iter().map(move |(action, attributes)| {
                GridRow::new([option.clone(), action.clone(), count(*attributes)])
            })
        })
        .collect();
    let heads = vec![words("Rule from"), words("Action"), number("Attributes")];
    let caption = "Attributes of all written instances by rule and action";
    (!rows.is_empty()).then(|| Grid::new("attributes", caption, heads).with(rows))
}
