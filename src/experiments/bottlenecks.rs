//! Where the time goes: configurations in; out come the shares of the crews' time by stage, what grows with the
//! processors, and what the efficiency is made of.

use super::runs::Run;
use super::study::{Axis, Configuration, Data, Study};
use crate::results::ACTIVITIES;

/// The first so many of [`ACTIVITIES`] are work at files; the last two, `wait_s` and `pipe_s`, are none.
const USEFUL: usize = ACTIVITIES.len() - 2;

/// The time of one series of configurations.
#[derive(Debug, Clone)]
pub struct Bottlenecks {
    /// The data.
    pub data: Data,
    /// What the processors are.
    pub axis: Axis,
    /// By processors.
    pub costs: Vec<Cost>,
}

/// The time of a configuration.
#[derive(Debug, Clone)]
pub struct Cost {
    /// Processors.
    pub p: usize,
    /// Whether there were more threads than cores.
    pub oversubscribed: bool,
    /// Shares of the crews' time by [`ACTIVITIES`]; they come to 1.
    pub shares: [f64; ACTIVITIES.len()],
    /// Milliseconds of a thread for each file, by the same.
    pub ms_per_file: [f64; ACTIVITIES.len()],
    /// Seconds before the scan.
    pub init_s: f64,
    /// Seconds of the scan, beside which work goes on.
    pub scan_s: f64,
    /// Share of the wall time in which a main thread sends or receives.
    pub comm: f64,
    /// Mean over maximum of the ranks' working time (POP).
    pub load_balance: Option<f64>,
    /// Longest working time over the wall time (POP).
    pub comm_eff: Option<f64>,
    /// Useful time, that of threads at work on files, over processors times wall time: POP's parallel efficiency.
    /// Efficiency is exactly scalability times this over that of the base.
    pub useful: f64,
    /// Work of one processor on a file over that of these (POP's computation scalability): below 1 the same work
    /// costs more time.
    pub scalability: Option<f64>,
    /// Speed-up for each processor.
    pub efficiency: Option<f64>,
}

impl Cost {
    /// The activity with the largest share, by its name in tables.
    pub fn largest(&self) -> &'static str {
        let shares = self.shares.iter().zip(ACTIVITIES);
        let largest = shares.max_by(|a, b| a.0.total_cmp(b.0));
        largest.map_or("", |(_, column)| column.trim_end_matches("_s"))
    }

    fn useful_ms(&self) -> f64 {
        self.ms_per_file[..USEFUL].iter().sum()
    }

    fn of(it: &Configuration) -> Self {
        let mean = |of: &dyn Fn(&Run) -> f64| it.mean_of(|run| Some(of(run))).unwrap_or_default();
        let all_s = mean(&|run| run.crew_s);
        let seconds: [f64; ACTIVITIES.len()] =
            std::array::from_fn(|n| mean(&|run| run.activities_s[n]));
        let files = it.runs[0].label.files_wanted.max(1) as f64;
        Self {
            p: it.processors(),
            oversubscribed: it.is_oversubscribed(),
            shares: seconds.map(|seconds| if all_s > 0.0 { seconds / all_s } else { 0.0 }),
            ms_per_file: seconds.map(|seconds| seconds * 1e3 / files),
            init_s: mean(&|run| run.init_s),
            scan_s: mean(&|run| run.scan_s),
            comm: mean(&|run| run.comm_s / (run.ranks as f64 * run.wall_s)),
            load_balance: it.mean_of(|run| run.load_balance),
            comm_eff: it.mean_of(Run::communication_efficiency),
            useful: seconds[..USEFUL].iter().sum::<f64>() / (it.processors() as f64 * it.time.mean),
            scalability: None,
            efficiency: it.efficiency,
        }
    }
}

/// An activity that costs more time for each file with more processors.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// Its name.
    pub activity: &'static str,
    /// Milliseconds of a thread for each file on one processor.
    pub base_ms: f64,
    /// The same on the processors that were asked for.
    pub top_ms: f64,
}

impl Growth {
    /// Milliseconds that came on top.
    pub fn added_ms(&self) -> f64 {
        self.top_ms - self.base_ms
    }
}

impl Bottlenecks {
    /// The most processors that are not beyond the cores, where those are more than one.
    pub fn top(&self) -> Option<&Cost> {
        self.costs.iter().rfind(|cost| cost.p > 1 && !cost.oversubscribed)
    }

    /// All activities from one processor to `p`, what has grown most first; none without a base and something to
    /// compare it with.
    pub fn growth(&self, p: usize) -> Vec<Growth> {
        let on = |p| self.costs.iter().find(|cost| cost.p == p);
        let (Some(base), Some(top)) = (on(1), on(p).filter(|_| p > 1)) else { return Vec::new() };
        let ms = base.ms_per_file.iter().zip(top.ms_per_file).zip(ACTIVITIES);
        let mut growth: Vec<Growth> = ms
            .map(|((&base_ms, top_ms), column)| Growth {
                activity: column.trim_end_matches("_s"),
                base_ms,
                top_ms,
            })
            .collect();
        growth.sort_by(|a, b| b.added_ms().total_cmp(&a.added_ms()));
        growth
    }
}

/// The time of every series of a study.
pub fn bottlenecks(study: &Study) -> Vec<Bottlenecks> {
    let data = study.data();
    let series = data.into_iter().flat_map(|data| Axis::ALL.map(|axis| (data, axis)));
    let made = series.filter_map(|(data, axis)| {
        let configurations = study.series(data, axis);
        let mut costs: Vec<Cost> = configurations.iter().map(|it| Cost::of(it)).collect();
        let base_ms = costs.first().filter(|cost| cost.p == 1).map(Cost::useful_ms);
        for cost in &mut costs {
            let useful_ms = cost.useful_ms();
            cost.scalability =
                base_ms.filter(|_| useful_ms > 0.0).map(|base_ms| base_ms / useful_ms);
        }
        // One processor alone is shown once, and only where there is nothing more.
        let is_base =
            |axis| matches!(study.series(data, axis).as_slice(), [it] if it.processors() == 1);
        let is_shown = match axis {
            Axis::Ranks => !is_base(axis) || is_base(Axis::Threads),
            Axis::Threads => !is_base(axis),
        };
        (is_shown && !costs.is_empty()).then(|| Bottlenecks { data: data.clone(), axis, costs })
    });
    made.collect()
}
