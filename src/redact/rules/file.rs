//! Rules as TOML: text in, rules out, or what is wrong with which rule.
//!
//! ```toml
//! [[rule]]
//! name = "maker-model-banner"       # a-z, 0-9 and hyphens: it stands in reports
//! reason = "patient and date in a banner at the top"
//! modality = "US"                   # equal, whatever the case
//! manufacturer = { contains = "maker" }      # or starts_with, ends_with, equals, matches
//! model = ["Model 1", { starts_with = "Model 2" }]        # one of these
//! rows = 768                        # or [600, 768], or { from = 600, to = 768 }
//! image_type = "SECONDARY"          # one of its values
//! attribute."SeriesDescription" = { contains = "dose" }   # by keyword or tag, "(0008,103E)"
//! any = [{ columns = 1024 }, { software = { starts_with = "2." } }]   # one of these, all within each
//! none = [{ burned_in_annotation = "NO" }]
//! areas = [
//!   { x = 0, y = 0, width = "all", height = 60 },         # "all": to the edge
//!   { x = -100, y = -20, width = 100, height = 20, frames = [1, 2] },   # from the right, from below
//! ]
//! ```
//!
//! All that a rule says of an image has to hold. `areas = []` says that such images show nothing; no rule
//! behind it is looked at then.

use dicom::core::dictionary::DataDictionary;
use dicom::dictionary_std::{StandardDataDictionary, tags};
use toml::{Table, Value};

use super::value::may_be_sequence;
use super::{Condition, Extent, Form, How, Pattern, Region, Rule, RulesError, Test};
use crate::area::Frames;
use crate::dataset::Tag;

/// What rules ask of an image, and the attributes meant.
const TEXTS: [(&str, Tag); 9] = [
    ("modality", tags::MODALITY),
    ("manufacturer", tags::MANUFACTURER),
    ("model", tags::MANUFACTURER_MODEL_NAME),
    ("software", tags::SOFTWARE_VERSIONS),
    ("sop_class", tags::SOP_CLASS_UID),
    ("image_type", tags::IMAGE_TYPE),
    ("burned_in_annotation", tags::BURNED_IN_ANNOTATION),
    ("capture_manufacturer", tags::SECONDARY_CAPTURE_DEVICE_MANUFACTURER),
    ("capture_model", tags::SECONDARY_CAPTURE_DEVICE_MANUFACTURER_MODEL_NAME),
];
const NUMBERS: [(&str, Tag); 2] = [("rows", tags::ROWS), ("columns", tags::COLUMNS)];

/// The rules in their order.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, RulesError> {
    let mut table: Table = toml::from_str(text).map_err(|error| {
        // Never the line itself, which may be one of any file.
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        RulesError::Form(format!("line {line}: {}", error.message()))
    })?;
    let rules = table.remove("rule");
    if !table.is_empty() {
        return Err(RulesError::Form("beside [[rule]] nothing stands in it".to_owned()));
    }
    let Some(Value::Array(rules)) = rules else {
        return Err(RulesError::Form("it has no rule: each begins with [[rule]]".to_owned()));
    };
    let numbered = (1..).zip(rules).map(|(number, rule)| {
        let name = rule.get("name").and_then(Value::as_str).filter(|name| is_name(name));
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let Value::Table(rule) = rule else {
            return Err(RulesError::Rule(number, name, "is written [[rule]]".to_owned()));
        };
        self::rule(rule).map_err(|why| RulesError::Rule(number, name, why))
    });
    numbered.collect()
}

/// Whether a name may stand in reports.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.len() <= 64 && name.chars().all(allowed)
}

