//! Draws a Gantt chart: rows, bars, shades and their legend.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::ticks::{short, ticks};
use super::super::{INK, Marker, OKABE_ITO, Paper, PlotError, faint, font};
use super::Gantt;
use super::lane::{LEVELS, Lane, Piece, Run};

pub(super) const WIDTH: i32 = 760;
/// Where the axis begins and ends.
pub(super) const LEFT: i32 = 168;
pub(super) const RIGHT: i32 = WIDTH - 14;

/// Letters of a group that find room.
const GROUP_LETTERS: usize = 17;
const LABEL_LETTERS: usize = 23;
/// The marks of kinds behind the first.
const MARKS: [Marker; 3] = [Marker::Cross, Marker::Triangle, Marker::Ring];
/// Bars narrower than this touch their neighbour and have no mark inside, pixels.
const NARROW: f32 = 3.0;

/// The height of a row.
fn row(gantt: &Gantt) -> i32 {
    if gantt.lanes.len() > 24 { 13 } else { 20 }
}

/// Below the legend, which has a second line where there are shades.
fn top(gantt: &Gantt) -> i32 {
    if gantt.lanes.iter().any(Lane::is_blurred) { 50 } else { 30 }
}

fn bottom(gantt: &Gantt) -> i32 {
    top(gantt) + row(gantt) * gantt.lanes.len() as i32
}

pub(super) fn height(gantt: &Gantt) -> i32 {
    bottom(gantt) + 46
}

/// The unit of an axis that is so long, and how many seconds it has.
pub(super) fn unit(span_s: f64) -> (&'static str, f64) {
    match span_s {
        ..=300.0 => ("s", 1.0),
        ..=10_800.0 => ("min", 60.0),
        _ => ("h", 3600.0),
    }
}

pub(super) fn draw<DB: DrawingBackend>(
    gantt: &Gantt,
    paper: &Paper<'_, DB>,
) -> Result<(), PlotError> {
    let (shades, others) = (gantt.runs(Lane::shades), gantt.runs(Lane::others));
    legend(gantt, paper)?;
    if gantt.lanes.iter().any(Lane::is_blurred) {
        legend_of_shades(paper)?;
    }
    axis(gantt, paper)?;
    let (first, tall) = (top(gantt), row(gantt));
    let mut group = None;
    for (n, lane) in gantt.lanes.iter().enumerate() {
        let top = first + tall * n as i32;
        if group != Some(&lane.group) {
            group = Some(&lane.group);
            if n > 0 {
                paper.draw(&PathElement::new([(8, top), (RIGHT, top)], faint()))?;
            }
            let aside = font(11).pos(Pos::new(HPos::Left, VPos::Center));
            paper.draw(&Text::new(cut(&lane.group, GROUP_LETTERS), (8, top + tall / 2), aside))?;
        }
        let aside = font(10).pos(Pos::new(HPos::Right, VPos::Center));
        let letters = if lane.group.is_empty() { LABEL_LETTERS } else { 8 };
        paper.draw(&Text::new(cut(&lane.label, letters), (LEFT - 6, top + tall / 2), aside))?;
        let [top, bottom] = [top + 2, top + tall - 2];
        for run in &shades[n] {
            paper.draw(&block(*run, [top, bottom], strength(run.level)))?;
        }
        for run in &others[n] {
            let tall = (bottom - top) * i32::from(run.level) / i32::from(LEVELS);
            paper.draw(&block(*run, [bottom - tall, bottom], colour(1).to_rgba()))?;
        }
        draw_bars(paper, lane, top, bottom)?;
    }
    Ok(())
}

fn draw_bars<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    lane: &Lane,
    top: i32,
    bottom: i32,
) -> Result<(), PlotError> {
    for piece in &lane.pieces {
        let Piece { from, until, kind } = *piece;
        let gap = i32::from(piece.width() >= NARROW);
        let corners = [(LEFT + from as i32, top), (LEFT + until as i32 - gap, bottom)];
        paper.draw(&Rectangle::new(corners, colour(kind).filled()))?;
        if kind == 0 {
            continue;
        }
        let radius = ((bottom - top) / 2 - 1).clamp(2, 5);
        let at = (corners[1].0 - radius, i32::midpoint(top, bottom));
        paper.draw(&mark(kind).element(at, radius, INK))?;
    }
    Ok(())
}

