//! How a run lies on the machine: nodes, ranks, threads and memory, found together by all ranks and told at
//! the start.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use rustix::thread::{CpuSet, sched_getaffinity};
use serde::{Deserialize, Serialize};

use super::machine::host;
use super::parcel::{decode, encode};
use crate::comm::{self, Comm};
use crate::config::{Isolation, Mode, RunConfig, Schedule};
use crate::process;

/// What a rank knows of its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) host: String,
    /// The cores that it may run on, by their numbers.
    pub(super) cores: BTreeSet<usize>,
    /// So many of them at once: a control group may allow less.
    pub(super) parallelism: usize,
}

impl Place {
    /// That of this rank.
    pub(super) fn of_this_rank() -> Self {
        let parallelism = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { host: host(), cores: cores(parallelism), parallelism }
    }
}

/// Why a rank has so many threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Asked,
    Slurm,
    OneEach,
    Shared,
}

/// How a rank lies on its node.
#[derive(Debug)]
pub(super) struct Layout {
    /// Threads of this rank.
    pub(super) threads: usize,
    /// Memory that the worker of this rank may use for files.
    pub(super) memory_bytes: u64,
    reason: Reason,
    memory_is_asked: bool,
    /// Of each node: its ranks, the cores that they may use together, and their threads.
    nodes: Vec<Node>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Node {
    ranks: usize,
    cores: usize,
    threads: usize,
}

impl Layout {
    /// All ranks find it together.
    pub(super) fn find(config: &RunConfig, comm: &dyn Comm) -> Self {
        let places = comm::all_gather(comm, encode(&Place::of_this_rank()));
        let places: Vec<Place> = places.iter().map(|place| decode(place)).collect();
        let here = cores_of(&places, &host());
        let (threads, reason) = threads(config, slurm_threads(), here, comm.size_on_node());
        let all = comm::all_gather(comm, encode(&threads));
        let all: Vec<usize> = all.iter().map(|threads| decode(threads)).collect();
        let share = process::memory_bytes() / comm.size_on_node() as u64 / 5 * 4;
        Self {
            threads,
            // The rest is for the ranks themselves and for the page cache.
            memory_bytes: config.memory_bytes.unwrap_or(share),
            reason,
            memory_is_asked: config.memory_bytes.is_some(),
            nodes: nodes(&places, &all),
        }
    }

    /// Rank 0 tells how the run lies, and why.
    pub(super) fn tell(&self, config: &RunConfig, comm: &dyn Comm) {
        if comm.rank() > 0 {
            return;
        }
        let text = self.text(config, comm.size()).unwrap_or_default();
        tracing::info!("{text}");
        let crowded = self.nodes.iter().filter(|node| node.threads > node.cores).count();
        if crowded > 0 {
            let threads = self.nodes.iter().map(|node| node.threads).max();
            let cores = self.nodes.iter().map(|node| node.cores).min();
            tracing::warn!(
                nodes = crowded,
                threads,
                cores,
                "ranks of a node have more threads than it has cores for them: start fewer ranks, or give \
                 --threads; under mpirun, --bind-to none lets them use all cores"
            );
        }
    }

