//! The work of one rank: units from rank 0 in, programs run by its runner, attempts that have ended and are settled
//! out.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use super::commit::{Committer, Ending};
use super::layer::Layer;
use super::messages::{Done, Gang, Order, Phase, Report, Task, Word};
use super::sites::Site;
use crate::commands::signals::Signals;
use crate::config::{MapJob, What};
use crate::programs::{End, Event, How, Runner, RunnerProcess, Settings, Start, Task as Program};
use crate::stage::{Stopwatch, unix_s};
use crate::storage::in_words;
use crate::units::{Attempt, Ended};

/// Between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(8);
/// Units shorter than this are handed over before a slot is free, so that none is idle while rank 0 is asked,
const SHORT_S: f64 = 0.25;
/// as many as take so long,
const AHEAD_S: f64 = 0.1;
/// and no more than this.
const MOST_AHEAD: usize = 512;
/// A rank that has not begun what it has, though it has free slots, asks for nothing for so long: others may.
const REST: Duration = Duration::from_secs(5);
/// Runners that may die until the rank gives up.
const MOST_DEATHS: u32 = 3;

/// A unit in the hands of a rank.
#[derive(Debug)]
struct InHand {
    task: Task,
    begun: Option<Stopwatch>,
}

/// One rank's work.
#[derive(Debug)]
pub(super) struct Hand<'a> {
    job: &'a MapJob,
    signals: &'a Signals,
    site: &'a Site,
    mpi_rank: u32,
    runner: Option<Runner>,
    committer: Committer,
    layer: Layer,
    /// By the number that the runner knows a start by.
    starts: HashMap<u64, InHand>,
    next_start: u64,
    slots: usize,
    received: u64,
    /// Seconds that a unit takes, as of late.
    mean_s: Option<f64>,
    deaths: u32,
    report: Report,
    word: Word,
    is_stopped: bool,
    recalled: bool,
    /// Since when it asks for nothing, because what it had did not begin.
    rests: Option<Stopwatch>,
    /// Whether the gang has failed and what is left of it ends.
    drops: bool,
}

/// What a runner works by.
pub(super) fn settings(job: &MapJob, site: &Site) -> Settings {
    let means = &job.means;
    Settings {
        slots: site.slots,
        cpus_per_task: means.cpus_per_task,
        gpus: site.gpus.clone(),
        gpus_per_task: if site.slots == 0 { 0 } else { means.gpus },
        gpu_share: means.gpu_share,
        max_load: means.max_load,
        timeout: means.timeout,
        memory_bytes: means.memory_bytes,
        grace: GRACE,
    }
}

