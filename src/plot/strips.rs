//! Strips: numbers of many series in, a strip of points for each number out, with its quartiles and Tukey's fences,
//! and those beyond marked by colour, shape and size.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::short;
use super::{Chart, INK, Marker, OKABE_ITO, Paper, PlotError, faint, font};

const WIDTH: i32 = 720;
const ROW: i32 = 46;
const LEFT: i32 = 190;
const RIGHT: i32 = WIDTH - 16;
/// Points lie this far above and below the middle of their strip.
const SPREAD: i32 = 9;

/// Strips, each on an axis of its own.
#[derive(Debug, Clone, Default)]
pub struct Strips {
    /// What is compared.
    pub title: String,
    /// From top to bottom.
    pub strips: Vec<Strip>,
}

/// A number of many.
#[derive(Debug, Clone, Default)]
pub struct Strip {
    /// Its name, with its unit.
    pub label: String,
    /// The least, the quartiles and the greatest.
    pub quartiles: [f64; 5],
    /// The lower and the upper fence, where there are any.
    pub fences: Option<[f64; 2]>,
    /// Values, of many a part.
    pub points: Vec<f64>,
}

impl Strip {
    /// Whether a value lies beyond the fences.
    pub fn is_beyond(&self, value: f64) -> bool {
        self.fences.is_some_and(|[low, high]| value < low || value > high)
    }

    fn across(&self, value: f64) -> i32 {
        let [least, .., greatest] = self.quartiles;
        let share = if greatest > least { (value - least) / (greatest - least) } else { 0.5 };
        LEFT + (share.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)) as i32
    }
}

impl Chart for Strips {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (ROW * self.strips.len() as i32 + 30) as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let beyond = self.strips.iter().map(|strip| {
            let count = strip.points.iter().filter(|value| strip.is_beyond(**value)).count();
            format!("{}: {count} beyond the fences", strip.label)
        });
        format!(
            "A strip of points for each number, on an axis of its own, with a box from the first to the third \
             quartile, a line at the median and dashes at Tukey's fences. {}.",
            beyond.collect::<Vec<_>>().join("; ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        for (strip, top) in self.strips.iter().zip((0..).step_by(ROW as usize)) {
            draw_strip(paper, strip, top)?;
        }
        let y = ROW * self.strips.len() as i32 + 14;
        let words = |text: &str, x: i32| {
            let middle = font(11).pos(Pos::new(HPos::Left, VPos::Center));
            Text::new(text.to_owned(), (x, y), middle)
        };
        paper.draw(&Marker::Disk.element((LEFT + 6, y), 2, OKABE_ITO[0]))?;
        paper.draw(&words("series", LEFT + 14))?;
        paper.draw(&Marker::Diamond.element((LEFT + 76, y), 4, OKABE_ITO[1]))?;
        paper.draw(&words("beyond a fence", LEFT + 86))?;
        Ok(())
    }
}

fn draw_strip<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    strip: &Strip,
    top: i32,
) -> Result<(), PlotError> {
    let middle = top + 15;
    let [least, p25, median, p75, greatest] = strip.quartiles;
    let aside = font(12).pos(Pos::new(HPos::Right, VPos::Center));
    paper.draw(&Text::new(strip.label.clone(), (LEFT - 14, middle), aside))?;
    paper.draw(&PathElement::new([(LEFT, middle), (RIGHT, middle)], faint()))?;
    let quarter = [(strip.across(p25), middle - 12), (strip.across(p75), middle + 12)];
    paper.draw(&Rectangle::new(quarter, INK.mix(0.12).filled()))?;
    let line = strip.across(median);
    let line = [(line, middle - 12), (line, middle + 12)];
    paper.draw(&PathElement::new(line, INK.stroke_width(2)))?;
    for fence in strip.fences.into_iter().flatten().filter(|it| (least..=greatest).contains(it)) {
        let x = strip.across(fence);
        for y in [middle - 12, middle - 4, middle + 4] {
            paper.draw(&PathElement::new([(x, y), (x, y + 5)], INK.stroke_width(1)))?;
        }
    }
    for (n, value) in strip.points.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        // Apart from each other, and the same at every time.
        let y = middle - SPREAD + ((n * 7) as i32 % (2 * SPREAD + 1));
        let at = (strip.across(*value), y);
        if strip.is_beyond(*value) {
            paper.draw(&Marker::Diamond.element(at, 4, OKABE_ITO[1]))?;
        } else {
            paper.draw(&Marker::Disk.element(at, 2, OKABE_ITO[0]))?;
        }
    }
    for (value, x, anchor) in [(least, LEFT, HPos::Left), (greatest, RIGHT, HPos::Right)] {
        let below = font(10).pos(Pos::new(anchor, VPos::Top));
        paper.draw(&Text::new(short(value), (x, middle + 15), below))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    #[test]
    fn what_lies_beyond_a_fence_is_told_and_marked() {
        let strip = Strip {
            label: "mean, HU".into(),
            quartiles: [0.0, 1.0, 2.0, 3.0, 90.0],
            fences: Some([-2.0, 6.0]),
            points: vec![0.0, 1.0, 2.0, 3.0, 90.0, f64::NAN],
        };
        let chart = Strips { title: "CT".into(), strips: vec![strip] };
        assert!(chart.description().ends_with("mean, HU: 1 beyond the fences."));
        let svg = svg_element(&chart, "s").unwrap();
        // One of the series and one of the legend.
        assert_eq!(svg.matches("<polygon").count(), 2, "{svg}");
        assert_eq!(svg.matches("<circle").count(), 5, "{svg}");
    }

    #[test]
    fn equal_numbers_can_be_drawn() {
        let strip = Strip { points: vec![0.0; 3], ..Strip::default() };
        assert!(svg_element(&Strips { title: String::new(), strips: vec![strip] }, "s").is_ok());
    }
}
