//! What stands below the folder of the instances, or of a file-set: the paths that belong there in, those
//! that are there and are regular files out; all else is named. Links are not followed.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use super::finding::{Findings, Kind};
use super::manifest::Entry;
use crate::write::INSTANCES;

/// Compares the tree with the manifest; returns the entries whose files are there.
pub(super) fn check<'a>(
    output: &Path,
    entries: &'a [Entry],
    findings: &Findings,
) -> Vec<&'a Entry> {
    let expected: HashSet<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    let there = list(output, INSTANCES, &expected, "manifest", findings);
    let is_there = |entry: &&Entry| there.contains(&entry.path);
    for missing in entries.iter().filter(|entry| !is_there(entry)) {
        findings.add(Kind::File, missing.path.clone(), "in the manifest, and no file is there");
    }
    entries.iter().filter(is_there).collect()
}

/// The regular files of a folder that are expected there by a list; what else is there is named.
pub(super) fn list(
    output: &Path,
    root: &'static str,
    expected: &HashSet<&str>,
    list: &str,
    findings: &Findings,
) -> HashSet<String> {
    let mut folders: HashSet<&str> = HashSet::from([root]);
    for path in expected {
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let mut there: HashSet<String> = HashSet::new();
    let mut to_list = Vec::new();
    match fs::symlink_metadata(output.join(root)) {
        Ok(meta) if meta.is_dir() => to_list.push(root.to_owned()),
        Ok(_) => findings.add(Kind::File, root, "no folder, where the instances belong"),
        // A run that wrote nothing leaves no folder; what is missing is told by its own name.
        Err(_) => {}
    }
    while let Some(folder) = to_list.pop() {
        let listed = match fs::read_dir(output.join(&folder)) {
            Ok(listed) => listed,
            Err(error) => {
                findings.add(Kind::File, folder, format!("cannot be listed: {}", error.kind()));
                continue;
            }
        };
        for entry in listed {
            let Ok(entry) = entry else {
                findings.add(Kind::File, folder.clone(), "cannot be listed to its end");
                break;
            };
            let name = entry.file_name();
            let path = format!("{folder}/{}", name.to_string_lossy());
            let what = match entry.file_type() {
                Err(error) => format!("cannot be looked at: {}", error.kind()),
                Ok(kind) if kind.is_dir() && folders.contains(path.as_str()) => {
                    to_list.push(path);
                    continue;
                }
                Ok(kind) if kind.is_dir() => format!("a folder that is not in the {list}"),
                Ok(kind) if expected.contains(path.as_str()) => {
                    if kind.is_file() {
                        there.insert(path);
                        continue;
                    }
                    "a link or a special file where an instance belongs".to_owned()
                }
                Ok(_) => format!("not in the {list}"),
            };
            findings.add(Kind::File, printable(&path), what);
        }
    }
    there
}

/// A name that somebody else gave may hold anything.
fn printable(path: &str) -> String {
    path.chars().flat_map(char::escape_debug).collect()
}
