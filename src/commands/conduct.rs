//! The work of a rank. Asks for files, announces each before it is touched, feeds the crew, hands what
//! comes back to the committer and what is committed to its owner, and stops in good order when anyone asks
//! for it. A rank that can work no more gives its files to the others and stays to settle what it owns.

use std::time::Duration;

use super::halt::Halt;
use super::hand::Hand;
use super::liaison::Liaison;
use super::owned::{Claims, Owned};
use super::parcel::{Harvest, Order, Phase, Progress, Report, Task, Word, WorkEnd, count_record};
use super::signals::Signals;
use crate::comm::Patience;
use crate::crew::{Crew, Finished};
use crate::ledger::{Announcements, Claim, Committed, Committer, Journal, Tidings};
use crate::pipeline::{INPUT_ERROR, Processed};
use crate::results::RankMetrics;
use crate::stage::{Lap, Stopwatch};
use crate::trace::Recorder;

/// How long a rank waits for its crew before it looks for messages.
const TICK: Duration = Duration::from_millis(5);
/// How long files in work may take to end once the run is to stop: with what follows, a run that is
/// asked to stop has stopped in 10 s.
const GRACE: Duration = Duration::from_secs(6);
/// So many files in a row that cannot be read mean that the input's storage is gone.
const MOST_UNREAD: u32 = 3;
/// A rank with fewer files at hand than this, or than its threads, asks for more: there is time for the
/// answer.
const LOW: usize = 8;

/// Files that each thread may have at hand at most, where they take next to no time.
const MOST_AHEAD: usize = 16;

mod retreat;

/// Works until the run ends.
pub(super) struct Conductor<'a> {
    crew: &'a mut dyn Crew,
    announcements: Option<Announcements>,
    committer: Committer,
    signals: &'a Signals,
    recorder: &'a Recorder,
    liaison: Liaison<'a>,
    claims: Claims<'a>,
    session: u32,
    hand: Hand,
    /// To be told to rank 0.
    report: Report,
    /// Files that each thread may have at hand beside the one in work.
    ahead: usize,
    /// Whether a request for work has not been answered.
    has_asked: bool,
    has_flushed: bool,
    /// Since when no file is begun any more.
    stopping: Option<Stopwatch>,
    /// Files in a row that the input's storage could not read.
    unread: u32,
    end: WorkEnd,
    harvest: Harvest,
}

/// What a conductor works with.
pub(super) struct Means<'a> {
    pub(super) crew: &'a mut dyn Crew,
    pub(super) announcements: Announcements,
    pub(super) committer: Committer,
    pub(super) signals: &'a Signals,
    pub(super) recorder: &'a Recorder,
    pub(super) liaison: Liaison<'a>,
    pub(super) claims: Claims<'a>,
    /// The number of this try.
    pub(super) session: u32,
    /// Files to be worked on alone.
    pub(super) suspects: Vec<Task>,
}

/// What the work of a rank leaves.
pub(super) struct Work {
    pub(super) end: WorkEnd,
    pub(super) harvest: Harvest,
    /// For who writes on in it.
    pub(super) journal: Journal,
    /// All that has come to this rank from all ranks.
    pub(super) owned: std::io::Result<Owned>,
    /// Time that the rank waited for work, and for the others at the end.
    pub(super) idle_s: f64,
}

impl<'a> Conductor<'a> {
    pub(super) fn new(means: Means<'a>) -> Self {
        let Means { crew, announcements, committer, signals, recorder, .. } = means;
        let Means { liaison, claims, session, suspects, .. } = means;
        Self {
            crew,
            announcements: Some(announcements),
            committer,
            signals,
            recorder,
            liaison,
            claims,
            session,
            hand: Hand::new(suspects),
            report: Report::default(),
            ahead: 1,
            has_asked: false,
            has_flushed: false,
            stopping: None,
            unread: 0,
            end: WorkEnd::default(),
            harvest: Harvest::default(),
        }
    }

