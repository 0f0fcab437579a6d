//! Screens: pages of text as reports, work lists and dose reports show it.

use super::super::canvas::{Canvas, Colour, grey};
use super::super::ground::between;
use super::super::kind::Kind;
use super::super::marks;
use super::super::palette::INKS;
use super::super::pen::{At, Background, Look, Pen, Style};
use super::super::words::Words;
use super::{Scene, Stage, rows};
use crate::area::Rectangle;
use crate::sample::random::Source;

/// What is drawn on the page.
#[derive(Debug)]
struct Page {
    is_light: bool,
    /// The height of the strip of the title, 0 where there is none.
    title: u32,
    /// From here on a table.
    table: Rectangle,
    columns: u32,
    row: u32,
}

pub(super) fn paint(stage: &mut Stage<'_>, pen: Option<&mut Pen<'_>>) -> Scene {
    let source = &mut stage.source;
    let (width, height) = stage.kind.size(source);
    let is_dose = stage.kind == Kind::DoseScreen;
    let is_light = !is_dose && source.below(2) == 0;
    let back = if is_light { between(source, 0.85, 1.0) } else { between(source, 0.0, 0.12) };
    let back = if is_dose { 0.0 } else { back };
    let mut frame = Canvas::new(width, height, back);
    if stage.is_coloured {
        frame = frame.coloured();
    }
    let page = page(source, &mut frame, is_light, is_dose, stage.is_coloured);
    let mut frames = vec![frame];
    if let Some(pen) = pen {
        write(pen, &mut frames, stage.words, &page, is_dose);
    }
    Scene { frames, region: None }
}

fn page(
    source: &mut Source,
    frame: &mut Canvas,
    is_light: bool,
    is_dose: bool,
    is_coloured: bool,
) -> Page {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let title = if !is_dose && source.below(2) == 0 { height / 14 } else { 0 };
    let bar: Colour = match (is_light, is_coloured) {
        (true, true) => [0.72, 0.82, 0.95],
        (true, false) => grey(0.75),
        (false, true) => [0.1, 0.12, 0.3],
        (false, false) => grey(0.2),
    };
    frame.fill(Rectangle { x: 0, y: 0, width, height: title }, bar);
    let row = 20 + source.below(10);
    let top = title + height / 4;
    let most = (height - top - height / 12) / row;
    let count = 3 + source.below(most.saturating_sub(3).max(1));
    let table = Rectangle { x: width / 24, y: top, width: width * 11 / 12, height: row * count };
    let columns = if is_dose { 5 } else { 3 + source.below(3) };
    let ink = if is_light { grey(0.35) } else { grey(0.55) };
    let has_grid = source.below(2) == 0;
    if has_grid {
        frame.edge(table, ink);
        for line in 1..count {
            let y = table.y + line * row;
            frame.fill(Rectangle { y, height: 1, ..table }, ink);
        }
        for column in 1..columns {
            let x = table.x + column * table.width / columns;
            frame.fill(Rectangle { x, width: 1, ..table }, ink);
        }
    }
    let below = table.bottom() + 10;
    if below + 60 < height && (!has_grid || source.below(2) == 0) {
        let area =
            Rectangle { x: table.x, y: below, width: width / 2, height: height - below - 10 };
        curve(source, frame, area, ink);
    }
    if source.below(3) == 0 {
        let bar = Rectangle { x: width - 16, y: title + 8, width: 10, height: height / 6 };
        marks::grey_bar(frame, bar);
    }
    Page { is_light, title, table, columns, row }
}

/// A curve in a frame with ticks.
fn curve(source: &mut Source, frame: &mut Canvas, area: Rectangle, ink: Colour) {
    frame.edge(area, ink);
    marks::ruler(frame, area.x, area.y + 3, area.bottom(), 8, ink);
    let mut level = 0.5;
    let step = area.width as f32 / 40.0;
    let y = |level: f32| area.y as f32 + 3.0 + level * (area.height as f32 - 6.0);
    for part in 0..39 {
        let next: f32 = (level + 0.2 * source.swing()).clamp(0.0, 1.0);
        let x = area.x as f32 + part as f32 * step;
        frame.stroke([x, y(level)], [x + step, y(next)], 1.4, ink);
        level = next;
    }
}

fn write(pen: &mut Pen<'_>, frames: &mut [Canvas], words: &Words, page: &Page, is_dose: bool) {
    let (width, height) = (frames[0].width as u32, frames[0].height as u32);
    let mut look = Look::new(Background::Screen, (page.row * 5 / 8).max(10));
    look.style = if page.is_light { Style::DarkOnLight } else { Style::LightOnDark };
    look.colour = INKS[pen.source.below(INKS.len() as u32) as usize];
    let title = pen.source.pick(&["Patient report", "Worklist", "Examination", "Print page"]);
    let title = if is_dose { "Dose Report" } else { title };
    if page.title > 0 || is_dose {
        let large = Look { size: (height / 26).clamp(12, 32), ..look };
        pen.write(frames, title, At::Left(width / 24, page.title / 5 + 3), large);
    }
    let source = &mut pen.source;
    let mut head = vec![words.name(source), words.identifier(source), words.born(source)];
    let mut right = vec![words.taken(source), words.hospital.clone(), words.admission(source)];
    head.truncate(1 + source.below(3) as usize);
    right.truncate(source.below(4) as usize);
    let top = page.title.max(height / 16) + 8;
    let free = page.table.y - top;
    let heading = Look { size: look.size.min(free / 5).max(9), ..look };
    rows(pen, frames, At::Left(width / 24, top), &head, heading);
    rows(pen, frames, At::Right(width - width / 24 - 18, top), &right, heading);
    write_table(pen, frames, words, page, look, is_dose);
}

const DOSE: [&str; 5] = ["Series", "Type", "CTDIvol", "DLP", "kV"];
const LIST: [&str; 5] = ["Name", "Date", "Exam", "Dose", "Room"];

fn write_table(
    pen: &mut Pen<'_>,
    frames: &mut [Canvas],
    words: &Words,
    page: &Page,
    look: Look,
    is_dose: bool,
) {
    let cell = page.table.width / page.columns;
    let size = look.size.min(cell / 7).max(9);
    let look = Look { size, ..look };
    for line in 0..page.table.height / page.row {
        for column in 0..page.columns {
            let heading = if is_dose { DOSE } else { LIST }[column as usize];
            let source = &mut pen.source;
            let text = match (line, column) {
                (0, _) => heading.to_owned(),
                _ if source.below(6) == 0 => continue,
                (_, 0) if is_dose => format!("{line} Abd"),
                (_, 1) if is_dose => source.pick(&["Scout", "Axial", "Helical"]).to_owned(),
                (_, 0) => Words::short(source),
                (_, 1) => words.day(source),
                (_, 2) if !is_dose => {
                    source.pick(&["Thorax", "Skull", "Knee", "Pelvis"]).to_owned()
                }
                _ => format!("{}.{:02}", source.below(900), source.below(100)),
            };
            let x = page.table.x + column * cell + 6;
            let y = page.table.y + line * page.row + (page.row - size * 3 / 4) / 2;
            pen.write(frames, &text, At::Left(x, y), look);
        }
    }
}
