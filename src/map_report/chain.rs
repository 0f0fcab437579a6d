//! The stages of a chain and their copies: `chain.csv` in, the time of each by state and what limits the chain out.

use askama::Template;

use super::Source;
use super::nodes::extremes;
use crate::html::figure::Figure;
use crate::html::grid::{Grid, GridRow, number, words};
use crate::html::numbers::{amount, count, megabytes, percent};
use crate::html::page::Section;
use crate::html::trouble::Trouble;
use crate::plot::{Bar, Bars};
use crate::results::{CopyRow, Ended, MapRow, RowReader, StageFacts};

/// Copies that are drawn, and that stand in the table.
const DRAWN: usize = 40;
const LISTED: usize = 512;
/// What a copy does with its time, in the order of its columns.
const STATES: [&str; 4] = ["read", "process", "write", "blocked"];
/// A stage that computes less of its time does not limit a chain.
const BUSY: f64 = 0.5;

/// The section as its template takes it.
#[derive(Debug, Template)]
#[template(path = "chain.html", config = "src/map_report/askama.toml")]
struct Copies {
    limit: Option<String>,
    figure: Option<Figure>,
    left_out: usize,
    stages: Grid,
    shares: Grid,
    table: Grid,
    unlisted: usize,
}

/// The section of a chain.
pub(super) fn add(source: &mut Source<'_>) -> anyhow::Result<()> {
    let copies = match read(source) {
        Ok(copies) => copies,
        Err(error) => {
            let trouble = vec![Trouble::new(CopyRow::FILE, &error)];
            source.sections.push(Section::empty("chain", "Stages and their copies", trouble));
            return Ok(());
        }
    };
    let failed = copies.iter().filter(|copy| !copy.is_done()).count() as u64;
    source.seen.copies = Some([copies.len() as u64, failed]);
    let drawn = extremes(&copies, |copy| copy.process_s, DRAWN);
    let stages = stages(source, &copies);
    let section = Copies {
        limit: limit(&stages),
        figure: if drawn.is_empty() { None } else { Some(figure(&drawn)?) },
        left_out: copies.len() - drawn.len(),
        stages: of_stages(&stages),
        shares: shares(&stages),
        table: table(&copies),
        unlisted: copies.len().saturating_sub(LISTED),
    };
    source.add("chain", "Stages and their copies", &section, Vec::new())
}

/// The copies, which are as many as a run has processes.
fn read(source: &Source<'_>) -> std::io::Result<Vec<CopyRow>> {
    RowReader::<CopyRow>::open(source.output)?.collect()
}

fn states(copy: &CopyRow) -> [f64; 4] {
    [copy.read_s, copy.process_s, copy.write_s, copy.blocked_s]
        .map(|seconds| if seconds.is_finite() { seconds.max(0.0) } else { 0.0 })
}

/// A stage, with the times of its copies added up.
#[derive(Debug, Default)]
struct Stage {
    name: String,
    program: String,
    policy: String,
    copies: u64,
    records: [u64; 2],
    bytes: [u64; 2],
    states_s: [f64; 4],
}

impl Stage {
    /// The share of the time of its copies in a state.
    fn share(&self, state: usize) -> f64 {
        let whole: f64 = self.states_s.iter().sum();
        if whole > 0.0 { self.states_s[state] / whole } else { 0.0 }
    }
}

/// In the order of the chain.
fn stages(source: &Source<'_>, copies: &[CopyRow]) -> Vec<Stage> {
    let told = source.summary.chain.as_ref().map_or(&[][..], |chain| &chain.stages);
    let stage = |facts: &StageFacts| {
        let (name, program) = (facts.name.clone(), facts.program.clone());
        let mut stage = Stage { name, program, ..Stage::default() };
        for copy in copies.iter().filter(|copy| copy.stage == facts.name) {
            stage.copies += 1;
            stage.policy.clone_from(&copy.policy);
            let add = |all: &mut [u64; 2], more: [u64; 2]| {
                *all = [0, 1].map(|at| all[at].saturating_add(more[at]));
            };
            add(&mut stage.records, [copy.records_in, copy.records_out]);
            add(&mut stage.bytes, [copy.bytes_in, copy.bytes_out]);
            for (all, state) in stage.states_s.iter_mut().zip(states(copy)) {
                *all += state;
            }
        }
        stage
    };
    told.iter().take(LISTED).map(stage).collect()
}

