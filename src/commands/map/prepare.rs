//! Rank 0 before the work: the output folder, its lock, what it was begun with, and what dead tries have left.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::folders::{attempt_of, is_of_unit, is_there, results, settle, was_begun, work};
use super::hand::{cannot, lost};
use super::sites::Site;
use super::words::what_in_words;
use crate::commands::halt::Halt;
use crate::commands::lock::Lock;
use crate::commands::signals::Signals;
use crate::config::{MapJob, What};
use crate::ledger::{UnitJournal, UnitLine, UnitPast, journal_folder};
use crate::storage::{SharedStorage, create_private_folder};
use crate::units::Unit;
use crate::write::STATE;

/// What the output was begun with, in the program's own folder.
const SETTINGS: &str = "map.json";
/// The form of the journals that this version writes and reads.
const FORM: u32 = 1;

/// What must stay the same from try to try.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Settings {
    form: u32,
    what: String,
    /// Digests: paths and parameters may name patients.
    input: String,
    command: String,
    parameters: String,
}

impl Settings {
    fn of(job: &MapJob) -> Result<Self> {
        let digest = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        let input = job.input.as_ref().map_or(&[][..], |it| it.as_os_str().as_encoded_bytes());
        let command: Vec<&[u8]> = job.command.iter().map(|it| it.as_encoded_bytes()).collect();
        let mut command = command.join(&b'\0');
        if let What::Chain(path) = &job.what {
            command = fs::read(path).context("--chain: the file cannot be read")?;
        }
        let grid = serde_json::to_vec(&(&job.grid.names, &job.grid.rows))?;
        Ok(Self {
            form: FORM,
            what: what_in_words(&job.what),
            input: digest(input),
            command: digest(&command),
            parameters: digest(&grid),
        })
    }

    fn difference(&self, now: &Self) -> Option<String> {
        if self.form != now.form {
            return Some("another version of sauva".to_owned());
        }
        if self.what != now.what {
            return Some(format!("{}, not {}", self.what, now.what));
        }
        let parts = [
            (self.input == now.input, "another --input"),
            (self.command == now.command, "another command"),
            (self.parameters == now.parameters, "other --parameters"),
        ];
        parts.into_iter().find(|(is_same, _)| !is_same).map(|(_, what)| what.to_owned())
    }
}

/// Makes the output folder ours and locks it. One of an earlier try of the same command is gone on with; everything
/// else is refused and left as it is.
pub(super) fn open(job: &MapJob, storage: &SharedStorage, signals: &Signals) -> Result<Lock> {
    check_program(job)?;
    let settings = Settings::of(job)?;
    let folder = &job.output;
    fs::create_dir_all(folder)
        .context("--output: the folder cannot be made; choose one that you may write to")?;
    let state = folder.join(STATE);
    if !state.is_dir() {
        let mut entries = fs::read_dir(folder).context("--output: the folder cannot be listed")?;
        if entries.next().is_some() && !state.is_dir() {
            bail!("--output: the folder holds files that are not sauva's: choose a new one");
        }
        create_private_folder(&state).context(
            "--output: nothing can be made in the folder; choose one that you may write to",
        )?;
    }
    // Results may name patients.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .context("--output: the folder cannot be kept from others; choose one of your own")?;
    let lock = Lock::take(&state, storage.as_ref(), &|| signals.seen())?;
    let path = state.join(SETTINGS);
    match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if state.join("settings.json").exists() || journal_folder(folder).exists() {
                bail!("--output: another command of sauva has begun it: choose a new folder");
            }
            let text = serde_json::to_vec_pretty(&settings)?;
            let written = storage.replace(&path, &text);
            written.map_err(|error| Halt::storage("the settings", &error))?;
        }
        read => {
            let then: Settings =
                serde_json::from_slice(&read.context("--output: its settings cannot be read")?)
                    .context(
                        "--output: its settings cannot be understood: it is another version's",
                    )?;
            if let Some(difference) = then.difference(&settings) {
                bail!(
                    "--output: begun with {difference}; go on with the same command, or choose a new folder"
                );
            }
        }
    }
    create_private_folder(&journal_folder(folder))
        .map_err(|error| Halt::storage("the folder of the journals", &error))?;
    Ok(lock)
}

