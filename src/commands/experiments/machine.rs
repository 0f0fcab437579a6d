//! This machine and this program: a folder that runs write to in, an [`Environment`] out.

use std::fs;
use std::path::Path;

use crate::comm;
use crate::experiments::{Environment, physical_cores};
use crate::storage::FileSystem;

/// What the speed of a run depends on here.
pub(super) fn environment(folder: &Path, commit: Option<&str>) -> Environment {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = text("/proc/cpuinfo");
    let logical = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let system = rustix::system::uname();
    let kernel = [system.sysname(), system.release()].map(|it| it.to_string_lossy().into_owned());
    let governor = text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    let governor = governor.trim();
    Environment {
        cpu_model: value(&cpuinfo, "model name", ':'),
        physical_cores: physical_cores(&cpuinfo),
        logical_cores: logical.max(1),
        memory_gib: memory_gib(&text("/proc/meminfo")),
        kernel: kernel.join(" "),
        os: value(&text("/etc/os-release"), "PRETTY_NAME", '='),
        mpi: comm::library_version().map(|version| version.trim().to_owned()),
        sauva: env!("CARGO_PKG_VERSION").to_owned(),
        commit: commit.map(str::to_owned),
        file_system: file_system(folder),
        governor: (!governor.is_empty()).then(|| governor.to_owned()),
    }
}

/// Physical cores of a node that a run may use. Slurm gives a job its cores by itself, whatever those of the step
/// that asks are; elsewhere a container may have fewer than the machine.
pub(super) fn usable_cores(machine: &Environment) -> usize {
    let allowed = std::thread::available_parallelism().map_or(usize::MAX, std::num::NonZero::get);
    let has_slurm = std::env::var_os("SLURM_JOB_ID").is_some();
    if has_slurm { machine.physical_cores } else { machine.physical_cores.min(allowed) }
}

/// The value of a key in lines of keys and values.
fn value(text: &str, key: &str, separator: char) -> Option<String> {
    let mut lines = text.lines().filter_map(|line| line.split_once(separator));
    let value = lines.find(|(name, _)| name.trim() == key)?.1;
    Some(value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty())
}

fn memory_gib(meminfo: &str) -> Option<u64> {
    let kib: f64 = value(meminfo, "MemTotal", ':')?.split(' ').next()?.parse().ok()?;
    Some((kib / f64::from(1 << 20)).round() as u64)
}

fn file_system(folder: &Path) -> Option<String> {
    let found = FileSystem::of(folder).ok()?;
    Some(found.name.map_or_else(|| format!("{:#x}", found.number), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_keys() {
        let release = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n";
        assert_eq!(value(release, "PRETTY_NAME", '=').as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(value(release, "VERSION", '='), None);
        assert_eq!(memory_gib("MemTotal:       16384000 kB\nMemFree: 1 kB\n"), Some(16));
        assert_eq!(memory_gib(""), None);
    }

    #[test]
    fn this_machine_is_the_same_twice() {
        let folder = std::env::temp_dir();
        let machine = environment(&folder, Some("abc"));
        assert_eq!(machine, environment(&folder, Some("abc")));
        assert!(machine.physical_cores >= 1 && machine.physical_cores <= machine.logical_cores);
        assert!(usable_cores(&machine) >= 1);
    }
}
