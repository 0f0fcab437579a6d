//! Programs that a dead try has left running on this node: where a rank and its runner were killed together, nobody has
//! ended them. They are ended before others begin, which would work in the same checkpoint folders.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::stage::Stopwatch;

/// The variable by which programs of a job are known; its value is the output folder.
pub(super) const JOB: &str = "SAUVA_JOB";
/// How long what was killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Ends the processes of this user on this node that work for this output; returns how many there were.
pub(super) fn end(output: &Path) -> usize {
    let found = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = found.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let own = std::process::id() as i32;
    let ended: Vec<i32> =
        numbers.filter(|number| *number != own && kill(*number, output)).collect();
    let waiting = Stopwatch::start();
    while waiting.elapsed() < PATIENCE && ended.iter().any(|number| works_for(*number, output)) {
        std::thread::sleep(Duration::from_millis(10));
    }
    ended.len()
}

/// Kills a process if it works for this output. What is held by its descriptor is no other by now.
fn kill(number: i32, output: &Path) -> bool {
    let Some(pid) = Pid::from_raw(number) else { return false };
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return false };
    works_for(number, output) && pidfd_send_signal(&process, Signal::KILL).is_ok()
}

fn works_for(number: i32, output: &Path) -> bool {
    // Those of others cannot be read.
    let environment = fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = variable.strip_prefix(JOB.as_bytes()).and_then(|it| it.strip_prefix(b"="));
        value.is_some_and(|value| OsStr::from_bytes(value) == output.as_os_str())
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn programs_of_this_output_are_ended_and_no_others() {
        let (mine, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let sleep =
            |output: &Path| Command::new("sleep").arg("100").env(JOB, output).spawn().unwrap();
        let (mut one, mut two) = (sleep(mine.path()), sleep(other.path()));
        // Between fork and exec it has the environment of this process.
        while !works_for(one.id() as i32, mine.path()) {
            std::thread::yield_now();
        }
        assert_eq!(end(mine.path()), 1);
        assert!(!one.wait().unwrap().success());
        assert!(two.try_wait().unwrap().is_none());
        two.kill().unwrap();
        two.wait().unwrap();
    }
}
