//! The cores of a node: which its ranks may use, and whether they are left idle or shared by too many threads.

use std::fs;

use super::finding::Finding;
use super::{Asked, Told};
use crate::commands::layout::{Place, cores_of};
use crate::process;

/// Cores that this node has for the job: those of the control group's set, or all that are there; not more than
/// Slurm says.
pub(super) fn offered() -> usize {
    let of_group =
        process::group_values("cpuset", "cpuset.cpus.effective", "cpuset.effective_cpus")
            .iter()
            .filter_map(|set| count(set))
            .min();
    let online = || fs::read_to_string("/sys/devices/system/cpu/online").ok();
    let found = of_group.or_else(|| count(&online()?));
    let slurm = std::env::var("SLURM_CPUS_ON_NODE").ok().and_then(|cores| cores.parse().ok());
    let all = [found, slurm].into_iter().flatten().filter(|cores| *cores > 0).min();
    all.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// How many numbers a list such as `0-3,8` has (cpuset(7), "List format").
fn count(list: &str) -> Option<usize> {
    let mut all = 0;
    for part in list.trim().split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        all += last.checked_sub(first)? + 1;
    }
    Some(all).filter(|all| *all > 0)
}

/// Whether the ranks of a node have its cores, and a core for each of their threads.
pub(super) fn binding(ranks: &[&Told]) -> Finding {
    let places: Vec<Place> = ranks.iter().map(|rank| rank.place.clone()).collect();
    let host = places.first().map_or("", |place| &place.host);
    let usable = cores_of(&places, host);
    let offered = ranks.iter().map(|rank| rank.offered).max().unwrap_or(1).max(usable);
    let slurm = ranks.iter().find_map(|rank| rank.slurm_threads).filter(|threads| *threads > 0);
    let threads = slurm.unwrap_or_else(|| (usable / ranks.len().max(1)).max(1));
    let least = places.iter().map(|place| place.cores.len()).min().unwrap_or(1);
    let text = format!(
        "{usable} of {offered} cores may be used; ranks times threads: {} x {threads}",
        ranks.len()
    );
    let bind =
        "start with `mpirun --bind-to none`, or with srun --cpus-per-task and one rank a node";
    if least < threads {
        let text = format!("{text}, of which one is bound to {least} core(s)");
        return Finding::warn("cores", text, bind);
    }
    if ranks.len() * threads > usable {
        return Finding::warn("cores", text, "start fewer ranks, or give `sauva run` --threads");
    }
    let is_bound = places.iter().any(|place| place.cores.len() < offered);
    if ranks.len() > 1 && is_bound && usable < offered {
        return Finding::warn("cores", format!("{text}; the others stay idle"), bind);
    }
    if usable < offered {
        let advice = "ask for more cores (srun --cpus-per-task, taskset), if they are yours";
        return Finding::warn("cores", text, advice);
    }
    Finding::ok("cores", text)
}

/// Processor time that the control group allows.
pub(super) fn quota(_: &Asked<'_>) -> Option<Finding> {
    let allowed = process::group_values("cpu", "cpu.max", "cpu.cfs_quota_us");
    // "150000 100000" of version 2 is a quota and its period; version 1 has the usual period of 100 ms.
    let cores = allowed.iter().filter_map(|text| {
        let mut words = text.split_whitespace().map(str::parse::<f64>);
        let (quota, period) = (words.next()?.ok()?, words.next().unwrap_or(Ok(1e5)).ok()?);
        (quota > 0.0 && period > 0.0).then_some(quota / period)
    });
    let cores = cores.reduce(f64::min)?;
    let text = format!("the control group allows the time of {cores:.1} cores");
    let has = Place::of_this_rank().cores.len() as f64;
    Some(if cores < has {
        let advice =
            "threads beyond that wait for each other: raise the limit of the container or job";
        Finding::warn("cpu quota", text, advice)
    } else {
        Finding::ok("cpu quota", text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Mark;

    fn told(cores: std::ops::Range<usize>, offered: usize, slurm_threads: Option<usize>) -> Told {
        let parallelism = cores.len();
        let place = Place { host: "n1".into(), cores: cores.collect(), parallelism };
        Told { place, offered, slurm_threads, findings: Vec::new() }
    }

    #[test]
    fn lists_of_cores_are_counted() {
        assert_eq!(count("0-3,8\n"), Some(5));
        assert_eq!(count("7"), Some(1));
        for wrong in ["", "\n", "3-1", "a", "1-"] {
            assert_eq!(count(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn ranks_bound_to_one_core_each_are_told_of() {
        // Open MPI binds each of two ranks to a core, whatever its threads.
        let two = [told(0..1, 16, None), told(1..2, 16, None)];
        let found = binding(&two.iter().collect::<Vec<_>>());
        assert_eq!(found.mark, Mark::Warn);
        assert!(
            found.text.starts_with("2 of 16 cores may be used; ranks times threads: 2"),
            "{}",
            found.text
        );
        assert!(found.advice.is_some_and(|advice| advice.contains("--bind-to none")));
        // The same where Slurm asks for eight threads.
        let slurm = [told(0..1, 16, Some(8)), told(1..2, 16, Some(8))];
        let found = binding(&slurm.iter().collect::<Vec<_>>());
        assert!(found.text.ends_with("bound to 1 core(s)"), "{}", found.text);
    }

    #[test]
    fn whoever_has_all_cores_is_well() {
        let mark = |ranks: &[Told]| binding(&ranks.iter().collect::<Vec<_>>()).mark;
        assert_eq!(mark(&[told(0..16, 16, None)]), Mark::Ok);
        assert_eq!(mark(&[told(0..16, 16, None), told(0..16, 16, None)]), Mark::Ok);
        assert_eq!(mark(&[told(0..8, 16, None), told(8..16, 16, None)]), Mark::Ok);
        assert_eq!(mark(&[told(0..4, 16, None)]), Mark::Warn, "12 cores stay idle");
        let many: Vec<Told> = (0..3).map(|_| told(0..2, 2, None)).collect();
        assert_eq!(mark(&many), Mark::Warn, "three ranks on two cores");
    }
}
