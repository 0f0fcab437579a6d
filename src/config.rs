//! What will be done, with everything settled: the command line in, checked paths and numbers out.
//! What is wrong with them is said in one sentence each.

use std::path::{Path, PathBuf};

use crate::encode::Encoder;

/// The settled configuration of `sauva run`.
#[derive(Debug, Clone)]
pub struct RunConfig {
    /// The input folder, absolute.
    pub input: PathBuf,
    /// The output folder, absolute.
    pub output: PathBuf,
    /// The key file of the command line; without one the user's own key is used.
    pub key_file: Option<PathBuf>,
    /// Where the operator's list of real paths goes, outside the output.
    pub private_log: Option<PathBuf>,
    /// The name of the codec.
    pub codec: String,
    /// The codec.
    pub encoder: Encoder,
    /// Threads of a rank; `None` leaves it to what the node offers.
    pub threads: Option<usize>,
    /// Whether rank 0 shows the progress.
    pub progress: bool,
}

/// What is wrong with a configuration. No message holds a path: a path may name a patient.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// `--input` leads nowhere.
    #[error("--input: the folder does not exist or cannot be entered: {0}")]
    Input(std::io::ErrorKind),
    /// `--input` is a file.
    #[error("--input: not a folder: give the folder above the DICOM files")]
    InputNoFolder,
    /// `--output` cannot be settled.
    #[error("--output: the folder cannot be made or entered: {0}")]
    Output(std::io::ErrorKind),
    /// Outputs would become inputs.
    #[error(
        "--output lies inside --input: choose a folder outside, or outputs would become inputs"
    )]
    OutputInInput,
    /// Inputs could be overwritten.
    #[error("--input lies inside --output: choose another output folder")]
    InputInOutput,
    /// The operator's list would travel with the de-identified data.
    #[error("--private-log lies inside --output or --input: it names patients, so keep it apart")]
    PrivateLogInside,
    /// Somebody's list is there already.
    #[error("--private-log: the file exists already: move it away or choose another name")]
    PrivateLogExists,
    /// The list cannot be made.
    #[error("--private-log: the folder of the file cannot be entered: {0}")]
    PrivateLog(std::io::ErrorKind),
    /// No such codec.
    #[error("--codec: there is no codec of this name; see --help")]
    Codec,
    /// The key would travel with the de-identified data.
    #[error("--key-file lies inside --output: keep the key apart from what it protects")]
    KeyInside,
    /// A pool of no threads.
    #[error("--threads must be at least 1")]
    Threads,
}

impl RunConfig {
    /// Checks how the folders lie to each other. Makes nothing.
    pub fn check_folders(&self) -> Result<(), ConfigError> {
        if self.output.starts_with(&self.input) {
            return Err(ConfigError::OutputInInput);
        }
        if self.input.starts_with(&self.output) {
            return Err(ConfigError::InputInOutput);
        }
        let key_file = self.key_file.as_ref().and_then(|key| key.canonicalize().ok());
        if key_file.is_some_and(|key| key.starts_with(&self.output)) {
            return Err(ConfigError::KeyInside);
        }
        match &self.private_log {
            Some(log) if log.starts_with(&self.output) || log.starts_with(&self.input) => {
                Err(ConfigError::PrivateLogInside)
            }
            // One that is empty is left from a run that did not finish.
            Some(log) if log.symlink_metadata().is_ok_and(|m| !m.is_file() || m.len() > 0) => {
                Err(ConfigError::PrivateLogExists)
            }
            Some(log) if !log.parent().is_some_and(Path::is_dir) => {
                Err(ConfigError::PrivateLog(std::io::ErrorKind::NotFound))
            }
            _ => Ok(()),
        }
    }
}

/// An input folder as an absolute path without links.
pub fn input_folder(path: &Path) -> Result<PathBuf, ConfigError> {
    let folder = path.canonicalize().map_err(|error| ConfigError::Input(error.kind()))?;
    if !folder.is_dir() {
        return Err(ConfigError::InputNoFolder);
    }
    folder.read_dir().map_err(|error| ConfigError::Input(error.kind()))?;
    Ok(folder)
}

/// A path that need not exist yet as an absolute path: links are resolved as far as it exists.
pub fn new_path(path: &Path) -> std::io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    if path.components().any(|part| part == std::path::Component::ParentDir) && !path.exists() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let mut missing = Vec::new();
    let mut existing = path.as_path();
    loop {
        match existing.canonicalize() {
            Ok(settled) => return Ok(missing.into_iter().rev().fold(settled, |p, n| p.join(n))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let (Some(parent), Some(name)) = (existing.parent(), existing.file_name()) else {
            return Err(std::io::ErrorKind::NotFound.into());
        };
        missing.push(name);
        existing = parent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(input: &str, output: &str, private_log: Option<&str>) -> RunConfig {
        RunConfig {
            input: input.into(),
            output: output.into(),
            key_file: None,
            private_log: private_log.map(Into::into),
            codec: "jpeg-ls".into(),
            encoder: Encoder::by_name("jpeg-ls").unwrap(),
            threads: None,
            progress: false,
        }
    }

    #[test]
    fn folders_inside_each_other_are_refused() {
        let check = |input, output, log| config(input, output, log).check_folders();
        assert!(matches!(check("/a", "/a/b", None), Err(ConfigError::OutputInInput)));
        assert!(matches!(check("/a", "/a", None), Err(ConfigError::OutputInInput)));
        assert!(matches!(check("/a/b", "/a", None), Err(ConfigError::InputInOutput)));
        assert!(check("/a", "/ab", None).is_ok());
        let log = Some("/ab/log.csv");
        assert!(matches!(check("/a", "/ab", log), Err(ConfigError::PrivateLogInside)));
    }

    #[test]
    fn a_path_that_does_not_exist_is_settled_through_its_links() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert_eq!(new_path(&link.join("new/deeper")).unwrap(), real.join("new/deeper"));
    }
}
