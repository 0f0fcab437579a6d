//! A study in, its plots out: time, speed-up, efficiency, throughput, the Karp-Flatt metric, and ranks against threads.

mod series;

use super::digits::three_digits;
use super::label::Scaling;
use super::laws::Laws;
use super::statistics::Sample;
use super::study::{Axis, Configuration, Study};
use crate::plot::lines::{Legend, Line, LineChart, LinePoint, Look};
use series::{Series, aside, points};

/// A plot of a study.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The name of its files, without an ending.
    pub name: String,
    /// What it shows and what its error bars are.
    pub caption: String,
    /// The plot.
    pub chart: LineChart,
}

/// The names of the plots; those of a second study end with `_2`, and so on.
pub const FIGURES: [&str; 6] = [
    "time_vs_procs",
    "speedup_vs_procs",
    "efficiency_vs_procs",
    "throughput_vs_procs",
    "karp_flatt",
    "ranks_vs_threads",
];

/// Words that belong to what is drawn.
struct Words {
    name: &'static str,
    title: &'static str,
    y_label: &'static str,
    caption: &'static str,
}

const CI: &str = "Error bars: 95 % confidence interval of the mean (Student's t).";
const SD: &str = "Error bars: one standard deviation, S sqrt(cv1^2 + cvp^2).";

/// All plots of a study; `suffix` ends their names, so that those of several studies stand side by side.
pub fn figures(study: &Study, laws: &[Laws], suffix: &str) -> Vec<Figure> {
    let maker = Maker { study, series: Series::of(study, laws), suffix };
    let made = [
        maker.time(),
        maker.speedup(),
        maker.efficiency(),
        maker.throughput(),
        maker.karp_flatt(),
        maker.ranks_vs_threads(),
    ];
    made.into_iter().flatten().collect()
}

struct Maker<'a> {
    study: &'a Study,
    series: Series<'a>,
    suffix: &'a str,
}

