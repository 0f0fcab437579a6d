//! The rank's side: [`RunnerProcess`] starts the process, [`Runner`] gives it tasks and hears what becomes of them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, BufReader};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{getpid, set_child_subreaper};

use super::environment::ATTEMPT_ID;
use super::protocol::{Order, receive, send};
use super::{End, Event, How, Settings, Start, Task, folder, remains};
use crate::stage::Stopwatch;

/// How long a runner that has nothing more to do may take to end.
const FAREWELL: Duration = Duration::from_secs(20);

/// A runner process that waits for its orders. When this is dropped, it ends, and with it all that it has started.
#[derive(Debug)]
pub struct RunnerProcess {
    child: Child,
    socket: UnixStream,
}

impl RunnerProcess {
    /// Starts one: this very program, as `sauva runner`, with all of this process's environment. To be called
    /// before MPI starts: on some networks a process that speaks MPI may not start others. Limits of this process
    /// (getrlimit(2)) are those of programs too.
    pub fn start() -> io::Result<Self> {
        // This very file, even where another has taken its name since.
        let mut command = Command::new("/proc/self/exe");
        command.arg0("sauva").arg("runner");
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        // In a group of its own: who kills the rank's group must not kill it before it has ended its programs.
        command.process_group(0).stdin(Stdio::from(OwnedFd::from(theirs)));
        // What a library prints must not break into what the ranks say.
        let child = command.stdout(Stdio::null()).spawn()?;
        Ok(Self { child, socket })
    }

    /// The tests' own binary as a runner: see `tests::stands_for_the_runner`.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        let test = super::tests::RUNNER.split_once("::").expect("a path has a crate").1;
        let mut command = Command::new("/proc/self/exe");
        command
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env(super::tests::IS_RUNNER, "");
        Self::spawn(command).expect("the tests' binary can be started")
    }
}

