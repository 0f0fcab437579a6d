//! A histogram of values: shares by bin in, a small chart out, of which many stand side by side.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::{short, ticks};
use super::{Chart, INK, OKABE_ITO, Paper, PlotError, faint, font};

const WIDTH: i32 = 290;
const HEIGHT: i32 = 180;
const LEFT: i32 = 52;
const RIGHT: i32 = WIDTH - 8;
const TOP: i32 = 8;
const BOTTOM: i32 = HEIGHT - 40;
/// The axis of shares goes down to this many powers of ten below 1 at most.
const MOST_DECADES: i32 = 5;

/// How often values occur. Shares stand on a logarithmic axis, so that rare values are seen beside the background.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// What it is of.
    pub title: String,
    /// Of the values; empty where none is known.
    pub unit: String,
    /// The least and the greatest value of the axis.
    pub range: [f64; 2],
    /// Shares of all pixels, of bins of equal width from end to end of the range.
    pub shares: Vec<f64>,
}

impl Histogram {
    /// Powers of ten below 1 that the axis shows.
    fn decades(&self) -> i32 {
        let least = self.shares.iter().copied().filter(|share| *share > 0.0).fold(1.0, f64::min);
        (-least.log10()).ceil().clamp(1.0, f64::from(MOST_DECADES)) as i32
    }

    fn axis(&self) -> String {
        if self.unit.is_empty() { "value".to_owned() } else { format!("value, {}", self.unit) }
    }
}

impl Chart for Histogram {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, HEIGHT as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let [low, high] = self.range;
        let bins = self.shares.len();
        let most = (0..bins).max_by(|a, b| self.shares[*a].total_cmp(&self.shares[*b]));
        let most = most.map_or_else(String::new, |bin| {
            let from = low + (high - low) * bin as f64 / bins as f64;
            format!(
                " Most pixels, {:.1} %, lie in the bin from {}.",
                self.shares[bin] * 100.0,
                short(from)
            )
        });
        format!(
            "Histogram of {bins} bins from {} to {} along {}; shares of pixels on a logarithmic axis.{most}",
            short(low),
            short(high),
            self.axis()
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        let [low, high] = self.range;
        let span = if high > low { high - low } else { 1.0 };
        let across = |value: f64| LEFT + ((value - low) / span * f64::from(RIGHT - LEFT)) as i32;
        let decades = self.decades();
        let up = |share: f64| {
            let depth = (-share.max(1e-300).log10()).clamp(0.0, f64::from(decades));
            TOP + (depth / f64::from(decades) * f64::from(BOTTOM - TOP)) as i32
        };
        for decade in 0..=decades {
            let share = 10_f64.powi(-decade);
            paper.draw(&PathElement::new([(LEFT, up(share)), (RIGHT, up(share))], faint()))?;
            let aside = font(11).pos(Pos::new(HPos::Right, VPos::Center));
            let label = format!("{} %", short(share * 100.0));
            paper.draw(&Text::new(label, (LEFT - 5, up(share)), aside))?;
        }
        let bins = self.shares.len().max(1) as f64;
        for (bin, share) in self.shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let [from, to] = [bin, bin + 1].map(|edge| across(low + span * edge as f64 / bins));
            let corners = [(from, up(*share)), (to.max(from + 1), BOTTOM)];
            paper.draw(&Rectangle::new(corners, OKABE_ITO[0].filled()))?;
        }
        paper.draw(&PathElement::new([(LEFT, BOTTOM), (RIGHT, BOTTOM)], INK.stroke_width(1)))?;
        for tick in ticks(low, high, 4) {
            let mark = [(across(tick), BOTTOM), (across(tick), BOTTOM + 4)];
            paper.draw(&PathElement::new(mark, INK.stroke_width(1)))?;
            let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
            paper.draw(&Text::new(short(tick), (across(tick), BOTTOM + 7), below))?;
        }
        let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
        let middle = i32::midpoint(LEFT, RIGHT);
        paper.draw(&Text::new(self.axis(), (middle, BOTTOM + 22), below))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    #[test]
    fn it_says_where_most_lies() {
        let shares = vec![0.75, 0.0, 0.2, 0.05];
        let chart =
            Histogram { title: "CT".into(), unit: "HU".into(), range: [-1000.0, 1000.0], shares };
        assert!(chart.description().contains("75.0 %, lie in the bin from -1000"));
        let svg = svg_element(&chart, "h").unwrap();
        // Three bins have pixels, and the ground has none.
        assert_eq!(svg.matches("<rect").count(), 3, "{svg}");
    }

    #[test]
    fn one_value_and_none_can_be_drawn() {
        for (range, shares) in [([5.0, 5.0], vec![1.0]), ([0.0, 0.0], vec![])] {
            let chart = Histogram { range, shares, ..Histogram::default() };
            assert!(svg_element(&chart, "h").is_ok());
        }
    }
}
