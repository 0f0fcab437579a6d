//! Draws the house, as ARCHITECTURE.md shows it: `house [FILE]` (docs/src/images/house.svg). A floor is a row, a room a
//! box, as wide as it has lines.

#![expect(clippy::unwrap_used, reason = "a helper of the documentation: what fails ends it")]

mod rooms;

use std::collections::BTreeMap;
use std::path::PathBuf;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use rooms::{FLOORS, Room};
use sauva::plot::{Chart, INK, OKABE_ITO, PlotError, font, svg_file};

const WIDTH: i32 = 1200;
const FLOOR: i32 = 92;
const ROOF: i32 = 70;
const GAP: i32 = 4;
/// The least width of a room: its name must fit.
const LEAST: i32 = 62;

struct House {
    rooms: BTreeMap<String, Room>,
}

impl Chart for House {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (ROOF + FLOOR * FLOORS.len() as i32 + 30) as u32)
    }

    fn title(&self) -> String {
        "The house".to_owned()
    }

    fn description(&self) -> String {
        let floors =
            FLOORS.iter().rev().map(|(what, rooms)| format!("{what}: {}", rooms.join(", ")));
        format!(
            "Modules as rooms on floors, each importing only from below. From the top: {}.",
            floors.collect::<Vec<_>>().join("; ")
        )
    }

    fn draw<DB: DrawingBackend>(&self, paper: &DrawingArea<DB, Shift>) -> Result<(), PlotError> {
        let roof = vec![(20, ROOF - 8), (WIDTH / 2, 8), (WIDTH - 20, ROOF - 8)];
        paper.draw(&PathElement::new(roof, INK.stroke_width(2)))?;
        let centred = Pos::new(HPos::Center, VPos::Center);
        let middle = font(18).pos(centred);
        paper.draw(&Text::new("main.rs", (WIDTH / 2, ROOF - 22), middle))?;
        for (level, (what, names)) in FLOORS.iter().enumerate() {
            let top = ROOF + FLOOR * (FLOORS.len() - 1 - level) as i32;
            paper.draw(&Text::new(*what, (24, top + 2), font(14)))?;
            let colour = OKABE_ITO[level % OKABE_ITO.len()];
            let mut left = 20;
            for (name, width) in widths(names, &self.rooms) {
                let (from, to) = ((left, top + 22), (left + width - GAP, top + FLOOR - 6));
                paper.draw(&Rectangle::new([from, to], colour.mix(0.22).filled()))?;
                paper.draw(&Rectangle::new([from, to], colour.stroke_width(1)))?;
                // Narrow rooms have their names upright.
                let at = (left + (width - GAP) / 2, top + 22 + (FLOOR - 28) / 2);
                let size = if name.len() as i32 * 7 > width { 10 } else { 13 };
                paper.draw(&Text::new(name, at, font(size).pos(centred)))?;
                left += width;
            }
        }
        Ok(())
    }
}

/// The rooms of a floor with their widths in pixels: by the root of their lines, so that small rooms can be seen.
fn widths<'a>(names: &[&'a str], rooms: &BTreeMap<String, Room>) -> Vec<(&'a str, i32)> {
    let weight = |name: &str| (rooms[name].lines as f64).sqrt();
    let (space, all) = (f64::from(WIDTH - 40), names.iter().map(|name| weight(name)).sum::<f64>());
    let least = LEAST.min((WIDTH - 40) / names.len() as i32);
    let free = space - f64::from(least) * names.len() as f64;
    names.iter().map(|name| (*name, least + (free * weight(name) / all) as i32)).collect()
}

fn main() {
    let file = std::env::args_os().nth(1).map_or("docs/src/images/house.svg".into(), PathBuf::from);
    let rooms = rooms::rooms(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"));
    std::fs::write(file, svg_file(&House { rooms }).unwrap()).unwrap();
}
