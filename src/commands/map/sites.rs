//! Where units run: each rank's node, slots and GPUs, found together by all ranks.

use std::path::Path;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::comm::{self, Comm};
use crate::commands::layout::{Place, cores_of, slurm_threads};
use crate::commands::parcel::{decode, encode};
use crate::config::{Means, What};

/// What a rank offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Site {
    pub(super) host: String,
    /// Units at once.
    pub(super) slots: usize,
    /// GPUs that are this rank's own.
    pub(super) gpus: Vec<String>,
    /// Its number among the ranks of its node.
    pub(super) local_rank: usize,
    /// What changes with every start of its node, see [`boot`].
    pub(super) boot: String,
}

/// The sites of all ranks, by rank. All ranks find them together.
pub(super) fn find(means: &Means, what: &What, comm: &dyn Comm) -> Result<Vec<Site>> {
    let mine = Offered {
        place: Place::of_this_rank(),
        gpus: node_gpus(Path::new("/dev")),
        slurm: slurm_threads(),
        boot: boot(),
    };
    let all = comm::all_gather(comm, encode(&mine));
    let all: Vec<Offered> = all.iter().map(|it| decode(it)).collect();
    let sites = settle(means, &all);
    let slots: usize = sites.iter().map(|site| site.slots).sum();
    if means.gpus > 0 && slots == 0 {
        bail!(
            "--gpus {}: no rank has so many GPUs (CUDA_VISIBLE_DEVICES, /dev/nvidia*): ask for fewer, \
             or start one rank a node",
            means.gpus
        );
    }
    match what {
        What::Gang(size) if slots < *size as usize => bail!(
            "--parallel {size}: there are {slots} slots and all copies run at once: start more ranks or \
             give --slots"
        ),
        _ => Ok(sites),
    }
}

/// What a rank finds for itself.
#[derive(Debug, Serialize, Deserialize)]
struct Offered {
    place: Place,
    gpus: Vec<String>,
    slurm: Option<usize>,
    boot: String,
}

fn settle(means: &Means, all: &[Offered]) -> Vec<Site> {
    let places: Vec<Place> = all.iter().map(|it| it.place.clone()).collect();
    let site = |(rank, offered): (usize, &Offered)| {
        let Offered { place, gpus, slurm, boot } = offered;
        let here = || all.iter().enumerate().filter(|(_, it)| it.place.host == place.host);
        let ranks = here().count();
        let local_rank = here().position(|(it, _)| it == rank).unwrap_or(0);
        // Ranks that see the same GPUs share them; a batch system may have given each its own.
        let twins: Vec<usize> =
            here().filter(|(_, it)| it.gpus == *gpus).map(|(it, _)| it).collect();
        let at = twins.iter().position(|it| *it == rank).unwrap_or(0);
        let own = gpus.iter().skip(at).step_by(twins.len().max(1)).cloned().collect::<Vec<_>>();
        let cores = slurm.filter(|cores| *cores > 0);
        let cores = cores.unwrap_or_else(|| cores_of(&places, &place.host) / ranks.max(1));
        let by_cores = means.slots.unwrap_or((cores / means.cpus_per_task.max(1)).max(1));
        let by_gpus = match means.gpus {
            0 => usize::MAX,
            1 => own.len() * means.gpu_share.max(1),
            gpus => own.len() / gpus * means.gpu_share.max(1),
        };
        Site {
            host: place.host.clone(),
            slots: by_cores.min(by_gpus),
            gpus: own,
            local_rank,
            boot: boot.clone(),
        }
    };
    all.iter().enumerate().map(site).collect()
}

/// What changes with every start of this machine: what was written before is in its memory as long as this stays the
/// same. Where the kernel does not say, nothing is believed of another try.
pub(super) fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    id.map_or_else(|_| String::new(), |id| id.trim().to_owned())
}

/// The GPUs that this process may use, as `CUDA_VISIBLE_DEVICES` names them; without it, all of the node.
fn node_gpus(devices: &Path) -> Vec<String> {
    if let Ok(given) = std::env::var("CUDA_VISIBLE_DEVICES") {
        // CUDA takes none behind one that is not there, and each once.
        let names = given.split(',').map(str::trim).take_while(|it| !it.is_empty() && *it != "-1");
        let mut known = std::collections::HashSet::new();
        return names.filter(|it| known.insert(*it)).map(str::to_owned).collect();
    }
    let entries = std::fs::read_dir(devices).into_iter().flatten().flatten();
    let number = |name: String| name.strip_prefix("nvidia")?.parse::<u32>().ok();
    let mut numbers: Vec<u32> =
        entries.filter_map(|it| number(it.file_name().into_string().ok()?)).collect();
    numbers.sort_unstable();
    (0..numbers.len()).map(|it| it.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(host: &str, gpus: &[&str]) -> Offered {
        let place = Place { host: host.into(), cores: (0..8).collect(), parallelism: 8 };
        let gpus = gpus.iter().map(|&it| it.to_owned()).collect();
        Offered { place, gpus, slurm: None, boot: String::new() }
    }

    #[test]
    fn cores_and_gpus_of_a_node_are_shared_by_its_ranks() {
        let all = [rank("a", &["0", "1", "2"]), rank("a", &["0", "1", "2"]), rank("b", &["5"])];
        let means = Means { cpus_per_task: 2, gpu_share: 1, ..Means::default() };
        let sites = settle(&means, &all);
        assert_eq!(sites.iter().map(|it| it.slots).collect::<Vec<_>>(), [2, 2, 4]);
        assert_eq!(sites[0].gpus, ["0", "2"]);
        assert_eq!((&*sites[1].gpus, sites[1].local_rank), (&["1".to_owned()][..], 1));
        let sites = settle(&Means { gpus: 1, ..means.clone() }, &all);
        assert_eq!(sites.iter().map(|it| it.slots).collect::<Vec<_>>(), [2, 1, 1]);
        let sites = settle(&Means { gpus: 2, gpu_share: 2, ..means }, &all);
        assert_eq!(sites.iter().map(|it| it.slots).collect::<Vec<_>>(), [2, 0, 0]);
    }

    #[test]
    fn ranks_with_gpus_of_their_own_keep_them_and_slots_may_be_asked_for() {
        let all = [rank("a", &["0"]), rank("a", &["1"])];
        let means = Means { cpus_per_task: 1, slots: Some(64), ..Means::default() };
        let sites = settle(&means, &all);
        assert_eq!((sites[0].slots, &*sites[1].gpus), (64, &["1".to_owned()][..]));
    }

    #[test]
    fn devices_are_counted_and_their_controls_are_not() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "null"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        if std::env::var_os("CUDA_VISIBLE_DEVICES").is_none() {
            assert_eq!(node_gpus(folder.path()), ["0", "1"]);
        }
    }
}
