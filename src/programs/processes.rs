//! Processes as `/proc` shows them (proc(5)): who is whose child, in which group, how large, and whose mark it
//! carries.

use std::fs;
use std::sync::OnceLock;

use rustix::process::{Pid, getpid};

use super::environment::ATTEMPT_ID;

/// What the kernel says of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stat {
    /// Whether it has ended and is not yet waited for.
    pub(super) is_dead: bool,
    pub(super) parent: i32,
    /// Its process group.
    pub(super) group: i32,
    /// Processor time in seconds, with that of the children that it has waited for.
    pub(super) cpu_s: f64,
    /// Resident memory.
    pub(super) resident_bytes: u64,
}

/// What the kernel says of this process; `None` if there is none.
pub(super) fn stat(pid: Pid) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse(stat: &str) -> Option<Stat> {
    // The name of the command comes before, in brackets, and may hold spaces and brackets.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    // Fields 14 to 17 and 24 of the manual, which counts from 1; the last read is field 5.
    let times = fields.by_ref().skip(8).take(4).map(|ticks| ticks.parse().unwrap_or(0.0));
    let ticks: f64 = times.sum();
    let pages: u64 = fields.nth(6)?.parse().ok()?;
    Some(Stat {
        is_dead: matches!(state, "Z" | "X"),
        parent,
        group,
        cpu_s: ticks / rustix::param::clock_ticks_per_second() as f64,
        resident_bytes: pages * rustix::param::page_size() as u64,
    })
}

/// Memory of a process in which a page that others have too counts for its part, in bytes. The kernel goes
/// through all of its pages for that.
pub(super) fn proportional_bytes(pid: Pid) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The mark in the environment with which a process was started. One that has ended has none.
pub(super) fn attempt_of(pid: Pid) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let value = environment
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(ATTEMPT_ID.as_bytes())?.strip_prefix(b"="))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// Whether a mark is that of an attempt, or of a program inside of it.
pub(super) fn is_within(mark: &str, attempt: &str) -> bool {
    mark.strip_prefix(attempt).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the kernel lists the children of each thread.
pub(super) fn lists_children() -> bool {
    static LISTS: OnceLock<bool> = OnceLock::new();
    *LISTS.get_or_init(|| {
        let me = getpid();
        fs::exists(format!("/proc/self/task/{me}/children")).unwrap_or(false)
    })
}

/// The children of a process, those that have ended and are not yet waited for among them.
pub(super) fn children(pid: Pid) -> Vec<Pid> {
    if !lists_children() {
        let parent = pid.as_raw_nonzero().get();
        return numbers("/proc")
            .filter(|pid| stat(*pid).is_some_and(|it| it.parent == parent))
            .collect();
    }
    let folder = format!("/proc/{pid}/task");
    numbers(&folder).flat_map(|thread| listed(&format!("{folder}/{thread}/children"))).collect()
}

/// Processes whose parent has died and that have come to this one. The kernel gives them to the first thread,
/// which starts none itself: so they are its children, and the programs are those of other threads. Where
/// children are not listed, the programs are among them.
pub(super) fn orphans() -> Vec<Pid> {
    let me = getpid();
    if lists_children() { listed(&format!("/proc/self/task/{me}/children")) } else { children(me) }
}

fn listed(file: &str) -> Vec<Pid> {
    let list = fs::read_to_string(file).unwrap_or_default();
    list.split_whitespace().filter_map(|number| Pid::from_raw(number.parse().ok()?)).collect()
}

/// The entries of a folder whose names are numbers.
fn numbers(folder: &str) -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_stat_are_found_behind_a_name_with_brackets() {
        let text = "7 (a) b) Z 3 5 1 0 -1 0 1 2 3 4 100 50 20 30 20 0 1 0 99 4096 25 1";
        let stat = parse(text).unwrap();
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let page = rustix::param::page_size() as u64;
        assert!(stat.is_dead);
        assert_eq!((stat.parent, stat.group), (3, 5));
        assert!((stat.cpu_s - 200.0 / ticks).abs() < 1e-9);
        assert_eq!(stat.resident_bytes, 25 * page);
        assert!(parse("7 (a").is_none());
    }

    #[test]
    fn this_process_is_its_parents_child_and_has_pages() {
        let me = stat(getpid()).unwrap();
        assert!(!me.is_dead && me.resident_bytes > 100_000);
        let parent = Pid::from_raw(me.parent).unwrap();
        assert!(children(parent).contains(&getpid()));
        assert!(proportional_bytes(getpid()).is_some_and(|bytes| bytes > 100_000));
    }

    #[test]
    fn a_mark_of_a_program_within_is_known_and_one_that_begins_alike_is_not() {
        assert!(is_within("a-1", "a-1"));
        assert!(is_within("a-1/b-7", "a-1"));
        assert!(!is_within("a-11", "a-1"));
        assert!(!is_within("b-1", "a-1"));
    }
}
