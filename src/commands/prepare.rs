//! What rank 0 does before the work: the key, the lock of the output, what earlier tries have done, and
//! the scan of the input.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::halt::Halt;
use super::identity_map;
use super::lead::{Beginning, Lead};
use super::output::{self, SUMMARY};
use super::plan::Plan;
use super::signals::Signals;
use super::tidy::sweep;
use crate::config::{ConfigError, RunConfig};
use crate::deident::{self, Key, Pseudonyms};
use crate::ledger::{JOURNAL_FORM, Journal, Past, Settings, in_flight, journal_folder};
use crate::report::PAGE;
use crate::storage::{PrivateFile, SharedStorage, claim_private};
use crate::write::{CROPPED, INSTANCES, STATE};

/// The first line of the operator's list.
pub(super) const PRIVATE_LOG_HEAD: &str = "path_id,outcome,class,path\n";

/// Reads the key, locks the output and takes in what earlier tries have done.
pub(super) fn prepare(
    config: &RunConfig,
    storage: &SharedStorage,
    signals: &Signals,
) -> Result<(Key, Lead)> {
    config.check_folders()?;
    let (key, key_was_made) = super::keygen::load(config.key_file.as_deref())?;
    let start = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    if key_was_made {
        tracing::info!("a key of your own was made: .config/sauva/key, or below XDG_CONFIG_HOME");
    }
    let pseudonyms = Pseudonyms::new(&key);
    let settings = settings(config, &pseudonyms);
    let lock = output::open(&config.output, storage.as_ref(), &settings, &|| signals.seen())?;
    let private_log = config.private_log.as_deref();
    let private_log = private_log.map(|path| claim_log(config, storage, &pseudonyms, path));
    let private_log = private_log.transpose()?;
    let deidentifier = identity_map::claim(config, storage, &pseudonyms, &key)?;
    let (past, journal) =
        take_up(config, storage).map_err(|error| Halt::storage("the journal", &error))?;
    let lead = Lead::new(Beginning {
        lock,
        private_log,
        deidentifier,
        key_was_made,
        start_unix_s: start.as_secs(),
        pseudonyms,
        past,
        journal,
    });
    Ok((key, lead))
}

fn settings(config: &RunConfig, pseudonyms: &Pseudonyms) -> Settings {
    Settings {
        journal: JOURNAL_FORM,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        measures_only: config.measures_only,
        codec: config.codec.clone(),
        verify: config.verify,
        profile: config.profile.clone(),
        pixel_risk: config.redactor.risk,
        pixel_rules: pseudonyms.path_id(format!("{:?}", config.redactor.rules).as_bytes()),
        crop: config.crop,
        crop_images: config.crop_images,
        edition: deident::EDITION.to_owned(),
        max_depth: config.max_depth,
        key_fingerprint: pseudonyms.fingerprint(),
        input_id: pseudonyms.path_id(config.input.as_os_str().as_bytes()),
    }
}

/// Takes the operator's list; one with rows in it only when an earlier try for this very output has
/// taken it.
fn claim_log(
    config: &RunConfig,
    storage: &SharedStorage,
    pseudonyms: &Pseudonyms,
    path: &Path,
) -> Result<PrivateFile> {
    let note = config.output.join(STATE).join("private-log");
    let id = pseudonyms.path_id(path.as_os_str().as_bytes());
    let is_ours = std::fs::read_to_string(&note).is_ok_and(|noted| noted == id);
    let head = if is_ours { PRIVATE_LOG_HEAD } else { "" };
    let log = match claim_private(path, head.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!(ConfigError::PrivateLogExists)
        }
        claimed => claimed.context("--private-log: the file cannot be made")?,
    };
    storage.replace(&note, id.as_bytes()).map_err(|error| Halt::storage("a note", &error))?;
    Ok(log)
}

/// Reads the journals, and keeps in them what was in flight when a try died.
fn take_up(config: &RunConfig, storage: &SharedStorage) -> std::io::Result<(Past, Journal)> {
    let folder = journal_folder(&config.output);
    let mut past = Past::read(&folder)?;
    for (journal, damage) in &past.damages {
        let (lines, torn) = (damage.lines, damage.torn);
        tracing::warn!(journal, lines, torn, "a journal is damaged: its files are done again");
    }
    let mut journal = Journal::open(storage, &folder, 0)?;
    for died in in_flight(&folder)? {
        journal.append(&past.learn_of(&died))?;
        storage.remove(&died.path)?;
    }
    Ok((past, journal))
}

impl Lead {
    /// Clears the way for what is left to do, and tells of it.
    pub(super) fn clear_the_way(
        &mut self,
        config: &RunConfig,
        storage: &SharedStorage,
    ) -> Result<()> {
        self.lock.check()?;
        let sweep = |root| sweep(storage.as_ref(), &config.output, root, None);
        let cleared = sweep(INSTANCES).and_then(|()| sweep(CROPPED));
        // What the summary and the page say is no longer so.
        let remove = |name: &&str| storage.remove(&config.output.join(name));
        let cleared = cleared.and_then(|()| [SUMMARY, PAGE].iter().try_for_each(remove));
        cleared.map_err(|error| Halt::storage("the output", &error))?;
        let Plan { todo, suspects, refused, done_before, inputs_gone, damaged, .. } = &self.plan;
        if *done_before + *inputs_gone > 0 || !suspects.is_empty() || !refused.is_empty() {
            let (left, alone) = (todo.len(), suspects.len());
            tracing::info!(done_before, left, alone, "an earlier try is gone on with");
        }
        if *inputs_gone > 0 {
            tracing::warn!(
                files = inputs_gone,
                "inputs of earlier tries are gone; what they gave stays"
            );
        }
        if *damaged > 0 {
            tracing::warn!(
                files = damaged,
                "written files were damaged or gone; they are made anew"
            );
        }
        Ok(())
    }
}
