//! Outputs of `sauva map` that are made for tests, seeded: units dealt to the first free slot, of which some fail.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::json;

use crate::results::{
    AttemptRow, ChainStages, CopyRow, Ended, FailureRow, MAP_SCHEMA, MapInputs, MapNode, MapRow,
    MapSummary, RowWriter, RunRow, SkippedRow, StageFacts, UnitState, What,
};

/// When the made runs began.
const START_S: f64 = 1_795_339_876.0;

/// What is to be made.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) units: u64,
    pub(crate) nodes: usize,
    /// Slots of each node.
    pub(crate) slots: usize,
    /// One of so many attempts fails; none where 0.
    pub(crate) fails: u32,
    /// The last units stay open.
    pub(crate) open: u64,
    /// Begins the name of each unit, and stands in what failed ones say.
    pub(crate) text: &'static str,
}

impl Default for Plan {
    fn default() -> Self {
        Self { units: 5, nodes: 1, slots: 2, fails: 0, open: 0, text: "" }
    }
}

/// A summary without counts.
pub(crate) fn summary() -> MapSummary {
    let summary = json!({
        "schema": MAP_SCHEMA, "tool": { "name": "sauva", "version": "9.8.7" },
        "run": {
            "id": "m1", "what": "repetitions", "start_unix_s": START_S, "tries": 1,
            "command": ["python3", "sim.py", "{rank}", "{param:alpha}"],
            "options": { "attempts": 3, "cpus-per-task": 1, "timeout": null },
        },
    });
    MapSummary::parse(summary.to_string().as_bytes()).unwrap()
}

struct Tables {
    runs: RowWriter<RunRow, File>,
    attempts: RowWriter<AttemptRow, File>,
    failures: RowWriter<FailureRow, File>,
}

fn table<R: MapRow>(output: &Path, parameters: &[String]) -> RowWriter<R, File> {
    RowWriter::new(File::create(output.join(R::FILE)).unwrap(), parameters).unwrap()
}

/// How an attempt ends that fails.
fn failure(random: &mut ChaCha8Rng) -> (Ended, Option<i32>) {
    match random.next_u32() % 10 {
        0 => (Ended::TimeLimit, Some(15)),
        1 => (Ended::OutOfMemory, Some(9)),
        2 => (Ended::Lost, None),
        3 => (Ended::Signal, Some(11)),
        _ => (Ended::Exited, Some(1)),
    }
}

/// Makes an output of units with the parameters `alpha`, of 5 values, and `seed`, of as many as there are units.
pub(crate) fn output(output: &Path, plan: &Plan) -> MapSummary {
    let mut random = ChaCha8Rng::seed_from_u64(plan.units);
    let parameters = ["alpha".to_owned(), "seed".to_owned()];
    let mut tables = Tables {
        runs: table(output, &parameters),
        attempts: table(output, &[]),
        failures: table(output, &[]),
    };
    let mut summary = summary();
    summary.run.parameters = parameters.to_vec();
    let node = |n: usize| MapNode {
        host: format!("{}node{n:03}", plan.text),
        mpi_ranks: 1,
        slots: plan.slots as u64,
        ..MapNode::default()
    };
    summary.nodes = (0..plan.nodes).map(node).collect();
    let mut free_s = vec![START_S + 0.25; plan.nodes * plan.slots];
    for rank in 0..plan.units {
        unit(rank, plan, &mut random, &mut tables, &mut summary, &mut free_s);
    }
    summary.units.total = plan.units;
    let end_s = free_s.iter().copied().fold(START_S, f64::max);
    let work_s = end_s - START_S - 0.25;
    summary.performance.work_s = work_s;
    summary.performance.wall_s = work_s + 0.5;
    summary.performance.busy_s = summary.nodes.iter().map(|node| node.busy_s).sum();
    summary.performance.cpu_s = summary.nodes.iter().map(|node| node.cpu_s).sum();
    summary.performance.efficiency =
        summary.performance.busy_s / (free_s.len() as f64 * work_s.max(1e-9));
    (summary.run.mpi_ranks, summary.run.nodes) = (plan.nodes as u64, plan.nodes as u64);
    summary.run.slots = free_s.len() as u64;
    let mut skipped = table::<SkippedRow>(output, &[]);
    if !plan.text.is_empty() {
        let row = SkippedRow { path: plan.text.into(), reason: format!("not-dicom{}", plan.text) };
        skipped.row(row.clone()).unwrap();
        summary.inputs = Some(MapInputs {
            files: plan.units + 1,
            bytes: 1_000_000,
            in_units: plan.units,
            skipped: BTreeMap::from([(row.reason, 1)]),
        });
        (summary.run.what, summary.run.by) = (What::Units, Some("series".into()));
    }
    skipped.finish().unwrap();
    tables.runs.finish().unwrap();
    tables.attempts.finish().unwrap();
    tables.failures.finish().unwrap();
    std::fs::write(output.join("summary.json"), summary.json().unwrap()).unwrap();
    summary
}

