//! `metrics.csv`: what each rank measured of its own work, and one `all` row for the run. All times are in
//! seconds.
//!
//! Summed over the threads of a rank's crew: `read_s` to `write_s`, each stage without the stages inside of it
//! (`verify_s` is no part of `encode_s`); `other_s`, at a file between its stages; `wait_s`, without a file,
//! from the crew's start to its end; `pipe_s`, telling the rank what was begun and done. They come to `crew_s`,
//! which the same threads measure apart from them. What a worker process that died had not told is in none.
//!
//! Of a rank's main thread: `comm_s` in calls that send or receive, `idle_s` waiting for the slowest rank.
//!
//! Wall time: `wall_s`, `init_s`, `scan_s`, `work_s`.

use serde::{Deserialize, Serialize};

use super::Durations;
use crate::process::Usage;
use crate::stage::{Activity, Stage, StageTimings};

/// The version of the columns.
pub const METRICS_SCHEMA: u32 = 3;

/// Where the time of a crew's threads goes: columns in seconds, which come to `crew_s`.
pub const ACTIVITIES: [&str; 11] = [
    "read_s", "deid_s", "redact_s", "decode_s", "encode_s", "verify_s", "stats_s", "write_s",
    "other_s", "wait_s", "pipe_s",
];

/// What the rows of one run have in common.
#[derive(Debug, Clone)]
pub struct RunShape {
    /// A name for the run, unique in time.
    pub run_id: String,
    /// `mpi`, `threads` or `hybrid`.
    pub mode: &'static str,
    /// Ranks of the run.
    pub ranks: usize,
}

/// What one rank measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RankMetrics {
    /// Name of the host.
    pub host: String,
    /// Threads of the rank.
    pub threads: usize,
    /// Files taken through.
    pub files: u64,
    /// Of these quarantined.
    pub files_failed: u64,
    /// Bytes of the input files.
    pub bytes_in: u64,
    /// Bytes of the output files.
    pub bytes_out: u64,
    /// Samples that were measured.
    pub pixels: u64,
    /// From start to the end of the gather.
    pub wall_s: f64,
    /// Until the scan: key, checks, MPI.
    pub init_s: f64,
    /// Scan of the input, on rank 0.
    pub scan_s: f64,
    /// From the first file to the last, without waiting for work.
    pub work_s: f64,
    /// Of the main thread: sending and receiving, without waiting for something to be there.
    pub comm_s: f64,
    /// Of the main thread: waiting for work, and for the slowest rank.
    pub idle_s: f64,
    /// Where the time of the crew's threads has gone, from its start to its end.
    pub stages: StageTimings,
    /// How long its files took.
    pub durations: Durations,
    /// What its processes have used.
    pub usage: Usage,
}

/// A row of the file. The order of the fields is the order of the columns.
#[derive(Debug, Serialize)]
struct Row<'a> {
    schema: u32,
    run_id: &'a str,
    mode: &'a str,
    ranks: usize,
    threads: usize,
    scope: &'a str,
    rank: Option<usize>,
    host: &'a str,
    files: u64,
    files_failed: u64,
    bytes_in: u64,
    bytes_out: u64,
    pixels: u64,
    wall_s: f64,
    init_s: f64,
    scan_s: f64,
    work_s: f64,
    read_s: f64,
    deid_s: f64,
    redact_s: f64,
    decode_s: f64,
    encode_s: f64,
    verify_s: f64,
    stats_s: f64,
    write_s: f64,
    other_s: f64,
    wait_s: f64,
    pipe_s: f64,
    crew_s: f64,
    comm_s: f64,
    idle_s: f64,
    cpu_user_s: f64,
    cpu_sys_s: f64,
    rss_peak_bytes: u64,
    io_read_bytes: u64,
    io_write_bytes: u64,
    ctx_invol: u64,
    files_per_s: f64,
    mb_in_per_s: f64,
    ratio: f64,
    load_balance: Option<f64>,
    parallel_eff: Option<f64>,
}