/// Refuses a program that is not there before ten thousand units find out.
fn check_program(job: &MapJob) -> Result<()> {
    let (Some(template), Some(program)) = (&job.template, job.command.first()) else {
        return Ok(());
    };
    if template.is_filled(0) {
        return Ok(());
    }
    let is_program = |path: &Path| {
        fs::metadata(path)
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    let given = PathBuf::from(program);
    let shown = format!("{:?}", given.display().to_string());
    if program.as_encoded_bytes().contains(&b'/') {
        if !given.exists() {
            bail!("the command: there is no program {shown}: check its name");
        }
        if !is_program(&given) {
            bail!(
                "the command: {shown} is no program: make it executable (chmod +x), or name its interpreter first"
            );
        }
        return Ok(());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_found = std::env::split_paths(&path).any(|folder| is_program(&folder.join(&given)));
    if !is_found {
        bail!(
            "the command: no program {shown} is found in PATH: check its name, or load its module first"
        );
    }
    Ok(())
}

/// What earlier tries have done, with what a dead one has left in work brought to its end: results of programs that
/// ended well get their names, all else is thrown away. Opens the journal of rank 0.
pub(super) fn take_up(
    job: &MapJob,
    units: &[Unit],
    sites: &[Site],
    storage: &SharedStorage,
) -> Result<(UnitPast, UnitJournal)> {
    let folder = journal_folder(&job.output);
    let stopped =
        |what: &'static str| move |error: std::io::Error| Halt::Stopped(cannot(what, &error));
    let mut past = UnitPast::read(&folder).map_err(stopped("the journals cannot be read"))?;
    if past.damaged > 0 {
        tracing::warn!(
            lines = past.damaged,
            "the journals have damaged lines: what they told is done anew"
        );
    }
    let journal = UnitJournal::open(storage, &folder, 0);
    let mut journal = journal.map_err(stopped("the journal cannot be opened"))?;
    let mut lines = vec![UnitLine::Begun];
    lines.extend(
        finish_dead(job, units, sites, storage, &past)
            .map_err(stopped("the output cannot be put in order"))?,
    );
    if job.retry {
        let all = past.units.iter().map(|(id, history)| (id.clone(), history.last()));
        lines.push(UnitLine::Forgiven(all.collect()));
    }
    journal
        .append(&lines)
        .and_then(|()| journal.sync())
        .map_err(stopped("the journal cannot be written"))?;
    for line in lines {
        past.take(line);
    }
    Ok((past, journal))
}

/// Brings attempts to their end that a dead try has left in work. What is told of them is to be entered.
fn finish_dead(
    job: &MapJob,
    units: &[Unit],
    sites: &[Site],
    storage: &SharedStorage,
    past: &UnitPast,
) -> std::io::Result<Vec<UnitLine>> {
    let known: HashMap<String, &Unit> = units.iter().map(|unit| (unit.id(), unit)).collect();
    let mut left: HashMap<(String, u32), PathBuf> = HashMap::new();
    for folder in folders_of(&work(&job.output))?.iter().flat_map(|it| folders_of(it)).flatten() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some((id, number)) = attempt_of(&name) {
            left.insert((id.to_owned(), number), folder);
        }
    }
    if !left.is_empty() {
        // What programs of dead tries have written is made safe once for all.
        storage.sync(&job.output)?;
    }
    let (mut kept, mut discarded) = (Vec::new(), Vec::new());
    for (id, history) in &past.units {
        let Some(unit) = known.get(id) else { continue };
        for attempt in history.uncommitted() {
            let key = (id.clone(), attempt.number);
            let folder = left.remove(&key);
            // Its node has not been down since, so that all of what it wrote is there.
            let is_up = |site: &Site| {
                site.host == attempt.host && !site.boot.is_empty() && site.boot == history.boot
            };
            let is_whole = match &folder {
                Some(_) => true,
                // It was given its names, and the journal does not say so yet.
                None => !attempt.has_output || is_there(&results(&job.output).join(&unit.name)),
            };
            if attempt.content == unit.content && is_whole && sites.iter().any(is_up) {
                let settled = folder.map_or(Ok(()), |folder| {
                    settle(storage.as_ref(), (&job.output, &folder), (id, &unit.name), attempt)
                });
                match settled {
                    Ok(()) => kept.push(key),
                    Err(error) if is_of_unit(&error) => discarded.push(key),
                    Err(error) => return Err(error),
                }
            } else {
                discarded.push(key);
            }
        }
    }
    let mut lines = vec![UnitLine::Committed(kept), UnitLine::Discarded(discarded)];
    for ((id, number), folder) in left {
        let Some(unit) = known.get(&id) else { continue };
        let attempts = past.units.get(&id).map_or(&[][..], |history| &history.attempts);
        match attempts.iter().find(|it| it.number == number) {
            Some(attempt) if attempt.ended.is_success() => {}
            Some(attempt) => {
                let of = (&*id, &*unit.name);
                let settled = settle(storage.as_ref(), (&job.output, &folder), of, attempt);
                settled.or_else(|error| if is_of_unit(&error) { Ok(()) } else { Err(error) })?;
            }
            None if was_begun(&folder) => {
                let attempt = lost(number, unit.content);
                lines.push(UnitLine::Ended { id, boot: String::new(), attempt });
            }
            None => {}
        }
    }
    // Programs of a try that has just died may yet write there: what stays is removed by the next one.
    storage.remove_tree(&work(&job.output)).ok();
    Ok(lines)
}

/// The folders in a folder, in the order of their names; none where it is not there.
fn folders_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders = entries.map(|it| Ok(it?.path())).collect::<std::io::Result<Vec<_>>>()?;
    folders.sort();
    Ok(folders)
}