impl Maker<'_> {
    fn time(&self) -> Option<Figure> {
        let lines = self.series.measured(|it| Some((it.time.mean, it.time.ci95_half())));
        let words = Words {
            name: "time_vs_procs",
            title: "Time by number of processors",
            y_label: "wall time (s)",
            caption: "Mean wall time. Thin lines: Amdahl's law, where it could be fitted.",
        };
        let law = |laws: &Laws, p| Some(laws.amdahl.as_ref()?.as_ref().ok()?.time_s(p));
        self.figure(&words, CI, [self.series.law(law), lines].concat(), Legend::UpperRight)
    }

    fn speedup(&self) -> Option<Figure> {
        let lines = self.series.measured(|it| Some((it.speedup?, it.speedup_sd)));
        let is_weak = self.study.key.scaling == Scaling::Weak;
        let words = Words {
            name: "speedup_vs_procs",
            title: if is_weak { "Scaled speed-up" } else { "Speed-up" },
            y_label: if is_weak { "scaled speed-up p T1 / Tp" } else { "speed-up T1 / Tp" },
            caption: "Base: one rank of one thread. Dashed: ideal. Thin lines: the law that was fitted \
                      (USL; for weak scaling Gustafson's).",
        };
        let law = |laws: &Laws, p| match (&laws.usl, &laws.gustafson) {
            (Some(Ok(usl)), _) => Some(usl.speedup(p)),
            (_, Some(Ok(gustafson))) => Some(gustafson.speedup(p)),
            _ => None,
        };
        let lines = [self.series.ideal(|p| p), self.series.law(law), lines].concat();
        self.figure(&words, SD, lines, Legend::UpperLeft)
    }

    fn efficiency(&self) -> Option<Figure> {
        let lines = self.series.measured(|it| {
            let p = it.processors() as f64;
            Some((it.efficiency?, it.speedup_sd.map(|sd| sd / p)))
        });
        let words = Words {
            name: "efficiency_vs_procs",
            title: "Parallel efficiency",
            y_label: "speed-up / processors",
            caption: "Base: one rank of one thread. Dashed: ideal.",
        };
        self.figure(&words, SD, [self.series.ideal(|_| 1.0), lines].concat(), Legend::Beside)
    }

    fn throughput(&self) -> Option<Figure> {
        let lines = self.series.measured(|it| {
            let rates: Vec<f64> = it.runs.iter().map(|run| run.files_per_s).collect();
            Sample::of(&rates).map(|rate| (rate.mean, rate.ci95_half()))
        });
        let words = Words {
            name: "throughput_vs_procs",
            title: "Throughput",
            y_label: "files / s",
            caption: "Mean of the runs.",
        };
        self.figure(&words, CI, lines, Legend::UpperLeft)
    }

    fn karp_flatt(&self) -> Option<Figure> {
        let lines = self.series.measured(|it| it.karp_flatt.map(|serial| (serial.max(0.0), None)));
        let words = Words {
            name: "karp_flatt",
            title: "Karp-Flatt metric",
            y_label: "serial part that was measured",
            caption: "(1/S - 1/p) / (1 - 1/p): flat means a serial part, rising means overhead that grows \
                      with p. Below 0 (faster than ideal) it is drawn at 0.",
        };
        self.figure(&words, "", lines, Legend::Beside)
    }

    /// Speed-up of the largest data: ranks and threads as lines, each hybrid as a mark.
    fn ranks_vs_threads(&self) -> Option<Figure> {
        let data = *self.study.data().last()?;
        let value = |it: &Configuration| Some((it.speedup?, it.speedup_sd));
        let mut lines: Vec<Line> = Axis::ALL
            .into_iter()
            .enumerate()
            .map(|(kind, axis)| Line {
                name: format!("{} alone", axis.name()),
                points: points(&self.study.series(data, axis), value),
                kind,
                look: Look::Measured,
            })
            .filter(|line| line.points.len() > 1)
            .collect();
        let hybrids =
            self.study.configurations.iter().filter(|it| it.data == *data && it.mode() == "hybrid");
        lines.extend(hybrids.enumerate().map(|(number, it)| Line {
            name: format!("{} ranks x {} threads", it.ranks, it.threads),
            points: points(&[it], value).into_iter().map(|at| aside(at, number)).collect(),
            kind: number + Axis::ALL.len(),
            look: Look::Marks,
        }));
        // One line alone stands in the other plots.
        if lines.len() < 2 {
            return None;
        }
        let words = Words {
            name: "ranks_vs_threads",
            title: "Ranks against threads",
            y_label: "speed-up T1 / Tp",
            caption: "The largest data. Processors: ranks times threads. Dashed: ideal. Hybrids stand to the right \
                      of their number of processors.",
        };
        self.figure(&words, SD, [self.series.ideal(|p| p), lines].concat(), Legend::Beside)
    }

    fn figure(
        &self,
        words: &Words,
        bars: &str,
        lines: Vec<Line>,
        legend: Legend,
    ) -> Option<Figure> {
        let measured =
            || lines.iter().filter(|line| matches!(line.look, Look::Measured | Look::Marks));
        let points = || measured().flat_map(|line| &line.points);
        let joined = lines.iter().filter(|line| line.look == Look::Measured);
        let mut x_ticks: Vec<f64> = joined.flat_map(|line| &line.points).map(|at| at.x).collect();
        x_ticks.sort_by(f64::total_cmp);
        x_ticks.dedup();
        points().next()?;
        let has_bars = points().any(|point| point.error.is_some());
        let bars = if has_bars { bars } else { "" };
        let open = if points().any(|point| point.is_ringed) {
            "Ringed: more threads than physical cores."
        } else {
            ""
        };
        let said = |parts: &[&str]| {
            parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
        };
        let note = said(&[bars, open]);
        let is_overlay = words.name == "ranks_vs_threads";
        let x_label = match self.series.axes.as_slice() {
            _ if is_overlay => "processors p = ranks x threads",
            [Axis::Ranks] => "processors p: MPI ranks of one thread",
            [Axis::Threads] => "processors p: threads of one rank",
            _ => "processors p: MPI ranks of one thread, or threads of one rank",
        };
        let values = measured().map(|line| {
            let of = |point: &LinePoint| match line.look {
                Look::Marks => three_digits(point.y),
                _ => format!("{} at p = {}", three_digits(point.y), point.x),
            };
            format!("{}: {}.", line.name, line.points.iter().map(of).collect::<Vec<_>>().join(", "))
        });
        let values: Vec<String> = values.collect();
        let description = format!("{} over {x_label}. {}", words.y_label, values.join(" "));
        Some(Figure {
            name: format!("{}{}", words.name, self.suffix),
            caption: said(&[words.caption, bars, open]),
            chart: LineChart {
                title: words.title.to_owned(),
                description,
                x_label: x_label.to_owned(),
                y_label: words.y_label.to_owned(),
                // The ideal speed-up is a straight line.
                is_log2: !words.name.starts_with("speedup") && !is_overlay,
                x_ticks,
                // More names than these would cover points.
                legend: if measured().count() > 2 { Legend::Beside } else { legend },
                lines,
                note: (!note.is_empty()).then_some(note),
            },
        })
    }
}
