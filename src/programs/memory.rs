//! What programs take of the memory: the sum over a program's processes, and how often the kernel has killed for
//! want of it.

use std::collections::HashSet;
use std::fs;

use rustix::process::Pid;

use super::processes::{attempt_of, children, is_within, orphans, proportional_bytes, stat};
use crate::process::group_values;

/// A program to be measured.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) leader: Pid,
    pub(super) attempt: String,
}

/// Resident memory of each program, in bytes. Pages that several of its processes share count for each; where
/// that makes more than the limit, they are counted once, which takes the kernel longer to find out.
pub(super) fn resident_bytes(programs: &[Measured], limit: Option<u64>) -> Vec<u64> {
    let orphans: Vec<Orphan> = orphans().into_iter().filter_map(Orphan::look).collect();
    let one = |program: &Measured| {
        let group = program.leader.as_raw_nonzero().get();
        let daemons = orphans.iter().filter(|it| it.is_of(group, &program.attempt));
        let family = family([program.leader].into_iter().chain(daemons.map(|it| it.pid)));
        let sum = family.iter().filter_map(|pid| stat(*pid)).map(|it| it.resident_bytes).sum();
        if family.len() < 2 || limit.is_none_or(|limit| sum <= limit) {
            return sum;
        }
        // One that has ended meanwhile takes nothing; where the kernel shows none of them, the sum stands.
        let shares: Vec<u64> = family.iter().filter_map(|pid| proportional_bytes(*pid)).collect();
        if shares.is_empty() { sum } else { shares.iter().sum() }
    };
    programs.iter().map(one).collect()
}

/// These processes and all their descendants.
fn family(roots: impl Iterator<Item = Pid>) -> HashSet<Pid> {
    let mut open: Vec<Pid> = roots.collect();
    let mut family = HashSet::new();
    while let Some(pid) = open.pop() {
        if family.insert(pid) {
            open.extend(children(pid));
        }
    }
    family
}

struct Orphan {
    pid: Pid,
    group: i32,
    mark: Option<String>,
}

impl Orphan {
    fn look(pid: Pid) -> Option<Self> {
        Some(Self { pid, group: stat(pid)?.group, mark: attempt_of(pid) })
    }

    fn is_of(&self, group: i32, attempt: &str) -> bool {
        self.group == group || self.mark.as_ref().is_some_and(|mark| is_within(mark, attempt))
    }
}

/// How often the kernel has killed a process for want of memory, in the control groups of this process
/// (cgroups(7), `memory.events` or `memory.oom_control`) and on the node (proc(5), `/proc/vmstat`). The number only
/// grows; one kill may count several times.
pub(super) fn kernel_kills() -> u64 {
    let groups = group_values("memory", "memory.events", "memory.oom_control");
    let node = fs::read_to_string("/proc/vmstat").unwrap_or_default();
    groups.iter().chain([&node]).map(|text| kills(text)).sum()
}

fn kills(text: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counters_of_both_versions_are_read() {
        assert_eq!(kills("low 0\nhigh 2\nmax 7\noom 3\noom_kill 2\noom_group_kill 1\n"), 2);
        assert_eq!(kills("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"), 5);
        assert_eq!(kills(""), 0);
    }
}
