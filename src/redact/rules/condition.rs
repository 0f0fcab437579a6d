//! Which images a rule means: tests of elements, joined by all, any and not.

use serde::{Deserialize, Serialize};

use super::Pattern;
use super::value::text_at;
use crate::dataset::DataSet;
use crate::image::ImagePixel;

/// A condition on an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// All of these hold; of none, all do.
    All(Vec<Condition>),
    /// One of these holds at the least.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// An element is as it should be.
    Test(Test),
}

/// A test of one element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The tags that lead to it through the first items of sequences, group and element in one number.
    pub path: Vec<u32>,
    /// Whether one value that passes is enough, where an element has several; otherwise they are one text
    /// with backslashes.
    pub each: bool,
    /// What it has to be.
    pub how: How,
}

/// What a value has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum How {
    /// A text, or a part of it.
    Text {
        /// Which part.
        form: Form,
        /// What stands there; in small letters where case is ignored.
        text: String,
        /// Whether case is ignored.
        ignore_case: bool,
    },
    /// A whole value of this form.
    Matches(Pattern),
    /// A whole number in a range, ends included.
    Within(u32, u32),
    /// Less than this, digits and periods taken alone.
    LessThan(f64),
    /// Greater than this, digits and periods taken alone.
    GreaterThan(f64),
}

/// Which part of a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// All of it.
    Equals,
    /// Any part.
    Contains,
    /// Its beginning.
    StartsWith,
    /// Its end.
    EndsWith,
}

impl Condition {
    /// Whether it holds for an image.
    pub fn holds(&self, data_set: &DataSet, image: &ImagePixel) -> bool {
        match self {
            Self::All(all) => all.iter().all(|condition| condition.holds(data_set, image)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(data_set, image)),
            Self::Not(condition) => !condition.holds(data_set, image),
            Self::Test(test) => {
                let text = text_at(data_set, image, &test.path);
                if test.each {
                    text.split('\\').any(|value| test.how.is_met_by(value))
                } else {
                    test.how.is_met_by(&text)
                }
            }
        }
    }
}

impl How {
    /// A comparison of text.
    pub fn text(form: Form, text: &str, ignore_case: bool) -> Self {
        let text = if ignore_case { text.to_lowercase() } else { text.to_owned() };
        Self::Text { form, text, ignore_case }
    }

    fn is_met_by(&self, value: &str) -> bool {
        match self {
            Self::Text { form, text, ignore_case: true } => form.fits(&value.to_lowercase(), text),
            Self::Text { form, text, ignore_case: false } => form.fits(value, text),
            Self::Matches(pattern) => pattern.matches(value),
            Self::Within(least, most) => {
                value.parse().is_ok_and(|number: u32| (least..=most).contains(&&number))
            }
            Self::LessThan(limit) => number(value).is_some_and(|number| number < *limit),
            Self::GreaterThan(limit) => number(value).is_some_and(|number| number > *limit),
        }
    }
}

impl Form {
    fn fits(self, value: &str, text: &str) -> bool {
        match self {
            Self::Equals => value == text,
            Self::Contains => value.contains(text),
            Self::StartsWith => value.starts_with(text),
            Self::EndsWith => value.ends_with(text),
        }
    }
}

/// The number in a text, as CTP takes it: of digits and periods alone.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}
