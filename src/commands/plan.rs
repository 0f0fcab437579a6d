//! What is left to do: the input as it is now and what earlier tries have done in, the work out.
//! Rank 0 makes the plan; whether what earlier tries wrote still stands, all ranks look together.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};

use crate::ledger::{Disputes, Past, remove_empty_folders, stands};
use crate::manifest::FileEntry;
use crate::record::{Failure, FileRecord, Outcome};
use crate::storage::Storage;
use crate::write::{INSTANCES, STATE, TEMPORARY};

/// A written file that must stand as the journal says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Check {
    path_id: String,
    path: String,
    sop_instance_uid: String,
    sha256: String,
}

impl Check {
    fn of(record: &FileRecord) -> Option<Self> {
        let instance = record.instance.as_ref()?;
        Some(Self {
            path_id: record.path_id.clone(),
            path: instance.path.clone(),
            sop_instance_uid: instance.sop_instance_uid.clone(),
            sha256: instance.sha256.clone(),
        })
    }
}

/// Looks at files of earlier tries; the keyed names of those that do not stand.
pub(super) fn look_at(
    checks: &[Check],
    storage: &dyn Storage,
    output: &Path,
    keep_going: &(dyn Fn() -> bool + Sync),
) -> io::Result<Vec<String>> {
    let look = |check: &Check| {
        if !keep_going() {
            return Ok(None);
        }
        let Check { path, sop_instance_uid, sha256, .. } = check;
        let place = stands(storage, output, path, sop_instance_uid, sha256)?;
        Ok(place.is_none().then(|| check.path_id.clone()))
    };
    checks.par_iter().map(look).filter_map(Result::transpose).collect()
}

/// What is left to do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// To be worked on.
    pub(super) todo: Vec<FileEntry>,
    /// In flight when a try died: to be worked on alone.
    pub(super) suspects: Vec<FileEntry>,
    /// Not to be worked on, for the reason that stands in their records.
    pub(super) refused: Vec<FileRecord>,
    /// Of the input, what earlier tries have done.
    pub(super) done_before: u64,
    /// What was written from inputs that are gone now; it stays.
    pub(super) inputs_gone: u64,
    /// Written files that were found damaged or missing.
    pub(super) damaged: u64,
    /// Whose files have been looked at: a file that does not stand may make another one the winner.
    looked_at: HashSet<String>,
    /// Records that stand no longer and whose inputs are done anew.
    stale: Vec<FileRecord>,
}

impl Plan {
    /// The plan for these inputs, as far as the records alone tell. With `retry` what was quarantined
    /// is done anew; what could not be read or was changing is in any case.
    pub(super) fn new(files: &[FileEntry], past: &mut Past, retry: bool) -> Self {
        let mut plan = Self::default();
        let present: HashSet<&str> = files.iter().map(|file| file.path_id.as_str()).collect();
        let gone = past.records().filter(|record| !present.contains(record.path_id.as_str()));
        let gone: Vec<(String, bool)> =
            gone.map(|record| (record.path_id.clone(), record.instance.is_some())).collect();
        for (path_id, was_written) in gone {
            if was_written {
                plan.inputs_gone += 1;
            } else {
                past.withdraw(&path_id);
            }
        }
        for file in files {
            let record = past.record(&file.path_id);
            let stays = record.is_some_and(|record| {
                let is_tried_again = record.is_quarantined() && (retry || is_passing(record));
                record.is_of(file) && !is_tried_again
            });
            if stays {
                plan.done_before += 1;
            } else {
                let before = past.withdraw(&file.path_id);
                if plan.add(file, past, retry) {
                    plan.stale.extend(before);
                }
            }
        }
        plan
    }

    /// Whether the file is to be worked on.
    fn add(&mut self, file: &FileEntry, past: &Past, retry: bool) -> bool {
        match past.strikes(file) {
            0 => self.todo.push(file.clone()),
            strikes if strikes == 1 || retry => self.suspects.push(file.clone()),
            _ => {
                self.refused.push(FileRecord::failed(file, Outcome::Quarantined, job_died()));
                return false;
            }
        }
        true
    }

    /// What must still stand of what earlier tries wrote, as far as it has not been looked at.
    pub(super) fn checks(&mut self, past: &Past) -> Vec<Check> {
        let records: Vec<&FileRecord> = past.records().collect();
        let mut places: BTreeSet<usize> = Disputes::find(&records).winners().collect();
        let is_counted = |at: &usize| records[*at].instance.as_ref().is_some_and(|i| i.counted);
        places.extend((0..records.len()).filter(is_counted));
        let checks = places.into_iter().filter_map(|at| Check::of(records[at]));
        checks.filter(|check| self.looked_at.insert(check.path_id.clone())).collect()
    }

