//! The output folder as a run needs it: whose it is, what file system it is on, what is free there, and whether
//! what a run does to files works. What is tried is tried in a folder of its own, which is taken away.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RenameFlags, openat, renameat_with, statvfs};
use serde::{Deserialize, Serialize};

use super::Asked;
use super::finding::Finding;
use crate::commands::lock::live_holder;
use crate::commands::wording::{grouped, megabytes};
use crate::config::new_path;
use crate::storage::{FileSystem, create_private_folder, in_words};
use crate::write::STATE;

const TOPIC: &str = "output";
/// With less free than this, large inputs may not fit: outputs are at most about as large.
const LEAST_FREE_BYTES: u64 = 10_000_000_000;
/// Each instance is a file, and its series, study and patient are folders.
const LEAST_FREE_INODES: u64 = 100_000;
/// What the program's own files take before the first instance, with room to spare.
const NO_ROOM_BYTES: u64 = 16_000_000;
const NO_ROOM_INODES: u64 = 64;

/// A folder where files may be tried: in --output, or in what is there above it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Probe {
    folder: PathBuf,
}

impl Probe {
    /// Makes it; or says why nothing can be made.
    pub(super) fn make(output: &Path) -> Result<Option<Self>, Finding> {
        let cannot = |error: &io::Error| {
            let text = format!("--output: nothing can be made there: {}", in_words(error));
            Finding::fail(TOPIC, text)
                .advise("choose a folder that you may write to, on a file system with room")
        };
        let output = new_path(output).map_err(|error| cannot(&error))?;
        let existing = output.ancestors().find(|folder| folder.exists());
        let folder = existing.unwrap_or(&output).join(probe_name());
        create_private_folder(&folder).map_err(|error| cannot(&error))?;
        Ok(Some(Self { folder }))
    }

    /// Takes it away.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_dir_all(self.folder)
    }
}

/// The name of the folder that this process tries things in.
fn probe_name() -> String {
    format!(".sauva-doctor-{}", std::process::id())
}

/// What was tried could not be taken away.
pub(super) fn left_behind(error: &io::Error) -> Finding {
    let text = format!("a folder .sauva-doctor-* could not be taken away: {}", in_words(error));
    Finding::warn(TOPIC, text, "remove it by hand")
}

/// Whether the folder is one that a run takes: new, empty, or of an earlier run that is not at work.
pub(super) fn state(asked: &Asked<'_>) -> Option<Finding> {
    let output = new_path(asked.args.output.as_ref()?).ok()?;
    asked.probe?;
    let state = output.join(STATE);
    if let Some(holder) = live_holder(&state) {
        return Some(Finding::warn(TOPIC, "another run is at work there", holder.to_string()));
    }
    let entries = || fs::read_dir(&output).into_iter().flatten().flatten();
    // What another doctor has left is not forgiven: a run would not do so either.
    let own = probe_name();
    let is_ours = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name == STATE || name == own.as_str()
    };
    Some(if output.exists() && !output.is_dir() {
        Finding::fail(TOPIC, "--output: not a folder: choose another name")
    } else if state.is_dir() {
        Finding::ok(TOPIC, "holds an earlier run: the same command goes on with it")
    } else if entries().any(|entry| !is_ours(&entry)) {
        Finding::fail(
            TOPIC,
            "--output: the folder holds files that are not sauva's: choose a new one",
        )
    } else {
        Finding::ok(TOPIC, "new or empty, and files can be made there")
    })
}

/// What kind of file system it is, and whether all nodes see the same.
pub(super) fn kind(asked: &Asked<'_>) -> Option<Finding> {
    let topic = "file system";
    let probe = asked.probe?;
    let Ok(found) = FileSystem::of(&probe.folder) else {
        let text = "this node does not see the folder that rank 0 has made in --output";
        return Some(Finding::fail(topic, text).advise("choose a folder that all nodes share"));
    };
    Some(match found.name {
        Some(name @ ("tmpfs" | "ramfs")) => Finding::warn(
            topic,
            name,
            "it is memory: results take it from the run and are gone with the machine",
        ),
        Some(name @ "overlay") => Finding::warn(
            topic,
            name,
            "it is a container's: results are gone with it; mount a folder for them",
        ),
        Some(name) if found.is_shared => {
            Finding::ok(topic, format!("{name}: each file is made safe by itself"))
        }
        Some(name) => Finding::ok(topic, name),
        None => Finding::ok(topic, format!("of a kind that is not known ({:#x})", found.number)),
    })
}

