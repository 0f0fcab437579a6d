//! What programs leave behind: processes that outlive their parents come to this one (`PR_SET_CHILD_SUBREAPER`,
//! prctl(2)). Here they are killed and waited for, as far as they belong to a program that has ended.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, waitpid};

use super::processes::{Stat, attempt_of, is_within, lists_children, orphans, stat};
use crate::stage::Stopwatch;

/// Who kills an orphan or waits for one holds this, so that no number means another process meanwhile.
static ORPHANS: Mutex<()> = Mutex::new(());

/// Pauses between looks at what is about to die: the first, and the longest.
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How long the last to leave wait for what cannot be killed, as a process that waits for a dead file server.
const PATIENCE: Duration = Duration::from_secs(5);

/// Ends all of a program whose first process has ended and is not yet waited for, which keeps the number of the
/// group. Returns the processor seconds of what was there. Whoever cannot be killed yet is waited for: a program
/// has ended when it writes nothing more.
pub(super) fn clear(leader: Pid, attempt: &str) -> f64 {
    kill_process_group(leader, Signal::KILL).ok();
    let group = leader.as_raw_nonzero().get();
    let mut broom = Broom::default();
    let is_mine = |pid: Pid, stat: &Stat| {
        stat.group == group || attempt_of(pid).is_some_and(|mark| is_within(&mark, attempt))
    };
    let mut pause = FIRST_PAUSE;
    while broom.sweep(&orphans(), Some(leader), is_mine) > 0 {
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    broom.cpu_s
}

/// The runner's last act: all that programs have left behind ends.
pub(super) fn clear_all() {
    until_gone(|broom| broom.sweep(&orphans(), None, |_, _| true));
}

/// What a dead runner has left to this process: the groups of its programs, and what carries the runner's mark.
/// Children of any other kind are not touched.
pub(super) fn inherit(groups: &HashSet<i32>, runner: &str) {
    let begin = format!("{runner}-");
    let is_mine = |pid: Pid, stat: &Stat| {
        let is_marked = || attempt_of(pid).is_some_and(|mark| mark.starts_with(&begin));
        groups.contains(&stat.group) || is_marked()
    };
    until_gone(|broom| broom.sweep(&orphans(), None, is_mine));
}

fn until_gone(mut sweep: impl FnMut(&mut Broom) -> usize) {
    let (mut broom, waiting, mut pause) = (Broom::default(), Stopwatch::start(), FIRST_PAUSE);
    while sweep(&mut broom) > 0 && waiting.elapsed() < PATIENCE {
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Kills and waits, and remembers whom: the dead carry no mark.
#[derive(Default)]
struct Broom {
    killed: HashSet<Pid>,
    cpu_s: f64,
}

impl Broom {
    /// Looks at children once: kills those that are meant and waits for those that are dead. Returns how many
    /// still live.
    fn sweep(
        &mut self,
        children: &[Pid],
        except: Option<Pid>,
        is_meant: impl Fn(Pid, &Stat) -> bool,
    ) -> usize {
        let mut left = 0;
        for pid in children.iter().copied().filter(|pid| Some(*pid) != except) {
            let _lock = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(stat) = child(pid) else { continue };
            if !self.killed.contains(&pid) && !is_meant(pid, &stat) {
                continue;
            }
            if stat.is_dead {
                self.cpu_s += stat.cpu_s;
                waitpid(Some(pid), WaitOptions::NOHANG).ok();
                self.killed.remove(&pid);
            } else if kill_process(pid, Signal::KILL).is_ok() {
                // One that changed its user cannot be killed, and is not waited for.
                self.killed.insert(pid);
                left += 1;
            }
        }
        left
    }
}

/// What the kernel says of a process, if it is a child of this one: then it keeps its number until it is waited
/// for, which needs the lock.
fn child(pid: Pid) -> Option<Stat> {
    let me = rustix::process::getpid().as_raw_nonzero().get();
    stat(pid).filter(|stat| stat.parent == me)
}

/// Waits for the orphans that have ended, while their programs may still run: the group and the processor seconds
/// of each.
pub(super) fn bury() -> Vec<(i32, f64)> {
    if !lists_children() {
        // The programs themselves are among them.
        return Vec::new();
    }
    let _lock = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    let orphans = orphans().into_iter().filter_map(|pid| Some((pid, child(pid)?)));
    let dead = orphans.filter(|(_, stat)| stat.is_dead).map(|(pid, stat)| {
        waitpid(Some(pid), WaitOptions::NOHANG).ok();
        (stat.group, stat.cpu_s)
    });
    dead.collect()
}
