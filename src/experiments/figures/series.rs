//! What is drawn of a study: a line for each data on ranks and on threads, the laws of these lines and the ideal.

use super::super::label::Scaling;
use super::super::laws::Laws;
use super::super::study::{Axis, Configuration, Data, Study};
use crate::plot::lines::{Line, LinePoint, Look};

/// What is drawn of a configuration: the value and half its error bar.
pub(super) type Value = (f64, Option<f64>);

/// So many letters of a name have room in a legend beside a plot.
const LONGEST: usize = 27;
/// Steps of a curve.
const STEPS: u32 = 48;

/// The lines of a study.
pub(super) struct Series<'a> {
    study: &'a Study,
    laws: &'a [Laws],
    /// On which of them there is more than one processor; ranks, where on none.
    pub(super) axes: Vec<Axis>,
}

impl<'a> Series<'a> {
    pub(super) fn of(study: &'a Study, laws: &'a [Laws]) -> Self {
        let is_more = |axis: &Axis| {
            study.configurations.iter().any(|it| it.is_on(*axis) && it.processors() > 1)
        };
        let mut axes: Vec<Axis> = Axis::ALL.into_iter().filter(is_more).collect();
        if axes.is_empty() {
            axes.push(Axis::Ranks);
        }
        Self { study, laws, axes }
    }

    /// Data by axes, each with the number of its colour and shape.
    fn kinds(&self) -> Vec<(usize, &'a Data, Axis)> {
        let data = self.study.data().into_iter();
        let all = data.flat_map(|data| self.axes.iter().map(move |axis| (data, *axis)));
        all.enumerate().map(|(kind, (data, axis))| (kind, data, axis)).collect()
    }

    /// A line for each data and axis.
    pub(super) fn measured(
        &self,
        value: impl Fn(&Configuration) -> Option<Value> + Copy,
    ) -> Vec<Line> {
        let names = self.names();
        let line = |(kind, data, axis): (usize, &Data, Axis)| Line {
            name: names[kind].clone(),
            points: points(&self.study.series(data, axis), value),
            kind,
            look: Look::Measured,
        };
        let lines = self.kinds().into_iter().map(line);
        lines.filter(|line| !line.points.is_empty()).collect()
    }

    /// The names of the lines by kind. Where one is too long for a legend, all go without the name of their data.
    fn names(&self) -> Vec<String> {
        let each = if self.study.key.scaling == Scaling::Weak { " x p" } else { "" };
        let name = |(_, (files, name), axis): (usize, &Data, Axis), is_short| {
            let name = if is_short { String::new() } else { format!("{name}: ") };
            let axis =
                if self.axes.len() > 1 { format!(", {}", axis.name()) } else { String::new() };
            format!("{name}{files} files{each}{axis}")
        };
        let all = |is_short| self.kinds().into_iter().map(|it| name(it, is_short)).collect();
        let long: Vec<String> = all(false);
        if long.iter().all(|name| name.len() <= LONGEST) { long } else { all(true) }
    }

    /// The laws of the lines, drawn from 1 to the most processors.
    pub(super) fn law(&self, value: impl Fn(&Laws, f64) -> Option<f64>) -> Vec<Line> {
        let of = |(kind, (files, name), axis): (usize, &Data, Axis)| {
            let is_it = |laws: &&Laws| {
                laws.axis == axis.name() && laws.dataset == *name && laws.files == *files
            };
            let laws = self.laws.iter().find(is_it)?;
            let points: Vec<LinePoint> =
                self.steps().filter_map(|p| Some(plain(p, value(laws, p)?))).collect();
            let is_there = !points.is_empty();
            is_there.then_some(Line { name: String::new(), points, kind, look: Look::Law })
        };
        self.kinds().into_iter().filter_map(of).collect()
    }

    pub(super) fn ideal(&self, value: impl Fn(f64) -> f64) -> Vec<Line> {
        let points = self.steps().map(|p| plain(p, value(p))).collect();
        vec![Line { name: "ideal".to_owned(), points, kind: 0, look: Look::Ideal }]
    }

    /// From 1 to the most processors of any configuration, evenly on a logarithmic axis.
    fn steps(&self) -> impl Iterator<Item = f64> {
        let processors = self.study.configurations.iter().map(Configuration::processors);
        let most = processors.max().unwrap_or(1) as f64;
        (0..=STEPS).map(move |step| most.powf(f64::from(step) / f64::from(STEPS)))
    }
}

/// The points of configurations; none of those that have no such value.
pub(super) fn points(
    configurations: &[&Configuration],
    value: impl Fn(&Configuration) -> Option<Value>,
) -> Vec<LinePoint> {
    let point = |it: &&Configuration| {
        let (y, error) = value(it)?;
        Some(LinePoint { x: it.processors() as f64, y, error, is_ringed: it.is_oversubscribed() })
    };
    configurations.iter().filter_map(point).collect()
}

/// The nth hybrid, some steps to the right: all of them have as many processors.
pub(super) fn aside(at: LinePoint, number: usize) -> LinePoint {
    LinePoint { x: at.x * (1.0 + 0.04 * (number + 1) as f64), ..at }
}

fn plain(x: f64, y: f64) -> LinePoint {
    LinePoint { x, y, error: None, is_ringed: false }
}
