//! What the data cannot say, said from the data.

use std::collections::BTreeSet;

use super::super::analysis::Analysis;
use super::super::digits::three_digits;
use super::super::label::Cache;
use super::super::statistics::t_975;
use super::super::study::Configuration;

/// Fewer repetitions than these leave wide confidence intervals (Hoefler and Belli, SC 2015, want as many as the
/// wanted width takes; the t quantile falls most up to here).
const ENOUGH: usize = 5;

/// Sentences, what weighs most first.
pub(super) fn limits(analysis: &Analysis) -> Vec<String> {
    let all: Vec<&Configuration> =
        analysis.studies.iter().flat_map(|it| &it.study.configurations).collect();
    let limits = [
        repetitions(&all),
        cores(&all),
        bases(&all),
        fits(analysis),
        nodes(&all),
        cache(analysis),
        studies(analysis),
    ];
    limits.into_iter().flatten().collect()
}

fn repetitions(all: &[&Configuration]) -> Option<String> {
    let least = all.iter().map(|it| it.time.n).min().filter(|n| *n < ENOUGH)?;
    let width = |it: &&&Configuration| it.time.ci95_half().map(|half| half / it.time.mean);
    let widest =
        all.iter().max_by(|a, b| width(a).unwrap_or(0.0).total_cmp(&width(b).unwrap_or(0.0)));
    let widest = widest.and_then(|it| Some((it.name(), width(&it)? * 100.0)));
    let interval = t_975(least - 1).map(|t| t / (least as f64).sqrt());
    let interval = interval.map_or_else(
        || " and has no confidence interval".to_owned(),
        |times| {
            format!(": its 95 % confidence interval is the mean ± {times:.2} standard deviations")
        },
    );
    let widest = widest.map_or_else(String::new, |(name, percent)| {
        format!(" The widest is ± {percent:.0} % of the mean ({name}).")
    });
    Some(format!(
        "Some configuration was run {least} times only{interval}.{widest} Run each {ENOUGH} times or more before small differences are believed."
    ))
}

fn cores(all: &[&Configuration]) -> Option<String> {
    let beyond = all.iter().filter(|it| it.is_oversubscribed()).count();
    (beyond > 0).then(|| {
        format!("{beyond} of {} configurations had more threads than the nodes have physical cores. They are drawn in rings and never fitted: what they show is what sharing a core costs, not scaling.", all.len())
    })
}

fn bases(all: &[&Configuration]) -> Option<String> {
    let without = all.iter().filter(|it| it.speedup.is_none()).count();
    (without > 0).then(|| {
        format!("{without} of {} configurations have no base of one rank and one thread on the same data: they have no speed-up.", all.len())
    })
}

fn fits(analysis: &Analysis) -> Option<String> {
    let laws = || analysis.studies.iter().flat_map(|it| &it.laws);
    let lacking = |laws: &&super::super::laws::Laws| {
        matches!(laws.amdahl, Some(Err(_)))
            || matches!(laws.usl, Some(Err(_)))
            || matches!(laws.gustafson, Some(Err(_)))
    };
    let count = laws().filter(lacking).count();
    (count > 0).then(|| {
        format!("{count} of {} series have too few points for some law: a law with two parameters wants three, and the universal law and Gustafson's hold at the base whatever their parameters are, so that it is no point for them.", laws().count())
    })
}

fn nodes(all: &[&Configuration]) -> Option<String> {
    let most = all.iter().flat_map(|it| &it.runs).map(|run| run.label.nodes).max()?;
    (most == 1).then(|| "All runs were on one node: nothing is said of a network, nor of a file system that nodes share.".to_owned())
}

fn cache(analysis: &Analysis) -> Option<String> {
    let is_warm = analysis.studies.iter().any(|it| it.study.key.cache == Cache::Warm);
    is_warm.then(|| "Where the cache was warm the input came from memory: nothing is said of how fast the storage is read.".to_owned())
}

fn studies(analysis: &Analysis) -> Option<String> {
    let keys: BTreeSet<&str> =
        analysis.studies.iter().map(|it| it.study.key.environment.as_str()).collect();
    let widest = analysis.studies.iter().flat_map(|it| &it.study.configurations);
    let noisiest = widest.filter_map(|it| Some((it.time.cv()?, it.name())));
    let noisiest = noisiest.max_by(|a, b| a.0.total_cmp(&b.0));
    let noise = noisiest.map_or_else(String::new, |(cv, name)| {
        format!(
            "The noisiest configuration varies by {} % (sd / mean; {name}). ",
            three_digits(cv * 100.0)
        )
    });
    let mixed = if keys.len() > 1 {
        format!(
            "Runs come from {} environments, which are never compared with each other.",
            keys.len()
        )
    } else {
        String::new()
    };
    let text = noise + &mixed;
    (!text.is_empty()).then(|| text.trim_end().to_owned())
}
