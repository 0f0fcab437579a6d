//! This node, as far as a rank has to know it.

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
