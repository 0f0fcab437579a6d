//! The folders of a map below its output: where attempts are made, where results stand, and how one becomes the other.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::messages::Task;
use super::orphans::JOB;
use crate::config::{MapJob, What};
use crate::programs::Task as Program;
use crate::storage::Storage;
use crate::units::{Attempt, Gang, Level, Values, safe_name};
use crate::write::STATE;

/// What programs have left, a folder a unit.
pub(super) const RESULTS: &str = "units";
/// What programs have said.
pub(super) const LOGS: &str = "logs";

/// The folder of the results of all units.
pub(super) fn results(output: &Path) -> PathBuf {
    output.join(RESULTS)
}

/// The folder of what tries have in work, a folder a try.
pub(super) fn work(output: &Path) -> PathBuf {
    output.join(STATE).join("work")
}

/// Mark and number of an attempt whose folder is called so.
pub(super) fn attempt_of(name: &str) -> Option<(&str, u32)> {
    let (id, attempt) = name.split_once('.')?;
    Some((id, attempt.parse().ok()?))
}

/// Whether the program of an attempt was begun.
pub(super) fn was_begun(folder: &Path) -> bool {
    folder.join("stdout").exists() || folder.join("stderr").exists()
}

fn checkpoint(output: &Path, id: &str) -> PathBuf {
    output.join(STATE).join("checkpoints").join(id)
}

/// Where the standard output (`out`) or error (`err`) of a unit is kept.
pub(super) fn log(output: &Path, name: &str, which: &str) -> PathBuf {
    // The names of files in folders become one: a folder may be called as another file's log is.
    let name = if name.contains('/') { safe_name(name.as_bytes()) } else { name.to_owned() };
    output.join(LOGS).join(format!("{name}.{which}"))
}

/// The folders of one try.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    output: PathBuf,
    /// Of attempts in work. A try has its own: programs of a dead one may take a moment to be gone.
    work: PathBuf,
}

impl Folders {
    pub(super) fn new(output: &Path, session: u32) -> Self {
        Self { output: output.to_owned(), work: work(output).join(session.to_string()) }
    }

    pub(super) fn output(&self) -> &Path {
        &self.output
    }

    /// The folder of an attempt.
    pub(super) fn of_attempt(&self, id: &str, attempt: u32) -> PathBuf {
        self.work.join(format!("{id}.{attempt}"))
    }
}

/// Makes the folder of an attempt with what the program is handed, and gives what the runner is told. `start` is the
/// number by which it tells of it, `units` how many units there are.
pub(super) fn lay(
    job: &MapJob,
    folders: &Folders,
    task: &Task,
    (start, units): (u64, u64),
) -> io::Result<Program> {
    let template = job.template.as_ref().expect("only chains have no command");
    let folder = folders.of_attempt(&task.id, task.attempt);
    // What is there was not begun.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let checkpoint = checkpoint(&job.output, &task.id);
    fs::create_dir_all(&checkpoint)?;
    let paths = || {
        let input = job.input.as_deref().unwrap_or(Path::new(""));
        task.files.iter().map(move |path| input.join(&path.0))
    };
    let list = folder.join("list");
    let has_list = template.says("list");
    if has_list {
        if paths().any(|path| path.as_os_str().as_bytes().contains(&b'\n')) {
            let why = "the name of a file has a line break, which {list} cannot tell: use {input}";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let text: Vec<u8> =
            paths().flat_map(|path| [path.as_os_str().as_bytes(), b"\n"].concat()).collect();
        fs::write(&list, text)?;
    }
    let input = match job.what {
        What::Units(Level::Instance) => paths().next(),
        What::Units(_) if template.says("input") || !has_list => {
            let links = folder.join("input");
            fs::create_dir(&links)?;
            link(&links, paths())?;
            Some(links)
        }
        _ => None,
    };
    let gang = match (&task.meeting, &job.what) {
        (Some(meeting), What::Gang(size)) => Some(Gang {
            address: meeting.address.clone(),
            port: meeting.port,
            size: *size as usize,
            local_rank: meeting.local_rank as usize,
        }),
        _ => None,
    };
    let output = folder.join("output");
    let parameters = job.grid.of_run(task.unit as usize);
    let values = Values {
        input: input.as_deref(),
        list: has_list.then_some(list.as_path()),
        output: &output,
        checkpoint: &checkpoint,
        unit: &task.name,
        rank: u64::from(task.unit),
        repetitions: units,
        attempt: task.attempt,
        cpus: job.means.cpus_per_task,
        parameters: &parameters,
        gang: gang.as_ref(),
    };
    let (command, mut environment) = (template.fill(&values), values.environment());
    environment.push((JOB.into(), job.output.clone().into_os_string()));
    Ok(Program { id: start, command, environment, folder })
}

/// Links to files, each named as its file; where two have one name, the later ones begin with a number.
fn link(folder: &Path, files: impl Iterator<Item = PathBuf>) -> io::Result<()> {
    for (number, file) in files.enumerate() {
        let name = file.file_name().unwrap_or_default().to_owned();
        match symlink(&file, folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let mut numbered = OsString::from(format!("{number}_"));
                numbered.push(&name);
                symlink(&file, folder.join(numbered))?;
            }
            linked => linked?,
        }
    }
    Ok(())
}