fn rule(mut table: Table) -> Result<Rule, String> {
    let name = match table.remove("name") {
        Some(Value::String(name)) if is_name(&name) => name,
        Some(_) => {
            return Err("`name` has small letters, digits and hyphens, 64 at most".to_owned());
        }
        None => return Err("give it a `name`, for reports".to_owned()),
    };
    match table.remove("reason") {
        Some(Value::String(reason)) if !reason.trim().is_empty() => {}
        _ => return Err("give a `reason`, for whoever reads the rules next".to_owned()),
    }
    let areas = match table.remove("areas") {
        Some(Value::Array(areas)) => {
            areas.into_iter().map(area).collect::<Result<Vec<_>, String>>()?
        }
        Some(_) => return Err("`areas` is a list of rectangles".to_owned()),
        None => {
            return Err("give `areas`; `areas = []` says that such images are clean".to_owned());
        }
    };
    let any = table.remove("any").map(|value| groups("any", value)).transpose()?;
    let none = table.remove("none").map(|value| groups("none", value)).transpose()?;
    let mut all = conditions(table)?;
    all.extend(any.map(Condition::Any));
    if all.is_empty() {
        return Err("it would match every image: say which are meant".to_owned());
    }
    all.extend(none.map(|none| Condition::Not(Box::new(Condition::Any(none)))));
    Ok(Rule { name, condition: Condition::All(all), areas })
}

/// `any` and `none`: in each group all has to hold.
fn groups(key: &str, value: Value) -> Result<Vec<Condition>, String> {
    let Value::Array(groups) = value else { return Err(format!("`{key}` is a list of tables")) };
    let group = |group| match group {
        Value::Table(group) if !group.is_empty() => Ok(Condition::All(conditions(group)?)),
        _ => Err(format!("`{key}` is a list of tables, each with something to ask")),
    };
    let groups: Vec<Condition> = groups.into_iter().map(group).collect::<Result<_, _>>()?;
    if groups.is_empty() { Err(format!("`{key}` is empty: leave it out")) } else { Ok(groups) }
}

fn conditions(table: Table) -> Result<Vec<Condition>, String> {
    let mut all = Vec::new();
    for (key, value) in table {
        let of = |known: &[(&str, Tag)]| known.iter().find(|entry| entry.0 == key).map(|e| e.1);
        if let Some(tag) = of(&TEXTS) {
            all.push(one_of(&key, tag, value, text)?);
        } else if let Some(tag) = of(&NUMBERS) {
            all.push(one_of(&key, tag, value, number)?);
        } else if let ("attribute", Value::Table(attributes)) = (key.as_str(), value) {
            for (name, value) in attributes {
                let tag = StandardDataDictionary.parse_tag(&name).filter(|tag| tag.0 % 2 == 0);
                let known = tag.filter(|tag| may_be_sequence(*tag) == Some(false));
                let wrong = "`attribute` is by keyword or tag of PS3.6, as \"SeriesDescription\", \
                             and no sequence";
                all.push(one_of(&name, known.ok_or(wrong)?, value, text)?);
            }
        } else {
            let known: Vec<&str> = TEXTS.iter().chain(&NUMBERS).map(|entry| entry.0).collect();
            return Err(format!(
                "`{key}` is not known: known are {}, attribute (a table), any, none",
                known.join(", ")
            ));
        }
    }
    Ok(all)
}

/// A value, or a list of them of which one is enough.
fn one_of(
    key: &str,
    tag: Tag,
    value: Value,
    how: fn(Value) -> Result<How, &'static str>,
) -> Result<Condition, String> {
    let test = |value| {
        let how = how(value).map_err(|why| format!("`{key}`: {why}"))?;
        let path = vec![u32::from(tag.0) << 16 | u32::from(tag.1)];
        Ok(Condition::Test(Test { path, each: true, how }))
    };
    match value {
        Value::Array(values) if values.is_empty() => Err(format!("`{key}` is an empty list")),
        Value::Array(values) => {
            Ok(Condition::Any(values.into_iter().map(test).collect::<Result<_, String>>()?))
        }
        value => test(value),
    }
}

