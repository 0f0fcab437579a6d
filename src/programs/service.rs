//! What the runner's process does: orders come in on standard input, which is a socket; events go out there.

use std::io::{self, BufReader};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{getpid, set_child_subreaper};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};

use super::board::Board;
use super::processes::lists_children;
use super::protocol::{Order, receive};
use super::{guard, remains};
use crate::process::was_told_to_ignore;

/// How long programs that were killed may take to be gone before the runner leaves them to their fate: one that
/// waits for a dead file server cannot end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does the work of a runner. Returns when the rank is gone, or wants no more, and nothing runs any longer.
pub fn attend() -> io::Result<()> {
    harden()?;
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut orders = BufReader::new(socket.try_clone()?);
    let Some(Order::Begin { settings, name }) = receive(&mut orders)? else {
        return Ok(());
    };
    let board = Arc::new(Board::new(settings, name, socket));
    let guarded = board.clone();
    std::thread::Builder::new().name("guard".into()).spawn(move || guard::watch(&guarded))?;
    let served = serve(&board, &mut orders);
    let all_ended = board.close(PATIENCE);
    // Where the kernel does not tell orphans from programs, a program that still runs would be taken for one.
    if all_ended || lists_children() {
        remains::clear_all();
    }
    served
}

fn serve(board: &Arc<Board>, orders: &mut BufReader<UnixStream>) -> io::Result<()> {
    while let Some(order) = receive(orders)? {
        match order {
            Order::Run(task) => board.enqueue(task)?,
            Order::Slots(slots) => board.set_slots(slots)?,
            Order::TakeBack => board.take_back(),
            Order::Interrupt(id) => board.interrupt(id),
            Order::Stop => board.stop(),
            Order::Begin { .. } => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}

/// Signals are the rank's to answer. When memory runs out, programs go first, which inherit their place in that
/// order; then the runner; the rank last.
fn harden() -> io::Result<()> {
    // Handlers that do nothing, not `SIG_IGN`, which programs would inherit. What was ignored from the beginning,
    // as by `nohup`, stays so for programs too.
    let signals = [SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ];
    for signal in signals.into_iter().filter(|signal| !was_told_to_ignore(*signal)) {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    set_child_subreaper(Some(getpid()))?;
    // A lower score than our own is not allowed everywhere, a higher one is.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
    Ok(())
}