/// Gives what an attempt has left in its folder its final names: of a success output and logs, else the logs alone. What
/// it has left must be safe by now. Can be repeated after a death at any step. Folders that a program has closed to its
/// own user are opened.
pub(super) fn settle(
    storage: &dyn Storage,
    (output, folder): (&Path, &Path),
    (id, name): (&str, &str),
    attempt: &Attempt,
) -> io::Result<()> {
    let settled = settle_open(storage, (output, folder), (id, name), attempt);
    match settled {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let results = results(output).join(name);
            for closed in [folder, &checkpoint(output, id), &results] {
                unlock(closed);
            }
            settle_open(storage, (output, folder), (id, name), attempt)
        }
        settled => settled,
    }
}

fn settle_open(
    storage: &dyn Storage,
    (output, folder): (&Path, &Path),
    (id, name): (&str, &str),
    attempt: &Attempt,
) -> io::Result<()> {
    let is_success = attempt.ended.is_success();
    if is_success {
        let (made, target) = (folder.join("output"), results(output).join(name));
        if is_there(&made) {
            // Results of the unit as it was, whose files have changed since, go once the new ones are in their place.
            let before = folder.join("before");
            if is_there(&target) {
                storage.rename(&target, &before)?;
            }
            storage.rename(&made, &target).inspect_err(|_| {
                if is_there(&before) {
                    storage.rename(&before, &target).ok();
                }
            })?;
        } else if !attempt.has_output {
            storage.remove_tree(&target)?;
        }
    }
    let logs = [("stdout", "out", attempt.stdout_bytes), ("stderr", "err", attempt.stderr_bytes)];
    for (made, which, bytes) in logs {
        let (made, target) = (folder.join(made), log(output, name, which));
        if is_there(&made) {
            storage.rename(&made, &target)?;
        } else if bytes == 0 {
            storage.remove(&target)?;
        }
    }
    storage.remove_tree(folder)?;
    if is_success { storage.remove_tree(&checkpoint(output, id)) } else { Ok(()) }
}

/// Whether something has this name; links are not followed.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Lets its owner into every folder of a tree. What cannot be changed stays, and is told by what needs it.
fn unlock(tree: &Path) {
    let Ok(meta) = fs::symlink_metadata(tree) else { return };
    if !meta.is_dir() {
        return;
    }
    let mode = meta.permissions().mode();
    if mode & 0o700 != 0o700 {
        fs::set_permissions(tree, fs::Permissions::from_mode(mode | 0o700)).ok();
    }
    let entries = fs::read_dir(tree).into_iter().flatten().flatten();
    entries.for_each(|entry| unlock(&entry.path()));
}

/// Whether an error in giving results their names is of this unit alone, and not of the storage.
pub(super) fn is_of_unit(error: &io::Error) -> bool {
    use io::ErrorKind::{
        AlreadyExists, DirectoryNotEmpty, InvalidFilename, IsADirectory, NotADirectory,
        PermissionDenied,
    };
    matches!(
        error.kind(),
        AlreadyExists
            | DirectoryNotEmpty
            | InvalidFilename
            | IsADirectory
            | NotADirectory
            | PermissionDenied
    )
}

#[cfg(test)]
mod tests {
    use super::super::books::tests::attempt;
    use super::*;
    use crate::storage::Disk;
    use crate::units::{Ended, safe_path};