/// A part of a row from one height to another.
fn block(run: Run, [top, bottom]: [i32; 2], colour: RGBAColor) -> Rectangle<(i32, i32)> {
    let [from, until] = [run.from, run.until].map(|at| LEFT + at as i32);
    Rectangle::new([(from, top), (until, bottom)], colour.filled())
}

/// The colour of a level of shade.
fn strength(level: u8) -> RGBAColor {
    OKABE_ITO[0].mix(0.2 + 0.8 * f64::from(level) / f64::from(LEVELS))
}

fn colour(kind: u8) -> RGBColor {
    [OKABE_ITO[0], OKABE_ITO[1], OKABE_ITO[3], OKABE_ITO[4]][usize::from(kind) % 4]
}

fn mark(kind: u8) -> Marker {
    MARKS[usize::from(kind.saturating_sub(1)) % MARKS.len()]
}

/// Words of the legend.
fn words<'a>(text: &str, at: (i32, i32)) -> Text<'a, (i32, i32), String> {
    let middle = font(11).pos(Pos::new(HPos::Left, VPos::Center));
    Text::new(text.to_owned(), at, middle)
}

fn legend<DB: DrawingBackend>(gantt: &Gantt, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
    let mut x = 8;
    for (kind, name) in gantt.kinds.iter().enumerate() {
        // Kinds that are nowhere need no words.
        if gantt.counts[kind] == 0 {
            continue;
        }
        let kind = kind as u8;
        paper.draw(&Rectangle::new([(x, 6), (x + 20, 18)], colour(kind).filled()))?;
        if kind > 0 {
            paper.draw(&mark(kind).element((x + 15, 12), 5, INK))?;
        }
        paper.draw(&words(name, (x + 26, 12)))?;
        x += 26 + name.chars().count() as i32 * 6 + 18;
    }
    Ok(())
}

fn legend_of_shades<DB: DrawingBackend>(paper: &Paper<'_, DB>) -> Result<(), PlotError> {
    let tall = 12;
    for level in 1..=LEVELS {
        let left = 8 + i32::from(level - 1) * 10;
        let area = [(left, 26), (left + 10, 26 + tall)];
        paper.draw(&Rectangle::new(area, strength(level).filled()))?;
        let part = tall * i32::from(level) / i32::from(LEVELS);
        let area = [(left + 300, 26 + tall - part), (left + 310, 26 + tall)];
        paper.draw(&Rectangle::new(area, colour(1).filled()))?;
    }
    paper.draw(&words("many short ones: a stronger shade is busier", (54, 32)))?;
    paper.draw(&words("the share of them that did not end well", (354, 32)))?;
    Ok(())
}

fn axis<DB: DrawingBackend>(gantt: &Gantt, paper: &Paper<'_, DB>) -> Result<(), PlotError> {
    let (top, bottom) = (top(gantt), bottom(gantt));
    let (unit, per_s) = unit(gantt.span_s);
    let end = gantt.span_s / per_s;
    for tick in ticks(0.0, end, 8) {
        let x = LEFT + (tick / end * f64::from(RIGHT - LEFT)) as i32;
        paper.draw(&PathElement::new([(x, top), (x, bottom + 4)], faint()))?;
        let below = font(11).pos(Pos::new(HPos::Center, VPos::Top));
        paper.draw(&Text::new(short(tick), (x, bottom + 7), below))?;
    }
    let below = font(12).pos(Pos::new(HPos::Center, VPos::Top));
    let middle = (i32::midpoint(LEFT, RIGHT), bottom + 26);
    paper.draw(&Text::new(format!("{}, {unit}", gantt.axis), middle, below))?;
    let line = [(LEFT, top), (LEFT, bottom)];
    paper.draw(&PathElement::new(line, INK.stroke_width(1)))?;
    Ok(())
}

/// As much of a text as finds room.
fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}
