//! The output folder: whether it is ours to write to, what earlier tries left in it, and the lock.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::halt::Halt;
use super::lock::Lock;
use crate::deident::Profile;
use crate::ledger::{JOURNALS, Settings, journal_folder};
use crate::storage::{Storage, create_private_folder, in_words};
use crate::write::STATE;

/// Its presence says that a run came to its end.
pub(super) const SUMMARY: &str = "summary.json";
/// What the output was begun with, in the program's own folder.
pub(super) const SETTINGS: &str = "settings.json";

/// Makes the folder ours and locks it. New or empty, it gets the program's own folder as its mark; one
/// of an earlier try is gone on with where it was begun with the same settings; everything else is
/// refused and left as it is.
pub(super) fn open(
    folder: &Path,
    storage: &dyn Storage,
    settings: &Settings,
    asked_to_stop: &dyn Fn() -> Option<&'static str>,
) -> Result<Lock> {
    fs::create_dir_all(folder)
        .context("--output: the folder cannot be made; choose one that you may write to")?;
    let state = folder.join(STATE);
    if !state.is_dir() {
        let mut entries = fs::read_dir(folder).context("--output: the folder cannot be listed")?;
        // Another run may just have made it its own.
        if entries.next().is_some() && !state.is_dir() {
            bail!("--output: the folder holds files that are not sauva's: choose a new one");
        }
        if settings.measures_only {
            // Its results name patients.
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(folder, private)
                .context("--output: the folder cannot be kept from others")?;
        }
        create_private_folder(&state).context(
            "--output: nothing can be made in the folder; choose one that you may write to",
        )?;
    }
    let lock = Lock::take(&state, storage, asked_to_stop)?;
    check_settings(&state, storage, settings)?;
    let cannot = |error| Halt::storage("the folder of the journals", &error);
    create_private_folder(&journal_folder(folder)).map_err(cannot)?;
    Ok(lock)
}

fn check_settings(state: &Path, storage: &dyn Storage, settings: &Settings) -> Result<()> {
    let path = state.join(SETTINGS);
    let then: Settings = match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if state.join(JOURNALS).exists() {
                bail!(
                    "--output: its settings are gone (.sauva/settings.json): choose a new folder"
                );
            }
            let text = serde_json::to_vec_pretty(settings)?;
            let written = storage.replace(&path, &text);
            return written.map_err(|error| Halt::storage("the settings", &error).into());
        }
        read => serde_json::from_slice(&read.context("--output: its settings cannot be read")?)
            .context("--output: its settings cannot be understood: it is another version's")?,
    };
    if let Some(difference) = then.difference(settings) {
        bail!(
            "--output: begun with {difference}; go on with the same command, or choose a new folder"
        );
    }
    Ok(())
}

/// What the lock of a folder says: the same on every node that sees the same folder.
pub(super) fn lock_text(folder: &Path) -> Vec<u8> {
    fs::read(folder.join(STATE).join("lock")).unwrap_or_default()
}

/// The rules that the output was made under.
pub(super) fn profile_of(output: &Path) -> Result<Profile> {
    settings_of(output).map(|settings| settings.profile)
}

/// What the output was made with.
pub(super) fn settings_of(output: &Path) -> Result<Settings> {
    let path = output.join(STATE).join(SETTINGS);
    let settings = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound if output.join(STATE).join("map.json").exists() => {
            anyhow!("OUT: `sauva map` made it: its programs' results are theirs to check")
        }
        std::io::ErrorKind::NotFound => anyhow!("OUT: its settings (.sauva) are gone"),
        _ => anyhow!("OUT: its settings (.sauva) cannot be read: {}", in_words(&error)),
    })?;
    let settings: Settings = serde_json::from_slice(&settings)
        .context("OUT: its settings cannot be understood: it is another version's")?;
    if settings.measures_only {
        bail!("OUT: `sauva stats` made it of inputs as they are: nothing there was de-identified");
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Verify;
    use crate::ledger::JOURNAL_FORM;
    use crate::redact::PixelRisk;
    use crate::storage::Disk;

    fn settings(codec: &str) -> Settings {
        Settings {
            journal: JOURNAL_FORM,
            version: "1".into(),
            measures_only: false,
            codec: codec.into(),
            verify: Verify::Full,
            pixel_risk: PixelRisk::Quarantine,
            pixel_rules: String::new(),
            crop: None,
            crop_images: false,
            profile: crate::deident::Profile::basic(),
            edition: "2026d".into(),
            max_depth: 32,
            key_fingerprint: "a".into(),
            input_id: "b".into(),
        }
    }

    #[test]
    fn a_folder_with_files_of_others_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
        let disk = Disk::below(folder.path());
        let refusal =
            open(folder.path(), &disk, &settings("rle"), &|| None).unwrap_err().to_string();
        assert!(refusal.contains("not sauva's"), "{refusal}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_try_goes_on_with_the_same_settings_only() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::below(folder.path());
        drop(open(folder.path(), &disk, &settings("rle"), &|| None).unwrap());
        drop(open(folder.path(), &disk, &settings("rle"), &|| None).unwrap());
        let refusal =
            open(folder.path(), &disk, &settings("native"), &|| None).unwrap_err().to_string();
        assert!(refusal.contains("--codec rle, not native"), "{refusal}");
    }
}