    #[test]
    fn links_of_one_name_are_numbered() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["/a/x", "/b/x", "/b/y"].map(PathBuf::from);
        link(folder.path(), files.into_iter()).unwrap();
        let target = |name: &str| fs::read_link(folder.path().join(name)).unwrap();
        assert_eq!(target("x"), Path::new("/a/x"));
        assert_eq!(target("1_x"), Path::new("/b/x"));
        assert_eq!(target("y"), Path::new("/b/y"));
    }

    #[test]
    fn logs_of_files_in_folders_do_not_meet_folders_of_logs() {
        let output = Path::new("/out");
        assert_eq!(log(output, "1.2.3", "out"), Path::new("/out/logs/1.2.3.out"));
        assert_eq!(log(output, "a/b.dcm", "err"), Path::new("/out/logs/a%2Fb.dcm.err"));
        // A file that is called so itself.
        assert_ne!(log(output, &safe_path(b"a%2Fb"), "out"), log(output, "a/b", "out"));
        assert_eq!(attempt_of("00ff.12"), Some(("00ff", 12)));
        assert_eq!(attempt_of("00ff"), None);
    }

    #[test]
    fn results_appear_whole_replace_older_ones_and_settling_can_be_repeated() {
        let output = tempfile::tempdir().unwrap();
        let output = output.path();
        let disk = Disk::below(output);
        let done = Attempt { stdout_bytes: 4, ..attempt(2, Ended::Exited(0)) };
        let made = Folders::new(output, 1).of_attempt("id", 2);
        fs::create_dir_all(made.join("output/deep")).unwrap();
        fs::write(made.join("output/deep/new"), "new").unwrap();
        fs::write(made.join("stdout"), "said").unwrap();
        fs::create_dir_all(output.join("units/u")).unwrap();
        fs::write(output.join("units/u/old"), "old").unwrap();
        fs::create_dir_all(output.join("logs")).unwrap();
        fs::write(output.join("logs/u.err"), "an earlier complaint").unwrap();
        fs::create_dir_all(checkpoint(output, "id")).unwrap();
        for _ in 0..2 {
            settle(&disk, (output, &made), ("id", "u"), &done).unwrap();
            assert_eq!(fs::read_to_string(output.join("units/u/deep/new")).unwrap(), "new");
            assert!(!output.join("units/u/old").exists());
            assert_eq!(fs::read_to_string(output.join("logs/u.out")).unwrap(), "said");
            assert!(!output.join("logs/u.err").exists());
            assert!(!made.exists() && !checkpoint(output, "id").exists());
        }
        // A death after the logs had their names, and before the folder was gone.
        fs::create_dir_all(&made).unwrap();
        settle(&disk, (output, &made), ("id", "u"), &done).unwrap();
        assert_eq!(fs::read_to_string(output.join("logs/u.out")).unwrap(), "said");
        assert!(output.join("units/u/deep/new").exists());
    }

    #[test]
    fn folders_that_a_program_has_closed_are_opened() {
        let output = tempfile::tempdir().unwrap();
        let output = output.path();
        let made = Folders::new(output, 1).of_attempt("id", 1);
        fs::create_dir_all(made.join("output/closed")).unwrap();
        fs::write(made.join("output/closed/x"), "x").unwrap();
        let close = |folder: &Path| {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
        };
        for folder in [made.join("output/closed"), made.join("output"), made.clone()] {
            close(&folder);
        }
        unlock(&made);
        fs::remove_file(made.join("output/closed/x")).unwrap();
        assert!(is_of_unit(&io::Error::from(io::ErrorKind::PermissionDenied)));
        assert!(!is_of_unit(&io::Error::from(io::ErrorKind::StorageFull)));
    }

    #[test]
    fn of_a_failure_the_logs_and_the_checkpoint_stay() {
        let output = tempfile::tempdir().unwrap();
        let output = output.path();
        let made = Folders::new(output, 1).of_attempt("id", 1);
        fs::create_dir_all(made.join("output")).unwrap();
        fs::write(made.join("output/half"), "half").unwrap();
        fs::write(made.join("stderr"), "no").unwrap();
        fs::create_dir_all(checkpoint(output, "id")).unwrap();
        let disk = Disk::below(output);
        settle(&disk, (output, &made), ("id", "u"), &attempt(1, Ended::Exited(1))).unwrap();
        assert!(!output.join("units").exists() && !made.exists());
        assert!(output.join("logs/u.err").exists() && checkpoint(output, "id").exists());
    }
}
