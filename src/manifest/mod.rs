//! What is to be done: one entry for each file of the input tree, and a list of very many of them.

mod arena;
mod list;

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use list::{FileList, FolderFiles};

/// A regular file of the input tree, the unit of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// The path below the input folder, as the bytes that the file system holds.
    #[serde(with = "path_bytes")]
    pub path: PathBuf,
    /// Its size in bytes when the tree was scanned.
    pub size_bytes: u64,
    /// When it was last modified then, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// The keyed name under which reports speak of it.
    pub path_id: String,
}

/// Paths travel between ranks as bytes: they need not be UTF-8.
pub(crate) mod path_bytes {
    use super::{OsStrExt, OsString, OsStringExt, Path, PathBuf};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_bytes().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        Ok(OsString::from_vec(Vec::deserialize(from)?).into())
    }
}
