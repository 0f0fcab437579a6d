//! The lock of an output folder: one run at a time. The lock file names its holder, and its
//! modification time is the holder's heartbeat, by the clock of the file system that all nodes share.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow};
use rustix::fs::{AtFlags, CWD, FlockOperation, Timespec, Timestamps, UTIME_NOW, utimensat};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::halt::Halt;
use super::machine::host;
use crate::storage::{Commit, Storage};

const BEAT: Duration = Duration::from_secs(5);
/// A holder whose last heartbeat is younger is alive.
const FRESH: Duration = Duration::from_secs(15);
/// One whose last heartbeat is older is dead.
const DEAD: Duration = Duration::from_secs(60);
/// Time for another run, which has judged the same lock dead, to have put its own in place.
const SETTLE: Duration = Duration::from_secs(1);

/// A lock that this run holds; let go when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    text: String,
    lost: Arc<AtomicBool>,
    end: Option<mpsc::Sender<()>>,
    heart: Option<JoinHandle<()>>,
}

impl Lock {
    /// Takes the lock of the output whose own folder is `state`, or says who holds it.
    pub(super) fn take(
        state: &Path,
        storage: &dyn Storage,
        asked_to_stop: &dyn Fn() -> Option<&'static str>,
    ) -> Result<Self> {
        let cannot = "--output: its lock cannot be taken; choose a folder of your own";
        let path = state.join("lock");
        let text = Holder::me().text();
        loop {
            let attempted = attempt(state, &path, &text, storage).map_err(|error| {
                let is_forbidden = error.kind() == std::io::ErrorKind::PermissionDenied;
                let halt = || Halt::storage("the lock", &error).into();
                if is_forbidden { anyhow!("{cannot}: {}", error.kind()) } else { halt() }
            });
            match attempted? {
                Attempt::Taken => break,
                Attempt::Held(holder) => {
                    let Holder { process, host, .. } = holder;
                    return Err(Halt::Locked { process, host }.into());
                }
                Attempt::Unsure => {
                    tracing::debug!("a lock without a heartbeat: waiting until it is stale");
                    std::thread::sleep(Duration::from_secs(1));
                    if let Some(signal) = asked_to_stop() {
                        return Err(Halt::Asked(signal).into());
                    }
                }
            }
        }
        let lost = Arc::new(AtomicBool::new(false));
        let (end, ended) = mpsc::channel();
        let beat = {
            let (path, text, lost) = (path.clone(), text.clone(), lost.clone());
            move || beat(&path, &text, &lost, &ended)
        };
        let heart = std::thread::Builder::new().name("heartbeat".into()).spawn(beat);
        let heart = Some(heart.context(cannot)?);
        Ok(Self { path, text, lost, end: Some(end), heart })
    }

    /// Refuses to go on when another run has taken the lock over.
    pub(super) fn check(&self) -> Result<(), Halt> {
        let is_ours = fs::read_to_string(&self.path).is_ok_and(|text| text == self.text);
        if is_ours { Ok(()) } else { Err(Halt::Stopped("another run has taken the output".into())) }
    }

    /// Whether another run has taken the lock over, as it may when this one was asleep for long.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Relaxed)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(heart) = self.heart.take() {
            heart.join().ok();
        }
        if fs::read_to_string(&self.path).is_ok_and(|text| text == self.text) {
            // A lock that stays behind is taken over: its heart beats no longer.
            fs::remove_file(&self.path).ok();
        }
    }
}

/// The holder of the lock, where a run holds it that may be alive.
pub(super) fn live_holder(state: &Path) -> Option<Halt> {
    let path = state.join("lock");
    let text = fs::read_to_string(&path).ok()?;
    let holder = Holder::parse(&text);
    let age = fs::metadata(&path).ok()?.modified().ok()?.elapsed().unwrap_or_default();
    let alive = holder.is_alive_here().unwrap_or(age < DEAD);
    alive.then_some(Halt::Locked { process: holder.process, host: holder.host })
}

enum Attempt {
    Taken,
    Held(Holder),
    Unsure,
}

/// One attempt. The lock comes into being with its holder written in it. Runs of one host that find a
/// dead one wait for each other at `door`.
fn attempt(
    state: &Path,
    path: &Path,
    text: &str,
    storage: &dyn Storage,
) -> std::io::Result<Attempt> {
    let door = fs::File::create(state.join("door"))?;
    match rustix::fs::flock(&door, FlockOperation::LockExclusive) {
        // Lustre and NFS may be mounted without: then two runs of one host judge by the lock alone.
        Ok(()) | Err(Errno::NOSYS | Errno::NOTSUP | Errno::NOLCK) => {}
        Err(errno) => return Err(errno.into()),
    }
    let mine = state.join(format!("lock.{}.{}", host(), std::process::id()));
    storage.write_new(&mine, text.as_bytes())?;
    let committed = storage.commit(&mine, path).or_else(|error| {
        // A file system may report an error for what has worked.
        let is_ours = fs::read_to_string(path).is_ok_and(|held| held == text);
        if is_ours { Ok(Commit::Done) } else { Err(error) }
    });
    if committed? == Commit::Done {
        return Ok(Attempt::Taken);
    }
    // The new file has just got its time from the file system's clock.
    let now = fs::metadata(&mine)?.modified()?;
    let held = match fs::read_to_string(path) {
        Ok(held) => held,
        // Its holder has just let go.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Attempt::Unsure),
        Err(error) => return Err(error),
    };
    let holder = Holder::parse(&held);
    let verdict = holder.is_alive_here();
    let age = age_of(path, now);
    if verdict == Some(true) || (verdict.is_none() && age < FRESH) {
        fs::remove_file(&mine)?;
        return Ok(Attempt::Held(holder));
    }
    if verdict.is_none() && age < DEAD {
        fs::remove_file(&mine)?;
        return Ok(Attempt::Unsure);
    }
    fs::rename(&mine, path)?;
    if verdict.is_none() {
        std::thread::sleep(SETTLE);
        let held = fs::read_to_string(path)?;
        if held != text {
            return Ok(Attempt::Held(Holder::parse(&held)));
        }
    }
    Ok(Attempt::Taken)
}

