//! The tables of the report: what was found in, cells out.

use super::super::bottlenecks::{Bottlenecks, Cost};
use super::super::digits::three_digits;
use super::super::fits::NoFit;
use super::super::laws::Laws;
use super::super::runs::Run;
use super::super::study::{Configuration, Study};
use crate::results::ACTIVITIES;

/// A cell for what cannot be said.
const NOTHING: &str = "–";

/// A configuration.
pub(super) struct ResultRow {
    pub(super) cells: Vec<String>,
}

/// The time of a series of configurations.
pub(super) struct CostTable {
    pub(super) title: String,
    /// Activities that cost anything worth a column.
    pub(super) header: Vec<&'static str>,
    /// A row for each number of processors: shares.
    pub(super) shares: Vec<Vec<String>>,
    /// The same: what the efficiency is made of.
    pub(super) factors: Vec<Vec<String>>,
}

/// What grew with the processors.
pub(super) struct GrowthTable {
    pub(super) title: String,
    pub(super) top: usize,
    pub(super) rows: Vec<[String; 5]>,
}

/// A law of a series.
pub(super) struct FitRow {
    pub(super) cells: [String; 5],
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), three_digits)
}

fn percent(value: f64) -> String {
    format!("{:.1}", value * 100.0)
}

/// The main table.
pub(super) fn results(study: &Study) -> Vec<ResultRow> {
    let row = |it: &Configuration| {
        let ci95 = it.time.ci95();
        let ci95 = ci95.map_or_else(
            || NOTHING.to_owned(),
            |(low, high)| format!("{} .. {}", three_digits(low), three_digits(high)),
        );
        let identical = it.identical.map_or(NOTHING, |is| if is { "yes" } else { "**no**" });
        let mark = if it.is_oversubscribed() { " (beyond the cores)" } else { "" };
        ResultRow {
            cells: vec![
                it.data.1.clone(),
                format!("{} x {}{mark}", it.ranks, it.threads),
                it.time.n.to_string(),
                three_digits(it.time.mean),
                cell(it.time.sd),
                three_digits(it.time.median),
                ci95,
                cell(it.mean_of(|run| Some(run.files_per_s))),
                cell(it.mean_of(|run| Some(run.mb_in_per_s))),
                cell(it.speedup),
                cell(it.speedup_sd),
                cell(it.efficiency),
                cell(it.karp_flatt),
                cell(it.mean_of(|run| run.load_balance)),
                cell(it.mean_of(Run::communication_efficiency)),
                three_digits(it.rss_peak_bytes() as f64 / 1e6),
                identical.to_owned(),
            ],
        }
    };
    study.configurations.iter().map(row).collect()
}

/// Shares of time, and what the efficiency is made of.
pub(super) fn costs(found: &[Bottlenecks]) -> Vec<CostTable> {
    found.iter().map(cost_table).collect()
}

fn title(it: &Bottlenecks) -> String {
    format!("{}, {}", it.data.1, it.axis.name())
}

fn cost_table(it: &Bottlenecks) -> CostTable {
    let shown: Vec<usize> = (0..ACTIVITIES.len())
        .filter(|&n| it.costs.iter().any(|cost| cost.shares[n] >= 0.0005))
        .collect();
    let shares = |cost: &Cost| {
        let cells = shown.iter().map(|&n| percent(cost.shares[n]));
        std::iter::once(name_of(cost)).chain(cells).collect()
    };
    let factors = |cost: &Cost| {
        vec![
            name_of(cost),
            cell(cost.efficiency),
            cell(Some(cost.useful)),
            cell(cost.scalability),
            cell(cost.load_balance),
            cell(cost.comm_eff),
            three_digits(cost.init_s),
            three_digits(cost.scan_s),
            percent(cost.comm),
        ]
    };
    CostTable {
        title: title(it),
        header: shown.iter().map(|&n| ACTIVITIES[n].trim_end_matches("_s")).collect(),
        shares: it.costs.iter().map(shares).collect(),
        factors: it.costs.iter().map(factors).collect(),
    }
}

fn name_of(cost: &Cost) -> String {
    format!("{}{}", cost.p, if cost.oversubscribed { " (beyond the cores)" } else { "" })
}

/// What grew, by series.
pub(super) fn growth(found: &[Bottlenecks]) -> Vec<GrowthTable> {
    let table = |it: &Bottlenecks| {
        let top = it.top()?.p;
        let grown = it.growth(top);
        let rows =
            grown.iter().filter(|one| one.base_ms >= 0.0005 || one.top_ms >= 0.0005).map(|one| {
                let factor = if one.base_ms > 0.0 {
                    three_digits(one.top_ms / one.base_ms)
                } else {
                    NOTHING.to_owned()
                };
                let (base, top) = (three_digits(one.base_ms), three_digits(one.top_ms));
                [one.activity.to_owned(), base, top, three_digits(one.added_ms()), factor]
            });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| GrowthTable { title: title(it), top, rows })
    };
    found.iter().filter_map(table).collect()
}

/// Laws, a row each.
pub(super) fn fits(laws: &[Laws]) -> Vec<FitRow> {
    let mut rows = Vec::new();
    for laws in laws {
        let series = format!("{}, {}", laws.dataset, laws.axis);
        let mut add = |law: &str, found: Result<(String, Option<f64>, usize), NoFit>| {
            let (text, r2, points) = match found {
                Ok((text, r2, points)) => (text, cell(r2), points.to_string()),
                Err(why) => (format!("not fitted: {why}"), NOTHING.to_owned(), NOTHING.to_owned()),
            };
            rows.push(FitRow { cells: [series.clone(), law.to_owned(), text, r2, points] });
        };
        if let Some(found) = laws.amdahl {
            add(
                "Amdahl, T = a + b/p",
                found.map(|law| {
                    let limit = law.limit().map_or_else(
                        || "no limit".to_owned(),
                        |limit| format!("limit {}", three_digits(limit)),
                    );
                    let (a, b, f) = (
                        three_digits(law.a_s),
                        three_digits(law.b_s),
                        three_digits(law.serial_fraction),
                    );
                    (format!("a = {a} s, b = {b} s, f = {f}, {limit}"), law.r2, law.points)
                }),
            );
        }
        if let Some(found) = laws.usl {
            add(
                "USL, C = p / (1 + A(p-1) + Bp(p-1))",
                found.map(|law| {
                    let peak = law.peak().map_or_else(
                        || "no peak".to_owned(),
                        |peak| format!("peak at p = {}", three_digits(peak)),
                    );
                    let (a, b) = (three_digits(law.contention), three_digits(law.coherency));
                    (format!("A = {a}, B = {b}, {peak}"), law.r2, law.points)
                }),
            );
        }
        if let Some(found) = laws.gustafson {
            add(
                "Gustafson, S = p - f(p-1)",
                found.map(|law| {
                    (format!("f = {}", three_digits(law.serial_fraction)), law.r2, law.points)
                }),
            );
        }
    }
    rows
}
