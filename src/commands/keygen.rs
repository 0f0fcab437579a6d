//! `sauva keygen`: a path in, a key file out; and the user's own key, made on first use.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cli::KeygenArgs;
use crate::deident::{Key, KeyError};

/// Makes a key file; returns what to tell.
pub fn execute(args: &KeygenArgs) -> Result<String> {
    Key::generate(&args.key_file)?;
    Ok("key written, mode 0600. Keep it as safe as the original data: whoever has it can link \
        pseudonyms to patients, and without it no later run gives the same pseudonyms."
        .to_owned())
}

/// The key of the command line, or the user's own. The second value tells that it was just made.
pub(super) fn load(key_file: Option<&Path>) -> Result<(Key, bool)> {
    if let Some(path) = key_file {
        return Ok((Key::load(path).context("--key-file")?, false));
    }
    let path = own_key_path()?;
    match Key::load(&path) {
        Err(KeyError::Missing) => {
            let folder = path.parent().context("the key's folder has no name")?;
            std::fs::create_dir_all(folder).context("the folder of your key cannot be made")?;
            Ok((Key::generate(&path).context("your key")?, true))
        }
        loaded => Ok((loaded.context("your key")?, false)),
    }
}

/// The same key, where it exists: for a command that must not make one.
pub(super) fn load_existing(key_file: Option<&Path>) -> Result<Key> {
    match key_file {
        Some(path) => Key::load(path).context("--key-file"),
        None => Key::load(&own_key_path()?).context("your key"),
    }
}

fn own_key_path() -> Result<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let config = from("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| from("HOME").map(|home| PathBuf::from(home).join(".config")))
        .context("no key: give --key-file, or set HOME so that your own key has a place")?;
    Ok(config.join("sauva").join("key"))
}
