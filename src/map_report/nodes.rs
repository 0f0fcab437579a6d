//! What each node did in the last try: the summary in, plots and a table out.

use askama::Template;

use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, bytes, count, counted, percent, real};
use crate::plot::{Bar, Bars};
use crate::results::{MapNode, MapSummary};

/// Nodes that are drawn, and that stand in the table.
const DRAWN: usize = 32;
const LISTED: usize = 512;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "nodes.html", config = "src/map_report/askama.toml")]
pub(super) struct Nodes {
    figures: Vec<Figure>,
    left_out: usize,
    table: Grid,
    unlisted: usize,
    cores: Option<String>,
    halvings: Option<String>,
}

impl Nodes {
    pub(super) fn new(summary: &MapSummary) -> anyhow::Result<Self> {
        let nodes = &summary.nodes;
        let work_s = summary.performance.work_s;
        let drawn = extremes(nodes, |node| busy_share(node, work_s), DRAWN);
        // One bar tells nothing that the table does not.
        let figures =
            if nodes.len() > 1 { vec![busy(&drawn, work_s)?, units(&drawn)?] } else { Vec::new() };
        let halved = nodes.iter().map(|node| node.halvings).fold(0, u64::saturating_add);
        let halved = counted(halved, "time", "times");
        let halvings = format!(
            "Slots were halved {halved}, because memory ran short or a node was loaded: with --slots or --memory a run \
             begins with what fits."
        );
        Ok(Self {
            figures,
            left_out: nodes.len() - drawn.len(),
            table: table(nodes, work_s),
            unlisted: nodes.len().saturating_sub(LISTED),
            cores: cores(summary),
            halvings: nodes.iter().any(|node| node.halvings > 0).then_some(halvings),
        })
    }
}

/// All of few; of many those with the least and the greatest value, in their order.
pub(super) fn extremes<T>(all: &[T], value: impl Fn(&T) -> f64, most: usize) -> Vec<&T> {
    if all.len() <= most {
        return all.iter().collect();
    }
    let mut by_value: Vec<usize> = (0..all.len()).collect();
    by_value.sort_by(|a, b| value(&all[*a]).total_cmp(&value(&all[*b])));
    let (least, rest) = by_value.split_at(most / 2);
    let mut chosen = [least, &rest[rest.len() - most / 2..]].concat();
    chosen.sort_unstable();
    chosen.into_iter().map(|at| &all[at]).collect()
}

/// The share of the time of its slots in which they had an attempt.
fn busy_share(node: &MapNode, work_s: f64) -> f64 {
    let whole = node.slots as f64 * work_s;
    if whole > 0.0 { node.busy_s / whole } else { 0.0 }
}

/// How many cores the attempts kept busy.
fn cores(summary: &MapSummary) -> Option<String> {
    let performance = &summary.performance;
    let cores = performance.cpu_s / performance.busy_s;
    cores.is_finite().then(|| {
        format!(
            "While an attempt ran, its processes kept {} cores busy on average: much less than --cpus-per-task is waiting, \
             such as for files; more is more threads than were asked for.",
            real(cores)
        )
    })
}

fn busy(nodes: &[&MapNode], work_s: f64) -> anyhow::Result<Figure> {
    let share = |node: &&MapNode| busy_share(node, work_s) * 100.0;
    let bar = |node: &&MapNode| Bar { label: label(&node.host), values: vec![share(node)] };
    let chart = Bars {
        title: "Busy share of slots by node".to_owned(),
        axis: "share of the time of the slots, %".to_owned(),
        parts: Vec::new(),
        rows: nodes.iter().map(bar).collect(),
        end: Some(100.0),
    };
    let heads = vec![words("Node"), number("Busy, %"), number("Slots")];
    let row = |node: &&MapNode| {
        let share = percent(busy_share(node, work_s));
        GridRow::new([super::shown(&node.host), share, count(node.slots)])
    };
    let data = Grid::new("nodes-busy", "Busy share of slots by node", heads);
    let note = "From the first attempt of the run to the last.";
    Ok(Figure::new(&chart, note, data.with(nodes.iter().map(row)))?)
}

fn units(nodes: &[&MapNode]) -> anyhow::Result<Figure> {
    let bar = |node: &&MapNode| Bar { label: label(&node.host), values: vec![node.units as f64] };
    let chart = Bars {
        title: "Units by node".to_owned(),
        axis: "units that ended there".to_owned(),
        parts: Vec::new(),
        rows: nodes.iter().map(bar).collect(),
        end: None,
    };
    let heads = vec![words("Node"), number("Units")];
    let row = |node: &&MapNode| GridRow::new([super::shown(&node.host), count(node.units)]);
    let data = Grid::new("nodes-units", "Units by node", heads);
    Ok(Figure::new(&chart, "", data.with(nodes.iter().map(row)))?)
}

/// A name that finds room beside a bar.
pub(super) fn label(host: &str) -> String {
    const LETTERS: usize = 24;
    let host = super::shown(host);
    match host.chars().count() {
        0 => "unknown".to_owned(),
        1..=LETTERS => host,
        _ => host.chars().take(LETTERS - 1).chain(['…']).collect(),
    }
}

fn table(nodes: &[MapNode], work_s: f64) -> Grid {
    let heads = vec![
        words("Node"),
        number("MPI ranks"),
        number("Slots"),
        number("Units"),
        number("Attempts"),
        number("Busy, s"),
        number("Busy, %"),
        number("CPU, s"),
        number("Peak memory, MB"),
        number("Halvings"),
    ];
    let row = |node: &MapNode| {
        GridRow::new([
            super::shown(&node.host),
            count(node.mpi_ranks),
            count(node.slots),
            count(node.units),
            count(node.attempts),
            amount(node.busy_s),
            percent(busy_share(node, work_s)),
            amount(node.cpu_s),
            crate::html::numbers::megabytes(node.peak_memory_bytes),
            count(node.halvings),
        ])
    };
    let most = nodes.iter().map(|node| node.peak_memory_bytes).max().unwrap_or(0);
    let caption = format!("What each node did; at most {} for an attempt", bytes(most));
    let grid = Grid::new("nodes-table", caption, heads);
    let grid = grid.with(nodes.iter().take(LISTED).map(row));
    if nodes.len() > 8 { grid.long() } else { grid }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_the_extremes_are_chosen_in_their_order() {
        let values: Vec<f64> = (0..100).map(|n| f64::from(n % 50)).collect();
        let chosen = extremes(&values, |value| *value, 4);
        assert_eq!(chosen, [&0.0, &49.0, &0.0, &49.0]);
        assert_eq!(extremes(&values[..3], |value| *value, 4).len(), 3);
    }

    #[test]
    fn a_node_without_time_is_not_busy() {
        let node = MapNode { slots: 2, busy_s: 5.0, ..MapNode::default() };
        assert!((busy_share(&node, 10.0) - 0.25).abs() < 1e-12);
        assert!(busy_share(&node, 0.0) == 0.0);
        assert_eq!(cores(&crate::map_report::tests::made::summary()), None);
    }
}