impl<'a> Hand<'a> {
    pub(super) fn new(
        (job, signals, site): (&'a MapJob, &'a Signals, &'a Site),
        mpi_rank: usize,
        runner: Runner,
        (committer, layer): (Committer, Layer),
    ) -> Self {
        Self {
            job,
            signals,
            site,
            mpi_rank: mpi_rank as u32,
            runner: Some(runner),
            committer,
            layer,
            starts: HashMap::new(),
            next_start: 0,
            slots: site.slots,
            received: 0,
            mean_s: None,
            deaths: 0,
            report: Report::default(),
            word: Word::GoOn,
            is_stopped: false,
            recalled: false,
            rests: None,
            drops: false,
        }
    }

    /// Waits at most so long for something to happen; whether it has.
    pub(super) fn look(&mut self, wait: Duration) -> bool {
        let mut has_any = false;
        let mut wait = wait;
        // A runner that has died may be followed by another, hence each time anew.
        while let Some(event) = self.runner.as_mut().and_then(|runner| runner.next(wait)) {
            (wait, has_any) = (Duration::ZERO, true);
            match event {
                Event::Started(start) => self.note_start(&start),
                Event::Ended(end) => self.note_end(end),
                Event::Unbegun(start) => self.give_back(start),
                Event::Gone => self.replace_runner(),
            }
        }
        if self.runner.is_none() {
            std::thread::sleep(wait);
        }
        while let Some((start, laid)) = self.layer.next() {
            has_any = true;
            self.run(start, laid);
        }
        while let Some(settled) = self.committer.next() {
            has_any = true;
            match settled {
                Ok(Ending { unit, attempt, .. }) => self.report.done.push(Done { unit, attempt }),
                Err(error) => {
                    let why = format!("the results cannot be kept: {}", in_words(&error));
                    self.stop_all(why);
                }
            }
        }
        if let Some(signal) = self.signals.seen()
            && self.report.phase == Phase::Working
        {
            self.stop_all(format!("stopped by {signal}"));
        }
        has_any
    }

    fn stop_all(&mut self, why: String) {
        self.report.phase = Phase::Stopping;
        self.report.trouble.get_or_insert(why);
    }

    fn note_start(&mut self, start: &Start) {
        if let Some(in_hand) = self.starts.get_mut(&start.id) {
            in_hand.begun = Some(Stopwatch::start());
        }
    }

    fn note_end(&mut self, end: End) {
        let Some(InHand { task, .. }) = self.starts.remove(&end.id) else { return };
        let (ended, why) = match end.how {
            // Nothing of a gang that has failed stands, also what ended well before it heard of it.
            How::Exited(0) if self.drops => (Ended::Interrupted, None),
            How::Exited(status) => (Ended::Exited(status), None),
            How::Signal(signal) => (Ended::Signal(signal), None),
            How::TimeLimit => (Ended::TimeLimit, None),
            How::OutOfMemory => (Ended::OutOfMemory, None),
            How::CannotStart(why) => (Ended::CannotStart(why.clone()), Some(why.into_bytes())),
            How::Lost => (Ended::Lost, None),
            How::Interrupted => (Ended::Interrupted, None),
        };
        if ended.is_success() {
            let mean_s = self.mean_s.map_or(end.wall_s, |mean_s| 0.8 * mean_s + 0.2 * end.wall_s);
            self.mean_s = Some(mean_s);
        }
        let attempt = Attempt {
            number: task.attempt,
            content: task.content,
            ended,
            host: self.site.host.clone(),
            mpi_rank: self.mpi_rank,
            slot: end.slot,
            gpus: end.gpus,
            start_unix_s: end.start_unix_s,
            wall_s: end.wall_s,
            cpu_s: end.cpu_s,
            peak_memory_bytes: end.peak_memory_bytes,
            has_output: !end.output_is_empty,
            stdout_bytes: end.stdout_bytes,
            stderr_bytes: end.stderr_bytes,
            stderr_tail: why.unwrap_or(end.stderr_tail),
        };
        let Task { unit, id, name, .. } = task;
        let is_held = matches!(self.job.what, What::Gang(_)) && !self.drops;
        if is_held {
            self.report.held.push(attempt.ended.is_success());
        }
        self.committer.take(Ending { unit, id, name, attempt }, is_held);
    }

    /// A unit that was not begun goes back to rank 0.
    fn give_back(&mut self, start: u64) {
        let Some(InHand { task, .. }) = self.starts.remove(&start) else { return };
        // Its folder is taken anew by who gets it next.
        self.report.returned.push(task.unit);
    }

    /// The runner has died, and what it had has come back: another one goes on.
    fn replace_runner(&mut self) {
        self.runner = None;
        self.deaths += 1;
        tracing::warn!(deaths = self.deaths, "the process that runs programs has died");
        if self.deaths < MOST_DEATHS {
            let settings = Settings { slots: self.slots, ..settings(self.job, self.site) };
            let another = RunnerProcess::start().and_then(|it| Runner::new(it, settings));
            self.runner = another.ok();
        }
        if self.runner.is_none() && self.report.phase == Phase::Working {
            self.report.phase = Phase::Unfit;
            self.report.trouble =
                Some("the process that runs programs dies again and again".into());
        }
    }

    /// Where this rank stands. What has ended and what comes back is handed over once.
    pub(super) fn report(&mut self) -> Report {
        let begun = self.starts.values().filter(|it| it.begun.is_some()).count();
        let room = self.target().saturating_sub(self.starts.len());
        self.report.wanted = self.received + room as u64;
        self.report.running = begun as u32;
        self.report.at_hand = (self.starts.len() - begun) as u32;
        if self.starts.is_empty() {
            self.committer.hurry();
        }
        let is_over = matches!(self.word, Word::End | Word::Stop | Word::AllEnded);
        if is_over && self.starts.is_empty() && !self.committer.is_busy() {
            self.report.phase = Phase::Ended;
        }
        if self.recalled && (self.report.at_hand == 0 || !self.report.returned.is_empty()) {
            self.recalled = false;
            self.report.ends_recall = true;
        }
        let next = Report {
            phase: self.report.phase,
            trouble: self.report.trouble.clone(),
            ..Report::default()
        };
        std::mem::replace(&mut self.report, next)
    }

    /// Units that this rank should have: one for each slot, and some ahead where they are short.
    fn target(&self) -> usize {
        let rests = self.rests.is_some_and(|since| since.elapsed() < REST);
        if self.report.phase != Phase::Working || self.runner.is_none() || rests {
            return 0;
        }
        let oldest = self.starts.values().filter_map(|it| it.begun).map(|it| it.seconds());
        let longest_s = oldest.fold(self.mean_s.unwrap_or(SHORT_S), f64::max);
        if longest_s >= SHORT_S || matches!(self.job.what, What::Gang(_)) {
            return self.slots;
        }
        let each = (AHEAD_S / longest_s.max(1e-4)).ceil() as usize;
        self.slots + (self.slots * each).min(MOST_AHEAD)
    }

    /// Does what rank 0 says.
    pub(super) fn obey(&mut self, order: Order) {
        if let Some(slots) = order.slots {
            self.slots = slots as usize;
            if let Some(runner) = &mut self.runner {
                runner.set_slots(self.slots);
            }
        }
        self.word = order.word;
        for task in order.tasks {
            self.begin(task);
        }
        if order.recalls {
            self.recalled = true;
            // With slots free it is the load that keeps it.
            let begun = self.starts.values().filter(|it| it.begun.is_some()).count();
            self.rests = (begun < self.slots).then(Stopwatch::start);
            if let Some(runner) = &mut self.runner {
                runner.take_back();
            }
        }
        match order.gang {
            Some(Gang::Keep) => self.committer.release(true),
            Some(Gang::Drop) => self.drop_gang(),
            None => {}
        }
        if self.word == Word::Stop && !self.is_stopped {
            self.is_stopped = true;
            if let Some(runner) = &mut self.runner {
                runner.stop();
            }
            self.drops = true;
            self.committer.release(false);
        }
    }

    /// A member has failed: what has ended is of no use, and what runs is to end.
    fn drop_gang(&mut self) {
        self.drops = true;
        self.committer.release(false);
        let Some(runner) = &mut self.runner else { return };
        self.starts.keys().for_each(|start| runner.interrupt(*start));
    }

    fn begin(&mut self, task: Task) {
        self.received += 1;
        self.drops = false;
        if self.runner.is_none() {
            return self.report.returned.push(task.unit);
        }
        let start = self.next_start;
        self.next_start += 1;
        self.layer.lay(task.clone(), start);
        self.starts.insert(start, InHand { task, begun: None });
    }

    /// What a program is handed is there: it may begin.
    fn run(&mut self, start: u64, laid: io::Result<Program>) {
        match (laid, &mut self.runner) {
            (Ok(program), Some(runner)) => return runner.run(program),
            (Ok(_), None) => {}
            (Err(error), _) if error.kind() == io::ErrorKind::InvalidInput => {
                return self.note_end(cannot_start(start, error.to_string()));
            }
            (Err(error), _) => {
                let why = format!("the folder of a unit cannot be made: {}", in_words(&error));
                self.stop_all(why);
            }
        }
        self.give_back(start);
    }

    /// Whether the work of this rank and of all others has ended.
    pub(super) fn is_over(&self) -> bool {
        self.word == Word::AllEnded
    }
}

/// The end of a program that could not be handed what it is to be handed.
fn cannot_start(start: u64, why: String) -> End {
    End {
        id: start,
        how: How::CannotStart(why),
        wall_s: 0.0,
        cpu_s: 0.0,
        peak_memory_bytes: 0,
        start_unix_s: unix_s(),
        slot: 0,
        gpus: Vec::new(),
        stderr_tail: Vec::new(),
        output_is_empty: true,
        stdout_bytes: 0,
        stderr_bytes: 0,
    }
}

/// An attempt that was in work when the job died.
pub(super) fn lost(number: u32, content: u64) -> Attempt {
    Attempt {
        number,
        content,
        ended: Ended::LostWithJob,
        host: String::new(),
        mpi_rank: 0,
        slot: 0,
        gpus: Vec::new(),
        start_unix_s: unix_s(),
        wall_s: 0.0,
        cpu_s: 0.0,
        peak_memory_bytes: 0,
        has_output: false,
        stdout_bytes: 0,
        stderr_bytes: 0,
        stderr_tail: Vec::new(),
    }
}

/// An end of the storage in words.
pub(super) fn cannot(what: &str, error: &io::Error) -> String {
    format!("{what}: {}", in_words(error))
}