/// What is free there.
pub(super) fn space(asked: &Asked<'_>) -> Option<Finding> {
    let topic = "free space";
    let about = statvfs(&asked.probe?.folder).ok()?;
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    // Btrfs and others have no fixed number and say 0.
    let inodes = (about.f_files > 0).then_some(about.f_favail);
    let room = inodes.map(|inodes| format!(", room for {} files", grouped(inodes)));
    let text = format!("{}{}", megabytes(free as f64), room.unwrap_or_default());
    let least = inodes.unwrap_or(u64::MAX);
    Some(if free < NO_ROOM_BYTES || least < NO_ROOM_INODES {
        Finding::fail(topic, text).advise("make room, or choose another folder")
    } else if free < LEAST_FREE_BYTES || least < LEAST_FREE_INODES {
        Finding::warn(
            topic,
            text,
            "a run stops when it is used up, and goes on by the same command",
        )
    } else {
        Finding::ok(topic, text)
    })
}

/// Whether what a run does to files works there.
pub(super) fn abilities(asked: &Asked<'_>) -> Option<Finding> {
    let folder = &asked.probe?.folder;
    let name = |what: &str| folder.join(format!("{}-{what}", asked.comm.rank()));
    let topic = "files there";
    match try_files(name) {
        Ok(finding) => Some(finding),
        // `kind` has told that the folder is not seen.
        Err((_, error)) if error.kind() == io::ErrorKind::NotFound => None,
        Err((what, error)) => {
            let text = format!("{what} does not work: {}", in_words(&error));
            Some(Finding::fail(topic, text).advise("choose a folder on another file system"))
        }
    }
}

fn try_files(name: impl Fn(&str) -> PathBuf) -> Result<Finding, (&'static str, io::Error)> {
    let (temporary, target, link) = (name("temporary"), name("target"), name("link"));
    let failed = |what| move |error| (what, error);
    let written = fs::write(&temporary, b"sauva doctor");
    written.map_err(failed("writing"))?;
    let synced = File::open(&temporary).and_then(|file| file.sync_all());
    synced.map_err(failed("fsync"))?;
    let folder = temporary.parent().unwrap_or(Path::new("/"));
    let synced =
        File::open(folder).and_then(|folder| rustix::fs::syncfs(folder).map_err(Into::into));
    synced.map_err(failed("syncfs"))?;
    let keeps = renameat_with(CWD, &temporary, CWD, &target, RenameFlags::NOREPLACE).is_ok();
    if !keeps {
        fs::rename(&temporary, &target).map_err(failed("rename"))?;
    }
    let links = fs::hard_link(&target, &link);
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let nameless = openat(CWD, folder, flags, Mode::RUSR | Mode::WUSR).is_ok();
    let (topic, has) = ("files there", |is: bool| if is { "" } else { "no " });
    let text = format!(
        "rename and fsync work; {}rename that replaces nothing, {}hard links, {}O_TMPFILE (not needed)",
        has(keeps),
        has(links.is_ok()),
        has(nameless)
    );
    match links {
        Ok(()) => Ok(Finding::ok(topic, text)),
        // A name is given by a rename that replaces nothing, or by a link.
        Err(error) if !keeps => Err(("a rename that replaces nothing, and a hard link,", error)),
        Err(_) => Ok(Finding::warn(topic, text, "--dicomdir needs hard links: leave it out there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let probe = Probe::make(&folder.path().join("new/deeper")).unwrap().unwrap();
        assert_eq!(probe.folder.parent().unwrap(), folder.path().canonicalize().unwrap());
        let tried = try_files(|name| probe.folder.join(name)).unwrap();
        assert!(tried.text.starts_with("rename and fsync work"), "{}", tried.text);
        probe.remove().unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_folders_place_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("DOE_JANE");
        fs::write(&file, "").unwrap();
        let found = Probe::make(&file).unwrap_err();
        assert!(found.text.starts_with("--output: nothing can be made there"), "{}", found.text);
        assert!(!found.text.contains("JANE"), "{}", found.text);
    }
}
