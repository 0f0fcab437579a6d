//! Clean Pixel Data (PS3.15 section E.3.1): where an image shows an identity. The attributes of an
//! `Original` in, a [`Suspicion`] out; that and the decoded pixels in, the areas to be made black out, or
//! why the instance is not let through. Fails closed.

mod kinds;
mod look;
pub mod rules;
pub mod text;
mod ultrasound;

use clap::ValueEnum;
use dicom::dictionary_std::tags;
use serde::{Deserialize, Serialize};

use crate::area::{Area, PixelText, Redaction};
use crate::dataset::DataSet;
use crate::instance::{Decoded, Original};
use kinds::Risk;
use look::Seen;
use rules::Rules;

/// The least area that holds a word, in pixels.
const LEAST_TEXT: (u32, u32) = (16, 6);

/// What is done with an instance that may show an identity, when nobody can say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum PixelRisk {
    /// It is not let through.
    #[default]
    Quarantine,
    /// It is written: whoever asks for this has looked, or hands nothing on.
    Accept,
}

impl PixelRisk {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Accept => "accept",
        }
    }
}

/// Why an instance is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedactError {
    /// Burned In Annotation (0028,0301) is YES, or anything but NO, and nobody asked for cleaning.
    #[error(
        "Burned In Annotation says that the pixels show text: --clean pixels looks for it and covers it"
    )]
    BurnedIn,
    /// Text was found, and nobody asked for cleaning.
    #[error("the pixels show text: --clean pixels covers it")]
    TextFound,
    /// Burned In Annotation (0028,0301) is YES, and none was found.
    #[error(
        "Burned In Annotation says that the pixels show text, and none was found: write a rule \
         (--pixel-rules), or look at it"
    )]
    NotFound,
    /// Something that may be text, in a kind of image that shows text as a rule.
    #[error(
        "the pixels may show text, in an image of a screen, a film, a label or a display: write a rule \
         (--clean pixels, --pixel-rules), or look at it"
    )]
    Unsure,
    /// Pixels that the detector cannot look at.
    #[error(
        "the pixels may show text, and are of a kind that is not searched for it: write a rule \
         (--clean pixels, --pixel-rules), or look at it"
    )]
    NotSearchable,
}

impl RedactError {
    /// A short name of the kind of error, for `failures.csv`.
    pub fn class(self) -> &'static str {
        match self {
            Self::BurnedIn => "burned-in-annotation",
            Self::TextFound => "text-in-pixels",
            Self::NotFound => "burned-in-not-found",
            Self::Unsure => "text-unsure",
            Self::NotSearchable => "pixels-not-searchable",
        }
    }

    /// Whether a class of `failures.csv` is one of these.
    pub fn is_class(class: &str) -> bool {
        [Self::BurnedIn, Self::TextFound, Self::NotFound, Self::Unsure, Self::NotSearchable]
            .iter()
            .any(|error| error.class() == class)
    }
}

/// Finds what is to be covered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Redactor {
    /// Whether areas are covered; if not, an instance that shows text is not let through.
    pub cleans: bool,
    /// What is done when nobody can say where text stands.
    pub risk: PixelRisk,
    /// Rules by device.
    pub rules: Rules,
}

/// What the attributes of an instance say of its pixels, before they are cleaned.
#[derive(Debug)]
pub struct Suspicion {
    risk: Risk,
    /// Burned In Annotation says that there is text.
    is_declared: bool,
    /// Areas that rules or the device tell of.
    told: Vec<Area>,
    /// A rule says that there is no text.
    is_ruled_out: bool,
    may_show_face: bool,
}

impl Redactor {
    /// What the attributes say.
    pub fn suspect(&self, original: &Original) -> Suspicion {
        let data_set = &original.data_set;
        let mut suspicion = Suspicion {
            risk: Risk::Low,
            is_declared: declares_text(data_set),
            told: Vec::new(),
            is_ruled_out: false,
            may_show_face: false,
        };
        let Some((image, _)) = &original.image else {
            return suspicion;
        };
        suspicion.risk = kinds::risk(data_set);
        suspicion.may_show_face = kinds::may_show_face(data_set);
        if self.cleans {
            let applied = self.rules.apply(data_set, image);
            suspicion.is_ruled_out = applied.is_clean;
            suspicion.told = applied.areas;
            let outside = ultrasound::outside_regions(data_set, image.extent());
            suspicion.told.extend(outside.unwrap_or_default());
        }
        suspicion
    }

