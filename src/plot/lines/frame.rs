//! Where things of a plot of lines stand: numbers in, pixels out; and the round numbers of an axis.

use super::{Legend, LineChart};

/// Width and height, pixels.
pub(super) const SIZE: (u32, u32) = (760, 440);
/// Room around the plot for numbers and words, pixels: left, top, right, bottom.
const ROOM: (i32, i32, i32, i32) = (74, 18, 22, 62);
/// Room for a legend beside it.
const BESIDE: i32 = 210;
/// From numbers to pixels.
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
    is_log2: bool,
    pub(super) x_low: f64,
    x_high: f64,
    pub(super) y_max: f64,
}

impl Frame {
    /// A frame for all points. An error bar takes no more room than its point: one that is longer leaves the plot.
    pub(super) fn of(chart: &LineChart) -> Self {
        let points = || chart.lines.iter().flat_map(|line| &line.points);
        let xs = || points().map(|point| point.x).chain(chart.x_ticks.iter().copied());
        let (low, high) = (xs().fold(f64::INFINITY, f64::min), xs().fold(0.0, f64::max));
        let x_low = if low.is_finite() { low } else { 0.0 };
        let tops = points().map(|point| point.y + point.error.unwrap_or(0.0).min(point.y));
        let top = tops.fold(0.0, f64::max);
        let beside = if chart.legend == Legend::Beside { BESIDE } else { 0 };
        Self {
            left: ROOM.0,
            top: ROOM.1,
            right: SIZE.0 as i32 - ROOM.2 - beside,
            bottom: SIZE.1 as i32 - ROOM.3,
            is_log2: chart.is_log2,
            x_low,
            // One point alone stands in the middle.
            x_high: if high > x_low { high } else { x_low + 1.0 },
            y_max: if top > 0.0 { up_to_step(top) } else { 1.0 },
        }
    }

    /// The pixel of a place.
    pub(super) fn at(&self, x: f64, y: f64) -> (i32, i32) {
        let scale = |x: f64| if self.is_log2 { x.max(f64::MIN_POSITIVE).log2() } else { x };
        let span = scale(self.x_high) - scale(self.x_low);
        // Some room at both ends, so that no mark lies on the axis.
        let across = 0.04 + 0.92 * (scale(x) - scale(self.x_low)) / span;
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let x = f64::from(self.left) + across * f64::from(width);
        let y = f64::from(self.bottom) - y / self.y_max * f64::from(height);
        (x.round() as i32, y.round() as i32)
    }
}

/// The end of an axis that has room for this number: the next of its round numbers.
fn up_to_step(top: f64) -> f64 {
    let (step, _) = step_of(top);
    // A number that is round itself has some room above it.
    (top * 1.02 / step).ceil() * step
}

/// The step of round numbers on an axis, at most six of them, and their decimals.
pub(super) fn step_of(max: f64) -> (f64, usize) {
    let power = (max / 6.0).log10().floor();
    let unit = 10_f64.powf(power);
    let steps = [(1.0, 0), (2.0, 0), (5.0, 0), (10.0, 1)];
    let fits = |(times, _): &&(f64, i32)| max / (unit * times) <= 6.000_001;
    let (times, up) = steps.iter().find(fits).unwrap_or(&steps[3]);
    (unit * times, (-(power as i32) - up).max(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::lines::{Line, LinePoint, Look};

    fn chart(is_log2: bool) -> LineChart {
        let point = |x| LinePoint { x, y: x, error: Some(0.1), is_ringed: false };
        LineChart {
            title: String::new(),
            description: String::new(),
            x_label: String::new(),
            y_label: String::new(),
            is_log2,
            x_ticks: Vec::new(),
            lines: vec![Line {
                name: String::new(),
                points: [1.0, 2.0, 4.0, 8.0].map(point).to_vec(),
                kind: 0,
                look: Look::Measured,
            }],
            legend: Legend::Beside,
            note: None,
        }
    }

    #[test]
    fn a_doubling_is_a_step_of_one_width() {
        let at = |frame: &Frame| [1.0, 2.0, 4.0, 8.0].map(|x| frame.at(x, 0.0).0);
        let [one, two, four, eight] = at(&Frame::of(&chart(true)));
        assert!((four + one - 2 * two).abs() <= 1 && (eight + two - 2 * four).abs() <= 1);
        let [one, two, four, eight] = at(&Frame::of(&chart(false)));
        assert!((four + two - 3 * two + 2 * one - two).abs() <= 2 && eight - four > four - two);
        let frame = Frame::of(&chart(true));
        assert_eq!(frame.at(1.0, 0.0).1, frame.bottom);
    }

    #[test]
    fn a_long_error_bar_does_not_flatten_the_rest() {
        let mut wild = chart(true);
        wild.lines[0].points[3].error = Some(1e6);
        assert!(Frame::of(&wild).y_max <= 20.0);
    }

    #[test]
    fn steps_are_round_numbers() {
        let near = |(step, digits): (f64, usize), wanted: f64, decimals| {
            (step - wanted).abs() < wanted * 1e-9 && digits == decimals
        };
        assert!(near(step_of(1.0), 0.2, 1) && near(step_of(1.2), 0.2, 1));
        assert!(near(step_of(16.0), 5.0, 0) && near(step_of(4200.0), 1000.0, 0));
        assert!(near(step_of(0.04), 0.01, 2));
        assert!((up_to_step(16.0) - 20.0).abs() < 1e-9 && (up_to_step(4.0) - 5.0).abs() < 1e-9);
    }
}
