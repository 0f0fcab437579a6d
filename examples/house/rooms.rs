//! The rooms of the house: the source in, its modules with their floors, lines and imports out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The floors from the ground up: what they are for, and their rooms.
pub(crate) const FLOORS: [(&str, &[&str]); 6] = [
    (
        "ground: data, disks, messages",
        &[
            "area",
            "codec",
            "codestream",
            "comm",
            "contours",
            "dataset",
            "expansion",
            "html",
            "image",
            "instance",
            "manifest",
            "memory",
            "numbers",
            "palette",
            "plot",
            "process",
            "sample",
            "sorting",
            "stage",
            "storage",
            "table",
            "terminal",
            "volume",
        ],
    ),
    (
        "stages and measures",
        &[
            "deident",
            "dose",
            "encode",
            "radiomics",
            "read",
            "redact",
            "scan",
            "schedule",
            "series",
            "stats",
            "trace",
            "units",
            "write",
        ],
    ),
    (
        "what became of a file",
        &["attributes", "crop", "media", "record", "regions", "reidentification"],
    ),
    (
        "one file through all; results",
        &[
            "audit",
            "experiments",
            "ledger",
            "map_report",
            "pipeline",
            "query",
            "report",
            "results",
            "review",
        ],
    ),
    ("a crew at work", &["chain", "config", "crew", "programs"]),
    ("what is typed and done", &["cli", "commands", "reference"]),
];

/// A top-level module.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// Lines of its files, tests in files of their own not counted.
    pub(crate) lines: usize,
    /// The other rooms that it imports from, with a file that does.
    pub(crate) imports: BTreeMap<String, String>,
}

/// All rooms below a source folder.
pub(crate) fn rooms(source: &Path) -> BTreeMap<String, Room> {
    let library = std::fs::read_to_string(source.join("lib.rs")).unwrap();
    let names = library.lines().filter_map(|line| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';')
    });
    let names: BTreeSet<&str> = names.collect();
    let mut rooms: BTreeMap<String, Room> =
        names.iter().map(|name| ((*name).to_owned(), Room::default())).collect();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inside = path.strip_prefix(source).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = inside.split(['/', '.']).next().unwrap();
            let is_test = inside.contains("tests");
            let Some(room) = rooms.get_mut(name).filter(|_| !is_test) else { continue };
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            room.lines += text.lines().count();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for other in imports(code).filter(|other| *other != name && names.contains(other)) {
                room.imports.entry(other.to_owned()).or_insert_with(|| inside.clone());
            }
        }
    }
    rooms
}

/// The first names behind `crate::` in code, whether in a `use` or in a path.
fn imports(code: &str) -> impl Iterator<Item = &str> {
    let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        rest.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next().unwrap_or("")
    })
}