    /// Takes up what the checks have found: files that do not stand are done anew.
    pub(super) fn found_damaged(
        &mut self,
        damaged: &[String],
        files: &[FileEntry],
        past: &mut Past,
        retry: bool,
    ) {
        let content = |record: &FileRecord| {
            record.instance.as_ref().map(|i| (i.path.clone(), i.sha256.clone()))
        };
        let lost: HashSet<_> =
            damaged.iter().filter_map(|id| past.record(id)).filter_map(content).collect();
        // Duplicates of a file that is gone have nothing to point at.
        let claimants =
            past.records().filter(|record| content(record).is_some_and(|c| lost.contains(&c)));
        let claimants: HashSet<String> = claimants.map(|record| record.path_id.clone()).collect();
        let withdrawn: Vec<FileRecord> =
            claimants.iter().filter_map(|path_id| past.withdraw(path_id)).collect();
        let mut here = HashSet::new();
        for file in files.iter().filter(|file| claimants.contains(&file.path_id)) {
            here.insert(file.path_id.as_str());
            self.done_before -= 1;
            self.add(file, past, retry);
        }
        for record in withdrawn {
            let was_counted = record.instance.as_ref().is_some_and(|instance| instance.counted);
            self.damaged += u64::from(was_counted);
            if here.contains(record.path_id.as_str()) {
                self.stale.push(record);
                continue;
            }
            self.inputs_gone -= 1;
            // A duplicate, or one that lost its name, had no file of its own to be damaged.
            if was_counted {
                self.refused.push(FileRecord {
                    outcome: Outcome::Quarantined,
                    failure: Some(damaged_output()),
                    ..record
                });
            }
        }
    }

    /// Clears what stands in the way: files of records that stand no longer, and what dead tries left
    /// under temporary names. What is damaged and cannot be made again is put aside.
    pub(super) fn clear_the_way(
        &mut self,
        past: &Past,
        storage: &dyn Storage,
        output: &Path,
    ) -> io::Result<()> {
        let claimed: HashSet<&str> = past
            .records()
            .filter_map(|record| record.instance.as_ref())
            .map(|i| &*i.path)
            .collect();
        for record in self.stale.drain(..) {
            if let Some(instance) = record.instance.filter(|i| !claimed.contains(&*i.path)) {
                let path = output.join(&instance.path);
                match fs::symlink_metadata(&path) {
                    // Somebody else's: not to be removed.
                    Ok(meta) if meta.is_dir() => {
                        put_aside(storage, output, instance.path.as_ref())?;
                    }
                    _ => storage.remove(&path)?,
                }
            }
        }
        for record in &mut self.refused {
            if let Some(instance) = record.instance.take() {
                let is_there = fs::symlink_metadata(output.join(&instance.path)).is_ok();
                if !claimed.contains(&*instance.path) && is_there {
                    put_aside(storage, output, instance.path.as_ref())?;
                }
            }
        }
        sweep(storage, output, None)
    }
}

/// Whether a file may fare better without having changed.
fn is_passing(record: &FileRecord) -> bool {
    let class = record.failure.as_ref().map_or("", |failure| &failure.class);
    matches!(class, "unreadable" | "input-error" | "not-regular" | "changed")
}

fn job_died() -> Failure {
    let message = "in flight when the job died, twice; --retry tries it once more, alone";
    Failure { attempts: 2, ..Failure::new(None, "job-died", message) }
}

fn damaged_output() -> Failure {
    let message = "its output was damaged later on and its input is gone: bring back the input, or \
        the output from a backup; the damaged file is in .sauva/aside";
    Failure::new(None, "damaged-output", message)
}

/// Puts what stands below the instances and is not to stand there into a folder beside them, under the
/// first name that is free.
fn put_aside(storage: &dyn Storage, output: &Path, path: &Path) -> io::Result<()> {
    let names = (0_u32..).map(|number| {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        output.join(STATE).join("aside").join(name)
    });
    for name in names {
        if fs::symlink_metadata(&name).is_err() {
            return storage.rename(&output.join(path), &name);
        }
    }
    Ok(())
}

/// Removes what dead tries and dead worker processes left under temporary names, and folders that are
/// empty. With the list of all that belongs there, puts every other file aside: one that got its final
/// name and no record before a try died, and whose input has changed or gone since.
pub(super) fn sweep(
    storage: &dyn Storage,
    output: &Path,
    belongs: Option<&HashSet<&str>>,
) -> io::Result<()> {
    let mut folders = vec![PathBuf::from(INSTANCES)];
    let mut strangers = 0_u32;
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(output.join(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        let mut is_empty = true;
        for entry in entries {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let belongs_there =
                |belongs: &HashSet<&str>| path.to_str().is_some_and(|path| belongs.contains(path));
            if entry.file_type()?.is_dir() {
                folders.push(path);
                is_empty = false;
            } else if path.extension().is_some_and(|it| it == TEMPORARY) {
                storage.remove(&output.join(path))?;
            } else if belongs.is_some_and(|belongs| !belongs_there(belongs)) {
                put_aside(storage, output, &path)?;
                strangers += 1;
            } else {
                is_empty = false;
            }
        }
        if is_empty {
            remove_empty_folders(output, &folder.join("gone"));
        }
    }
    if strangers > 0 {
        tracing::warn!(files = strangers, "files that no input gave were put into .sauva/aside");
    }
    Ok(())
}
