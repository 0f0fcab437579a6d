//! The page: cards of series in, HTML out.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::picture::Picture;
use super::series::Series;
use crate::area::{Area, Frames, PixelText, Reason};

/// The page as its template takes it.
#[derive(Template)]
#[template(path = "sheet.html", config = "src/review/askama.toml")]
pub(super) struct Page {
    cards: Vec<Card>,
    /// Inputs that were not let through, by what is wrong with them.
    refused: Vec<(String, usize)>,
    instances: usize,
    shows_before: bool,
}

/// A series.
pub(super) struct Card {
    title: String,
    modality: String,
    /// What is known of it, in words.
    state: String,
    /// How urgent a look is; also the class of the style.
    danger: u32,
    pub(super) pictures: Vec<Shown>,
}

/// An instance, as it is written and, on a private page, as it came.
pub(super) struct Shown {
    /// Its path below the output folder, or its path ID.
    place: String,
    pub(super) after: Option<Picture>,
    pub(super) before: Option<Picture>,
    outlines: Vec<Outline>,
}

/// The outline of a covered area, in pixels of the image.
struct Outline {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    class: &'static str,
    reason: String,
}

impl Shown {
    pub(super) fn new(
        place: &str,
        after: Option<Picture>,
        before: Option<Picture>,
        areas: &[Area],
    ) -> Self {
        let outline = |area: &Area| Outline {
            x: area.rectangle.x,
            y: area.rectangle.y,
            width: area.rectangle.width,
            height: area.rectangle.height,
            class: match area.reason {
                Reason::OutsideRegions => "regions",
                Reason::Rule(_) => "rule",
                Reason::Text => "text",
            },
            reason: match &area.frames {
                Frames::All => area.reason.name(),
                Frames::These(frames) => format!("{}, {} frames", area.reason.name(), frames.len()),
            },
        };
        Self {
            place: place.to_owned(),
            after,
            before,
            outlines: areas.iter().map(outline).collect(),
        }
    }

    fn pictures(&self) -> impl Iterator<Item = (&'static str, &Picture)> {
        let before = self.before.as_ref().map(|picture| ("as it came", picture));
        before.into_iter().chain(self.after.as_ref().map(|picture| ("as it is written", picture)))
    }
}

impl Card {
    pub(super) fn of_series(series: &Series<'_>, pictures: Vec<Shown>) -> Self {
        let states = series.states.iter().map(|(state, count)| format!("{} {count}", words(state)));
        let mut state = states.collect::<Vec<_>>().join(", ");
        if !series.reasons.is_empty() {
            let reasons: BTreeSet<&str> = series.reasons.iter().map(String::as_str).collect();
            let reasons: Vec<&str> = reasons.into_iter().collect();
            state = format!("{state} ({})", reasons.join(", "));
        }
        Self {
            title: series.uid.to_owned(),
            modality: series.modality.to_owned(),
            state,
            danger: series.danger() + 1,
            pictures,
        }
    }

    /// A series of which inputs were not let through.
    pub(super) fn refused(series: &str, class: &str, count: usize, pictures: Vec<Shown>) -> Self {
        Self {
            title: series.to_owned(),
            modality: String::new(),
            state: format!("not let through {count}: {}", refusal(class)),
            danger: 0,
            pictures,
        }
    }
}

/// A state in words.
fn words(state: &str) -> &str {
    [
        (PixelText::Accepted, "written in spite of a doubt"),
        (PixelText::Doubtful, "something may be text"),
        (PixelText::Cleaned, "covered"),
        (PixelText::NothingFound, "nothing found"),
        (PixelText::RuledOut, "ruled out by a rule"),
    ]
    .into_iter()
    .find(|(known, _)| known.name() == state)
    .map_or(state, |(_, words)| words)
}

/// A class of failures in words.
fn refusal(class: &str) -> &str {
    match class {
        "burned-in-annotation" => "it says of itself that it shows text",
        "text-in-pixels" => "text was found, and cleaning was not asked for",
        "burned-in-not-found" => "it says of itself that it shows text, and none was found",
        "text-unsure" => "it may show text",
        "unmaskable" => "text was found in pixels of which nobody can say what is black",
        "pixels-not-searchable" => "its pixels are of a kind that is not searched",
        other => other,
    }
}

impl Page {
    pub(super) fn new(
        cards: Vec<Card>,
        refused: &BTreeMap<&str, usize>,
        shows_before: bool,
        instances: usize,
    ) -> Self {
        let refused = refused.iter().map(|(class, n)| (refusal(class).to_owned(), *n)).collect();
        Self { cards, refused, instances, shows_before }
    }

    pub(super) fn html(&self) -> anyhow::Result<String> {
        Ok(self.render()?)
    }
}