fn unit(
    rank: u64,
    plan: &Plan,
    random: &mut ChaCha8Rng,
    tables: &mut Tables,
    summary: &mut MapSummary,
    free_s: &mut [f64],
) {
    let unit = format!("{}{rank:06}", plan.text);
    let parameters = vec![format!("{}", (rank % 5) as f64 / 4.0), format!("{rank}")];
    let mut run = RunRow { rank, unit: unit.clone(), parameters, ..RunRow::default() };
    if rank >= plan.units - plan.open {
        summary.units.open += 1;
        tables.runs.row(run).unwrap();
        return;
    }
    loop {
        run.attempts += 1;
        let place = (0..free_s.len()).min_by(|a, b| free_s[*a].total_cmp(&free_s[*b])).unwrap();
        let node = &mut summary.nodes[place / plan.slots];
        let size = f64::from(random.next_u32() % 1000) / 1000.0;
        // The last node is slow.
        let slow = if place / plan.slots == plan.nodes - 1 && plan.nodes > 1 { 2.0 } else { 1.0 };
        let wall_s = (0.2 + size.powi(6) * 9.0 + (rank % 5) as f64 * 0.1) * slow;
        let fails = plan.fails > 0 && random.next_u32().is_multiple_of(plan.fails);
        let (ended, exit_status) = if fails { failure(random) } else { (Ended::Exited, Some(0)) };
        let attempt = AttemptRow {
            rank,
            unit: unit.clone(),
            attempt: run.attempts,
            mpi_rank: Some((place / plan.slots) as u32),
            host: node.host.clone(),
            slot: Some((place % plan.slots) as u32),
            gpus: String::new(),
            start_unix_s: Some(free_s[place]),
            wall_s: Some(wall_s),
            cpu_s: Some(wall_s * 0.9),
            peak_memory_bytes: Some(50_000_000 + rank * 1000),
            exit_status,
            ended: Some(ended),
        };
        free_s[place] += wall_s + 0.02;
        node.attempts += 1;
        node.busy_s += wall_s;
        node.cpu_s += wall_s * 0.9;
        node.peak_memory_bytes = node.peak_memory_bytes.max(50_000_000 + rank * 1000);
        let end = match exit_status.filter(|_| matches!(ended, Ended::Exited | Ended::Signal)) {
            Some(status) => format!("{} {status}", ended.name()),
            None => ended.name().to_owned(),
        };
        *summary.attempts.by_end.entry(end).or_default() += 1;
        summary.attempts.all += 1;
        let is_over = !fails || run.attempts == 3;
        if is_over {
            node.units += 1;
            run = RunRow {
                state: if fails { UnitState::Failed } else { UnitState::Done },
                host: attempt.host.clone(),
                mpi_rank: attempt.mpi_rank,
                slot: attempt.slot,
                start_unix_s: attempt.start_unix_s,
                wall_s: attempt.wall_s,
                cpu_s: attempt.cpu_s,
                peak_memory_bytes: attempt.peak_memory_bytes,
                exit_status,
                ended: Some(ended),
                files: Some(u64::from(!fails)),
                bytes: Some(u64::from(!fails) * 1000),
                ..run
            };
        }
        tables.attempts.row(attempt).unwrap();
        if is_over {
            break;
        }
    }
    if run.state == UnitState::Failed {
        summary.units.failed += 1;
        let line = format!("Traceback (most recent call last):\n  File \"sim.py\", line {rank}\n");
        let stderr_tail = format!("{}{line}", plan.text.repeat(20));
        let failed = FailureRow {
            rank,
            unit,
            attempts: run.attempts,
            ended: run.ended,
            exit_status: run.exit_status,
            stderr_tail,
        };
        tables.failures.row(failed).unwrap();
    } else {
        summary.units.done += 1;
    }
    tables.runs.row(run).unwrap();
}

/// Makes the output of a chain of four stages, of which the second limits it.
pub(crate) fn chain(output: &Path, copies: u32, text: &str) -> MapSummary {
    let mut table = table::<CopyRow>(output, &[]);
    let names = ["read", "red", "density", "axis"].map(|name| format!("{name}{text}"));
    let program = format!("python3 red.py{text}");
    for (n, name) in names.iter().enumerate() {
        for copy in 0..if n == 1 || n == 2 { copies } else { 1 } {
            let wait = f64::from(copy % 3);
            let states = [[1.0, 2.0, 1.0, 6.0], [0.5 + wait, 9.0, 0.3, 0.2], [7.0, 2.5, 0.4, 0.1]];
            let [read_s, process_s, write_s, blocked_s] =
                states.get(n).copied().unwrap_or([9.5, 0.4, 0.0, 0.0]);
            table
                .row(CopyRow {
                    stage: name.clone(),
                    copy,
                    mpi_rank: Some(copy % 2),
                    host: format!("node{}{text}", copy % 2),
                    program: program.clone(),
                    policy: "labeled".into(),
                    records_in: 1000,
                    records_out: 1000,
                    bytes_in: 64_000_000,
                    bytes_out: 64_000_000,
                    read_s,
                    process_s,
                    write_s,
                    blocked_s,
                    cpu_s: Some(process_s),
                    peak_memory_bytes: Some(80_000_000),
                    exit_status: Some(0),
                    ended: Some(Ended::Exited),
                })
                .unwrap();
        }
    }
    table.finish().unwrap();
    let mut summary = summary();
    summary.run.what = What::Chain;
    summary.run.command = vec!["chain.toml".into()];
    (summary.run.mpi_ranks, summary.run.nodes) = (2, 1);
    let stage = |(n, name): (usize, &String)| StageFacts {
        name: name.clone(),
        copies: if n == 1 || n == 2 { u64::from(copies) } else { 1 },
        program: program.clone(),
    };
    let stages = names.iter().enumerate().map(stage).collect();
    summary.chain = Some(ChainStages { stages });
    std::fs::write(output.join("summary.json"), summary.json().unwrap()).unwrap();
    summary
}
