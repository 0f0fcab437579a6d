//! Programs run for real: the runner is this very binary in a process of its own.

mod ends;
mod left_behind;
mod limits;
mod starting;
mod stopping;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use super::*;
use crate::stage::Stopwatch;

/// The test below, by which this binary becomes a runner, and the variable that says it is to be one.
pub(super) const RUNNER: &str = concat!(module_path!(), "::stands_for_the_runner");
pub(super) const IS_RUNNER: &str = "SAUVA_TEST_IS_RUNNER";

/// Far more than anything here takes: who passes it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
#[ignore = "a process that other tests start"]
fn stands_for_the_runner() {
    if std::env::var_os(IS_RUNNER).is_some() {
        attend().unwrap();
    }
}

/// A runner and a folder for its attempts.
struct Lab {
    runner: Runner,
    base: tempfile::TempDir,
    tasks: u64,
    started: HashMap<u64, Start>,
}

impl Lab {
    fn new(settings: Settings) -> Self {
        let runner = Runner::new(RunnerProcess::for_tests(), settings).unwrap();
        let base = tempfile::tempdir().unwrap();
        Self { runner, base, tasks: 0, started: HashMap::new() }
    }

    /// The folder of a task.
    fn folder(&self, id: u64) -> PathBuf {
        self.base.path().join(id.to_string())
    }

    fn run(&mut self, command: &[&str]) -> u64 {
        self.run_with(command.iter().map(OsString::from).collect(), Vec::new())
    }

    /// A shell's script; its folder is `$0`.
    fn sh(&mut self, script: &str) -> u64 {
        let folder = self.folder(self.tasks).into_os_string();
        self.run_with(vec!["sh".into(), "-c".into(), script.into(), folder], Vec::new())
    }

    fn run_with(&mut self, command: Vec<OsString>, environment: Vec<(OsString, OsString)>) -> u64 {
        let id = self.tasks;
        self.tasks += 1;
        self.runner.run(Task { id, command, environment, folder: self.folder(id) });
        id
    }

    fn next(&mut self) -> Event {
        let event = self.runner.next(PATIENCE).expect("something happens");
        if let Event::Started(start) = &event {
            self.started.insert(start.id, start.clone());
        }
        event
    }

    /// The next end.
    fn end(&mut self) -> End {
        loop {
            match self.next() {
                Event::Started(_) => {}
                Event::Ended(end) => return end,
                other => panic!("{other:?}"),
            }
        }
    }

    /// The ends of all tasks, each told once.
    fn ends(&mut self) -> BTreeMap<u64, End> {
        let mut ends = BTreeMap::new();
        while (ends.len() as u64) < self.tasks {
            let end = self.end();
            assert!(ends.insert(end.id, end).is_none());
        }
        ends
    }

    /// Waits until a task runs.
    fn until_started(&mut self, id: u64) -> u32 {
        while !self.started.contains_key(&id) {
            self.next();
        }
        self.started[&id].pid
    }

    fn stdout(&self, id: u64) -> String {
        fs::read_to_string(self.folder(id).join("stdout")).unwrap_or_default()
    }
}

/// The first line of a file, as soon as it is there whole.
fn awaited(file: &Path) -> String {
    let waiting = Stopwatch::start();
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some((line, _)) = text.split_once('\n') {
            return line.to_owned();
        }
        assert!(waiting.elapsed() < PATIENCE, "{}", file.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process runs; one that has ended and was not waited for does not.
fn runs(pid: &str) -> bool {
    let pid = rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap();
    processes::stat(pid).is_some_and(|it| !it.is_dead)
}
