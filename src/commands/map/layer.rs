//! Threads that lay out what programs are handed: units in, programs ready to be run out. A folder of thousands of links
//! takes its time on a busy file system, and the rank's talk must not wait for it.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::folders::{Folders, lay};
use super::messages::Task;
use crate::config::MapJob;
use crate::programs::Task as Program;

/// As long as one waits for the file system, another may ask it.
const THREADS: usize = 4;

/// A unit, and the number of its start.
type Chore = (Task, u64);

/// One rank's threads; they end when this is dropped and their chores are done.
#[derive(Debug)]
pub(super) struct Layer {
    to: Sender<Chore>,
    from: Receiver<(u64, io::Result<Program>)>,
}

impl Layer {
    /// `units` is how many units there are.
    pub(super) fn start(job: &MapJob, folders: &Folders, units: u64) -> io::Result<Self> {
        let (to, chores) = channel();
        let (say, from) = channel();
        let chores = Arc::new(Mutex::new(chores));
        for _ in 0..THREADS {
            let (job, folders, chores, say) =
                (job.clone(), folders.clone(), chores.clone(), say.clone());
            let work = move || serve(&job, &folders, units, &chores, &say);
            std::thread::Builder::new().name("layer".into()).spawn(work)?;
        }
        Ok(Self { to, from })
    }

    pub(super) fn lay(&self, task: Task, start: u64) {
        self.to.send((task, start)).expect("the threads live as long as this does");
    }

    /// The next program that is laid out, by the number of its start.
    pub(super) fn next(&self) -> Option<(u64, io::Result<Program>)> {
        self.from.try_recv().ok()
    }
}

fn serve(
    job: &MapJob,
    folders: &Folders,
    units: u64,
    chores: &Mutex<Receiver<Chore>>,
    say: &Sender<(u64, io::Result<Program>)>,
) {
    loop {
        let chore = chores.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((task, start)) = chore else { return };
        if say.send((start, lay(job, folders, &task, (start, units)))).is_err() {
            return;
        }
    }
}
