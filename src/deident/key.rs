//! The secret key: a file of 32 random bytes in, the key in memory out. It is read by one rank,
//! handed on in memory, and never stands in an argument, the environment or an output.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a key in bytes.
pub const KEY_LENGTH: usize = 32;

/// A key for HMAC-SHA-256, wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key([u8; KEY_LENGTH]);

impl std::fmt::Debug for Key {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Key(..)")
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is absent.
    #[error("the key file does not exist: make one with `sauva keygen`")]
    Missing,
    /// The operating system refused.
    #[error("the key file cannot be used; check its name and its folder")]
    Io(#[from] std::io::Error),
    /// A directory, a device or the like.
    #[error("the key file is not a regular file")]
    NotRegular,
    /// Somebody else could have put it there.
    #[error("the key file belongs to another user: use a key of your own")]
    NotOurs,
    /// Others can read it.
    #[error("the key file can be read by others: run `chmod 600` on it")]
    Open,
    /// Not 32 bytes.
    #[error("the key file does not hold {KEY_LENGTH} bytes: make one with `sauva keygen`")]
    Length,
    /// `generate` does not overwrite.
    #[error("the key file exists already: a lost key cannot be made again, so it is not replaced")]
    Exists,
    /// No randomness.
    #[error("the operating system gives no random bytes")]
    Random,
}

impl Key {
    /// A key from memory, as another rank sent it; `None` where the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, to be handed to another rank.
    pub fn as_bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// Reads a key file. It must be a regular file of ours that nobody else can read.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = openat(CWD, path, flags, Mode::empty()).map_err(|errno| match errno {
            rustix::io::Errno::NOENT => KeyError::Missing,
            errno => KeyError::Io(errno.into()),
        })?;
        let mut file = File::from(opened);
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(KeyError::NotRegular);
        }
        if meta.uid() != rustix::process::geteuid().as_raw() {
            return Err(KeyError::NotOurs);
        }
        if meta.mode() & 0o077 != 0 {
            return Err(KeyError::Open);
        }
        if meta.len() != KEY_LENGTH as u64 {
            return Err(KeyError::Length);
        }
        let mut key = Self([0; KEY_LENGTH]);
        file.read_exact(&mut key.0)?;
        Ok(key)
    }

    /// Makes a key file, mode 0600; one that exists is left alone.
    pub fn generate(path: &Path) -> Result<Self, KeyError> {
        let mut key = Self([0; KEY_LENGTH]);
        getrandom::fill(&mut key.0).map_err(|_| KeyError::Random)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let opened =
            openat(CWD, path, flags, Mode::RUSR | Mode::WUSR).map_err(|errno| match errno {
                rustix::io::Errno::EXIST => KeyError::Exists,
                errno => KeyError::Io(errno.into()),
            })?;
        let mut file = File::from(opened);
        file.write_all(&key.0)?;
        file.sync_all()?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_generated_key_loads_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = Key::generate(&path).unwrap();
        assert_eq!(Key::load(&path).unwrap().as_bytes(), key.as_bytes());
        assert!(matches!(Key::generate(&path), Err(KeyError::Exists)));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        Key::generate(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Key::load(&path), Err(KeyError::Open)));
    }

    #[test]
    fn missing_short_and_linked_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(matches!(Key::load(&path), Err(KeyError::Missing)));
        Key::generate(&path).unwrap();
        std::os::unix::fs::symlink(&path, folder.path().join("link")).unwrap();
        assert!(matches!(Key::load(&folder.path().join("link")), Err(KeyError::Io(_))));
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(Key::load(&path), Err(KeyError::Length)));
    }
}
