//! Lines over numbers: points with error bars, joined or not, laws and ideals beside them, and a legend.

mod frame;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use self::frame::{Frame, step_of};
use super::{Chart, INK, Marker, OKABE_ITO, Paper, PlotError, dash, faint, font};

/// A plot of lines. The y axis begins at 0.
#[derive(Debug, Clone)]
pub struct LineChart {
    /// What the plot is, in a few words.
    pub title: String,
    /// What it shows, for who cannot see it.
    pub description: String,
    /// Words at the x axis, with the unit.
    pub x_label: String,
    /// Words at the y axis, with the unit.
    pub y_label: String,
    /// Whether equal steps on the x axis double the number; numbers are then above 0.
    pub is_log2: bool,
    /// Where the x axis has its numbers: what was measured.
    pub x_ticks: Vec<f64>,
    /// What is drawn, the first below the others.
    pub lines: Vec<Line>,
    /// Where the names of the lines stand.
    pub legend: Legend,
    /// A line of small letters under the plot.
    pub note: Option<String>,
}

/// One line of a plot.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name in the legend; a line without one is not in it.
    pub name: String,
    /// Its points, by x.
    pub points: Vec<LinePoint>,
    /// Which of the colours and shapes it has; lines of one kind share them.
    pub kind: usize,
    /// How it is drawn.
    pub look: Look,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinePoint {
    /// On the x axis.
    pub x: f64,
    /// On the y axis.
    pub y: f64,
    /// Half the length of the error bar.
    pub error: Option<f64>,
    /// A small mark in a ring: not like the others, as `note` says.
    pub is_ringed: bool,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Marks with error bars, joined; the nth kind of line has the nth dash.
    Measured,
    /// Marks with error bars alone.
    Marks,
    /// A thin line without marks: a law.
    Law,
    /// A dashed line of ink without marks: what would be ideal.
    Ideal,
}

/// Where the names of the lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legend {
    /// To the right of the plot.
    Beside,
    /// In its upper left corner.
    UpperLeft,
    /// In its upper right corner.
    UpperRight,
}

/// Height of a line of letters.
const LINE: i32 = 20;
/// Room under the plot for a note.
const NOTE: i32 = 22;

impl Chart for LineChart {
    fn size(&self) -> (u32, u32) {
        (frame::SIZE.0, frame::SIZE.1 + if self.note.is_some() { NOTE as u32 } else { 0 })
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        self.description.clone()
    }

    fn draw<DB: DrawingBackend>(&self, paper: &DrawingArea<DB, Shift>) -> Result<(), PlotError> {
        let frame = Frame::of(self);
        self.draw_axes(paper, &frame)?;
        for line in &self.lines {
            draw_line(paper, &frame, line)?;
        }
        self.draw_legend(paper, &frame)
    }
}

impl LineChart {
    fn draw_axes<DB: DrawingBackend>(
        &self,
        paper: &Paper<'_, DB>,
        frame: &Frame,
    ) -> Result<(), PlotError> {
        let Frame { left, top, right, bottom, .. } = *frame;
        let words = |size, h, v| font(size).pos(Pos::new(h, v));
        let (step, digits) = step_of(frame.y_max);
        let mut number = 0;
        while f64::from(number) * step <= frame.y_max * 1.000_001 {
            let value = f64::from(number) * step;
            let (_, y) = frame.at(frame.x_low, value);
            paper.draw(&PathElement::new([(left, y), (right, y)], faint()))?;
            let style = words(14, HPos::Right, VPos::Center);
            paper.draw(&Text::new(format!("{value:.digits$}"), (left - 8, y), style))?;
            number += 1;
        }
        for &tick in &self.x_ticks {
            let (x, _) = frame.at(tick, 0.0);
            paper.draw(&PathElement::new([(x, bottom), (x, bottom + 5)], INK))?;
            let style = words(14, HPos::Center, VPos::Top);
            paper.draw(&Text::new(format!("{tick}"), (x, bottom + 8), style))?;
        }
        paper.draw(&PathElement::new([(left, top), (left, bottom), (right, bottom)], INK))?;
        let middle = i32::midpoint(left, right);
        let style = words(15, HPos::Center, VPos::Top);
        paper.draw(&Text::new(self.x_label.clone(), (middle, bottom + 32), style))?;
        let style = words(15, HPos::Center, VPos::Top).transform(FontTransform::Rotate270);
        let at = (8, i32::midpoint(top, bottom));
        paper.draw(&Text::new(self.y_label.clone(), at, style))?;
        if let Some(note) = &self.note {
            let style = words(13, HPos::Left, VPos::Top);
            paper.draw(&Text::new(note.clone(), (left, bottom + 58), style))?;
        }
        Ok(())
    }

