//! Processes as the kernel shows them in `/proc` (proc(5)): what they have used, how long a thread has
//! worked, and what others may see of this one.

use std::fs;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use serde::{Deserialize, Serialize};

/// What processes have used, from `/proc` (proc(5)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time in user mode, in seconds.
    pub cpu_user_s: f64,
    /// Processor time in the kernel, in seconds.
    pub cpu_sys_s: f64,
    /// Largest resident set, in bytes.
    pub rss_peak_bytes: u64,
    /// Bytes read from disk.
    pub io_read_bytes: u64,
    /// Bytes written to disk.
    pub io_write_bytes: u64,
    /// Involuntary context switches.
    pub ctx_invol: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.cpu_user_s += other.cpu_user_s;
        self.cpu_sys_s += other.cpu_sys_s;
        self.rss_peak_bytes += other.rss_peak_bytes;
        self.io_read_bytes += other.io_read_bytes;
        self.io_write_bytes += other.io_write_bytes;
        self.ctx_invol += other.ctx_invol;
    }
}

/// What this process has used so far. Where the kernel gives no answer, a zero stands.
pub fn usage() -> Usage {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let io = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let (cpu_user_s, cpu_sys_s) = processor_seconds(&stat);
    Usage {
        cpu_user_s,
        cpu_sys_s,
        rss_peak_bytes: field(&status, "VmHWM:") * 1024,
        io_read_bytes: field(&io, "read_bytes:"),
        io_write_bytes: field(&io, "write_bytes:"),
        ctx_invol: field(&status, "nonvoluntary_ctxt_switches:"),
    }
}

/// Processor time of a thread of another process, in seconds.
pub fn thread_seconds(process: u32, thread: i32) -> f64 {
    let path = format!("/proc/{process}/task/{thread}/stat");
    let (user, system) = processor_seconds(&fs::read_to_string(path).unwrap_or_default());
    user + system
}

/// Processor time of another process, of all its threads and of those of its children that it has waited for, in
/// seconds.
pub fn program_seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // Fields 14 to 17 of proc(5) stat.
    let ticks = behind_name.split_whitespace().skip(11).take(4);
    let ticks: f64 = ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / rustix::param::clock_ticks_per_second() as f64
}

/// Largest resident set of another process so far, in bytes; 0 where the kernel does not say, as when it has ended.
pub fn program_peak_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    field(&status, "VmHWM:") * 1024
}

/// Processor time of this thread, in seconds.
pub fn own_thread_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Memory of this node that this process may use, in bytes: what the machine has, or the least limit
/// of its control groups (cgroups(7)).
pub fn memory_bytes() -> u64 {
    let limits = group_values("memory", "memory.max", "memory.limit_in_bytes");
    let limits = limits.iter().filter_map(|limit| limit.parse().ok());
    limits.chain([machine_memory_bytes()]).filter(|bytes| *bytes > 0).min().unwrap_or(1 << 30)
}

/// Memory of this node, in bytes; 0 where the kernel does not say.
pub fn machine_memory_bytes() -> u64 {
    field(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemTotal:") * 1024
}

/// Memory of this node that nobody uses or that can be had back at once, in bytes; 0 where the kernel does not say.
pub fn available_memory_bytes() -> u64 {
    field(&fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemAvailable:") * 1024
}

/// What a file of a controller says in each control group of this process, from the innermost out (cgroups(7)):
/// `new` is its name in version 2, `old` in version 1.
pub fn group_values(controller: &str, new: &str, old: &str) -> Vec<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let files = groups.lines().filter_map(|line| {
        // "0::/path" of version 2, "9:memory:/path" or "4:cpu,cpuacct:/path" of version 1.
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        if controllers.is_empty() {
            return Some((format!("/sys/fs/cgroup{path}"), new));
        }
        let is_asked = controllers.split(',').any(|name| name == controller);
        is_asked.then(|| (format!("/sys/fs/cgroup/{controllers}{path}"), old))
    });
    let values = files.flat_map(|(folder, name)| {
        let folders = std::path::Path::new(&folder).ancestors();
        let files = folders.filter_map(|folder| fs::read_to_string(folder.join(name)).ok());
        files.map(|text| text.trim().to_owned()).collect::<Vec<String>>()
    });
    values.collect()
}

/// Whether this process was started with a signal ignored, as `nohup` does with SIGHUP and a shell with
/// SIGINT for what runs in the background.
pub fn was_told_to_ignore(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default();
    u64::from_str_radix(line.trim(), 16).is_ok_and(|mask| mask >> (signal - 1) & 1 == 1)
}

/// Keeps the memory of this process to itself: no core file holds it, and no other process of the same
/// user may look into it.
pub fn keep_secrets() {
    forbid_core_files();
    // Refused only where the kernel is not Linux's.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).ok();
}

/// No core file holds the memory of this process. MPI's ranks on a node look into each other's memory
/// to hand over long messages, so they cannot be closed to each other.
pub fn forbid_core_files() {
    // A limit may always be lowered.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).ok();
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
    fn the_runtime_ignores_broken_pipes_and_nobody_ignores_aborts() {
        assert!(was_told_to_ignore(13));
        assert!(!was_told_to_ignore(6));
    }

    #[test]
    fn this_process_uses_memory_and_may_use_some() {
        assert!(usage().rss_peak_bytes > 100_000);
        assert!(memory_bytes() > 100_000_000);
    }
}