fn age_of(path: &Path, now: SystemTime) -> Duration {
    let modified = fs::metadata(path).and_then(|meta| meta.modified());
    modified.map_or(Duration::ZERO, |modified| now.duration_since(modified).unwrap_or_default())
}

/// Touches the lock again and again, and notices when it is another run's.
fn beat(path: &Path, text: &str, lost: &AtomicBool, ended: &mpsc::Receiver<()>) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let now = Timestamps { last_access: now, last_modification: now };
    while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
        match fs::read_to_string(path) {
            Ok(found) if found != text => lost.store(true, Relaxed),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => lost.store(true, Relaxed),
            // A storage that does not answer is found out by the work.
            _ => drop(utimensat(CWD, path, &now, AtFlags::empty())),
        }
    }
}

/// Who holds a lock.
#[derive(Debug, Default, PartialEq, Eq)]
struct Holder {
    process: String,
    host: String,
    /// The boot and the process namespace in which the process ID means something.
    place: String,
    /// When the process began, in ticks since boot: process IDs are used again.
    began: String,
}

impl Holder {
    fn me() -> Self {
        let process = std::process::id().to_string();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let began = state_and_begin(&stat).map_or_else(String::new, |(_, began)| began.to_owned());
        Self { process, host: host(), place: place(), began }
    }

    fn text(&self) -> String {
        format!("{} {} {} {}\n", self.process, self.host, self.place, self.began)
    }

    fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace().map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        Self { process: word(), host: word(), place: word(), began: word() }
    }

    /// Whether it runs, where this process can tell for sure: in the same boot and the same process
    /// namespace, and not where the kernel hides processes (`hidepid`, proc(5)).
    fn is_alive_here(&self) -> Option<bool> {
        let place = place();
        if place.starts_with('/') || self.place != place {
            return None;
        }
        let process = Pid::from_raw(self.process.parse().ok()?)?;
        if test_kill_process(process) == Err(Errno::SRCH) {
            return Some(false);
        }
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process)).ok()?;
        // A process that was killed and not yet waited for is a zombie.
        let (state, began) = state_and_begin(&stat)?;
        Some(!state.starts_with(['Z', 'X']) && began == self.began)
    }
}

fn place() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::metadata("/proc/self/ns/pid").map_or(0, |meta| meta.ino());
    format!("{}/{namespace}", boot.trim())
}

/// Fields 3 and 22 of proc(5) stat: the state of a process, and when it began.
fn state_and_begin(stat: &str) -> Option<(&str, &str)> {
    let mut fields = stat.rsplit_once(") ")?.1.split_whitespace();
    Some((fields.next()?, fields.nth(18)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Disk;

    fn take(folder: &Path) -> Result<Lock> {
        Lock::take(folder, &Disk::below(folder), &|| None)
    }

    fn leave_lock(folder: &Path, holder: &Holder, age: Duration) {
        fs::write(folder.join("lock"), holder.text()).unwrap();
        let file = fs::File::options().write(true).open(folder.join("lock")).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn a_second_run_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = take(folder.path()).unwrap();
        assert!(take(folder.path()).unwrap_err().is::<Halt>());
        assert!(live_holder(folder.path()).is_some());
        drop(first);
        assert!(live_holder(folder.path()).is_none());
        let dead = Holder { process: "4194305".into(), ..Holder::me() };
        leave_lock(folder.path(), &dead, Duration::ZERO);
        assert!(take(folder.path()).is_ok(), "the lock of a dead process is taken over");
        let reused = Holder { began: "1".into(), ..Holder::me() };
        leave_lock(folder.path(), &reused, Duration::ZERO);
        assert!(take(folder.path()).is_ok(), "a process ID may be used again");
    }

    #[test]
    fn a_lock_from_elsewhere_is_judged_by_its_heartbeat() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = Holder { host: "node7".into(), place: "other".into(), ..Holder::me() };
        leave_lock(folder.path(), &elsewhere, Duration::from_secs(3));
        let refusal = take(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("node7"), "{refusal}");
        leave_lock(folder.path(), &elsewhere, DEAD + Duration::from_secs(5));
        let lock = take(folder.path()).unwrap();
        assert!(!lock.is_lost());
        leave_lock(folder.path(), &elsewhere, Duration::ZERO);
        drop(lock);
        assert!(folder.path().join("lock").exists(), "another run's lock is left alone");
    }
}