    fn draw_legend<DB: DrawingBackend>(
        &self,
        paper: &Paper<'_, DB>,
        frame: &Frame,
    ) -> Result<(), PlotError> {
        let named: Vec<&Line> = self.lines.iter().filter(|line| !line.name.is_empty()).collect();
        let longest = named.iter().map(|line| line.name.chars().count()).max().unwrap_or(0) as i32;
        // A letter of 14 pixels is about 7.5 wide.
        let width = 44 + longest * 15 / 2;
        let left = match self.legend {
            Legend::Beside => frame.right + 24,
            Legend::UpperLeft => frame.left + 16,
            Legend::UpperRight => frame.right - width - 8,
        };
        for (number, line) in named.into_iter().enumerate() {
            let y = frame.top + 12 + number as i32 * LINE;
            draw_stroke(paper, &[(left, y), (left + 30, y)], line)?;
            if has_marks(line.look) {
                let mark = Marker::of(line.kind).element((left + 15, y), 4, colour_of(line.kind));
                paper.draw(&mark)?;
            }
            let style = font(14).pos(Pos::new(HPos::Left, VPos::Center));
            paper.draw(&Text::new(line.name.clone(), (left + 38, y), style))?;
        }
        Ok(())
    }
}

fn has_marks(look: Look) -> bool {
    matches!(look, Look::Measured | Look::Marks)
}

fn colour_of(kind: usize) -> RGBColor {
    OKABE_ITO[kind % OKABE_ITO.len()]
}

fn draw_line<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    frame: &Frame,
    line: &Line,
) -> Result<(), PlotError> {
    let places: Vec<(i32, i32)> =
        line.points.iter().map(|point| frame.at(point.x, point.y)).collect();
    draw_stroke(paper, &places, line)?;
    if !has_marks(line.look) {
        return Ok(());
    }
    let colour = colour_of(line.kind);
    for point in &line.points {
        let at = frame.at(point.x, point.y);
        if let Some(error) = point.error {
            draw_bar(paper, frame, (point.x, point.y, error), colour)?;
        }
        if point.is_ringed {
            paper.draw(&Marker::Ring.element(at, 9, colour))?;
        }
        let radius = if point.is_ringed { 3 } else { 5 };
        paper.draw(&Marker::of(line.kind).element(at, radius, colour))?;
    }
    Ok(())
}

/// An error bar, as far as it lies in the plot. One that the mark hides is none.
fn draw_bar<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    frame: &Frame,
    (x, y, error): (f64, f64, f64),
    colour: RGBColor,
) -> Result<(), PlotError> {
    let (at, high) = frame.at(x, (y + error).min(frame.y_max));
    let (_, low) = frame.at(x, (y - error).max(0.0));
    if low - high < 8 {
        return Ok(());
    }
    paper.draw(&PathElement::new([(at, low), (at, high)], colour))?;
    for (end, is_inside) in [(low, y > error), (high, y + error < frame.y_max)] {
        if is_inside {
            paper.draw(&PathElement::new([(at - 5, end), (at + 5, end)], colour))?;
        }
    }
    Ok(())
}

/// The stroke of a line, between its marks.
fn draw_stroke<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    places: &[(i32, i32)],
    line: &Line,
) -> Result<(), PlotError> {
    let colour = colour_of(line.kind);
    let (style, dashes) = match line.look {
        Look::Marks => return Ok(()),
        Look::Measured => (colour.stroke_width(2), dash(line.kind)),
        Look::Law => (colour.stroke_width(1), None),
        Look::Ideal => (INK.stroke_width(1), Some((6, 5))),
    };
    let places = places.to_vec();
    match dashes {
        Some((drawn, not)) => paper.draw(&DashedPathElement::new(places, drawn, not, style))?,
        None => paper.draw(&PathElement::new(places, style))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{png, svg_file};

    fn chart(is_log2: bool) -> LineChart {
        let point = |x, y| LinePoint { x, y, error: Some(0.1), is_ringed: x > 4.0 };
        LineChart {
            title: "Speed-up".to_owned(),
            description: "A line.".to_owned(),
            x_label: "ranks".to_owned(),
            y_label: "speed-up".to_owned(),
            is_log2,
            x_ticks: vec![1.0, 2.0, 4.0, 8.0],
            lines: vec![Line {
                name: "small".to_owned(),
                points: [(1.0, 1.0), (2.0, 1.9), (4.0, 3.4), (8.0, 3.6)]
                    .map(|(x, y)| point(x, y))
                    .to_vec(),
                kind: 0,
                look: Look::Measured,
            }],
            legend: Legend::UpperLeft,
            note: Some("ringed: more threads than cores".to_owned()),
        }
    }

    #[test]
    fn a_chart_shows_its_points_names_and_note() {
        let svg = svg_file(&chart(true)).unwrap();
        for words in ["speed-up", "ranks", "small", "ringed: more threads than cores", "<desc"] {
            assert!(svg.contains(words), "{words}");
        }
        // Four disks and one in the legend, and the ring.
        assert_eq!(svg.matches("<circle").count(), 6);
        assert!(png(&chart(true)).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn a_chart_without_points_can_be_drawn() {
        let empty = LineChart { lines: Vec::new(), x_ticks: Vec::new(), ..chart(true) };
        assert!(svg_file(&empty).is_ok());
    }
}
