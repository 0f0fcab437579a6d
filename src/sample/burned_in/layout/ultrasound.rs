//! Ultrasound: a strip for text, the sector below it, settings at its side.

use super::super::canvas::{Canvas, grey};
use super::super::ground::{between, ultrasound::Sector};
use super::super::kind::Kind;
use super::super::marks;
use super::super::palette::INKS;
use super::super::pen::{At, Background, Look, Pen, Style};
use super::super::words::Words;
use super::{Scene, Stage, rows, scatter};
use crate::area::Rectangle;
use crate::sample::random::Source;

pub(super) fn paint(stage: &mut Stage<'_>, pen: Option<&mut Pen<'_>>) -> Scene {
    let source = &mut stage.source;
    let (width, height) = stage.kind.size(source);
    let (w, h) = (width as u32, height as u32);
    let banner = match stage.kind {
        Kind::UltrasoundPlain => 0,
        _ => h * (9 + source.below(6)) / 100,
    };
    let left = w * (14 + source.below(8)) / 100;
    let area = Rectangle {
        x: left,
        y: banner + h / 40,
        width: w - left - w * (8 + source.below(10)) / 100,
        height: h - banner - h / 40 - h / 30,
    };
    let sector = Sector::new(source, area);
    let strip = strip(source, stage.is_coloured);
    let mut frames = Vec::new();
    for _ in 0..stage.kind.frames(source) {
        let mut frame = Canvas::new(width, height, 0.0);
        sector.paint(source, &mut frame);
        let mut frame = if stage.is_coloured { frame.coloured() } else { frame };
        frame.fill(Rectangle { x: 0, y: 0, width: w, height: banner }, strip);
        frames.push(frame);
    }
    mark(source, &mut frames, stage.is_coloured, area);
    let knows_region = stage.kind != Kind::UltrasoundPlain && source.below(2) == 0;
    if let Some(pen) = pen {
        if banner > 0 {
            write_banner(pen, &mut frames, stage.words, banner, strip[1] > 0.5);
        }
        write_settings(pen, &mut frames, stage.words, banner, left);
        let most = if banner > 0 { 2 } else { 4 };
        scatter(pen, &mut frames, stage.words, area, most);
    }
    Scene { frames, region: knows_region.then_some(area) }
}

/// The colour of the strip.
fn strip(source: &mut Source, is_coloured: bool) -> [f32; 3] {
    match source.below(5) {
        0 => grey(between(source, 0.75, 0.95)),
        1 if is_coloured => [0.05, 0.1, 0.35],
        1 | 2 => grey(between(source, 0.1, 0.25)),
        _ => grey(0.0),
    }
}

fn mark(source: &mut Source, frames: &mut [Canvas], is_coloured: bool, area: Rectangle) {
    let right = area.right() + 3;
    let (has_ruler, has_bar) = (source.below(3) > 0, source.below(2) == 0);
    let bar = Rectangle { x: 12, y: area.y + area.height / 3, width: 12, height: area.height / 4 };
    let has_flow = is_coloured && source.below(3) == 0;
    let vessel = Rectangle {
        x: area.x + area.width / 3 + source.below(area.width / 6),
        y: area.y + area.height / 3 + source.below(area.height / 4),
        width: area.width / 6,
        height: area.height / 9,
    };
    let (has_heartbeat, has_probe) = (source.below(4) == 0, source.below(2) == 0);
    let trace = Rectangle { y: area.bottom() - area.height / 9, height: area.height / 9, ..area };
    let focus = area.y + area.height / 3 + source.below(area.height / 3);
    for frame in frames {
        if has_heartbeat {
            marks::heartbeat(frame, source, trace, [0.2, 0.9, 0.3]);
        }
        if has_probe {
            marks::probe(frame, area.x + area.width / 3, area.y + 8, focus, grey(0.9));
        }
        if has_ruler {
            marks::ruler(frame, right, area.y + 4, area.bottom(), area.height / 26, grey(0.8));
        }
        if has_bar {
            marks::grey_bar(frame, bar);
        }
        if has_flow {
            marks::colour_bar(frame, Rectangle { x: 34, ..bar });
            marks::flow(frame, source, vessel);
        }
    }
}

fn write_banner(
    pen: &mut Pen<'_>,
    frames: &mut [Canvas],
    words: &Words,
    banner: u32,
    is_light: bool,
) {
    let width = frames[0].width as u32;
    let wanted = (banner / 3).clamp(8, 26);
    let mut look = Look::new(Background::Banner, wanted - pen.source.below(wanted / 3));
    look.style = if is_light { Style::DarkOnLight } else { Style::LightOnDark };
    look.colour = INKS[pen.source.below(INKS.len() as u32) as usize];
    let source = &mut pen.source;
    let (name, id) = (words.name(source), words.identifier(source));
    let (born, taken) = (words.born(source), words.taken(source));
    let left = match source.below(3) {
        0 => vec![name, id],
        1 => vec![words.hospital.clone(), name],
        _ => vec![name, words.hospital.clone()],
    };
    let right = match source.below(3) {
        0 => vec![taken],
        1 => vec![taken, born],
        _ => vec![words.admission(source), taken],
    };
    let top = banner / 8 + 1;
    rows(pen, frames, At::Left(width / 80 + 2, top), &left, look);
    rows(pen, frames, At::Right(width - width / 60 - 2, top), &right, look);
}

/// The settings at the side, and what the sonographer typed.
fn write_settings(pen: &mut Pen<'_>, frames: &mut [Canvas], words: &Words, banner: u32, room: u32) {
    let size = (room / 9).clamp(9, 16);
    let mut look = Look::new(Background::Content, size);
    look.colour = INKS[pen.source.below(INKS.len() as u32) as usize];
    let source = &mut pen.source;
    let mut lines = vec![
        format!("FR {}Hz", 18 + source.below(50)),
        format!("D {}.{}cm", 6 + source.below(14), source.below(10)),
        format!("MI 0.{}", 4 + source.below(6)),
        format!("G {}%", 30 + source.below(60)),
    ];
    lines.truncate(source.below(5) as usize);
    if banner == 0 || source.below(4) == 0 {
        lines.insert(0, words.name(source));
        lines.insert(1, words.day(source));
    }
    rows(pen, frames, At::Left(6, banner + 8), &lines, look);
}
