//! Horizontal bars, plain or of several parts: amounts by row in, a chart out.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::{short, ticks};
use super::{Chart, INK, OKABE_ITO, Paper, PlotError, faint, font};

const WIDTH: i32 = 720;
const ROW: i32 = 24;
const BAR: i32 = 16;
/// Of a letter, on average.
const LETTER: f64 = 6.4;
const LEGEND_LINE: i32 = 20;
const RIGHT: i32 = 56;

/// Rows of amounts from 0.
#[derive(Debug, Clone, Default)]
pub struct Bars {
    /// What they show.
    pub title: String,
    /// What their length is, with its unit.
    pub axis: String,
    /// What the parts of a bar are; none or one where bars are plain.
    pub parts: Vec<String>,
    /// From top to bottom.
    pub rows: Vec<Bar>,
    /// Where the axis ends; `None` where the longest bar does.
    pub end: Option<f64>,
}

/// A bar.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// What it stands for.
    pub label: String,
    /// A length for each part.
    pub values: Vec<f64>,
}

impl Bar {
    /// Its whole length.
    pub fn total(&self) -> f64 {
        self.values.iter().map(|value| sound(*value)).sum()
    }
}

/// Nothing can be drawn of what is no amount.
fn sound(value: f64) -> f64 {
    if value.is_finite() { value.max(0.0) } else { 0.0 }
}

impl Bars {
    /// Where the labels end.
    fn left(&self) -> i32 {
        let longest = self.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
        ((longest as f64 * LETTER) as i32 + 12).clamp(48, 260)
    }

    /// The places of the names of parts: how far right, and in which line.
    fn legend(&self) -> Vec<(i32, i32)> {
        let (mut x, mut line) = (0, 0);
        let place = |name: &String| {
            let width = (name.chars().count() as f64 * LETTER) as i32 + 38;
            if x > 0 && x + width > WIDTH {
                (x, line) = (0, line + 1);
            }
            let place = (x, line);
            x += width;
            place
        };
        if self.parts.len() > 1 { self.parts.iter().map(place).collect() } else { Vec::new() }
    }

    fn top(&self) -> i32 {
        self.legend().last().map_or(6, |(_, line)| (line + 1) * LEGEND_LINE + 10)
    }

    fn bottom(&self) -> i32 {
        self.top() + ROW * self.rows.len() as i32
    }

    fn reach(&self) -> f64 {
        let longest = self.rows.iter().map(Bar::total).fold(0.0, f64::max);
        let reach = self.end.unwrap_or(longest).max(longest);
        if reach > 0.0 { reach } else { 1.0 }
    }
}

impl Chart for Bars {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.bottom() + 44) as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let longest = self.rows.iter().max_by(|a, b| a.total().total_cmp(&b.total()));
        let longest = longest.map_or_else(String::new, |row| {
            format!(" The longest is {}, {}.", row.label, short(row.total()))
        });
        let parts = match self.parts.as_slice() {
            [] | [_] => String::new(),
            parts => format!(" Parts: {}.", parts.join(", ")),
        };
        format!("{} horizontal bars along {}.{longest}{parts}", self.rows.len(), self.axis)
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        for (n, ((x, line), name)) in self.legend().into_iter().zip(&self.parts).enumerate() {
            let y = line * LEGEND_LINE + 3;
            block(paper, n, [x, x + 14], y, 12)?;
            let middle = font(12).pos(Pos::new(HPos::Left, VPos::Center));
            paper.draw(&Text::new(name.clone(), (x + 20, y + 6), middle))?;
        }
        let (left, top, bottom) = (self.left(), self.top(), self.bottom());
        let reach = self.reach();
        let at = |value: f64| left + (value / reach * f64::from(WIDTH - RIGHT - left)) as i32;
        for tick in ticks(0.0, reach, 6) {
            let line = [(at(tick), top), (at(tick), bottom + 4)];
            paper.draw(&PathElement::new(line, faint()))?;
            let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
            paper.draw(&Text::new(short(tick), (at(tick), bottom + 7), below))?;
        }
        let below = font(12).pos(Pos::new(HPos::Center, VPos::Top));
        let middle = i32::midpoint(left, WIDTH - RIGHT);
        paper.draw(&Text::new(self.axis.clone(), (middle, bottom + 24), below))?;
        for (row, y) in self.rows.iter().zip((top..).step_by(ROW as usize)) {
            let aside = font(12).pos(Pos::new(HPos::Right, VPos::Center));
            paper.draw(&Text::new(row.label.clone(), (left - 8, y + ROW / 2), aside))?;
            let mut from = 0.0;
            for (part, value) in row.values.iter().enumerate() {
                let to = from + sound(*value);
                block(paper, part, [at(from), at(to)], y + (ROW - BAR) / 2, BAR)?;
                from = to;
            }
            let behind = font(11).pos(Pos::new(HPos::Left, VPos::Center));
            paper.draw(&Text::new(short(from), (at(from) + 6, y + ROW / 2), behind))?;
        }
        let axis = [(left, top), (left, bottom)];
        paper.draw(&PathElement::new(axis, INK.stroke_width(1)))?;
        Ok(())
    }
}

/// The block of the nth part. From the seventh on colours come again, with stripes.
fn block<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    part: usize,
    [from, to]: [i32; 2],
    top: i32,
    height: i32,
) -> Result<(), PlotError> {
    if to <= from {
        return Ok(());
    }
    let colour = OKABE_ITO[part % OKABE_ITO.len()];
    paper.draw(&Rectangle::new([(from, top), (to, top + height)], colour.filled()))?;
    if part >= OKABE_ITO.len() {
        for y in (top + 3..top + height - 1).step_by(4) {
            paper.draw(&PathElement::new([(from, y), (to, y)], WHITE.stroke_width(1)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    fn bars() -> Bars {
        let bar = |label: &str, values: &[f64]| Bar { label: label.into(), values: values.into() };
        Bars {
            title: "Stages by rank".into(),
            axis: "seconds".into(),
            parts: (0..8).map(|n| format!("part {n}")).collect(),
            rows: vec![bar("rank 0", &[1.0; 8]), bar("rank 1", &[2.0, f64::NAN, -3.0])],
            end: None,
        }
    }

    #[test]
    fn it_says_what_it_shows() {
        let svg = svg_element(&bars(), "b").unwrap();
        assert!(svg.contains("<title id=\"b-title\">Stages by rank</title>"));
        assert!(
            svg.contains("2 horizontal bars along seconds. The longest is rank 0, 8."),
            "{svg}"
        );
    }

    #[test]
    fn what_is_no_amount_has_no_length() {
        assert!((bars().rows[1].total() - 2.0).abs() < 1e-9);
        let none = Bars { rows: vec![Bar::default()], ..Bars::default() };
        assert!(svg_element(&none, "n").is_ok());
        assert!(svg_element(&Bars::default(), "e").is_ok());
    }
}