impl Drop for RunnerProcess {
    fn drop(&mut self) {
        // The end of its orders.
        self.socket.shutdown(Shutdown::Both).ok();
        let waiting = Stopwatch::start();
        let mut pause = Duration::from_millis(1);
        while let Ok(None) = self.child.try_wait() {
            if waiting.elapsed() > FAREWELL {
                self.child.kill().ok();
                self.child.wait().ok();
                return;
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

/// Runs programs. When it is dropped, all that runs is killed at once.
#[derive(Debug)]
pub struct Runner {
    process: RunnerProcess,
    /// What its attempt IDs begin with.
    name: String,
    words: mpsc::Receiver<Event>,
    in_hand: HashMap<u64, InHand>,
    ready: VecDeque<Event>,
    is_alive: bool,
}

/// A task that the runner has.
#[derive(Debug)]
struct InHand {
    folder: PathBuf,
    started: Option<(Start, Stopwatch)>,
}

impl Runner {
    /// Gives a runner its orders. An error of kind `InvalidInput` says what is wrong with the settings.
    pub fn new(process: RunnerProcess, settings: Settings) -> io::Result<Self> {
        if settings.gpus_per_task > settings.gpus.len() {
            let why = format!(
                "a program is to have {} GPUs, but this rank has {}: ask for fewer (--gpus), or for more \
                 from the batch system",
                settings.gpus_per_task,
                settings.gpus.len()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        // Should the runner die, its programs come to this process, which then ends them.
        set_child_subreaper(Some(getpid()))?;
        let name = name(&process);
        let mut socket = BufReader::with_capacity(1 << 16, process.socket.try_clone()?);
        let (sender, words) = mpsc::channel();
        std::thread::Builder::new().name("listener".into()).spawn(move || {
            while let Ok(Some(event)) = receive(&mut socket) {
                if sender.send(event).is_err() {
                    break;
                }
            }
        })?;
        let (in_hand, ready) = (HashMap::new(), VecDeque::new());
        let mut runner = Self { process, name, words, in_hand, ready, is_alive: true };
        let name = runner.name.clone();
        runner.order(&Order::Begin { settings, name });
        Ok(runner)
    }

    /// Runs a program as soon as there is a slot for it. Those that wait begin in the order in which they came.
    pub fn run(&mut self, task: Task) {
        if !self.is_alive {
            return self.ready.push_back(Event::Unbegun(task.id));
        }
        self.in_hand.insert(task.id, InHand { folder: task.folder.clone(), started: None });
        self.order(&Order::Run(task));
    }

    /// How many programs may run at a time from now on. What runs goes on.
    pub fn set_slots(&mut self, slots: usize) {
        self.order(&Order::Slots(slots));
    }

    /// Asks for the tasks that are not begun: each is told as [`Event::Unbegun`].
    pub fn take_back(&mut self) {
        self.order(&Order::TakeBack);
    }

    /// Tells one task to stop, as [`Self::stop`] does all; one that was not begun comes back.
    pub fn interrupt(&mut self, id: u64) {
        self.order(&Order::Interrupt(id));
    }

    /// Tells all that runs to stop: SIGTERM, and SIGKILL after the grace. Each ends as [`How::Interrupted`];
    /// tasks that were not begun, and those that come later, are told as [`Event::Unbegun`].
    pub fn stop(&mut self) {
        self.order(&Order::Stop);
    }

    /// Whether the runner lives, as far as was heard.
    pub fn is_alive(&self) -> bool {
        self.is_alive
    }

    /// What happens next; `None` if nothing does in this time.
    pub fn next(&mut self, wait: Duration) -> Option<Event> {
        if let Some(event) = self.ready.pop_front() {
            return Some(event);
        }
        if !self.is_alive {
            return None;
        }
        match self.words.recv_timeout(wait) {
            Ok(event) => {
                self.note(&event);
                Some(event)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.bury();
                self.ready.pop_front()
            }
        }
    }

    /// A runner that does not take an order is dead, which its silence will tell.
    fn order(&mut self, order: &Order) {
        send(&mut self.process.socket, order).ok();
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Started(start) => {
                if let Some(task) = self.in_hand.get_mut(&start.id) {
                    task.started = Some((start.clone(), Stopwatch::start()));
                }
            }
            Event::Ended(End { id, .. }) | Event::Unbegun(id) => {
                self.in_hand.remove(id);
            }
            Event::Gone => {}
        }
    }

    /// The runner has died: what it has left running is ended here, then all its tasks come back.
    fn bury(&mut self) {
        self.is_alive = false;
        self.process.child.kill().ok();
        // When it is gone, its children are this process's.
        self.process.child.wait().ok();
        let started = self.in_hand.values().filter_map(|task| task.started.as_ref());
        let groups: HashSet<i32> = started.map(|(start, _)| start.pid as i32).collect();
        remains::inherit(&groups, &self.name);
        let mut tasks: Vec<(u64, InHand)> = self.in_hand.drain().collect();
        tasks.sort_unstable_by_key(|(id, _)| *id);
        let events = tasks.into_iter().map(|(id, task)| match task.started {
            Some((start, running)) => Event::Ended(lost(start, running, &task.folder)),
            None => Event::Unbegun(id),
        });
        self.ready.extend(events.chain([Event::Gone]));
    }
}

fn lost(start: Start, running: Stopwatch, folder: &std::path::Path) -> End {
    let left = folder::tidy(folder, true);
    End {
        id: start.id,
        how: How::Lost,
        wall_s: running.seconds(),
        cpu_s: 0.0,
        peak_memory_bytes: 0,
        start_unix_s: start.start_unix_s,
        slot: start.slot,
        gpus: start.gpus,
        stderr_tail: left.stderr_tail,
        output_is_empty: left.output_is_empty,
        stdout_bytes: left.stdout_bytes,
        stderr_bytes: left.stderr_bytes,
    }
}

/// A name that no other runner has, here or on another node. It goes on from the name of the program that this
/// process is part of, if it is.
fn name(process: &RunnerProcess) -> String {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    let own = format!("{}.{}.{}", process.child.id(), time.tv_sec, time.tv_nsec);
    match std::env::var(ATTEMPT_ID) {
        Ok(outer) => format!("{outer}/{own}"),
        Err(_) => own,
    }
}
