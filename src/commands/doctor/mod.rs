//! `sauva doctor`: would a run work here? What was typed and the machine as each rank sees it in, one line for
//! each check out, with advice.
//!
//! A check is a function from what is `Asked` to a `Finding`. Those of the job are made by rank 0, those of a
//! node by the first rank of each, and all ranks tell which cores they have.

mod access;
mod cores;
mod finding;
mod limits;
mod mpi;
mod slurm;
mod storage;
mod table;

use std::path::Path;

use serde::{Deserialize, Serialize};

use self::finding::{Finding, Mark};
use self::storage::Probe;
use super::Conclusion;
use super::layout::{Place, slurm_threads};
use super::parcel::{decode, encode};
use crate::cli::DoctorArgs;
use crate::comm::{self, Comm, LauncherError};
use crate::config::new_path;
use crate::record::ExitStatus;

/// What every check may ask.
#[derive(Debug)]
struct Asked<'a> {
    args: &'a DoctorArgs,
    comm: &'a dyn Comm,
    /// Why the ranks that a launcher started could not be joined.
    refusal: Option<&'a LauncherError>,
    /// Where files may be tried, where --output was given and something can be made there.
    probe: Option<&'a Probe>,
}

/// A check.
#[derive(Clone, Copy)]
enum Check {
    Always(fn(&Asked<'_>) -> Finding),
    /// `None` where there is nothing to look at.
    Perhaps(fn(&Asked<'_>) -> Option<Finding>),
}

use Check::{Always, Perhaps};

/// Of the job, by rank 0.
const OF_THE_JOB: [Check; 7] = [
    Always(mpi::build),
    Always(mpi::launcher),
    Perhaps(mpi::library),
    Perhaps(slurm::time),
    Always(access::key),
    Perhaps(access::folders),
    Perhaps(storage::state),
];

/// Of a node, by its first rank.
const OF_A_NODE: [Check; 9] = [
    Perhaps(cores::quota),
    Always(limits::memory),
    Always(limits::open_files),
    Perhaps(limits::sizes),
    Always(limits::core_files),
    Perhaps(access::input),
    Perhaps(storage::kind),
    Perhaps(storage::space),
    Perhaps(storage::abilities),
];

/// What a rank hands to rank 0.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    place: Place,
    /// Cores that the node has for this job, whoever may use them.
    offered: usize,
    /// Threads that Slurm asks for.
    slurm_threads: Option<usize>,
    /// Of the node, from its first rank.
    findings: Vec<Finding>,
}

/// Whether the output would lie in the input.
fn lies_inside(output: &Path, input: Option<&Path>) -> bool {
    let input = input.and_then(|input| input.canonicalize().ok());
    let output = new_path(output).ok();
    input.zip(output).is_some_and(|(input, output)| output.starts_with(input))
}

/// Looks, on all ranks together; rank 0 returns the table. `refusal` tells why the ranks of a launcher could not
/// be joined.
pub fn execute(args: &DoctorArgs, comm: &dyn Comm, refusal: Option<&LauncherError>) -> Conclusion {
    // The launcher may tell each process of the others; what is tried is shared by all nodes.
    let (probe, cannot) = match (comm.rank(), &args.output) {
        // Nothing is tried where originals are.
        (0, Some(output)) if !lies_inside(output, args.input.as_deref()) => {
            Probe::make(output).map_or_else(|it| (None, Some(it)), |it| (it, None))
        }
        _ => (None, None),
    };
    let shared: Option<Probe> = decode(&comm::broadcast(comm, encode(&probe)));
    let asked = Asked { args, comm, refusal, probe: shared.as_ref() };
    let place = Place::of_this_rank();
    let hosts = comm::all_gather(comm, place.host.clone().into_bytes());
    let is_first = hosts.iter().position(|it| *it == place.host.as_bytes()) == Some(comm.rank());
    let findings = if is_first { look(&OF_A_NODE, &asked) } else { Vec::new() };
    let (offered, slurm_threads) = (cores::offered(), slurm_threads());
    let told = Told { place, offered, slurm_threads, findings };
    // Every rank has looked when rank 0 has heard of all: the probe may go.
    let Some(told) = comm::gather(comm, encode(&told)) else {
        return Conclusion { status: ExitStatus::Done, text: String::new() };
    };
    let told: Vec<Told> = told.iter().map(|told| decode(told)).collect();
    let mut job = look(&OF_THE_JOB, &asked);
    job.extend(cannot);
    if let Some(Err(error)) = probe.map(Probe::remove) {
        job.push(storage::left_behind(&error));
    }
    conclude(&job, &told)
}

fn look(checks: &[Check], asked: &Asked<'_>) -> Vec<Finding> {
    let look = |check: &Check| match check {
        Always(check) => Some(check(asked)),
        Perhaps(check) => check(asked),
    };
    checks.iter().filter_map(look).collect()
}

/// Rank 0 puts all of it together.
fn conclude(job: &[Finding], told: &[Told]) -> Conclusion {
    let nodes = table::nodes(told);
    let of_nodes = nodes.iter().flat_map(|node| &node.findings);
    let worst = job.iter().chain(of_nodes).map(|finding| finding.mark).max();
    let status = if worst == Some(Mark::Fail) { ExitStatus::Usage } else { ExitStatus::Done };
    Conclusion { status, text: table::text(job, &nodes) }
}
