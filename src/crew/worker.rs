//! The worker process, from both sides: [`WorkerProcess`] starts one, [`attend`] is what it does.

use std::io::{self, BufReader};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};

use super::Farewell;
use super::pool::{Pool, STACK_BYTES, Tell};
use super::protocol::{Begin, Order, Word, receive, receive_secret, send, send_secret};
use crate::deident::Key;
use crate::storage::Disk;
use crate::{memory, process};

#[cfg(feature = "test-hooks")]
pub(super) mod hooks;

/// What the worker finds in its environment: nothing of MPI, so that no library in it joins a job.
const KEPT_VARIABLES: [&str; 8] = [
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "SAUVA_LOG",
    "RUST_BACKTRACE",
    "TMPDIR",
    "TZ",
    "LLVM_PROFILE_FILE",
];

/// A worker process that runs and waits for orders. Killed when dropped.
#[derive(Debug)]
pub struct WorkerProcess {
    child: Child,
    socket: UnixStream,
}

impl WorkerProcess {
    /// Starts one: this very program, as `sauva worker`.
    pub fn start() -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let variables =
            KEPT_VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        // This very file, even where another has taken its name since.
        let child = Command::new("/proc/self/exe")
            .arg0("sauva")
            .arg("worker")
            .env_clear()
            .envs(variables)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            // A library that prints must not break into what the ranks say.
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { child, socket })
    }

    /// The end of the socket at which the worker's words come in.
    pub(super) fn listen(&self) -> io::Result<BufReader<UnixStream>> {
        self.socket.try_clone().map(|socket| BufReader::with_capacity(1 << 16, socket))
    }

    pub(super) fn order(&mut self, order: &Order) -> io::Result<()> {
        match order {
            Order::Begin(_) => send_secret(&mut self.socket, order),
            Order::Task(_) | Order::End => send(&mut self.socket, order),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once.
    pub(super) fn kill(&mut self) {
        // It may be gone already, which is what is wanted.
        self.child.kill().ok();
    }

    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.kill();
        self.child.wait().ok();
    }
}

/// Address space that a worker takes beside what its files need: for each thread its stack and its
/// arenas of the C library's allocator (64 MiB each, and now and then a second), and the program.
fn overhead_bytes(threads: usize) -> u64 {
    (threads as u64 + 2) * (STACK_BYTES as u64 + (128 << 20)) + (256 << 20)
}

/// Does the work of a worker process: orders come in on standard input, which is a socket. Returns
/// when no order can follow.
pub fn attend() -> io::Result<()> {
    harden()?;
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    serve(socket, |begin| {
        limit(Resource::As, begin.memory_bytes.saturating_add(overhead_bytes(begin.threads)));
        memory::end_process_when_exhausted();
    })
}

/// Obeys the orders that come through a socket; `confine` is done to the process once its threads stand.
fn serve(socket: UnixStream, confine: impl FnOnce(&Begin)) -> io::Result<()> {
    let mut orders = BufReader::new(socket.try_clone()?);
    let Some(Order::Begin(begin)) = receive_secret(&mut orders)? else {
        return Ok(());
    };
    let words = Arc::new(Mutex::new(socket));
    let say = move |word: &Word| {
        let mut socket = words.lock().unwrap_or_else(PoisonError::into_inner);
        if send(&mut *socket, word).is_err() {
            // Nobody listens: the rank is gone, and so is the reason to go on.
            memory::leave_at_once(1);
        }
    };
    let pool = match prepare(&begin) {
        Ok(pool) => {
            confine(&begin);
            pool
        }
        Err(why) => {
            say(&Word::Unfit(why.to_owned()));
            return Ok(());
        }
    };
    let tell: Tell = {
        let say = say.clone();
        Arc::new(move |event| say(&Word::Event(event)))
    };
    loop {
        match receive(&mut orders)? {
            Some(Order::Task(entry)) => pool.start(entry, tell.clone()),
            Some(Order::End) => {
                let farewell = Farewell { usage: process::usage(), ..pool.leave() };
                say(&Word::Bye(Box::new(farewell)));
                return Ok(());
            }
            Some(Order::Begin(_)) | None => memory::leave_at_once(1),
        }
    }
}

fn prepare(begin: &Begin) -> Result<Pool, &'static str> {
    let key = Key::from_bytes(&begin.key).ok_or("the key has not come through")?;
    let storage = Arc::new(Disk::below(&begin.orders.output));
    let pipeline = begin.orders.pipeline(&key, storage).ok_or("the codec is not known")?;
    Pool::new(pipeline, begin.threads, begin.orders.is_traced)
        .map_err(|_| "its threads cannot be started")
}

/// Signals are the rank's to answer, and the worker dies with it. Its memory, with the key, is in no
/// core file; when memory runs out it goes first.
fn harden() -> io::Result<()> {
    // SIGXFSZ: a write that passes the limit of a file's size is to fail, not to kill.
    for signal in [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ] {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // A lower score than our own is not allowed everywhere, a higher one is.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
    process::keep_secrets();
    Ok(())
}

/// Sets a limit, as far as the one that is in force allows.
fn limit(resource: Resource, bytes: u64) {
    let hard = getrlimit(resource).maximum;
    let bytes = hard.map_or(bytes, |hard| hard.min(bytes));
    // Without the limit a hostile file may get the process killed, which costs no more than it.
    setrlimit(resource, Rlimit { current: Some(bytes), maximum: Some(bytes) }).ok();
}

/// A worker whose orders are carried out by a thread of this process, behind the same socket.
#[cfg(test)]
pub(super) fn in_a_thread() -> io::Result<WorkerProcess> {
    let (socket, theirs) = UnixStream::pair()?;
    std::thread::spawn(move || serve(theirs, |_| ()));
    // Stands for the process.
    let child = Command::new("sleep").arg("3600").spawn()?;
    Ok(WorkerProcess { child, socket })
}
