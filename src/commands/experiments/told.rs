//! The last words: an examination in; out comes whether all is well, and a short table.

use std::fmt::Write;

use anyhow::Result;

use crate::experiments::{Analysis, Configuration, three_digits};

/// Whether outputs are identical and efficient enough, and what to tell. `place` says where the report is.
pub(super) fn told(
    analysis: &Analysis,
    least_efficiency: Option<f64>,
    plots: usize,
    place: &str,
) -> Result<(bool, String)> {
    let mut text = String::new();
    for examined in &analysis.studies {
        writeln!(text, "{}", examined.study.name())?;
        writeln!(
            text,
            "  {:<16} {:>14} {:>3} {:>18} {:>9} {:>10}  same bytes",
            "data", "ranks x threads", "n", "time (s)", "speed-up", "efficiency"
        )?;
        for configuration in &examined.study.configurations {
            row(&mut text, configuration)?;
        }
        writeln!(text)?;
    }
    let is_identical = identical(&mut text, analysis)?;
    let is_efficient = match least_efficiency {
        Some(least) => efficient(&mut text, analysis, least)?,
        None => true,
    };
    writeln!(
        text,
        "  {place}; in RESULTS: experiments.csv, runs.json, fits.json, plots/ ({plots} plots, SVG and PNG)"
    )?;
    Ok((is_identical && is_efficient, text))
}

fn row(text: &mut String, it: &Configuration) -> Result<()> {
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), three_digits);
    let half =
        it.time.ci95_half().map_or_else(String::new, |half| format!(" ± {}", three_digits(half)));
    let time = format!("{}{half}", three_digits(it.time.mean));
    let shape = format!("{} x {}", it.ranks, it.threads);
    let same = match it.identical {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "-",
    };
    let beyond = if it.is_oversubscribed() { "  beyond the cores" } else { "" };
    writeln!(
        text,
        "  {:<16} {shape:>15} {:>3} {time:>18} {:>9} {:>10}  {same}{beyond}",
        it.data.1,
        it.time.n,
        cell(it.speedup),
        cell(it.efficiency),
    )?;
    Ok(())
}

fn identical(text: &mut String, analysis: &Analysis) -> Result<bool> {
    let others = analysis.not_identical();
    if others.is_empty() {
        return Ok(true);
    }
    let names: Vec<String> = others.into_iter().map(Configuration::name).collect();
    writeln!(
        text,
        "  NOT THE SAME BYTES as the base: {}. Were key and input the same? If so, please report it.",
        names.join("; ")
    )?;
    Ok(false)
}

fn efficient(text: &mut String, analysis: &Analysis, least: f64) -> Result<bool> {
    let (below, asked) = analysis.below(least);
    if asked == 0 {
        writeln!(
            text,
            "  --fail-below-efficiency: there is nothing to judge: no runs on several processors that \
             the cores have room for, with a base"
        )?;
        return Ok(false);
    }
    if below.is_empty() {
        writeln!(text, "  all {asked} configurations have an efficiency of at least {least}")?;
        return Ok(true);
    }
    let found = |it: &&Configuration| {
        format!("{} ({})", it.name(), three_digits(it.efficiency.unwrap_or_default()))
    };
    let found: Vec<String> = below.iter().map(found).collect();
    writeln!(text, "  BELOW THE EFFICIENCY of {least}: {}", found.join("; "))?;
    Ok(false)
}
