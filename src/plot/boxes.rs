//! Boxes: the spread of one number by row in, boxes on one axis out, which is logarithmic where the number spans
//! powers of ten.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::ticks::{short, ticks};
use super::{Chart, INK, OKABE_ITO, Paper, PlotError, faint, font};

const WIDTH: i32 = 720;
const ROW: i32 = 24;
const LEFT: i32 = 168;
const RIGHT: i32 = WIDTH - 62;
const TOP: i32 = 8;
/// From the least to the greatest number, an axis with a greater factor is logarithmic.
const LINEAR_FACTOR: f64 = 30.0;
/// Letters of a label that find room.
const LETTERS: usize = 24;

/// Spreads on one axis.
#[derive(Debug, Clone, Default)]
pub struct Boxes {
    /// What they show.
    pub title: String,
    /// What the number is, with its unit.
    pub axis: String,
    /// From top to bottom.
    pub rows: Vec<BoxRow>,
}

/// How a number spreads.
#[derive(Debug, Clone, Default)]
pub struct BoxRow {
    /// What of.
    pub label: String,
    /// The least, the quartiles and the greatest.
    pub quartiles: [f64; 5],
}

/// Where values stand.
#[derive(Debug, Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    /// The place of a value in pixels.
    fn across(self, value: f64) -> i32 {
        let of = |value: f64| if self.is_log { value.max(self.low).log10() } else { value };
        let span = of(self.high) - of(self.low);
        let share = if span > 0.0 { (of(value) - of(self.low)) / span } else { 0.5 };
        LEFT + (share.clamp(0.0, 1.0) * f64::from(RIGHT - LEFT)) as i32
    }

    fn ticks(self) -> Vec<f64> {
        if !self.is_log {
            return ticks(self.low, self.high, 6);
        }
        let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        // Of many powers of ten their own lines are enough.
        let steps: &[f64] = if powers.clone().count() > 5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let all = powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        all.filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }
}

impl Boxes {
    fn drawable(&self) -> impl Iterator<Item = &BoxRow> {
        self.rows.iter().filter(|row| row.quartiles.iter().all(|value| value.is_finite()))
    }

    fn scale(&self) -> Scale {
        let least = self.drawable().map(|row| row.quartiles[0]).fold(f64::MAX, f64::min);
        let high = self.drawable().map(|row| row.quartiles[4]).fold(f64::MIN, f64::max);
        if high < least {
            return Scale { low: 0.0, high: 1.0, is_log: false };
        }
        let is_log = least > 0.0 && high / least > LINEAR_FACTOR;
        let low = if is_log { least } else { least.min(0.0) };
        Scale { low, high, is_log }
    }

    fn bottom(&self) -> i32 {
        TOP + ROW * self.drawable().count() as i32
    }
}

impl Chart for Boxes {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.bottom() + 44) as u32)
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn description(&self) -> String {
        let median = |row: &&BoxRow| row.quartiles[2];
        let by_median = |a: &&BoxRow, b: &&BoxRow| median(a).total_cmp(&median(b));
        let extremes = self.drawable().max_by(by_median).zip(self.drawable().min_by(by_median));
        let extremes = extremes.map_or_else(String::new, |(most, least)| {
            format!(
                " The greatest median is {} of {}, the least {} of {}.",
                short(most.quartiles[2]),
                most.label,
                short(least.quartiles[2]),
                least.label
            )
        });
        format!(
            "{} boxes along {}{}: each from the first to the third quartile with a line at the median, on a line from \
             the least to the greatest value.{extremes}",
            self.drawable().count(),
            self.axis,
            if self.scale().is_log { " on a logarithmic axis" } else { "" },
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
        let (scale, bottom) = (self.scale(), self.bottom());
        // Labels may not touch each other.
        let mut free = 0;
        for tick in scale.ticks() {
            let x = scale.across(tick);
            paper.draw(&PathElement::new([(x, TOP), (x, bottom + 4)], faint()))?;
            if x >= free {
                let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
                paper.draw(&Text::new(short(tick), (x, bottom + 7), below))?;
                free = x + 36;
            }
        }
        let below = font(12).pos(Pos::new(HPos::Center, VPos::Top));
        let middle = i32::midpoint(LEFT, RIGHT);
        paper.draw(&Text::new(self.axis.clone(), (middle, bottom + 24), below))?;
        for (row, top) in self.drawable().zip((TOP..).step_by(ROW as usize)) {
            draw_row(paper, row, scale, top)?;
        }
        let axis = [(LEFT, TOP), (LEFT, bottom)];
        paper.draw(&PathElement::new(axis, INK.stroke_width(1)))?;
        Ok(())
    }
}

fn draw_row<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    row: &BoxRow,
    scale: Scale,
    top: i32,
) -> Result<(), PlotError> {
    let middle = top + ROW / 2;
    let [least, p25, median, p75, greatest] = row.quartiles.map(|value| scale.across(value));
    let label: String = row.label.chars().take(LETTERS).collect();
    let aside = font(12).pos(Pos::new(HPos::Right, VPos::Center));
    paper.draw(&Text::new(label, (LEFT - 8, middle), aside))?;
    let whole = [(least, middle), (greatest, middle)];
    paper.draw(&PathElement::new(whole, INK.mix(0.6).stroke_width(1)))?;
    let quarter = [(p25, middle - 8), (p75.max(p25 + 1), middle + 8)];
    paper.draw(&Rectangle::new(quarter, OKABE_ITO[0].mix(0.55).filled()))?;
    for end in [least, greatest] {
        let dash = [(end, middle - 4), (end, middle + 4)];
        paper.draw(&PathElement::new(dash, INK.mix(0.6).stroke_width(1)))?;
    }
    let line = [(median, middle - 8), (median, middle + 8)];
    paper.draw(&PathElement::new(line, INK.stroke_width(2)))?;
    let behind = font(11).pos(Pos::new(HPos::Left, VPos::Center));
    paper.draw(&Text::new(short(row.quartiles[2]), (RIGHT + 8, middle), behind))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::svg_element;

    fn boxes(rows: &[[f64; 5]]) -> Boxes {
        let row = |(n, quartiles): (usize, &[f64; 5])| BoxRow {
            label: format!("node{n}"),
            quartiles: *quartiles,
        };
        let rows = rows.iter().enumerate().map(row).collect();
        Boxes { title: "Times".into(), axis: "time, s".into(), rows }
    }

    #[test]
    fn the_axis_is_logarithmic_where_numbers_span() {
        let spans = boxes(&[[0.01, 0.1, 1.0, 2.0, 100.0], [1.0, 2.0, 3.0, 4.0, 5.0]]);
        assert!(spans.scale().is_log);
        assert_eq!(spans.scale().ticks().first(), Some(&0.01));
        assert!(spans.description().contains("logarithmic"));
        assert!(
            spans
                .description()
                .contains("The greatest median is 3 of node1, the least 1 of node0.")
        );
        let narrow = boxes(&[[0.0, 0.1, 1.0, 2.0, 100.0]]);
        assert!(!narrow.scale().is_log, "nothing has no place on a logarithmic axis");
        assert!(!boxes(&[[1.0, 2.0, 3.0, 4.0, 5.0]]).scale().is_log);
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let odd = boxes(&[[f64::NAN; 5], [2.0; 5]]);
        let svg = svg_element(&odd, "b").unwrap();
        assert_eq!(svg.matches("<rect").count(), 1, "{svg}");
        for none in [boxes(&[]), boxes(&[[f64::INFINITY; 5]])] {
            assert!(svg_element(&none, "b").is_ok());
        }
    }
}
