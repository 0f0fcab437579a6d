//! Where the time of threads has gone, added up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Stage;

/// What a thread of a crew does with its time: at every instant one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activity {
    /// A stage.
    Stage(Stage),
    /// It has no file.
    Waiting,
    /// It tells the rank what it has begun or done: writing to the worker's socket, and waiting for it.
    Pipe,
    /// It has a file, and is between the stages.
    File,
}

impl Activity {
    const COUNT: usize = Stage::ALL.len() + 3;

    fn number(self) -> usize {
        match self {
            Self::Stage(stage) => stage as usize,
            Self::Waiting => Stage::ALL.len(),
            Self::Pipe => Stage::ALL.len() + 1,
            Self::File => Stage::ALL.len() + 2,
        }
    }

    /// The name in a trace.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage(stage) => stage.name(),
            Self::Waiting => "waiting",
            Self::Pipe => "pipe",
            Self::File => "file",
        }
    }
}

/// Time spent in each stage and beside them, summed over threads. The activities leave nothing out: together
/// they are what the threads have lived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTimings {
    nanoseconds: [u64; Activity::COUNT],
    lived_ns: u64,
}

impl StageTimings {
    /// Seconds spent in a stage, without the stages inside of it.
    pub fn seconds(&self, stage: Stage) -> f64 {
        self.spent(Activity::Stage(stage))
    }

    /// Seconds spent in an activity.
    pub fn spent(&self, activity: Activity) -> f64 {
        Duration::from_nanos(self.nanoseconds[activity.number()]).as_secs_f64()
    }

    /// Seconds spent in all activities.
    pub fn total_s(&self) -> f64 {
        Duration::from_nanos(self.nanoseconds.iter().sum()).as_secs_f64()
    }

    /// Seconds that the threads have lived, taken by another clock than the activities: what these have to
    /// come to.
    pub fn lived_s(&self) -> f64 {
        Duration::from_nanos(self.lived_ns).as_secs_f64()
    }

    /// Adds what another thread or rank spent.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.nanoseconds.iter_mut().zip(other.nanoseconds) {
            *mine += theirs;
        }
        self.lived_ns += other.lived_ns;
    }

    pub(super) fn add(&mut self, activity: Activity, nanoseconds: u64) {
        self.nanoseconds[activity.number()] += nanoseconds;
    }

    pub(super) fn add_life(&mut self, lived: Duration) {
        self.lived_ns += lived.as_nanos() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_activity_has_a_place_of_its_own_and_sums_add_up() {
        let beside = [Activity::Waiting, Activity::Pipe, Activity::File];
        let all: Vec<Activity> =
            Stage::ALL.map(Activity::Stage).into_iter().chain(beside).collect();
        let mut timings = StageTimings::default();
        for (at, activity) in all.iter().enumerate() {
            timings.add(*activity, 1 << at);
        }
        timings.add_life(Duration::from_nanos(7));
        timings.merge(&timings.clone());
        for (at, activity) in all.iter().enumerate() {
            assert_eq!(timings.spent(*activity).to_bits(), (2e-9 * f64::from(1 << at)).to_bits());
        }
        assert!((timings.total_s() - 2e-9 * f64::from((1 << all.len()) - 1)).abs() < 1e-15);
        assert!((timings.lived_s() - 14e-9).abs() < 1e-15);
    }
}
