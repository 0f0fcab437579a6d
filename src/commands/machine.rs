//! What the kernel says of this process and this host.

use std::fs;

use crate::results::RankMetrics;

/// What this process has used so far, into its metrics, from `/proc/self` (proc(5)). Where the kernel
/// gives no answer, a zero stands.
pub(super) fn measure_process(metrics: &mut RankMetrics) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    (metrics.cpu_user_s, metrics.cpu_sys_s) = processor_seconds(&stat);
    metrics.rss_peak_bytes = field(&status, "VmHWM:") * 1024;
    metrics.io_read_bytes = field(&io, "read_bytes:");
    metrics.io_write_bytes = field(&io, "write_bytes:");
    metrics.ctx_invol = field(&status, "nonvoluntary_ctxt_switches:");
}

/// Fields 14 and 15 of proc(5) stat, counted behind the command's name, which may hold spaces.
fn processor_seconds(stat: &str) -> (f64, f64) {
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = behind_name.split_whitespace().skip(11).map(|n| n.parse().unwrap_or(0.0));
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    (fields.next().unwrap_or(0.0) / ticks, fields.next().unwrap_or(0.0) / ticks)
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The name of this host.
pub(super) fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Threads for one of `ranks_here` ranks on this node: what Slurm gave the task, else an equal share
/// of the cores that this process may use.
pub(super) fn threads(ranks_here: usize) -> usize {
    let slurm = std::env::var("SLURM_CPUS_PER_TASK").ok().and_then(|n| n.parse().ok());
    slurm.filter(|threads| *threads > 0).unwrap_or_else(|| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        (cores / ranks_here.max(1)).max(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_a_name_with_spaces() {
        let stat = "7 (a b) c) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0";
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(processor_seconds(stat), (250.0 / ticks, 50.0 / ticks));
    }

    #[test]
    fn this_process_uses_memory() {
        let mut metrics = RankMetrics::default();
        measure_process(&mut metrics);
        assert!(metrics.rss_peak_bytes > 100_000);
    }
}