    /// Works until all is done or the run is to stop.
    pub(super) fn work(mut self, metrics: &mut RankMetrics) -> Work {
        let (working, idle) = (Stopwatch::start(), Lap::default());
        let mut patience = Patience::new();
        loop {
            let order = self.exchange();
            let is_told = matches!(order.word, Word::End | Word::Stop);
            let is_scarce = order.is_scarce;
            self.obey(order);
            self.begin(is_scarce);
            if is_told && self.hand.is_idle() {
                break;
            }
            let mut is_busy = self.take_finished();
            is_busy |= self.hear_committer(Duration::ZERO, metrics) == Heard::Something;
            self.flush_if_idle(is_scarce);
            if let Err(error) = self.claims.take() {
                self.stop(&Halt::storage("the results", &error).to_string());
            }
            self.attend_to_stop();
            if is_busy {
                patience = Patience::new();
            } else if self.hand.in_work() == 0 {
                idle.time(|| patience.pause());
            }
        }
        self.committer.close();
        while self.hear_committer(TICK, metrics) != Heard::TheEnd {
            self.exchange();
            self.attend_to_stop();
        }
        self.close_announcements();
        metrics.work_s = working.seconds() - idle.seconds();
        let waiting = Stopwatch::start();
        self.wait_for_all();
        let idle_s = idle.seconds() + waiting.seconds();
        let owned = self.claims.finish();
        self.liaison.end();
        Work {
            end: self.end,
            harvest: self.harvest,
            journal: self.committer.into_journal(),
            owned,
            idle_s,
        }
    }

    /// Tells rank 0 where this rank stands, and hears what is next.
    fn exchange(&mut self) -> Order {
        let is_low = self.hand.spare() < LOW.max(self.crew.threads());
        if is_low && !self.has_asked && self.can_work() {
            self.has_asked = true;
            self.report.requests += 1;
        }
        self.report.in_work = self.hand.in_work() as u32;
        self.report.spare = self.hand.spare() as u32;
        self.report.done = self.end.done;
        let report = self.report.clone();
        self.report.returned.clear();
        self.report.unread.clear();
        self.report.ends_recall = false;
        let order = self.liaison.exchange(report);
        if let Some(why) = self.liaison.failure() {
            self.stop(&why);
            self.end.refused = Some(why);
        }
        order
    }

    fn can_work(&self) -> bool {
        self.report.phase == Phase::Working && self.stopping.is_none()
    }

    fn obey(&mut self, order: Order) {
        if !order.tasks.is_empty() {
            self.has_asked = false;
            if self.can_work() {
                self.hand.add(order.tasks);
            } else {
                self.report.returned.extend(order.tasks.iter().map(|task| task.number));
            }
        }
        if order.recalls {
            let returned = self.hand.give_back();
            self.report.returned.extend(returned);
            self.report.ends_recall = true;
        }
        if order.word == Word::Stop && self.stopping.is_none() {
            // Who told it has said why.
            self.stopping = Some(Stopwatch::start());
        }
        if self.stopping.is_some() {
            self.hand.drop_queue();
        }
    }

    /// Gives the crew what it can take: for each thread a file in work and at hand as many as are done before we
    /// look again, so that none has to wait for us; only the first where others may have nothing.
    fn begin(&mut self, is_scarce: bool) {
        let threads = self.crew.threads();
        let window = if is_scarce { threads } else { (1 + self.ahead) * threads };
        let mut begun = Vec::new();
        while self.can_work()
            && let Some(task) = self.hand.begin(window)
        {
            begun.push(task.entry.clone());
        }
        if let Some(announcements) = &mut self.announcements {
            for entry in &begun {
                announcements.starts(entry);
            }
            if let Err(error) = announcements.say() {
                return self.give_up(&Halt::storage("the journal", &error).to_string());
            }
        }
        for entry in begun {
            self.crew.give(entry);
        }
    }

    /// Takes in what the crew has finished; whether it has finished anything within a tick.
    fn take_finished(&mut self) -> bool {
        let mut wait = TICK;
        let had_work = self.hand.in_work() > 0;
        while let Some(finished) = self.next_finished(wait) {
            self.take(finished);
            wait = Duration::ZERO;
        }
        let is_busy = wait.is_zero();
        if had_work && !is_busy {
            // Files take their time: more at hand would only be kept from others.
            self.ahead = 1;
        } else if is_busy && self.hand.in_work() == 0 && self.hand.spare() > 0 {
            // The crew had nothing left while there was work.
            self.ahead = (2 * self.ahead).min(MOST_AHEAD);
        }
        is_busy
    }