fn text(value: Value) -> Result<How, &'static str> {
    const WRONG: &str = "write a text, or one of { equals = .. }, { contains = .. }, \
                         { starts_with = .. }, { ends_with = .. }, { matches = .. }";
    let (form, text) = match value {
        Value::String(text) => ("equals".to_owned(), text),
        Value::Table(table) if table.len() == 1 => match table.into_iter().next() {
            Some((form, Value::String(text))) => (form, text),
            _ => return Err(WRONG),
        },
        _ => return Err(WRONG),
    };
    let form = match form.as_str() {
        "equals" => Form::Equals,
        "contains" => Form::Contains,
        "starts_with" => Form::StartsWith,
        "ends_with" => Form::EndsWith,
        "matches" => {
            return Pattern::new(&text)
                .map(How::Matches)
                .map_err(|_| "no regular expression that can be used here");
        }
        _ => return Err(WRONG),
    };
    if text.trim().is_empty() {
        return Err("the text is empty");
    }
    if text.contains('\\') {
        return Err("values are compared one by one, without the backslash between them");
    }
    // As values are: without the spaces around them, when whole ones are compared.
    let text = if form == Form::Equals { text.trim() } else { text.as_str() };
    Ok(How::text(form, text, true))
}

fn number(value: Value) -> Result<How, &'static str> {
    const WRONG: &str = "write a number, or { from = .., to = .. }, ends included";
    let whole = |value: &Value| value.as_integer().and_then(|n| u32::try_from(n).ok());
    match value {
        Value::Table(table) => {
            let end = |key: &str, open: u32| table.get(key).map_or(Some(open), whole).ok_or(WRONG);
            if table.is_empty() || table.keys().any(|key| key != "from" && key != "to") {
                return Err(WRONG);
            }
            let (from, to) = (end("from", 0)?, end("to", u32::MAX)?);
            if from > to { Err("it ends before it begins") } else { Ok(How::Within(from, to)) }
        }
        value => whole(&value).map(|number| How::Within(number, number)).ok_or(WRONG),
    }
}

fn area(value: Value) -> Result<Region, String> {
    const WRONG: &str = "an area is { x = .., y = .., width = .., height = .. }, in whole pixels; x and \
                         y below 0 count from the right and from below, width and height may be \"all\"";
    let Value::Table(mut table) = value else { return Err(WRONG.to_owned()) };
    let mut place = |key: &str| {
        let place = table.remove(key).and_then(|value| value.as_integer());
        place.filter(|place| u32::try_from(place.unsigned_abs()).is_ok()).ok_or(WRONG)
    };
    let (x, y) = (place("x")?, place("y")?);
    let mut extent = |key: &str| match table.remove(key) {
        Some(Value::String(all)) if all == "all" => Ok(Extent::All),
        Some(Value::Integer(pixels)) => match u32::try_from(pixels) {
            Ok(pixels) if pixels > 0 => Ok(Extent::Pixels(pixels)),
            _ => Err(WRONG),
        },
        _ => Err(WRONG),
    };
    let (width, height) = (extent("width")?, extent("height")?);
    let frames = table.remove("frames").map(frames).transpose()?.unwrap_or_default();
    if table.is_empty() {
        Ok(Region { x, y, width, height, frames })
    } else {
        Err(WRONG.to_owned())
    }
}

fn frames(value: Value) -> Result<Frames, &'static str> {
    const WRONG: &str = "`frames` is a list of numbers, the first frame is 1; leave it out for all";
    let Value::Array(values) = value else { return Err(WRONG) };
    let number = |value: &Value| {
        let number = value.as_integer().and_then(|number| u32::try_from(number).ok());
        number.filter(|number| *number > 0)
    };
    let mut frames: Vec<u32> = values.iter().map(number).collect::<Option<_>>().ok_or(WRONG)?;
    frames.sort_unstable();
    frames.dedup();
    if frames.is_empty() { Err(WRONG) } else { Ok(Frames::These(frames)) }
}
