//! Counts in the cells of a grid with two logarithmic axes: cells in, a chart out in which more files are a stronger
//! colour.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::short;
use super::{Chart, INK, OKABE_ITO, Paper, PlotError, faint, font};

const WIDTH: i32 = 720;
const HEIGHT: i32 = 380;
const LEFT: i32 = 64;
const RIGHT: i32 = WIDTH - 12;
const TOP: i32 = 30;
const BOTTOM: i32 = HEIGHT - 46;

/// How many lie where.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// What is counted.
    pub title: String,
    /// What the axes are, with their units: across and up.
    pub axes: [String; 2],
    /// Each cell reaches from its edges to this factor times them.
    pub factor: f64,
    /// The lower edges of a cell, across and up, and how many lie in it.
    pub cells: Vec<([f64; 2], u64)>,
}

impl Cells {
    fn drawable(&self) -> impl Iterator<Item = ([f64; 2], u64)> {
        let is_sound = |edge: &f64| edge.is_finite() && *edge > 0.0;
        self.cells.iter().copied().filter(move |(edges, _)| edges.iter().all(is_sound))
    }

    /// Powers of ten where an axis begins and ends.
    fn range(&self, axis: usize) -> [f64; 2] {
        let edges = self.drawable().map(|(edges, _)| edges[axis]);
        let [low, high] =
            edges.fold([f64::MAX, 0.0], |[low, high], edge| [low.min(edge), high.max(edge)]);
        if high == 0.0 {
            return [0.0, 1.0];
        }
        [low.log10(), (high * self.factor.max(1.001)).log10()]
    }
}

impl Chart for Cells {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, HEIGHT as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let most = self.cells.iter().max_by_key(|(_, count)| *count);
        let most = most.map_or_else(String::new, |([across, up], count)| {
            format!(" Most, {count}, lie from {} across and {} up.", short(*across), short(*up))
        });
        format!(
            "Counts in a grid with logarithmic axes, {} across and {} up; a stronger colour is more.{most}",
            self.axes[0], self.axes[1]
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        let ranges = [self.range(0), self.range(1)];
        let share = |axis: usize, value: f64| {
            let [low, high] = ranges[axis];
            ((value.log10() - low) / (high - low)).clamp(0.0, 1.0)
        };
        let across = |value| LEFT + (share(0, value) * f64::from(RIGHT - LEFT)) as i32;
        let up = |value| BOTTOM - (share(1, value) * f64::from(BOTTOM - TOP)) as i32;
        for power in powers(ranges[0]) {
            let value = 10_f64.powi(power);
            paper.draw(&PathElement::new(
                [(across(value), TOP), (across(value), BOTTOM)],
                faint(),
            ))?;
            let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
            paper.draw(&Text::new(short(value), (across(value), BOTTOM + 6), below))?;
        }
        for power in powers(ranges[1]) {
            let value = 10_f64.powi(power);
            paper.draw(&PathElement::new([(LEFT, up(value)), (RIGHT, up(value))], faint()))?;
            let aside = font(11).pos(Pos::new(HPos::Right, VPos::Center));
            paper.draw(&Text::new(short(value), (LEFT - 6, up(value)), aside))?;
        }
        let most = self.drawable().map(|(_, count)| count).max().unwrap_or(1);
        for ([x, y], count) in self.drawable() {
            // One file is seen as well.
            let strength = 0.18 + 0.82 * (count as f64).ln_1p() / (most as f64).ln_1p();
            let corners = [(across(x), up(y * self.factor)), (across(x * self.factor), up(y))];
            paper.draw(&Rectangle::new(corners, OKABE_ITO[0].mix(strength).filled()))?;
        }
        let frame = [(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)];
        paper.draw(&PathElement::new(frame, INK.stroke_width(1)))?;
        let below = font(12).pos(Pos::new(HPos::Center, VPos::Top));
        let middle = i32::midpoint(LEFT, RIGHT);
        paper.draw(&Text::new(self.axes[0].clone(), (middle, BOTTOM + 24), below))?;
        let above = font(12).pos(Pos::new(HPos::Left, VPos::Center));
        paper.draw(&Text::new(self.axes[1].clone(), (LEFT - 30, TOP - 14), above))?;
        Ok(())
    }
}

/// The whole powers of ten of a range of powers.
fn powers([low, high]: [f64; 2]) -> impl Iterator<Item = i32> {
    low.ceil() as i32..=high.floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    #[test]
    fn each_cell_is_drawn_and_the_fullest_told() {
        let cells =
            vec![([1e5, 0.01], 3), ([2e5, 0.02], 40), ([0.0, 0.1], 1), ([1e6, f64::NAN], 1)];
        let axes = ["size, bytes".to_owned(), "time, s".to_owned()];
        let chart = Cells { title: "t".into(), axes, factor: std::f64::consts::SQRT_2, cells };
        assert!(
            chart.description().contains("Most, 40, lie from 200k across"),
            "{}",
            chart.description()
        );
        let svg = svg_element(&chart, "c").unwrap();
        assert_eq!(svg.matches("<rect").count(), 2, "{svg}");
        assert!(svg_element(&Cells::default(), "e").is_ok());
    }
}