    fn next_finished(&mut self, wait: Duration) -> Option<Finished> {
        if self.hand.in_work() == 0 { None } else { self.crew.next(wait) }
    }

    fn take(&mut self, finished: Finished) {
        let Some(task) = self.hand.end(&finished.path_id) else { return };
        let (number, bytes, is_last_try) = (task.number, task.entry.size_bytes, task.is_last_try);
        self.harvest.timings.merge(&finished.timings);
        if let Ok(processed) = &finished.outcome {
            self.harvest.durations.add(&processed.record, &finished.timings);
        }
        self.recorder.crew(&finished.spans);
        if let Some(announcements) = &mut self.announcements {
            announcements.ends(&finished.path_id);
        }
        match finished.outcome {
            Ok(processed) if is_unread(&processed) => {
                // What another rank could not read either tells of the file, and not of this rank.
                self.unread += u32::from(!is_last_try);
                if self.liaison.has_others() && !is_last_try {
                    // Another rank may see what this one does not.
                    self.hand.undo(&finished.path_id);
                    self.report.unread.push(number);
                } else {
                    self.commit(processed, bytes);
                }
                if self.unread >= MOST_UNREAD {
                    let why = Halt::Stopped("the input cannot be read any more".into());
                    self.give_up(&why.to_string());
                }
            }
            Ok(processed) => {
                self.unread = 0;
                self.commit(processed, bytes);
            }
            Err(reason) => {
                let task = self.hand.undo(&finished.path_id);
                self.report.returned.extend(task.map(|task| task.number));
                self.give_up(&Halt::Stopped(reason).to_string());
            }
        }
    }

    fn commit(&mut self, processed: Processed, bytes: u64) {
        let quarantined = u64::from(processed.record.is_quarantined());
        self.report.progress += Progress { files: 1, bytes, quarantined };
        self.has_flushed = false;
        self.committer.take(processed);
    }

    /// Takes in what was committed.
    fn hear_committer(&mut self, wait: Duration, metrics: &mut RankMetrics) -> Heard {
        match self.committer.tidings(wait) {
            Tidings::Committed(committed) => {
                self.hand_on(committed, metrics);
                Heard::Something
            }
            Tidings::Failed(error) => {
                let why = Halt::storage("an instance", &error).to_string();
                if self.hand.has_uncommitted() {
                    self.give_up(&why);
                } else {
                    // All is done, and may not be safe: nobody can take that over.
                    self.stop(&why);
                }
                Heard::Something
            }
            Tidings::Nothing => Heard::Nothing,
            Tidings::Ended => Heard::TheEnd,
        }
    }

    fn hand_on(&mut self, Committed { records, totals }: Committed, metrics: &mut RankMetrics) {
        if let Err(error) = self.claims.owned.values.add(&totals) {
            self.stop(&Halt::storage("the statistics", &error).to_string());
        }
        for record in records {
            self.hand.commit(&record.path_id);
            self.end.done += 1;
            count_record(metrics, &record);
            if let Err(error) = self.claims.send(&Claim::now(self.session, record)) {
                self.stop(&Halt::storage("the results", &error).to_string());
            }
        }
    }

    /// What is done and waits for more to share its commit is committed where nothing more may come.
    fn flush_if_idle(&mut self, is_scarce: bool) {
        if is_scarce && !self.has_flushed && self.hand.is_idle() && self.hand.has_uncommitted() {
            self.has_flushed = true;
            self.committer.flush();
        }
    }
}

/// What was heard of the committer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Something,
    Nothing,
    TheEnd,
}

/// Whether the input's storage could not read the file.
fn is_unread(processed: &Processed) -> bool {
    let failure = processed.record.failure.as_ref();
    failure.is_some_and(|failure| failure.class == INPUT_ERROR)
}
