//! The answer first: a study in, a sentence for each of its data out.

use super::super::analysis::Examined;
use super::super::bottlenecks::Bottlenecks;
use super::super::digits::three_digits;
use super::super::label::Scaling;
use super::super::study::Configuration;

/// What the data say at once.
pub(super) struct Answer {
    pub(super) text: String,
}

/// An answer for each data and kind of processors. `place` names the study where there are several.
pub(super) fn answers(examined: &Examined, place: &str) -> Vec<Answer> {
    examined.bottlenecks.iter().map(|it| Answer { text: answer(examined, it, place) }).collect()
}

fn answer(examined: &Examined, found: &Bottlenecks, place: &str) -> String {
    let study = &examined.study;
    let (files, name) = &found.data;
    let series = study.series(&found.data, found.axis);
    let base = series.iter().find(|it| it.processors() == 1);
    let on_cores = |it: &&&Configuration| it.processors() > 1 && !it.is_oversubscribed();
    let best = series
        .iter()
        .filter(on_cores)
        .min_by(|a, b| time_of(a, study.key.scaling).total_cmp(&time_of(b, study.key.scaling)));
    let each = if study.key.scaling == Scaling::Weak { " for each processor" } else { "" };
    let head = format!("**{name}**, {files} files{each}{place}");
    match (base, best) {
        (Some(base), Some(best)) => {
            format!("{head}: {} {}", versus(base, best, found), cost(found, best))
        }
        (Some(base), None) if series.len() == 1 => {
            format!("{head}: {} s on one processor; nothing was run on more.", seconds(base))
        }
        (Some(base), None) => format!(
            "{head}: {} s on one processor; nothing on more {} that the cores have room for.",
            seconds(base),
            found.axis.name(),
        ),
        (None, _) => format!("{head}: there is no run of one rank and one thread to compare with."),
    }
}

/// Time for each of p times the data.
fn time_of(it: &Configuration, scaling: Scaling) -> f64 {
    match scaling {
        Scaling::Strong => it.time.mean,
        Scaling::Weak => it.time.mean / it.processors() as f64,
    }
}

fn versus(base: &Configuration, best: &Configuration, found: &Bottlenecks) -> String {
    let speedup = best.speedup.map_or_else(String::new, three_digits);
    let spread =
        best.speedup_sd.map_or_else(String::new, |sd| format!(" (sd {})", three_digits(sd)));
    let efficiency = best.efficiency.unwrap_or_default() * 100.0;
    format!(
        "{} s on one processor, {} s on {} {}: speed-up {speedup}{spread}, efficiency {efficiency:.0} %.",
        seconds(base),
        seconds(best),
        best.processors(),
        found.axis.name(),
    )
}

/// Where the time went there.
fn cost(found: &Bottlenecks, best: &Configuration) -> String {
    let Some(cost) = found.costs.iter().find(|cost| cost.p == best.processors()) else {
        return String::new();
    };
    let largest = cost.largest();
    let share = cost.shares.iter().fold(0.0, |a: f64, b| a.max(*b)) * 100.0;
    let text = format!("Most of the crews' time there, {share:.0} %, is {largest}");
    match found.growth(best.processors()).first().filter(|growth| growth.added_ms() > 0.0) {
        Some(growth) => format!(
            "{text}; what has grown most is {}, by {} ms a file.",
            growth.activity,
            three_digits(growth.added_ms())
        ),
        None => format!("{text}; nothing has grown."),
    }
}

/// The mean with its confidence interval.
fn seconds(it: &Configuration) -> String {
    let mean = three_digits(it.time.mean);
    match it.time.ci95_half() {
        Some(half) => format!("{mean} ± {}", three_digits(half)),
        None => mean,
    }
}