    fn text(&self, config: &RunConfig, ranks: usize) -> Result<String, std::fmt::Error> {
        let sum = |of: fn(&Node) -> usize| self.nodes.iter().map(of).sum::<usize>();
        let mode = if self.threads == 1 && ranks > 1 { "ranks" } else { "threads" };
        let why_threads = match self.reason {
            Reason::Asked => "--threads",
            Reason::Slurm => "SLURM_CPUS_PER_TASK",
            Reason::OneEach => "--mode ranks",
            Reason::Shared => "the cores of a node, shared by its ranks",
        };
        let why_mode = match config.mode {
            Some(_) => "--mode",
            None if mode == "ranks" => "no cores are left for more than a thread a rank",
            None => "a rank has several cores, or is alone",
        };
        let schedule = config.schedule_of(ranks);
        let why_schedule = match (config.schedule, schedule) {
            (Some(_), _) => "--schedule",
            (None, Schedule::Static) => "one rank",
            (None, Schedule::Dynamic) => "several ranks",
        };
        let mut text = String::from("start\n");
        writeln!(
            text,
            "  cores     {} that may be used, on {} node(s)",
            sum(|it| it.cores),
            self.nodes.len()
        )?;
        writeln!(text, "  ranks     {ranks}")?;
        writeln!(text, "  threads   {} a rank: {why_threads}", self.threads)?;
        writeln!(text, "  mode      {mode}: {why_mode}")?;
        writeln!(text, "  schedule  {}: {why_schedule}", schedule.name())?;
        writeln!(text, "  codec     {}", config.codec)?;
        let memory = self.memory_bytes as f64 / 1e9;
        match config.isolation {
            Isolation::None => write!(text, "  memory    without bounds: --isolation none")?,
            Isolation::Process if self.memory_is_asked => {
                write!(text, "  memory    {memory:.1} GB a worker process: --memory")?;
            }
            Isolation::Process => write!(
                text,
                "  memory    {memory:.1} GB a worker process: four fifths of its share of the node"
            )?,
        }
        Ok(text)
    }
}

/// The cores that this process may run on; as many as it may use where the kernel does not say which.
fn cores(parallelism: usize) -> BTreeSet<usize> {
    match sched_getaffinity(None) {
        Ok(set) => (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect(),
        Err(_) => (0..parallelism).collect(),
    }
}

/// Threads of a rank, where Slurm says so.
pub(super) fn slurm_threads() -> Option<usize> {
    std::env::var("SLURM_CPUS_PER_TASK").ok().and_then(|n| n.parse().ok())
}

/// The cores that the ranks of a node may use together.
pub(super) fn cores_of(places: &[Place], host: &str) -> usize {
    let here = || places.iter().filter(|place| place.host == host);
    let all: BTreeSet<usize> = here().flat_map(|place| &place.cores).copied().collect();
    let bounded = here().any(|place| place.parallelism < place.cores.len());
    let most = here().map(|place| place.parallelism).max().unwrap_or(1);
    if bounded { most } else { all.len().max(1) }
}

/// Threads of a rank that shares so many cores with the ranks of its node.
fn threads(
    config: &RunConfig,
    slurm: Option<usize>,
    cores: usize,
    ranks: usize,
) -> (usize, Reason) {
    match (config.threads, config.mode, slurm) {
        (Some(threads), ..) => (threads, Reason::Asked),
        (None, Some(Mode::Ranks), _) => (1, Reason::OneEach),
        (None, _, Some(threads)) if threads > 0 => (threads, Reason::Slurm),
        _ => ((cores / ranks.max(1)).max(1), Reason::Shared),
    }
}

fn nodes(places: &[Place], threads: &[usize]) -> Vec<Node> {
    let mut nodes: BTreeMap<&str, Node> = BTreeMap::new();
    for (place, threads) in places.iter().zip(threads) {
        let node = nodes.entry(&place.host).or_default();
        node.ranks += 1;
        node.threads += threads;
    }
    for (host, node) in &mut nodes {
        node.cores = cores_of(places, host);
    }
    nodes.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: &str, cores: std::ops::Range<usize>, parallelism: usize) -> Place {
        Place { host: host.into(), cores: cores.collect(), parallelism }
    }

    #[test]
    fn cores_are_those_that_the_ranks_of_a_node_have_together() {
        // Bound to one core each, as Open MPI does with two ranks; free; held by a control group.
        let bound = [place("a", 0..1, 1), place("a", 1..2, 1), place("b", 0..1, 1)];
        assert_eq!((cores_of(&bound, "a"), cores_of(&bound, "b")), (2, 1));
        let free = [place("a", 0..8, 8), place("a", 0..8, 8)];
        assert_eq!(cores_of(&free, "a"), 8);
        let held = [place("a", 0..8, 3), place("a", 0..8, 3)];
        assert_eq!(cores_of(&held, "a"), 3);
    }

    #[test]
    fn nodes_add_up_their_ranks_and_threads() {
        let places = [place("a", 0..4, 4), place("b", 0..2, 2), place("a", 0..4, 4)];
        let found = nodes(&places, &[2, 3, 2]);
        let wanted = [(2, 4, 4), (1, 2, 3)];
        let wanted = wanted.map(|(ranks, cores, threads)| Node { ranks, cores, threads });
        assert_eq!(found, wanted);
    }
}
