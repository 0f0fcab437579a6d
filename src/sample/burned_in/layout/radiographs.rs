//! Radiographs, fluoroscopy, films and captured cross-sections: text in the corners and on the image.

use super::super::canvas::{Canvas, grey};
use super::super::ground::vessels::Angiogram;
use super::super::ground::{between, film, radiograph, slice};
use super::super::kind::Kind;
use super::super::marks;
use super::super::pen::{At, Background, Look, Pen, Style};
use super::super::words::Words;
use super::{Scene, Stage, rows, scatter};
use crate::area::Rectangle;
use crate::sample::random::Source;

pub(super) fn paint(stage: &mut Stage<'_>, pen: Option<&mut Pen<'_>>) -> Scene {
    let mut frames = ground(stage);
    let source = &mut stage.source;
    if stage.is_deep && source.below(3) == 0 {
        // Letters are often the brightest that a sample can be, and the image is far from it.
        let share = between(source, 0.45, 0.75);
        for frame in &mut frames {
            frame.map(|level| level * share);
        }
    }
    mark(source, stage.kind, &mut frames);
    let label =
        (stage.kind == Kind::Film && source.below(2) == 0).then(|| label(source, &mut frames));
    if let Some(pen) = pen {
        let whole = frames[0].whole();
        match label {
            Some(label) => write_label(pen, &mut frames, stage.words, label),
            None => write_corners(pen, &mut frames, stage.words),
        }
        scatter(pen, &mut frames, stage.words, whole, 3);
    }
    Scene { frames, region: None }
}

fn ground(stage: &mut Stage<'_>) -> Vec<Canvas> {
    let source = &mut stage.source;
    let (width, height) = stage.kind.size(source);
    match stage.kind {
        Kind::Angiography | Kind::Fluoroscopy => {
            let angiogram = Angiogram::new(source, width);
            let count = stage.kind.frames(source);
            let share = |frame: usize| (frame + 1) as f32 / count as f32;
            (0..count).map(|frame| angiogram.frame(source, share(frame))).collect()
        }
        Kind::Film => vec![film::film(source, width, height)],
        Kind::Mammography => vec![radiograph::breast(source, width, height)],
        Kind::CtCapture => vec![slice::chest(stage.seed, stage.index, source, width, height)],
        Kind::MrCapture => vec![slice::head(source, width, height)],
        _ if source.below(2) == 0 => vec![radiograph::chest(source, width, height)],
        _ => vec![radiograph::limb(source, width, height)],
    }
}

fn mark(source: &mut Source, kind: Kind, frames: &mut [Canvas]) {
    let (width, height) = (frames[0].width as u32, frames[0].height as u32);
    let (has_ruler, has_bar, has_frame) =
        (source.below(4) == 0, source.below(5) == 0, source.below(6) == 0);
    let (has_clips, has_catheter) = (source.below(4) == 0, source.below(4) == 0);
    let is_video = matches!(kind, Kind::Angiography | Kind::Fluoroscopy);
    let frame = Rectangle {
        x: width / 5 + source.below(width / 5),
        y: height / 5 + source.below(height / 5),
        width: width / 4,
        height: height / 4,
    };
    let has_heartbeat = kind == Kind::Angiography && source.below(3) == 0;
    let trace = Rectangle { x: 0, y: height * 5 / 6, width, height: height / 8 };
    for (at, canvas) in frames.iter_mut().enumerate() {
        if has_heartbeat {
            marks::heartbeat(canvas, source, trace, grey(0.95));
        }
        if has_ruler && !is_video {
            marks::ruler(canvas, 6, height / 4, height * 3 / 4, height / 50, grey(0.95));
        }
        if has_bar {
            let bar = Rectangle { x: width - 18, y: height / 3, width: 10, height: height / 3 };
            marks::grey_bar(canvas, bar);
        }
        if has_frame {
            canvas.edge(frame, grey(0.9));
        }
        // What is in the body is drawn with the same source on each frame.
        if at == 0 && frames_alike(kind) {
            if has_clips {
                marks::clips(canvas, source);
            }
            if has_catheter {
                marks::catheter(canvas, source, grey(0.85));
            }
        }
    }
}

/// Whether things in the body may be drawn on one frame: there is only one.
fn frames_alike(kind: Kind) -> bool {
    !matches!(kind, Kind::Angiography | Kind::Fluoroscopy | Kind::MrCapture)
}

/// A paper label on a film.
fn label(source: &mut Source, frames: &mut [Canvas]) -> Rectangle {
    let (width, height) = (frames[0].width as u32, frames[0].height as u32);
    let area = Rectangle {
        x: width / 16 + source.below(width / 3),
        y: height / 20,
        width: width / 2,
        height: height / 7,
    };
    let level = between(source, 0.85, 1.0);
    for frame in frames {
        frame.fill(area, grey(level));
    }
    area
}

fn write_label(pen: &mut Pen<'_>, frames: &mut [Canvas], words: &Words, label: Rectangle) {
    let mut look = Look::new(Background::Banner, (label.height / 6).clamp(10, 24));
    look.style = Style::DarkOnLight;
    let source = &mut pen.source;
    let lines = [words.name(source), words.born(source), words.hospital.clone()];
    rows(pen, frames, At::Left(label.x + 8, label.y + 8), &lines, look);
}

fn write_corners(pen: &mut Pen<'_>, frames: &mut [Canvas], words: &Words) {
    let (width, height) = (frames[0].width as u32, frames[0].height as u32);
    let size = pen.any_size((width / 26).clamp(8, 40));
    let mut look = Look::new(Background::Content, size);
    look.colour = grey(if pen.source.below(2) == 0 { 1.0 } else { 0.85 });
    look.style = match pen.source.below(6) {
        0 => Style::Outlined,
        1 | 2 => Style::DarkOnLight,
        _ => Style::LightOnDark,
    };
    let (edge, pitch) = (size / 2 + 2, size * 3 / 2 + 2);
    let corners = 1 + pen.source.below(15);
    for corner in (0..4).filter(|corner| corners >> corner & 1 == 1) {
        let source = &mut pen.source;
        let lines = match corner {
            0 => vec![words.name(source), words.identifier(source), words.born(source)],
            1 => vec![words.hospital.clone(), words.taken(source)],
            2 => vec![words.admission(source), words.doctor(source)],
            _ => vec![words.taken(source), settings(source)],
        };
        let keep = 1 + source.below(lines.len() as u32) as usize;
        let lines = &lines[..keep];
        let lower = height.saturating_sub(edge + pitch * keep as u32);
        let at = match corner {
            0 => At::Left(edge, edge),
            1 => At::Right(width - edge, edge),
            2 => At::Left(edge, lower),
            _ => At::Right(width - edge, lower),
        };
        rows(pen, frames, at, lines, look);
    }
}

fn settings(source: &mut Source) -> String {
    format!("{} kV {} mAs", 60 + source.below(60), 2 + source.below(200))
}