/// Which stage the others wait for.
fn limit(stages: &[Stage]) -> Option<String> {
    let busiest = stages.iter().max_by(|a, b| a.share(1).total_cmp(&b.share(1)))?;
    let share = percent(busiest.share(1));
    let name = super::shown(&busiest.name);
    if busiest.share(1) >= BUSY {
        return Some(format!(
            "The stage {name} limits the chain: its copies computed {share} % of their time. More copies of it would \
             help, as long as there are cores."
        ));
    }
    Some(format!(
        "No stage computed more than {share} % of its time, as {name} did: handing records over takes the rest, so that \
         larger records or fewer copies would help."
    ))
}

fn label(copy: &CopyRow) -> String {
    super::nodes::label(&format!("{} {}", copy.stage, copy.copy))
}

fn figure(copies: &[&CopyRow]) -> anyhow::Result<Figure> {
    let bar = |copy: &&CopyRow| Bar { label: label(copy), values: states(copy).to_vec() };
    let chart = Bars {
        title: "Time of copies by state".to_owned(),
        axis: "time, s".to_owned(),
        parts: STATES.map(str::to_owned).to_vec(),
        rows: copies.iter().map(bar).collect(),
        end: None,
    };
    let heads = STATES.map(|state| number(&format!("{state}, s")));
    let heads = [words("Stage and copy")].into_iter().chain(heads).collect();
    let row = |copy: &&CopyRow| {
        let name = super::shown(&format!("{} {}", copy.stage, copy.copy));
        GridRow::new([name].into_iter().chain(states(copy).map(amount)))
    };
    let data = Grid::new("copies", "Time of copies by state", heads);
    let note = "Read is waiting for records and taking them; process is computing; write is handing records over; blocked \
                is wanting to, while the next stage is full.";
    Ok(Figure::new(&chart, note, data.with(copies.iter().map(row)))?)
}

fn of_stages(stages: &[Stage]) -> Grid {
    let heads = vec![
        words("Stage"),
        words("Program"),
        words("Policy"),
        number("Copies"),
        number("Records in"),
        number("Records out"),
        number("In, MB"),
        number("Out, MB"),
    ];
    let row = |stage: &Stage| {
        GridRow::new([
            super::shown(&stage.name),
            super::shown(&stage.program),
            super::shown(&stage.policy),
            count(stage.copies),
            count(stage.records[0]),
            count(stage.records[1]),
            megabytes(stage.bytes[0]),
            megabytes(stage.bytes[1]),
        ])
    };
    Grid::new("stages", "The stages in their order", heads).with(stages.iter().map(row))
}

fn shares(stages: &[Stage]) -> Grid {
    let heads = STATES.map(|state| number(&format!("{state}, %")));
    let heads = [words("Stage")].into_iter().chain(heads).collect();
    let row = |stage: &Stage| {
        let shares = [0, 1, 2, 3].map(|state| percent(stage.share(state)));
        GridRow::new([super::shown(&stage.name)].into_iter().chain(shares))
    };
    let caption = "Shares of the time of all copies of a stage";
    Grid::new("stage-shares", caption, heads).with(stages.iter().map(row))
}

fn table(copies: &[CopyRow]) -> Grid {
    let heads = vec![
        words("Stage"),
        number("Copy"),
        words("Node"),
        number("MPI rank"),
        number("Records in"),
        number("Records out"),
        number("CPU, s"),
        number("Peak memory, MB"),
        words("Ended"),
    ];
    let end = |copy: &CopyRow| match (copy.ended, copy.exit_status) {
        (Some(Ended::Exited | Ended::Signal), Some(status)) => {
            format!("{} {status}", copy.ended.map_or("", Ended::name))
        }
        (Some(ended), _) => ended.name().to_owned(),
        (None, _) => String::new(),
    };
    let row = |copy: &CopyRow| {
        GridRow::new([
            super::shown(&copy.stage),
            count(u64::from(copy.copy)),
            super::shown(&copy.host),
            copy.mpi_rank.map_or_else(String::new, |rank| count(u64::from(rank))),
            count(copy.records_in),
            count(copy.records_out),
            copy.cpu_s.map_or_else(String::new, amount),
            copy.peak_memory_bytes.map_or_else(String::new, megabytes),
            end(copy),
        ])
    };
    let grid = Grid::new("copies-table", "What each copy did", heads);
    let grid = grid.with(copies.iter().take(LISTED).map(row)).without_empty();
    if copies.len() > 8 { grid.long() } else { grid }
}
