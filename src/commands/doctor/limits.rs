//! Bounds on this process that a run may meet: memory, open files, sizes of files, core files.

use rustix::process::{Resource, Rlimit, getrlimit};

use super::Asked;
use super::finding::Finding;
use crate::process;

/// Memory of a rank below which larger files may find none: a frame of 4096 x 4096 at 16 bits is 32 MiB, a cine of
/// several hundred MB is held whole, in several forms.
const LEAST_MEMORY_BYTES: u64 = 2 << 30;
/// Files that a rank has open at most: those in work, journals, parts that are sorted on the disk, and MPI's.
const LEAST_OPEN_FILES: u64 = 256;
/// The largest instances to be expected, in bytes; the parts that are sorted are smaller.
const LEAST_FILE_BYTES: u64 = 4 << 30;

/// Memory of this node, and what of it the control group and the ranks leave to each.
pub(super) fn memory(asked: &Asked<'_>) -> Finding {
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let (machine, allowed) = (process::machine_memory_bytes(), process::memory_bytes());
    let ranks = asked.comm.size_on_node().max(1) as u64;
    let of = if allowed < machine {
        format!(" of {} (limit of the control group)", gigabytes(machine))
    } else {
        String::new()
    };
    let each = match ranks {
        1 => String::new(),
        _ => format!("; {} for each of {ranks} ranks", gigabytes(allowed / ranks)),
    };
    let free = process::available_memory_bytes().min(allowed);
    let text = format!("{}{of}, {} free{each}", gigabytes(allowed), gigabytes(free));
    if free / ranks < LEAST_MEMORY_BYTES {
        let advice =
            "large files may be quarantined for want of memory: ask for more, or start fewer ranks";
        Finding::warn("memory", text, advice)
    } else {
        Finding::ok("memory", text)
    }
}

/// Files that may be open.
pub(super) fn open_files(_: &Asked<'_>) -> Finding {
    let (text, advice) = match getrlimit(Resource::Nofile).current {
        Some(most) if most < LEAST_OPEN_FILES => {
            (format!("at most {most}"), Some("raise it: `ulimit -n 1024`"))
        }
        Some(most) => (format!("at most {most}"), None),
        None => ("no limit".to_owned(), None),
    };
    match advice {
        Some(advice) => Finding::warn("open files", text, advice),
        None => Finding::ok("open files", text),
    }
}

/// Sizes of files and of memory, where they are bounded.
pub(super) fn sizes(_: &Asked<'_>) -> Option<Finding> {
    let bounded = |resource, least: u64| getrlimit(resource).current.filter(|most| *most < least);
    if let Some(most) = bounded(Resource::Fsize, LEAST_FILE_BYTES) {
        let text = format!("no file may be larger than {most} bytes");
        let advice = "a run stops at a larger one: `ulimit -f unlimited`";
        return Some(Finding::warn("file size", text, advice));
    }
    let most = bounded(Resource::As, process::memory_bytes())?;
    let text = format!("a process may have {:.1} GB of addresses", most as f64 / 1e9);
    let advice = "threads and MPI take several GB of them: `ulimit -v unlimited`";
    Some(Finding::warn("addresses", text, advice))
}

/// Whether memory could be written to the disk by a crash.
pub(super) fn core_files(_: &Asked<'_>) -> Finding {
    let Rlimit { current, .. } = getrlimit(Resource::Core);
    Finding::ok(
        "core files",
        match current {
            Some(0) => "none are written",
            _ => "allowed here; a run forbids its own, as they would hold images and the key",
        },
    )
}
