//! The house stands as ARCHITECTURE.md says: every room on its floor, no import from above, no circles.

#[path = "../../examples/house/rooms.rs"]
mod rooms;

use std::collections::BTreeMap;
use std::path::Path;

use rooms::{FLOORS, Room, rooms};

fn all() -> BTreeMap<String, Room> {
    rooms(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

/// The floor of a room, from the ground.
fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|(_, rooms)| rooms.contains(&name))
}

#[test]
fn every_room_has_a_floor_and_stands_in_the_plan() {
    let rooms = all();
    let plan = include_str!("../../ARCHITECTURE.md").split("```").nth(1).unwrap();
    let words: Vec<&str> = plan.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    for name in rooms.keys() {
        assert!(floor(name).is_some(), "{name} has no floor in examples/house/rooms.rs");
        assert!(words.contains(&name.as_str()), "{name} is not in the plan of ARCHITECTURE.md");
    }
    for name in FLOORS.iter().flat_map(|(_, names)| *names) {
        assert!(rooms.contains_key(*name), "the plan has a room {name}, and the house has not");
    }
}

#[test]
fn no_room_imports_from_above() {
    for (name, room) in &all() {
        for (other, file) in &room.imports {
            assert!(
                floor(other) <= floor(name),
                "src/{file} imports from {other}, floors above it"
            );
        }
    }
}

#[test]
fn there_are_no_circles() {
    let mut rooms = all();
    assert!(rooms.len() > 40);
    // A room that needs nothing which is still there can be taken away; those of a circle never can.
    while !rooms.is_empty() {
        let before = rooms.len();
        let free = |room: &Room| !room.imports.keys().any(|other| rooms.contains_key(other));
        let leaves: Vec<String> =
            rooms.iter().filter(|(_, room)| free(room)).map(|(name, _)| name.clone()).collect();
        rooms.retain(|name, _| !leaves.contains(name));
        assert!(rooms.len() < before, "a circle among {:?}", rooms.keys().collect::<Vec<_>>());
    }
}
