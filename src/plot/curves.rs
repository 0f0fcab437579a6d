//! Lines over a common axis: points in, a chart out in which each line has a colour and a dash of its own.

use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::{short, ticks};
use super::{Chart, INK, OKABE_ITO, Paper, PlotError, dash, faint, font};

const WIDTH: i32 = 720;
const LEFT: i32 = 58;
const RIGHT: i32 = WIDTH - 14;
const LINE: i32 = 20;
const TALL: i32 = 300;

/// Lines.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    /// What they show.
    pub title: String,
    /// What the axes are, with their units: across and up.
    pub axes: [String; 2],
    /// Each with its name.
    pub lines: Vec<(String, Vec<[f64; 2]>)>,
}

impl Curves {
    fn ends(&self, axis: usize) -> f64 {
        let all = self.lines.iter().flat_map(|(_, points)| points).map(|point| point[axis]);
        let end = all.filter(|value| value.is_finite()).fold(0.0, f64::max);
        if end > 0.0 { end } else { 1.0 }
    }

    fn top(&self) -> i32 {
        self.lines.len().div_ceil(2) as i32 * LINE + 34
    }
}

impl Chart for Curves {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.top() + TALL + 46) as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let names: Vec<&str> = self.lines.iter().map(|(name, _)| name.as_str()).collect();
        format!(
            "Lines, {} across from 0 to {} and {} up from 0 to {}: {}.",
            self.axes[0],
            short(self.ends(0)),
            self.axes[1],
            short(self.ends(1)),
            names.join(", ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        let (top, bottom) = (self.top(), self.top() + TALL);
        let ends = [self.ends(0), self.ends(1)];
        let across = |value: f64| LEFT + (value / ends[0] * f64::from(RIGHT - LEFT)) as i32;
        let up = |value: f64| bottom - (value / ends[1] * f64::from(TALL)) as i32;
        for tick in ticks(0.0, ends[0], 8) {
            paper
                .draw(&PathElement::new([(across(tick), top), (across(tick), bottom)], faint()))?;
            let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
            paper.draw(&Text::new(short(tick), (across(tick), bottom + 6), below))?;
        }
        for tick in ticks(0.0, ends[1], 6) {
            paper.draw(&PathElement::new([(LEFT, up(tick)), (RIGHT, up(tick))], faint()))?;
            let aside = font(11).pos(Pos::new(HPos::Right, VPos::Center));
            paper.draw(&Text::new(short(tick), (LEFT - 6, up(tick)), aside))?;
        }
        let below = font(12).pos(Pos::new(HPos::Center, VPos::Top));
        paper.draw(&Text::new(
            self.axes[0].clone(),
            (i32::midpoint(LEFT, RIGHT), bottom + 24),
            below,
        ))?;
        let above = font(12).pos(Pos::new(HPos::Left, VPos::Center));
        paper.draw(&Text::new(self.axes[1].clone(), (LEFT - 30, top - 14), above))?;
        for (n, (name, points)) in self.lines.iter().enumerate() {
            let style = OKABE_ITO[n % OKABE_ITO.len()].stroke_width(2);
            let points = points.iter().filter(|point| point.iter().all(|value| value.is_finite()));
            let points = points.map(|[x, y]| (across(*x), up(*y))).collect();
            line(paper, points, n, style)?;
            let (x, y) = ((n % 2) as i32 * (WIDTH / 2), (n / 2) as i32 * LINE + 10);
            line(paper, vec![(x, y), (x + 34, y)], n, style)?;
            let middle = font(12).pos(Pos::new(HPos::Left, VPos::Center));
            paper.draw(&Text::new(name.clone(), (x + 42, y), middle))?;
        }
        let frame = [(LEFT, top), (LEFT, bottom), (RIGHT, bottom)];
        paper.draw(&PathElement::new(frame, INK.stroke_width(1)))?;
        Ok(())
    }
}

/// The nth line through places.
fn line<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    places: Vec<(i32, i32)>,
    n: usize,
    style: ShapeStyle,
) -> Result<(), PlotError> {
    match dash(n) {
        None => paper.draw(&PathElement::new(places, style))?,
        Some((drawn, not)) => {
            let dashed = DashedPathElement::new(places, drawn as i32, not as i32, style);
            paper.draw(&dashed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    #[test]
    fn each_line_is_named_and_drawn() {
        let line = |name: &str, end: f64| (name.to_owned(), vec![[0.0, 100.0], [end, 0.0]]);
        let chart = Curves {
            title: "DVH".into(),
            axes: ["dose, Gy".into(), "volume, %".into()],
            lines: vec![line("heart", 30.0), line("lung", 20.0)],
        };
        assert!(chart.description().contains("from 0 to 30"), "{}", chart.description());
        let svg = svg_element(&chart, "d").unwrap();
        assert!(svg.contains("heart") && svg.contains("lung"), "{svg}");
        assert!(svg_element(&Curves::default(), "e").is_ok());
    }
}
