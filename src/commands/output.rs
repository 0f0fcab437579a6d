//! The output folder: whether it is ours to write to, and the mark and the lock that say so.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::halt::Halt;
use super::machine::host;
use crate::storage::{self, Commit};
use crate::write::{INSTANCES, STATE};

/// Its presence says that a run came to its end.
pub(super) const SUMMARY: &str = "summary.json";
/// The same below the program's own folder, should the summary be moved away.
pub(super) const FINISHED: &str = "finished";

/// An output folder that this run holds; let go when dropped.
#[derive(Debug)]
pub(super) struct Output {
    lock: PathBuf,
}

impl Drop for Output {
    fn drop(&mut self) {
        // A lock that stays behind is taken over by the next run here: the process is gone.
        fs::remove_file(&self.lock).ok();
    }
}

/// Makes the folder ours. New or empty, it gets the program's own folder as its mark; one of a run
/// that did not finish is cleared and begun anew; everything else is refused and left as it is.
pub(super) fn open(folder: &Path) -> Result<Output> {
    fs::create_dir_all(folder).context("--output: the folder cannot be made")?;
    let state = folder.join(STATE);
    if !state.is_dir() {
        let mut entries = fs::read_dir(folder).context("--output: the folder cannot be listed")?;
        if entries.next().is_some() {
            bail!("--output: the folder holds files that are not sauva's: choose a new one");
        }
        fs::create_dir(&state).context("--output: nothing can be made in the folder")?;
    }
    let output = lock(&state)?;
    if folder.join(SUMMARY).exists() || state.join(FINISHED).exists() {
        bail!("--output: the folder holds the results of a finished run: choose a new one");
    }
    for left_over in [folder.join(INSTANCES), state.join("contested")] {
        if left_over.exists() {
            fs::remove_dir_all(left_over).context("--output: an unfinished run's files stay")?;
        }
    }
    Ok(output)
}

/// Takes the lock. It comes into being with its holder written in it. The lock of a dead process is
/// taken over by one run alone: only a process of this host can know that the holder is dead, and
/// those wait for each other at `door`.
fn lock(state: &Path) -> Result<Output> {
    let cannot = "--output: the lock cannot be taken";
    let door = fs::File::create(state.join("door")).context(cannot)?;
    match rustix::fs::flock(&door, FlockOperation::LockExclusive) {
        // Lustre may be mounted without: then a takeover is not guarded, all else is.
        Ok(()) | Err(Errno::NOSYS | Errno::NOTSUP) => {}
        Err(errno) => return Err(errno).context(cannot),
    }
    let path = state.join("lock");
    let mine = state.join(format!("lock.{}.{}", host(), std::process::id()));
    fs::write(&mine, format!("{} {}\n", std::process::id(), host())).context(cannot)?;
    if storage::commit(&mine, &path).context(cannot)? == Commit::Taken {
        let holder = fs::read_to_string(&path).unwrap_or_default();
        let (process, host) = holder.trim().split_once(' ').unwrap_or_default();
        if is_alive(process, host) {
            fs::remove_file(&mine).context(cannot)?;
            return Err(Halt::Locked { process: process.into(), host: host.into() }.into());
        }
        fs::rename(&mine, &path).context(cannot)?;
    }
    Ok(Output { lock: path })
}

/// Refuses while a run holds the folder; makes and takes nothing.
pub(super) fn refuse_if_held(folder: &Path) -> Result<(), Halt> {
    let holder = String::from_utf8(lock_text(folder)).unwrap_or_default();
    match holder.trim().split_once(' ') {
        Some((process, host)) if is_alive(process, host) => {
            Err(Halt::Locked { process: process.into(), host: host.into() })
        }
        _ => Ok(()),
    }
}

/// What the lock of a folder says: the same on every node that sees the same folder.
pub(super) fn lock_text(folder: &Path) -> Vec<u8> {
    fs::read(folder.join(STATE).join("lock")).unwrap_or_default()
}

/// Whether the holder of a lock may still run. Of another host nothing is known, so it may.
fn is_alive(process: &str, holder: &str) -> bool {
    let is_here = holder == host() && process.parse::<u32>().is_ok();
    !is_here
        || fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| {
            // A process that was killed and not yet waited for is a zombie (proc(5), field 3).
            stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_files_of_others_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
        assert!(open(folder.path()).unwrap_err().to_string().contains("not sauva's"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_unfinished_run_is_begun_anew_and_a_finished_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()).unwrap());
        fs::create_dir(folder.path().join(INSTANCES)).unwrap();
        drop(open(folder.path()).unwrap());
        assert!(!folder.path().join(INSTANCES).exists());
        fs::write(folder.path().join(SUMMARY), "{}").unwrap();
        assert!(open(folder.path()).unwrap_err().to_string().contains("finished run"));
    }

    #[test]
    fn a_second_run_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path()).unwrap();
        assert!(open(folder.path()).unwrap_err().is::<Halt>());
        drop(first);
        let lock = folder.path().join(STATE).join("lock");
        fs::write(lock, format!("4194305 {}\n", host())).unwrap();
        assert!(open(folder.path()).is_ok(), "the lock of a dead process is taken over");
    }
}