    /// Why an instance is not let through, as far as its attributes alone tell.
    pub fn refuses(&self, suspicion: &Suspicion) -> Option<RedactError> {
        let is_refused = suspicion.is_declared && !self.cleans;
        (is_refused && self.risk == PixelRisk::Quarantine).then_some(RedactError::BurnedIn)
    }

    /// What is to be covered, and what is known then.
    pub fn find(&self, suspicion: Suspicion, instance: &Decoded) -> Result<Redaction, RedactError> {
        let looks =
            suspicion.is_declared || suspicion.risk > Risk::Low || !suspicion.told.is_empty();
        let pixels = instance.pixels.as_ref();
        let searched = pixels.filter(|_| looks && !suspicion.is_ruled_out);
        let seen = searched.and_then(|it| look::look(it, &instance.data_set, &suspicion.told));
        let problem = self.problem(&suspicion, seen.as_ref());
        if let Some(problem) = problem
            && self.risk == PixelRisk::Quarantine
        {
            return Err(problem);
        }
        let shows_text = seen.as_ref().is_some_and(|seen| !seen.text.is_empty());
        let is_doubtful = seen.as_ref().is_some_and(|seen| seen.is_doubtful);
        let is_searched = seen.is_some();
        let extent = pixels.map(|pixels| pixels.image.extent());
        let text = seen.into_iter().flat_map(|seen| seen.text).filter(|_| self.cleans);
        let areas = suspicion.told.into_iter().chain(text);
        let mut areas: Vec<Area> = areas.filter_map(|area| area.within(extent?)).collect();
        areas.sort_unstable();
        areas.dedup();
        let text = match problem {
            Some(_) => PixelText::Accepted,
            None if suspicion.is_ruled_out && areas.is_empty() => PixelText::RuledOut,
            None if is_doubtful || (looks && !is_searched && !areas.is_empty()) => {
                PixelText::Doubtful
            }
            None if !areas.is_empty() => PixelText::Cleaned,
            None if is_searched => PixelText::NothingFound,
            None => PixelText::NotLooked,
        };
        let may_show_face = suspicion.may_show_face;
        Ok(Redaction { text, areas, shows_text: shows_text && !self.cleans, may_show_face })
    }

    /// Why the instance should not be let through; `seen` is `None` where nobody has looked.
    fn problem(&self, suspicion: &Suspicion, seen: Option<&Seen>) -> Option<RedactError> {
        let Suspicion { risk, is_declared, told, is_ruled_out, .. } = suspicion;
        if *is_ruled_out {
            return None;
        }
        let shows_text = seen.is_some_and(|seen| !seen.text.is_empty());
        let is_unsure = seen.is_some_and(|seen| seen.is_doubtful) && *risk == Risk::High;
        let is_unseen = seen.is_none() && (*risk > Risk::Low || *is_declared);
        // A sliver beside a region, or a rule for a pixel, tells nobody where text stands.
        let says_where = told.iter().any(|area| {
            area.rectangle.width >= LEAST_TEXT.0 && area.rectangle.height >= LEAST_TEXT.1
        });
        match (self.cleans, is_declared) {
            (false, true) => Some(RedactError::BurnedIn),
            (false, _) if shows_text => Some(RedactError::TextFound),
            (true, _) if says_where => None,
            _ if is_unseen => Some(RedactError::NotSearchable),
            (true, true) if !shows_text => Some(RedactError::NotFound),
            _ => is_unsure.then_some(RedactError::Unsure),
        }
    }

    /// Whether an instance of which this is known may claim that its pixels were cleaned.
    pub fn may_claim(&self, redaction: &Redaction) -> bool {
        let is_sure = matches!(
            redaction.text,
            PixelText::Cleaned | PixelText::NothingFound | PixelText::RuledOut
        );
        self.cleans && is_sure
    }
}

/// Whether Burned In Annotation (0028,0301) says that the pixels show text: any value but NO.
fn declares_text(data_set: &DataSet) -> bool {
    let says_no = |text: &str| matches!(text, "" | "NO");
    data_set.get(tags::BURNED_IN_ANNOTATION).is_some()
        && !data_set.text(tags::BURNED_IN_ANNOTATION).is_some_and(says_no)
}

#[cfg(test)]
mod tests;
