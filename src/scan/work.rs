//! What the threads of a scan share: the folders and names that wait to be looked at, the way to whoever takes
//! what is found, and when to stop. Folders are taken last in, first out, so that few of them wait.

use std::ffi::OsStr;
use std::fmt;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::list::List;
use super::{BATCH, Found, Other, OtherKind, ScanError, listed, look, tree};
use crate::deident::Pseudonyms;
use crate::manifest::FolderFiles;

/// Names of one folder that have not been looked at: files without sizes.
pub(super) struct Names {
    pub(super) files: FolderFiles,
    /// The folder, where it is open already.
    pub(super) folder: Option<Arc<OwnedFd>>,
}

pub(super) enum Task {
    /// To be listed.
    Folder(PathBuf),
    /// To be looked at.
    Names(Names),
}

struct Tasks {
    folders: Vec<PathBuf>,
    names: Vec<Names>,
    /// Threads that may yet add some.
    busy: usize,
}

/// Shared by the threads of a scan.
pub(super) struct Work {
    pub(super) root: PathBuf,
    /// Whether a list says what there should be.
    pub(super) is_listed: bool,
    pseudonyms: Pseudonyms,
    threads: usize,
    tasks: Mutex<Tasks>,
    changed: Condvar,
    stopped: AtomicBool,
    files: AtomicU64,
    /// More files than this are refused.
    pub(super) most_files: u32,
    /// What is done with a task.
    pub(super) perform: fn(Task, &mut Outlet<'_>),
}

impl fmt::Debug for Work {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Work(..)")
    }
}

impl Work {
    pub(super) fn tree(root: PathBuf, pseudonyms: Pseudonyms, threads: usize) -> Self {
        let tasks = Tasks { folders: vec![PathBuf::new()], names: Vec::new(), busy: 0 };
        Self::new(root, pseudonyms, threads, tasks)
    }

    /// The first thread reads the list, and is busy from the start.
    pub(super) fn listed(root: PathBuf, pseudonyms: Pseudonyms, threads: usize) -> Self {
        let tasks = Tasks { folders: Vec::new(), names: Vec::new(), busy: 1 };
        Self { is_listed: true, ..Self::new(root, pseudonyms, threads, tasks) }
    }

    fn new(root: PathBuf, pseudonyms: Pseudonyms, threads: usize, tasks: Tasks) -> Self {
        Self {
            root,
            is_listed: false,
            pseudonyms,
            threads,
            tasks: Mutex::new(tasks),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
            files: AtomicU64::new(0),
            most_files: u32::MAX,
            perform,
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        // A thread that panics stops the scan; the others only have to see that.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stop(&self) {
        // Under the lock, since a thread that has just looked would else wait for ever.
        let _tasks = self.tasks();
        self.stopped.store(true, Relaxed);
        self.changed.notify_all();
    }

    pub(super) fn goes_on(&self) -> bool {
        !self.stopped.load(Relaxed)
    }

    /// The next task; none once nothing is left and nobody may add any. [`Work::done`] belongs to each.
    fn take(&self) -> Option<Task> {
        let mut tasks = self.tasks();
        while self.goes_on() {
            let names = tasks.names.pop().map(Task::Names);
            if let Some(task) = names.or_else(|| tasks.folders.pop().map(Task::Folder)) {
                tasks.busy += 1;
                return Some(task);
            }
            if tasks.busy == 0 {
                return None;
            }
            tasks = self.changed.wait(tasks).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn done(&self) {
        let mut tasks = self.tasks();
        tasks.busy -= 1;
        if tasks.busy == 0 {
            self.changed.notify_all();
        }
    }

    pub(super) fn add_folders(&self, folders: &mut Vec<PathBuf>) {
        let count = folders.len();
        self.tasks().folders.append(folders);
        match count {
            0 => {}
            1 => self.changed.notify_one(),
            _ => self.changed.notify_all(),
        }
    }

    /// Leaves names to another thread; gives them back where enough of them wait already.
    pub(super) fn leave(&self, names: Names) -> Option<Names> {
        let mut tasks = self.tasks();
        if tasks.names.len() >= self.threads {
            return Some(names);
        }
        tasks.names.push(names);
        self.changed.notify_one();
        None
    }
}

/// The way from one thread to whoever takes what is found.
pub(super) struct Outlet<'a> {
    pub(super) work: &'a Work,
    to: &'a SyncSender<Found>,
    others: Vec<Other>,
}

impl Outlet<'_> {
    /// Waits while enough is waiting to be taken.
    fn tell(&self, found: Found) {
        if self.to.send(found).is_err() {
            self.work.stop();
        }
    }

    pub(super) fn fail(&self, error: ScanError) {
        self.work.stop();
        self.tell(Found::Failed(error));
    }

    pub(super) fn files(&self, files: FolderFiles) {
        let count = files.len() as u64;
        let most = self.work.most_files;
        if self.work.files.fetch_add(count, Relaxed) + count > most.into() {
            self.fail(ScanError::TooMany(most));
        } else if count > 0 {
            self.tell(Found::Files(files));
        }
    }

    /// A name in a folder that is no file; an empty one is the folder itself.
    pub(super) fn other(&mut self, folder: &Path, name: &[u8], kind: OtherKind) {
        let name = OsStr::from_bytes(name);
        let path = if name.is_empty() { folder.to_owned() } else { folder.join(name) };
        let path_id = self.work.pseudonyms.path_id(path.as_os_str().as_bytes());
        self.others.push(Other { path, path_id, kind });
        if self.others.len() >= BATCH {
            self.flush();
        }
    }

    /// Tells of the names that are no files.
    fn flush(&mut self) {
        if !self.others.is_empty() {
            let others = std::mem::take(&mut self.others);
            self.tell(Found::Others(others));
        }
    }
}

fn perform(task: Task, outlet: &mut Outlet<'_>) {
    match task {
        Task::Folder(folder) => tree::list(&folder, outlet),
        Task::Names(names) => look::look(&names, outlet),
    }
}

/// A thread of a scan, from start to end. One of them has the list, if there is one.
pub(super) fn run(work: &Work, to: &SyncSender<Found>, list: Option<&List>) {
    let mut outlet = Outlet { work, to, others: Vec::new() };
    let ran = catch_unwind(AssertUnwindSafe(|| {
        if let Some(list) = list {
            if let Err(error) = listed::read(list, &mut outlet) {
                outlet.fail(error.into());
            }
            outlet.flush();
            work.done();
        }
        while let Some(task) = work.take() {
            (work.perform)(task, &mut outlet);
            outlet.flush();
            work.done();
        }
    }));
    if ran.is_err() {
        outlet.fail(ScanError::Panicked);
    }
}
