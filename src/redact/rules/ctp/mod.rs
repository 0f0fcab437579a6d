//! Scripts of the `DicomPixelAnonymizer` of RSNA's CTP, by its public documentation (RSNA MIRC wiki, "The
//! CTP DICOM Pixel Anonymizer" and "The CTP DICOM Filter"): text in, rules out.
//!
//! A script is signatures in braces, each followed by its regions in parentheses; what stands outside of
//! both is commentary, and has neither braces nor parentheses in it. CTP takes the first signature that
//! matches; here the regions of all that match are taken, which hides as much and sometimes more. A
//! signature without regions ends the search in both. CTP passes over what it does not understand; here that
//! is an error with its line, as a rule that is dropped leaks.

mod expression;

use super::{Extent, Region, Rule, RulesError};
use crate::area::Frames;

/// The rules of a script, called by their number: ctp-1, ctp-2.
pub(super) fn parse(text: &str) -> Result<Vec<Rule>, RulesError> {
    let mut rules: Vec<Rule> = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find(['{', '}', '(', ')']) {
        let start = at + found;
        let fail = |why: &str| Err(wrong(text, start, why));
        let inner = start + 1;
        match text.as_bytes()[start] {
            b'{' => {
                // The first brace that closes, as CTP takes it, whatever it stands in.
                let Some(length) = text[inner..].find('}') else {
                    return fail("a brace that nothing closes");
                };
                let end = inner + length;
                let condition = expression::parse(&text[..end], inner)?;
                let name = format!("ctp-{}", rules.len() + 1);
                rules.push(Rule { name, condition, areas: Vec::new() });
                at = end + 1;
            }
            b'(' => {
                let Some(rule) = rules.last_mut() else {
                    return fail("parentheses before any signature: commentary has none");
                };
                let Some(length) = text[inner..].find(['(', ')', '{', '}']) else {
                    return fail("a parenthesis that nothing closes");
                };
                let end = inner + length;
                if text.as_bytes()[end] != b')' {
                    return fail("a parenthesis that nothing closes");
                }
                rule.areas.push(region(&text[inner..end]).map_err(|why| wrong(text, start, why))?);
                at = end + 1;
            }
            _ => return fail("a brace or parenthesis that closes nothing"),
        }
    }
    if rules.is_empty() {
        return Err(wrong(text, 0, "there is no signature in braces"));
    }
    Ok(rules)
}

fn region(text: &str) -> Result<Region, &'static str> {
    const WRONG: &str =
        "a region is four whole numbers, (left, top, width, height), and no commentary";
    let numbers: Option<Vec<u32>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some([_, _, 0, _] | [_, _, _, 0]) => Err("a region of no pixels"),
        Some([x, y, width, height]) => Ok(Region {
            x: i64::from(*x),
            y: i64::from(*y),
            width: Extent::Pixels(*width),
            height: Extent::Pixels(*height),
            frames: Frames::All,
        }),
        _ => Err(WRONG),
    }
}

/// What is wrong at this byte of the script.
fn wrong(text: &str, at: usize, why: &str) -> RulesError {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    RulesError::Script(memchr::memchr_iter(b'\n', before).count() + 1, why.to_owned())
}
