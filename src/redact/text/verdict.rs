//! Which candidates are text: scored lines in, rectangles out.

use super::cover::Candidate;
use super::gray::Gray;
use super::judge::{INK, PEAK};
use super::{Certainty, Found};
use crate::area::Rectangle;

/// The score that one line of an image with text has, or some lines together: where none is that high, none is
/// text.
const SURE: f32 = 1.8;
const LIKELY: f32 = 0.9;
const SOME: usize = 3;
/// Scores from which the others are text, from which they are where text like them is near, and from which
/// a line may be text.
const TEXT: f32 = -0.8;
const NEAR_TEXT: f32 = -1.5;
const DOUBTFUL: f32 = 0.2;

/// So many sure lines of the same letters make a screen of text, in which a line needs this score.
const MANY: usize = 4;
const AMONG_MANY: f32 = -1.2;

/// Pixels around letters that are covered without what is beside them.
const MARGIN: u32 = 2;

/// The verdicts on all lines of an image.
pub(super) fn found(candidates: &[Candidate], gray: &Gray) -> Vec<Found> {
    let scored: Vec<(&Candidate, f32)> = candidates.iter().map(|one| (one, one.score)).collect();
    let above = |least: f32| scored.iter().filter(|(_, score)| *score >= least).count();
    let is_sure = above(SURE) > 0 || above(LIKELY) >= SOME;
    let mut is_text: Vec<bool> =
        scored.iter().map(|(_, score)| is_sure && *score >= TEXT).collect();
    // Text comes in blocks: a short line beside a sure one needs less to be believed.
    loop {
        let before = is_text.iter().filter(|is| **is).count();
        for (at, (candidate, score)) in scored.iter().enumerate() {
            if !is_text[at] && *score >= NEAR_TEXT {
                let sure = scored.iter().zip(&is_text).filter(|(_, is)| **is);
                let alike = sure.filter(|((other, _), _)| are_alike(candidate, other));
                let (mut count, mut is_near) = (0, false);
                for ((other, _), _) in alike {
                    count += 1;
                    is_near |= are_near(candidate, other);
                }
                is_text[at] = is_near || (count >= MANY && *score >= AMONG_MANY);
            }
        }
        if is_text.iter().filter(|is| **is).count() == before {
            break;
        }
    }
    let texts: Vec<&Candidate> =
        scored.iter().zip(&is_text).filter(|(_, is)| **is).map(|((one, _), _)| *one).collect();
    let found = scored.iter().zip(&is_text).filter_map(|((candidate, score), is_text)| {
        let certainty = if *is_text { Certainty::Text } else { Certainty::Doubtful };
        if !is_text && *score < DOUBTFUL {
            return None;
        }
        let rectangle = if is_crossing(candidate, &texts) {
            candidate.letters.grown(MARGIN, gray.columns(), gray.rows())
        } else {
            candidate.rectangle
        };
        Some(Found { rectangle, certainty })
    });
    merged(found.collect())
}

/// Whether a line runs across lines of text: letters below each other in these look like one. What its
/// letters cover may be cells of a table that nothing else covers, what is farther along is nothing.
fn is_crossing(candidate: &Candidate, texts: &[&Candidate]) -> bool {
    let across = texts.iter().filter(|other| other.is_upright() && !candidate.is_upright());
    let shared = across.filter_map(|other| candidate.letters.intersection(other.letters));
    shared.map(Rectangle::pixels).sum::<u64>() * 4 >= candidate.letters.pixels()
}

/// Whether two lines are of one height and one ink.
fn are_alike(a: &Candidate, b: &Candidate) -> bool {
    let (low, high) = (a.height.min(b.height), a.height.max(b.height));
    let inks = a.features[INK] - b.features[INK];
    let peaks = a.features[PEAK] - b.features[PEAK];
    high <= low * 1.4 && inks.abs() < 25.0 && peaks.abs() < 50.0
}

/// Whether two lines are at most about a line apart.
fn are_near(a: &Candidate, b: &Candidate) -> bool {
    let reach = (a.height.min(b.height) * 1.5) as u32 + 2;
    a.letters.grown(reach, u32::MAX, u32::MAX).intersection(b.letters).is_some()
}

/// Without those that lie in others.
fn merged(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (one.certainty, std::cmp::Reverse(one.rectangle.pixels())));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        let is_inside = kept
            .iter()
            .any(|kept| kept.rectangle.intersection(one.rectangle) == Some(one.rectangle));
        if !is_inside {
            kept.push(one);
        }
    }
    kept
}