/// The table: a row a rank in rank order, then the `all` row.
pub fn metrics_csv(shape: &RunShape, ranks: &[RankMetrics]) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for (number, rank) in ranks.iter().enumerate() {
        out.serialize(row(shape, rank, Some(number)))?;
    }
    let all = sum(ranks);
    let mut last = row(shape, &all, None);
    last.load_balance = load_balance(ranks);
    last.parallel_eff = parallel_efficiency(ranks);
    out.serialize(last)?;
    Ok(out.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn row<'a>(shape: &'a RunShape, rank: &'a RankMetrics, number: Option<usize>) -> Row<'a> {
    Row {
        schema: METRICS_SCHEMA,
        run_id: &shape.run_id,
        mode: shape.mode,
        ranks: shape.ranks,
        threads: rank.threads,
        scope: if number.is_some() { "rank" } else { "all" },
        rank: number,
        host: &rank.host,
        files: rank.files,
        files_failed: rank.files_failed,
        bytes_in: rank.bytes_in,
        bytes_out: rank.bytes_out,
        pixels: rank.pixels,
        wall_s: rank.wall_s,
        init_s: rank.init_s,
        scan_s: rank.scan_s,
        work_s: rank.work_s,
        read_s: rank.stages.seconds(Stage::Read),
        deid_s: rank.stages.seconds(Stage::Deidentify),
        redact_s: rank.stages.seconds(Stage::Redact),
        decode_s: rank.stages.seconds(Stage::Decode),
        encode_s: rank.stages.seconds(Stage::Encode),
        verify_s: rank.stages.seconds(Stage::Verify),
        stats_s: rank.stages.seconds(Stage::Measure),
        write_s: rank.stages.seconds(Stage::Write),
        other_s: rank.stages.spent(Activity::File),
        wait_s: rank.stages.spent(Activity::Waiting),
        pipe_s: rank.stages.spent(Activity::Pipe),
        crew_s: rank.stages.lived_s(),
        comm_s: rank.comm_s,
        idle_s: rank.idle_s,
        cpu_user_s: rank.usage.cpu_user_s,
        cpu_sys_s: rank.usage.cpu_sys_s,
        rss_peak_bytes: rank.usage.rss_peak_bytes,
        io_read_bytes: rank.usage.io_read_bytes,
        io_write_bytes: rank.usage.io_write_bytes,
        ctx_invol: rank.usage.ctx_invol,
        files_per_s: per(rank.files as f64, rank.wall_s),
        mb_in_per_s: per(rank.bytes_in as f64 / 1e6, rank.wall_s),
        ratio: per(rank.bytes_in as f64, rank.bytes_out as f64),
        load_balance: None,
        parallel_eff: None,
    }
}

/// Counts and processor time add up, and so do the times of threads, of crews and main threads; wall times are
/// those of the slowest rank.
pub(super) fn sum(ranks: &[RankMetrics]) -> RankMetrics {
    let mut all = RankMetrics::default();
    for rank in ranks {
        all.threads += rank.threads;
        all.files += rank.files;
        all.files_failed += rank.files_failed;
        all.bytes_in += rank.bytes_in;
        all.bytes_out += rank.bytes_out;
        all.pixels += rank.pixels;
        all.wall_s = all.wall_s.max(rank.wall_s);
        all.init_s = all.init_s.max(rank.init_s);
        all.scan_s = all.scan_s.max(rank.scan_s);
        all.work_s = all.work_s.max(rank.work_s);
        all.comm_s += rank.comm_s;
        all.idle_s += rank.idle_s;
        all.stages.merge(&rank.stages);
        all.durations.merge(&rank.durations);
        let peak = all.usage.rss_peak_bytes.max(rank.usage.rss_peak_bytes);
        all.usage += rank.usage;
        all.usage.rss_peak_bytes = peak;
    }
    all
}

/// Mean over maximum of the ranks' working time (the POP metric): 1 is perfect.
pub(super) fn load_balance(ranks: &[RankMetrics]) -> Option<f64> {
    let longest = ranks.iter().map(|rank| rank.work_s).fold(0.0, f64::max);
    let mean = ranks.iter().map(|rank| rank.work_s).sum::<f64>() / ranks.len() as f64;
    (longest > 0.0).then(|| mean / longest)
}

/// Mean working time over the run's wall time (POP): what is lost is start, waiting and gathering.
pub(super) fn parallel_efficiency(ranks: &[RankMetrics]) -> Option<f64> {
    let wall = ranks.iter().map(|rank| rank.wall_s).fold(0.0, f64::max);
    let mean = ranks.iter().map(|rank| rank.work_s).sum::<f64>() / ranks.len() as f64;
    (wall > 0.0).then(|| mean / wall)
}

pub(super) fn per(amount: f64, of: f64) -> f64 {
    if of > 0.0 { amount / of } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_row_a_rank_and_one_for_all() {
        let rank = |files, work_s| RankMetrics {
            files,
            work_s,
            wall_s: 2.0,
            threads: 1,
            ..RankMetrics::default()
        };
        let shape = RunShape { run_id: "r".into(), mode: "mpi", ranks: 2 };
        let table = metrics_csv(&shape, &[rank(3, 1.0), rank(5, 2.0)]).unwrap();
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let rows: Vec<std::collections::HashMap<String, String>> =
            reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!((rows[2]["scope"].as_str(), rows[2]["files"].as_str()), ("all", "8"));
        assert_eq!(rows[2]["load_balance"], "0.75");
        assert_eq!(rows[2]["files_per_s"], "4.0");
    }
}
